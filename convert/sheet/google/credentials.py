"""Files of credentials as google-auth's objects, by their type; nothing here asks anybody.

With `--api-endpoint` whatever such a file would ask of Google (tokens, the exchange of workload identity,
impersonation) is asked there, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from convert.failure import Failure, printable
from convert.net.transport import check_url
from convert.sheet.cells import SheetError
from convert.sheet.google.auth import IAM_SCOPE, TOKEN_URI, USER_TYPE, Choice
from convert.sheet.google.faults import said
from convert.sheet.google.settings import OUR_UNIVERSE, GoogleSettings

EXECUTABLES = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"  # Google's own opt-in
QUOTA_PROJECT = "GOOGLE_CLOUD_QUOTA_PROJECT"
_IAM = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{}:generateAccessToken"
Info = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Ask:
    """What the makers need beside the file: the scopes, where Google's services are, and whom to act as in a domain."""

    scopes: list[str]
    endpoint: str | None
    subject: str | None = None

    def url(self, url: object) -> str:
        """Where one of Google's addresses is asked; one of somebody else stays as it is."""
        text = str(url)
        parts = urlsplit(text)
        host = parts.hostname or ""
        if self.endpoint is not None and (host == OUR_UNIVERSE or host.endswith(f".{OUR_UNIVERSE}")):
            text = self.endpoint.rstrip("/") + parts.path + (f"?{parts.query}" if parts.query else "")
        check_url(text)
        return text


def load(choice: Choice, settings: GoogleSettings, scopes: tuple[str, ...]) -> Any:  # noqa: ANN401
    """The credentials of a choice that has a file; None of one that has none.  Raises SheetError."""
    if choice.path is None:
        return None
    shown = printable(str(choice.path))
    info = choice.info
    through_iam = _through_iam(settings)
    subject = None if through_iam else settings.impersonate
    if subject and info.get("type") != "service_account":
        raise SheetError(f"{shown}: to act as {subject} takes the key of a service account with domain-wide delegation")
    ask = _Ask([IAM_SCOPE] if through_iam else list(scopes), settings.api_endpoint, subject)
    try:
        if info.get("universe_domain", OUR_UNIVERSE) != OUR_UNIVERSE:
            raise SheetError(
                f"its universe_domain is {said(info['universe_domain'])[:80]}; Sheets and Docs are Google's own only"
            )
        credentials = _made(info, ask, choice.identity.kind == "user")
    except Failure as error:
        raise SheetError(f"{shown}: {error}") from None
    except Exception as error:
        # the text of these may quote the file, so it is left out; google-auth's own are of many unrelated kinds
        raise SheetError(f"{shown}: the credentials in it are not complete") from error
    if through_iam:
        credentials = _as_account(credentials, str(settings.impersonate), list(scopes), ask)
    project = os.environ.get(QUOTA_PROJECT)
    return credentials.with_quota_project(project) if project else credentials


def _through_iam(settings: GoogleSettings) -> bool:
    """Another service account is impersonated through IAM; a person, by domain-wide delegation."""
    return bool(settings.impersonate) and str(settings.impersonate).endswith(".gserviceaccount.com")


def _made(info: Info, ask: _Ask, stored: bool) -> Any:  # noqa: ANN401
    kind = info.get("type")
    if stored != (kind == USER_TYPE):
        raise ValueError("another kind of file")
    maker = _MAKERS.get(kind) if isinstance(kind, str) else None
    if maker is None:
        if kind is None and ("installed" in info or "web" in info):
            raise SheetError("an OAuth client, not credentials; use it with `xen-support login --client-id-file`")
        what = "no type" if kind is None else f"the type {said(kind)[:40]!r}"
        raise SheetError(f"credentials of {what}; known are {', '.join(sorted(set(_MAKERS) - {USER_TYPE}))}")
    return maker(info, ask)


def _service(info: Info, ask: _Ask) -> Any:  # noqa: ANN401
    from google.oauth2 import service_account

    info = info | {"token_uri": ask.url(info["token_uri"])}
    account = service_account.Credentials.from_service_account_info(info, scopes=ask.scopes)  # type: ignore[no-untyped-call]
    return account.with_subject(ask.subject) if ask.subject else account


def _user(info: Info, ask: _Ask) -> Any:  # noqa: ANN401
    """A person's refresh token: our own file names its endpoint, gcloud's file has always Google's."""
    from google.oauth2 import credentials

    quota = info.get("quota_project_id")
    return credentials.Credentials(  # type: ignore[no-untyped-call]
        None,
        refresh_token=_text(info["refresh_token"]),
        token_uri=ask.url(info["token_uri"] if info["type"] == USER_TYPE else TOKEN_URI),
        client_id=_text(info["client_id"]),
        client_secret=_text(info["client_secret"]),
        quota_project_id=_text(quota) if quota is not None else None,
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no text")
    return value


def _external(info: Info, ask: _Ask) -> Any:  # noqa: ANN401
    """Workload identity: a token of somebody else's (a file, an address, AWS, a program) is exchanged for one of
    Google's.
    """
    source = info["credential_source"]
    info = info | {"token_url": ask.url(info["token_url"])}
    if (url := info.get("service_account_impersonation_url")) is not None:
        info["service_account_impersonation_url"] = ask.url(url)
    return _external_type(source).from_info(info, scopes=ask.scopes)


def _external_type(source: Info) -> Any:  # noqa: ANN401
    if "executable" in source:
        if os.environ.get(EXECUTABLES) != "1":
            raise SheetError(f"its token comes from a program, which is run only if {EXECUTABLES}=1 is set")
        from google.auth import pluggable

        return pluggable.Credentials
    if str(source.get("environment_id", "")).startswith("aws"):
        from google.auth import aws

        return aws.Credentials
    if "file" not in source and "url" not in source:
        raise SheetError(
            "its credential_source is not one of file, url, executable, AWS; other kinds are not supported"
        )
    from google.auth import identity_pool

    return identity_pool.Credentials


def _workforce(info: Info, ask: _Ask) -> Any:  # noqa: ANN401
    from google.auth import external_account_authorized_user as workforce

    info = info | {"token_url": ask.url(info["token_url"])}
    return workforce.Credentials.from_info(info, scopes=ask.scopes)  # type: ignore[no-untyped-call]


def _impersonated(info: Info, ask: _Ask) -> Any:  # noqa: ANN401
    """What `gcloud auth application-default login --impersonate-service-account` leaves."""
    url = _text(info["service_account_impersonation_url"])
    target = url.rpartition("/")[2].partition(":")[0]
    source = info["source_credentials"]
    if source.get("type") == "impersonated_service_account":
        raise ValueError("one in another")
    inner = _made(source, _Ask([IAM_SCOPE], ask.endpoint), stored=False)
    return _as_account(inner, target, ask.scopes, ask, ask.url(url), info.get("delegates"))


def _as_account(
    source: Any,  # noqa: ANN401
    account: str,
    scopes: list[str],
    ask: _Ask,
    url: str | None = None,
    delegates: list[str] | None = None,
) -> Any:  # noqa: ANN401
    from google.auth import impersonated_credentials

    return impersonated_credentials.Credentials(  # type: ignore[no-untyped-call]
        source, account, scopes, delegates=delegates, iam_endpoint_override=url or ask.url(_IAM.format(account))
    )


_MAKERS: dict[str, Callable[[Info, _Ask], Any]] = {
    "service_account": _service,
    "authorized_user": _user,
    USER_TYPE: _user,
    "external_account": _external,
    "external_account_authorized_user": _workforce,
    "impersonated_service_account": _impersonated,
}
