"""What a draft's text says, read again, against what the model says: nothing is written where the two differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from convert.draft.translate import Draft, Expected, Memo
from grammar.fold import fold
from grammar.meaning import meaning
from grammar.nodes import Block, Document, Section
from grammar.parser import Parsed, parse_text
from grammar.plain import is_plain
from grammar.rows import Reading, Row, read_rows
from grammar.source import Source, Span
from grammar.support import counted, outside, tree_of
from grammar.tidy import tidy_blocks

PARTS = ("Release Support", "Feature Support")
"""The parts of a file that a sheet says something about."""


_SECTIONS = re.compile(r"(?<=\n\n)(?=#)")
_HASHES = re.compile(r"\A#+ ")


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a text is not what the model says: the words, the place in the text, or the cell."""

    words: str
    span: Span | None = None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Reread:
    """A draft's text, read once: the document, its rows, those of them that the sheet says."""

    parsed: Parsed
    reading: Reading
    rows: tuple[Row, ...]

    @classmethod
    def of(cls, draft: Draft) -> Reread:
        """Read a draft's text."""
        parsed = parse_text(draft.text, draft.tree.name)
        reading = read_rows(parsed.document, parsed.source)
        return cls(parsed, reading, tuple(row for row in reading.rows if row.path[0] in PARTS))


def differences(draft: Draft, read: Reread | None = None, memo: Memo | None = None) -> list[Difference]:
    """Each way in which the draft's text, parsed again, is not what the model says; empty when the draft is right.

    `read` is the text where it has been read already; `memo` knows texts that were read back as they should before.  A
    draft that has the face of the tree's own file has its order too.
    """
    read = read or Reread.of(draft)
    found = [
        Difference(d.message, d.span)
        for d in (*read.parsed.diagnostics, *read.reading.diagnostics)
        if (d.severity == "error" or d.code == "XS110") and (d.code, d.message) not in draft.inherited
    ]
    found += _rows_by_name(draft, read.rows) if draft.worn else _rows(draft, read.rows)
    found += _prose(draft, read.parsed, (memo or Memo()).checked)
    if not draft.text.endswith(draft.definitions.text):
        found.append(Difference("the definitions part is not what it should be"))
    return found


def unheld(draft: Draft, memo: Memo | None = None) -> list[Difference]:
    """What of a draft without a face, and so of what is written anew, is outside the mark-up (grammar/support.lark).

    The definitions part behind it may be kept from the tree as it is, and is not looked at.  The mark-up knows no
    construct that reaches over a heading, so each section is held to it by itself, and once for all trees that have it;
    how levels grow is what the translation decides.
    """
    body = draft.text.removesuffix(draft.definitions.text)
    held = (memo or Memo()).held
    fresh = [piece for piece in dict.fromkeys(_SECTIONS.split(body)) if piece not in held]
    if not all(map(inside, fresh)):
        return list(_outside(body))
    held.update(fresh)
    return []


def inside(section: str) -> bool:
    """Whether a heading with its own text is inside the mark-up, whatever its level."""
    return is_plain(section) or not outside(_HASHES.sub("# ", section, count=1))


def _outside(body: str) -> Iterator[Difference]:
    """What of a text is outside the mark-up: lines, whose cells can be named, and what can only be counted."""
    tree, wrong = tree_of(body)
    source = Source("", body.encode())
    for one in wrong:
        yield Difference(
            "is written as a line that is outside the SUPPORT mark-up", source.line_span(min(one.line, source.count))
        )
    if tree is not None:
        yield from map(Difference, counted(tree))


def _rows(draft: Draft, rows: Sequence[Row]) -> Iterator[Difference]:
    """Rows in their order: up to the first that is not where it should be."""
    for want, cell, have in zip_longest(draft.rows, draft.cells, rows):
        if want is None:
            yield Difference(f'row "{_name(have.path)}" is written, and the sheet has no such row', have.span)
            return
        if have is None or not _same_path(want, have):
            instead = f'; "{_name(have.path)}" is read in its place' if have else ""
            yield Difference(f'row "{_name(row_path(want))}" is lost{instead}', None, cell)
            return
        yield from _row(want, cell, have)


def _rows_by_name(draft: Draft, rows: Sequence[Row]) -> Iterator[Difference]:
    """Rows by their names, in whatever order the file has them."""
    there = {tuple(map(fold, row.path)): row for row in rows}
    for want, cell in zip(draft.rows, draft.cells, strict=True):
        have = there.pop(row_path(want), None)
        if have is None:
            yield Difference(f'row "{_name(row_path(want))}" is lost', None, cell)
        else:
            yield from _row(want, cell, have)
    for row in there.values():
        yield Difference(f'row "{_name(row.path)}" is written, and the sheet has no such row', row.span)


def _same_path(want: Expected, have: Row) -> bool:
    path = (*want.path, want.qualifier) if want.qualifier else want.path
    return have.path == path or tuple(map(fold, have.path)) == row_path(want)


def _row(want: Expected, cell: str, have: Row) -> Iterator[Difference]:
    alike = have.status == want.value and (have.kind == "list") == (want.keyword == "Supported")
    if alike and have.described == want.described and have.caveat == want.caveat:
        return
    name = _name(row_path(want))
    if fold(have.status) != fold(want.value):
        yield Difference(f'row "{name}" reads back as "{have.status}", not "{want.value}"', have.span, cell)
    if (have.kind == "list") != (want.keyword == "Supported"):
        yield Difference(f'row "{name}" reads back as a {have.kind}', have.span, cell)
    if have.described != want.described or have.caveat != want.caveat:
        what = "description" if have.described != want.described else "caveat"
        yield Difference(f'row "{name}": its {what} is not read back', have.span, cell)


def row_path(want: Expected) -> tuple[str, ...]:
    """The headings and the qualifier of a row that is expected, for comparison."""
    return tuple(map(fold, (*want.path, want.qualifier) if want.qualifier else want.path))


def _name(path: Sequence[str]) -> str:
    return " / ".join(path[1:])


def _prose(draft: Draft, parsed: Parsed, checked: dict[str, tuple[Block, ...]]) -> Iterator[Difference]:
    """Headings and texts: in their order, or by name where the file's own order is kept."""
    ours, theirs = list(draft.document.walk()), list(parsed.document.walk())
    starts = [section.heading.span.start for section in theirs]
    own = {start: parsed.source.text[start:end] for start, end in pairwise([*starts, len(parsed.source.text)])}
    document = draft.document
    if comparable(document.preamble) != comparable(parsed.document.preamble):
        yield Difference("the preamble is not read back as it was written")
    pairs = _paired(document, parsed.document) if draft.worn else zip_longest(ours, theirs[: len(ours)])
    for want, have in pairs:
        if have is None or want is None or not alike(want.heading.text, have.heading.text):
            one = want or have
            yield Difference(
                f'heading "{one.heading.text if one else ""}" is not read back', have.heading.span if have else None
            )
            return
        if want.heading.level != have.heading.level:
            yield Difference(f'heading "{want.heading.text}" has another level', have.heading.span)
        text = own[have.heading.span.start]
        if checked.get(text) is want.blocks:
            continue
        if comparable(want.blocks) == comparable(have.unplaced):
            checked[text] = want.blocks
        else:
            first = f'the text of "{want.heading.text}" is not read back as it was written: {_first(want, have)}'
            yield Difference(first, have.heading.span)


def alike(one: str, other: str) -> bool:
    """Whether two texts have the same words."""
    return one == other or fold(one) == fold(other)


def _paired(one: Document, other: Document) -> Iterator[tuple[Section | None, Section | None]]:
    """The sections of the parts that a sheet says something about, by their headings."""
    ours, theirs = (dict(_by_path(doc.sections, ())) for doc in (one, other))
    for path, section in ours.items():
        yield section, theirs.pop(path, None)
    yield from ((None, section) for section in theirs.values())


def _by_path(sections: Sequence[Section], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Section]]:
    for section in sections:
        here = (*above, fold(section.heading.text))
        if here[0] in PARTS:
            yield here, section
            yield from _by_path(section.sections, here)


def _first(want: Section, have: Section) -> str:
    for a, b in zip_longest(comparable(want.blocks), comparable(have.blocks)):
        if a != b:
            return f"{_short(b)} for {_short(a)}"
    return "another order"


def _short(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) < 160 else text[:157] + "..."


def comparable(blocks: Sequence[Block]) -> list[object]:
    """Blocks as plain values in one normal form, for comparison."""
    return [meaning(block) for block in tidy_blocks(blocks)]
