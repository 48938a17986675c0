"""The port on which the browser's answer is awaited, and the terminal into which its address may be pasted instead.

Browsers open connections that say nothing, ask for an icon, and people open the wrong page: none of that ends the
waiting.
"""

from __future__ import annotations

import contextlib
import os
import queue
import select
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from convert.sheet.cells import SheetError

_SILENCE = 10.0  # seconds that a connection may say nothing
_POLL = 0.1
_MAX_PASTE = 16 << 10
_OTHER = "wrong state"
_DONE = b"The answer has arrived. You may close this window and go back to the terminal.\n"
_NOTHING = b"There is nothing here.\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser came back with: a code, or an OAuth error; `wrong state` for that of another sign-in."""

    code: str = field(default="", repr=False)
    error: str = ""


def parse(query: str, state: str) -> Answer | None:
    """The answer in a query string; None where there is none in it."""
    try:
        fields = {name: values[0] for name, values in parse_qs(query, max_num_fields=50).items()}
    except ValueError:
        return None
    if "state" not in fields or not ("code" in fields or "error" in fields):
        return None
    if fields["state"] != state:
        return Answer(error=_OTHER)
    return Answer(error=fields["error"]) if "error" in fields else Answer(fields["code"])


class _Handler(BaseHTTPRequestHandler):
    """One connection of a browser, which may be slow, silent or lost."""

    timeout = _SILENCE
    server: Any

    def do_GET(self) -> None:
        parts = urlsplit(self.path) if self.path.startswith("/") else None
        answer = parse(parts.query, self.server.state) if parts is not None and parts.path == "/" else None
        try:
            self._reply(404 if answer is None else 200, _NOTHING if answer is None else _DONE)
        finally:  # the browser may have gone by now
            if answer is not None:
                self.server.found.put(answer)

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the request line has the code in it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    state: str
    found: queue.SimpleQueue[Answer]

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Say nothing of connections that break."""


class Answers:
    """A server on this machine for the time of a sign-in; `port` 0 takes any.  Raises SheetError for a port in use."""

    def __init__(self, port: int, state: str) -> None:
        self.state = state
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except (OSError, OverflowError) as error:
            raise SheetError(
                f"port {port} of this machine cannot be used ({getattr(error, 'strerror', error)}); give another with"
                " --port"
            ) from None
        self._server.state, self._server.found = state, queue.SimpleQueue()
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Answers:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def get(self, seconds: float) -> Answer | None:
        """The browser's answer if it comes within some seconds."""
        with contextlib.suppress(queue.Empty):
            return self._server.found.get(timeout=max(0.0, seconds))
        return None


def wait_for(answers: Answers, ends: float, *, paste: bool) -> Answer | None:
    """The first answer, from the browser or pasted as the address on which it ended; None at `ends`
    (`time.monotonic`).
    """
    source = _Paste(answers.state) if paste else None
    while (left := ends - time.monotonic()) > 0:
        answer = answers.get(min(_POLL, left)) or (source.look() if source else None)
        if answer is not None:
            return answer
    return None


class _Paste:
    """Lines of standard input, read without ever waiting for one."""

    def __init__(self, state: str) -> None:
        self._state, self._text = state, b""
        try:
            self._handle = sys.stdin.fileno()
        except (OSError, ValueError, AttributeError):  # closed, or none
            self._handle = -1

    def look(self) -> Answer | None:
        """The answer in what was pasted so far; a line that has none is told about, and not repeated."""
        if self._handle < 0 or not select.select([self._handle], [], [], 0)[0]:
            return None
        more = os.read(self._handle, _MAX_PASTE)
        if not more:
            self._handle = -1
        *lines, self._text = (self._text + (more or b"\n")).split(b"\n")
        self._text = self._text[-_MAX_PASTE:]
        for line in lines:
            text = line.decode("utf-8", "replace").strip()
            answer = parse(text.partition("?")[2].partition("#")[0] or text, self._state) if text else None
            if answer is not None and answer.error != _OTHER:
                return answer
            if text:
                why = "belongs to another sign-in" if answer else "is not the address on which the browser ended"
                print(f"This {why} (...?state=...&code=...); paste all of that one.", file=sys.stderr)
        return None
