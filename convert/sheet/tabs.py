"""Which tab of a workbook has which role: by its title, else by its headings.

The tables of a document are tabs too, each with the heading it is under as its section; there may be many for the
features.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from convert.sheet import problems_tabs
from convert.sheet.cell_text import fold_heading, one_line
from convert.sheet.cells import Tab, Workbook
from convert.sheet.header import find_head
from convert.sheet.layout import REQUIRED, Layout, TableLayout
from grammar.diagnostic import Diagnostic

_TELLING: dict[str, tuple[str, ...]] = {"trees": (), "features": (), "limits": ("unit", "tested")}
"""Roles one of which a tab must have, beside those it needs, to be known by its headings alone."""


def by_title(workbook: Workbook, titles: Iterable[str]) -> list[Tab]:
    """The tabs of these titles, in the order of the titles."""
    tabs = {fold_heading(tab.title): tab for tab in reversed(workbook.tabs)}
    return [tabs[title] for title in dict.fromkeys(map(fold_heading, titles)) if title in tabs]


def find_tabs(workbook: Workbook, layout: Layout, report: list[Diagnostic]) -> dict[str, list[Tab]]:
    """The tabs for `trees`, `features`, `limits` and `labels`, one each but for the features; the others are reported.

    Of a workbook with a tab a tree, `features` has those of `tree_tabs` in the layout's order.
    """
    ignored = by_title(workbook, layout.ignore)
    titles = {
        "trees": layout.trees.tabs,
        "limits": layout.limits.tabs,
        "labels": layout.labels.tabs,
        "features": tuple(layout.tree_tabs) if layout.tab_a_tree else layout.features.tabs,
    }
    found = {role: [tab for tab in by_title(workbook, names) if tab not in ignored] for role, names in titles.items()}
    for role in ("trees", "limits", "labels"):
        del found[role][1:]
    taken = [*ignored, *(tab for tabs in found.values() for tab in tabs)]
    for role in titles:
        if not found[role]:
            found[role] = _by_headings(workbook, role, layout, taken)
            taken.extend(found[role])
    for tab in workbook.tabs:
        if tab.rows and tab not in taken:
            report.append(problems_tabs.unclaimed_tab(one_line(tab.title), (), tab.title))
    return found


def _by_headings(workbook: Workbook, role: str, layout: Layout, taken: Sequence[Tab]) -> list[Tab]:
    """The tab that has a role by its headings: the only such one, or for the features all tables of a document."""
    if role == "labels" or (role == "features" and layout.tab_a_tree):
        return []
    part = getattr(layout, role)
    found = [tab for tab in workbook.tabs if tab not in taken and _looks_like(tab, role, part)]
    several = role == "features" and all(tab.section for tab in found)
    return found if len(found) == 1 or several else []


def _looks_like(tab: Tab, role: str, part: TableLayout) -> bool:
    """Whether a row of a tab has the headings that a role needs."""
    head = find_head(tab, part)
    if head is None:
        return False
    texts = {name for column in head.stacks for name in head.names(column)}
    has = {role for role, headings in part.columns.items() if any(fold_heading(h) in texts for h in headings)}
    given = {*part.constants, *(["section"] if tab.section else [])}
    needed = {name for name in REQUIRED[role] if name not in given}
    return needed <= has and (not _TELLING[role] or not has.isdisjoint(_TELLING[role]))
