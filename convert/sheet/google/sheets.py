"""The Sheets API's reply for one tab as cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.sheet.cells import Cell, SheetError, Tab
from convert.sheet.formats.grid import Grid, Report, Style, clean_title, make_cell

LIST_MASK = "spreadsheetId,properties(title,locale,timeZone),sheets(properties)"
TAB_MASK = (
    "spreadsheetId,properties(title,locale,timeZone),sheets(properties,merges,data(startRow,startColumn,"
    "rowData(values(formattedValue,userEnteredValue,effectiveValue,hyperlink,note,textFormatRuns,"
    "effectiveFormat.textFormat(bold,italic,strikethrough))),rowMetadata(hiddenByUser,hiddenByFilter),columnMetadata(hiddenByUser)))"
)
MAX_CELLS = 10_000_000  # Google's own limit for a spreadsheet
Json = dict[str, Any]


def tab_titles(reply: Json) -> list[str]:
    """The titles of the tabs with cells, in order; charts and the like on a tab of their own are left out."""
    out = []
    for sheet in items(reply.get("sheets")):
        properties = mapping(sheet.get("properties"))
        if properties.get("sheetType", "GRID") == "GRID":
            out.append(string(properties.get("title")))
    return out


def tab_range(title: str) -> str:
    """A1 notation for a whole tab."""
    return "'" + title.replace("'", "''") + "'"


def read_tab(reply: Json, title: str, report: Report) -> Tab:
    """The one tab of a reply to `TAB_MASK`; problems go to `report`.  Raises SheetError if it is not in the reply."""
    sheets = [s for s in items(reply.get("sheets")) if mapping(s.get("properties")).get("title") == title]
    if not sheets:
        raise SheetError("a tab was renamed or removed while it was read; fetch again")
    sheet = sheets[0]
    grid = Grid(title, report)
    hidden_columns: list[tuple[int, int]] = []
    for data in items(sheet.get("data")):
        top, left = count(data.get("startRow")) + 1, count(data.get("startColumn"))
        for n, row in enumerate(items(data.get("rowData"))):
            for m, value in enumerate(items(row.get("values"))):
                grid.put(top + n, left + m, _cell(value))
        for n, meta in enumerate(items(data.get("rowMetadata"))):
            if meta.get("hiddenByUser") is True or meta.get("hiddenByFilter") is True:
                grid.hide(top + n)
        for n, meta in enumerate(items(data.get("columnMetadata"))):
            if meta.get("hiddenByUser") is True:
                hidden_columns.append((left + n, left + n))
    for merge in items(sheet.get("merges")):
        first, column = count(merge.get("startRowIndex")), count(merge.get("startColumnIndex"))
        height, width = count(merge.get("endRowIndex")) - first, count(merge.get("endColumnIndex")) - column
        if height < 1 or width < 1:
            raise SheetError("the answer has a merge without an extent; fetch again")
        grid.merge(first + 1, column, height, width)
    hidden = mapping(sheet.get("properties")).get("hidden") is True
    return grid.finish(hidden=hidden, hidden_columns=hidden_columns)


def _cell(value: Json) -> Cell | None:
    effective = mapping(value.get("effectiveValue"))
    shown = string(value.get("formattedValue", ""))
    note = string(value.get("note", "")) or None
    if "errorValue" in effective:
        kind = string(mapping(effective["errorValue"]).get("type", "ERROR"))
        return make_cell((), note=note, broken=clean_title(shown) or f"#{clean_title(kind)}!")
    return make_cell(_pieces(value, shown), note=note, number="numberValue" in effective)


def _pieces(value: Json, shown: str) -> Iterator[tuple[str, Style, str | None]]:
    """The text with its formats; positions count UTF-16 units, and what a run does not say the cell says."""
    text_format = mapping(mapping(value.get("effectiveFormat")).get("textFormat"))
    whole = {name: text_format.get(name) is True for name in ("bold", "italic", "strikethrough")}
    link = string(value.get("hyperlink", "")) or None
    formats = [(count(run.get("startIndex")), mapping(run.get("format"))) for run in items(value.get("textFormatRuns"))]
    if any("link" in form for _, form in formats):
        link = None  # then each run names its own
    if not formats or formats[0][0] > 0:
        formats.insert(0, (0, {}))
    units = shown.encode("utf-16-le", "surrogatepass")
    for n, (start, form) in enumerate(formats):
        end = formats[n + 1][0] if n + 1 < len(formats) else len(units) // 2
        text = units[2 * start : 2 * max(start, end)].decode("utf-16-le", "replace")
        own = string(mapping(form.get("link")).get("uri", "")) or link
        yield text, Style(*(form.get(name, cell) is True for name, cell in whole.items())), own


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
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
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
