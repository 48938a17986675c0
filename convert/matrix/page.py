"""The matrix as one HTML page that needs nothing else: what is on it; `convert.matrix.writing` has its text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import takewhile
from typing import Any
from urllib.parse import quote

from convert.matrix import writing
from convert.matrix.build import Cell, Line, Matrix, Relation
from convert.matrix.columns import Address, column, web_link
from convert.matrix.parts import template_text
from convert.matrix.search import SYNONYMS
from convert.matrix.tree import Tree
from convert.matrix.words import ABSENCE, CHANGE, in_tree, several
from convert.trees.state import Standing, standing
from grammar.labels import LABELS, Security
from grammar.status import fold_label

_LABELS = {label.name: n for n, label in enumerate(LABELS)} | {"Supported up to N": len(LABELS)}
# one letter a meaning: there are thousands of cells
LETTERS: dict[Security, str] = {"yes": "y", "no": "n", "caveats": "c", "limited": "m", "external": "x", "unstated": "u"}
_CHANGED = {"better": "kb", "worse": "kw", "security-lost": "kl", "text": "kt"}
_ABSENT = {"not-yet": "ay", "removed": "ar", "gap": "ag", "unreadable": "au"}
_QUALIFIED = 6  # rows of one heading whose distance from it the style sheet knows
# ids of the page itself; no automatic identifier of a heading begins with an underscore
_OWN = (
    "_table",
    "_about",
    "_trees",
    "_filter",
    "_ended",
    "_count",
    "_q",
    "_section",
    "_status",
    "_security",
    "_changed",
    "_more",
)
Pages = Callable[[Line], tuple[str, Sequence[str]] | None]
ADVISORY = "https://xenbits.xenproject.org/xsa/advisory-{}.html"


def render(
    matrix: Matrix, urls: Address, *, published: Sequence[str] = (), pages: Pages | None = None,
    tree_pages: Callable[[Tree], str] | None = None, home: str | None = None, canonical: str | None = None,
) -> str:  # fmt: skip
    """The whole page; equal input gives equal bytes.

    `published`: the names of the JSON and its schema beside it.  Of a site: `pages` gives the address of a line's page
    and the advisories that changed it, `tree_pages` the address of a tree's page, `home` that of the index.
    """
    today = matrix.today
    columns = [
        column(tree, what, urls, today, tree_pages(tree) if tree_pages else None)
        for tree, what in zip(matrix.trees, matrix.standings, strict=True)
    ]
    old = [n for n, c in enumerate(columns) if c["ended"]]
    live = len(columns) - len(old)
    css = template_text("page.css") + (_hidden(old) if live else "")
    script = template_text("page.js").replace("/*old*/", json.dumps(old))
    script = script.replace("/*synonyms*/", json.dumps(SYNONYMS, separators=(",", ":")))
    return writing.page(
        css=css, script=script, canonical=canonical, columns=columns, groups=_Lines(matrix, columns, pages).groups(),
        live=live, today=today.isoformat(), home=home, published=published, errors=_errors(columns), labels=_LABELS,
    )  # fmt: skip


def render_trees(trees: Sequence[Tree], urls: Address, today: date) -> str:
    """The page of the trees alone."""
    columns = [column(tree, standing(tree.release, today), urls, today) for tree in trees]
    return writing.trees(css=template_text("page.css"), columns=columns, today=today.isoformat())


def _hidden(old: Sequence[int]) -> str:
    """The style that hides the columns of ended trees until they are asked for."""
    cells = ", ".join(f":nth-child({n + 2})" for n in old)
    rows = "body.live:has(#_ended:not(:checked)) .matrix tr:not(.head):not(.more)"
    return f"{rows} > :is({cells}) {{ display: none; }}\n" if old else ""


def _errors(columns: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The trees with errors, those whose support has ended apart, as these are shown with their trees only."""
    live = any(not c["ended"] for c in columns)
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for c in columns:
        if c["errors"]:
            groups.setdefault("-old" if c["ended"] and live else "", []).append(c)
    return sorted(groups.items())


class _Lines:
    """The lines of a matrix as they are written."""

    def __init__(self, matrix: Matrix, columns: Sequence[Mapping[str, Any]], pages: Pages | None) -> None:
        self.matrix = matrix
        self.columns = columns
        self.pages = pages
        self.names = [str(c["name"]) for c in columns]
        self.ids = {line.id: f"{line.id}~2" if line.id in _OWN else line.id for line in matrix.lines}
        self.taken = {*_OWN, *self.ids.values()}
        self.linked: set[tuple[int, str]] = set()
        self.meanings: dict[tuple[int, str | None, str | None, Security | None, bool], tuple[str, str]] = {}
        self.heading: Line | None = None  # the one that the line is below, or is
        self.variants: tuple[Line, ...] = ()  # the rows below a heading

    def groups(self) -> list[dict[str, Any]]:
        """The lines by section: a group begins at each heading of the first two levels."""
        lines = self.matrix.lines
        groups: list[dict[str, Any]] = []
        qualified = 0
        for n, line in enumerate(lines):
            below = n + 1 < len(lines) and lines[n + 1].depth > line.depth
            qualified = 0 if line.parts else qualified + 1
            self.heading = line if line.parts else self.heading
            self.variants = tuple(takewhile(lambda other: not other.parts, lines[n + 1 :]))
            view = self.line(line, below, min(qualified, _QUALIFIED))
            if not groups or (line.depth < 2 and line.parts):
                groups.append({"id": view["id"], "name": " / ".join(line.path), "lines": [], "stated": False})
            groups[-1]["lines"].append(view)
            groups[-1]["stated"] |= line.stated
        return groups

    def line(self, line: Line, below: bool, qualified: int) -> dict[str, Any]:
        """One line; `below`: others are below it; `qualified`: which of its heading's rows it is, 0 for a heading."""
        form = "row" if line.stated else "head" if below else "text"
        top = line.depth < 2 and bool(line.parts)
        marks = [key for key in line.formerly if key not in self.taken]
        self.taken.update(marks)
        classes = [form, f"d{min(line.depth, 7)}"] + ["top"] * top + [f"v{qualified}"] * bool(qualified)
        return {
            "id": self.ids[line.id], "href": _fragment(self.ids[line.id]), "name": line.name, "form": form, "top": top,
            "of": line.path[-2] if qualified and len(line.path) > 1 and line.depth > 1 else "",
            "classes": " ".join(classes), "marks": marks, **self._more(line),
            "relations": [self._relation(relation) for relation in line.relations],
            "cells": [self._cell(line, n, cell) for n, cell in enumerate(line.cells)] if form != "head" else [],
        }  # fmt: skip

    def _more(self, line: Line) -> dict[str, Any]:
        """What opens below a heading: its prose, where it is in the full text, its own page."""
        if not line.parts or not (line.prose or line.depth > 1):
            return {"more": False}
        page, numbers = (self.pages(line) if self.pages else None) or (None, ())
        return {
            "more": True, "prose": self._prose(line), "sources": self._sources(line), "anchors": self._anchors(line),
            "page": page, "advisories": [(number, advisory(number)) for number in numbers],
        }  # fmt: skip

    def _prose(self, line: Line) -> list[tuple[str, str, str]]:
        return [
            (what, several(names, self.names), text)
            for what, which in (("Caveats", "caveats"), ("Description", "description"))
            for text, names in texts(line, self.names, which)
        ]

    def _sources(self, line: Line) -> list[tuple[str, str]]:
        """Where this is in the full text: the newest tree that describes it, and the newest that has each of its rows.

        These are the links of Xen's own page; the script adds the other trees when the row is opened.
        """
        here = [n for n, part in enumerate(line.parts) if part is not None and self.columns[n]["url"] is not None]
        described = [n for n in here if (part := line.parts[n]) and part.described]
        wanted = {n for row in (line, *self.variants) for n in row.newest} | set((described or here)[:1])
        found = ((n, line.parts[n]) for n in sorted(wanted & set(here)))
        return [(self.names[n], f"{self.columns[n]['url']}#{_fragment(part.key)}") for n, part in found if part]

    def _anchors(self, line: Line) -> str:
        """Which trees have this heading, by index, each with its anchor where it is another; empty where all have it
        as it is.
        """
        plain = self.ids[line.id]
        found = [
            str(n) if part.key == plain else f"{n}:{_fragment(part.key)}" for n, part in enumerate(line.parts) if part
        ]
        return "" if found == [str(n) for n in range(len(self.columns))] else " ".join(found)

    def _relation(self, relation: Relation) -> dict[str, str]:
        older, newer = self.names[relation.older], self.names[relation.newer]
        if relation.direction == "to":
            before = f"in {newer} {'' if relation.certain else 'perhaps '}continued as "
            after = {"less": ", less security support", "more": ", more security support"}.get(relation.security or "")
        else:
            before = f"{'' if relation.certain else 'perhaps '}continues "
            after = {"less": ", which had more security support", "more": ", which had less security support"}.get(
                relation.security or ""
            )
        name = " / ".join(relation.path[1 if relation.certain else 2 :] or relation.path[-1:])
        return {
            "before": before, "href": _fragment(self.ids[relation.id]), "name": name,
            "after": f"{f' of {older}' if relation.direction == 'from' else ''}{after or ''}",
        }  # fmt: skip

    def _cell(self, line: Line, index: int, cell: Cell) -> dict[str, Any]:
        view: dict[str, Any] = {"text": cell.status, "href": None, "note": "", "caveats": None, "change": None}
        if cell.status is None:
            return view | self._absent(line, index, cell)
        if line.kind == "release":
            return view | {"href": self._release(line, index, cell), "classes": ""}
        view["classes"], view["note"] = self._meaning(index, cell, line.kind == "list")
        if cell.change in CHANGE:
            older = next(n for n in range(index + 1, len(self.names)) if line.cells[n].status is not None)
            view["change"] = CHANGE[cell.change][1].format(self.names[older])
            view["classes"] += f" {_CHANGED[cell.change]}"
        if cell.text:
            view["caveats"] = self._caveats(line, index)
        return view

    def _meaning(self, index: int, cell: Cell, listed: bool) -> tuple[str, str]:
        """The classes of a status in a tree and the note beside it, made once for all rows of that status."""
        key = index, cell.status, cell.label, cell.security, listed
        if key not in self.meanings:
            standing = self.matrix.standings[index]
            classes = [LETTERS[cell.security or "unstated"]]
            if cell.label is not None:
                classes.append(f"l{_LABELS[cell.label]}")
            if not standing.security_supported:
                classes.append("w")
            said = listed or _says_it(cell, standing)
            note = "" if said else in_tree(cell.security or "unstated", standing)
            self.meanings[key] = " ".join(classes), note
        return self.meanings[key]

    def _absent(self, line: Line, index: int, cell: Cell) -> dict[str, Any]:
        here = bool(line.parts) and line.parts[index] is not None
        if cell.absence is None and here:
            return {"text": "text", "classes": "a"}
        absence = cell.absence or "gap"
        found: dict[str, Any] = {"text": ABSENCE[absence][0], "classes": f"a {_ABSENT[absence]}"}
        step = next((r for r in line.relations if r.direction == "to" and r.newer == index), None)
        if step is not None and step.security == "less":
            found |= {"change": "less security support than before", "classes": f"{found['classes']} al"}
        elif absence == "removed" and line.parts and any(row.cells[index].status is not None for row in self.variants):
            found["note"] = "now by variant, below"
        return found

    def _release(self, line: Line, index: int, cell: Cell) -> str | None:
        """The address behind a release field: the full text behind the version, the release notes behind theirs."""
        if line.key.endswith("--xen-version"):
            url: str | None = self.columns[index]["url"]
            return url
        if line.key.endswith("--release-notes"):
            return web_link(self.matrix.trees[index])
        return None

    def _caveats(self, line: Line, index: int) -> str:
        """The address of the caveats in the full text, once a section and tree; empty where it was given already."""
        url = self.columns[index]["url"]
        part = self.heading.parts[index] if self.heading else None
        anchor = part.key if part else line.anchor
        if url is None or (index, anchor) in self.linked:
            return ""
        self.linked.add((index, anchor))
        return f"{url}#{_fragment(anchor)}"


def _says_it(cell: Cell, standing: Standing) -> bool:
    """Whether a status is a label that names security support by itself, and nothing more is to be said of that
    tree.
    """
    if cell.security != "no" and not standing.security_supported:
        return False
    label = cell.label or ""
    return "security support" in label.casefold() and fold_label(cell.status or "") == fold_label(label)


def advisory(number: str) -> str:
    """The address of an advisory, given as `XSA-508`."""
    return ADVISORY.format(number.removeprefix("XSA-"))


def texts(line: Line, names: Sequence[str], which: str) -> list[tuple[str, list[str]]]:
    """The different texts under a heading (`caveats` or `description`), each with the names of the trees that say
    it.
    """
    found: dict[str, list[str]] = {}
    for name, part in zip(names, line.parts, strict=False):
        text = getattr(part, which) if part is not None else ""
        if text:
            found.setdefault(text, []).append(name)
    return list(found.items())


@lru_cache(maxsize=8192)
def _fragment(identity: str) -> str:
    return quote(identity, safe="-._~")
