"""What cells look like: text with formats, heading rows, colours and the list of labels for statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from samples.writing.notation import Piece, words

WRAP = Alignment(vertical="top", wrap_text=True)
TOP = Alignment(vertical="top")
HEAD = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
LINK = Font(name="Calibri", size=11, color="0563C1", u="single")
HEAD_FILL = PatternFill("solid", fgColor="1F4E79")
SECTION_FILL = PatternFill("solid", fgColor="DDE6F0")
# First match wins, so the longer beginnings stand first; `{}` is the first status cell.
COLOURS = (
    ('LEFT({},10)="Supported,"', "FFF2CC"),
    ('LEFT({},9)="Supported"', "D5E8D4"),
    ('LEFT({},4)="Tech"', "DAE8FC"),
    ('LEFT({},12)="Experimental"', "E1D5E7"),
    ('LEFT({},10)="Deprecated"', "FFE6CC"),
    ('OR(LEFT({0},8)="Obsolete",LEFT({0},3)="Not")', "F8CECC"),
    ('OR({0}="?",{0}="TBD",RIGHT({0},2)="?)")', "FFFF99"),
)


def _block(piece: Piece) -> str | TextBlock:
    if not (piece.bold or piece.italic or piece.struck):
        return piece.text
    font = InlineFont(rFont="Calibri", sz=11, b=piece.bold, i=piece.italic, strike=piece.struck)
    return TextBlock(font, piece.text)


def at(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell of a row and a column, both from 1; raises TypeError where a merge covers it."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{sheet.title}: row {row}, column {column} is covered by a merge")
    return cell


def put(cell: Cell, text: str, wrap: bool = True) -> None:
    """Write marked-up text into a cell: one format is the cell's own font, several are rich text."""
    said = words(text)
    if not said.pieces:
        return
    first = said.pieces[0]
    if len(said.pieces) == 1:
        cell.value = first.text
        if said.link:
            cell.font = LINK
        elif first.bold or first.italic or first.struck:
            cell.font = Font(name="Calibri", size=11, b=first.bold, i=first.italic, strike=first.struck)
    else:
        cell.value = CellRichText(*[_block(piece) for piece in said.pieces])
    if said.link:
        cell.hyperlink = said.link
    cell.number_format = "@"
    cell.alignment = WRAP if wrap else TOP


def head(sheet: Worksheet, row: int, headings: Sequence[str], widths: Mapping[str, float]) -> None:
    """Write the heading row, freeze what is above and beside the data, set the widths by heading (default 16)."""
    for n, heading in enumerate(headings, 1):
        cell = at(sheet, row, n)
        cell.value = heading
        cell.font, cell.fill, cell.alignment, cell.number_format = HEAD, HEAD_FILL, WRAP, "@"
        sheet.column_dimensions[get_column_letter(n)].width = widths.get(heading, 16)


def comment(cell: Cell, text: str, author: str) -> None:
    """Attach a note to a cell."""
    note = Comment(text, author)
    note.width, note.height = 320, 110
    cell.comment = note


def statuses(sheet: Worksheet, area: str, labels: str) -> None:
    """Colour the status cells of `area` by their label and offer the labels as a list; other text stays allowed."""
    first = area.partition(":")[0]
    for formula, colour in COLOURS:
        fill = PatternFill("solid", bgColor=colour)
        colour_rule = Rule(
            type="expression", dxf=DifferentialStyle(fill=fill), formula=[formula.format(first)], stopIfTrue=True
        )
        sheet.conditional_formatting.add(area, colour_rule)
    offer = DataValidation(type="list", formula1=labels, allow_blank=True, showErrorMessage=False)
    offer.add(area)
    sheet.add_data_validation(offer)
