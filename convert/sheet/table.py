"""Tabs as tables: the rows by role, with merges and struck text resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from convert.sheet import problems
from convert.sheet.cell_text import BLANK, Words, one_line, words
from convert.sheet.cells import Row, Tab, place
from convert.sheet.layout import Layout, TableLayout
from grammar.diagnostic import Diagnostic

_ONE_DECIMAL = re.compile(r"[0-9]+[.,][0-9]")
_NAMES = frozenset({"section", "feature", "variant", "tree"})  # roles whose struck cells withdraw a row


@dataclass(slots=True)
class Table:
    """A tab with the columns of its roles, from 0.

    `roles`: by role; `trees`: by tree; `overrides`: by role and tree; `variants`: column and variant where the tab is
    for one `tree`; `headings`: the texts of the header row by column.
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
    title: str = field(init=False)

    def __post_init__(self) -> None:
        self.title = one_line(self.tab.title)

    def place(self, row: int, column: int) -> str:
        """A cell of this tab as people find it."""
        return place(self.title, row, column)

    def claimed(self) -> set[int]:
        """The columns that are read."""
        return {*self.roles.values(), *self.trees.values(), *self.overrides.values(), *(c for c, _ in self.variants)}

    def touched(self, column: int) -> tuple[str, ...]:
        """The trees that a cell of a column concerns; none: all."""
        if self.tree is not None:
            return (self.tree,)
        trees = [tree for tree, at in self.trees.items() if at == column]
        return (*trees, *(tree for (_, tree), at in self.overrides.items() if at == column))


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what its cells say, by column.  `title` is the section where the row is one that spans the table."""

    table: Table
    number: int
    found: Mapping[int, Words]
    title: Words | None = None

    def get(self, role: str) -> Words:
        """The cell of a role; without a column the layout's constant, or the heading that a document's table is under."""
        column = self.table.roles.get(role)
        if column is not None:
            return self.at(column)
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
        if role in table.roles and table.roles[role] in self.found:
            return True
        return role in table.layout.constants or any(
            column in self.found for (name, _), column in table.overrides.items() if name == role
        )

    def tree(self, tree: str) -> Words:
        """The cell of a tree's own column."""
        column = self.table.trees.get(tree)
        return BLANK if column is None else self.at(column)

    def for_tree(self, role: str, tree: str) -> Words:
        """The cell of a role for a tree: of the column headed `Role (TREE)` if filled, else the common one."""
        column = self.table.overrides.get((role, tree))
        if column is not None and (own := self.found.get(column)) is not None and own.text:
            return own
        return self.get(role)

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
    claimed = sorted(table.claimed())
    spread = sorted({*table.trees.values(), *(column for column, _ in table.variants)})
    wide = frozenset(spread)
    silent = {table.roles[role] for role in _NAMES if role in table.roles}
    merged: dict[int, tuple[int, Words]] = {}
    for row in table.tab.rows:
        if row.number <= table.header:
            continue
        title = _title(row, table, layout) if sections else None
        found: dict[int, Words] = {}
        width = len(row.cells)
        for column in () if title else claimed:
            cell = row.cells[column] if column < width else None
            if cell is None:
                if column in merged and merged[column][0] >= row.number:
                    found[column] = merged[column][1]
                continue
            said = words(cell, table.place(row.number, column))
            found[column] = said
            reach = [column]
            if column in wide and (cell.rows > 1 or cell.columns > 1):
                reach = [c for c in spread if column <= c < column + cell.columns]
                merged.update(dict.fromkeys(reach, (row.number + cell.rows - 1, said)))
            if cell.broken and said.place not in known:
                touched = [tree for c in reach for tree in table.touched(c)]
                report.append(problems.unreadable_cell(said.place, touched, one_line(cell.broken)))
            if said.gone and not (said.struck and column in silent):
                _report_struck(table, column, said, report)
        if title or any(said.text or said.gone or said.broken for said in found.values()):
            yield Line(table, row.number, found, title)


def is_ambiguous(said: Words) -> bool:
    """Whether a version was stored as a number with one decimal: 4.1 may have been meant as 4.10."""
    return said.number and _ONE_DECIMAL.fullmatch(said.line) is not None


def _title(row: Row, table: Table, layout: Layout) -> Words | None:
    filled = [(n, cell) for n, cell in enumerate(row.cells) if cell is not None and cell.text.strip()]
    if len(filled) != 1:
        return None
    column, cell = filled[0]
    if cell.columns > 1 if layout.sections == "merged" else column == 0:
        return words(cell, table.place(row.number, column))
    return None


def _report_struck(table: Table, column: int, said: Words, report: list[Diagnostic]) -> None:
    if said.struck:
        report.append(problems.struck(said.place, table.touched(column), said.gone))
    else:
        report.append(problems.partly_struck(said.place, table.touched(column), said.gone, said.text))
