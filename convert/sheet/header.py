"""The rows of headings: where they are, and which column has which role."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeVar

from convert.sheet import problems_tabs
from convert.sheet.cell_text import Words, fold_heading, words
from convert.sheet.cells import Row, Tab, column_name, place
from convert.sheet.layout import BY_ROW, OVERRIDABLE, REQUIRED, UNPUBLISHED, Layout, TableLayout
from convert.sheet.table import Table, is_ambiguous
from grammar.diagnostic import Diagnostic

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")
HEADER_WITHIN = 30
"""The row of headings is looked for among so many rows."""
MAX_HEADS = 3
"""Rows of headings, one below the other, at most."""


@dataclass(frozen=True, slots=True)
class Head:
    """The headings of a tab: the numbers of their rows, and by column the cells that are not blank, from top to bottom.

    A heading that is merged over columns is over each of them; without a row of headings `rows` is empty.
    """

    title: str
    rows: tuple[int, ...] = ()
    stacks: Mapping[int, tuple[Words, ...]] = field(default_factory=dict)

    def heading(self, column: int) -> Words:
        """The heading of a column: its lowest one, that is what differs from its neighbours; its place where there
        is none.
        """
        stack = self.stacks.get(column, ())
        return stack[-1] if stack else words(None, place(self.title, self.rows[-1] if self.rows else 1, column))

    def line(self, column: int) -> str:
        """All of a column's headings on one line, for messages."""
        return " ".join(dict.fromkeys(said.line for said in self.stacks.get(column, ())))

    def names(self, column: int) -> list[str]:
        """What a layout may call a column, folded: its letter, all of its headings, the lowest one."""
        stack = self.stacks.get(column, ())
        lowest = [stack[-1].text] if stack else []
        return list(
            dict.fromkeys(
                fold_heading(name) for name in (f"@{column_name(column)}", self.line(column), *lowest) if name
            )
        )

    def upper(self, column: int) -> list[str]:
        """The headings above the lowest one, folded."""
        return [fold_heading(said.text) for said in self.stacks.get(column, ())[:-1]]


def find_head(tab: Tab, layout: TableLayout, trees: Iterable[str] = (), others: Iterable[str] = ()) -> Head | None:
    """The headings of a tab: in the rows that the layout names, or those with the most known ones; None without any."""
    wanted = layout.header_rows
    if wanted:
        rows = [row for row in tab.rows if row.number in wanted]
        return head_of(tab, rows) if rows else None
    known = {fold_heading(h): role for role, headings in layout.columns.items() for h in headings}
    known |= {fold_heading(h): h for h in (*trees, *layout.tree_columns, *others)}
    best, most = None, 0
    for n, row in enumerate(tab.rows[:HEADER_WITHIN]):
        count = len({known[text] for text in _texts(row) if text in known})
        if count > most:
            best, most = n, count
    return head_of(tab, _with_neighbours(tab, best, known)) if best is not None else None


def _texts(row: Row) -> Iterator[str]:
    return (fold_heading(words(cell, "").text) for cell in row.cells if cell)


def _with_neighbours(tab: Tab, best: int, known: Mapping[str, str]) -> list[Row]:
    """A row of headings with those that belong to it: known headings of one are merged over the others."""
    first = last = tab.rows[best].number
    for row in tab.rows[max(best - MAX_HEADS + 1, 0) : best + 1]:
        for cell in row.cells:
            if (
                cell is None
                or cell.rows == 1
                or cell.rows > MAX_HEADS
                or fold_heading(words(cell, "").text) not in known
            ):
                continue
            end = row.number + cell.rows - 1
            if end >= tab.rows[best].number:
                first, last = min(first, row.number), max(last, end)
    return [row for row in tab.rows if first <= row.number <= last][:MAX_HEADS]


def head_of(tab: Tab, rows: Sequence[Row]) -> Head:
    """The headings in some rows of a tab, one below the other."""
    if not rows:
        return Head(tab.title)
    stacks: dict[int, list[Words]] = {}
    for row in rows:
        for column, cell in enumerate(row.cells):
            said = words(cell, place(tab.title, row.number, column))
            wide = cell.columns if cell is not None and len(rows) > 1 else 1
            for reached in range(column, column + wide) if said.text else ():
                stacks.setdefault(reached, []).append(said)
    last = max(row.number + max((c.rows for c in row.cells if c), default=1) - 1 for row in rows)
    numbers = tuple(range(rows[0].number, max(rows[-1].number, min(last, rows[0].number + MAX_HEADS - 1)) + 1))
    return Head(tab.title, numbers, {column: tuple(stack) for column, stack in stacks.items()})


def read_header(
    tab: Tab, name: str, layout: Layout, trees: Iterable[str], report: list[Diagnostic], tree: str | None = None
) -> Table | None:
    """The table of a tab: `name` is its part of the layout, `trees` are all trees, `tree` the one the tab is for.

    What is wrong with the headings goes into `report`; None where a column that is needed is not there (save the
    version: what else is wrong is then said as well).
    """
    part: TableLayout = getattr(layout, name)
    head = find_head(tab, part, trees, layout.variant_columns if tree is not None else ())
    claims = _Claims.of(tab, name, layout, tuple(trees), head, report, tree)
    for column in claims.columns():
        claims.claim(column)
    claims.check_tree_columns(part, tuple(trees))
    claims.find_filters()
    missing = claims.missing(name, layout)
    for role in missing:
        found = [head.line(column) for column in sorted(head.stacks)] if head else []
        touched = (tree,) if tree else ()
        report.append(problems_tabs.missing_column(claims.table.title, touched, role, part.columns[role], found))
    report_hidden(claims.table, report)
    return None if set(missing) - {"version"} else claims.table


@dataclass(slots=True)
class _Claims:
    """The columns of a tab while their roles are found: what each heading may mean, and the table that comes of it."""

    table: Table
    name: str
    head: Head
    names: Mapping[str, str]
    roles: Mapping[str, str]
    variants: Mapping[str, str]
    filled: set[int]
    report: list[Diagnostic]

    @classmethod
    def of(
        cls, tab: Tab, name: str, layout: Layout, trees: tuple[str, ...], head: Head | None,
        report: list[Diagnostic], tree: str | None,
    ) -> _Claims:  # fmt: skip
        """All columns of a tab, none of them claimed yet."""
        part: TableLayout = getattr(layout, name)
        by_row = name == "features" and layout.trees_in == "rows"
        own = tree is None and not by_row
        names = {fold_heading(name): name for name in trees} if own else {}
        names |= {fold_heading(h): name for h, name in part.tree_columns.items() if name in names.values()}
        skipped = BY_ROW if name == "features" and not by_row else ()
        roles = {
            fold_heading(h): role for role, headings in part.columns.items() for h in headings if role not in skipped
        }
        variants = {fold_heading(h): v for h, v in layout.variant_columns.items()} if tree is not None else {}
        header = max(head.rows[-1] if head else 0, part.first_row - 1)
        table = Table(tab, header, part, layout.name, tree, by_row=by_row)
        return cls(table, name, head or Head(tab.title), names, roles, variants, _filled(tab, header), report)

    def columns(self) -> Iterable[int]:
        """The columns that have a heading or cells; without headings only where the layout names columns by letters."""
        return sorted({*self.head.stacks, *self.filled})

    def claim(self, column: int) -> None:
        """Give a column to what its heading means; one that means nothing is reported where it has cells."""
        heading, names = self.head.heading(column), self.head.names(column)
        if heading.text:
            self.table.headings[column] = self.head.line(column)
        if is_ambiguous(heading) and names[0] not in (self.names.keys() | self.roles.keys()):
            self._number(column, heading)
        elif (role := self._role(column, names)) is not None:
            if role != UNPUBLISHED:
                self._give(self.table.roles, role, role, column, (self.table.tree,) if self.table.tree else ())
        elif (tree := _first(self.names, names)) is not None:
            self._give(self.table.trees, tree, f"the tree {tree}", column, (tree,))
        elif (variant := _first(self.variants, names)) is not None:
            self.table.variants.append((column, variant))
        elif (
            heading.text and (base := _overridden(fold_heading(heading.text), self.name, self.table.layout)) is not None
        ):
            self._override(base, column)
        elif column in self.filled and not self._filters(names):
            self.report.append(problems_tabs.unclaimed_column(heading.place, (), self.head.line(column)))

    def _role(self, column: int, names: list[str]) -> str | None:
        role = _first(self.roles, names)
        if role is not None or _first(self.names, names) is not None:
            return role
        above = any(self.roles.get(text) == UNPUBLISHED for text in self.head.upper(column))
        return UNPUBLISHED if above else None

    def _filters(self, names: list[str]) -> bool:
        wanted = {fold_heading(h) for h in (*self.table.layout.keep, *self.table.layout.drop)}
        return not wanted.isdisjoint(names)

    def _give(self, into: dict[_K, int], key: _K, what: str, column: int, trees: Iterable[str]) -> None:
        """Give a column to a role, a tree or an override; a second one for the same is an error, and not read."""
        if key in into:
            first, second = self.head.line(into[key]), self.head.line(column)
            self.report.append(problems_tabs.two_columns(self.head.heading(column).place, trees, what, first, second))
        else:
            into[key] = column

    def _number(self, column: int, heading: Words) -> None:
        """A heading such as 4.1 that is a number: an error for the trees that may be meant, 4.1 and 4.10."""
        text = heading.line.replace(",", ".")
        meant = [self.names[name] for name in (text, f"{text}0") if name in self.names]
        if meant:
            self.report.append(problems_tabs.number_for_version(heading.place, meant, heading.line))
            for name in meant:
                self.table.trees.setdefault(name, column)
        else:
            self.report.append(problems_tabs.unclaimed_column(heading.place, (), heading.line))

    def _override(self, base: tuple[str, str], column: int) -> None:
        """A heading such as `Caveats (4.20, 4.17)`: the text of a role for these trees only."""
        role, inside = base
        if role == UNPUBLISHED:
            return
        heading = self.head.heading(column)
        listed = [inside] if inside in self.names else [name.strip() for name in inside.split(",") if name.strip()]
        for text in listed:
            if (tree := self.names.get(text)) is not None:
                what = f"the {role.replace('_', ' ')} of {tree}"
                self._give(self.table.overrides, (role, tree), what, column, (tree,))
            else:
                near = get_close_matches(text, self.names, n=1)
                best = self.names[near[0]] if near else None
                self.report.append(problems_tabs.override_of_no_tree(heading.place, (), heading.line, text, best))

    def check_tree_columns(self, part: TableLayout, trees: tuple[str, ...]) -> None:
        """Say which headings the layout gives to trees that are not there."""
        for heading, tree in part.tree_columns.items():
            if tree not in trees:
                near = get_close_matches(tree, trees, n=1)
                where = f"{self.table.source}, {self.name}.tree_columns"
                self.report.append(problems_tabs.column_of_no_tree(where, (), heading, tree, near[0] if near else None))

    def find_filters(self) -> None:
        """The columns by whose values rows are read or not; one that is not there is an error."""
        for keep, wanted in ((True, self.table.layout.keep), (False, self.table.layout.drop)):
            for heading, values in wanted.items():
                folded = fold_heading(heading)
                column = next((c for c in self.columns() if folded in self.head.names(c)), None)
                if column is None:
                    found = [self.head.line(c) for c in sorted(self.head.stacks)]
                    self.report.append(
                        problems_tabs.missing_column(self.table.title, (), "filter of rows", [heading], found)
                    )
                else:
                    self.table.filters.append((column, frozenset(map(fold_heading, values)), keep))

    def missing(self, name: str, layout: Layout) -> list[str]:
        """The roles that need a column and have none."""
        table = self.table
        stated = {"section"} if table.tab.section or (layout.sections != "column" and name == "features") else set()
        needed = (*REQUIRED[name], *(BY_ROW if table.by_row else ()))
        return [role for role in needed if role not in {*table.roles, *table.layout.constants, *stated}]


def _first(of: Mapping[str, _V], names: Iterable[str]) -> _V | None:
    """What the first of some names stands for that stands for anything."""
    return next((of[name] for name in names if name in of), None)


def _filled(tab: Tab, header: int) -> set[int]:
    """The columns with a text at or below the headings."""
    return {
        n
        for row in tab.rows
        if row.number >= header
        for n, cell in enumerate(row.cells)
        if cell is not None and cell.runs
    }


def _overridden(text: str, name: str, part: TableLayout) -> tuple[str, str] | None:
    """The role and the words in brackets of a folded heading such as `caveats (4.20, 4.17)`."""
    for role in (*sorted(OVERRIDABLE[name]), UNPUBLISHED):
        for heading in part.columns[role]:
            rest = text.removeprefix(fold_heading(heading)).lstrip()
            if text.startswith(fold_heading(heading)) and rest.startswith("(") and rest.endswith(")"):
                return role, rest[1:-1].strip()
    return None


def report_hidden(table: Table, report: list[Diagnostic]) -> None:
    """One note a tab: what of it is hidden and read all the same."""
    parts = ["the tab"] if table.tab.hidden else []
    columns = sorted(table.claimed() & table.tab.hidden_columns)
    if columns:
        parts.append("column" + "s" * (len(columns) > 1) + " " + ", ".join(column_name(c) for c in columns))
    rows = [row.number for row in table.tab.rows if row.hidden and row.number >= table.header]
    if rows:
        parts.append("row" + "s" * (len(rows) > 1) + " " + ranges(rows))
    if parts:
        report.append(problems_tabs.hidden(table.title, (), "; ".join(parts)))


def ranges(numbers: Iterable[int], most: int = 20) -> str:
    """Numbers in ascending order for a message: `3, 5-9, ...`."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in found[:most]]
    return ", ".join(shown) + (", ..." if len(found) > most else "")
