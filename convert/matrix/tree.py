"""A tree as all commands on several trees have it, read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grammar.diagnostic import Diagnostic
from grammar.nodes import Document
from grammar.record import record
from grammar.rows import Row
from grammar.source import Source


@record(frozen=True)
class Tree:
    """One tree, read.

    `version`: as `4.20`; `release`: the release fields by name, and `release_notes`; `date`: of its commit, as
    YYYY-MM-DD; `problem`: why nothing of it could be read, None otherwise; `errors`: what Xen's tools would die on or
    lose.
    """

    name: str
    ref: str | None
    commit: str | None
    date: str | None
    version: str | None
    release: Mapping[str, Any]
    source: Source
    document: Document
    rows: tuple[Row, ...]
    errors: tuple[Diagnostic, ...] = ()
    problem: str | None = None
    branch: bool = False


def newest_first(trees: Sequence[Tree]) -> tuple[Tree, ...]:
    """Trees by version, then by the date of their commit, newest first; those without a version last."""
    by_date = sorted(trees, key=lambda tree: tree.date or "", reverse=True)
    return tuple(sorted(by_date, key=lambda tree: _number(tree.version), reverse=True))


def _number(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")) if version else ()
