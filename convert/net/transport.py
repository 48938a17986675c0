"""HTTP as httplib2 does it, with what that lacks: a deadline, size limits, redirects without credentials.

One `Guard` belongs to one thread: httplib2 mixes up the answers of threads that share it.
"""

from __future__ import annotations

import errno
import http.client
import logging
import math
import os
import re
import ssl
import time
import zlib
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from convert.failure import Failure, printable
from convert.net.environment import authorities
from convert.net.wire import LOOPBACK, METADATA, Limits, NetError, connection_types

__all__ = [
    "Guard",
    "Limits",
    "NetError",
    "TransientError",
    "check_url",
    "is_loopback",
    "quiet_libraries",
    "retry_after",
]

log = logging.getLogger(__name__)
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
MAX_RATIO = 400.0  # what gzip makes of a sheet's JSON is under 100; a bomb is near its limit of 1,032
_PLAIN_HEADERS = frozenset({"accept", "accept-encoding", "user-agent"})  # all that another host gets
_LIBRARIES = ("google", "httplib2", "urllib3")
_NO_HEADER = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM})


class TransientError(Exception):
    """A failure that a later attempt may not have.  `after` is what the server asked to wait, in seconds."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


def quiet_libraries() -> None:
    """Keep the libraries' own debug lines, which have URLs and bodies in them, out of every log."""
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def is_loopback(host: str | None) -> bool:
    """Whether the host is this machine by its literal name."""
    return (host or "").lower() in LOOPBACK


def _shown(url: str) -> str:
    """A URL for a message: without query and password."""
    return re.sub(r"(?<=//)[^/@]*@", "", printable(url.split("?")[0]))[:200]


def _split(url: str) -> SplitResult:
    """The parts of a URL.  Raises NetError where it is none, a port out of range included."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        raise NetError(f"{_shown(url)}: not an address; a bracket or the port in it is wrong") from None
    return parts


def check_url(url: str, plain: bool = False, metadata: bool = False) -> None:
    """Raise NetError unless the URL is https, or http to this machine (with `plain`, to any).

    `metadata`: http is allowed to the address at which a cloud's machine asks about itself.
    """
    parts = _split(url)
    if parts.username is not None or parts.password is not None:
        raise NetError(f"{_shown(url)}: an address with a name or password in it is not used; leave that out")
    if parts.scheme == "https" and parts.hostname:
        return
    near = is_loopback(parts.hostname) or (metadata and parts.hostname in METADATA)
    if parts.scheme == "http" and (near or (plain and parts.hostname)):
        return
    raise NetError(f"{_shown(url)}: only https is used, and http only to this machine itself")


class Guard:
    """An `http` object with `request` as httplib2's, which google-auth takes too, with the limits held.

    `sign_in`: hosts that a redirect leads to where a sign-in is needed, each with what to tell people; `only_host`: no
    other host is asked, whatever redirects say; `plain`: http is allowed to other machines; `metadata`: to a cloud's
    metadata server.
    """

    def __init__(
        self,
        limits: Limits,
        sign_in: Mapping[str, str] | None = None,
        *,
        only_host: str | None = None,
        plain: bool = False,
        metadata: bool = False,
    ) -> None:
        trusted = authorities()  # first: httplib2 looks at one of the variables when it is imported
        import httplib2  # type: ignore[import-untyped]

        quiet_libraries()
        self.limits = limits
        self._sign_in = sign_in or {}
        self._only, self._plain, self._metadata = only_host, plain, metadata
        own = _certificates()
        self._types = connection_types(limits, lambda: trusted.context(own or httplib2.CA_CERTS))
        self._http = httplib2.Http(
            timeout=limits.timeout,
            decode_limit_ratio=MAX_RATIO,
            decode_limit_hard=limits.max_reply,
            ca_certs=own,
            proxy_info=None,
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
        for name, value in sent.items():
            if not isinstance(value, str) or _NO_HEADER.search(value):
                raise NetError(f"the value of {printable(str(name))} has characters that no header may have; not sent")
        for _hop in range(MAX_REDIRECTS + 1):
            check_url(uri, self._plain, self._metadata)
            response, content = self._one(uri, method, body, sent)
            if response.status not in REDIRECTS or "location" not in response:
                return response, content
            target = _joined(uri, response["location"])
            host = (_split(target).hostname or "").lower()
            if host in self._sign_in:
                raise NetError(self._sign_in[host])
            if self._only is not None and host != self._only.lower():
                raise NetError(f"{printable(self._only)} redirects to {printable(host)}, which is not asked")
            uri, sent = _redirected(uri, method, target, sent, self._plain)
        raise NetError(f"{urlsplit(uri).hostname}: more than {MAX_REDIRECTS} redirects; given up")

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

    own = httplib2.CA_CERTS
    return None if os.path.isfile(own) else ssl.get_default_verify_paths().cafile  # noqa: PTH113


def _joined(uri: str, location: str) -> str:
    try:
        return urljoin(uri, location)
    except ValueError:
        raise NetError(f"{urlsplit(uri).hostname} redirects to something that is not an address") from None


def _redirected(
    uri: str, method: str, target: str, sent: dict[str, str], plain: bool = False
) -> tuple[str, dict[str, str]]:
    """Where a redirect leads, and the headers for there: credentials only for the very same origin."""
    old, new = _split(uri), _split(target)
    if method != "GET":
        raise NetError(f"{old.hostname}: a redirect is not an answer to a {method}; it is not followed")
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
    if re.fullmatch(r"\s*[0-9]{10,}\s*", value):  # centuries; Python refuses to read some of them
        return math.inf
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
    """An exception of the libraries as one of ours."""
    if isinstance(error, TransientError):
        return error
    for make in (_of_tls, _of_connecting, _of_answer, _of_wire):
        if (found := make(error, host)) is not None:
            return found
    return NetError(f"the answer of {host} cannot be read ({type(error).__name__})")


def _of_tls(error: Exception, host: str) -> Exception | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return NetError(
            f"the certificate of {host} is not trusted; is there a proxy in between? SSL_CERT_FILE names its"
            " certificates"
        )
    broken = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
    if isinstance(error, ssl.SSLError) and not isinstance(error, broken):
        return NetError(f"{host} does not speak TLS there ({printable(error.reason or 'no reason')[:60].lower()})")
    return None


def _of_connecting(error: Exception, host: str) -> Exception | None:
    import httplib2

    if httplib2.socks is not None and isinstance(error, httplib2.socks.ProxyError):
        if "407" in str(error):
            return NetError(f"the proxy on the way to {host} wants a name and password: https_proxy=USER:PASSWORD@HOST")
        return NetError(f"the proxy on the way to {host} does not answer, or refuses; look at https_proxy")
    unreachable = isinstance(error, OSError) and error.errno in _UNREACHABLE
    if unreachable or isinstance(error, httplib2.ServerNotFoundError | ConnectionRefusedError):
        return NetError(f"cannot connect to {host}; is there a network, and is the proxy right?")
    if isinstance(error, UnicodeError | http.client.InvalidURL):
        return NetError(f"{host}: not an address that can be asked")
    return None


def _of_answer(error: Exception, host: str) -> Exception | None:
    import httplib2

    if type(error).__name__ in ("DecodeRatioError", "DecodeLimitError"):
        return NetError(f"the answer of {host} unpacks to far more than it may; not read")
    if isinstance(error, httplib2.FailedToDecompressContent):
        return NetError(f"the answer of {host} says that it is compressed, and is not; is there a proxy in between?")
    passing = http.client.RemoteDisconnected, http.client.IncompleteRead, http.client.ImproperConnectionState
    if isinstance(error, http.client.HTTPException) and not isinstance(error, passing):
        return NetError(f"{host} answers with something that is not HTTP; is it the right address and port?")
    return None


def _of_wire(error: Exception, host: str) -> Exception | None:
    import httplib2

    if isinstance(error, TimeoutError):
        slow = str(error) == "deadline"
        return TransientError(
            f"{host} {'is too slow: the answer was not complete in time' if slow else 'does not answer'}"
        )
    if isinstance(error, OSError | http.client.HTTPException | httplib2.HttpLib2Error | zlib.error | EOFError):
        return TransientError(f"the connection to {host} breaks off in the middle of the answer")
    return None
