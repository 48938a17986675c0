"""Tabs as tables: the rows by role, with merges and struck text resolved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from convert.sheet import problems
from convert.sheet.cell_text import BLANK, Words, fold_heading, one_line, words
from convert.sheet.cells import Cell, Row, Tab, column_name, place
from convert.sheet.layout import Layout, TableLayout
from grammar.diagnostic import Diagnostic

_ONE_DECIMAL = re.compile(r"[0-9]+[.,][0-9]")
_SIGNS = frozenset("#E")  # what a program's word for a failed formula begins with
_NAMES = frozenset({"section", "feature", "variant", "tree"})  # roles whose struck cells withdraw a row
_FAILED = re.compile(
    r"#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!|GETTING_DATA)|Err:[0-9]{3}", re.I
)


@dataclass(slots=True)
class Table:
    """A tab with the columns of its roles, from 0.

    `header` is the last row of the headings; `roles`: by role; `trees`: by tree; `overrides`: by role and tree;
    `variants`: column and variant where the tab is for one `tree`; `headings`: the texts of the headings by column;
    `by_row`: the trees are told row by row; `filters`: columns with the folded values of the rows that are read (true)
    or not; `skipped`: rows that are no rows of the table.
    """

    tab: Tab
    header: int
    layout: TableLayout
    source: str
    tree: str | None = None
    roles: dict[str, int] = field(default_factory=dict)
    trees: dict[str, int] = field(default_factory=dict)
    overrides: dict[tuple[str, str], int] = field(default_factory=dict)
    variants: list[tuple[int, str]] = field(default_factory=list)
    headings: dict[int, str] = field(default_factory=dict)
    by_row: bool = False
    filters: list[tuple[int, frozenset[str], bool]] = field(default_factory=list)
    skipped: set[int] = field(default_factory=set)
    title: str = field(init=False)

    def __post_init__(self) -> None:
        self.title = one_line(self.tab.title)

    def place(self, row: int, column: int) -> str:
        """A cell of this tab as people find it."""
        return place(self.title, row, column)

    def claimed(self) -> set[int]:
        """The columns that are read."""
        return {*self.roles.values(), *self.trees.values(), *self.overrides.values(), *(c for c, _ in self.variants)}

    def stated(self) -> list[int]:
        """The columns of statuses, from left to right."""
        own = [self.roles["status"]] if self.by_row and "status" in self.roles else []
        return sorted({*self.trees.values(), *(column for column, _ in self.variants), *own})

    def touched(self, column: int) -> tuple[str, ...]:
        """The trees that a cell of a column concerns; none: all."""
        if self.tree is not None:
            return (self.tree,)
        trees = [tree for tree, at in self.trees.items() if at == column]
        return (*trees, *(tree for (_, tree), at in self.overrides.items() if at == column))


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what its cells say, by column.

    `title` is the section where the row is one that spans the table; `dropped`: the layout leaves the row out, and only
    the names in it count, for the rows below.
    """

    table: Table
    number: int
    found: Mapping[int, Words]
    title: Words | None = None
    dropped: bool = False

    def get(self, role: str) -> Words:
        """The cell of a role; without a column the layout's constant, or the heading that a document's table is
        under.
        """
        column = self.table.roles.get(role)
        if column is not None:
            return self.found.get(column, BLANK)
        if (constant := self.table.layout.constants.get(role)) is not None:
            return Words(constant, place=self.table.source)
        if role == "section" and self.table.tab.section:  # a table of a document: the heading above it
            return Words(one_line(self.table.tab.section), place=self.table.title)
        return BLANK

    def at(self, column: int) -> Words:
        """The cell of a column; BLANK, which has no place, where there is none."""
        return self.found.get(column, BLANK)

    def has(self, role: str) -> bool:
        """Whether a role has a text in this row, for all trees or for some."""
        table = self.table
        if table.roles.get(role) in self.found or role in table.layout.constants:
            return True
        return bool(table.overrides) and any(
            column in self.found for (name, _), column in table.overrides.items() if name == role
        )

    def tree(self, tree: str) -> Words:
        """The status cell of a tree; where rows are for single trees, the row's own."""
        column = self.table.roles.get("status") if self.table.by_row else self.table.trees.get(tree)
        return BLANK if column is None else self.at(column)

    def statuses(self, trees: Sequence[str]) -> list[tuple[str, Words]]:
        """The status cells of some trees, without those that are not there."""
        if self.table.by_row:
            return [(tree, said) for tree in trees if (said := self.tree(tree)) is not BLANK]
        columns, found = self.table.trees, self.found
        return [(tree, found[columns[tree]]) for tree in trees if columns.get(tree) in found]

    def for_tree(self, role: str, tree: str) -> Words:
        """The cell of a role for a tree: of the column headed `Role (TREE)` if filled, else the common one."""
        column = self.table.overrides.get((role, tree))
        if column is not None and (own := self.found.get(column)) is not None and own.text:
            return own
        return self.get(role)

    def by_place(self, role: str, trees: Sequence[str]) -> list[tuple[Words, Sequence[str]]]:
        """The cells of a role for some trees, each with the trees that it is for."""
        if not self.table.overrides or not any(name == role for name, _ in self.table.overrides):
            return [(self.get(role), trees)]
        found: dict[str, tuple[Words, list[str]]] = {}
        for tree in trees:
            said = self.for_tree(role, tree)
            found.setdefault(said.place, (said, []))[1].append(tree)
        return list(found.values())

    def place(self, role: str) -> str:
        """The cell of a role as people find it, or the row where the role has no column."""
        column = self.table.roles.get(role)
        return self.table.place(self.number, 0 if column is None else column)


def read_lines(
    table: Table,
    layout: Layout,
    report: list[Diagnostic],
    known: frozenset[str] = frozenset(),
    *,
    sections: bool = False,
) -> Iterator[Line]:
    """The rows below the headings that say anything.

    A status cell that is merged over several trees or rows counts for all of them.  Struck text and cells without a
    value are reported, save at the places `known`.  With `sections`, rows that span the table are titles of sections.
    """
    reader = _Reader(table, report, known)
    titled = _TITLES[layout.sections] if sections else None
    for row in table.tab.rows:
        if row.number <= table.header or row.number in table.skipped:
            continue
        title = titled(row, reader) if titled else None
        found = {} if title else reader.cells(row)
        if title or any(said.text or said.gone or said.broken for said in found.values()):
            yield Line(table, row.number, found, title, reader.drops(row))


class _Reader:
    """What reading the rows of a table from top to bottom shares: the merges that reach down, the filters' last
    values.
    """

    def __init__(self, table: Table, report: list[Diagnostic], known: frozenset[str]) -> None:
        self.table, self.report, self.known = table, report, known
        self.claimed = [(column, f"{table.title}!{column_name(column)}") for column in sorted(table.claimed())]
        self.spread = table.stated()
        self.wide = frozenset(self.spread)
        self.silent = {table.roles[role] for role in _NAMES if role in table.roles}
        self.merged: dict[int, tuple[int, Words]] = {}
        self.filtered: dict[int, tuple[int, str]] = {}

    def cells(self, row: Row) -> dict[int, Words]:
        """What the claimed columns of a row say."""
        found: dict[int, Words] = {}
        cells, number = row.cells, row.number
        width = len(cells)
        for column, letters in self.claimed:
            cell = cells[column] if column < width else None
            if cell is not None:
                said = words(cell, f"{letters}{number}")
                odd = said.gone or said.broken is not None or said.text[:1] in _SIGNS
                if odd or cell.rows > 1 or cell.columns > 1:
                    said = self._odd(said, cell, number, column)
                found[column] = said
            elif column in self.merged and self.merged[column][0] >= number:
                found[column] = self.merged[column][1]
        return found

    def _odd(self, said: Words, cell: Cell, number: int, column: int) -> Words:
        """A cell that is merged, struck, or without a value: what it says, and reports."""
        reach = [column]
        if column in self.wide and (cell.rows > 1 or cell.columns > 1):
            reach = [c for c in self.spread if column <= c < column + cell.columns]
            self.merged.update(dict.fromkeys(reach, (number + cell.rows - 1, said)))
        broken = said.broken or (said.text if said.text[:1] in _SIGNS and _FAILED.fullmatch(said.text) else None)
        if broken is not None and said.place not in self.known:
            touched = [tree for c in reach for tree in self.table.touched(c)]
            self.report.append(problems.unreadable_cell(said.place, touched, one_line(broken)))
        if said.broken is None and broken is not None:  # a program's word for a failed formula, in a file without types
            return Words("", place=said.place, broken=broken, cell=cell)
        if said.gone and not (said.struck and column in self.silent):
            _report_struck(self.table, column, said, self.report)
        return said

    def states(self, row: Row) -> bool:
        """Whether a status column of a row has a text, its own or by a merge."""
        for column in self.spread:
            cell = row.cells[column] if column < len(row.cells) else None
            if cell is not None and (cell.text.strip() or cell.broken):
                return True
            if cell is None and column in self.merged and self.merged[column][0] >= row.number:
                return True
        return False

    def drops(self, row: Row) -> bool:
        """Whether the filters leave a row out; a merged cell counts for all of its rows."""
        out = False
        for column, values, keep in self.table.filters:
            cell = row.cells[column] if column < len(row.cells) else None
            last, text = self.filtered.get(column, (0, ""))
            if cell is not None:
                last, text = row.number + cell.rows - 1, fold_heading(words(cell, "").text)
                self.filtered[column] = last, text
            elif last < row.number:
                text = ""
            out = out or (text in values) != keep
        return out


def is_ambiguous(said: Words) -> bool:
    """Whether a version was stored as a number with one decimal: 4.1 may have been meant as 4.10."""
    return said.number and _ONE_DECIMAL.fullmatch(said.line) is not None


def _texts(row: Row) -> list[tuple[int, Cell]]:
    return [(n, cell) for n, cell in enumerate(row.cells) if cell is not None and cell.text.strip()]


def _merged(row: Row, reader: _Reader) -> Words | None:
    """The title of a row with a cell merged over several columns and nothing else."""
    filled = _texts(row)
    if len(filled) != 1 or filled[0][1].columns < 2:
        return None
    return words(filled[0][1], reader.table.place(row.number, filled[0][0]))


def _alone(row: Row, reader: _Reader) -> Words | None:
    """The title of a row whose first cell is its only one."""
    filled = _texts(row)
    if len(filled) != 1 or filled[0][0] != 0:
        return None
    return words(filled[0][1], reader.table.place(row.number, 0))


def _without_status(row: Row, reader: _Reader) -> Words | None:
    """The title of a row without any status: the cell of the features, or the first one with more than a number."""
    if reader.states(row):
        return None
    filled = _texts(row)
    at = reader.table.roles.get("feature")
    own = [pair for pair in filled if pair[0] == at]
    named = [pair for pair in filled if sum(map(str.isalpha, pair[1].text)) > 1]
    for column, cell in (*own, *named, *filled):
        said = words(cell, reader.table.place(row.number, column))
        if said.text or said.gone:
            return said
    return None


_TITLES: Mapping[str, Callable[[Row, _Reader], Words | None] | None] = {
    "column": None, "merged": _merged, "alone": _alone, "no-status": _without_status,
}  # fmt: skip


def _report_struck(table: Table, column: int, said: Words, report: list[Diagnostic]) -> None:
    if said.struck:
        report.append(problems.struck(said.place, table.touched(column), said.gone))
    else:
        report.append(problems.partly_struck(said.place, table.touched(column), said.gone, said.text))
