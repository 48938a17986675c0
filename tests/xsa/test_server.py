"""The public directory over http: what is asked for and what never, the cache, and every way in which a server fails."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.xsa.conftest import Site
from tests.xsa.running import check, run, verdicts
from tests.xsa.world import TODAY, VERDICTS, World

Serve = Callable[[Path], Site]
pytestmark = pytest.mark.usefixtures("home", "fast")


def test_only_what_is_listed_and_public_is_asked_for(
    world: World, site: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    there = site(world.public)
    done = check(capsys, world, "stable-4.30", "--format", "json", source=there.url)
    found = verdicts(done)
    assert {n: found["stable-4.30", n] for n in VERDICTS["stable-4.30"]} == VERDICTS["stable-4.30"]
    assert set(there.answers) == {200}, "never a request for what is not there"
    assert not [name for name in there.asked if "8010" in name or "8011" in name]
    assert len(there.asked) == len(set(there.asked))
    first, there.asked[:] = len(there.asked), []
    again = check(capsys, world, "stable-4.30", "--format", "json", source=there.url)
    assert verdicts(again) == found and there.asked == ["xsa.json"] and there.answers[-1] == 304 and first > 30


def test_a_new_version_is_asked_for_again(
    world: World, site: Serve, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(world.public, tmp_path / "p")
    there = site(tmp_path / "p")
    check(capsys, world, "stable-4.30", "--xsa", "8001,8002", source=there.url)
    entries = json.loads((tmp_path / "p" / "xsa.json").read_text())
    next(e for e in entries[0]["xsas"] if e["xsa"] == 8001)["version"] = 3
    (tmp_path / "p" / "xsa.json").write_text(json.dumps(entries))
    os.utime(tmp_path / "p" / "xsa.json", (2_000_000_000, 2_000_000_000))
    there.asked.clear()
    check(capsys, world, "stable-4.30", "--xsa", "8001,8002", source=there.url)
    assert there.asked == ["xsa.json", "advisory-8001.html", "xsa8001.meta", "xsa8001.patch"]
    there.asked.clear()
    done = check(capsys, world, "stable-4.30", "--since", "2025-07-01", "--format", "json", source=there.url)
    assert 8001 in [row["xsa"] for row in done.json["rows"]], "its version moved since"


def test_the_cache_is_private_and_offline_uses_it(
    world: World, site: Serve, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    there = site(world.public)
    assert run(capsys, "list", "--from", there.url, "--offline").status == 2
    check(capsys, world, "stable-4.30", "--xsa", "8001,8006", source=there.url)
    cache = home / "cache" / "xen-support" / "xsa"
    for path in (cache, *cache.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        if path.is_file():
            assert b"8010" not in path.read_bytes() or b"secret" not in path.read_bytes()
    there.asked.clear()
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", "--offline", source=there.url)
    assert done.status == 0 and "offline: " in done.err and "old" in done.err and not there.asked
    assert check(capsys, world, "stable-4.30", "--offline", source=there.url).status == 2
    done = check(capsys, world, "stable-4.30", "--xsa", "8002", "--offline", "--format", "json", source=there.url)
    assert [row["why"] for row in done.json["rows"]] == ["its page could not be read"]
    for path in (p for p in cache.rglob("*") if p.parent.name == "files"):
        path.write_bytes(b"something else")  # is not what was read, and so is not used
    there.fault = None
    assert check(capsys, world, "stable-4.30", "--xsa", "8001", "--offline", source=there.url).status == 2
    assert check(capsys, world, "stable-4.30", "--xsa", "8001", source=there.url).status == 0


def test_index_html_where_there_is_no_xsa_json(
    world: World, site: Serve, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(world.public, tmp_path / "p")
    (tmp_path / "p" / "xsa.json").unlink()
    there = site(tmp_path / "p")
    done = check(capsys, world, "stable-4.30", "--xsa", "8001,8002,8010", "--format", "json", source=there.url)
    assert verdicts(done) == {
        ("stable-4.30", 8001): "applied",
        ("stable-4.30", 8002): "applied",
        ("stable-4.30", 8010): "embargoed",
    }
    assert "those of index.html" in done.err and not [name for name in there.asked if "8010" in name]


def test_the_budget_is_kept(world: World, site: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    there = site(world.public)
    done = check(capsys, world, "stable-4.30", "--max-requests", "7", source=there.url)
    assert done.status == 2 and "--max-requests" in done.err and len(there.asked) == 7
    assert "is listed" not in done.out
    there.asked.clear()
    check(capsys, world, "stable-4.30", "--max-requests", "7", source=there.url)
    assert len(there.asked) == 7 and there.asked[0] == "xsa.json", "what was read is kept"


def test_the_pace_is_two_a_second(
    world: World, site: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("convert.xsa.server.PACE", 0.5)
    monkeypatch.setattr("convert.xsa.server.time.sleep", waits.append)
    monkeypatch.setattr("convert.xsa.server.time.monotonic", lambda: 100.0)
    there = site(world.public)
    run(capsys, "list", "--from", there.url, "--xsa", "8001")
    assert len(there.asked) == 4 and waits[1:] == [0.5, 0.5, 0.5]


def _fails(handler: BaseHTTPRequestHandler, kind: str) -> bool:
    """One answer of a bad server."""
    if kind.isdigit():
        handler.send_error(int(kind))
    elif kind == "reset":
        raise ConnectionResetError  # the server closes the connection
    elif kind == "short":
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nnot that much")
        handler.close_connection = True
    elif kind == "huge":
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
        handler.wfile.write(b"x" * 1000)
        handler.close_connection = True
    elif kind == "away":
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: https://example.org/xsa/\r\nContent-Length: 0\r\n\r\n")
    elif kind == "page":
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n<html>welcome</html")
    return True


@pytest.mark.parametrize("kind", ["404", "403", "500", "reset", "short", "huge", "away", "page"])
@pytest.mark.parametrize("name", ["xsa.json", "advisory-8001.html", "xsa8001.meta", "xsa8001.patch"])
def test_a_bad_answer_is_never_a_green_one(
    kind: str, name: str, world: World, site: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    there = site(world.public)
    there.fault = lambda handler, asked: asked == name and _fails(handler, kind)
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=there.url)
    if (kind, name) == ("404", "xsa.json"):
        assert done.status == 0 and "index.html" in done.err
        return
    assert done.status == 2 and done.err
    assert all(
        there.asked.count(asked) <= 6 for asked in there.asked
    )  # three tries; httplib2 asks twice on a broken line
    there.fault = None
    assert check(capsys, world, "stable-4.30", "--xsa", "8001", source=there.url).status == 0, "nothing bad was kept"


def test_a_server_that_drips_is_left(
    world: World, site: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("convert.xsa.server._TIMEOUT", 0.2)
    stop = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, name: str) -> bool:
        if name != "xsa8001.patch":
            return False
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        while not stop.wait(0.02):
            handler.wfile.write(b"x")
            handler.wfile.flush()
        return True

    there = site(world.public)
    there.fault = drip
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=there.url)
    stop.set()
    assert done.status == 2 and "too slow" in done.err


def test_a_busy_server_is_waited_for(
    world: World, site: Serve, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("convert.xsa.server.time.sleep", waits.append)
    there = site(world.public)
    asked: list[str] = []

    def busy(handler: BaseHTTPRequestHandler, name: str) -> bool:
        asked.append(name)
        if asked.count(name) > 1:
            return False
        handler.send_response(503)
        handler.send_header("Retry-After", "7")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    there.fault = busy
    assert run(capsys, "list", "--from", there.url, "--xsa", "8001").status == 0
    assert waits.count(7.0) == 4

    def weary(handler: BaseHTTPRequestHandler, name: str) -> bool:
        handler.send_response(429)
        handler.send_header("Retry-After", "99999")
        handler.end_headers()
        return True

    there.fault = weary
    done = run(capsys, "list", "--from", there.url)
    assert done.status == 2 and "try again later" in done.err


def test_hostile_lists_ask_for_nothing_more(
    world: World, site: Serve, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shutil.copytree(world.public, tmp_path / "p")
    page = tmp_path / "p" / "advisory-8001.html"
    names = [
        "../../etc/passwd",
        "/etc/passwd",
        "https://example.org/xsa8001.patch",
        "xsa8010.patch",
        "xsa8001/../xsa8010.meta",
        "xsa8001%2e.patch",
        "a\nb",
    ]
    page.write_text(page.read_text() + "".join(f'<a href="{name}">x</a>' for name in names))
    meta = tmp_path / "p" / "xsa8001.meta"
    meta.write_text(meta.read_text().replace("xsa8001.patch", "xsa8010.patch"))
    there = site(tmp_path / "p")
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=there.url)
    assert done.status == 2
    assert set(there.asked) <= {"xsa.json", "advisory-8001.html", "xsa8001.meta", "xsa8001.patch"}
    run(capsys, "list", "--from", there.url, "--xsa", "8001")
    assert not [
        name for name in there.asked if not re.fullmatch(r"xsa\.json|advisory-8001\.html|xsa8001[\w.%-]*", name)
    ]


def test_what_a_list_says_of_announced_ones_is_neither_shown_nor_kept(
    world: World, site: Serve, capsys: pytest.CaptureFixture[str], tmp_path: Path, home: Path
) -> None:
    shutil.copytree(world.public, tmp_path / "p")
    entries = json.loads((tmp_path / "p" / "xsa.json").read_text())
    leak = {"title": "the hidden well", "cve": ["CVE-2099-12345"], "files": ["xsa8010-well.patch"], "version": 1}
    next(e for e in entries[0]["xsas"] if e["xsa"] == 8010).update(leak)
    (tmp_path / "p" / "xsa.json").write_text(json.dumps(entries))
    there = site(tmp_path / "p")
    said = ""
    for name in ("text", "json", "markdown", "junit", "osv", "cve-affected"):
        done = check(capsys, world, "stable-4.30", "-v", "--format", name, source=there.url)
        said += done.out + done.err
    said += run(capsys, "list", "--from", there.url, "--format", "json").out
    said += run(capsys, "compare", there.url, world.public, "--format", "json").out
    kept = b"".join(path.read_bytes() for path in (home / "cache").rglob("*") if path.is_file())
    for word in ("hidden well", "2099-12345", "8010-well"):
        assert word not in said and word.encode() not in kept and not [name for name in there.asked if word in name]


@pytest.mark.parametrize(
    "url",
    ["https://user:pw@example.org/xsa/", "https://example.org/xsa/?token=abc", "http://example.org/xsa/", "https:///x"],
)
def test_addresses_that_are_not_asked(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    done = run(capsys, "list", "--from", url, "--today", TODAY)
    assert done.status == 2 and "pw" not in done.err and "abc" not in done.err
