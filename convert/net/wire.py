"""The wire: connections whose every read is under the deadline and counted, through the proxy that the environment
names.
"""

from __future__ import annotations

import http.client
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convert.failure import Failure, printable
from convert.net.environment import proxy_for

if TYPE_CHECKING:
    import ssl

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
METADATA = frozenset({"169.254.169.254", "fd00:ec2::254"})  # of the machine itself, in a cloud
NEAR = LOOPBACK | METADATA  # reached directly over plain http, whatever proxies there are
_ENCODINGS = {(): None, ("identity",): None, ("gzip",): "gzip", ("x-gzip",): "gzip", ("deflate",): "deflate"}


class NetError(Failure):
    """What no retry mends; the message is for people."""


@dataclass(slots=True)
class Limits:
    """What one attempt may cost: `until` on `time.monotonic`, seconds of silence, bytes of one reply."""

    deadline: float
    timeout: float
    max_reply: int
    until: float = 0.0

    def start(self) -> None:
        """Begin an attempt."""
        self.until = time.monotonic() + self.deadline

    def remaining(self) -> float:
        """Seconds until the deadline; TimeoutError when it has passed."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return min(left, self.timeout)


class _Timed(io.RawIOBase):
    """A socket's incoming side that gives each read only what is left of the time, and an end to its size."""

    def __init__(self, wire: Any, limits: Limits) -> None:  # noqa: ANN401
        self._sock, self._raw, self._limits, self._left = wire, wire.makefile("rb", 0), limits, limits.max_reply

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401
        self._sock.settimeout(self._limits.remaining())
        try:
            count: int | None = self._raw.readinto(buffer)
        except TimeoutError:
            self._limits.remaining()  # says so if it is the deadline that has passed
            raise
        self._left -= count or 0
        if self._left < 0:
            raise NetError(f"the reply exceeds {self._limits.max_reply >> 20} MiB; not read")
        return count

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Wire:
    """A connected socket whose `makefile` gives the timed side; the rest is the socket's."""

    def __init__(self, sock: Any, limits: Limits) -> None:  # noqa: ANN401
        self._sock, self._limits = sock, limits

    def makefile(self, _mode: str = "rb", *_: object, **__: object) -> io.BufferedReader:
        return io.BufferedReader(_Timed(self._sock, self._limits), 64 << 10)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._sock, name)


def _settle_encoding(headers: Any) -> None:  # noqa: ANN401
    """Give a Content-Encoding the one form that httplib2 knows; NetError for one that it would hand on unread."""
    named = [part.strip().lower() for value in headers.get_all("content-encoding", ()) for part in value.split(",")]
    names = tuple(name for name in named if name)
    if names not in _ENCODINGS:
        raise NetError(
            f"the answer is encoded as {printable(', '.join(names))[:40]}, which was not asked for; not read"
        )
    del headers["content-encoding"]
    if known := _ENCODINGS[names]:
        headers["content-encoding"] = known


def connection_types(limits: Limits, context: Callable[[], ssl.SSLContext]) -> dict[str, type]:
    """httplib2's two connection classes on such a wire, by scheme; `context` makes the one of TLS when it is needed."""
    import httplib2  # type: ignore[import-untyped]

    class Response(http.client.HTTPResponse):
        def begin(self) -> None:
            start = self.fp.peek(5)[:5]  # what speaks something else may say no whole line, and then wait for us
            if start and not b"HTTP/".startswith(start):
                raise http.client.BadStatusLine("no HTTP")
            super().begin()
            if self.length is not None and self.length > limits.max_reply:
                raise NetError(
                    f"the reply exceeds {limits.max_reply >> 20} MiB (it has {self.length >> 20} MiB); not read"
                )
            _settle_encoding(self.headers)

    class Plain(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
        response_class = Response
        sock: Any

        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
            super().__init__(*args, **kwargs)
            self.proxy_info = None if self.host in NEAR else _proxy_info(self.host, "http")

        def connect(self) -> None:
            self.timeout = limits.remaining()
            super().connect()
            self.sock = _Wire(self.sock, limits)

    class Secure(httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
        response_class = Response
        sock: Any

        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
            super().__init__(*args, **kwargs)
            self._context = context()
            self.proxy_info = _proxy_info(self.host, "https")

        def connect(self) -> None:
            self.timeout = limits.remaining()
            super().connect()
            self.sock = _Wire(self.sock, limits)

    return {"http": Plain, "https": Secure}


def _proxy_info(host: str, scheme: str) -> Any:  # noqa: ANN401
    """httplib2's form of the proxy for a host; None where there is none.  Raises Failure where PySocks is missing."""
    import httplib2

    proxy = proxy_for(host, scheme=scheme)
    if proxy is None:
        return None
    if httplib2.socks is None:
        raise NetError(f"{proxy.variable} is set, but PySocks is missing, so it would be bypassed: pip install PySocks")
    kind = {"http": httplib2.socks.HTTP, "socks4": httplib2.socks.SOCKS4, "socks5": httplib2.socks.SOCKS5}[proxy.kind]
    return httplib2.ProxyInfo(kind, proxy.host, proxy.port, proxy.remote_names, proxy.user, proxy.password)
