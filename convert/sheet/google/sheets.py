"""The Sheets API's reply for one tab as cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from convert.sheet import problems_files
from convert.sheet.cells import Cell, SheetError, Tab
from convert.sheet.formats.grid import Grid, Report, Style, clean_title, make_cell, text_cell
from convert.sheet.google.address import EditedError

LIST_MASK = "spreadsheetId,properties(title,locale,timeZone),sheets(properties)"
TAB_MASK = (  # of values what is read and no more: the texts that people see are in formattedValue alone
    "spreadsheetId,sheets(properties,merges,data(startRow,startColumn,rowData(values(formattedValue,"
    "userEnteredValue.formulaValue,effectiveValue(numberValue,errorValue),hyperlink,note,textFormatRuns,chipRuns,"
    "effectiveFormat.textFormat(bold,italic,strikethrough))),rowMetadata(hiddenByUser,hiddenByFilter),columnMetadata(hiddenByUser)))"
)
MAX_CELLS = 10_000_000  # Google's own limit for a spreadsheet
_VALUES = ("effectiveValue", "userEnteredValue")
_PLAIN_KEYS = frozenset({"formattedValue", "effectiveFormat", *_VALUES})
_KINDS = ({"stringValue"}, {"numberValue"})
_IMAGE = re.compile(r"\s*=\s*IMAGE\s*\(", re.IGNORECASE)
_TAB_KINDS = {
    "OBJECT": "a chart or picture on a tab of its own",
    "DATA_SOURCE": "a connected sheet, whose rows are in a data source (BigQuery, Looker)",
}
Json = dict[str, Any]
T = TypeVar("T")


def tab_titles(reply: Json, report: Report) -> list[str]:
    """The titles of the tabs with cells, in order; a tab of another kind is named in `report`."""
    out = []
    for sheet in items(reply.get("sheets")):
        properties = mapping(sheet.get("properties"))
        title, kind = string(properties.get("title")), properties.get("sheetType", "GRID")
        if kind == "GRID":
            out.append(title)
        else:
            report.add(
                problems_files.tab_not_carried(
                    None, (), clean_title(title), _TAB_KINDS.get(str(kind), "of another kind")
                )
            )
    return out


def tab_range(title: str) -> str:
    """A1 notation for a whole tab."""
    return "'" + title.replace("'", "''") + "'"


def read_tab(reply: Json, title: str, report: Report) -> Tab:
    """The one tab of a reply to `TAB_MASK`; problems go to `report`.  Raises EditedError if it is not in the reply."""
    sheets = [s for s in items(reply.get("sheets")) if mapping(s.get("properties")).get("title") == title]
    if not sheets:
        raise EditedError("a tab was renamed or deleted while the file was read; fetch again")
    sheet = sheets[0]
    grid = Grid(title, report)
    hidden_columns: list[tuple[int, int]] = []
    for data in items(sheet.get("data")):
        hidden_columns += _read_data(data, grid)
    for merge in items(sheet.get("merges")):
        first, column = count(merge.get("startRowIndex")), count(merge.get("startColumnIndex"))
        height, width = count(merge.get("endRowIndex")) - first, count(merge.get("endColumnIndex")) - column
        if height < 1 or width < 1:
            raise SheetError("the answer has a merge without an extent; fetch again")
        grid.merge(first + 1, column, height, width)
    hidden = mapping(sheet.get("properties")).get("hidden") is True
    return grid.finish(hidden=hidden, hidden_columns=hidden_columns)


def _read_data(data: Json, grid: Grid) -> list[tuple[int, int]]:
    """Put one block of cells into the grid; its hidden columns, as ranges."""
    top, left = count(data.get("startRow")) + 1, count(data.get("startColumn"))
    for number, row in enumerate(items(data.get("rowData")), top):
        values = items(row.get("values"))
        cells = [_plain_cell(value) if value else None for value in values]
        for column, value in enumerate(values):
            if cells[column] is None and value:
                cells[column] = _cell(value)
                if "userEnteredValue" in value:
                    _look_at_formula(value, grid, number, left + column)
        grid.put_row(number, left, cells)
    for number, meta in enumerate(items(data.get("rowMetadata")), top):
        if meta.get("hiddenByUser") is True or meta.get("hiddenByFilter") is True:
            grid.hide(number)
    columns = enumerate(items(data.get("columnMetadata")), left)
    return [(n, n) for n, meta in columns if meta.get("hiddenByUser") is True]


def _plain_cell(value: Json) -> Cell | None:
    """A cell that is a text in one format, as nearly all are; None where it may be anything else."""
    text = value.get("formattedValue")
    if not value.keys() <= _PLAIN_KEYS or type(text) is not str:
        return None
    number = False
    for name in _VALUES:
        if stored := value.get(name):
            if type(stored) is not dict or stored.keys() not in _KINDS:
                return None
            number = number or (name == "effectiveValue" and "numberValue" in stored)
    form = value.get("effectiveFormat")
    if not form:
        return text_cell(text, number=number)
    marks = form.get("textFormat") if type(form) is dict else None
    if type(marks) is not dict:
        return None
    get = marks.get
    style = Style(get("bold") is True, get("italic") is True, get("strikethrough") is True)
    return text_cell(text, style, number=number)


def _look_at_formula(value: Json, grid: Grid, row: int, column: int) -> None:
    """Name a picture that a formula puts into a cell: there is no text of it."""
    formula = string(mapping(value["userEnteredValue"]).get("formulaValue", ""))
    if not value.get("formattedValue") and _IMAGE.match(formula):
        grid.report(problems_files.not_carried(grid.place(row, column), (), "a picture", ""))


def _cell(value: Json) -> Cell | None:
    effective = mapping(value.get("effectiveValue"))
    shown = string(value.get("formattedValue", ""))
    note = string(value.get("note", "")) or None
    if "errorValue" in effective:
        kind = string(mapping(effective["errorValue"]).get("type", "ERROR"))
        return make_cell((), note=note, broken=clean_title(shown) or f"#{clean_title(kind)}!")
    return make_cell(_pieces(value, shown), note=note, number="numberValue" in effective)


def _pieces(value: Json, shown: str) -> Iterator[tuple[str, Style, str | None]]:
    """The text with its formats and links; positions count UTF-16 units, and what a run does not say the cell says."""
    text_format = mapping(mapping(value.get("effectiveFormat")).get("textFormat"))
    whole = {name: text_format.get(name) is True for name in ("bold", "italic", "strikethrough")}
    if not value.get("textFormatRuns") and not value.get("chipRuns"):
        yield shown, Style(*whole.values()), string(value.get("hyperlink", "")) or None
        return
    formats = [(count(run.get("startIndex")), mapping(run.get("format"))) for run in items(value.get("textFormatRuns"))]
    chips = [(count(run.get("startIndex")), _address(run)) for run in items(value.get("chipRuns"))]
    of_cell = string(value.get("hyperlink", "")) or None
    if any("link" in form for _, form in formats) or any(address for _, address in chips):
        of_cell = None  # then each run names its own
    units = shown.encode("utf-16-le", "surrogatepass")
    starts = sorted({0, *(start for start, _ in formats), *(start for start, _ in chips)})
    for start, end in zip(starts, [*starts[1:], len(units) // 2], strict=True):
        form: Json = _last(formats, start) or {}
        text = units[2 * start : 2 * max(start, end)].decode("utf-16-le", "replace")
        own = string(mapping(form.get("link")).get("uri", "")) or (_last(chips, start) or of_cell)
        yield text, Style(*(form.get(name, cell) is True for name, cell in whole.items())), own


def _last(runs: Sequence[tuple[int, T | None]], at: int) -> T | None:
    """What the last run at or before a position has."""
    return next((value for start, value in reversed(runs) if start <= at), None)


def _address(run: Json) -> str | None:
    """Where a smart chip leads: a file's address; a person's, as mail to them, is no link of the text."""
    link = mapping(mapping(run.get("chip")).get("richLinkProperties"))
    return string(link.get("uri", "")) or None


# -- replies are input like any other: each value is looked at before it is used ------------------------------


def mapping(value: object) -> Json:
    """A JSON object; absent is empty."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise SheetError("the answer is not of the form that Google documents; fetch again")
    return value


def items(value: object) -> list[Json]:
    """A JSON array of objects; absent is empty."""
    if value is None:
        return []
    if not isinstance(value, list) or not {dict}.issuperset(map(type, value)):
        raise SheetError("the answer is not of the form that Google documents; fetch again")
    return value


def string(value: object) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise SheetError("the answer is not of the form that Google documents; fetch again")
    return value


def count(value: object) -> int:
    """A JSON integer from 0 to `MAX_CELLS`; absent is 0."""
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value <= MAX_CELLS:
        raise SheetError("the answer is not of the form that Google documents; fetch again")
    return value
