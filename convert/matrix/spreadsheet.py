"""Tables for spreadsheet programs: CSV and xlsx in which no text becomes a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from convert.output.xlsx import reproducible

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# what Excel, LibreOffice and Google Sheets take for the beginning of a formula (OWASP, "CSV Injection")
_FORMULA = re.compile(r"[\t\r\n]|[\s\0]*[=+\-@\uff0b\uff0d\uff1d\uff20]")
# characters that XML 1.0 has no place for
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32767  # characters of an xlsx cell


def safe(text: str) -> str:
    """A text for a CSV cell: one that a spreadsheet would calculate gets an apostrophe before it, as such programs
    show text.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def to_csv(table: Sequence[Sequence[str]]) -> str:
    """A table as CSV (RFC 4180) with LF line ends."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([safe(cell) for cell in row] for row in table)
    return out.getvalue()


def to_xlsx(sheets: Mapping[str, Sequence[Sequence[str]]], day: date) -> bytes:
    """Tables by sheet name as a workbook; the first row of each is its heading.  All cells are text, never formulas.

    Equal tables and an equal `day` give equal bytes.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, table in sheets.items():
        _fill(book.create_sheet(title), table)
    out = io.BytesIO()
    book.save(out)
    return reproducible(out.getvalue(), day)


def _fill(sheet: Worksheet, table: Sequence[Sequence[str]]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    wrapped, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    for n, row in enumerate(table, 1):
        for m, text in enumerate(row, 1):
            if not text:
                continue
            cell = sheet.cell(n, m)
            cell.value = _NO_XML.sub("\ufffd", text)[:_LONGEST]
            cell.data_type = "s"
            cell.alignment = wrapped
            if _FORMULA.match(text):
                cell.quotePrefix = True  # stays text when somebody edits the cell
            if n == 1:
                cell.font = bold
    for m in range(1, len(table[0]) + 1 if table else 1):
        widest = max((len(row[m - 1]) for row in table if m <= len(row)), default=0)
        sheet.column_dimensions[get_column_letter(m)].width = min(40, max(8, widest + 2))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
