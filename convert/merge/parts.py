"""A SUPPORT file cut into parts that can be put together again: no byte is in two parts, and none is in no part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grammar.fold import fold
from grammar.markers import MARKER
from grammar.meaning import Meaning, meaning
from grammar.nodes import (
    Block,
    BulletList,
    Literal,
    Paragraph,
    Section,
)
from grammar.nodes import ParsedField as Field
from grammar.parser import parse
from grammar.rows import key_of
from grammar.source import Source

BLANKS = " \t\r\n"
_BULLET = re.compile(rf"[ \t]*{MARKER}(?:[ \t]+|$)")


@dataclass(slots=True, eq=False)
class Line:
    """One line of a literal: its text without the line end, the blank lines after it, the field on it.

    `key` tells lines of one section apart; `value` is where the field's value is in `text`.
    """

    text: str
    gap: str
    key: str
    field: Field | None
    value: tuple[int, int] = (0, 0)


@dataclass(slots=True, eq=False)
class Unit:
    """One block, or one item of a list, with the spaces after it.

    `kind`: `paragraph`, `list`, `item`, `fields` (a literal with rows), `other`.  `meaning` is equal for units that say
    the same.  `lines` are a literal's, between the `fence`'s two lines if there are; `items` a list's.
    """

    kind: str
    text: str
    gap: str
    meaning: Meaning
    index: int = 0
    lines: list[Line] = field(default_factory=list)
    fence: tuple[str, str] | None = None
    items: list[Unit] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Part:
    """A heading with its blocks, then the parts below it; the root has the title block for a heading, and level 0.

    `name` is the heading's text in normal form, `path` the names that lead here, `words` the same as they are read.
    """

    level: int
    name: str
    words: tuple[str, ...]
    anchor: str
    head: str
    gap: str
    index: int
    units: list[Unit]
    parent: Part | None
    parts: list[Part] = field(default_factory=list)

    @property
    def path(self) -> tuple[str, ...]:
        """The names of all headings that lead here, this one's last."""
        return (*self.parent.path, self.name) if self.parent is not None else ()

    def walk(self) -> Iterator[Part]:
        """This part, then all below it, in file order."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, slots=True)
class File:
    """A file in parts; `errors` are the codes of what is wrong with it, once each time."""

    root: Part
    crlf: bool
    errors: tuple[str, ...]


def read(data: bytes, name: str) -> File:
    """A file's parts.  ValueError for bytes that are not UTF-8.  CRLF line ends become LF where all are CRLF."""
    crlf = data.count(b"\r\n") == data.count(b"\n") > 0
    source = Source(name, data.replace(b"\r\n", b"\n") if crlf else data)
    if not source.utf8:
        raise ValueError(f"{name}: not UTF-8; correct that first")
    return _cut(source, crlf)


def read_text(text: str) -> File:
    """The parts of a text."""
    return _cut(Source("<text>", text.encode("utf-8", "surrogatepass")), False)


def _cut(source: Source, crlf: bool) -> File:
    from grammar.rows import read_rows

    parsed = parse(source)
    document = parsed.document
    starts = [block.span.start for block in document.preamble]
    for section in document.walk():
        starts.append(section.heading.span.start)
        starts += [block.span.start for block in section.blocks]
    cutter = _Cutter(source.text, [*starts, len(source.text)])
    head, gap = cutter.piece(0, starts[0] if starts else len(source.text))
    root = Part(0, fold(document.title or ""), (), "", head, gap, 0, [], None)
    root.units = cutter.units(document.preamble)
    for section in document.sections:
        root.parts.append(cutter.part(section, root))
    found = [*parsed.diagnostics, *read_rows(document, source).diagnostics]
    errors = tuple(sorted(d.code for d in found if d.severity != "info"))
    return File(root, crlf, errors)


class _Cutter:
    def __init__(self, text: str, bounds: list[int]) -> None:
        self.text, self.bounds, self.at = text, bounds, 0

    def piece(self, start: int, end: int) -> tuple[str, str]:
        whole = self.text[start:end]
        text = whole.rstrip(BLANKS)
        return text, whole[len(text) :]

    def next(self) -> tuple[str, str, int]:
        start, end = self.bounds[self.at], self.bounds[self.at + 1]
        self.at += 1
        return (*self.piece(start, end), self.at)

    def part(self, section: Section, parent: Part) -> Part:
        heading = section.heading
        head, gap, index = self.next()
        name = fold(heading.text)
        made = Part(heading.level, name, (*parent.words, heading.text), heading.anchor, head, gap, index, [], parent)
        made.units = self.units(section.blocks)
        for below in section.sections:
            made.parts.append(self.part(below, made))
        return made

    def units(self, blocks: Sequence[Block]) -> list[Unit]:
        made = []
        for block in blocks:
            start = self.bounds[self.at]
            text, gap, index = self.next()
            made.append(self.unit(block, text, gap, index, start))
        _tell_apart(made)
        return made

    def unit(self, block: Block, text: str, gap: str, index: int, start: int) -> Unit:
        match block:
            case Literal(kind="feature" | "release"):
                return self.fields(block, text, gap, index, start)
            case Paragraph():
                return Unit("paragraph", text, gap, meaning(block), index)
            case BulletList():
                unit = Unit("list", text, gap, meaning(block), index)
                unit.items = _items(block, text, start)
                return unit
            case _:
                return Unit("other", text, gap, meaning(block), index)

    def fields(self, literal: Literal, text: str, gap: str, index: int, start: int) -> Unit:
        unit = Unit("fields", text, gap, meaning(literal), index)
        by_offset = {found.span.start: found for found in literal.fields}
        rows = text.split("\n")
        if literal.fenced and len(rows) >= 2:
            unit.fence = (rows[0], rows[-1])
        at = start
        for number, row in enumerate(rows):
            first, fenced = at, literal.fenced and number in (0, len(rows) - 1)
            at += len(row) + 1
            if fenced:
                continue
            if not row.strip(BLANKS):
                if unit.lines:
                    unit.lines[-1].gap += row + "\n"
                continue
            found = next((by_offset[n] for n in range(first, first + len(row)) if n in by_offset), None)
            if found is None:
                unit.lines.append(Line(row, "\n", f"line {fold(row)}", None))
                continue
            value = (found.value_span.start - first, found.value_span.end - first)
            unit.lines.append(Line(row, "\n", key_of_field(found, literal.kind), found, value))
        if unit.lines and unit.fence is None:
            unit.lines[-1].gap = ""
        return unit


def key_of_field(found: Field, kind: str) -> str:
    """What tells a field from the others of its section: the keyword of a release field, the qualifier's key of
    others.
    """
    if kind == "release":
        return f"release {key_of('', found.keyword)}"
    return key_of("", found.qualifier) if found.qualifier else ""


def _tell_apart(units: Sequence[Unit]) -> None:
    """Number the second and later lines of equal keys."""
    seen: dict[str, int] = {}
    for unit in units:
        for line in unit.lines:
            seen[line.key] = count = seen.get(line.key, 0) + 1
            if count > 1:
                line.key += f" #{count}"


def like(a: Unit, b: Unit) -> float:
    """How much of two units' words is the same, 0 to 1; units of different kinds are not alike."""
    if a.kind != b.kind or a.kind == "fields":
        return 0.0
    x, y = Counter(a.text.split()), Counter(b.text.split())
    total = x.total() + y.total()
    return 2 * (x & y).total() / total if total else 0.0


def _items(block: BulletList, text: str, start: int) -> list[Unit]:
    """A list's items, each from its bullet on; none where they cannot be told apart by lines."""
    if not all(block.items):
        return []
    begins = []
    for item in block.items:
        at = text.rfind("\n", 0, item[0].span.start - start) + 1
        if not _BULLET.match(text, at):
            return []
        begins.append(at)
    if begins[0] != 0 or begins != sorted(set(begins)):
        return []
    made = []
    for n, (item, a, b) in enumerate(zip(block.items, begins, [*begins[1:], len(text)], strict=True)):
        own = text[a:b].rstrip(BLANKS)
        made.append(Unit("item", own, text[a + len(own) : b], ("item", tuple(meaning(inner) for inner in item)), n))
    return made
