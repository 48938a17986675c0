"""The wiki's page of release features: what is read, what is left open, and what is refused."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from convert import cli
from convert.failure import Failure
from convert.sources import wiki, wiki_cells, wiki_tables
from grammar.source import Source

PAGE = """Legend: {{Tick}}: there {{HalfDone}}: in part

== Overview ==
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
|TBD<sup>[ [[#Foot7|7]] ]</sup>
|-
|Feature List
|[[FL_4.4]]
|
|-
|Release Notes
|[https://wiki.example.org/RN_4.4 RN 4.4]
|[[Xen Project 4.5 Release Notes|RN 4.5]]
|-
!colspan="10" style="background-color: #A9BCF5;"|Advanced Memory Management
|-
|Ballooning
|{{Tick}}
|{{Tick}}<small>deprecated in this release</small>
|-
|Paging<br/><small>pages of guests go to disk</small>
|{{HalfDone}}<small>preview</small> <sup>[ [[#Foot3|3]] ]</sup>
|{{Cross}}
|-
|Tmem || {{Tick}} || {{Cross}}<small>removed</small>
|-
!colspan="10"|Guest Types
|-
!colspan="10"|For X86 Architectures
|-
|HVM Guest || {{HalfDone}} || {{Tick}}<small>on Tuesdays</small>
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
|Physical RAM || 16TB || >16TB
|-
!colspan="3"|For ARM Architectures
|-
|Physical CPUs || || 8/128
|}

== Notes ==
<span id="Foot3">[3]</span> Only with one guest.
* {{Anchor|Foot7}} [7] Not decided yet.
"""
PLAIN = "\tXen 4.4\tXen 4.5\nToolstack\t\t\nXL\t✓\t✓preview [ 3 ]\nlibvirt\t\t✓\n"
BARS = "| | Xen 4.4 | Xen 4.5 |\n|---|---|---|\n| Toolstack | | |\n| XL | ✓ | ✓preview [ 3 ] |\n| libvirt | | ✓ |\n"


def read(text: str) -> wiki.Page:
    return wiki.read(Source("page", text.encode()))


def test_releases() -> None:
    one, other = read(PAGE).releases
    assert (one.name, one.facts, one.notes) == (
        "4.4",
        {"Initial-Release": "2014-03-10"},
        "https://wiki.example.org/RN_4.4",
    )
    assert one.undecided == ["Supported-Until: Sept 2015"]
    assert other.notes == "https://wiki.xenproject.org/wiki/Xen_Project_4.5_Release_Notes"
    assert other.undecided == ["Supported-Until: TBD"]
    assert other.footnotes == ["Supported-Until: footnote 7: Not decided yet."]


def test_features() -> None:
    memory = "Advanced Memory Management"
    assert [(e.section, e.name, e.text, e.cells, e.undecided, e.discussion) for e in read(PAGE).features] == [
        (memory, "Ballooning", "", {"4.4": "Supported", "4.5": "Deprecated"}, {}, []),
        (memory, "Paging", "pages of guests go to disk", {"4.4": "Tech Preview", "4.5": "Not supported"}, {},
         ["4.4: footnote 3: Only with one guest."]),
        (memory, "Tmem", "", {"4.4": "Supported"}, {}, ["4.5: ✗ removed"]),
        ("Guest Types: For X86 Architectures", "HVM Guest", "", {"4.4": "Supported, with caveats"},
         {"4.5": "✓ on Tuesdays"}, []),
    ]  # fmt: skip


def test_limits() -> None:
    assert [(e.section, e.name, e.variant, e.cells, e.undecided) for e in read(PAGE).limits] == [
        ("Host Limits", "Physical CPUs", "X86", {"4.4": "4095", "4.5": "4095"}, {}),
        ("Host Limits", "Physical RAM", "X86", {"4.4": "16 TB"}, {"4.5": ">16TB"}),
        ("Host Limits", "Physical CPUs", "ARM", {}, {"4.5": "8/128"}),
    ]


def test_remarks_have_a_place() -> None:
    remarks = read(PAGE).remarks
    assert (
        'table "Overview", row 3 (line 13), column 2: 4.4: Supported-Until: Sept 2015: not a day, so it is left open'
        in remarks
    )
    assert (
        'table "Limits", row 7 (line 58), column 3: Physical CPUs, 4.5: "8/128" is not a single number, so it is left open'
        in remarks
    )
    assert len(remarks) == 6


@pytest.mark.parametrize("text", [PLAIN, BARS])
def test_a_copy_with_a_cell_over_the_names(text: str) -> None:
    assert [(e.section, e.name, e.cells, e.discussion) for e in read(text).features] == [
        ("Toolstack", "XL", {"4.4": "Supported", "4.5": "Tech Preview"}, ["4.5: footnote 3"]),
        ("Toolstack", "libvirt", {"4.5": "Supported"}, []),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            PLAIN.replace("\tXen 4.4\tXen 4.5", "Xen 4.4\tXen 4.5\t"),
            "row 1 (line 1), column 1: the header has no cell over the names",
        ),
        (PLAIN.replace("XL\t✓\t", "XL\t✓\t✓\t"), "row 3 (line 3), column 4: 4 cells where the header has 3"),
        (
            PLAIN.replace("libvirt\t\t✓", "libvirt\t✓"),
            "row 4 (line 4), column 3: 2 cells where the header has 3; is a name split",
        ),
        (
            PLAIN.replace("XL\t✓", "XL, the\ntoolstack\t✓"),
            "row 3 (line 3), column 2: 1 cell where the header has 3; is a name split",
        ),
        (
            BARS.replace("Xen 4.5 |", "Xen 4.5 | LTS |"),
            'row 1 (line 1), column 4: "LTS" in the header is not a release',
        ),
        (PLAIN.replace("4.5", "4.4", 1), "row 1 (line 1), column 3: Xen 4.4 a second time"),
        (PAGE.replace("|10 March 2014\n", ""), 'table "Overview", row 2 (line 9), column 3: 2 cells'),
        (PAGE.replace("|Tmem ||", "|Tmem || {{Tick}} ||"), 'table "Overview", row 9 (line 35), column 4: 4 cells'),
        (PAGE.replace("|Tmem ||", "|rowspan=2|Tmem ||"), 'table "Overview", row 9'),
        (PAGE.replace("!\n!style", "!style"), 'table "Overview", row 1 (line 5), column 1: the header has no cell'),
        (PAGE.replace("|Tmem", "|Ballooning"), '"Ballooning" a second time in "Advanced Memory Management"'),
        ("Legend: ✓: Feature ✓: Partial\n" + PLAIN, "by its legend ✓ stands for two things"),
    ],
)
def test_what_is_refused_with_row_and_column(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = read(text).errors
    assert any(said in error for error in errors), errors
    (tmp_path / "page").write_text(text)
    assert cli.main(["import", "--from", "wiki", str(tmp_path / "page"), "-o", str(tmp_path / "book.xlsx")]) == 2
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


@pytest.mark.parametrize("legend", ["Legend: ✓: Feature ½: Partial\n", "Legend\n\n✓ there\n½ in part\n\n", ""])
def test_a_legend_that_tells_the_signs_apart(legend: str) -> None:
    assert read(legend + PLAIN).errors == ()


def test_of_a_table_with_an_error_nothing_is_read() -> None:
    page = read(PAGE.replace("|Tmem ||", "|Tmem || {{Tick}} ||"))
    assert page.features == () and len(page.limits) == 3


def test_a_cell_over_several_releases_is_said_of_each() -> None:
    text = PAGE.replace("|Tmem || {{Tick}} || {{Cross}}<small>removed</small>", "|Tmem\n|colspan=2|{{Tick}}")
    (tmem,) = [e for e in read(text).features if e.name == "Tmem"]
    assert tmem.cells == {"4.4": "Supported", "4.5": "Supported"}


def test_a_copy_with_footnotes_below_and_between() -> None:
    text = f"Release features\n\n{PLAIN}[ 3 ] With one guest only.\n\tXen 4.4\tXen 4.5\nxl.cfg\t✓\t✓\n\nThat was all.\n"
    page = read(text)
    assert page.errors == () and [e.name for e in page.features] == ["XL", "libvirt", "xl.cfg"]
    assert page.features[0].discussion == ["4.5: footnote 3: With one guest only."]


@pytest.mark.parametrize("text", ["Some words.\n", "{|\n|a\n|b\n|}\n", ""])
def test_no_table_of_releases(text: str) -> None:
    with pytest.raises(Failure, match="no table of release features"):
        read(text)


def test_without_the_library_people_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mwparserfromhell", None)
    with pytest.raises(Failure, match=r"pip install '\.\[wiki\]'"):
        read(PAGE)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("10 March 2014", "2014-03-10"), ("15 Jan 2015", "2015-01-15"), ("3rd of May", None), ("March 10, 2014", "2014-03-10"),
        ("2014-03-10", "2014-03-10"), ("31 Feb 2014", None), ("Sept 2015", None), ("???", None), ("1st Sept. 2015", "2015-09-01"),
        ("2014-13-01", None), ("", None),
    ],
)  # fmt: skip
def test_days(text: str, day: str | None) -> None:
    assert wiki_cells.day(text) == day


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("4095", True),
        ("16TB", True),
        ("16 TB", True),
        (">255", True),
        ("1024/4096", True),
        ("✓", False),
        ("4 or 5", False),
        ("", False),
    ],
)
def test_figures(text: str, is_one: bool) -> None:
    assert wiki_cells.is_figure(text) is is_one


@pytest.mark.parametrize("columns", ["2", "3", "999999999"])
def test_a_section_over_any_number_of_columns(columns: str) -> None:
    """A huge span makes no huge row."""
    page = read(PAGE.replace('colspan="10"', f'colspan="{columns}"'))
    assert [e.name for e in page.features] == ["Ballooning", "Paging", "Tmem", "HVM Guest"]


@pytest.mark.parametrize(
    "text",
    [
        "{|\n" * 3000,
        "{|\n|-\n|" + "<b>" * 20000,
        "{|\n! !! Xen 4.4\n|-\n" + "|a || " * 5000,
        "{|\n" + "[[" * 9000,
        "<!--" * 50000,
        *(
            "{|\n! !! Xen 4.4\n|-\n| a || " + part * 50000 + "\n|}\n"
            for part in ("<sup>", "{{ ", "[1", "\n", "<small>")
        ),
    ],
)
def test_hostile_pages_end_soon(text: str) -> None:
    with contextlib.suppress(Failure):
        read(text)


@given(st.lists(st.sampled_from([*PAGE.split("\n"), "|}", "{|", "||", "\t", "|"]), max_size=60).map("\n".join))
def test_any_lines(text: str) -> None:
    try:
        page = read(text)
    except Failure:
        return
    lines = text.count("\n") + 1
    assert all(1 <= entry.line <= lines for entry in (*page.features, *page.limits))


def test_a_support_file_is_no_page() -> None:
    assert not wiki_tables.looks_wiki(Source("S", b"% T\n\n# Feature Support\n\n| Xen 4.4 | x |\n\n{|\n"))
    assert wiki_tables.looks_wiki(Source("S", b"# an item of the page\n{|\n"))


def test_a_page_as_what_drafts_are_to_cover(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    support = "% S\n\n# Release Support\n\n    Xen-Version: 4.4\n\n# Feature Support\n\n## M\n\n### Ballooning\n\n    Status: {}\n"
    (tmp_path / "page").write_text(PAGE)
    (tmp_path / "SUPPORT.md").write_text(support.format("Supported"))
    assert cli.main(["sources", str(tmp_path), "--against", str(tmp_path / "page")]) == 1
    out = capsys.readouterr().out
    assert "page:35: Tmem (Advanced Memory Management) is in no row" in out and "Ballooning" not in out
    (tmp_path / "SUPPORT.md").write_text(support.format("Experimental"))
    cli.main(["sources", str(tmp_path), "--against", str(tmp_path / "page")])
    assert (
        "page:27: Ballooning (Advanced Memory Management) Supported; SUPPORT.md:13 ballooning: Experimental"
        in capsys.readouterr().out
    )


def test_book_and_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, book = tmp_path / "page.wiki", tmp_path / "book.xlsx"
    page.write_text(PAGE)
    assert cli.main(["import", str(page), "-o", str(book)]) == 2
    assert "use --from wiki" in capsys.readouterr().err and not book.exists()
    names = ["--name", "old", "--name", "new"]
    assert cli.main(["import", "--from", "wiki", str(page), "-o", str(book), *names]) == 0
    sheets = {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in load_workbook(book)}
    assert sheets["Trees"][1] == [
        "old", "stable-4.4", "4.4", "2014-03-10", None, None, "https://wiki.example.org/RN_4.4", "Supported-Until: Sept 2015",
    ]  # fmt: skip
    assert [row[:6] for row in sheets["Limits"]][1:4] == [
        ["Host Limits", "Physical CPUs", "X86", None, 4095, 4095], [None, None, "ARM", None, None, "(8/128?)"],
        [None, "Physical RAM", "X86", None, "16 TB", "(>16TB?)"],
    ]  # fmt: skip
    assert cli.main(["draft", str(book), "-o", str(tmp_path / "drafts")]) == 0
    text = (tmp_path / "drafts/old/SUPPORT.md").read_text()
    assert "### Ballooning\n\n    Status: Supported\n" in text
    assert "pages of guests go to disk\n\n    Status: Tech Preview\n" in text
    assert "    Status, X86: Supported up to 16 TB\n" in text
    assert "footnote" not in text and "Sept 2015" not in text


@pytest.mark.parametrize("names", [["one"], ["a", "b", "c"], ["x y", "b"], ["a", "A"]])
def test_names_that_do_not_fit(names: list[str], tmp_path: Path) -> None:
    (tmp_path / "page").write_text(PAGE)
    words = [word for name in names for word in ("--name", name)]
    assert cli.main(["import", "--from", "wiki", str(tmp_path / "page"), "-o", str(tmp_path / "b.xlsx"), *words]) == 2
    assert not (tmp_path / "b.xlsx").exists()
