"""The trees: their names, versions, dates and release notes, from the Trees tab or from the layout file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from convert.sheet import problems, problems_tabs
from convert.sheet.cell_text import Words, is_address, one_line
from convert.sheet.cells import Tab
from convert.sheet.header import read_header
from convert.sheet.layout import Layout
from convert.sheet.model import Tree
from convert.sheet.table import Line, is_ambiguous, read_lines
from grammar.diagnostic import Diagnostic

FACTS = ("branch", "version", "initial_release", "supported_until", "security_support_until", "release_notes")
RELEASE_NOTES = "https://wiki.xenproject.org/wiki/Xen_Project_{}_Release_Notes"
_VERSION = re.compile(r"([0-9]+\.[0-9]+)(?![0-9])(.*)")
_REFUSED = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]")


def refusal(name: str) -> str | None:
    """Why git takes no ref or branch of this name, None where it does.  Source: git-check-ref-format(1), `--branch`."""
    if not name:
        return "it is blank"
    if found := _REFUSED.search(name):
        return f"it has {'a space' if found[0] == ' ' else repr(found[0])} in it"
    parts = name.split("/")
    if "" in parts:
        return "it begins or ends with a slash, or has two in a row"
    if any(part.startswith(".") for part in parts):
        return "a part of it begins with a dot"
    if any(part.endswith(".lock") for part in parts):
        return "a part of it ends with .lock"
    if ".." in name or "@{" in name:
        return "it has .. or @{ in it"
    if name.endswith("."):
        return "it ends with a dot"
    if name == "@" or name == "HEAD" or name.startswith("-"):
        return "git takes it for something else"
    return None


def standard_release_notes(version: str) -> str | None:
    """The address of a version's release notes; `X.YY` on -unstable; None where the version is no version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    return RELEASE_NOTES.format("X.YY" if "unstable" in found[2] else found[1])


def read_trees(
    tab: Tab | None, titles: list[str], layout: Layout, report: list[Diagnostic], cells: dict[str, str]
) -> tuple[Tree, ...]:
    """The trees of the Trees tab, or of the layout file where there is no such tab (`titles`: the tabs there are).

    Problems go into `report`, the texts of the cells that count into `cells`.
    """
    rows: list[dict[str, Words]] = []
    where = layout.name
    if tab is not None:
        where = one_line(tab.title)
        if layout.facts:
            report.append(problems_tabs.trees_twice(layout.facts[0].place, (), tab.title))
        table = read_header(tab, "trees", layout, (), report)
        rows = list(_rows(read_lines(table, layout, report), report)) if table else []
        if table is None:
            return ()
    else:
        rows = [{key: Words(one_line(v), place=f.place) for key, v in f.facts.items()} for f in layout.facts]
        if not rows:
            report.append(problems_tabs.missing_tab(None, (), "trees", layout.trees.tabs, titles))
            return ()
    if not rows:
        report.append(problems_tabs.no_trees(where, (), where))
    trees: dict[str, Tree] = {}
    for row in rows:
        tree = _tree(row, layout, report, columns=tab is not None)
        other = trees.get(tree.name.casefold())
        if other is not None:
            report.append(problems_tabs.two_trees(tree.place, [other.name], tree.name, other.place))
            continue
        trees[tree.name.casefold()] = tree
        if tab is not None:
            cells.update({said.place: said.text for said in row.values() if said.text})
    return tuple(trees.values())


def _rows(lines: Iterator[Line], report: list[Diagnostic]) -> Iterator[dict[str, Words]]:
    for line in lines:
        row = {
            role: replace(line.get(role), place=line.place(role))
            for role in ("tree", *FACTS)
            if role in line.table.roles
        }
        if row["tree"].text:
            yield row
        elif row["tree"].struck:
            report.append(problems.withdrawn(row["tree"].place, (), "tree", row["tree"].gone))
        elif any(said.text for said in row.values()):
            report.append(problems_tabs.row_without_tree(row["tree"].place, ()))


def _tree(row: dict[str, Words], layout: Layout, report: list[Diagnostic], *, columns: bool) -> Tree:
    name = row["tree"].line
    facts = {role: _fact(row.get(role), role, name, layout, report) for role in FACTS}
    _check_names(row, facts, report)
    _check_version(row, facts["version"], report, columns=columns)
    return Tree(
        name,
        facts["branch"],
        facts["version"] or "",
        facts["initial_release"],
        facts["supported_until"],
        facts["security_support_until"],
        _release_notes(row.get("release_notes"), facts["version"] or "", (name,), layout, report),
        row["tree"].place,
        {role: said.place for role, said in row.items() if said.text},
    )


def _fact(said: Words | None, role: str, tree: str, layout: Layout, report: list[Diagnostic]) -> str | None:
    """One fact of a tree; None where its cell is blank."""
    if said is None:
        return None
    if "\n" in said.text:
        why = "has a line break; make it one line"
        report.append(problems_tabs.bad_tree_fact(said.place, (tree,), role, said.text, why))
    return None if not said.text or layout.vocabulary.says("nothing", said.text) else said.line


def _check_names(row: dict[str, Words], facts: dict[str, str | None], report: list[Diagnostic]) -> None:
    """Say where git takes the name of a tree or branch for none."""
    name = row["tree"].line
    for what, said, text in (("tree", row["tree"], name), ("branch", row.get("branch"), facts["branch"])):
        if said is not None and text is not None and (why := refusal(text)):
            report.append(problems_tabs.bad_ref_name(said.place, (name,), what, text, why))


def _check_version(row: dict[str, Words], version: str | None, report: list[Diagnostic], *, columns: bool) -> None:
    """Say what is wrong with a version: stored as a number, missing, or none."""
    name = row["tree"].line
    for role in ("tree", "version"):
        if role in row and is_ambiguous(row[role]):
            report.append(problems_tabs.number_for_version(row[role].place, (name,), row[role].line))
    if version is not None:
        if not _VERSION.fullmatch(version):
            report.append(problems_tabs.odd_version(row["version"].place, (name,), version))
    elif not columns or "version" in row:  # a missing column has been reported
        place = row["version"].place if "version" in row else row["tree"].place
        report.append(problems_tabs.tree_without_version(place, (name,), name))


def _release_notes(
    said: Words | None, version: str, touched: tuple[str, ...], layout: Layout, report: list[Diagnostic]
) -> str | None:
    if said is None or not said.text:
        return standard_release_notes(version)
    if layout.vocabulary.says("nothing", said.text):
        return None
    links = [run.link for run in said.cell.runs if run.link and not run.struck] if said.cell else []
    url = links[0] if links else said.line
    if not url.startswith("http") or not is_address(url):
        report.append(
            problems_tabs.bad_tree_fact(
                said.place, touched, "release_notes", url, "is not an address; give an http or https one, or `-`"
            )
        )
        return None
    return url
