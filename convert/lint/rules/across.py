"""Rules across trees: what a file and its siblings say of the same feature."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from convert.lint.registry import Context, Sibling, rule
from convert.names.spelling import letters, one_edit
from grammar.nodes import DefinitionList, Document, Literal
from grammar.rows import Row
from grammar.source import Source, Span
from grammar.status import LIMIT_LABEL

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]
# how much a label promises; labels that are not here are compared with none
_RANK = {
    "Supported": 7, LIMIT_LABEL: 7, "Supported, with caveats": 6, "Supported, Security support external": 6,
    "Supported, not security supported": 5, "Tech Preview, with limited support": 4, "Tech Preview": 3, "Experimental": 2,
    "No security support": 2, "Not supported": 1, "Not functional": 1, "Not implemented": 1,
}  # fmt: skip


def _status_rows(rows: Sequence[Row]) -> dict[str, Row]:
    return {row.key: row for row in rows if row.kind == "status"}


def _rank(row: Row) -> int | None:
    return _RANK.get(row.label or "")


def _siblings(context: Context) -> Iterator[tuple[Sibling, dict[str, Row]]]:
    memo: dict[Any, Any] = context.memo
    for sibling in context.siblings:
        key = ("rows of", sibling.name)
        if key not in memo:
            memo[key] = _status_rows(sibling.rows)
        yield sibling, memo[key]


def _alike(name: str, other: str) -> bool:
    return letters(name) == letters(other) or (len(name) > 5 and one_edit(name, other))


@rule("XS701", "split-row", "warning", Document)
def split_row(document: Document, context: Context) -> Iterator[Found]:
    """A feature or qualifier is spelt otherwise in another tree.

    The matrix then has two rows for one thing, each with a gap.

    Bad:
        ### Blktap 2

            Status: Supported
    Good:
        ### Blktap2

            Status: Supported
    """
    mine = _status_rows(context.rows)
    anchors: dict[str, Row] = {}
    for row in mine.values():
        anchors.setdefault(row.anchor, row)
    told: set[str] = set()
    for sibling, theirs in _siblings(context):
        other: dict[str, Row] = {}
        for row in theirs.values():
            other.setdefault(row.anchor, row)
        gone = [anchor for anchor in other if anchor not in anchors]
        for anchor, row in anchors.items():
            if anchor in other or anchor in told:
                continue
            like = next((name for name in gone if _alike(anchor, name)), None)
            if like:
                told.add(anchor)
                name, theirs_name = _feature(row), _feature(other[like])
                yield (
                    row.span,
                    f'"{name}" is spelt "{theirs_name}" in {sibling.name}: two rows of the matrix',
                    {"rows": (row.key,)},
                )
        lost = [row for key, row in theirs.items() if key not in mine and row.qualifier]
        for key, row in mine.items():
            if key in theirs or key in told or not row.qualifier or row.anchor not in other:
                continue
            twin = next((t for t in lost if t.anchor == row.anchor and _alike(t.key, key)), None)
            if twin:
                told.add(key)
                message = f'the qualifier "{row.qualifier}" is spelt "{twin.qualifier}" in {sibling.name}: two rows of the matrix'
                yield row.span, message, {"rows": (key,)}


def _feature(row: Row) -> str:
    return row.path[-2] if row.qualifier and len(row.path) > 1 else row.path[-1]


@rule("XS702", "better-in-older", "warning", Document)
def better_in_older(document: Document, context: Context) -> Iterator[Found]:
    """A status is better in an older tree than in a newer one.

    What was found out about the newer tree is mostly true of the older one, too: when the status was taken back in one only, readers of the
    other are told too much.  What is deprecated in the newer tree is no such case.

    Bad:
            Status: Supported
    Good:
            Status: Supported, not security supported
    """
    for key, row in _status_rows(context.rows).items():
        mine = _rank(row)
        for sibling, theirs in _siblings(context):
            other = theirs.get(key)
            rank = _rank(other) if other else None
            if mine is None or other is None or rank is None:
                continue
            older, newer = (row, other) if sibling.newer else (other, row)
            if ((mine > rank) == sibling.newer and mine != rank) or (mine == rank and _more(older, newer)):
                where = f'"{other.status}" in {sibling.name}, which is {"newer" if sibling.newer else "older"}'
                yield row.value_span, f'"{row.status}" here, and {where}', {"rows": (key,)}
                break


def _more(older: Row, newer: Row) -> bool:
    """Whether the older of two limits is the higher one."""
    a, b = older.reading.limit, newer.reading.limit
    return a is not None and b is not None and a.unit == b.unit and a.value > b.value


@rule("XS703", "odd-status", "warning", Document)
def odd_status(document: Document, context: Context) -> Iterator[Found]:
    """A row differs from all siblings, and these agree.

    Either the change was made in one tree only, or it reached all but this one.

    Bad:
            Status: Supported, not security supported
    Good:
            Status: Supported
    """
    for key, row in _status_rows(context.rows).items():
        others = [theirs[key] for _, theirs in _siblings(context) if key in theirs]
        if len(others) < 2 or row.label is None:
            continue
        agreed = {other.status for other in others}
        directions = {sibling.newer for sibling, theirs in _siblings(context) if key in theirs}
        if len(agreed) == 1 and row.label != others[0].label and (len(directions) == 2 or len(others) > 2):
            yield (
                row.value_span,
                f'"{row.status}" here, "{others[0].status}" in all {len(others)} other trees',
                {"rows": (key,)},
            )


@rule("XS704", "caveat-in-sibling", "warning", Document)
def caveat_in_sibling(document: Document, context: Context) -> Iterator[Found]:
    """Another tree has a caveat that this one lacks.

    The text after the fields says what is not supported.  Twice the caveat of a security advisory reached master only.  Where both trees
    have caveats to one status, their sentences are compared; blanks, line breaks and case do not matter.

    Bad:
            Status: Supported
    Good:
            Status: Supported

        Not with untrusted guests.
    """
    told: set[str] = set()
    for key, row in _status_rows(context.rows).items():
        if row.anchor in told:
            continue
        if not row.caveat:
            names = [sibling.name for sibling, theirs in _siblings(context) if key in theirs and theirs[key].caveat]
            if names:
                told.add(row.anchor)
                message = f"a caveat follows this feature's fields in {', '.join(names)}, and none here"
                yield row.span, message, {"rows": (key,)}
            continue
        for sibling, theirs in _siblings(context):
            other = theirs.get(key)
            if (
                other is None
                or not other.caveat
                or other.status != row.status
                or sibling.source.data == context.source.data
            ):
                continue
            known = _sentences(context, "", context.source, context.parsed.document)[0].get(row.anchor, {})
            caveats = _sentences(context, sibling.name, sibling.source, sibling.document)[1].get(row.anchor, {})
            lacking = [words for folded_words, words in caveats.items() if folded_words not in known]
            if lacking:
                told.add(row.anchor)
                more = f" (and {len(lacking) - 1} more)" if len(lacking) > 1 else ""
                yield row.span, f'a caveat of {sibling.name} is not here: "{lacking[0]}"{more}', {"rows": (key,)}
                break


_Sentences = dict[str, dict[str, str]]


def _sentences(context: Context, name: str, source: Source, document: Document) -> tuple[_Sentences, _Sentences]:
    """The sentences of each section, and those of its caveats (after the first fields): by anchor, folded words -> words."""
    memo: dict[Any, Any] = context.memo
    key = ("sentences of", name)
    if key not in memo:
        every: _Sentences = {}
        caveats: _Sentences = {}
        for section in document.walk():
            anchor, fields = section.heading.anchor, False
            for block in section.blocks:
                if isinstance(block, Literal | DefinitionList):
                    fields = True
                    continue
                text = source.text[block.span.start : block.span.end]
                for words in re.split(r"(?<=[.!?])\s+(?=[A-Z])|(?:^|\n)[ \t]*[*+-][ \t]+", text):
                    folded_words = " ".join(words.split()).rstrip(".").casefold()
                    if folded_words:
                        for found in (every, caveats) if fields else (every,):
                            found.setdefault(anchor, {})[folded_words] = " ".join(words.split())
        memo[key] = every, caveats
    done: tuple[_Sentences, _Sentences] = memo[key]
    return done


@rule("XS705", "row-gap", "warning", Document)
def row_gap(document: Document, context: Context) -> Iterator[Found]:
    """An older and a newer tree have a row that this one lacks.

    It was lost here, or is spelt otherwise.

    Bad:
        ### Another feature

            Status: Supported
    Good:
            Status: Supported
    """
    mine = {row.key for row in context.rows}
    sides: dict[str, dict[bool, str]] = {}
    paths: dict[str, Row] = {}
    for sibling, theirs in _siblings(context):
        for key, row in theirs.items():
            if key not in mine:
                sides.setdefault(key, {}).setdefault(sibling.newer, sibling.name)
                paths.setdefault(key, row)
    anchors = {letters(row.anchor): row for row in context.rows}
    for key, names in sides.items():
        if len(names) == 2:
            row = paths[key]
            near = anchors.get(letters(row.anchor))
            what = " / ".join(row.path[-2:] if row.qualifier else row.path[-1:])
            yield (
                near.span if near else None,
                f'"{what}" is in {names[False]} and in {names[True]}, and not here',
                {"rows": (key,)},
            )
