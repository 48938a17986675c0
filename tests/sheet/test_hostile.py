"""Hostile and broken workbooks: a clear message in one line or the right cells, in bounded memory and time."""

from __future__ import annotations

import json
import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convert.sheet.cells import SheetError, Workbook
from convert.sheet.workbook import open_workbook
from tests.sheet.books import PARTS, SHEET_NS, ods, pack, write_with_odfpy, write_with_openpyxl, xlsx

ROOT = Path(__file__).parents[2]
MEMORY = 150 << 20  # bytes of data: heap, stacks, private mappings; code and libraries not counted
SECONDS = 40  # on a busy machine; most need less than one
_CHILD = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[2]),) * 2)
from convert.sheet.cells import SheetError
from convert.sheet.workbook import open_workbook
try:
    book = open_workbook(Path(sys.argv[1]))
except SheetError as error:
    print(json.dumps({"error": str(error)}))
else:
    print(json.dumps({
        "rows": [len(tab.rows) for tab in book.tabs],
        "texts": [cell.text for tab in book.tabs for row in tab.rows[:3] for cell in row.cells if cell],
        "problems": [f"{problem.place}: {problem.message}" for problem in book.problems],
    }))
"""
ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'


def limited(path: Path, memory: int = MEMORY) -> dict[str, Any]:
    """What the reader says in a process of its own with little memory."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path), str(memory)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=ROOT,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def refusal(path: Path) -> str:
    """The message for a workbook that is refused: one line, printable."""
    with pytest.raises(SheetError) as caught:
        open_workbook(path)
    message = str(caught.value)
    assert message.isprintable()
    return message


def problems(book: Workbook) -> list[str]:
    assert {problem.severity for problem in book.problems} == {"error"}
    return [f"{problem.place}: {problem.message}" for problem in book.problems]


def texts(book: Workbook) -> list[str]:
    return [cell.text for tab in book.tabs for row in tab.rows for cell in row.cells if cell]


# No workbook at all


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (
            os.urandom(5000).replace(b"PK", b"--"),
            "is not a workbook; expected: .xlsx, .ods, .csv or .tsv, a folder of .csv",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "is in the old .xls format; save it as .xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2 << 20) + "EncryptedPackage".encode("utf-16-le"),
            "is encrypted; save it without a password",
        ),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"<!DOCTYPE html><title>Sign in</title>", "is a web page"),
        (b'<?xml version="1.0"?><office:document xmlns:office="x">', "is a flat OpenDocument file"),
        (b"PK\x05\x06" + bytes(18), "is an empty or split zip file"),
        (b"PK\x03\x04" + bytes(5000), "is damaged or cut short"),
        (b"PK\x03\x04" + bytes(50) + b"PK\x05\x06" + bytes(10) + b"\xff" * 8, "this is not a workbook"),
        (b"PK\x03\x04" + bytes(50) + b"PK\x05\x06" + b"\xff" * 10, "is damaged or cut short"),
    ],
)
def test_other_files(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    assert words in refusal(path)


def test_missing_unreadable_and_special_files(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.xlsx")
    assert "no .csv file and no snapshot" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert "is not a regular file" in refusal(tmp_path / "pipe.xlsx")
    assert "is not a regular file" in refusal(Path("/dev/zero"))
    assert "null" in refusal(Path("a\0b"))
    assert "\N{REPLACEMENT CHARACTER}[31m" in refusal(tmp_path / "\x1b[31m\n.xlsx")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"a.txt": "x"}, "is a zip file, but not a workbook"),
        ({"[Content_Types].xml": "x", "word/document.xml": "x"}, "is a Word document"),
        ({"[Content_Types].xml": "x", "xl/workbook.bin": "x"}, "is a binary workbook (.xlsb)"),
        ({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}, "is a text document"),
        ({"content.xml": "<x/>"}, "no tab with cells"),
        ({"content.xml": "<x><y></x>"}, "content.xml cannot be read, the file is damaged"),
        ({"content.xml": b"\xff\xfe\x00"}, "content.xml cannot be read, the file is damaged"),
        (
            {"content.xml": "<x/>", "META-INF/manifest.xml": "<m><file-entry><encryption-data/></file-entry></m>"},
            "is encrypted; save it without a password",
        ),
        ({**PARTS}, "the part with tab Features is missing"),
        ({**PARTS, "xl/workbook.xml": "<workbook/>"}, "no tab with cells"),
        ({"content.xml": "<x/>", "../../etc/passwd": "x"}, "a part is called ../../etc/passwd, a path out of the file"),
        ({"content.xml": "<x/>", "/etc/passwd": "x"}, "a path out of the file"),
        ({"content.xml": "<x/>", "a\\..\\b": "x"}, "a path out of the file"),
    ],
)
def test_other_zip_files(tmp_path: Path, parts: dict[str, str | bytes], words: str) -> None:
    assert words in refusal(pack(tmp_path / "book.xlsx", parts))


# Containers


def test_truncated_anywhere(tmp_path: Path) -> None:
    whole = write_with_openpyxl(tmp_path / "whole.xlsx").read_bytes()
    path = tmp_path / "cut.xlsx"
    for length in range(4, len(whole), len(whole) // 40):
        path.write_bytes(whole[:length])
        assert "damaged or cut short" in refusal(path)


@pytest.mark.parametrize("write", [write_with_openpyxl, write_with_odfpy])
def test_any_flipped_byte_is_a_message_or_a_workbook(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    whole = write(tmp_path / "whole").read_bytes()
    path = tmp_path / "bad"
    refused = 0
    for position in range(0, len(whole), len(whole) // 80):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :])
        try:
            open_workbook(path)
        except SheetError as error:
            refused += 1
            assert str(error).isprintable()
    assert refused > 20


@pytest.mark.parametrize("write", [write_with_openpyxl, write_with_odfpy])
def test_any_changed_xml_is_a_message_or_a_workbook(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    path = write(tmp_path / "book")
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    chance = random.Random(1)
    names = [name for name in parts if name.endswith((".xml", ".rels")) and len(parts[name]) > 300]
    for _ in range(150):
        name = chance.choice(names)
        changed = bytearray(parts[name])
        for _ in range(chance.randint(1, 3)):
            position = chance.randrange(200, len(changed))
            changed[position : position + chance.randint(0, 2)] = chance.choice(
                [b"0", b"9", b"A", b"-", b"", b"\xff", b"x"]
            )
        pack(path, {**parts, name: bytes(changed)})
        try:
            open_workbook(path)
        except SheetError as error:
            assert str(error).isprintable()


def test_equal_parts(tmp_path: Path) -> None:
    path = write_with_openpyxl(tmp_path / "book.xlsx")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as target:
        target.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    assert "two parts are called xl/worksheets/sheet1.xml" in refusal(path)


def test_encrypted_part(tmp_path: Path) -> None:
    path = pack(tmp_path / "book.xlsx", {"content.xml": "<x/>"})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "is encrypted" in refusal(path)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "content.xml", "xl/media/image1.png"])
def test_zip_bomb_by_ratio(tmp_path: Path, part: str) -> None:
    path = pack(tmp_path / "book.xlsx", {**PARTS, part: bytes(40 << 20)})
    assert path.stat().st_size < 50_000
    error = limited(path)["error"]
    assert part in error
    assert "zip bomb" in error


def declared(path: Path, part: str, size: int) -> Path:
    """Let the directory of a zip file say another size for a part."""
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(part.encode()))
    struct.pack_into("<L", content, entry + 24, size)
    path.write_bytes(content)
    return path


def test_zip_bomb_by_size(tmp_path: Path) -> None:
    path = declared(pack(tmp_path / "book.ods", {"content.xml": "<x/>"}), "content.xml", 2_000_000_000)
    assert "unpacks to 1,907 MB; at most 512 MB are read" in refusal(path)


def test_zip_bomb_that_hides_its_size(tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{SHEET_NS}"><sheetData>'.encode() + b" " * (100 << 20)
    path = declared(pack(tmp_path / "b.xlsx", {**PARTS, "xl/worksheets/sheet1.xml": sheet}), "sheet1.xml", 4000)
    assert "the file is damaged" in limited(path)["error"]


def test_very_many_parts(tmp_path: Path) -> None:
    parts = {f"xl/{number}": "" for number in range(10_001)}
    assert "10,001 parts" in refusal(pack(tmp_path / "book.xlsx", parts))


def test_huge_directory_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, *[0] * 4, 0, 0, 0, 1, *[0] * 4, 0, 0) + b"x"
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        for _ in range(100):
            stream.write(entry * 10_000)
        size = stream.tell() - 4
        stream.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, size, 4, 0))
    assert "a directory of 47,000,000 bytes" in limited(path)["error"]


# XML


BILLION = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("prologue", [BILLION, EXTERNAL, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "content.xml"])
def test_dtd_and_entities(tmp_path: Path, part: str, prologue: str) -> None:
    body = f"{prologue}<x>&a;</x>"
    if part == "content.xml":
        path = pack(tmp_path / "book.ods", {part: body})
    else:
        path = xlsx(tmp_path / "book.xlsx", f"<sheetData>{ONE}</sheetData>", {part: body})
    assert f"{part} declares a DTD or entities" in refusal(path)


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<a>" * 100 + "</a>" * 100, "nested more than 64 deep"),
        ("<!--" + "x" * (9 << 20) + "-->", "one text of more than 4 MB"),
        ('<c r="A1" t="str"><v>' + "x" * (9 << 20) + "</v></c>", "one text of more than 4 MB"),
        ('<c r="A1">' + "<v/>" * 60_000 + "</c>", "one <c> holds 50,001 elements"),
        ("".join(f"<name{number}/>" for number in range(30_000)), "too many names of elements"),
        ("".join(f'<a name{number}="1"/>' for number in range(30_000)), "too many names of elements"),
    ],
)
def test_exhausting_xml(tmp_path: Path, inside: str, words: str) -> None:
    assert words in refusal(xlsx(tmp_path / "book.xlsx", f"<sheetData>{inside}</sheetData>"))


def test_elements_that_mean_nothing_take_no_memory(tmp_path: Path) -> None:
    noise = "".join(f'<x a="{number}"/>' for number in range(400_000))
    path = xlsx(tmp_path / "book.xlsx", f"<sheetData>{ONE}</sheetData><extLst>{noise}</extLst>{noise}")
    assert limited(path)["texts"] == ["1"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ('<row r="x"/>', "a number is missing or no number"),
        ('<row r="1"><c r="?"/></row>', "'?' is not a cell"),
        ('<row r="1"><c r="A0"><v>1</v></c></row>', "'A0' is not a cell"),
        (f'{ONE}<row r="0"><c r="A0"><v>1</v></c></row>', "'A0' is not a cell"),
        (f'{ONE}<row r="2"><c r="A"><v>1</v></c></row>', "'A' is not a cell"),
        (f'{ONE}<row r="12345678"><c r="A12345678"><v>1</v></c></row>', "'A12345678' is not a cell"),
        ('<row r="0"><c><v>1</v></c></row>', "a cell outside all rows"),
        ('<row r="1"><c r="A1" t="str"><v>ab<x/>cd</v></c></row>', "an element inside a text"),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>ab<x/>cd</t></is></c></row>', "an element inside a text"),
        ('<row r="1"><c t="s"><v>0</v></c></row>', "refers to a text that is not there"),
        ('<row r="1"><c t="s"><v>-1</v></c></row>', "a number is missing or no number"),
    ],
)
def test_broken_cells(tmp_path: Path, cells: str, words: str) -> None:
    assert words in refusal(xlsx(tmp_path / "book.xlsx", f"<sheetData>{cells}</sheetData>"))


def test_an_element_inside_a_shared_text(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "book.xlsx", "<sheetData/>", {"xl/sharedStrings.xml": "<sst><si><t>ab<x/>cd</t></si></sst>"})
    assert "an element inside a text; the file is damaged" in refusal(path)


# Sheets


def test_external_references_are_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("secret")
    relations = (
        '<Relationships><Relationship Id="s1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="e" Type="x/externalLink" Target="{secret}" TargetMode="External"/>'
        f'<Relationship Id="st" Type="x/sharedStrings" Target="{secret}" TargetMode="External"/></Relationships>'
    )
    sheet = '<sheetData><row r="1"><c r="A1"><f>[1]Tab!A1</f><v>7</v></c></row></sheetData>'
    assert texts(open_workbook(xlsx(tmp_path / "b.xlsx", sheet, {"xl/_rels/workbook.xml.rels": relations}))) == ["7"]
    tab = relations.replace('Target="worksheets/sheet1.xml"', f'Target="{secret}" TargetMode="External"')
    path = xlsx(tmp_path / "c.xlsx", sheet, {"xl/_rels/workbook.xml.rels": tab})
    assert "the part with tab Features is missing" in refusal(path)
    source = f'<table:table-source xlink:href="{secret}" table:table-name="secret"/>'
    row = "<table:table-row><table:table-cell><text:p>7</text:p></table:table-cell></table:table-row>"
    other = f"</table:table><table:table table:name=\"'file://{secret}'#$Sheet1\">{source}{row}"
    book = open_workbook(ods(tmp_path / "b.ods", source + row + other))
    assert ([tab.title for tab in book.tabs], texts(book)) == (["Features"], ["7"])


def test_merge_of_everything(tmp_path: Path) -> None:
    sheet = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    )
    found = limited(xlsx(tmp_path / "b.xlsx", sheet))
    message = "Features!A1: 17,179,869,184 cells are merged, A1:XFD1048576; unmerge them"
    assert found == {"rows": [1], "texts": ["1", "2"], "problems": [message]}
    spanned = (
        '<table:table-row><table:table-cell table:number-rows-spanned="1048576" table:number-columns-spanned="16384">'
        "<text:p>1</text:p></table:table-cell></table:table-row>"
    )
    assert limited(ods(tmp_path / "b.ods", spanned))["problems"] == [message]


def test_very_many_overlapping_merges(tmp_path: Path) -> None:
    merges = '<mergeCell ref="A1:CV2000"/>' * 5_000
    found = open_workbook(xlsx(tmp_path / "b.xlsx", f"<sheetData>{ONE}</sheetData><mergeCells>{merges}</mergeCells>"))
    assert len(found.problems) == 101
    assert found.problems[-1].message == "4,885 more problems of these kinds are not listed"


def test_cell_in_the_last_corner(tmp_path: Path) -> None:
    sheet = (
        f'<sheetData>{ONE}<row r="1048576"><c r="XFD1048576"><v>2</v></c><c r="A1048576"><v>3</v></c></row></sheetData>'
    )
    found = limited(xlsx(tmp_path / "b.xlsx", sheet))
    message = (
        "Features!XFD1048576: a cell far outside the table (and 1 more); "
        "rows up to 250000 and columns up to ALL are read; clear it"
    )
    assert found == {"rows": [1], "texts": ["1"], "problems": [message]}


def test_far_blank_cells_do_not_matter(tmp_path: Path) -> None:
    sheet = f'<sheetData>{ONE}<row r="1048576"><c r="XFD1048576" t="str"><v> </v></c></row></sheetData>'
    assert limited(xlsx(tmp_path / "b.xlsx", sheet)) == {"rows": [1], "texts": ["1"], "problems": []}


@pytest.mark.slow
def test_a_million_empty_formatted_rows(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{number}" s="1" customFormat="1"/>' for number in range(2, 1_000_001))
    cells = "".join(f'<row r="{number}"><c r="A{number}" s="1"/></row>' for number in range(2, 100_001))
    for content in (rows, cells):
        path = xlsx(tmp_path / "b.xlsx", f"<sheetData>{ONE}{content}</sheetData>")
        assert limited(path) == {"rows": [1], "texts": ["1"], "problems": []}


def test_ods_repeats_to_the_end(tmp_path: Path) -> None:
    blank = '<table:table-cell table:style-name="x" table:number-columns-repeated="16383"/>'
    table = (
        f"<table:table-row><table:table-cell><text:p>1</text:p></table:table-cell>{blank}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048575">{blank}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="999999999999">{blank}</table:table-row>'
    )
    assert limited(ods(tmp_path / "b.ods", table)) == {"rows": [1], "texts": ["1"], "problems": []}


def test_ods_repeats_content_to_the_end(tmp_path: Path) -> None:
    filled = '<table:table-cell table:number-columns-repeated="16384"><text:p>1</text:p></table:table-cell>'
    row = f"<table:table-row>{filled}</table:table-row>"
    found = open_workbook(ods(tmp_path / "b.ods", row))
    assert len(found.tabs[0].rows[0].cells) == 1000
    assert "Features!ALM1: a cell far outside the table (and 15,383 more)" in problems(found)[0]
    down = '<table:table-row table:number-rows-repeated="1048576">'
    one = f"{down}<table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>"
    limit = limited(ods(tmp_path / "c.ods", one))
    assert limit["rows"] == [250_000]
    assert "Features!A250001: a cell far outside the table (and 798,575 more)" in limit["problems"][0]
    assert "more than 5,000,000 cells" in refusal(ods(tmp_path / "d.ods", f"{down}{filled}</table:table-row>"))


def test_a_cell_of_a_megabyte(tmp_path: Path) -> None:
    long = "x" * (1 << 20)
    sheet = f'<sheetData><row r="7"><c r="B7" t="str"><v>{long}</v></c><c><v>1</v></c></row></sheetData>'
    paragraph = f"<table:table-cell><text:p>{long}</text:p></table:table-cell>"
    blank = '<table:table-row table:number-rows-repeated="6"/>'
    table = f"{blank}<table:table-row><table:table-cell/>{paragraph}</table:table-row>"
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "Features.csv").write_text("\n" * 6 + f'a,"{long}"\n')
    for path in (xlsx(tmp_path / "b.xlsx", sheet), ods(tmp_path / "b.ods", table), tmp_path / "csv"):
        found = open_workbook(path)
        what = "a text of 1,048,576 characters; at most 100,000 are read; shorten it"
        assert problems(found) == [f"Features!B7: {what}"]
        cell = found.tabs[0].rows[-1].cells[1]
        assert cell is not None
        assert (cell.text, cell.broken) == ("", what)


def test_a_long_shared_string_in_many_cells(tmp_path: Path) -> None:
    cells = "".join(f'<row r="{number}"><c t="s"><v>0</v></c></row>' for number in range(1, 5_001))
    strings = f"<sst><si><t>{'x' * 200_000}</t></si></sst>"
    found = limited(xlsx(tmp_path / "b.xlsx", f"<sheetData>{cells}</sheetData>", {"xl/sharedStrings.xml": strings}))
    assert len(found["problems"]) == 101


def test_a_link_over_everything(tmp_path: Path) -> None:
    relations = (
        '<Relationships><Relationship Id="h" Type="x/hyperlink" Target="https://a.example/" TargetMode="External"/>'
        "</Relationships>"
    )
    sheet = f'<sheetData>{ONE}</sheetData><hyperlinks><hyperlink ref="A1:XFD1048576" r:id="h"/></hyperlinks>'
    path = xlsx(tmp_path / "b.xlsx", sheet, {"xl/worksheets/_rels/sheet1.xml.rels": relations})
    assert problems(open_workbook(path)) == ["Features!A1: a link over A1:XFD1048576; remove it, or link single cells"]


# .csv


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\nc\0d,e\n", "Features.csv, line 2: a NUL byte"),
        ("Käse,b\n".encode("latin-1"), "Features.csv, line 1: byte 0xE4 is not UTF-8; save it as CSV UTF-8"),
        ("a,b\nc,d\n".encode("utf-16-le"), "Features.csv, line 1: a NUL byte"),
        (b"\xff\xfea", "Features.csv: is not UTF-16 as its first bytes say"),
        ("\ufeffa\0b".encode("utf-16-le"), "Features.csv: a NUL character"),
        (b'a,"b\nc,d\n' * 2 + b'e,"f\n', "a quotation mark is missing"),
        (b'a,"b"c\n', "Features.csv, line 1: a quotation mark is missing"),
    ],
)
def test_csv_that_is_no_text(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "Features.csv").write_bytes(content)
    assert words in refusal(tmp_path)


def test_csv_with_a_line_of_a_gigabyte(tmp_path: Path) -> None:
    with (tmp_path / "Features.csv").open("wb") as stream:
        stream.truncate(1 << 30)
    assert "Features.csv: more than 64 MB" in limited(tmp_path)["error"]


def test_csv_with_very_many_columns(tmp_path: Path) -> None:
    (tmp_path / "Features.csv").write_bytes(b"a," * 2_000_000)
    found = limited(tmp_path)
    assert found["rows"] == [1]
    assert "Features!ALM1: a cell far outside the table" in found["problems"][0]


def test_csv_that_is_a_pipe_or_a_folder(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Features.csv")
    assert "Features.csv: is not a regular file" in refusal(tmp_path)
    (tmp_path / "Features.csv").unlink()
    (tmp_path / "Features.csv").mkdir()
    assert "Features.csv: is not a regular file" in refusal(tmp_path)


# Size


@pytest.mark.slow
def test_ten_thousand_rows(tmp_path: Path) -> None:
    def sheet(rows: int) -> str:
        cells = "".join(
            f'<row r="{row}">'
            + "".join(
                f'<c r="{letter}{row}" t="inlineStr"><is><t>Text {letter} of row {row}</t></is></c>'
                for letter in "ABCDEFGHIJKL"
            )
            + "</row>"
            for row in range(1, rows + 1)
        )
        return f"<sheetData>{cells}</sheetData>"

    path = xlsx(tmp_path / "b.xlsx", sheet(10_000))
    assert limited(path)["rows"] == [10_000]
    with pytest.raises(AssertionError):  # the limit is real
        limited(path, 20 << 20)


def test_a_deflated_stream_that_breaks_off(tmp_path: Path) -> None:
    path = pack(tmp_path / "b.ods", {"content.xml": "<x>" + "y" * 100_000 + "</x>"})
    content = bytearray(path.read_bytes())
    start = 30 + len("content.xml")
    assert zlib.decompressobj(-15).decompress(bytes(content[start:]))
    content[start] = 0xFF
    path.write_bytes(content)
    assert "content.xml cannot be read, the file is damaged" in refusal(path)
