"""Proxies and certificates that the environment names, as curl takes them (its manual, "Environment").

What is not understood is refused, never bypassed; no message has a password in it.
"""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from convert.failure import Failure, printable

_KINDS = {  # scheme -> PySocks' type, and whether the proxy looks names up
    "http": ("http", True),
    "socks": ("socks4", False),
    "socks4": ("socks4", False),
    "socks4a": ("socks4", True),
    "socks5": ("socks5", False),
    "socks5h": ("socks5", True),
}
_PORT = 1080  # curl's, whatever the scheme
_CERTIFICATES = ("HTTPLIB2_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy: the variable that names it, PySocks' type, where it is, who asks, and whether it looks names up."""

    variable: str
    kind: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    remote_names: bool = True


def proxy_for(host: str, environ: Mapping[str, str] | None = None, scheme: str = "https") -> Proxy | None:
    """The proxy for https, or http, to a host; None where it is reached directly.

    `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY` in this order, an empty one being none, unless `no_proxy` has
    the host; `HTTP_PROXY` is not looked at, as a web server sets it from a request's header.  Raises Failure for one
    that is not understood.
    """
    given = os.environ if environ is None else environ
    first = ["http_proxy"] if scheme == "http" else _names("https_proxy")
    found = next(((name, value) for name in (*first, *_names("all_proxy")) if (value := given.get(name))), None)
    if found is None:
        return None
    proxy = _parsed(*found)
    excepted = next((value for name in _names("no_proxy") if (value := given.get(name))), "")
    return None if _excepted(host, excepted) else proxy


def _names(*names: str) -> list[str]:
    return [form for name in names for form in (name, name.upper())]


def _parsed(name: str, value: str) -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = parts.hostname, parts.port
        user, password = (None if part is None else unquote(part) for part in (parts.username, parts.password))
    except ValueError:
        host = None
    if not host or re.search(r"[\x00-\x20\x7f]", host + (user or "") + (password or "")):
        raise Failure(f"{name}: not the address of a proxy; give [http://][USER:PASSWORD@]HOST[:PORT]")
    if parts.scheme.lower() not in _KINDS:
        raise Failure(
            f"{name}: a proxy of the kind {printable(parts.scheme)[:20]}:// is not supported; the kinds are"
            f" {', '.join(sorted(_KINDS))}"
        )
    kind, remote = _KINDS[parts.scheme.lower()]
    return Proxy(name, kind, host, port or _PORT, user, password, remote)


def _excepted(host: str, listed: str) -> bool:
    """Whether `no_proxy` has a host: `*`, a name with all below it, an address, a network as 10.0.0.0/8."""
    if listed.strip() == "*":
        return True
    host = host.strip("[]").rstrip(".").lower()
    address = _address(host)
    for token in re.split(r"[,\s]+", listed.lower()):
        name = token.strip("[]").rstrip(".").removeprefix(".")
        if not name:
            continue
        if address is not None:
            try:
                if address in ipaddress.ip_network(name, strict=False):
                    return True
            except ValueError:
                continue
        elif host == name or host.endswith(f".{name}"):
            return True
    return False


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Authorities:
    """The certificates that are trusted instead of the library's own: files and directories, with who names them."""

    named: tuple[tuple[str, Path], ...] = ()

    def context(self, default: str | None) -> ssl.SSLContext:
        """A TLS context that trusts these; where nothing is named, the file `default`.  Raises Failure."""
        if not self.named:
            return ssl.create_default_context(cafile=default)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for name, path in self.named:
            try:
                folder = path.is_dir()
                context.load_verify_locations(cafile=None if folder else path, capath=path if folder else None)
            except OSError as error:
                why = "no certificates in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
                raise Failure(f"{name}: {printable(str(path))}: {why}; correct or unset {name}") from None
        return context


def authorities(environ: Mapping[str, str] | None = None) -> Authorities:
    """The certificates that the environment names.  Raises Failure for a file or directory that is not there."""
    given = os.environ if environ is None else environ
    found = []
    for name in _CERTIFICATES:
        if value := given.get(name):
            path = Path(value)
            if not _is_there(path, name):
                raise Failure(f"{name}: {printable(value)[:200]}: there are no certificates; correct or unset {name}")
            found.append((name, path))
    return Authorities(tuple(found))


def _is_there(path: Path, name: str) -> bool:
    try:
        return path.is_dir() or (path.is_file() and name != "SSL_CERT_DIR")
    except (OSError, ValueError):
        return False
