"""One categorisation through five independent writers: hand-written replies of two APIs, openpyxl, odfpy, csv."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.google import builders as b


@dataclass(frozen=True)
class Piece:
    """A stretch of text in one format."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    link: str | None = None


@dataclass(frozen=True)
class Spec:
    """What a person put into one cell."""

    pieces: tuple[Piece, ...]
    note: str | None = None
    number: int | None = None
    rows: int = 1
    columns: int = 1

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


Rows = list[list[Spec | None]]


@dataclass(frozen=True)
class Page:
    """One tab; numbers of hidden rows and columns count from 0."""

    title: str
    rows: Rows
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()


def s(text: str, note: str | None = None, rows: int = 1, columns: int = 1) -> Spec:
    return Spec((Piece(text),), note, rows=rows, columns=columns)


def line(*texts: str) -> list[Spec | None]:
    return [s(text) if text else None for text in texts]


TREES = Page(
    "Trees",
    [
        line("Tree", "Branch", "Xen-Version", "Initial-Release", "Supported-Until", "Security-Support-Until"),
        line("xen-4.20", "stable-4.20", "4.20", "2025-03-05", "2028-03-05", "2030-03-05"),
        line("xen-unstable", "staging", "4.21-unstable", "n/a", "TBD", "Unreleased"),
    ],
)
HEAD = ("Section", "Feature", "Variant", "Description", "xen-4.20", "xen-unstable", "Caveats", "Discussion")
PLAIN = (
    Page(
        "Features",
        [
            line(*HEAD),
            line("Toolstack", "xl", "", "Xen's own command line.", "Supported", "Supported"),
            line("", "Live migration", "x86", "Two paragraphs:\nthis is one.", "Supported", "Tech Preview"),
            line("", "", "ARM", "", "Experimental", "Supported"),
        ],
    ),
    TREES,
)
RICH = (
    Page(
        "Features",
        [
            line(*HEAD),
            [s("Toolstack", rows=3), s("xl"), None, Spec((Piece("See "), Piece("the docs", link="https://xenbits.xen.org/"))),
             s("Supported", note="Who decides?\nAsk the list."), s("Supported"), None, Spec((Piece("3"),), number=3)],
            [None, s("Live migration", rows=2), s("x86"),
             Spec((Piece("Moves a "), Piece("running", bold=True), Piece(" guest", italic=True), Piece(" soon", struck=True))),
             s("Supported"), s("Tech Preview")],
            [None, None, s("ARM"), None, Spec((Piece("Supported", struck=True),)), s("Supported")],
            [s("Networking"), s("vif"), None, s("First line\nsecond line"), s("Supported", columns=2), None],
        ],
        hidden_rows=(3,),
        hidden_columns=(7,),
    ),
    TREES,
)  # fmt: skip


def sheets_reply(file_id: str, pages: tuple[Page, ...]) -> b.Json:
    return b.spreadsheet(file_id, *[_sheet(number, page) for number, page in enumerate(pages)])


def _sheet(number: int, page: Page) -> b.Json:
    rows: list[list[b.Json | str | None]] = [[_sheets_cell(cell) for cell in row] for row in page.rows]
    merges = [
        b.merge(top, left, cell.rows, cell.columns)
        for top, row in enumerate(page.rows)
        for left, cell in enumerate(row)
        if cell and (cell.rows, cell.columns) != (1, 1)
    ]
    more = {"merges": merges} if merges else {}
    return b.sheet(page.title, rows, number, hidden_rows=page.hidden_rows, hidden_columns=page.hidden_columns, **more)


def _sheets_cell(cell: Spec | None) -> b.Json | None:
    if cell is None:
        return None
    made = b.text(cell.text) if cell.number is None else b.number(cell.number, cell.text)
    if len(cell.pieces) == 1 and cell.pieces[0].struck:
        made["effectiveFormat"] = {"textFormat": {"strikethrough": True}}
    if len(cell.pieces) > 1:
        at, runs = 0, []
        for piece in cell.pieces:
            marks: b.Json = {n: True for n in ("bold", "italic") if getattr(piece, n)}
            marks |= {"strikethrough": True} if piece.struck else {}
            marks |= {"link": {"uri": piece.link}} if piece.link else {}
            runs.append(({"startIndex": at} if at else {}) | {"format": marks})
            at += len(piece.text.encode("utf-16-le")) // 2
        made["textFormatRuns"] = runs
    return made | ({"note": cell.note} if cell.note else {})


def document_reply(file_id: str, pages: tuple[Page, ...]) -> b.Json:
    content = []
    for page in pages:
        width = max(map(len, page.rows))
        rows: list[list[b.Json | str]] = [
            [_docs_cell(row[n] if n < len(row) else None) for n in range(width)] for row in page.rows
        ]
        content += [b.paragraph(page.title, heading=1), b.paragraph("not published"), b.table(rows)]
    return b.document(file_id, b.tab("Tab 1", *content))


def _docs_cell(cell: Spec | None) -> b.Json:
    if cell is None:
        return b.cell()
    paragraphs: list[list[b.Json | str]] = [[]]
    for piece in cell.pieces:
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                paragraphs.append([])
            marks = {"bold": piece.bold, "italic": piece.italic, "strikethrough": piece.struck}
            paragraphs[-1].append(b.run(part, piece.link, **{name: True for name, on in marks.items() if on}))
    return b.cell(*[b.paragraph(*parts) for parts in paragraphs], rows=cell.rows, columns=cell.columns)


def write_xlsx(path: Path, pages: tuple[Page, ...]) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.title)
        for top, row in enumerate(page.rows, 1):
            for left, cell in enumerate(row, 1):
                if cell is not None:
                    _write_cell(sheet, top, left, cell)
        for number in page.hidden_rows:
            sheet.row_dimensions[number + 1].hidden = True
        for number in page.hidden_columns:
            sheet.column_dimensions["ABCDEFGHIJ"[number]].hidden = True
    book.save(path)
    return path


def _write_cell(sheet: Any, top: int, left: int, cell: Spec) -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
    from openpyxl.comments import Comment
    from openpyxl.styles import Font

    at = sheet.cell(top, left)
    if len(cell.pieces) == 1:
        at.value = cell.text if cell.number is None else cell.number
        if cell.pieces[0].struck:
            at.font = Font(strike=True)
    else:
        at.value = CellRichText(
            *[TextBlock(InlineFont(b=p.bold, i=p.italic, strike=p.struck), p.text) for p in cell.pieces]
        )
    if link := next((piece.link for piece in cell.pieces if piece.link), None):
        at.hyperlink = link
    if cell.note:
        at.comment = Comment(cell.note, "A. Nonymous")
    if (cell.rows, cell.columns) != (1, 1):
        sheet.merge_cells(
            start_row=top, start_column=left, end_row=top + cell.rows - 1, end_column=left + cell.columns - 1
        )


LOOKS = {
    "bold": {"fontweight": "bold"}, "italic": {"fontstyle": "italic"}, "struck": {"textlinethroughstyle": "solid"},
}  # fmt: skip


def write_ods(path: Path, pages: tuple[Page, ...]) -> Path:
    from odf import style, table  # type: ignore[import-untyped]
    from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]

    book = OpenDocumentSpreadsheet()
    for name, look in LOOKS.items():
        made = style.Style(name=name, family="text")
        made.addElement(style.TextProperties(**look))
        book.automaticstyles.addElement(made)
    for page in pages:
        sheet = table.Table(name=page.title)
        for number in range(max(map(len, page.rows))):
            sheet.addElement(table.TableColumn(**({"visibility": "collapse"} if number in page.hidden_columns else {})))
        for number, row in enumerate(page.rows):
            line_ = table.TableRow(**({"visibility": "collapse"} if number in page.hidden_rows else {}))
            for spec in row:
                line_.addElement(table.TableCell() if spec is None else _ods_cell(spec))
            sheet.addElement(line_)
        book.spreadsheet.addElement(sheet)
    book.save(str(path))
    return path


def _ods_cell(spec: Spec) -> object:
    from odf import office, table, text

    kind = {"valuetype": "string"} if spec.number is None else {"valuetype": "float", "value": spec.number}
    made = table.TableCell(numberrowsspanned=spec.rows, numbercolumnsspanned=spec.columns, **kind)
    if spec.note:
        note = office.Annotation()
        for words in spec.note.split("\n"):
            note.addElement(text.P(text=words))
        made.addElement(note)
    paragraph = text.P()
    for piece in spec.pieces:
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                made.addElement(paragraph)
                paragraph = text.P()
            name = next((name for name in LOOKS if getattr(piece, name)), None)
            span = text.A(href=piece.link, text=part) if piece.link else text.Span(stylename=name, text=part)
            paragraph.addElement(span if piece.link or name else text.Span(text=part))
    made.addElement(paragraph)
    return made


def write_csv(folder: Path, pages: tuple[Page, ...]) -> Path:
    folder.mkdir()
    for page in pages:
        with (folder / f"{page.title}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([[cell.text if cell else "" for cell in row] for row in page.rows])
    return folder


LOCAL: dict[str, Callable[[Path, tuple[Page, ...]], Path]] = {"xlsx": write_xlsx, "ods": write_ods, "csv": write_csv}
