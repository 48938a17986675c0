"""The sample in the default layout: tabs Trees, Features, Limits and Labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from samples.writing.looks import SECTION_FILL, at, comment, head, put, statuses
from samples.writing.notation import Line, TextError, read_toml, table, unwrap, words

WIDTHS = {
    "Section": 18, "Feature": 24, "Variant": 22, "Unit": 8, "Description": 48, "Caveats": 48, "Discussion": 40,
    "Notes": 30, "Priority": 8, "Branch": 14, "What it promises": 80,
}  # fmt: skip


def build(folder: Path) -> Workbook:
    """The workbook that the texts of `folder` describe; raises TextError where they do not fit together."""
    plan = read_toml(folder / "workbook.toml")
    book = Workbook()
    book.remove(book.worksheets[0])
    _plain(book, "Trees", plan["trees"], "trees")
    trees = [line.cells[0] for line in table(plan["trees"]["rows"], len(plan["trees"]["columns"]), "trees")]
    sheet = book.create_sheet("Features")
    head(sheet, 1, plan["features"]["columns"], WIDTHS)
    sheet.freeze_panes = "D2"
    tab = _Features(sheet, plan["features"]["columns"], trees)
    for part in plan["features"]["parts"]:
        for section in read_toml(folder / part)["section"]:
            tab.section(section)
    tab.finish(plan["features"])
    _limits(book, read_toml(folder / "limits.toml"), trees)
    _plain(book, "Labels", plan["labels"], "labels")
    return book


def _plain(book: Workbook, title: str, plan: dict[str, Any], where: str) -> None:
    sheet = book.create_sheet(title)
    head(sheet, 1, plan["columns"], WIDTHS)
    sheet.freeze_panes = "A2"
    for number, line in enumerate(table(plan["rows"], len(plan["columns"]), where), 2):
        for n, text in enumerate(line.cells, 1):
            put(at(sheet, number, n), text)


class _Features:
    """The Features tab while it is written, row by row."""

    def __init__(self, sheet: Worksheet, columns: list[str], trees: list[str]) -> None:
        self.sheet, self.trees, self.row = sheet, trees, 1
        self.columns = {name.lower(): n for n, name in enumerate(columns, 1)}
        self.fixed = {"name", "rows", "struck", "hidden", "tall", "comments"}

    def section(self, section: dict[str, Any]) -> None:
        """Write a section; its name stands in a merged cell, once, or (`cells = "repeated"`) in every row."""
        top = self.row + 1
        for feature in section["feature"]:
            self.feature(feature, f"{section['name']}/{feature['name']}")
        style = section.get("cells", "merged")
        for row in range(top, self.row + 1 if style == "repeated" else top + 1):
            put(at(self.sheet, row, 1), section["name"])
            at(self.sheet, row, 1).fill = SECTION_FILL
        if style == "merged" and self.row > top:
            self.sheet.merge_cells(start_row=top, end_row=self.row, start_column=1, end_column=1)

    def feature(self, feature: dict[str, Any], where: str) -> None:
        """Write the rows of a feature; its texts stand in the first, a name of several rows in a merged cell."""
        lines = table(feature["rows"], 1 + len(self.trees), where)
        top = self.row + 1
        for line in lines:
            self.row += 1
            self.line(line, where)
            if feature.get("hidden"):
                self.sheet.row_dimensions[self.row].hidden = True
        name = feature["name"]
        put(at(self.sheet, top, 2), f"<s>{name}</s>" if feature.get("struck") else name)
        tall = [2]
        for key, value in feature.items():
            if key in self.fixed:
                continue
            column = self.column(key, where)
            put(at(self.sheet, top, column), unwrap(value) if isinstance(value, str) else str(value))
            if isinstance(value, int):
                at(self.sheet, top, column).value = value
                at(self.sheet, top, column).number_format = "0"
            if feature.get("tall"):
                tall.append(column)
        if self.row > top and name:
            for column in tall:
                self.sheet.merge_cells(start_row=top, end_row=self.row, start_column=column, end_column=column)
        self.comments(feature, {line.cells[0]: n for n, line in enumerate(lines, top)}, lines[0].cells[0], where)

    def comments(self, feature: dict[str, Any], rows: dict[str, int], first: str, where: str) -> None:
        """Write the comments on a feature's cells; `rows` are those of its variants, `first` the variant of the
        first.
        """
        for note in feature.get("comments", ()):
            row = rows.get(note.get("variant", first))
            if row is None:
                raise TextError(f"{where}: a comment names no variant of the feature")
            column = self.column(note["column"].lower(), where)
            comment(at(self.sheet, row, column), unwrap(note["text"]), note["by"])

    def line(self, line: Line, where: str) -> None:
        """Write one row: variant, statuses, and what else the line gives by column."""
        put(at(self.sheet, self.row, self.columns["variant"]), line.cells[0])
        for tree, text in zip(self.trees, line.cells[1:], strict=True):
            put(at(self.sheet, self.row, self.columns[tree]), text)
        for key, text in line.extra.items():
            put(at(self.sheet, self.row, self.column(key, where)), text)

    def column(self, key: str, where: str) -> int:
        """The number of a column by its heading in lower case."""
        if key not in self.columns:
            raise TextError(f"{where}: there is no column {key!r}")
        return self.columns[key]

    def finish(self, plan: dict[str, Any]) -> None:
        """Hide the columns that the plan hides; colour and offer labels."""
        for name in plan["hidden"]:
            self.sheet.column_dimensions[get_column_letter(self.columns[name.lower()])].hidden = True
        first, last = (get_column_letter(self.columns[tree]) for tree in (self.trees[0], self.trees[-1]))
        statuses(self.sheet, f"{first}2:{last}{self.row}", "Labels!$A$2:$A$14")


def _limits(book: Workbook, plan: dict[str, Any], trees: list[str]) -> None:
    """The Limits tab: figures are numbers, so that the sheet can calculate with them."""
    sheet = book.create_sheet("Limits")
    columns = plan["columns"]
    head(sheet, 1, columns, WIDTHS)
    sheet.freeze_panes = "D2"
    place = {name.lower(): n for n, name in enumerate(columns, 1)}
    row = 1
    section = None
    for limit in plan["limit"]:
        where = f"limits/{limit['name']}"
        lines = table(limit["rows"], 2 + len(trees), where)
        put(at(sheet, row + 1, place["limit"]), limit["name"])
        if limit["section"] != section:
            section = limit["section"]
            put(at(sheet, row + 1, place["section"]), section)
        put(at(sheet, row + 1, place["caveats"]), unwrap(limit.get("caveats", "")))
        for line in lines:
            row += 1
            cells = dict(zip(["variant", "unit", *trees], line.cells, strict=True)) | line.extra
            for key, text in cells.items():
                if key not in place:
                    raise TextError(f"{where}: there is no column {key!r}")
                cell = at(sheet, row, place[key])
                put(cell, text)
                if words(text).text.isascii() and text.isdigit():
                    cell.value, cell.number_format = int(text), "0"
        for note in limit.get("comments", ()):
            comment(at(sheet, row, place[note["column"].lower()]), unwrap(note["text"]), note["by"])
