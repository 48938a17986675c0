"""The row of headings: where it is, and which column has which role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from convert.sheet import problems_tabs
from convert.sheet.cell_text import Words, fold_heading, words
from convert.sheet.cells import Row, Tab, column_name
from convert.sheet.layout import OVERRIDABLE, REQUIRED, UNPUBLISHED, Layout, TableLayout
from convert.sheet.table import Table, is_ambiguous
from grammar.diagnostic import Diagnostic

_K = TypeVar("_K")
HEADER_WITHIN = 30
"""The row of headings is looked for among so many rows."""


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
    cells = row.cells if row else ()
    for column in range(max(len(cells), *(n + 1 for n in filled), 0) if row else 0):
        heading = words(cells[column] if column < len(cells) else None, table.place(table.header, column))
        text = fold_heading(heading.text)
        if heading.text:
            found.append(heading.line)
            table.headings[column] = heading.line
        if is_ambiguous(heading):
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
            report.append(problems_tabs.unclaimed_column(heading.place, (), heading.line))
    stated = {"section"} if tab.section or (layout.sections != "column" and name == "features") else set()
    missing = [role for role in REQUIRED[name] if role not in {*table.roles, *part.constants, *stated}]
    for role in missing:
        report.append(
            problems_tabs.missing_column(table.title, (tree,) if tree else (), role, part.columns[role], found)
        )
    _report_hidden(table, report)
    return None if set(missing) - {"version"} else table


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
        report.append(problems_tabs.two_columns(heading.place, trees, what, table.headings[into[key]], heading.line))
    else:
        into[key] = column


def _number_heading(
    table: Table, names: Mapping[str, str], column: int, heading: Words, report: list[Diagnostic]
) -> None:
    """A heading such as 4.1 that is a number: an error for the trees that may be meant, 4.1 and 4.10."""
    text = heading.line.replace(",", ".")
    meant = [names[name] for name in (text, f"{text}0") if name in names]
    if meant:
        report.append(problems_tabs.number_for_version(heading.place, meant, heading.line))
        for name in meant:
            table.trees.setdefault(name, column)
    else:
        report.append(problems_tabs.unclaimed_column(heading.place, (), heading.line))


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
            report.append(problems_tabs.override_of_no_tree(heading.place, (), heading.line, text, best))


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
        report.append(problems_tabs.hidden(table.title, (), "; ".join(parts)))
