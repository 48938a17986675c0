"""Snapshots of many revisions: a chapter that they share is read once, and is one object in all of them.

A chapter is a heading of level 1 or 2 with all that is below it, without the chapters behind it.  Revisions differ in
one or two of their chapters, so reading and comparing a history costs what changed, not what is there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from convert.matrix.history import Snapshot, snapshot
from convert.names.pairing import Entry, entries
from grammar.builder import Built
from grammar.parser import parse_text
from grammar.pieces import alone, chapters
from grammar.positions import bytes_of
from grammar.record import field, record, replace
from grammar.source import Source


class _Chapter(NamedTuple):
    """A chapter as it is wherever its identifiers are free: its level (0: what is before the first heading)."""

    level: int
    root: Entry  # the document that it is by itself, or with its heading of level 1 above it
    identifiers: frozenset[str]

    @property
    def entry(self) -> Entry:
        """The chapter's heading, with all that is below it."""
        return self.root.children[0].children[0] if self.level == 2 else self.root.children[0]


@record()
class Chapters:
    """The chapters that were read, by their text and the heading of level 1 that they are under."""

    known: dict[tuple[str, str], _Chapter | None] = field(default_factory=dict)

    def snapshot(self, name: str, data: bytes) -> Snapshot:
        """Read a file for its meaning, as `history.snapshot` does."""
        source = Source(name, data)
        root = None if any(bytes_of(source)) else self._root(source.text)
        return Snapshot(root) if root is not None else snapshot(name, data)

    def _root(self, text: str) -> Entry | None:
        """A document put together of its chapters; None where one of them is not the same everywhere."""
        found: list[_Chapter] = []
        above = ""
        for part in chapters(text):
            chapter = self._chapter(part, above)
            if chapter is None or (chapter.level == 0 and found):
                return None
            if chapter.level == 1:
                above = part.partition("\n")[0]
            found.append(chapter)
        names = Counter(name for chapter in found for name in chapter.identifiers)
        return _joined(found) if max(names.values(), default=0) < 2 else None

    def _chapter(self, text: str, above: str) -> _Chapter | None:
        key = (text, above if text.startswith("##") else "")
        if key not in self.known:
            self.known[key] = _read(*key)
        return self.known[key]


def _read(text: str, above: str) -> _Chapter | None:
    """A chapter by itself, or below a heading; None where it is not the same everywhere."""
    read = alone(text)
    if read is None:
        return None
    level = _level(read)
    if level is None:
        return None
    parsed = parse_text(f"{above}\n\n{text}" if above else text)
    if any(found.severity == "error" for found in parsed.diagnostics):
        return None
    root = entries(parsed.document)
    bases = {part.head.base for built in read for part in built.parts if part.head is not None}
    taken = {name for built in read for part in built.parts for name in part.identifiers}
    anchors = {entry.anchor for entry in root.walk() if len(entry.keys) > (level == 2)}
    return _Chapter(level, root, frozenset(bases | taken | anchors))


def _level(read: Sequence[Built]) -> int | None:
    """The level of a chapter's own heading, 0 for what has none; None where a heading in it ends the chapter."""
    heads = [part.head for built in read for part in built.parts]
    levels = [head.level for head in heads if head is not None]
    if not levels:
        return 0
    first, *others = levels
    alike = heads[0] is not None and first <= 2 and all(level > first for level in others)
    return first if alike else None


def _joined(found: Sequence[_Chapter]) -> Entry:
    """A document of its chapters, those of level 2 below the one of level 1 that is above them."""
    description = ""
    tops: list[tuple[Entry, list[Entry]]] = []
    for chapter in found:
        if chapter.level == 0:
            description = chapter.root.description
        elif chapter.level == 1:
            tops.append((chapter.entry, []))
        else:
            tops[-1][1].append(chapter.entry)
    children = [replace(top, children=(*top.children, *below)) if below else top for top, below in tops]
    return Entry((), (), (), description, "", tuple(children))
