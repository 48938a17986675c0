"""The user's own sign-in: a browser once, then a token file that only the user can read."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

from convert.failure import Failure, printable
from convert.net.transport import Guard, Limits, TransientError, check_url, quiet_libraries
from convert.output.files import write_atomic
from convert.sheet.cells import SheetError
from convert.sheet.google.auth import DOWNLOAD_SCOPE, REVOKE_URI, SCOPES, TOKEN_URI, USER_TYPE, read_json
from convert.sheet.google.faults import said
from convert.sheet.google.settings import GoogleSettings, token_file

_AUTH_URI = "https://accounts.google.com/o/oauth2/auth"


def sign_in(client_file: Path | None, *, downloads: bool, browser: bool, timeout: float) -> tuple[str, ...]:
    """Run the loopback flow and store the token; the scopes that were granted.  Raises SheetError.

    `client_file` is the OAuth client of a desktop application; None uses that of the stored sign-in.  `timeout` is how
    many seconds the person has.
    """
    flow_type = _flow_type()
    config = _client(client_file)
    scopes = (*SCOPES, DOWNLOAD_SCOPE) if downloads else SCOPES
    flow = flow_type.from_client_config({"installed": config}, scopes=list(scopes))
    _bounded(flow.oauth2session, min(timeout, 30.0))
    quiet_libraries()
    prompt = "Open this address in a browser to sign in:\n{url}" if not browser else "Signing in in the browser ..."
    try:
        with contextlib.redirect_stdout(sys.stderr):
            credentials = flow.run_local_server(
                host="127.0.0.1",
                port=0,
                open_browser=browser,
                authorization_prompt_message=prompt,
                timeout_seconds=timeout,
                access_type="offline",
                prompt="consent",
            )
    except (Exception, Warning) as error:
        raise SheetError(_words(error, timeout)) from None
    if not credentials.refresh_token:
        raise SheetError(
            "Google gave no lasting sign-in; remove this application's access in your account and sign in again"
        )
    granted = tuple(credentials.granted_scopes or scopes)
    missing = [scope for scope in SCOPES if scope not in granted]
    if missing:
        raise SheetError(f"these scopes were not granted, and all are needed: {', '.join(missing)}; sign in again")
    token = {"type": USER_TYPE, "refresh_token": credentials.refresh_token, "scopes": list(granted)}
    _store(token | {name: config[name] for name in ("client_id", "client_secret", "token_uri", "revoke_uri")})
    return granted


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
    from urllib.parse import urlencode

    limits = Limits(settings.deadline, settings.timeout, 1 << 20)
    limits.start()
    try:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        response, _ = Guard(limits).request(url, "POST", urlencode({"token": token}), headers)
    except (Failure, TransientError) as error:
        return str(error)
    return None if response.status in (200, 400) else f"Google answers with status {response.status}"  # 400: not valid


def _flow_type() -> Any:  # noqa: ANN401
    try:
        from google_auth_oauthlib.flow import InstalledAppFlow  # type: ignore[import-untyped]
    except ImportError:
        raise SheetError(
            "signing in needs more packages: pip install 'xen-support[login]' "
            "(or pipx inject xen-support 'xen-support[login]')"
        ) from None
    return InstalledAppFlow


def _client(path: Path | None) -> dict[str, Any]:
    info: object
    if path is None:
        if not token_file().is_file():
            raise SheetError("the first sign-in needs --client-id-file FILE: an OAuth client of a desktop application")
        info = read_json(token_file())
    else:
        info = read_json(path).get("installed")
    if not isinstance(info, dict) or not all(isinstance(info.get(n), str) for n in ("client_id", "client_secret")):
        where = printable(str(path or token_file()))
        raise SheetError(f"{where}: not the OAuth client of a desktop application; make one of that kind")
    config = {"auth_uri": _AUTH_URI, "token_uri": TOKEN_URI, "revoke_uri": REVOKE_URI, **info}
    for name in ("auth_uri", "token_uri", "revoke_uri"):
        check_url(str(config[name]))
    return config


def _bounded(session: Any, seconds: float) -> None:  # noqa: ANN401
    """Give the exchange of the code a timeout, which the flow itself leaves out."""
    from requests.adapters import HTTPAdapter

    class Timed(HTTPAdapter):
        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            kwargs["timeout"] = kwargs.get("timeout") or seconds
            return super().send(request, *args, **kwargs)

    for scheme in ("https://", "http://"):
        session.mount(scheme, Timed())


def _words(error: BaseException, timeout: float) -> str:
    name = type(error).__name__
    if "Timeout" in name and "WSGI" in name:
        return f"nobody signed in within {timeout:.0f} s; run `xen-support login` again (--timeout for more)"
    if name == "AccessDeniedError":
        return "the sign-in was declined in the browser"
    if name == "MismatchingStateError":
        return "the answer of the browser belongs to another sign-in; run `xen-support login` again"
    if isinstance(error, Warning):
        return "not all of the scopes were granted, and all are needed; run `xen-support login` again"
    if name == "Error" and type(error).__module__ == "webbrowser":
        return "there is no browser here; use `xen-support login --no-browser`"
    return f"signing in does not work ({said(name)}); run `xen-support login` again"


def _store(token: dict[str, Any]) -> None:
    """Write the token file, readable by the user alone, whole or not at all."""
    path = token_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomic(path, json.dumps(token).encode(), 0o600)
    except OSError as error:
        raise SheetError(f"{printable(str(path))}: cannot be written: {error.strerror}") from error
