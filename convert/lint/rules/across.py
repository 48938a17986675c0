"""Rules across trees: what a file and its siblings say of the same feature.

The tree that promises more is the one that is told, and of what only differs never the newest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convert.lint.registry import Context, rule
from convert.lint.rules.comparison import Compared, Keys, feature, more, named, nearest, promise, siblings, statuses
from convert.names.spelling import letters, one_edit
from grammar.nodes import Document
from grammar.rows import Row
from grammar.source import Span
from grammar.status import fold_label

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]


def _alike(name: str, other: str) -> bool:
    return letters(name) == letters(other) or (len(name) > 5 and one_edit(name, other))


@rule("XS701", "split-row", "warning", Document, framed=True)
def split_row(document: Document, context: Context) -> Iterator[Found]:
    """A feature or qualifier is spelled differently in another tree.

    The matrix then has two rows for one thing, each with a gap.

    Bad:
        ### Blktap 2

            Status: Supported
    Good:
        ### Blktap2

            Status: Supported
    """
    told: set[Keys] = set()
    for compared in siblings(context):
        for keys, found in (*_split_headings(compared), *_split_qualifiers(compared)):
            if keys not in told:
                told.add(keys)
                yield found


def _split_headings(compared: Compared) -> Iterator[tuple[Keys, Found]]:
    """Headings that only this file has, and that are alike one that only the sibling has."""
    fresh = [entry for entry in compared.fresh if entry.rows]
    for entry in compared.gone:
        like = next((other for other in fresh if _alike(entry.anchor, other.anchor)), None)
        if like is not None and entry.rows:
            row = entry.rows[0]
            words = f'"{feature(row)}" is spelled "{like.name}" in {compared.sibling.name}: two rows of the matrix'
            yield entry.keys, (row.span, words, {"rows": (row.key,), "words": like.name})


def _split_qualifiers(compared: Compared) -> Iterator[tuple[Keys, Found]]:
    """The same of qualifiers below one heading."""
    for loose in compared.lost:
        row = loose.row
        if loose.other is None or not row.qualifier:
            continue
        there = [other.row for other in compared.found if other.entry is loose.other and other.row.qualifier]
        mine = row.key.removeprefix(row.anchor)
        twin = next((other for other in there if _alike(other.key.removeprefix(other.anchor), mine)), None)
        if twin is not None:
            name = compared.sibling.name
            words = f'the qualifier "{row.qualifier}" is spelled "{twin.qualifier}" in {name}: two rows of the matrix'
            yield row.keys, (row.span, words, {"rows": (row.key,), "words": twin.qualifier})


@rule("XS702", "better-in-older", "warning", Document, framed=True)
def better_in_older(document: Document, context: Context) -> Iterator[Found]:
    """A status is better here than in a newer tree.

    What was found out about the newer tree is usually true of this older one, too: where the status was lowered only
    there, this file promises too much.  A feature that is deprecated in the newer tree is not such a case.

    Bad:
            Status: Supported
    Good:
            Status: Supported, not security supported
    """
    for row in statuses(context) if context.siblings else ():
        if _odd(row, context) is not None:
            continue
        for compared in siblings(context):
            other = compared.other(row)
            if compared.sibling.newer and other is not None and other.kind == "status" and more(row, other):
                said = f' for "{named(other)}"' if letters(named(other)) != letters(named(row)) else ""
                words = f'"{row.status}" here, and "{other.status}"{said} in {compared.sibling.name}, which is newer'
                yield row.value_span, words, {"rows": (row.key,), "words": f"{row.status} / {other.status}"}
                break


def _odd(row: Row, context: Context) -> tuple[Row, int] | None:
    """The row that all others have instead, and how many they are, where this one is odd by promising no less than
    they.

    It takes older and newer trees that agree: the newest tree and the oldest are not odd, they are ahead and behind.
    """
    found = [(compared.sibling, compared.other(row)) for compared in siblings(context)]
    others = [(sibling, other) for sibling, other in found if other is not None and other.kind == "status"]
    if len({sibling.newer for sibling, _ in others}) < 2:
        return None
    first = others[0][1]
    if any(fold_label(other.status) != fold_label(first.status) for _, other in others):
        return None
    mine, theirs = promise(row), promise(first)
    less = mine is not None and theirs is not None and mine < theirs
    return None if less or fold_label(row.status) == fold_label(first.status) else (first, len(others))


@rule("XS703", "odd-status", "warning", Document, framed=True)
def odd_status(document: Document, context: Context) -> Iterator[Found]:
    """A row promises something different from the older and the newer trees, which agree.

    Either the change was made in one tree only, or it reached all but this one.

    Bad:
            Status: Supported
    Good:
            Status: Supported, not security supported
    """
    for row in statuses(context) if context.siblings else ():
        odd = _odd(row, context)
        if odd is not None:
            words = f'"{row.status}" here, and "{odd[0].status}" in the other trees, older and newer'
            yield row.value_span, words, {"rows": (row.key,), "words": f"{row.status} / {odd[0].status}"}


@rule("XS705", "row-gap", "warning", Document, framed=True)
def row_gap(document: Document, context: Context) -> Iterator[Found]:
    """An older and a newer tree have a row that this one lacks.

    It was lost here, or is spelled differently.

    Bad:
        ### Another feature

            Status: Supported
    Good:
            Status: Supported
    """
    sides: dict[Keys, dict[bool, str]] = {}
    rows: dict[Keys, tuple[Compared, Row]] = {}
    for compared in siblings(context):
        for loose in compared.found:
            if loose.row.kind == "status":
                sides.setdefault(loose.row.keys, {}).setdefault(compared.sibling.newer, compared.sibling.name)
                rows.setdefault(loose.row.keys, (compared, loose.row))
    for keys, names in sides.items():
        if len(names) == 2:
            compared, row = rows[keys]
            span = nearest(row, compared, context)
            words = f'"{named(row)}" is in {names[False]} and in {names[True]}, and not here'
            yield span, words, {"rows": (row.key,), "words": named(row)}
