"""The same cells and the same drafts from every way in; what a way loses is listed here, and the guide says it in the same words."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from convert.commands import draft
from convert.sheet.cells import Cell, Run, Tab
from convert.sheet.formats.snapshot import canonical
from convert.sheet.workbook import open_workbook
from tests.google import builders as b
from tests.google.conftest import DOC, ID, UPLOAD, Box
from tests.google.discovery import check_reply
from tests.google.emulator import XLSX
from tests.google.ways import LOCAL, PLAIN, RICH, TREES, Page, document_reply, sheets_reply, write_xlsx


def tabs(box: Box, way: str, pages: tuple[Page, ...]) -> dict[str, Tab]:
    """The tabs by title, as the way brings them in."""
    if way in LOCAL:
        found = open_workbook(LOCAL[way](box.home / f"book.{way}", pages)).tabs
    else:
        found = fetched(box, way, pages)
    return {tab.title: canonical(tab) for tab in found}


def fetched(box: Box, way: str, pages: tuple[Page, ...]) -> tuple[Tab, ...]:
    file_id = DOC if way == "document" else ID
    put(box, way, pages)
    assert box.fetch(file_id).status == 0
    return box.book(file_id).tabs


def put(box: Box, way: str, pages: tuple[Page, ...]) -> None:
    if way == "document":
        reply = document_reply(DOC, pages)
        check_reply("docs", "Document", reply)
        box.google.add_document(DOC, reply)
    else:
        box.google.add_sheet(ID, sheets_reply(ID, pages))


LOSES = {  # the guide's table, and what `lessened` does
    "sheets": ("Sheets API", "nothing of a cell but pictures, which nobody can read"),
    "xlsx": (".xlsx, uploaded or exported", "several links in one cell: the whole cell has one"),
    "ods": (".ods", "nothing"),
    "csv": (
        "folder of .csv",
        "formats, links, notes, merges (blank cells instead), hidden state, that a number is one",
    ),
    "document": ("tables of a document", "notes (comments are not read), hidden state, that a number is one"),
}


def test_the_guide_says_what_each_way_loses() -> None:
    guide = (Path(__file__).resolve().parents[2] / "convert/packaging/guides/google.md").read_text(encoding="utf-8")
    table = guide.split("| way | loses |\n|---|---|\n")[1].split("\n\n")[0]
    assert table.splitlines() == [f"| {way} | {words} |" for way, words in LOSES.values()]
    assert LOSES.keys() == {"sheets", "document", *LOCAL}


def lessened(tabs: dict[str, Tab], way: str) -> dict[str, Tab]:
    """What is left of the tabs after the way's documented losses."""

    def cell(one: Cell | None) -> Cell | None:
        if one is None or way in ("sheets", "ods"):
            return one
        if way == "csv":
            return Cell((Run(one.text),))
        if way == "document":
            return replace(one, note=None, number=False)
        link = next((run.link for run in one.runs if run.link), None)
        return replace(one, runs=tuple(replace(run, link=link) for run in one.runs))

    out = {}
    for title, tab in tabs.items():
        bare = way in ("csv", "document")
        rows = tuple(
            replace(row, cells=tuple(map(cell, row.cells)), hidden=row.hidden and not bare) for row in tab.rows
        )
        out[title] = canonical(replace(tab, rows=rows, hidden_columns=frozenset() if bare else tab.hidden_columns))
    return out


@pytest.mark.parametrize("pages", [PLAIN, RICH], ids=["plain", "rich"])
@pytest.mark.parametrize("way", ["xlsx", "ods", "csv", "document"])
def test_the_same_cells(box: Box, way: str, pages: tuple[Page, ...]) -> None:
    whole = tabs(box, "sheets", pages)
    found = {title: replace(tab, section=None) for title, tab in tabs(box, way, pages).items()}
    assert found == lessened(whole, way)
    assert (lessened(whole, way) == whole) == (pages == PLAIN or way == "ods")


def test_an_uploaded_workbook_is_the_same_as_the_file(box: Box) -> None:
    path = write_xlsx(box.home / "book.xlsx", RICH)
    box.google.add_upload(UPLOAD, "book.xlsx", path.read_bytes(), XLSX)
    assert box.fetch(UPLOAD).status == 0
    assert box.book(UPLOAD).tabs == tuple(map(canonical, open_workbook(path).tabs))


def drafted(source: str, output: Path, *options: str) -> dict[str, bytes]:
    parser = argparse.ArgumentParser()
    draft.register(parser.add_subparsers())
    args = parser.parse_args(["draft", source, "-o", str(output), *options])
    args.color = "never"
    assert args.func(args) == 0
    return {path.parent.name: path.read_bytes() for path in sorted(output.glob("*/SUPPORT.md"))}


@pytest.mark.slow
@pytest.mark.parametrize(("pages", "ways"), [(PLAIN, ("xlsx", "ods", "csv", "document")), (RICH, ("ods", "document"))],
                         ids=["plain", "rich"])  # fmt: skip
def test_the_same_drafts(box: Box, pages: tuple[Page, ...], ways: tuple[str, ...]) -> None:
    online = ("--credentials", str(box.key), "--api-endpoint", box.google.url)
    put(box, "sheets", pages)
    expected = drafted(ID, box.home / "sheets", *online)
    assert list(expected) == ["xen-4.20", "xen-unstable"] and b"### Live migration" in expected["xen-4.20"]
    assert b"decides" not in b"".join(expected.values())
    for way in ways:
        if way == "document":
            put(box, way, pages)
            assert drafted(DOC, box.home / "document", *online) == expected, way
        else:
            assert drafted(str(LOCAL[way](box.home / f"book.{way}", pages)), box.home / way) == expected, way
    assert drafted(ID, box.home / "offline", "--offline") == expected
    assert drafted(str(box.cache / ID), box.home / "snapshot") == expected


def refused(box: Box, source: str, *options: str) -> tuple[int, str]:
    """Status and messages of a draft."""
    parser = argparse.ArgumentParser()
    draft.register(parser.add_subparsers())
    args = parser.parse_args(["draft", source, "-o", str(box.home / "out"), *options])
    args.color = "never"
    box.read()
    status = args.func(args)
    return status, "".join(line for line in box.read()[1].splitlines(True) if "XS8" in line)


def test_the_same_findings_by_address_offline_and_of_the_snapshot(box: Box) -> None:
    put(box, "sheets", PLAIN)
    sheet = box.google.sheets[ID]["sheets"][0]
    sheet["merges"] = [b.merge(5, 0, 10_000, 1_000)]
    online = refused(box, ID, "--credentials", str(box.key), "--api-endpoint", box.google.url)
    assert online[0] == 1 and "XS862" in online[1]
    assert refused(box, ID, "--offline") == refused(box, str(box.cache / ID)) == online


def test_headings_of_a_document_are_sections(box: Box) -> None:
    head = ["Feature", "xen-4.20", "xen-unstable"]
    trees: list[list[b.Json | str]] = [[cell.text if cell else "" for cell in row] for row in TREES.rows]
    content = [
        b.paragraph("Trees", heading=1),
        b.table(trees),
        b.paragraph("Toolstack", heading=2),
        b.paragraph("Should xl be split?"),
        b.table([[*head], ["xl", "Supported", "Supported"]]),
        b.paragraph("Networking", heading=2),
        b.table([[*head], ["vif", "Supported", "Tech Preview"]]),
    ]
    box.google.add_document(DOC, b.document(DOC, b.tab("Tab 1", *content)))
    online = ("--credentials", str(box.key), "--api-endpoint", box.google.url)
    found = drafted(DOC, box.home / "out", *online)["xen-unstable"].decode()
    places = [found.index(words) for words in ("## Toolstack", "### xl", "## Networking", "### vif", "Tech Preview")]
    assert places == sorted(places) and "split" not in found
