"""Calls to Google's APIs with the retries that its client lacks: Retry-After, quota a minute, broken answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from convert.net.transport import Guard, Limits, TransientError, check_url, retry_after
from convert.sheet.cells import SheetError
from convert.sheet.google.messages import explain, is_rate, not_json, read_fault
from convert.sheet.google.settings import GoogleSettings

T = TypeVar("T")
_VERSIONS = {"drive": "v3", "sheets": "v4", "docs": "v1"}
_SIGN_IN = {"accounts.google.com": "Google asks to sign in: the file is not link-shared, or sign-in is needed"}
_MAX_WAIT = 32.0  # seconds between two attempts when the server names no time


def need_extra() -> None:
    """Raise SheetError with the command to install Google's libraries if they are missing."""
    from importlib.util import find_spec

    try:
        missing = any(find_spec(n) is None for n in ("google.auth", "googleapiclient", "httplib2", "tenacity"))
    except ModuleNotFoundError:  # of the namespace package `google` itself
        missing = True
    if missing:
        raise SheetError(
            "reading from Google needs more packages: pip install 'xen-support[google]' "
            "(or pipx inject xen-support 'xen-support[google]')"
        )


class Client:
    """The three APIs for one thread and one sign-in."""

    def __init__(self, settings: GoogleSettings, scopes: tuple[str, ...] | None = None) -> None:
        need_extra()
        from convert.sheet.google.auth import SCOPES, sign

        if settings.api_endpoint is not None:
            check_url(settings.api_endpoint)
        self.settings = settings
        self.limits = Limits(settings.deadline, settings.timeout, settings.max_reply)
        self.guard = Guard(self.limits, _SIGN_IN)
        self.choice, self.http = sign(settings, self.guard, scopes or SCOPES)
        self._services: dict[str, Any] = {}

    def service(self, name: str) -> Any:  # noqa: ANN401
        """Google's client for `drive`, `sheets` or `docs`, from the discovery documents in the package."""
        if name not in self._services:
            from googleapiclient.discovery import build  # type: ignore[import-untyped]

            options = {}
            if self.settings.api_endpoint is not None:
                # replaces root and service path, and only Drive's service path is not empty
                root = self.settings.api_endpoint.rstrip("/") + "/"
                options["api_endpoint"] = f"{root}drive/v3/" if name == "drive" else root
            self._services[name] = build(
                name,
                _VERSIONS[name],
                http=self.http,
                static_discovery=True,
                cache_discovery=False,
                client_options=options,
            )
        return self._services[name]

    def json(self, name: str, request: Any) -> dict[str, Any]:  # noqa: ANN401
        """The object that a request of Google's client answers with.  Raises SheetError."""

        def check(value: object) -> dict[str, Any]:
            if isinstance(value, dict):
                return value
            text = value if isinstance(value, str) else ""
            if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<head", "<body", "<script")):
                raise SheetError(not_json(html=True))
            if text.lstrip().startswith("{"):
                raise TransientError("the answer ends in the middle")
            raise SheetError(not_json(html=False))

        return self.retrying(lambda: check(self._execute(name, request)))

    def download(self, request: Any) -> bytes:  # noqa: ANN401
        """The bytes of a `get_media` request.  Raises SheetError."""
        return self.retrying(lambda: bytes(self._execute("drive", request)))

    def get(self, url: str, headers: dict[str, str] | None = None) -> tuple[str, bytes]:
        """Content type and body of a plain URL, signed with nothing.  Raises SheetError."""

        def attempt() -> tuple[str, bytes]:
            response, content = self.guard.request(url, headers=headers)
            if response.status != 200:
                self._refuse(response, content, urlsplit(url).hostname or "")
            return str(response.get("content-type", "")), content

        return self.retrying(attempt)

    def _execute(self, name: str, request: Any) -> Any:  # noqa: ANN401
        from googleapiclient.errors import HttpError  # type: ignore[import-untyped]

        try:
            return request.execute(num_retries=0)
        except HttpError as error:
            self._refuse(error.resp, error.content, f"{name}.googleapis.com")

    def _refuse(self, response: Any, content: bytes, api: str) -> None:  # noqa: ANN401
        fault = read_fault(response.status, content, str(response.get("www-authenticate", "")))
        message = explain(fault, self.choice.identity, api)
        if content.lstrip()[:9].lower() in (b"<!doctype", b"<html>") and fault.status in (401, 403):
            message = not_json(html=True)
        if is_rate(fault) or fault.status in (408, 500, 502, 503, 504):
            raise TransientError(message, retry_after(response.get("retry-after"), time.time()))
        raise SheetError(message)

    def retrying(self, attempt: Callable[[], T]) -> T:
        """The attempt's value, tried again after transient failures for as long as the budget lasts.

        Raises SheetError with the last failure's message.
        """
        from tenacity import RetryCallState, Retrying, retry_if_exception_type

        clock, began = self.settings.clock, self.settings.clock()

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.after if isinstance(error, TransientError) else None
            backoff = min(_MAX_WAIT, float(2 ** min(state.attempt_number - 1, 10)))
            return backoff + self.settings.rand() if asked is None else max(asked, 0.1) + self.settings.rand()

        def stop(state: RetryCallState) -> bool:
            return clock() - began + state.upcoming_sleep > self.settings.budget

        def once() -> T:
            self.limits.start()
            return attempt()

        def again(state: RetryCallState) -> None:
            self.http.close()  # after a reset the pooled connection stays dead
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
            raise SheetError(str(error)) from error
