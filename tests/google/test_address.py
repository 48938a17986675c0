from __future__ import annotations

import argparse
import contextlib
import math
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.commands import fetch, login
from convert.failure import printable
from convert.net.transport import NetError, check_url, retry_after
from convert.sheet.cells import SheetError
from convert.sheet.google.address import Address, is_google, parse_address
from tests.google import builders as b
from tests.google.conftest import ID, Box
from tests.helpers.effort import many

SHEET = Address(ID, "spreadsheets")
FORMS = {
    ID: Address(ID),
    f" <{ID}> ": Address(ID),
    f"https://docs.google.com/spreadsheets/d/{ID}/edit#gid=0": SHEET,
    f"https://docs.google.com/spreadsheets/d/{ID}/edit?gid=12#gid=12": SHEET,
    f"https://docs.google.com/spreadsheets/d/{ID}/edit?usp=sharing": SHEET,
    f"https://docs.google.com/spreadsheets/d/{ID}": SHEET,
    f"https://docs.google.com/spreadsheets/u/1/d/{ID}/htmlview": SHEET,
    f"https://docs.google.com/a/example.org/spreadsheets/d/{ID}/edit": SHEET,
    f"http://docs.google.com/spreadsheets/d/{ID}/edit": SHEET,
    f"docs.google.com/spreadsheets/d/{ID}/edit": SHEET,
    f"https://docs.google.com/spreadsheets/d/{ID}/edit?resourcekey=0-aB_1#gid=0": Address(
        ID, "spreadsheets", False, "0-aB_1"
    ),
    f"https://docs.google.com/spreadsheets/d/e/2PACX-{ID}/pubhtml": Address(f"2PACX-{ID}", "spreadsheets", True),
    f"https://docs.google.com/document/d/{ID}/edit?tab=t.0": Address(ID, "document"),
    f"https://drive.google.com/file/d/{ID}/view?usp=drive_link": Address(ID, "file"),
    f"https://drive.google.com/open?id={ID}": Address(ID),
    f"https://drive.google.com/open?id={ID}&resourcekey=0-k": Address(ID, "id", False, "0-k"),
    f"https://drive.google.com/uc?export=download&id={ID}": Address(ID),
    f"https://spreadsheets.google.com/ccc?key={ID}": Address(ID),
    f"https://www.google.com/url?q=https://docs.google.com/spreadsheets/d/{ID}/edit&sa=D": SHEET,
}


@pytest.mark.parametrize("text", FORMS)
def test_what_people_paste(text: str) -> None:
    assert is_google(text)
    assert parse_address(text) == FORMS[text]
    assert "resourcekey" not in parse_address(text).url


WRONG = {
    "https://example.org/spreadsheets/d/" + ID: "not the address",
    "https://docs.google.com.evil.example/spreadsheets/d/" + ID: "not the address",
    "https://docs.google.com@evil.example/spreadsheets/d/" + ID: "not the address",
    "https://docs.google.com/presentation/d/" + ID: "a presentation",
    "https://drive.google.com/drive/folders/" + ID: "a folder",
    "https://docs.google.com/forms/d/" + ID: "a form",
    "https://docs.google.com/spreadsheets/d/../../../etc": "not a file id",
    "https://docs.google.com/spreadsheets/d/..%2f..%2fetcetcetcetcetc/edit": "not a file id",
    "https://docs.google.com/": "without a file",
    f"https://docs.google.com/spreadsheets/d/{ID}/edit?resourcekey=a%0d%0ab": "resourcekey",
    f"file:///spreadsheets/d/{ID}": "not the address",
    "https://[::1/": "not the address",
    "\x1b[31m": "not the address",
    "": "not the address",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(SheetError, match=WRONG[text]) as raised:
        parse_address(text)
    assert "\x1b" not in str(raised.value) and "\n" not in str(raised.value)


@settings(max_examples=many(200))
@given(st.text(max_size=60) | st.text(max_size=40).map(lambda text: f"https://docs.google.com/spreadsheets/d/{text}"))
def test_any_text_is_an_address_or_an_error(text: str) -> None:
    try:
        found = parse_address(text)
    except SheetError as error:
        assert printable(str(error)) == str(error)
    else:
        assert "/" not in found.file_id and "." not in found.file_id


@pytest.mark.parametrize("name", ["book.xlsx", "samples", "categorisation-workbook", "a/b/c", "snapshots-of-the-sheet"])
def test_local_names_are_no_google_addresses(name: str) -> None:
    assert not is_google(name)


@pytest.mark.parametrize(
    "url", ["http://example.org/", "ftp://127.0.0.1/", "https:///x", "http://127.0.0.1.example.org/", ""]
)
def test_only_https_and_http_to_this_machine(url: str) -> None:
    with pytest.raises(NetError):
        check_url(url)
    check_url("https://example.org/")
    check_url("http://127.0.0.1:80/")


def test_retry_after() -> None:
    assert retry_after("7", 0) == 7
    assert retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 10) == 50
    assert [retry_after(text, 0) for text in (None, "soon", "-3", "9" * 400)] == [None, None, 0.0, math.inf]


# -- the command -----------------------------------------------------------------------------------------------


def test_what_fetch_prints(box: Box) -> None:
    cells: list[list[b.Json | str | None]] = [
        ["Feature", "4.20"],
        ["ACPI", b.text("Supported", note="why?")],
        ["XSM", "Supported"],
    ]
    box.google.add_sheet(
        ID, b.spreadsheet(ID, b.sheet("Features", cells, merges=[b.merge(0, 0, 2, 1)]), b.sheet("Old", [["x"]]))
    )
    first = box.fetch()
    sha = box.book().sha256
    assert first.out == (
        f"Categorisation: 2 tabs, sha256 {sha}\n  Features: 3 rows, 1 note, 1 merge\n  Old: 1 row, 0 notes, 0 merges\n"
        f"snapshot: {box.cache / ID}\n"
    )
    cells[2] = ["XSM", "Tech Preview"]
    more = b.sheet("Features", [*cells, ["vif"]], merges=[b.merge(0, 0, 2, 1)])
    box.google.add_sheet(ID, b.spreadsheet(ID, more, b.sheet("\x1b[31mNew", [["x"]])))
    second = box.fetch()
    assert "    row 3 changed; row 4 added\n" in second.out
    assert "    new tab\n" in second.out and "  Old: removed\n" in second.out and "\x1b" not in second.out
    assert "    unchanged\n" in box.fetch().out


def test_another_directory_and_offline(box: Box) -> None:
    other = box.home / "kept" / "sheet"
    assert box.fetch(ID, "-o", str(other)).status == 0
    assert not box.cache.exists()
    nothing = box.run("fetch", ID, "--offline")
    assert nothing.status == 2 and "without --offline" in nothing.err
    asked = len(box.google.requests)
    assert box.run("fetch", ID, "--offline", "-o", str(other)).status == 0
    assert len(box.google.requests) == asked
    wrong = box.fetch("1" + ID, "-o", str(other))
    assert wrong.status == 2 and "another file" in wrong.err
    (box.home / "mine").mkdir()
    (box.home / "mine" / "file").touch()
    assert "left alone" in box.fetch(ID, "-o", str(box.home / "mine")).err


def test_the_key_of_an_old_link_is_sent_and_not_kept(box: Box) -> None:
    box.google.secrets.add("0-resource-key")
    assert box.fetch(f"https://docs.google.com/spreadsheets/d/{ID}/edit?resourcekey=0-resource-key").status == 0
    sent = [headers.get("x-goog-drive-resource-keys") for _, path, headers in box.google.requests if path != "/token"]
    assert set(sent) == {f"{ID}/0-resource-key"}


def test_progress_is_for_a_terminal_only(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    assert box.fetch().err == ""
    main, other = pty.openpty()
    with os.fdopen(other, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        assert box.fetch().status == 0
    shown = ""
    with contextlib.suppress(OSError):  # its end, as the other side is closed
        while piece := os.read(main, 10_000).decode():
            shown += piece
    os.close(main)
    assert "tab 1 of 1: 2 rows" in shown and shown.endswith("\r\x1b[K")


def test_nothing_heavy_is_imported_for_the_help() -> None:
    code = (
        "import argparse, sys; from convert.commands import fetch, login; import convert.sheet.google;"
        "s = argparse.ArgumentParser().add_subparsers(); fetch.register(s); login.register(s);"
        "print([n for n in sys.modules if n.split('.')[0] in ('google', 'googleapiclient', 'httplib2', 'tenacity', 'requests')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert run.stdout == "[]\n"


def test_the_commands_have_help() -> None:
    subparsers = argparse.ArgumentParser(prog="xen-support").add_subparsers()
    fetch.register(subparsers)
    login.register(subparsers)
    assert list(subparsers.choices) == ["fetch", "login", "logout", "whoami"]
    assert all("%" not in parser.format_help() for parser in subparsers.choices.values())
