"""Workbooks made at test time: one content through openpyxl, odfpy and csv, and parts rewritten by hand."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

URL = "https://xenbits.xen.org/docs/"
NOTE = "Who decides this?\nAsk the list."
SHEET_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="r" Type="{_KIND}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}">'
        f'<Relationship Id="s1" Type="{_KIND}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="st" Type="{_KIND}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="sy" Type="{_KIND}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{SHEET_NS}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="Features" sheetId="1" r:id="s1"/></sheets></workbook>'
    ),
}
ODS_NS = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
        ("number", "datastyle"),
    )
)


def xlsx(path: Path, sheet: str, parts: Mapping[str, str | bytes] | None = None) -> Path:
    """An .xlsx of one tab, Features, whose sheet's XML has `sheet` inside of its root; `parts` add to the others."""
    content = {
        **PARTS,
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{SHEET_NS}" '
            f'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">{sheet}</worksheet>'
        ),
        **(parts or {}),
    }
    return pack(path, content)


def ods(path: Path, table: str, *, styles: str = "", parts: Mapping[str, str | bytes] | None = None) -> Path:
    """An .ods of one tab, Features, with the given rows and automatic styles."""
    content = (
        f'<office:document-content {ODS_NS} xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="Features">{table}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    return pack(path, {"mimetype": mimetype, "content.xml": content, **(parts or {})})


def pack(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """A zip file of these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return path


def rewrite(path: Path, changes: Mapping[str, Callable[[str], str]]) -> None:
    """Change parts of a zip file, as text."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    assert set(changes) <= set(parts)
    pack(path, {name: changes[name](data.decode()) if name in changes else data for name, data in parts.items()})


def write_with_openpyxl(path: Path) -> Path:
    """The common content as .xlsx; the stored value of the formula is put in afterwards, openpyxl writes none."""
    from openpyxl import Workbook
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Features"
    for column, heading in enumerate(("Section", "Feature", "Status", "Limit", "Date"), 1):
        sheet.cell(1, column, heading).font = Font(bold=True)
    sheet["A2"] = "Memory"
    sheet.merge_cells("A2:A4")
    sheet["B2"] = "Two lines\nof text"
    sheet["C2"] = "Supported"
    sheet["C2"].comment = Comment(NOTE, "A. Nonymous")
    sheet["D2"] = 4096
    sheet["E2"] = date(2024, 7, 29)
    bold, struck, italic = InlineFont(b=True), InlineFont(strike=True), InlineFont(i=True)
    sheet["B3"] = CellRichText(
        TextBlock(InlineFont(), "a "), TextBlock(bold, "bold"), TextBlock(struck, " gone"), TextBlock(italic, " slant")
    )
    sheet["C3"] = "Supported"
    sheet["C3"].font = Font(strike=True)
    sheet["D3"] = 0.5
    sheet["D3"].number_format = "0%"
    sheet["B4"] = "Documentation"
    sheet["B4"].hyperlink = URL
    sheet["C4"] = "=1+1"
    sheet["D4"] = 12
    sheet["D4"].number_format = '0" TiB"'
    sheet["B6"] = "Spanning"
    sheet.merge_cells("B6:C6")
    sheet["D6"] = "=A1+1"
    sheet["E6"] = "=nothing"
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["E"].hidden = True
    other = book.create_sheet("Old")
    other["A1"] = "4.1"
    other.sheet_state = "hidden"
    book.save(path)

    def store(text: str) -> str:
        assert "<f>1+1</f><v/>" in text or "<f>1+1</f><v></v>" in text or "<f>1+1</f><v />" in text
        for empty in ("<v/>", "<v></v>", "<v />"):
            text = text.replace(f"<f>1+1</f>{empty}", "<f>1+1</f><v>2</v>")
            text = text.replace(f'<c r="E6"><f>nothing</f>{empty}', '<c r="E6" t="e"><f>nothing</f><v>#NAME?</v>')
        return text

    rewrite(path, {"xl/worksheets/sheet1.xml": store})
    return path


def write_with_odfpy(path: Path) -> Path:
    """The common content as .ods."""
    from odf import dc, office, style, table, text  # type: ignore[import-untyped]
    from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]

    book = OpenDocumentSpreadsheet()

    def named(name: str, family: str, **properties: str) -> str:
        made = style.Style(name=name, family=family)
        kind = style.TableProperties if family == "table" else style.TextProperties
        made.addElement(kind(**properties))
        book.automaticstyles.addElement(made)
        return name

    bold_cell = named("ce1", "table-cell", fontweight="bold")
    struck_cell = named("ce2", "table-cell", textlinethroughstyle="solid")
    bold = named("T1", "text", fontweight="bold")
    struck = named("T2", "text", textlinethroughstyle="solid")
    italic = named("T3", "text", fontstyle="italic")
    hidden = named("ta1", "table", display="false")

    def cell(*lines: object, **attributes: object) -> object:
        made = table.TableCell(**attributes)
        for line in lines:
            made.addElement(text.P(text=line) if isinstance(line, str) else line)
        return made

    def row(*cells: object, **attributes: object) -> object:
        made = table.TableRow(**attributes)
        for child in cells:
            made.addElement(child)
        return made

    sheet = table.Table(name="Features")
    sheet.addElement(table.TableColumn(numbercolumnsrepeated=4))
    sheet.addElement(table.TableColumn(visibility="collapse"))
    headings = ("Section", "Feature", "Status", "Limit", "Date")
    sheet.addElement(row(*(cell(heading, stylename=bold_cell, valuetype="string") for heading in headings)))
    note = office.Annotation()
    note.addElement(dc.Creator(text="A. Nonymous"))
    for line in NOTE.split("\n"):
        note.addElement(text.P(text=line))
    sheet.addElement(
        row(
            cell("Memory", valuetype="string", numberrowsspanned=3),
            cell("Two lines", "of text", valuetype="string"),
            cell(note, "Supported", valuetype="string"),
            cell("4096", valuetype="float", value=4096),
            cell("2024-07-29", valuetype="date", datevalue="2024-07-29"),
        )
    )
    rich = text.P(text="a ")
    for name, words in ((bold, "bold"), (struck, " gone"), (italic, " slant")):
        rich.addElement(text.Span(stylename=name, text=words))
    sheet.addElement(
        row(
            table.CoveredTableCell(),
            cell(rich, valuetype="string"),
            cell("Supported", valuetype="string", stylename=struck_cell),
            cell("50%", valuetype="percentage", value=0.5),
        )
    )
    linked = text.P()
    linked.addElement(text.A(href=URL, text="Documentation"))
    sheet.addElement(
        row(
            table.CoveredTableCell(),
            cell(linked, valuetype="string"),
            cell("2", valuetype="float", value=2, formula="of:=1+1"),
            cell("12 TiB", valuetype="float", value=12),
            visibility="collapse",
        )
    )
    sheet.addElement(row(table.TableCell(numbercolumnsrepeated=1000)))
    sheet.addElement(
        row(
            table.TableCell(),
            cell("Spanning", valuetype="string", numbercolumnsspanned=2),
            table.CoveredTableCell(),
            cell(formula="of:=[.A1]+1"),
            cell("#NAME?", valuetype="string", formula="of:=nothing"),
        )
    )
    sheet.addElement(row(table.TableCell(numbercolumnsrepeated=16384), numberrowsrepeated=1048570))
    book.spreadsheet.addElement(sheet)
    other = table.Table(name="Old", stylename=hidden)
    other.addElement(row(cell("4.1", valuetype="string")))
    book.spreadsheet.addElement(other)
    book.save(str(path))
    return path


def write_with_csv(folder: Path, delimiter: str = ",", encoding: str = "utf-8", line_end: str = "\r\n") -> Path:
    """The common content as a folder of .csv."""
    folder.mkdir()
    rows = [
        ["Section", "Feature", "Status", "Limit", "Date"],
        ["Memory", "Two lines\nof text", "Supported", "4096", "2024-07-29"],
        ["", "a bold gone slant", "Supported", "50%", ""],
        ["", "Documentation", "2", "12 TiB", ""],
        ["", "", "", "", ""],
        ["", "Spanning", "", "", "#NAME?"],
    ]
    for title, content in (("Features", rows), ("Old", [["4.1"]])):
        with (folder / f"{title}.csv").open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=delimiter, lineterminator=line_end).writerows(content)
    return folder
