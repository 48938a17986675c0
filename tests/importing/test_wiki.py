from __future__ import annotations

import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from convert.commands import import_
from convert.failure import Failure
from convert.sources import wiki
from grammar.rows import read_rows
from grammar.source import Source
from tests.importing.runs import command, drafts

PAGE = """== Overview ==
{| class="wikitable"
!
!style="width: 8%;"|Xen 4.4
!Xen 4.5
|-
|Initial Release
|10 March 2014
|15 Jan 2015
|-
|Supported until
|Sept 2015
|
|-
|Release Notes
|[https://wiki.example.org/RN_4.4 RN 4.4]
|
|-
!colspan="3" style="background-color: #A9BCF5;"|Advanced Memory Management
|-
|Memory Ballooning
|{{Tick}}
|{{Tick}}
|-
|Memory Paging<br/><small>pages of HVM guests go to disk</small>
|{{HalfDone}}<small>preview</small> <sup>[ [[#Foot3|3]] ]</sup>
|{{Cross}}
|}

== Limits ==
{|
! !! Xen 4.4 !! Xen 4.5
|-
!colspan="3"|Host Limits
|-
!colspan="3"|For X86 Architectures
|-
|Physical CPUs || 4095 || 4095
|-
!colspan="3"|For ARM Architectures
|-
|Physical CPUs || || 8
|}
"""
PLAIN = "\tXen 4.4\tXen 4.5\nToolstack\t\t\nXL\t✓\t✓ preview [ 3 ]\nlibvirt\t\t✓\n"


def _rows(text: str) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    found = wiki.read(Source("page", text.encode()))
    return {
        file.name: [(row.path[1:], row.status) for row in read_rows(file.document).rows if row.kind == "status"]
        for file in found
    }


def test_wiki_text() -> None:
    pytest.importorskip("wikitextparser")
    assert _rows(PAGE) == {
        "4.4": [
            (("Advanced Memory Management", "Memory Ballooning"), "✓"),
            (("Advanced Memory Management", "Memory Paging"), "½ preview"),
            (("Host Limits: For X86 Architectures", "Physical CPUs"), "4095"),
        ],
        "4.5": [
            (("Advanced Memory Management", "Memory Ballooning"), "✓"),
            (("Advanced Memory Management", "Memory Paging"), "✗"),
            (("Host Limits: For X86 Architectures", "Physical CPUs"), "4095"),
            (("Host Limits: For ARM Architectures", "Physical CPUs"), "8"),
        ],
    }


def test_plain_table_between_tabs_or_bars() -> None:
    wanted = {
        "4.4": [(("Toolstack", "XL"), "✓")],
        "4.5": [(("Toolstack", "XL"), "✓ preview"), (("Toolstack", "libvirt"), "✓")],
    }
    assert _rows(PLAIN) == wanted
    bars = "| | Xen 4.4 | Xen 4.5 |\n|---|---|---|\n| Toolstack | | |\n| XL | ✓ | ✓ preview |\n| libvirt | | ✓ |\n"
    assert _rows(bars) == wanted


def test_book_and_draft(tmp_path: Path) -> None:
    pytest.importorskip("wikitextparser")
    page, book = tmp_path / "page.wiki", tmp_path / "book.xlsx"
    page.write_text(PAGE)
    command(import_, ["import", str(page), "-o", str(book)])
    trees = [[cell.value for cell in row] for row in load_workbook(book)["Trees"].iter_rows(min_row=2)]
    assert trees == [
        ["4.4", "stable-4.4", "4.4", "10 March 2014", "Sept 2015", None, "https://wiki.example.org/RN_4.4"],
        ["4.5", "stable-4.5", "4.5", "15 Jan 2015", None, None, None],
    ]
    text = drafts(book, tmp_path / "drafts")["4.4"].decode()
    assert "### Memory Ballooning\n\n    Status: Supported\n" in text
    assert "pages of HVM guests go to disk\n\n    Status: Tech Preview\n" in text


def test_huge_span_makes_no_huge_table() -> None:
    pytest.importorskip("wikitextparser")
    text = PAGE.replace('colspan="3" style', 'colspan="999999999" rowspan=99999999 style')
    assert set(_rows(text)) == {"4.4", "4.5"}


def test_without_the_library_people_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wikitextparser", None)
    with pytest.raises(Failure, match=r"pip install 'xen-support\[wiki\]'"):
        wiki.read(Source("page", PAGE.encode()))


def test_no_table_is_no_tree() -> None:
    assert wiki.read(Source("page", b"Some words.\n")) == []
