"""What a draft's text says, read again, against what the model says: nothing is written where the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from convert.draft.translate import Draft
from grammar.escape import fold
from grammar.meaning import Meaning, meaning
from grammar.nodes import (
    Block,
    Document,
    Section,
)
from grammar.parser import Parsed, parse_text
from grammar.rows import Row, limits, read_rows
from grammar.status import read_status
from grammar.tidy import tidy_blocks


def differences(draft: Draft) -> list[str]:
    """Each way in which the draft's text, parsed again, is not what the model says; empty when the draft is right."""
    parsed = parse_text(draft.text, draft.tree.name)
    reading = read_rows(parsed.document, parsed.source)
    found = [
        f"line {parsed.source.position(d.span.start)[0] if d.span else 1}: {d.message}"
        for d in (*parsed.diagnostics, *reading.diagnostics)
        if d.severity == "error" or d.code == "XS110"
    ]
    rows = [row for row in reading.rows if row.path[0] in ("Release Support", "Feature Support")]
    found += _rows(draft, rows)
    found += _limits(draft, rows)
    found += _prose(draft.document, parsed)
    if not draft.text.endswith(draft.definitions.text):
        found.append("the definitions part is not what it should be")
    return found


def _rows(draft: Draft, rows: Sequence[Row]) -> Iterator[str]:
    for want, have in zip_longest(draft.rows, rows):
        if want is None:
            yield f'row "{_name(have.path)}" is written, and the sheet has no such row'
            return
        path = (*want.path, want.qualifier) if want.qualifier else want.path
        cell = f" ({want.place})" if want.place else ""
        if have is None or tuple(map(fold, have.path)) != tuple(map(fold, path)):
            yield f'row "{_name(path)}"{cell} is lost' + (
                f'; "{_name(have.path)}" is read in its place' if have else ""
            )
            return
        if fold(have.status) != fold(want.value):
            yield f'row "{_name(path)}"{cell} reads back as "{have.status}", not "{want.value}"'
        if have.described != want.described or have.caveat != want.caveat:
            what = "description" if have.described != want.described else "caveat"
            yield f'row "{_name(path)}"{cell}: its {what} is not read back'


def _name(path: Sequence[str]) -> str:
    return " / ".join(path[1:])


def _limits(draft: Draft, rows: Sequence[Row]) -> Iterator[str]:
    want = [
        amount.text
        for row in draft.rows
        if row.keyword == "Status" and (amount := read_status(row.value).limit) is not None
    ]
    have = [
        a.text for limit in limits(list(rows)) for a in (limit.maximum, limit.tested, limit.security) if a is not None
    ]
    if sorted(want) != sorted(have):
        yield f"limits read back as {have}, not {want}"


def _prose(document: Document, parsed: Parsed) -> Iterator[str]:
    ours = list(document.walk())
    theirs = list(parsed.document.walk())[: len(ours)]
    if [_blocks(document.preamble)] != [_blocks(parsed.document.preamble)]:
        yield "the preamble is not read back as it was written"
    for want, have in zip_longest(ours, theirs):
        if have is None or want is None or fold(want.heading.text) != fold(have.heading.text):
            yield f'heading "{want.heading.text if want else have.heading.text}" is not read back'
            return
        if want.heading.level != have.heading.level:
            yield f'heading "{want.heading.text}" has another level'
        if _blocks(want.blocks) != _blocks(have.blocks):
            yield f'the text of "{want.heading.text}" is not read back as it was written: {_first(want, have)}'


def _first(want: Section, have: Section) -> str:
    for a, b in zip_longest(_blocks(want.blocks), _blocks(have.blocks)):
        if a != b:
            return f"{_short(b)} for {_short(a)}"
    return "another order"


def _short(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) < 160 else text[:157] + "..."


def _blocks(blocks: Sequence[Block]) -> list[Meaning]:
    """Blocks as plain values in one normal form, for comparison."""
    return [meaning(block) for block in tidy_blocks(blocks)]
