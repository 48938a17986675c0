"""HTTP as httplib2 does it, with what that lacks: a deadline, size limits, redirects without credentials.

One `Guard` belongs to one thread: httplib2 mixes up the answers of threads that share it.
"""

from __future__ import annotations

import http.client
import io
import logging
import math
import os
import ssl
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from convert.failure import Failure, printable

log = logging.getLogger(__name__)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
MAX_RATIO = 400.0  # what gzip makes of a sheet's JSON is under 100; a bomb is near its limit of 1,032
_PLAIN_HEADERS = frozenset({"accept", "accept-encoding", "user-agent"})  # all that another host gets
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_LIBRARIES = (
    "googleapiclient",
    "google",
    "google_auth_httplib2",
    "httplib2",
    "oauthlib",
    "requests_oauthlib",
    "urllib3",
)


class NetError(Failure):
    """What no retry mends; the message is for people."""


class TransientError(Exception):
    """A failure that a later attempt may not have.  `after` is what the server asked to wait, in seconds."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


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


def quiet_libraries() -> None:
    """Keep the libraries' own debug lines, which have URLs and bodies in them, out of every log."""
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def is_loopback(host: str | None) -> bool:
    """Whether the host is this machine by its literal name."""
    return (host or "").lower() in _LOOPBACK


def check_url(url: str, plain: bool = False) -> None:
    """Raise NetError unless the URL is https, or http to this machine (with `plain`, to any)."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and (is_loopback(parts.hostname) or (plain and parts.hostname)):
        return
    raise NetError(f"{printable(url.split('?')[0])[:200]}: only https is used, and http only to this machine itself")


class Guard:
    """An `http` object with `request` as httplib2's, which Google's client and google-auth take, with the limits held.

    `sign_in`: hosts that a redirect leads to where a sign-in is needed, each with what to tell people; `only_host`: no other
    host is asked, whatever redirects say; `plain`: http is allowed to other machines.
    """

    def __init__(
        self,
        limits: Limits,
        sign_in: Mapping[str, str] | None = None,
        *,
        only_host: str | None = None,
        plain: bool = False,
    ) -> None:
        import httplib2  # type: ignore[import-untyped]

        quiet_libraries()
        if httplib2.socks is None and any(os.environ.get(name) for name in ("https_proxy", "HTTPS_PROXY")):
            raise NetError("https_proxy is set, but PySocks is missing, so it would be bypassed: pip install PySocks")
        self.limits = limits
        self._sign_in = sign_in or {}
        self._only, self._plain = only_host, plain
        self._types = _connection_types(limits)
        self._http = httplib2.Http(
            timeout=limits.timeout,
            decode_limit_ratio=MAX_RATIO,
            decode_limit_hard=limits.max_reply,
            ca_certs=_certificates(),
        )
        self._http.follow_redirects = False

    def close(self) -> None:
        """Drop the pooled connections; after a failure they are dead."""
        for connection in list(self._http.connections.values()):
            connection.close()
        self._http.connections.clear()

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        **_: object,
    ) -> tuple[Any, bytes]:
        """One request, redirects followed, as (httplib2.Response, body).

        Raises NetError for what no retry mends, TransientError for what one may.
        """
        sent = dict(headers or {})
        for _hop in range(MAX_REDIRECTS + 1):
            check_url(uri, self._plain)
            response, content = self._one(uri, method, body, sent)
            if response.status not in REDIRECTS or "location" not in response:
                return response, content
            host = (urlsplit(urljoin(uri, response["location"])).hostname or "").lower()
            if host in self._sign_in:
                raise NetError(self._sign_in[host])
            if self._only is not None and host != self._only.lower():
                raise NetError(f"{printable(self._only)} redirects to {printable(host)}, which is not asked")
            uri, sent = _redirected(uri, method, response["location"], sent, self._plain)
        raise NetError(f"{urlsplit(uri).hostname}: more than {MAX_REDIRECTS} redirects; it is no answer")

    def _one(self, uri: str, method: str, body: bytes | str | None, headers: dict[str, str]) -> tuple[Any, bytes]:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        began = time.monotonic()
        try:
            self.limits.remaining()
            response, content = self._http.request(
                uri,
                method,
                body=body,
                headers=dict(headers),
                connection_type=self._types[parts.scheme],
            )
        except Failure:
            self.close()
            raise
        except Exception as error:
            self.close()
            raise _failure(error, printable(host)) from error
        log.debug(
            "%s %s: %d, %d bytes, %.2f s",
            method,
            printable(host),
            response.status,
            len(content),
            time.monotonic() - began,
        )
        return response, content


def _certificates() -> str | None:
    """The system's certificates where the library's own are in a zip file, which OpenSSL cannot read; else None."""
    import httplib2

    own = httplib2.certs.where()
    return None if os.path.isfile(own) else ssl.get_default_verify_paths().cafile  # noqa: PTH113


def _redirected(
    uri: str, method: str, location: str, sent: dict[str, str], plain: bool = False
) -> tuple[str, dict[str, str]]:
    """Where a redirect leads, and the headers for there: credentials only for the very same origin."""
    target = urljoin(uri, location)
    old, new = urlsplit(uri), urlsplit(target)
    if method != "GET":
        raise NetError(f"{old.hostname}: a redirect is no answer to a {method}; it is not followed")
    if new.scheme == "http" and not is_loopback(old.hostname):
        raise NetError(f"{old.hostname} redirects to plain http; it is not followed")
    check_url(target, plain)
    if (old.scheme, old.hostname, old.port) == (new.scheme, new.hostname, new.port):
        return target, sent
    return target, {name: value for name, value in sent.items() if name.lower() in _PLAIN_HEADERS}


def retry_after(value: str | None, now: float) -> float | None:
    """The seconds a Retry-After header asks for, given the time of day `now` (seconds since 1970); None if unusable."""
    if value is None:
        return None
    try:
        return max(0.0, float(int(value)))
    except OverflowError:
        return math.inf
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _failure(error: Exception, host: str) -> Exception:
    """An exception of the libraries as one of ours; an unknown one as it is."""
    import httplib2

    if isinstance(error, TransientError):
        return error
    if isinstance(error, ssl.SSLCertVerificationError):
        return NetError(f"the certificate of {host} is not trusted; is a proxy between?")
    if isinstance(error, httplib2.ServerNotFoundError | ConnectionRefusedError):
        return NetError(f"cannot connect to {host}; is there a network, and is the proxy right?")
    if httplib2.socks is not None and isinstance(error, httplib2.socks.ProxyError):
        return NetError(f"the proxy on the way to {host} does not answer, or refuses; look at https_proxy")
    if type(error).__name__ in ("DecodeRatioError", "DecodeLimitError"):
        return NetError(f"the answer of {host} unpacks to far more than it may; not read")
    if isinstance(error, TimeoutError):
        slow = str(error) == "deadline"
        return TransientError(
            f"{host} {'is too slow: the answer was not complete in time' if slow else 'does not answer'}"
        )
    if isinstance(error, OSError | http.client.HTTPException | httplib2.HttpLib2Error | zlib.error | EOFError):
        return TransientError(f"the connection to {host} breaks off in the middle of the answer")
    return error


# -- the wire: every read is under the deadline and counted ---------------------------------------------------


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


def _connection_types(limits: Limits) -> dict[str, type]:
    """httplib2's two connection classes on such a wire."""
    import httplib2

    class Response(http.client.HTTPResponse):
        def begin(self) -> None:
            super().begin()
            if self.length is not None and self.length > limits.max_reply:
                raise NetError(
                    f"the reply exceeds {limits.max_reply >> 20} MiB (it has {self.length >> 20} MiB); not read"
                )

    class Plain(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
        response_class = Response
        sock: Any

        def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
            super().__init__(*args, **kwargs)
            self.proxy_info = None  # plain http goes to this machine only

        def connect(self) -> None:
            self.timeout = limits.remaining()
            super().connect()
            self.sock = _Wire(self.sock, limits)

    class Secure(httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
        response_class = Response
        sock: Any

        def connect(self) -> None:
            self.timeout = limits.remaining()
            super().connect()
            self.sock = _Wire(self.sock, limits)

    return {"http": Plain, "https": Secure}
