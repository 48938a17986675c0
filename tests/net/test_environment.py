"""Proxies and certificates of the environment: as curl takes them, and nothing bypassed."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from convert.failure import Failure
from convert.net.environment import Proxy, authorities, proxy_for

HOST = "docs.google.com"
FORMS: dict[str, tuple[str, str, int, str | None, str | None, bool]] = {
    "proxy.example:3128": ("http", "proxy.example", 3128, None, None, True),
    "proxy.example": ("http", "proxy.example", 1080, None, None, True),
    "http://proxy.example:8080/": ("http", "proxy.example", 8080, None, None, True),
    "http://u%40corp:p%3a%2Fw%25@proxy.example:8080": ("http", "proxy.example", 8080, "u@corp", "p:/w%", True),
    "jo:se@cret@proxy.example:1": ("http", "proxy.example", 1, "jo", "se@cret", True),
    "socks5://127.0.0.1:9050": ("socks5", "127.0.0.1", 9050, None, None, False),
    "SOCKS5H://127.0.0.1": ("socks5", "127.0.0.1", 1080, None, None, True),
    "socks4a://h": ("socks4", "h", 1080, None, None, True),
    "socks://h": ("socks4", "h", 1080, None, None, False),
    "http://[::1]:3128": ("http", "::1", 3128, None, None, True),
}


@pytest.mark.parametrize("value", FORMS)
def test_what_a_variable_may_say(value: str) -> None:
    assert proxy_for(HOST, {"https_proxy": value}) == Proxy("https_proxy", *FORMS[value])


def test_which_variable_counts() -> None:
    every = {"https_proxy": "a", "HTTPS_PROXY": "b", "all_proxy": "c", "ALL_PROXY": "d"}
    order = []
    while every:
        found = proxy_for(HOST, every)
        assert found is not None
        order.append(found.host)
        del every[found.variable]
    assert order == ["a", "b", "c", "d"]
    assert proxy_for(HOST, {"https_proxy": "", "ALL_PROXY": "x"}) == Proxy("ALL_PROXY", "http", "x", 1080)
    plain = {"http_proxy": "x", "HTTP_PROXY": "y"}
    assert proxy_for(HOST, plain) is None
    found = proxy_for(HOST, plain, "http")
    assert found is not None and found.host == "x" and proxy_for(HOST, {"HTTP_PROXY": "y"}, "http") is None


@pytest.mark.parametrize("value", ["https://h:1", "ftp://h", "://", "http://", "h:99999", "h:port", "http://[::1", "u:hunter2#x@h:1",
                                   "u:%0d%0ahunter2@h"])  # fmt: skip
def test_what_is_not_understood_is_refused(value: str) -> None:
    with pytest.raises(Failure) as caught:
        proxy_for(HOST, {"ALL_PROXY": value, "no_proxy": HOST})
    assert "ALL_PROXY" in str(caught.value) and "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "listed", "direct"),
    [
        (HOST, "*", True),
        (HOST, "*,other", False),
        (HOST, "google.com", True),
        (HOST, ".google.com", True),
        (HOST, "ogle.com", False),
        (HOST, "a.example, GOOGLE.COM.", True),
        (HOST, "x docs.google.com", True),
        (HOST, "www.docs.google.com", False),
        (HOST, "*.google.com", False),
        ("docs.google.com.", "google.com", True),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "1.2.3", False),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("::1", "[::1]", True),
        ("fe80::1", "fe80::/10", True),
        (HOST, "", False),
    ],
)
def test_no_proxy(host: str, listed: str, direct: bool) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        assert (proxy_for(host, {"https_proxy": "p:1", name: listed}) is None) == direct


def test_certificates(tmp_path: Path) -> None:
    own = ssl.get_default_verify_paths()
    assert authorities({}).named == () and authorities({"SSL_CERT_FILE": ""}).named == ()
    bad = tmp_path / "ca.pem"
    bad.write_text("no certificate")
    with pytest.raises(Failure, match=r"REQUESTS_CA_BUNDLE: .*no certificates in PEM"):
        authorities({"REQUESTS_CA_BUNDLE": str(bad)}).context(None)
    with pytest.raises(Failure, match="SSL_CERT_DIR"):
        authorities({"SSL_CERT_DIR": str(bad)})
    context = authorities({"SSL_CERT_DIR": str(tmp_path)}).context(own.cafile)
    assert context.verify_mode == ssl.CERT_REQUIRED and context.check_hostname and context.get_ca_certs() == []


def test_plain_http_elsewhere_goes_through_the_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from convert.net.transport import Guard, Limits, NetError

    monkeypatch.setenv("http_proxy", "127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    limits = Limits(2.0, 2.0, 1 << 20)
    limits.start()
    with pytest.raises(NetError, match=r"the proxy on the way to 192\.0\.2\.1"):
        Guard(limits, plain=True).request("http://192.0.2.1/")
