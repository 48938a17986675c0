"""The matrix as one HTML page that needs nothing else: what the templates in templates/matrix are given."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from convert.matrix.build import Cell, Line, Matrix, Tree, state
from convert.output.terminal import TOOL
from convert.trees.state import State
from grammar.labels import LABELS

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

# sign, words and explanation of each security meaning; the words stand beside the sign, so that no meaning hangs on sign or colour alone
SECURITY = {
    "yes": ("✔", "security supported", "Security flaws go through the Xen Project's security process."),
    "no": ("✖", "not security supported", "Security flaws are handled like any other bug."),
    "caveats": ("◐", "security supported with conditions", "As far as the status or the caveats say."),
    "limited": ("◔", "limited security support", "Less than full; the status says how much."),
    "external": ("↗", "security support by another project", "Flaws go through that project's process."),
    "unstated": ("?", "security support not stated", "The status does not say, and is no label that would."),
}
CHANGE = {
    "better": ("▲", "better than in {}"),
    "worse": ("▼", "worse than in {}"),
    "security-lost": ("⚠", "security support lost since {}"),
    "text": ("≠", "other words than in {}"),
}
ABSENCE = {
    "not-yet": ("not yet", "Only newer trees have this feature."),
    "removed": ("removed", "Only older trees have this feature, under this name; it may have been renamed."),
    "gap": ("gap", "Both newer and older trees have this feature, but not this one."),
    "unreadable": ("unreadable", "The tree's file has an error here, so Xen's tools may have lost the status."),
}
STATES: dict[State, str] = {
    "development": "in development",
    "supported": "supported",
    "security": "security support only",
    "ended": "ended",
    "unknown": "support not stated",
}
_LABELS = {label.name: n for n, label in enumerate(LABELS)} | {"Supported up to N": len(LABELS)}
# ids of the page itself; no automatic identifier of a heading begins with an underscore
_OWN = (
    "_table",
    "_legend",
    "_trees",
    "_filter",
    "_ended",
    "_count",
    "_q",
    "_section",
    "_status",
    "_security",
    "_changed",
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where SUPPORT.html is published: that of the unstable tree, and that of release trees with NN for the version."""

    unstable: str | None = None
    release: str | None = None

    def of(self, tree: Tree) -> str | None:
        """The address for a tree; None for one that is not the tip of a branch, which nobody publishes."""
        if not tree.branch:
            return None
        if tree.name == "unstable":
            return self.unstable
        return self.release.replace("NN", tree.version) if self.release and tree.version else None


def template_text(name: str) -> str:
    """A file of templates/matrix."""
    return files("convert").joinpath("templates", "matrix", name).read_text(encoding="utf-8")


def schema(name: str) -> bytes:
    """The JSON Schema of a machine-readable output, `matrix` for example."""
    return files("convert").joinpath("schemas", f"{name}.json").read_bytes()


def render(matrix: Matrix, urls: Address, today: date, *, published: Sequence[str] = ()) -> str:
    """The whole page; equal input gives equal bytes.  `published`: the names of the JSON and its schema beside it."""
    css, script = template_text("page.css"), template_text("page.js")
    columns = [_column(n, tree, urls, today) for n, tree in enumerate(matrix.trees)]
    return _template("page.html").render(
        css=_trusted(css), script=_trusted(script), style_hash=_hash(css), script_hash=_hash(script),
        columns=columns, runs=_runs(columns), groups=_groups(matrix, columns), live=sum(not c["ended"] for c in columns),
        ended=[c for c in columns if c["ended"]], today=today.isoformat(), tool=TOOL, published=published,
        security=SECURITY, change=CHANGE, absence=ABSENCE, labels=_LABELS, any_state=any(c["state"] != "unknown" for c in columns),
    )  # fmt: skip


def render_trees(trees: Sequence[Tree], urls: Address, today: date) -> str:
    """The page of the trees alone."""
    css = template_text("page.css")
    columns = [_column(n, tree, urls, today) for n, tree in enumerate(trees)]
    return _template("trees.html").render(
        css=_trusted(css), style_hash=_hash(css), columns=columns, today=today.isoformat(), tool=TOOL
    )


@cache
def _template(name: str) -> Template:
    from jinja2 import DictLoader, Environment, StrictUndefined

    texts = {part: template_text(part) for part in ("page.html", "trees.html", "parts.html")}
    environment = Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(name)


def _trusted(text: str) -> Markup:
    """A file of our own, put into the page as it stands."""
    from markupsafe import Markup

    return Markup(text)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _column(index: int, tree: Tree, urls: Address, today: date) -> dict[str, Any]:
    what = state(tree.release, today)
    notes = tree.release.get("release_notes")
    link = notes.get("url") if isinstance(notes, Mapping) else None
    errors = [(tree.source.position(e.span.start)[0] if e.span else None, e.message) for e in tree.errors]
    if tree.problem is not None:
        errors.append((None, tree.problem))
    return {
        "index": index, "name": tree.name, "url": urls.of(tree), "state": what, "words": STATES[what], "ended": what == "ended",
        "ref": tree.ref, "commit": tree.commit, "date": tree.date, "age": _age(tree.date, today), "version": tree.version,
        "xen": tree.release.get("Xen-Version"), "initial": tree.release.get("Initial-Release"),
        "until": tree.release.get("Supported-Until"), "security_until": tree.release.get("Security-Support-Until"),
        "notes": link if isinstance(link, str) and link.lower().startswith(("https://", "http://")) else None, "errors": errors,
    }  # fmt: skip


def _age(day: str | None, today: date) -> str:
    if day is None:
        return ""
    days = (today - date.fromisoformat(day)).days
    return "today" if days == 0 else f"{days} day{'s' * (days != 1)}" if days > 0 else "in the future"


def _runs(columns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Neighbouring columns of one state, for the first line of the table's head."""
    runs: list[dict[str, Any]] = []
    for column in columns:
        if runs and runs[-1]["words"] == column["words"]:
            runs[-1]["count"] += 1
        else:
            runs.append({"words": column["words"], "count": 1, "ended": column["ended"]})
    return runs


def _groups(matrix: Matrix, columns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines by section: a group begins at each heading of the first two levels."""
    lines = matrix.lines
    taken = {*_OWN, *(line.id for line in lines)}
    groups: list[dict[str, Any]] = []
    for n, line in enumerate(lines):
        below = n + 1 < len(lines) and lines[n + 1].depth > line.depth
        view = _line(line, below, columns)
        view["marks"] = [key for key in line.formerly if key not in taken]
        taken.update(view["marks"])
        if line.id in _OWN:
            view["id"] = f"{line.id}~2"
        view["href"] = quote(view["id"], safe="-._~")
        if not groups or (line.depth < 2 and line.parts):
            groups.append({"id": view["id"], "name": " / ".join(line.path), "lines": [], "stated": False})
        groups[-1]["lines"].append(view)
        groups[-1]["stated"] |= line.stated
    return groups


def _line(line: Line, below: bool, columns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    form = "row" if line.stated else "head" if below else "text"
    of_status = line.kind in ("status", "list")
    return {
        "id": line.id, "name": line.name, "depth": line.depth, "form": form, "top": line.depth < 2 and bool(line.parts),
        "before": "" if line.depth < 3 else ", ".join(line.path[2:-1]),
        "cells": [_cell(line, n, cell, columns, of_status) for n, cell in enumerate(line.cells)] if form != "head" else [],
        "descriptions": _texts(line, columns, "description"), "caveats": _texts(line, columns, "caveats"),
        "links": [
            (column["name"], f"{column['url']}#{quote(part.key, safe='-._~')}", column["ended"])
            for column, part in zip(columns, line.parts, strict=False) if part is not None and column["url"]
        ],
    }  # fmt: skip


def _cell(line: Line, index: int, cell: Cell, columns: Sequence[Mapping[str, Any]], of_status: bool) -> dict[str, Any]:
    classes = [f"c{index}"] + ["ended"] * bool(columns[index]["ended"])
    view: dict[str, Any] = {
        "status": cell.status,
        "absence": cell.absence,
        "security": None,
        "change": None,
        "text": cell.text,
    }
    if cell.status is None:
        here = bool(line.parts) and line.parts[index] is not None
        view["absence"] = cell.absence or (None if here else "gap")
        classes.append(f"a-{view['absence']}" if view["absence"] else "prose")
    elif of_status:
        classes.append(f"s-{cell.security}")
        if cell.label is not None:
            classes.append(f"l{_LABELS[cell.label]}")
        view["security"] = cell.security
        if cell.change in CHANGE:
            older = next(n for n in range(index + 1, len(columns)) if line.cells[n].status is not None)
            sign, words = CHANGE[cell.change]
            view["change"] = (sign, words.format(columns[older]["name"]))
            classes.append(f"k-{cell.change}")
    view["classes"] = " ".join(classes)
    return view


def _texts(line: Line, columns: Sequence[Mapping[str, Any]], which: str) -> list[tuple[str, str]]:
    """The different texts under a heading, each with the trees that say it."""
    found: dict[str, list[str]] = {}
    for column, part in zip(columns, line.parts, strict=False):
        text = getattr(part, which) if part is not None else ""
        if text:
            found.setdefault(text, []).append(column["name"])
    return [(_names(names, columns), text) for text, names in found.items()]


def _names(names: Iterable[str], columns: Sequence[Mapping[str, Any]]) -> str:
    chosen = list(names)
    return "all trees" if len(chosen) == len(columns) and len(chosen) > 1 else ", ".join(chosen)
