"""The cells of one tab while a reader collects them: the caps on what is read, and what is said about the rest.

Every reader of a local workbook puts its cells here, so that the limits, merges, notes and the trimming of blank cells
are the same for all of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from convert.sheet import problems_files
from convert.sheet.cells import Cell, Row, Run, SheetError, Tab, column_name, place
from grammar.diagnostic import Diagnostic

Progress = Callable[[str, int], None]
"""Told the tab's title and the number of rows with content so far."""

MAX_TEXT = 100_000
"""Characters of a cell, and of a note."""
MAX_ROW = 250_000
"""The last row that is read, as people count."""
MAX_COLUMN = 1_000
"""How many columns are read; the last is ALL."""
MAX_CELLS = 5_000_000
"""Cells of a whole workbook, blank ones left of others counted."""
MAX_MERGE = 300_000
"""Cells of one merged area; also the sum of the areas of a tab, times ten."""
MAX_PROBLEMS = 100
"""Problems that are listed one by one."""
MAX_TABS = 500
_PROGRESS_STEP = 1_000  # rows
_SHARED = 64  # characters

_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Style(NamedTuple):
    """The format of a run, as far as it is carried."""

    bold: bool = False
    italic: bool = False
    struck: bool = False


PLAIN = Style()


@dataclass(slots=True)
class Report:
    """What a workbook's readers share: the problems found, and how many cells are still allowed."""

    problems: list[Diagnostic] = field(default_factory=list)
    cells: int = 0
    more: int = 0

    def add(self, problem: Diagnostic) -> None:
        """Note a problem; beyond MAX_PROBLEMS only their number is kept."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)
        else:
            self.more += 1

    def count(self, cells: int) -> None:
        """Take `cells` off what the workbook may hold; SheetError beyond MAX_CELLS."""
        self.cells += cells
        if self.cells > MAX_CELLS:
            raise SheetError(f"the workbook has more than {MAX_CELLS:,} cells, which is too much for a categorisation")

    def listed(self) -> tuple[Diagnostic, ...]:
        """All problems, the last one counting those that were not listed."""
        if not self.more:
            return tuple(self.problems)
        return (*self.problems, problems_files.more_problems(None, (), self.more))


def clean(text: str) -> str:
    """Text with LF as its only line break; other control characters, lone surrogates, become U+FFFD."""
    if text.isprintable():
        return text
    return _CONTROL.sub("\ufffd", _BREAK.sub("\n", text))


def clean_title(text: str) -> str:
    """A tab's title in one line without characters that a terminal obeys."""
    return _DIRECTION.sub("", clean(text)).replace("\n", " ").replace("\t", " ")


def make_cell(
    pieces: Iterable[tuple[str, Style, str | None]],
    *,
    note: str | None = None,
    number: bool = False,
    broken: str | None = None,
) -> Cell | None:
    """A cell from (text, style, link) pieces; None where people see nothing.

    Texts are cleaned, neighbours of one format are joined.  A text of white space only is blank.
    """
    runs: list[Run] = []
    for text, style, link in pieces:
        if not text:
            continue
        run = Run(clean(text), *style, link)
        if runs and replace(runs[-1], text="") == replace(run, text=""):
            runs[-1] = replace(run, text=runs[-1].text + run.text)
        else:
            runs.append(run)
    if all(run.text.isspace() for run in runs):
        runs = []
    note = clean(note).strip() or None if note else None
    if not runs and note is None and broken is None:
        return None
    return Cell(tuple(runs), note, number and bool(runs), broken)


def text_cell(text: str, style: Style = PLAIN, *, number: bool = False) -> Cell | None:
    """A cell of one run; equal short texts share their cell."""
    return _short_cell(text, style, number) if len(text) <= _SHARED else _text_cell(text, style, number)


@lru_cache(maxsize=8192)
def _short_cell(text: str, style: Style, number: bool) -> Cell | None:
    return _text_cell(text, style, number)


def _text_cell(text: str, style: Style, number: bool) -> Cell | None:
    if text.isprintable() and not text.isspace() and text:  # there is nothing to clean
        return Cell((Run(text, *style),), None, number)
    return make_cell([(text, style, None)], number=number)


class Grid:
    """One tab: put cells, then `finish`.  Rows count from 1, columns from 0."""

    def __init__(self, title: str, report: Report, progress: Progress | None = None) -> None:
        self.title = clean_title(title)
        self._report = report
        self._progress = progress
        self._rows: dict[int, list[Cell | None]] = {}
        self._hidden: set[int] = set()
        self._merges: list[tuple[int, int, int, int]] = []
        self._merged = self._linked = 0
        self._far: tuple[int, int] | None = None
        self._far_count = 0

    def place(self, row: int, column: int) -> str:
        """A cell of this tab as people find it."""
        return place(self.title, row, column)

    def put(self, row: int, column: int, cell: Cell | None) -> None:
        """Set a cell; blank ones cost nothing, those that are too far out or too long are reported and left out."""
        if cell is None:
            return
        cells = self._rows.get(row)
        if cells is None or column >= MAX_COLUMN:
            cells = self._begin(row, column)
            if cells is None:
                return
        runs = cell.runs
        if len(runs) != 1 or cell.note is not None or len(runs[0].text) > MAX_TEXT:
            cell = self._bounded(row, column, cell)
        more = column + 1 - len(cells)
        if more > 0:
            self._report.count(more)
            if more > 1:
                cells.extend([None] * (more - 1))
            cells.append(cell)
        else:
            cells[column] = cell

    def _begin(self, row: int, column: int) -> list[Cell | None] | None:
        """The cells of a row, which may be new; None, and a report in the end, for a cell that is too far out."""
        if row < 1:
            raise SheetError(f"{self.title}: a cell outside all rows; the file is damaged")
        if row > MAX_ROW or column >= MAX_COLUMN:
            self._far = self._far or (row, column)
            self._far_count += 1
            return None
        cells = self._rows[row] = []
        if self._progress and len(self._rows) % _PROGRESS_STEP == 0:
            self._progress(self.title, len(self._rows))
        return cells

    def put_row(self, row: int, column: int, cells: list[Cell | None]) -> None:
        """Set the cells of a row from a column on, as `put` does each."""
        if row > MAX_ROW or column + len(cells) > MAX_COLUMN or row in self._rows:
            for index, cell in enumerate(cells, column):
                self.put(row, index, cell)
            return
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            return
        self._report.count(column + len(cells))
        start: list[Cell | None] = [None] * column
        self._rows[row] = start + [cell and self._bounded(row, index, cell) for index, cell in enumerate(cells, column)]
        if self._progress and len(self._rows) % _PROGRESS_STEP == 0:
            self._progress(self.title, len(self._rows))

    def report(self, problem: Diagnostic) -> None:
        """Note a problem of this tab."""
        self._report.add(problem)

    def put_many(self, row: int, column: int, times: int, cell: Cell | None) -> None:
        """Set `times` neighbours to the same cell."""
        if cell is None:
            return
        last = max(column + 1, min(column + times, MAX_COLUMN))
        for index in range(column, last):
            self.put(row, index, cell)
        if column + times > last:
            self._far = self._far or (row, last)
            self._far_count += column + times - last

    def repeat(self, row: int, times: int) -> None:
        """Let the `times` rows after `row` have the same cells as it."""
        cells = self._rows.get(row)
        if not cells:
            return
        last = min(row + times, MAX_ROW)
        self._report.count(len(cells) * (last - row))
        for number in range(row + 1, last + 1):
            self._rows[number] = cells[:]
        if row + times > MAX_ROW:
            filled = next(column for column, cell in enumerate(cells) if cell is not None)
            self._far = self._far or (MAX_ROW + 1, filled)
            self._far_count += row + times - MAX_ROW

    def hide(self, row: int, times: int = 1) -> None:
        """Mark rows as hidden."""
        self._hidden.update(range(row, min(row + times, MAX_ROW + 1)))

    def get(self, row: int, column: int) -> Cell | None:
        """The cell put here, if any."""
        cells = self._rows.get(row, [])
        return cells[column] if column < len(cells) else None

    def link(self, row: int, column: int, rows: int, columns: int, target: str) -> None:
        """Make the cells put so far in an area a link; an area that is absurdly large is reported and left alone."""
        self._linked += rows * columns
        if self._linked > 10 * MAX_MERGE or rows * columns > MAX_MERGE:
            self._linked -= rows * columns
            area = _area(row, column, rows, columns)
            self._report.add(problems_files.huge_link(self.place(row, column), (), area))
            return
        for number in range(row, row + rows):
            cells = self._rows.get(number, [])
            for index in range(column, min(column + columns, len(cells))):
                if (cell := cells[index]) is not None:
                    cells[index] = replace(cell, runs=tuple(replace(run, link=target) for run in cell.runs))

    def merge(self, row: int, column: int, rows: int, columns: int) -> None:
        """Merge an area; one that is absurdly large is reported and its cells stay as they are."""
        if rows * columns <= 1 or row > MAX_ROW or column >= MAX_COLUMN:
            return
        self._merged += rows * columns
        if rows * columns > MAX_MERGE or self._merged > 10 * MAX_MERGE:
            self._merged -= rows * columns
            area = _area(row, column, rows, columns)
            self._report.add(problems_files.huge_merge(self.place(row, column), (), rows * columns, area))
            return
        self._merges.append((row, column, rows, columns))

    def finish(self, *, hidden: bool = False, hidden_columns: Iterable[tuple[int, int]] = ()) -> Tab:
        """The tab: merges applied, blank ends of rows and blank rows left out.

        `hidden_columns` are ranges, both ends included; only those within the columns in use are kept.
        """
        self._without_overlaps()
        self._apply_merges()
        if self._far:
            self._report_far(*self._far)
        rows = tuple(
            Row(number, cells, number in self._hidden)
            for number in sorted(self._rows)
            if (cells := _trimmed(self._rows.pop(number)))
        )
        width = max((len(row.cells) for row in rows), default=0)
        columns = {index for first, last in hidden_columns for index in range(max(first, 0), min(last + 1, width))}
        if self._progress:
            self._progress(self.title, len(rows))
        return Tab(self.title, rows, hidden, frozenset(columns))

    def _bounded(self, row: int, column: int, cell: Cell) -> Cell:
        runs = cell.runs
        if len(runs) == 1 and cell.note is None and len(runs[0].text) <= MAX_TEXT:
            return cell
        length = sum(len(run.text) for run in runs)
        note = len(cell.note or "")
        if length <= MAX_TEXT and note <= MAX_TEXT:
            return cell
        where = self.place(row, column)
        if length > MAX_TEXT:
            said = problems_files.long_cell(where, (), "text", length, MAX_TEXT)
            self._report.add(said)
            cell = replace(cell, runs=(), broken=said.message)
        if note > MAX_TEXT:
            self._report.add(problems_files.long_cell(where, (), "note", note, MAX_TEXT))
            cell = replace(cell, note=None)
        return cell

    def _without_overlaps(self) -> None:
        """Leave out merges over cells that another one has already; nobody can say which of them people see."""
        reach: dict[int, tuple[int, int]] = {}  # column -> (the last row that a merge covers there, the merge's number)
        kept: list[tuple[int, int, int, int]] = []
        for merge in sorted(self._merges):
            row, column, rows, columns = merge
            span = range(column, min(column + columns, MAX_COLUMN))
            other = next((reach[c] for c in span if c in reach and reach[c][0] >= row), None)
            if other is None:
                kept.append(merge)
                reach.update(dict.fromkeys(span, (row + rows - 1, len(kept) - 1)))
                continue
            first = kept[other[1]]
            where = self.place(max(row, first[0]), max(column, first[1]))
            if merge != first:
                self._report.add(problems_files.overlapping_merges(where, (), _area(*first), _area(*merge)))
        self._merges = kept

    def _apply_merges(self) -> None:
        numbers = sorted(self._rows)
        for row, column, rows, columns in self._merges:
            for number in numbers[bisect_left(numbers, row) : bisect_left(numbers, row + rows)]:
                cells = self._rows[number]
                first = column + (number == row)
                end = min(column + columns, len(cells))
                for index in range(first, end):
                    if (hidden := cells[index]) is not None and hidden.runs:
                        self._report_covered(number, index, hidden, _area(row, column, rows, columns))
                cells[first:end] = [None] * (end - first)
            cells = self._rows.get(row, [])
            if column < len(cells) and (anchor := cells[column]) is not None:
                cells[column] = replace(anchor, rows=rows, columns=columns)

    def _report_covered(self, row: int, column: int, cell: Cell, area: str) -> None:
        self._report.add(problems_files.covered_cell(self.place(row, column), (), cell.text, area))

    def _report_far(self, row: int, column: int) -> None:
        last = column_name(MAX_COLUMN - 1)
        self._report.add(problems_files.far_cell(self.place(row, column), (), self._far_count - 1, MAX_ROW, last))


def _area(row: int, column: int, rows: int, columns: int) -> str:
    return f"{column_name(column)}{row}:{column_name(column + columns - 1)}{row + rows - 1}"


def _trimmed(cells: list[Cell | None]) -> tuple[Cell | None, ...]:
    while cells and cells[-1] is None:
        cells.pop()
    return tuple(cells)
