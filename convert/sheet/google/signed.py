"""Requests signed with what `auth` chose, and the tokens for that, over the guarded transport alone."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import Any

from convert.failure import Failure
from convert.net.transport import Guard, TransientError, retry_after
from convert.sheet.cells import SheetError
from convert.sheet.google.auth import SCOPES, Choice, api_key_of, choose
from convert.sheet.google.credentials import load
from convert.sheet.google.faults import WORKLOAD, Identity, read_fault, said
from convert.sheet.google.messages import explain, explain_refresh
from convert.sheet.google.settings import GoogleSettings

_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_TOKEN = re.compile(r"[\x21-\x7e]+")


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
        """One request; the timeout is the guard's.  TransientError where another attempt may help: google-auth's own
        is blind.
        """
        response, content = self._guard.request(url, method, body=body, headers=headers)
        if response.status in _AGAIN:
            raise TransientError(
                f"the sign-in service of Google answers with an error of its own ({response.status})",
                retry_after(response.get("retry-after"), time.time()),
            )
        return _Reply(response.status, dict(response), content)


@dataclass(frozen=True, slots=True)
class _Reply:
    """What google-auth expects of a response."""

    status: int
    headers: dict[str, str]
    data: bytes


class SignedHttp:
    """A transport that signs each request.

    Not google-auth-httplib2's AuthorizedHttp: its `before_request` starts a thread that shares the connection and
    sends the token to one more Google service.
    """

    def __init__(self, guard: Guard, choice: Choice, credentials: Any, api_key: str | None) -> None:  # noqa: ANN401
        self._guard, self._choice, self._credentials, self._key = guard, choice, credentials, api_key

    def close(self) -> None:
        """Drop the pooled connections."""
        self._guard.close()

    def request(self, uri: str, method: str = "GET", body: bytes | str | None = None,
                headers: dict[str, str] | None = None) -> tuple[Any, bytes]:  # fmt: skip
        """As `Guard.request`, signed; a 401 gets one new token and one more attempt."""
        response, content = self._guard.request(uri, method, body, self._signed(headers, fresh=False))
        if response.status == 401 and self._credentials is not None:
            response, content = self._guard.request(uri, method, body, self._signed(headers, fresh=True))
        return response, content

    def sign_in(self) -> None:
        """Get a token, if one is needed at all.  Raises SheetError or TransientError."""
        self._signed(None, fresh=False)

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
    except (Failure, TransientError):
        raise
    except exceptions.RefreshError as error:
        raise _refresh_failed(error, who) from None
    except exceptions.OAuthError as error:
        raise SheetError(_exchange_failed(error, who)) from None
    except exceptions.GoogleAuthError as error:
        raise SheetError(
            f"signing in does not work ({said(error) or type(error).__name__}); check the credentials"
        ) from None
    except Exception:  # an answer that is no token, in one of many ways; google-auth looks at none of them
        raise SheetError(_NO_TOKEN) from None
    if not isinstance(credentials.token, str) or not _TOKEN.fullmatch(credentials.token):
        raise SheetError(_NO_TOKEN)


_NO_TOKEN = (
    "the sign-in service answers with something that is not a token; is there a proxy or a login page in between?"
)


def _refresh_failed(error: Any, who: Identity) -> Exception:  # noqa: ANN401
    body = error.args[1] if len(error.args) > 1 else None
    if isinstance(body, str) and "impersonated" in str(error.args[0]):
        fault = read_fault(403, body.encode(errors="replace"))
        if fault.reasons and not fault.reasons & {"invalid_grant"}:
            return SheetError(
                f"impersonating {who.email or 'the service account'}:"
                f" {explain(fault, Identity(), 'iamcredentials.googleapis.com')}"
            )
    if getattr(error, "retryable", False):
        return TransientError("the sign-in service of Google answers with an error of its own")
    reason, words = "", str(error.args[0]) if error.args else ""
    if words.lstrip().startswith("<"):
        return SheetError(_NO_TOKEN)
    if who.kind == WORKLOAD and not isinstance(body, dict):
        return SheetError(f"the token of this workload identity cannot be had: {said(words)}")
    if isinstance(body, dict):
        reason, words = str(body.get("error") or ""), str(body.get("error_description") or "")
    return SheetError(explain_refresh(reason, words, who))


def _exchange_failed(error: Any, who: Identity) -> str:  # noqa: ANN401
    """Why Google's token service does not take the other side's token."""
    body = error.args[1] if len(error.args) > 1 else ""
    fault = read_fault(400, str(body).encode(errors="replace"))
    why = fault.message or ", ".join(sorted(map(said, fault.reasons))) or "no reason given"
    return (
        f"Google does not accept the token of this workload identity: {why}; "
        "look at the provider's issuer, audience and attribute condition"
    )


def sign(
    settings: GoogleSettings, guard: Guard, scopes: tuple[str, ...] = SCOPES, known: Choice | None = None
) -> tuple[Choice, SignedHttp]:
    """Choose a way to sign in, or take the one that is known for these scopes; and the signed transport for it.

    Raises SheetError.
    """
    choice = (
        choose(settings, scopes) if known is None else replace(known, identity=replace(known.identity, scopes=scopes))
    )
    key = api_key_of(settings) if choice.identity.kind == "API key" else None
    return choice, SignedHttp(guard, choice, load(choice, settings, scopes), key)
