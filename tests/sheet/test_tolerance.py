"""Files that other programs read: odd names of parts, odd attributes; one text file; merges that contradict each other."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from convert.sheet.categorise import categorise
from convert.sheet.cells import SheetError, Workbook
from convert.sheet.layout import load_layout
from convert.sheet.workbook import open_workbook
from grammar.diagnostic import Diagnostic
from tests.sheet.books import PARTS, SHEET_NS, ods, pack, write_with_openpyxl, xlsx
from tests.sheet.builders import book, fields

ROW = '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'
STRINGS = f'<sst xmlns="{SHEET_NS}"><si><t>{{}}</t></si></sst>'


def texts(read: Workbook) -> list[str]:
    return [cell.text for tab in read.tabs for row in tab.rows for cell in row.cells if cell]


def problems(read: Workbook) -> list[tuple[str, str | None]]:
    return [(problem.name, problem.place) for problem in read.problems]


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name.replace("/", "\\"), lambda name: name.replace("xl/", "XL/").replace("sharedStrings", "SharedStrings"),
        lambda name: name.replace("sheet1.xml", "Sheet1.XML"), lambda name: name.replace("[Content_Types]", "[content_types]"),
        lambda name: name.upper() if name.startswith("_rels") else name,
    ],
)  # fmt: skip
def test_parts_with_backslashes_or_in_other_letter_case(tmp_path: Path, rename: Callable[[str], str]) -> None:
    whole = write_with_openpyxl(tmp_path / "whole.xlsx")
    with zipfile.ZipFile(whole) as source:
        parts = {rename(name): source.read(name) for name in source.namelist()}
    odd = open_workbook(pack(tmp_path / "odd.xlsx", parts))
    assert odd.tabs == open_workbook(whole).tabs


def test_parts_that_differ_in_letter_case_only_are_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "book.xlsx", {**PARTS, "xl/Workbook.xml": "<workbook/>"})
    with pytest.raises(SheetError, match="two parts are called xl/Workbook"):
        open_workbook(path)


@pytest.mark.parametrize(
    "sheet",
    [ROW.replace('t="s"', 't="s" s=""'), ROW.replace("<v>0</v>", "<v> 0\n</v>"), ROW.replace('r="1"', 'r=" 1 "')],
)
def test_attributes_that_others_read(tmp_path: Path, sheet: str) -> None:
    path = xlsx(tmp_path / "book.xlsx", sheet, {"xl/sharedStrings.xml": STRINGS.format("fine")})
    assert texts(open_workbook(path)) == ["fine"]


def test_a_sheet_without_a_relationship(tmp_path: Path) -> None:
    plain = PARTS["xl/workbook.xml"].replace(' r:id="s1"', "")
    path = xlsx(tmp_path / "book.xlsx", ROW, {"xl/workbook.xml": plain, "xl/sharedStrings.xml": STRINGS.format("fine")})
    assert texts(open_workbook(path)) == ["fine"]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("_xD801__xDC05_", "\U00010405"), ("a_xD801_b", "a\ufffdb"), ("_x005F_x000D_", "_x000D_"), ("_xDC05__xD801_", "\ufffd\ufffd")],
)  # fmt: skip
def test_characters_that_are_two_escapes(tmp_path: Path, stored: str, shown: str) -> None:
    path = xlsx(tmp_path / "book.xlsx", ROW, {"xl/sharedStrings.xml": STRINGS.format(stored)})
    assert texts(open_workbook(path)) == [shown]


@pytest.mark.parametrize("parts", [{"Index/Document.iwa": b"x", "preview.jpg": b"x"}, {"Index.zip": b"x"}])
def test_apple_numbers_is_named(tmp_path: Path, parts: dict[str, str | bytes]) -> None:
    with pytest.raises(SheetError, match="is an Apple Numbers document; in Numbers"):
        open_workbook(pack(tmp_path / "book.numbers", parts))
    folder = tmp_path / "package.numbers"
    folder.mkdir()
    (folder / "Index.zip").write_bytes(b"x")
    with pytest.raises(SheetError, match=r"package\.numbers: is an Apple Numbers document"):
        open_workbook(folder)


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ('<sheetData><row r="7"><c r="C7" t="s"><v>9</v></c></row></sheetData>', "Features!C7 refers to a text"),
        ('<sheetData><row r="7"><c r="C7" s="x"><v>9</v></c></row></sheetData>', "Features!C7: a number is missing"),
        ('<sheetData><row r="7"/></sheetData><mergeCells><mergeCell ref="?"/></mergeCells>', "'?' is not a cell"),
    ],
)
def test_messages_name_file_and_cell(tmp_path: Path, sheet: str, words: str) -> None:
    path = xlsx(tmp_path / "my book.xlsx", sheet)
    with pytest.raises(SheetError) as refused:
        open_workbook(path)
    assert str(refused.value).startswith(f"{path}: ") and words in str(refused.value)


@pytest.mark.parametrize(("name", "sign"), [("one.csv", ","), ("one.csv", ";"), ("one.tsv", "\t"), ("one.TSV", "\t")])
def test_a_single_text_file(tmp_path: Path, name: str, sign: str) -> None:
    path = tmp_path / name
    path.write_text(f"Section{sign}Feature{sign}4.20{sign}Notes\nTools{sign}xl{sign}Supported{sign}a, b; c\n".replace(
        "a, b; c", '"a, b; c"'))  # fmt: skip
    own = tmp_path / "one.layout.toml"
    own.write_text('[[tree]]\nname = "4.20"\nversion = "4.20"\n')
    read = open_workbook(path)
    assert [tab.title for tab in read.tabs] == ["one"] and texts(read)[-1] == "a, b; c"
    assert fields(categorise(read, load_layout(own))) == ["Tools/xl: Supported"]


def test_a_text_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    for content, words in ((b"", "is empty"), (b"%PDF-1", "is a PDF"), (b"a,\xff\n", "byte 0xFF is not UTF-8")):
        path.write_bytes(content)
        with pytest.raises(SheetError, match=words) as refused:
            open_workbook(path)
        assert str(refused.value).startswith(str(path))


MERGED = """<sheetData><row r="1"><c r="A1" t="str"><v>Section</v></c><c r="B1" t="str"><v>Feature</v></c><c r="C1" t="str"><v>4.20</v></c></row>
<row r="2"><c r="A2" t="str"><v>Tools</v></c><c r="B2" t="str"><v>Alpha</v></c><c r="C2" t="str"><v>Supported</v></c></row>
<row r="3"><c r="B3" t="str"><v>Beta</v></c><c r="C3" t="str"><v>Experimental</v></c></row></sheetData><mergeCells>{}</mergeCells>"""


def merged(path: Path, *areas: str) -> Workbook:
    return open_workbook(xlsx(path, MERGED.format("".join(f'<mergeCell ref="{area}"/>' for area in areas))))


def test_overlapping_merges_and_covered_words_are_errors_at_the_cell(tmp_path: Path) -> None:
    assert problems(merged(tmp_path / "a.xlsx", "B3:B4", "B2:B3")) == [
        ("overlapping-merges", "Features!B3"), ("covered-cell", "Features!B3"),
    ]  # fmt: skip
    covered = merged(tmp_path / "b.xlsx", "B2:B3")
    assert problems(covered) == [("covered-cell", "Features!B3")]
    assert '"Beta" is hidden under the merged cells B2:B3' in covered.problems[0].message
    assert problems(merged(tmp_path / "c.xlsx", "A2:A3", "A2:A3", "B4:C5", "D4:E9", "A4:A4")) == []
    wide = merged(tmp_path / "d.xlsx", "B5:D7", "C6:C6", "C6:E9")
    assert problems(wide) == [("overlapping-merges", "Features!C6")]


def test_words_under_a_merge_of_an_ods(tmp_path: Path) -> None:
    cell = "<table:{}table-cell office:value-type='string'{}><text:p>{}</text:p></table:{}table-cell>"
    spanned = cell.format("", " table:number-rows-spanned='2' table:number-columns-spanned='1'", "Alpha", "")
    rows = f"<table:table-row>{spanned}</table:table-row><table:table-row>{cell.format('covered-', '', 'Beta', 'covered-')}</table:table-row>"
    read = open_workbook(ods(tmp_path / "book.ods", rows))
    assert problems(read) == [("covered-cell", "Features!A2")] and texts(read) == ["Alpha"]


def test_a_problem_in_a_tab_that_nobody_reads_blocks_nobody() -> None:
    wrong = [Diagnostic("XS867", "covered-cell", "error", "x", place=place) for place in ("Minutes!A2", "Features!B2")]
    workbook = replace(
        book("Features\nSection | Feature | 4.20\nA | b | Supported\nMinutes\nWho | What"), problems=tuple(wrong)
    )
    found = categorise(workbook, load_layout(None)).problems
    assert [p.place for p in found if p.severity == "error"] == ["Features!B2"]
