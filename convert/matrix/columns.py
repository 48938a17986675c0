"""A tree as the head of a column: names, dates, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from convert.failure import counted
from convert.matrix.tree import Tree
from convert.matrix.words import STATES, standing_words
from convert.trees.state import Standing
from grammar.record import record

_SHORT = {"security": "security only", "unknown": "no dates"}


@record(frozen=True)
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


def column(
    tree: Tree, standing: Standing, urls: Address, today: date | None, page: str | None = None
) -> dict[str, Any]:
    """What templates are told of a tree; `page`: the address of its own page, `today` for the age of its commit."""
    state = standing.state
    errors = [(tree.source.position(e.span.start)[0] if e.span else None, e.message) for e in tree.errors]
    if tree.problem is not None:
        errors.append((None, tree.problem))
    return {
        "name": tree.name, "url": urls.of(tree), "page": page, "state": state, "words": STATES[state],
        "short": standing_words(standing) if state == "ended" else _SHORT.get(state, STATES[state]),
        "ended": state == "ended", "ref": tree.ref, "commit": tree.commit, "date": tree.date,
        "age": _age(tree.date, today) if today else "", "version": tree.version, "xen": tree.release.get("Xen-Version"),
        "initial": _day(standing.released, state), "until": _day(standing.support, state),
        "security_until": _day(standing.security, state), "notes": web_link(tree), "errors": errors,
    }  # fmt: skip


def _day(day: date | None, state: str) -> str:
    return day.isoformat() if day else "not yet" if state == "development" else "not stated"


def web_link(tree: Tree) -> str | None:
    """The address of a tree's release notes; None without one, and for one that is not of the web."""
    notes = tree.release.get("release_notes")
    link = notes.get("url") if isinstance(notes, Mapping) else None
    return link if isinstance(link, str) and link.lower().startswith(("https://", "http://")) else None


def _age(day: str | None, today: date) -> str:
    if day is None:
        return ""
    days = (today - date.fromisoformat(day)).days
    return "today" if days == 0 else counted(days, "day") if days > 0 else "in the future"
