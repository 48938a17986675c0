"""Cells in, categorisation out: the whole way from a workbook and a layout to the model, with all problems at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from convert.sheet import problems_tabs
from convert.sheet.cell_text import one_line
from convert.sheet.cells import Tab, Workbook
from convert.sheet.features import read_features
from convert.sheet.gather import finish
from convert.sheet.header import read_header
from convert.sheet.layout import Layout
from convert.sheet.limits import read_limits
from convert.sheet.model import Categorisation, Tree
from convert.sheet.own_words import own_words, told
from convert.sheet.reading import Reading, told_of_standing
from convert.sheet.standing import Look, nothing
from convert.sheet.table import Table
from convert.sheet.tabs import by_title, find_tabs
from convert.sheet.trees import read_trees
from grammar.diagnostic import Diagnostic

_UNSHAPED = frozenset(
    problem.code for problem in (problems_tabs.missing_tab, problems_tabs.missing_column, problems_tabs.no_trees)
)


def categorise(
    workbook: Workbook, layout: Layout, *, keep_unknown: bool = False, look: Look = nothing
) -> Categorisation:
    """What a workbook says, read by a layout.

    Never raises on content: whatever is wrong is in `problems`, each with its cell and the trees it touches.
    `keep_unknown` writes unknown statuses as they are, with a warning each; those that a tree's file has in the same
    row, as `look` finds them, are kept anyway.
    """
    report: list[Diagnostic] = []
    cells: dict[str, str] = {}
    tabs = find_tabs(workbook, layout, report)
    report[:0] = _of_tabs_that_are_read(workbook, tabs, layout)
    known = frozenset(problem.place for problem in report if problem.place is not None)
    titles = [one_line(tab.title) for tab in workbook.tabs]
    trees = read_trees(next(iter(tabs["trees"]), None), titles, layout, report, cells)
    looked = trees or _provisional(tabs["features"], layout)  # without trees, too, all problems come at once
    words = own_words(tabs["labels"][0], layout) if tabs["labels"] else {}
    layout = replace(layout, vocabulary=replace(layout.vocabulary, own=frozenset(words)))
    by_name = {tree.name: tree for tree in looked}
    names = tuple(by_name)
    reading = Reading(
        layout, names, keep_unknown, report, known, cells=cells, look=cache(lambda name: look(by_name[name]))
    )
    if looked:
        _read_tables(workbook, tabs, titles, reading)
    report += [*told(words, reading.used), *told_of_standing(reading)]
    sections, questions = finish(reading.drafts, names, report)
    found = tuple(_joined(report, names))
    if not trees:
        sections, questions, cells = (), (), {}
    advice = _advice(workbook, layout, found)
    return Categorisation(trees, sections, questions, found, workbook.name, workbook.sha256, cells, advice)


def _read_tables(workbook: Workbook, tabs: dict[str, list[Tab]], titles: list[str], reading: Reading) -> None:
    """Read the rows of all tabs of features and limits."""
    read_features(_feature_tables(workbook, tabs["features"], titles, reading), reading)
    for tab in tabs["limits"]:
        table = read_header(tab, "limits", reading.layout, reading.trees, reading.report)
        if table is not None:
            read_limits(table, reading)


def _provisional(tabs: list[Tab], layout: Layout) -> tuple[Tree, ...]:
    """The trees that the headings of the features look like, where the workbook does not say which there are."""
    from convert.sheet.guess import tree_headings

    names = {name for tab in tabs for name in tree_headings(tab, layout.features)}
    return tuple(Tree(name, None, "", None, None, None, None) for name in sorted(names))


def _advice(workbook: Workbook, layout: Layout, found: Iterable[Diagnostic]) -> str:
    """What is seen, where a tab or column that is needed is not there; nothing where the workbook has the layout's
    shape.
    """
    if not any(problem.code in _UNSHAPED for problem in found):
        return ""
    from convert.sheet.guess import advice

    return advice(workbook, layout)


def _of_tabs_that_are_read(workbook: Workbook, tabs: dict[str, list[Tab]], layout: Layout) -> list[Diagnostic]:
    """What the reader of the file has found wrong in the tabs that have a role: what nobody reads blocks nobody."""
    read = {tab.title for found in tabs.values() for tab in found}
    if not read or layout.tab_a_tree:
        return list(workbook.problems)
    return [p for p in workbook.problems if p.place is None or p.place.rpartition("!")[0] in read]


def _feature_tables(workbook: Workbook, tabs: list[Tab], titles: list[str], reading: Reading) -> list[Table]:
    """The tables of the Features tabs; a missing tab or tree column is reported."""
    layout, names, report = reading.layout, reading.trees, reading.report
    if layout.tab_a_tree:
        return _tree_tables(workbook, titles, reading)
    if not tabs:
        report.append(problems_tabs.missing_tab(None, (), "features", layout.features.tabs, titles))
    found = [read_header(tab, "features", layout, names, report) for tab in tabs]
    tables = [table for table in found if table is not None]
    if tables and layout.trees_in == "columns":
        headings = [heading for table in tables for heading in table.headings.values()]
        for name in names:
            if not any(name in table.trees for table in tables):
                report.append(problems_tabs.missing_tree_column(tables[0].title, [name], name, headings))
    return tables


def _tree_tables(workbook: Workbook, titles: list[str], reading: Reading) -> list[Table]:
    """The tables of a workbook with a tab a tree, in the order of the trees."""
    layout, report = reading.layout, reading.report
    tables = []
    for name in reading.trees:
        wanted = [title for title, tree in layout.tree_tabs.items() if tree.casefold() == name.casefold()] or [name]
        found = by_title(workbook, wanted)
        if not found:
            report.append(problems_tabs.missing_tab(None, [name], f"tree {name}", wanted, titles))
        for tab in found:
            table = read_header(tab, "features", layout, reading.trees, report, name)
            if table is not None:
                tables.append(table)
    return tables


def _joined(report: Iterable[Diagnostic], trees: tuple[str, ...]) -> Iterable[Diagnostic]:
    """The same problem of the same cell once, for all the trees it touches, in the trees' order."""
    touched: dict[tuple[str, str | None, str], list[Diagnostic]] = {}
    for problem in report:
        touched.setdefault((problem.code, problem.place, problem.message), []).append(problem)
    for same in touched.values():
        names = {name for problem in same for name in problem.trees}
        everywhere = any(not problem.trees for problem in same)
        ordered = [*(name for name in trees if name in names), *sorted(names.difference(trees))]
        yield same[0]._replace(trees=() if everywhere else tuple(ordered))
