"""Every reader gives the same cells, as far as its format carries them."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from convert.sheet.cells import Cell, Row, Run, SheetError, Tab, Workbook
from convert.sheet.workbook import open_workbook
from tests.sheet.books import (
    NOTE,
    SHEET_NS,
    URL,
    ods,
    rewrite,
    write_with_csv,
    write_with_odfpy,
    write_with_openpyxl,
    xlsx,
)

SHARED = Path(__file__).parents[2].parent / "shared"


def text(words: str, *, bold: bool = False, italic: bool = False, struck: bool = False) -> Cell:
    return Cell((Run(words, bold, italic, struck),))


def number(words: str) -> Cell:
    return Cell((Run(words),), number=True)


EXPECTED = (
    Tab(
        "Features",
        (
            Row(1, tuple(text(words, bold=True) for words in ("Section", "Feature", "Status", "Limit", "Date"))),
            Row(
                2,
                (
                    Cell((Run("Memory"),), rows=3),
                    text("Two lines\nof text"),
                    Cell((Run("Supported"),), note=NOTE),
                    number("4096"),
                    number("2024-07-29"),
                ),
            ),
            Row(
                3,
                (
                    None,
                    Cell((Run("a "), Run("bold", bold=True), Run(" gone", struck=True), Run(" slant", italic=True))),
                    text("Supported", struck=True),
                    number("50%"),
                ),
            ),
            Row(4, (None, Cell((Run("Documentation", link=URL),)), number("2"), number("12 TiB")), hidden=True),
            Row(
                6,
                (
                    None,
                    Cell((Run("Spanning"),), columns=2),
                    None,
                    Cell(broken="formula without a stored value"),
                    Cell(broken="#NAME?"),
                ),
            ),
        ),
        hidden_columns=frozenset({4}),
    ),
    Tab("Old", (Row(1, (text("4.1"),)),), hidden=True),
)


def plain(tab: Tab) -> Tab:
    """What a .csv carries: texts."""

    def bare(cell: Cell | None) -> Cell | None:
        words = (cell.broken or "").removeprefix("formula without a stored value") or cell.text if cell else ""
        return text(words) if words else None

    rows = tuple(Row(row.number, tuple(map(bare, row.cells))) for row in tab.rows)
    return Tab(tab.title, rows)


def only(workbook: Workbook) -> tuple[Row, ...]:
    (tab,) = workbook.tabs
    assert not workbook.problems
    return tab.rows


def first(workbook: Workbook) -> Cell | None:
    return only(workbook)[0].cells[0]


def test_xlsx(tmp_path: Path) -> None:
    path = write_with_openpyxl(tmp_path / "book.xlsx")
    found = open_workbook(path)
    assert found.tabs == EXPECTED
    assert (found.name, found.kind, found.problems) == ("book.xlsx", "xlsx", ())
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_ods(tmp_path: Path) -> None:
    found = open_workbook(write_with_odfpy(tmp_path / "book.ods"))
    assert found.tabs == EXPECTED
    assert (found.name, found.kind, found.problems) == ("book.ods", "ods", ())


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv(tmp_path: Path, delimiter: str, encoding: str) -> None:
    found = open_workbook(write_with_csv(tmp_path / "book", delimiter, encoding))
    assert found.tabs == tuple(map(plain, EXPECTED))
    assert (found.name, found.kind, found.problems) == ("book", "csv", ())


def test_csv_hash_is_of_names_and_bytes(tmp_path: Path) -> None:
    one = open_workbook(write_with_csv(tmp_path / "one"))
    same = open_workbook(write_with_csv(tmp_path / "two"))
    (tmp_path / "two" / "Old.csv").rename(tmp_path / "two" / "Older.csv")
    assert one.sha256 == same.sha256 != open_workbook(tmp_path / "two").sha256


def test_kind_is_seen_from_the_content(tmp_path: Path) -> None:
    write_with_odfpy(tmp_path / "book.ods").rename(tmp_path / "book.xlsx")
    assert open_workbook(tmp_path / "book.xlsx").kind == "ods"


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []
    open_workbook(write_with_openpyxl(tmp_path / "book.xlsx"), progress=lambda tab, rows: seen.append((tab, rows)))
    assert seen == [("Features", 5), ("Old", 1)]


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs shared/")
def test_real_sheet_agrees_with_openpyxl() -> None:
    from openpyxl import load_workbook

    path = SHARED / "sheets" / "xen-five-trees.xlsx"
    theirs = load_workbook(path, rich_text=True)
    ours = open_workbook(path)
    assert [tab.title for tab in ours.tabs] == theirs.sheetnames
    for tab in ours.tabs:
        sheet = theirs[tab.title]
        covered = {place for area in sheet.merged_cells.ranges for place in list(area.cells)[1:]}
        cells = {
            (row.number, column): cell.text
            for row in tab.rows
            for column, cell in enumerate(row.cells, 1)
            if cell is not None and cell.text
        }
        assert cells == {
            (cell.row, cell.column): str(cell.value)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None and (cell.row, cell.column) not in covered
        }
        assert sum(cell.rows * cell.columns > 1 for row in tab.rows for cell in row.cells if cell) == len(
            sheet.merged_cells.ranges
        )


# What only .xlsx has


def test_shared_strings_and_run_formats(tmp_path: Path) -> None:
    strings = (
        "<sst><si><t>plain</t></si>"
        '<si><r><t>as the cell </t></r><r><rPr><i/><b val="0"/></rPr><t>own_x000D_\n</t></r></si>'
        '<si><t>漢</t><rPh sb="0" eb="1"><t>kan</t></rPh></si></sst>'
    )
    styles = (
        '<styleSheet><fonts><font/><font><b/><strike val="true"/></font></fonts><cellStyleXfs><xf fontId="1"/>'
        '</cellStyleXfs><cellXfs><xf fontId="0"/><xf fontId="1"/></cellXfs><dxfs><dxf><font><i/></font></dxf></dxfs>'
        "</styleSheet>"
    )
    sheet = (
        '<sheetData><row r="1"><c r="A1" t="s" s="1"><v>0</v></c><c r="B1" t="s" s="1"><v>1</v></c>'
        '<c r="C1" t="s"><v>2</v></c><c r="D1" t="s"><v>0</v></c></row></sheetData>'
    )
    path = xlsx(tmp_path / "b.xlsx", sheet, {"xl/sharedStrings.xml": strings, "xl/styles.xml": styles})
    assert only(open_workbook(path))[0].cells == (
        text("plain", bold=True, struck=True),
        Cell((Run("as the cell ", bold=True, struck=True), Run("own\n", italic=True))),
        text("漢"),
        text("plain"),
    )


def test_rows_and_cells_without_references(tmp_path: Path) -> None:
    sheet = (
        '<sheetData><row><c/><c><v>1</v></c></row><row r="4"><c r="C4"><v>2</v></c><c><v>3</v></c></row>'
        "<row><c><v>4.0</v></c></row></sheetData>"
    )
    assert [(row.number, [cell and cell.text for cell in row.cells]) for row in only(
        open_workbook(xlsx(tmp_path / "b.xlsx", sheet))
    )] == [(1, [None, "1"]), (4, [None, None, "2", "3"]), (5, ["4"])]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c t="b"><v>1</v></c>', text("TRUE")),
        ('<c t="d"><v>2024-07-29T12:00:00</v></c>', number("45502.5")),
        ('<c t="str"><f>A2</f><v>words</v></c>', text("words")),
        ('<c t="str"><f>A2</f></c>', Cell(broken="formula without a stored value")),
        ("<c><f>A2</f><v></v></c>", Cell(broken="formula without a stored value")),
        ('<c t="s"><f>A2</f><v> </v></c>', Cell(broken="formula without a stored value")),
        ('<c t="e"><v>#REF!</v></c>', Cell(broken="#REF!")),
        ("<c><v>1e999</v></c>", number("inf")),
        ("<c><v>many</v></c>", text("many")),
        (
            f'<c t="str"><f>HYPERLINK("{URL}","see ""it""")</f><v>see it</v></c>',
            Cell((Run("see it", link=URL),)),
        ),
        ('<c t="str"><f>HYPERLINK(A2,"see it")</f><v>see it</v></c>', text("see it")),
        ('<c t="inlineStr"><is><t>a_x001B_[31mred_x005F_x</t></is></c>', text("a\ufffd[31mred_x")),
    ],
)
def test_xlsx_values(tmp_path: Path, cell: str, expected: Cell) -> None:
    path = xlsx(tmp_path / "b.xlsx", f"<sheetData><row>{cell}</row></sheetData>")
    assert first(open_workbook(path)) == expected


def test_blank_texts_are_no_cells(tmp_path: Path) -> None:
    blank = '<c t="inlineStr"><is><t xml:space="preserve"> \n </t></is></c><c t="s"><v> </v></c>'
    path = xlsx(
        tmp_path / "b.xlsx", f'<sheetData><row r="3">{blank}<c><v>1</v></c>{blank}</row><row>{blank}</row></sheetData>'
    )
    assert only(open_workbook(path)) == (Row(3, (None, None, number("1"))),)


def relationships(*entries: tuple[str, str, str]) -> str:
    return "<Relationships>" + "".join(
        f'<Relationship Id="{key}" Type="http://x/{kind}" Target="{target}"'
        + (' TargetMode="External"/>' if kind == "hyperlink" else "/>")
        for key, kind, target in entries
    ) + "</Relationships>"  # fmt: skip


def test_xlsx_links_and_threads(tmp_path: Path) -> None:
    sheet = (
        '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row></sheetData>'
        '<hyperlinks><hyperlink ref="A1:B1" r:id="h" location="part"/><hyperlink ref="C1" location="Old!A1"/>'
        "</hyperlinks>"
    )
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(
            ("h", "hyperlink", URL), ("c", "comments", "../c.xml"), ("t", "threadedComment", "../t.xml")
        ),
        "xl/c.xml": (
            '<comments><commentList><comment ref="A1"><text><t>[Threaded comment] your program is too old</t></text>'
            '</comment><comment ref="B7"><text><r><t>alone </t></r><r><t>here</t></r></text></comment></commentList>'
            "</comments>"
        ),
        "xl/t.xml": (
            '<ThreadedComments><threadedComment ref="A1"><text>Why?</text></threadedComment>'
            '<threadedComment ref="A1"><text>Because.</text></threadedComment></ThreadedComments>'
        ),
    }
    linked = (Run("1", link=URL + "#part"),)
    assert only(open_workbook(xlsx(tmp_path / "b.xlsx", sheet, parts))) == (
        Row(
            1,
            (
                Cell(linked, "Why?\nBecause.", number=True),
                Cell((Run("2", link=URL + "#part"),), number=True),
                number("3"),
            ),
        ),
        Row(7, (None, Cell(note="alone here"))),
    )


def test_strict_namespaces_and_1904(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "b.xlsx", '<sheetData><row><c s="0"><v>0</v></c></row></sheetData>', {
        "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>',
    })  # fmt: skip
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    transitional = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rewrite(
        path,
        {
            "xl/workbook.xml": lambda words: (
                words.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
                .replace(transitional, strict)
                .replace("schemas.openxmlformats.org/officeDocument/2006", "purl.oclc.org/ooxml/officeDocument")
            ),
            "xl/worksheets/sheet1.xml": lambda words: words.replace(transitional, strict),
        },
    )
    assert first(open_workbook(path)) == number("1904-01-01")


@pytest.mark.parametrize("dimension", ["A1:B2", "A1", "A1:XFD1048576"])
def test_a_wrong_dimension_is_not_believed(tmp_path: Path, dimension: str) -> None:
    path = write_with_openpyxl(tmp_path / "b.xlsx")
    rewrite(path, {"xl/worksheets/sheet1.xml": lambda words: words.replace("A1:E6", dimension)})
    assert open_workbook(path).tabs == EXPECTED


# What only .ods has


def cell(content: str) -> str:
    inner = f'<table:table-cell office:value-type="string">{content}</table:table-cell>'
    return f"<table:table-row>{inner}</table:table-row>"


def test_ods_several_links_and_white_space(tmp_path: Path) -> None:
    content = (
        '<text:p>  see\n <text:a xlink:href="https://a.example/">one</text:a> and<text:s text:c="2"/>'
        '<text:a xlink:href="https://b.example/"><text:span text:style-name="T">two</text:span></text:a>'
        '<text:a xlink:href="#Old.A1">old</text:a><text:line-break/><text:tab/>end </text:p>'
    )
    styles = (
        '<style:style style:name="T" style:family="text"><style:text-properties fo:font-weight="700"/></style:style>'
    )
    assert first(open_workbook(ods(tmp_path / "b.ods", cell(content), styles=styles))) == Cell(
        (
            Run("see "),
            Run("one", link="https://a.example/"),
            Run(" and  "),
            Run("two", bold=True, link="https://b.example/"),
            Run("old\n\tend"),
        )
    )


def test_ods_notes_have_their_paragraphs_alone(tmp_path: Path) -> None:
    note = (
        "<office:annotation><text:creator>A</text:creator>"
        "<text:p>One <text:span>and two</text:span>,</text:p><text:p>three.</text:p></office:annotation><text:p>x</text:p>"
    )
    assert first(open_workbook(ods(tmp_path / "b.ods", cell(note)))) == Cell((Run("x"),), note="One and two,\nthree.")


def test_ods_styles_come_from_parents_rows_and_columns(tmp_path: Path) -> None:
    def style(name: str, properties: str, more: str = "") -> str:
        return (
            f'<style:style style:name="{name}" style:family="table-cell" {more}>'
            f"<style:text-properties {properties}/></style:style>"
        )

    styles = (
        style("parent", 'style:text-line-through-type="single" fo:font-weight="bold"')
        + style("child", 'fo:font-weight="normal"', 'style:parent-style-name="parent"')
        + style("loop", 'fo:font-style="italic"', 'style:parent-style-name="loop"')
    )
    cells = "".join(
        f'<table:table-cell {own} office:value-type="string"><text:p>x</text:p></table:table-cell>'
        for own in ("", "", 'table:style-name="loop"')
    )
    table = (
        '<table:table-column/><table:table-column table:default-cell-style-name="child"/>'
        f"<table:table-row>{cells}</table:table-row>"
        f'<table:table-row table:default-cell-style-name="parent">{cells}</table:table-row>'
    )
    one, two = only(open_workbook(ods(tmp_path / "b.ods", table, styles=styles)))
    assert one.cells == (text("x"), text("x", struck=True), text("x", italic=True))
    assert two.cells == (*[text("x", bold=True, struck=True)] * 2, text("x", italic=True))


def test_ods_dates_errors_and_values_without_display(tmp_path: Path) -> None:
    styles = (
        '<number:date-style style:name="N1" number:automatic-order="true"/><number:date-style style:name="N2"/>'
        '<style:style style:name="D1" style:family="table-cell" style:data-style-name="N1"/>'
        '<style:style style:name="D2" style:family="table-cell" style:data-style-name="N2"/>'
    )
    values = (
        'table:style-name="D1" office:value-type="date" office:date-value="2024-07-29">29/07/24',
        'table:style-name="D2" office:value-type="date" office:date-value="2024-07-29">29. July',
        'office:value-type="string" calcext:value-type="error" table:formula="of:=#REF!">#REF!',
        f'table:formula="of:=HYPERLINK(&quot;{URL}&quot;;&quot;x&quot;)" office:value-type="string">x',
        'office:value-type="float" office:value="4096">',
        'office:value-type="boolean" office:boolean-value="true">',
    )
    cells = "".join(
        f"<table:table-cell {value}".replace(">", "><text:p>") + "</text:p></table:table-cell>" for value in values
    )
    row = only(open_workbook(ods(tmp_path / "b.ods", f"<table:table-row>{cells}</table:table-row>", styles=styles)))[0]
    assert row.cells == (
        number("2024-07-29"),
        number("29. July"),
        Cell(broken="#REF!"),
        Cell((Run("x", link=URL),)),
        number("4096"),
        text("TRUE"),
    )


def test_ods_repeats(tmp_path: Path) -> None:
    table = (
        '<table:table-header-rows><table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        '</table:table-header-rows><table:table-row-group><table:table-row table:number-rows-repeated="2" '
        'table:visibility="filter"><table:table-cell/><table:table-cell table:number-columns-repeated="3">'
        "<text:p>x</text:p></table:table-cell></table:table-row></table:table-row-group>"
    )
    cells = (None, *[text("x")] * 3)
    assert only(open_workbook(ods(tmp_path / "b.ods", table))) == (Row(3, cells, True), Row(4, cells, True))


# What only .csv has


def folder(path: Path, **files: bytes) -> Path:
    path.mkdir()
    for name, content in files.items():
        (path / f"{name}.csv").write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"sep=;\r\na,b;c\r\n", [["a,b", "c"]]),
        (b"Feature;Status\nA, B, C;Yes, with caveats\n", [["Feature", "Status"], ["A, B, C", "Yes, with caveats"]]),
        (b"Feature,Status\n\"a\r\nb\",x\n\n5\" disk,y", [["Feature", "Status"], ["a\nb", "x"], ["5\" disk", "y"]]),
        (b"a\rb\r", [["a"], ["b"]]),
        (b"", []),
    ],
)  # fmt: skip
def test_csv_shapes(tmp_path: Path, content: bytes, expected: list[list[str]]) -> None:
    rows = only(open_workbook(folder(tmp_path / "book", Features=content)))
    assert [[cell.text if cell else "" for cell in row.cells] for row in rows] == expected


def test_csv_order_and_other_files(tmp_path: Path) -> None:
    path = folder(tmp_path / "book", Zoo=b"z", Alpha=b"a")
    (path / "README.txt").write_text("x")
    (path / ".hidden.csv").write_text("x")
    (path / "Big.CSV").write_text("b")
    assert [tab.title for tab in open_workbook(path).tabs] == ["Alpha", "Big", "Zoo"]


def test_equal_titles(tmp_path: Path) -> None:
    path = folder(tmp_path / "book", Features=b"z")
    shutil.copy(path / "Features.csv", path / "features.csv")
    with pytest.raises(SheetError, match="two tabs are called 'Features'"):
        open_workbook(path)


def test_a_snapshot_folder_goes_to_its_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convert.sheet.formats import snapshot

    made = Workbook("x", "snapshot", "0", ())
    monkeypatch.setattr(snapshot, "read", lambda path: replace(made, name=path.name))
    (tmp_path / "meta.json").write_text("{}")
    assert open_workbook(tmp_path) == replace(made, name=tmp_path.name)


@pytest.mark.parametrize(("epoch", "serial"), [("", "44927"), ('<workbookPr date1904="1"/>', "43465")])
def test_a_date_written_as_text_is_the_same_day_whatever_the_book_counts_from(
    tmp_path: Path, epoch: str, serial: str
) -> None:
    """ECMA-376, 18.17.4.1: `t="d"` is ISO 8601, and no number of days."""
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    for row in (
        '<sheetData><row r="1"><c r="A1" t="d" s="1"><v>2023-01-01T00:00:00</v></c></row></sheetData>',
        f'<sheetData><row r="1"><c r="A1" s="1"><v>{serial}</v></c></row></sheetData>',
    ):
        path = xlsx(
            tmp_path / "b.xlsx", row, {"xl/styles.xml": f'<styleSheet xmlns="{SHEET_NS}">{styles}</styleSheet>'}
        )
        rewrite(path, {"xl/workbook.xml": lambda text: text.replace("<sheets>", f"{epoch}<sheets>")})
        assert first(open_workbook(path)) == number("2023-01-01")
