"""Tabs as tables: the row of headings, the column of each role, then the rows with merges and struck text resolved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeVar

from convert.sheet import problems
from convert.sheet.cell_text import BLANK, Words, fold_heading, one_line, words
from convert.sheet.cells import Row, Tab, column_name, place
from convert.sheet.layout import OVERRIDABLE, REQUIRED, UNPUBLISHED, Layout, TableLayout
from grammar.diagnostic import Diagnostic

_K = TypeVar("_K")
HEADER_WITHIN = 30
"""The row of headings is looked for among so many rows."""
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

    def place(self, row: int, column: int) -> str:
        """A cell of this tab as people find it."""
        return place(one_line(self.tab.title), row, column)

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
        """The cell of a role; the layout's constant where there is no column; else blank."""
        column = self.table.roles.get(role)
        if column is not None:
            return self.at(column)
        constant = self.table.layout.constants.get(role)
        return Words(constant, place=self.table.source) if constant else BLANK

    def at(self, column: int) -> Words:
        """The cell of a column, blank or not."""
        return self.found.get(column) or Words("", place=self.table.place(self.number, column))

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


def best_header(tab: Tab, layout: TableLayout, trees: Iterable[str] = (), others: Iterable[str] = ()) -> Row | None:
    """The row of headings: the one the layout names, or the first that has most of them; None without any."""
    if layout.header_row is not None:
        return next((row for row in tab.rows if row.number == layout.header_row), None)
    known = {fold_heading(h): role for role, headings in layout.columns.items() for h in headings}
    known |= {fold_heading(h): h for h in (*trees, *layout.tree_columns, *others)}
    best, most = None, 0
    for row in tab.rows[:HEADER_WITHIN]:
        count = len(
            {known[text] for cell in row.cells if cell and (text := fold_heading(words(cell, "").text)) in known}
        )
        if count > most:
            best, most = row, count
    return best


def read_header(
    tab: Tab, name: str, layout: Layout, trees: Iterable[str], report: list[Diagnostic], tree: str | None = None
) -> Table | None:
    """The table of a tab: `name` is its part of the layout, `trees` are all trees, `tree` the one the tab is for.

    What is wrong with the headings goes into `report`; None where a column that is needed is not there (save the
    version: what else is wrong is then said as well).
    """
    part: TableLayout = getattr(layout, name)
    variants = {fold_heading(h): variant for h, variant in layout.variant_columns.items()} if tree is not None else {}
    row = best_header(tab, part, trees, layout.variant_columns if tree is not None else ())
    table = Table(tab, row.number if row else 0, part, layout.name, tree)
    found: list[str] = []
    names = {fold_heading(name): name for name in trees} if tree is None else {}
    names |= {fold_heading(h): name for h, name in part.tree_columns.items() if name in names.values()}
    roles = {fold_heading(h): role for role, headings in part.columns.items() for h in headings}
    filled = _filled(tab, table.header)
    for column, cell in enumerate(row.cells if row else ()):
        heading = words(cell, table.place(table.header, column))
        text = fold_heading(heading.text)
        if heading.text:
            found.append(heading.line)
            table.headings[column] = heading.line
        if heading.text and heading.number and _ONE_DECIMAL.fullmatch(text):
            _number_heading(table, names, column, heading, report)
        elif text in roles:
            _claim_role(table, roles[text], column, heading, report)
        elif text in names:
            _claim(table, table.trees, names[text], f"the tree {names[text]}", column, heading, [names[text]], report)
        elif text in variants:
            table.variants.append((column, variants[text]))
        elif heading.text and (base := _overridden(text, name, part)) is not None:
            _claim_override(table, base, names, column, heading, report)
        elif column in filled:
            report.append(problems.unclaimed_column(heading.place, (), heading.line))
    stated = {"section"} if layout.sections != "column" and name == "features" else set()
    missing = [role for role in REQUIRED[name] if role not in {*table.roles, *part.constants, *stated}]
    where = one_line(tab.title)
    for role in missing:
        report.append(problems.missing_column(where, (tree,) if tree else (), role, part.columns[role], found))
    _report_hidden(table, report)
    return None if set(missing) - {"version"} else table


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


def _filled(tab: Tab, header: int) -> set[int]:
    """The columns with a text at or below the headings."""
    return {
        n
        for row in tab.rows
        if row.number >= header
        for n, cell in enumerate(row.cells)
        if cell is not None and cell.runs
    }


def _claim_role(table: Table, role: str, column: int, heading: Words, report: list[Diagnostic]) -> None:
    if role != UNPUBLISHED:
        touched = (table.tree,) if table.tree else ()
        _claim(table, table.roles, role, role, column, heading, touched, report)


def _claim(
    table: Table,
    into: dict[_K, int],
    key: _K,
    what: str,
    column: int,
    heading: Words,
    trees: Iterable[str],
    report: list[Diagnostic],
) -> None:
    """Give a column to a role, a tree or an override; a second one for the same is an error, and not read."""
    if key in into:
        report.append(problems.two_columns(heading.place, trees, what, table.headings[into[key]], heading.line))
    else:
        into[key] = column


def _number_heading(
    table: Table, names: Mapping[str, str], column: int, heading: Words, report: list[Diagnostic]
) -> None:
    """A heading such as 4.1 that is a number: an error for the trees that may be meant, 4.1 and 4.10."""
    text = heading.line.replace(",", ".")
    meant = [names[name] for name in (text, f"{text}0") if name in names]
    if meant:
        report.append(problems.number_for_version(heading.place, meant, heading.line))
        for name in meant:
            table.trees.setdefault(name, column)
    else:
        report.append(problems.unclaimed_column(heading.place, (), heading.line))


def _overridden(text: str, name: str, part: TableLayout) -> tuple[str, str] | None:
    """The role and the words in brackets of a folded heading such as `caveats (4.20, 4.17)`."""
    for role in (*sorted(OVERRIDABLE[name]), UNPUBLISHED):
        for heading in part.columns[role]:
            rest = text.removeprefix(fold_heading(heading)).lstrip()
            if text.startswith(fold_heading(heading)) and rest.startswith("(") and rest.endswith(")"):
                return role, rest[1:-1].strip()
    return None


def _claim_override(
    table: Table,
    base: tuple[str, str],
    names: Mapping[str, str],
    column: int,
    heading: Words,
    report: list[Diagnostic],
) -> None:
    role, inside = base
    if role == UNPUBLISHED:
        return
    listed = [inside] if inside in names else [name.strip() for name in inside.split(",") if name.strip()]
    for text in listed:
        if (tree := names.get(text)) is not None:
            what = f"the {role.replace('_', ' ')} of {tree}"
            _claim(table, table.overrides, (role, tree), what, column, heading, [tree], report)
        else:
            near = get_close_matches(text, names, n=1)
            best = names[near[0]] if near else None
            report.append(problems.override_of_no_tree(heading.place, (), heading.line, text, best))


def _report_hidden(table: Table, report: list[Diagnostic]) -> None:
    """One note a tab: what of it is hidden and read all the same."""
    parts = ["the tab"] if table.tab.hidden else []
    columns = sorted(table.claimed() & table.tab.hidden_columns)
    if columns:
        parts.append("column" + "s" * (len(columns) > 1) + " " + ", ".join(column_name(c) for c in columns))
    rows = [row.number for row in table.tab.rows if row.hidden and row.number >= table.header]
    ranges: list[list[int]] = []
    for number in rows:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    if ranges:
        shown = [str(first) if first == last else f"{first}-{last}" for first, last in ranges[:20]]
        parts.append("row" + "s" * (len(rows) > 1) + " " + ", ".join(shown) + (", ..." if len(ranges) > 20 else ""))
    if parts:
        report.append(problems.hidden(one_line(table.tab.title), (), "; ".join(parts)))
