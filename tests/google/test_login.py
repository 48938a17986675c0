"""`login` among browsers as they are: silent connections, icons, wrong pages, none at all, another machine's; and `whoami --test`."""

from __future__ import annotations

import os
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from convert.sheet.google.answers import Answer, parse
from convert.sheet.google.settings import token_file
from tests.google import faults as f
from tests.google.conftest import Box, Result
from tests.google.emulator import Fault
from tests.google.test_sign_in import SCOPE, SCOPES, adc, client_file, store

Visit = Callable[[str, str], object]
CODE = "code-from-the-browser"


def browsing(monkeypatch: pytest.MonkeyPatch, visit: Visit) -> None:
    """A browser that does `visit(redirect_uri, state)` in its own time."""

    class Browser:
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
            query = parse_qs(urlsplit(url).query)
            assert query["code_challenge_method"] == ["S256"] and query["response_type"] == ["code"]
            visit(query["redirect_uri"][0], query["state"][0])
            return True

    monkeypatch.setattr("webbrowser.get", lambda using=None: Browser())


def get(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


def login(box: Box, *options: str, timeout: str = "5") -> Result:
    box.google.refresh_tokens.setdefault("granted-to-code", SCOPES)
    return box.run("login", "--client-id-file", str(client_file(box)), "--timeout", timeout, *options)


def answered(redirect: str, state: str) -> str:
    return f"{redirect}?{urlencode({'state': state, 'code': CODE})}"


def test_what_browsers_do_besides(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    held: list[socket.socket] = []

    def visit(redirect: str, state: str) -> None:
        where = urlsplit(redirect)
        held.extend(socket.create_connection((str(where.hostname), int(where.port or 0))) for _ in range(3))
        held[0].sendall(b"GET / HT")
        held[1].sendall(b"\x16\x03\x01\r\n\r\n")
        for path in ("favicon.ico", "?code=x", "other?" + urlencode({"state": state, "code": "x"}), ""):
            seen.append(get(redirect + path))
        seen.append(get(answered(redirect, state)))

    browsing(monkeypatch, visit)
    result = login(box)
    for one in held:
        one.close()
    assert result.status == 0 and seen[:4] == [404] * 4 and token_file().exists()


def test_more_scopes_than_asked(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    browsing(monkeypatch, lambda redirect, state: get(answered(redirect, state)))
    box.google.refresh_tokens["granted-to-code"] = [*SCOPES, SCOPE + "drive.readonly", "openid"]
    result = login(box)
    assert result.status == 0 and "openid" in result.out


@pytest.mark.parametrize("fault", [OSError("no display"), RuntimeError("x")])
def test_a_browser_that_cannot_start(box: Box, monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def none(using: object = None) -> object:
        raise fault

    monkeypatch.setattr("webbrowser.get", none)
    result = login(box, timeout="0.3")
    assert (
        result.status == 2 and "nobody signed in within 0.3 s" in result.err and f"{box.google.url}/auth?" in result.err
    )


def test_a_browser_that_never_comes_back(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    browsing(monkeypatch, lambda redirect, state: time.sleep(3))
    assert login(box, timeout="0.3").status == 2


def test_the_address_may_be_pasted(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """As over ssh: the browser of another machine ends on a page that does not load."""
    reading, writing = os.pipe()
    monkeypatch.setattr("sys.stdin", os.fdopen(reading))
    monkeypatch.setattr("convert.sheet.google.login.secrets.token_urlsafe", lambda size: f"fixed-{size}")
    os.write(writing, b"hello?\nhttps://example.org/\n\nhttp://127.0.0.1:1/?state=old&code=c\n")
    os.write(writing, answered("http://127.0.0.1:1/", "fixed-24").encode() + b"\r\n")
    result = login(box, "--no-browser")
    os.close(writing)
    assert (
        result.status == 0
        and result.err.count("This is not the address") == 2
        and "another sign-in" in result.err
        and CODE not in result.err
    )


def test_input_that_ends_is_no_answer(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert "nobody signed in" in login(box, "--no-browser", timeout="0.3").err


def test_a_port_of_ones_own(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        used = login(box, "--port", str(number), "--no-browser")
    assert used.status == 2 and f"port {number}" in used.err and used.err.count("\n") == 1
    ports: list[int | None] = []

    def visit(redirect: str, state: str) -> None:
        ports.append(urlsplit(redirect).port)
        get(answered(redirect, state))

    browsing(monkeypatch, visit)
    assert login(box, "--port", str(number)).status == 0 and ports == [number]
    assert login(box, "--port", "70000").status == 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (f.raw(b"<html>", "text/html"), "not a token"),
        (f.raw(b'{"error": "invalid_grant", "error_description": "Bad Request"}', code=400), "not valid any more"),
        (f.raw(b'{"error": "redirect_uri_mismatch"}', code=400), "desktop application"),
        (f.raw(b'{"error": "admin_policy_enforced"}', code=400), "administrators"),
        (f.raw(b'{"error": null}', code=400), "no access token"),
        (f.raw(b'{"access_token": "x"}'), "no lasting sign-in"),
        (f.raw(b"x", content_encoding="br"), "encoded as br"),
    ],
)
def test_codes_that_get_no_token(box: Box, monkeypatch: pytest.MonkeyPatch, fault: Fault, words: str) -> None:
    browsing(monkeypatch, lambda redirect, state: get(answered(redirect, state)))
    box.google.faults.append(f.on("/token", fault))
    result = login(box)
    assert result.status == 2 and words in result.err and CODE not in result.err and not token_file().exists()


def test_an_exchange_that_stalls_ends_in_time(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    browsing(monkeypatch, lambda redirect, state: get(answered(redirect, state)))
    box.google.faults.append(f.on("/token", f.stall))
    result = login(box, timeout="1")
    assert result.status == 2 and ("does not answer" in result.err or "too slow" in result.err)


def test_what_is_an_answer() -> None:
    assert parse("state=s&code=c", "s") == Answer("c") and parse("state=s&error=access_denied", "s") == Answer(
        error="access_denied"
    )
    assert parse("state=x&code=c", "s") == Answer(error="wrong state") and "c0de" not in repr(Answer("c0de"))
    assert parse("code=c", "s") is None and parse("state=s", "s") is None and parse("&" * 100_000, "s") is None
    assert parse("&".join(f"a{n}=1" for n in range(100)), "s") is None


def test_whoami_that_tries_it(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    where, threads = ("--api-endpoint", box.google.url), threading.active_count()
    store(box, SCOPES)
    result = box.run("whoami", "--test", *where)
    assert result.status == 0 and result.out.endswith("tested: Google accepts it; it is jo@example.org\n")
    store(box, SCOPES, refresh="1//gone-0123456789")
    gone = box.run("whoami", "--test", *where)
    assert gone.status == 2 and gone.out == "" and "expired or was revoked" in gone.err
    token_file().unlink()
    box.google.public, box.google.api_key = True, "AIzaTestKey0123456789"
    assert "accepts the API key" in box.run("whoami", "--test", *where, "--api-key", box.google.api_key).out
    assert "does not accept the API key" in box.run("whoami", "--test", *where, "--api-key", "AIzaWrong0123456").err
    adc(box, monkeypatch)
    box.google.faults.append(f.on("/about", f.status(403, "SERVICE_DISABLED")))
    disabled = box.run("whoami", "--test", *where)
    assert disabled.status == 2 and "Google Drive API" in disabled.err
    assert threading.active_count() < threads + 20
