"""Calls to Google's APIs over the guarded transport: Retry-After, quota a minute, broken answers, one budget for all.

Each is a request of Google's client library, made without `build`: making its methods out of the discovery documents
took half of a small fetch, and four plain GETs are made.  The documents say what the calls look like, and tests/google
holds them to that.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from convert import __version__
from convert.failure import installing
from convert.net.transport import Guard, Limits, TransientError, check_url, retry_after
from convert.sheet.cells import SheetError
from convert.sheet.google.address import Address, EditedError, NotFoundError
from convert.sheet.google.faults import is_rate, read_fault
from convert.sheet.google.messages import explain, not_json, web_page
from convert.sheet.google.settings import GoogleSettings, check_universe

if TYPE_CHECKING:
    from convert.sheet.google.auth import Choice

T = TypeVar("T")
_ROOTS = {
    "drive": ("https://www.googleapis.com/", "drive/v3/"),
    "sheets": ("https://sheets.googleapis.com/", "v4/"),
    "docs": ("https://docs.googleapis.com/", "v1/"),
}
_SIGN_IN = {"accounts.google.com": "Google asks to sign in: the file is not link-shared, or sign-in is needed"}
_MAX_WAIT = 32.0  # seconds between two attempts when the server names no time
_CUT = 6  # characters: where JSON that was cut off in a word (`false`, `\u12..`) is found wrong
_AGENT = f"xen-support/{__version__} (gzip)"  # Google compresses only for agents that say gzip here, too
Query = Mapping[str, str]


def need_extra() -> None:
    """Raise SheetError with the command to install Google's libraries if they are missing."""
    from importlib.util import find_spec

    try:
        missing = any(find_spec(n) is None for n in ("google.auth", "googleapiclient", "httplib2", "tenacity"))
    except ModuleNotFoundError:  # of the namespace package `google` itself
        missing = True
    if missing:
        raise SheetError(f"reading from Google needs more packages; {installing('google')}")


class Client:
    """The three APIs for one thread and one sign-in."""

    choice: Choice

    def __init__(
        self, settings: GoogleSettings, scopes: tuple[str, ...] | None = None, like: Client | None = None
    ) -> None:
        """`like` is a client whose way of signing in and whose time are used again."""
        need_extra()
        from convert.sheet.google.auth import SCOPES
        from convert.sheet.google.signed import sign

        check_universe()
        if settings.api_endpoint is not None:
            check_url(settings.api_endpoint)
        self.settings = settings
        self.limits = Limits(settings.deadline, settings.timeout, settings.max_reply)
        self.guard = Guard(self.limits, _SIGN_IN, metadata=True)
        known: Choice | None = like.choice if like else None
        self.choice, self.http = sign(settings, self.guard, scopes or SCOPES, known)
        total = math.inf if settings.total is None else settings.total
        self.ends: float = like.ends if like else settings.clock() + total

    def json(self, api: str, path: str, query: Query, address: Address | None = None) -> dict[str, Any]:
        """The object that an API answers to a GET with; `path` is below its version.  Raises SheetError.

        EditedError where a range of the query is not there.
        """
        content = {"alt": "json"} | dict(query)
        return self.retrying(lambda: _object(self._get(api, path, content, address)))

    def download(self, file_id: str, address: Address) -> bytes:
        """The bytes of a file in Drive.  Raises SheetError."""
        query = {"supportsAllDrives": "true", "alt": "media"}
        return self.retrying(lambda: self._get("drive", f"files/{quote(file_id, safe='')}", query, address))

    def get(self, url: str) -> tuple[str, bytes]:
        """Content type and body of a plain URL, signed with nothing.  Raises SheetError."""

        def attempt() -> tuple[str, bytes]:
            response, content = self.guard.request(url, headers={"user-agent": _AGENT})
            if response.status != 200:
                self._refuse(response, content, urlsplit(url).hostname or "")
            return str(response.get("content-type", "")), content

        return self.retrying(attempt)

    def _get(self, api: str, path: str, query: Query, address: Address | None) -> bytes:
        root, version = _ROOTS[api]
        if self.settings.api_endpoint is not None:
            root = self.settings.api_endpoint.rstrip("/") + "/"
        headers = {"accept": "application/json", "user-agent": _AGENT}
        if address is not None and address.resource_key is not None:  # of an old link
            headers["X-Goog-Drive-Resource-Keys"] = f"{address.file_id}/{address.resource_key}"
        from googleapiclient.http import HttpRequest  # type: ignore[import-untyped]

        url = f"{root}{version}{path}?{urlencode(query)}"
        return bytes(HttpRequest(_Told(self, api, query), _body, url, headers=headers).execute())

    def _refuse(self, response: Any, content: bytes, api: str) -> None:  # noqa: ANN401
        fault = read_fault(response.status, content, str(response.get("www-authenticate", "")))
        message = explain(fault, self.choice.identity, api)
        if content.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")) and fault.status in (401, 403):
            message = web_page(content)
        if is_rate(fault) or fault.status in (408, 500, 502, 503, 504):
            raise TransientError(message, retry_after(response.get("retry-after"), time.time()))
        raise NotFoundError(message) if fault.status == 404 else SheetError(message)

    def sign_in(self) -> None:
        """Get a token now.  Raises SheetError."""
        self.retrying(self.http.sign_in)

    def retrying(self, attempt: Callable[[], T]) -> T:
        """The attempt's value, tried again after transient failures for as long as the budget lasts.

        Raises SheetError with the last failure's message, and what was waited or is asked to be.
        """
        from tenacity import RetryCallState, Retrying, retry_if_exception_type

        clock, began, waited = self.settings.clock, self.settings.clock(), [0.0]
        until = min(began + self.settings.budget, self.ends)

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.after if isinstance(error, TransientError) else None
            backoff = min(_MAX_WAIT, float(2 ** min(state.attempt_number - 1, 10)))
            return backoff + self.settings.rand() if asked is None else max(asked, 0.1) + self.settings.rand()

        def stop(state: RetryCallState) -> bool:
            return clock() + state.upcoming_sleep > until

        def once() -> T:
            left = self.ends - clock()
            if left <= 0:
                raise SheetError(f"not done within {self.settings.total:g} s (--budget); nothing was changed")
            self.limits.deadline = min(self.settings.deadline, left)
            self.limits.start()
            return attempt()

        def again(state: RetryCallState) -> None:
            self.http.close()  # after a reset the pooled connection stays dead
            waited[0] += state.upcoming_sleep
            self.settings.progress(f"waiting {state.upcoming_sleep:.0f} s before the next attempt")

        try:
            return Retrying(
                sleep=self.settings.sleep,
                wait=wait,
                stop=stop,
                retry=retry_if_exception_type(TransientError),
                before_sleep=again,
                reraise=True,
            )(once)
        except TransientError as error:
            raise SheetError(_given_up(error, waited[0], until - clock())) from error


class _Told:
    """The `http` of one request of Google's client; what is no success is told in our words, as the library reads it
    too late.
    """

    def __init__(self, client: Client, api: str, query: Query) -> None:
        self._client, self._api, self._query = client, api, query

    def request(self, uri: str, method: str, body: str | None, headers: dict[str, str]) -> tuple[Any, bytes]:
        """As `SignedHttp.request`.  Raises SheetError, TransientError, EditedError."""
        response, content = self._client.http.request(uri, method, body, headers)
        if response.status == 400 and "ranges" in self._query and b"parse range" in content:
            raise EditedError("a tab was renamed or deleted while the file was read; fetch again")
        if response.status != 200:
            self._client._refuse(response, content, f"{self._api}.googleapis.com")
        return response, content


def _body(_response: object, content: bytes) -> bytes:
    return content


def _given_up(error: TransientError, waited: float, left: float) -> str:
    """What is said at the end: how long was waited, or until when the other side asks to wait."""
    told = f"{error}{f'; {waited:.0f} s of waiting did not help' if waited else ''}"
    if error.after is None or error.after <= left:
        return f"{told}; try again {'in some minutes' if waited else 'later'}"
    try:
        until = (datetime.now().astimezone() + timedelta(seconds=error.after)).replace(microsecond=0)
    except OverflowError:
        return f"{told}; it asks to wait longer than anybody can; try again later"
    day = "" if error.after < 43_200 else f"{until:%Y-%m-%d} "
    span = f"{error.after:.0f} s" if error.after < 180 else f"{error.after / 60:.0f} minutes"
    return f"{told}; it asks to wait {span}, until {day}{until:%H:%M}: try again then"


def _object(content: bytes) -> dict[str, Any]:
    """The JSON object of an answer; TransientError for one that was cut off, SheetError for anything else."""
    text = ""
    try:
        text = content.decode("utf-8-sig")
        value = json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("<"):
            raise SheetError(web_page(content)) from None
        cut = error.msg.startswith("Unterminated") or error.pos >= len(text.rstrip()) - _CUT
        if text.lstrip().startswith("{") and cut:
            raise TransientError("the answer ends in the middle") from None
        value = None
    except (ValueError, RecursionError):  # not UTF-8, a number of thousands of digits, nested without end
        value = None
    if not isinstance(value, dict):
        raise SheetError(not_json())
    return value
