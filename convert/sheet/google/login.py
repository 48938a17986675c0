"""The user's own sign-in: a browser once, then a token file that only the user can read.

The flow is that of RFC 8252 for desktop applications (the answer comes to a port of this machine) with RFC 7636's PKCE.
The code is exchanged over the guarded transport, as every other request is made.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from convert.failure import Failure, printable
from convert.net.transport import Guard, Limits, TransientError, check_url
from convert.output.files import write_atomic
from convert.sheet.cells import SheetError
from convert.sheet.google.answers import Answer, Answers, wait_for
from convert.sheet.google.auth import DOWNLOAD_SCOPE, REVOKE_URI, SCOPES, TOKEN_URI, USER_TYPE, read_json
from convert.sheet.google.faults import Identity, said
from convert.sheet.google.messages import explain_refresh
from convert.sheet.google.settings import GoogleSettings, token_file

_AUTH_URI = "https://accounts.google.com/o/oauth2/auth"
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_TEXT_BROWSERS = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})  # Google's pages do not work in them
_EXCHANGE = 30.0  # seconds for the exchange of the code, where more are left


@dataclass(frozen=True, slots=True)
class Manner:
    """How the person signs in: a browser is opened or not, on which port the answer is awaited (0: any), for how
    long.
    """

    browser: bool = True
    port: int = 0
    timeout: float = 300.0


def sign_in(client_file: Path | None, *, downloads: bool, manner: Manner) -> tuple[str, ...]:
    """Run the flow and store the token; the scopes that were granted.  Raises SheetError.

    `client_file` is the OAuth client of a desktop application; None uses that of the stored sign-in.
    """
    need_extra()
    ends = time.monotonic() + manner.timeout
    config = _client(client_file)
    wanted = (*SCOPES, DOWNLOAD_SCOPE) if downloads else SCOPES
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(64)
    with Answers(manner.port, state) as answers:
        redirect = f"http://127.0.0.1:{answers.port}/"
        _show(_address(config, wanted, redirect, state, verifier), manner.browser)
        answer = wait_for(answers, ends, paste=not manner.browser or _terminal())
    if answer is None:
        raise SheetError(
            f"nobody signed in within {manner.timeout:g} s; run `xen-support login` again (--timeout for more)"
        )
    if not answer.code:
        raise SheetError(_declined(answer, wanted))
    form = {
        "grant_type": "authorization_code",
        "code": answer.code,
        "code_verifier": verifier,
        "redirect_uri": redirect,
    }
    token = _exchanged(config, form, ends, wanted)
    _store(token | {name: config[name] for name in ("client_id", "client_secret", "token_uri", "revoke_uri")})
    return tuple(token["scopes"])


def need_extra() -> None:
    """Raise SheetError with the command to install what is needed if it is missing."""
    from convert.sheet.google.client import need_extra

    need_extra()


def _terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # closed
        return False


def _address(config: dict[str, Any], scopes: tuple[str, ...], redirect: str, state: str, verifier: str) -> str:
    """Where the person signs in."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": config["client_id"],
        "redirect_uri": redirect,
        "scope": " ".join(scopes),
        "state": state,
        "code_challenge": digest,
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
    }
    return f"{config['auth_uri']}{'&' if '?' in config['auth_uri'] else '?'}{urlencode(query)}"


def _show(address: str, browser: bool) -> None:
    """Open the address in a browser, and print it in any case: a browser that does not start says so to nobody."""
    if browser:
        threading.Thread(target=_open, args=(address,), daemon=True).start()  # a text browser would never come back
        print("Signing in in the browser; if none opens, open this address:", file=sys.stderr)
    else:
        print("Open this address in a browser to sign in:", file=sys.stderr)
    print(printable(address), file=sys.stderr)
    if not browser or _terminal():
        print(
            "If the browser is on another machine, it ends on a page that does not load: paste that page's address"
            " here.",
            file=sys.stderr,
        )
    sys.stderr.flush()


def _open(address: str) -> None:
    import webbrowser

    with contextlib.suppress(Exception):  # whatever it is, the address has been printed
        browser = webbrowser.get()
        if Path(str(getattr(browser, "name", ""))).name not in _TEXT_BROWSERS:
            browser.open(address, new=1, autoraise=True)


def _declined(answer: Answer, scopes: tuple[str, ...]) -> str:
    if answer.error == "access_denied":
        return "the sign-in was declined in the browser"
    if answer.error == "wrong state":
        return "the answer of the browser belongs to another sign-in; run `xen-support login` again"
    return explain_refresh(answer.error, "", Identity("user", None, scopes))


def _exchanged(config: dict[str, Any], form: dict[str, str], ends: float, wanted: tuple[str, ...]) -> dict[str, Any]:
    """The token for a code: type, refresh token, scopes.  Raises SheetError."""
    client = {name: config[name] for name in ("client_id", "client_secret")}
    limits = Limits(max(1.0, min(_EXCHANGE, ends - time.monotonic())), _EXCHANGE, 1 << 20)
    limits.start()
    try:
        response, content = Guard(limits).request(config["token_uri"], "POST", urlencode(form | client), dict(_FORM))
    except TransientError as error:
        raise SheetError(f"{error}; run `xen-support login` again") from error
    try:
        reply = json.loads(content)
    except (ValueError, RecursionError):
        reply = None
    if not isinstance(reply, dict):
        raise SheetError(
            f"the sign-in service answers (status {response.status}) with something that is not a token; is there a"
            " proxy?"
        )
    if response.status != 200 or "error" in reply:
        raise SheetError(_refused(reply, response.status, wanted))
    granted = tuple(str(reply["scope"]).split()) if isinstance(reply.get("scope"), str) else wanted
    missing = [scope for scope in SCOPES if scope not in granted]
    if missing:
        raise SheetError(
            f"these scopes were not granted, and all are needed: {', '.join(missing)}; sign in again, tick them all"
        )
    refresh = reply.get("refresh_token")
    if not isinstance(refresh, str) or not refresh:
        raise SheetError(
            "Google gave no lasting sign-in; remove this application's access in your account and sign in again"
        )
    return {"type": USER_TYPE, "refresh_token": refresh, "scopes": [said(scope) for scope in granted]}


def _refused(reply: dict[str, Any], status: int, scopes: tuple[str, ...]) -> str:
    """Why a code got no token."""
    reason, words = (said(reply.get(name) or "") for name in ("error", "error_description"))
    if reason == "invalid_grant":
        return f"the code of the browser is not valid any more ({words or reason}); run `xen-support login` again"
    if reason == "redirect_uri_mismatch":
        return "the OAuth client is not that of a desktop application; make one of that kind"
    return explain_refresh(reason or f"status {status}", words, Identity("user", None, scopes))


def sign_out(settings: GoogleSettings) -> str | None:
    """Remove the stored sign-in and revoke it at Google; None, or why it could not be revoked.

    Raises SheetError if there is none.
    """
    path = token_file()
    if not path.exists():
        raise SheetError("there is no stored sign-in")
    try:
        info = read_json(path)
    except SheetError:
        info = {}
    problem = _revoke(info, settings)
    try:
        path.unlink()
    except OSError as error:
        raise SheetError(f"{printable(str(path))}: cannot be removed: {error.strerror}") from error
    return problem


def _revoke(info: dict[str, Any], settings: GoogleSettings) -> str | None:
    token, url = info.get("refresh_token"), info.get("revoke_uri")
    if not isinstance(token, str) or not isinstance(url, str):
        return "the stored sign-in could not be read"
    limits = Limits(settings.deadline, settings.timeout, 1 << 20)
    limits.start()
    try:
        response, _ = Guard(limits).request(url, "POST", urlencode({"token": token}), dict(_FORM))
    except (Failure, TransientError) as error:
        return str(error)
    return None if response.status in (200, 400) else f"Google answers with status {response.status}"  # 400: not valid


def _client(path: Path | None) -> dict[str, Any]:
    info: object
    if path is None:
        if not token_file().is_file():
            raise SheetError("the first sign-in needs --client-id-file FILE: an OAuth client of a desktop application")
        info = read_json(token_file())
    else:
        info = read_json(path).get("installed")
    names = ("client_id", "client_secret")
    if not isinstance(info, dict) or not all(isinstance(info.get(n), str) and info[n].isascii() for n in names):
        where = printable(str(path or token_file()))
        raise SheetError(f"{where}: not the OAuth client of a desktop application; make one of that kind")
    config = {"auth_uri": _AUTH_URI, "token_uri": TOKEN_URI, "revoke_uri": REVOKE_URI, **info}
    for name in ("auth_uri", "token_uri", "revoke_uri"):
        config[name] = str(config[name])
        check_url(config[name])
    return config


def _store(token: dict[str, Any]) -> None:
    """Write the token file, readable by the user alone, whole or not at all."""
    path = token_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(path, json.dumps(token).encode(), 0o600)
    except OSError as error:
        raise SheetError(f"{printable(str(path))}: cannot be written: {error.strerror}") from error
