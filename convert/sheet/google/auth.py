"""Signing in to Google: which way is used and why, and the credentials for it.  Nothing here prints a secret."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.failure import printable
from convert.net.transport import Guard, TransientError
from convert.sheet.cells import SheetError
from convert.sheet.google.messages import Identity, explain, explain_refresh, read_fault
from convert.sheet.google.settings import GoogleSettings, token_file

_PREFIX = "https://www.googleapis.com/auth/"
SCOPES = tuple(_PREFIX + name for name in ("spreadsheets.readonly", "documents.readonly", "drive.metadata.readonly"))
DOWNLOAD_SCOPE = _PREFIX + "drive.readonly"
IAM_SCOPE = _PREFIX + "iam"  # all that a source account needs to impersonate another
TOKEN_URI = "https://oauth2.googleapis.com/token"
REVOKE_URI = "https://oauth2.googleapis.com/revoke"
USER_TYPE = "xen-support-user"
_MAX_FILE = 1 << 20
API_KEY_VARIABLE = "XEN_SUPPORT_API_KEY"


@dataclass(frozen=True, slots=True)
class Choice:
    """The way of signing in that is used: who it is, the file it comes from, and why this one."""

    identity: Identity
    why: str
    path: Path | None = None


def adc_file(environ: Mapping[str, str]) -> Path | None:
    """The file of Application Default Credentials, if there is one; the metadata server is not asked."""
    if named := environ.get("GOOGLE_APPLICATION_CREDENTIALS"):
        return Path(named)
    base = Path(environ.get("CLOUDSDK_CONFIG") or Path.home() / ".config" / "gcloud")
    path = base / "application_default_credentials.json"
    return path if path.is_file() else None


def api_key_of(settings: GoogleSettings) -> str | None:
    """The API key from the options or the environment."""
    return settings.api_key or os.environ.get(API_KEY_VARIABLE) or None


def choose(settings: GoogleSettings, scopes: tuple[str, ...] = SCOPES) -> Choice:
    """The way to sign in: a key file, the stored user, ADC, an API key; `--anonymous` alone sends none of them.

    Raises SheetError if there is none, or if the file of the one that is used cannot be read.
    """
    if settings.anonymous:
        return Choice(Identity("anonymous"), "--anonymous was given, so no sign-in is sent")
    if settings.credentials is not None:
        info = _service_account(settings.credentials, read_json(settings.credentials))
        return Choice(_as_target(Identity("service account", info, scopes), settings), "--credentials was given",
                      settings.credentials)  # fmt: skip
    stored = token_file()
    if stored.is_file():
        granted = tuple(str(scope) for scope in _list(read_json(stored).get("scopes")))
        return Choice(_as_target(Identity("user", None, granted), settings), "there is a stored sign-in", stored)
    adc = adc_file(os.environ)
    if adc is not None:
        email = read_json(adc).get("client_email")
        who = Identity("application default credentials", email if isinstance(email, str) else None, scopes)
        return Choice(_as_target(who, settings), "there are Application Default Credentials", adc)
    if api_key_of(settings):
        given = "--api-key was given" if settings.api_key else f"{API_KEY_VARIABLE} is set"
        return Choice(Identity("API key"), f"{given}, and there is no sign-in")
    raise SheetError(
        "not signed in to Google: run `xen-support login`, or give --credentials FILE, --api-key KEY or --anonymous"
    )


def _as_target(who: Identity, settings: GoogleSettings) -> Identity:
    return Identity(who.kind, settings.impersonate, who.scopes) if settings.impersonate else who


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def read_json(path: Path) -> dict[str, Any]:
    """A small JSON file with an object in it; SheetError, without its content, for anything else."""
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_MAX_FILE))
    except OSError as error:
        raise SheetError(f"{printable(str(path))}: {error.strerror or 'cannot be read'}") from error
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise SheetError(f"{printable(str(path))}: not a JSON file of credentials")
    return value


def _service_account(path: Path, info: dict[str, Any]) -> str:
    """The account's address; SheetError for another kind of file."""
    shown = printable(str(path))
    if "installed" in info or "web" in info:
        raise SheetError(f"{shown}: an OAuth client, no key; use it as `xen-support login --client-id-file {shown}`")
    if info.get("type") != "service_account" or not isinstance(info.get("client_email"), str):
        raise SheetError(f"{shown}: not the key file of a service account (its type is {info.get('type')!r:.40})")
    return str(info["client_email"])


class Request:
    """google-auth's way to a token endpoint, over our guarded transport."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float | None = None,
        **_: object,
    ) -> _Reply:
        """One request; the timeout is the guard's."""
        response, content = self._guard.request(url, method, body=body, headers=headers)
        return _Reply(response.status, dict(response), content)


@dataclass(frozen=True, slots=True)
class _Reply:
    """What google-auth expects of a response."""

    status: int
    headers: dict[str, str]
    data: bytes


class SignedHttp:
    """An `http` for Google's client that signs each request.

    Not google-auth-httplib2's AuthorizedHttp: its `before_request` starts a thread that shares the connection and
    sends the token to one more Google service.
    """

    def __init__(self, guard: Guard, choice: Choice, credentials: Any, api_key: str | None) -> None:  # noqa: ANN401
        self._guard, self._choice, self._credentials, self._key = guard, choice, credentials, api_key

    def close(self) -> None:
        """Drop the pooled connections."""
        self._guard.close()

    def request(self, uri: str, method: str = "GET", body: bytes | str | None = None,
                headers: dict[str, str] | None = None, **_: object) -> tuple[Any, bytes]:  # fmt: skip
        """As `Guard.request`, signed; a 401 gets one new token and one more attempt."""
        response, content = self._guard.request(uri, method, body, self._signed(headers, fresh=False))
        if response.status == 401 and self._credentials is not None:
            response, content = self._guard.request(uri, method, body, self._signed(headers, fresh=True))
        return response, content

    def _signed(self, headers: dict[str, str] | None, *, fresh: bool) -> dict[str, str]:
        signed = dict(headers or {})
        if self._key is not None and self._credentials is None:
            signed["X-Goog-Api-Key"] = self._key  # in a header: a key in a URL ends up in logs
        if self._credentials is not None:
            if fresh or not self._credentials.valid:
                refresh(self._credentials, self._guard, self._choice.identity)
            signed["Authorization"] = f"Bearer {self._credentials.token}"
            if project := getattr(self._credentials, "quota_project_id", None):
                signed["X-Goog-User-Project"] = str(project)
        return signed


def refresh(credentials: Any, guard: Guard, who: Identity) -> None:  # noqa: ANN401
    """Get an access token.  Raises SheetError with what expired, or TransientError."""
    from google.auth import exceptions

    try:
        credentials.refresh(Request(guard))
    except exceptions.RefreshError as error:
        raise _refresh_failed(error, who) from None
    except exceptions.TransportError as error:
        raise TransientError("the sign-in service of Google does not answer") from error
    except exceptions.GoogleAuthError as error:
        raise SheetError(f"signing in does not work ({type(error).__name__}); check the credentials") from None


def _refresh_failed(error: Any, who: Identity) -> Exception:  # noqa: ANN401
    body = error.args[1] if len(error.args) > 1 else None
    if isinstance(body, str):
        fault = read_fault(403, body.encode(errors="replace"))
        if fault.reasons and not fault.reasons & {"invalid_grant"}:
            return SheetError(
                f"impersonating {who.email}: {explain(fault, Identity(), 'iamcredentials.googleapis.com')}"
            )
    if getattr(error, "retryable", False):
        return TransientError("the sign-in service of Google answers with an error of its own")
    reason, words = "", str(error.args[0]) if error.args else ""
    if isinstance(body, dict):
        reason, words = str(body.get("error", "")), str(body.get("error_description", ""))
    return SheetError(explain_refresh(reason, words, who))


def sign(settings: GoogleSettings, guard: Guard, scopes: tuple[str, ...] = SCOPES) -> tuple[Choice, SignedHttp]:
    """Choose a way to sign in, and the signed transport for it.  Raises SheetError."""
    choice = choose(settings, scopes)
    key = api_key_of(settings) if choice.identity.kind == "API key" else None
    credentials = None if choice.path is None else _load(choice, settings, scopes)
    return choice, SignedHttp(guard, choice, credentials, key)


def _load(choice: Choice, settings: GoogleSettings, scopes: tuple[str, ...]) -> Any:  # noqa: ANN401
    if choice.path is None:
        return None
    info = read_json(choice.path)
    asked = (IAM_SCOPE,) if _through_iam(settings) else scopes
    try:
        credentials = _from_info(choice, info, asked, settings)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # the text of these may quote the file, so it is left out
        raise SheetError(f"{printable(str(choice.path))}: the credentials in it are not complete") from error
    if not _through_iam(settings):
        return credentials
    from google.auth import impersonated_credentials

    override = None
    if settings.api_endpoint:
        root = settings.api_endpoint.rstrip("/")
        override = f"{root}/v1/projects/-/serviceAccounts/{settings.impersonate}:generateAccessToken"
    return impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]
        credentials, settings.impersonate, list(scopes), iam_endpoint_override=override
    )


def _through_iam(settings: GoogleSettings) -> bool:
    """Another service account is impersonated through IAM; a person, by domain-wide delegation."""
    return bool(settings.impersonate) and str(settings.impersonate).endswith(".gserviceaccount.com")


def _from_info(choice: Choice, info: dict[str, Any], scopes: tuple[str, ...], settings: GoogleSettings) -> Any:  # noqa: ANN401
    from google.auth import load_credentials_from_dict
    from google.oauth2 import credentials, service_account

    if info.get("type") == "service_account":
        account = service_account.Credentials.from_service_account_info(info, scopes=list(scopes))  # type: ignore[no-untyped-call]
        if settings.impersonate and not _through_iam(settings):
            account = account.with_subject(settings.impersonate)
        return account
    if choice.identity.kind == "user":
        if info.get("type") != USER_TYPE:
            raise ValueError("another kind of file")
        return credentials.Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=info["refresh_token"],
            token_uri=info["token_uri"],
            client_id=info["client_id"],
            client_secret=info["client_secret"],
        )
    if info.get("type") == "authorized_user":
        return credentials.Credentials.from_authorized_user_info(info)  # type: ignore[no-untyped-call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # meant for files from strangers; this one the user's environment names
        return load_credentials_from_dict(info, scopes=list(scopes))[0]  # type: ignore[no-untyped-call]
