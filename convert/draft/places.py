"""From a place in a draft's text back to the cell that it comes from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from convert.sheet.catalogue import quote
from convert.sheet.model import Categorisation, Feature, Section
from grammar.fold import fold
from grammar.nodes import Document, Literal
from grammar.nodes import Section as Part
from grammar.parser import Parsed
from grammar.source import Span

Path = tuple[str, ...]


class Origin(NamedTuple):
    """A cell as people find it, and what it says; both None for what no cell says (title, preamble, definitions)."""

    cell: str | None
    words: str | None


class Places:
    """The cells behind the text of one tree's draft.

    `document` is what was written, without the definitions; `rows`: the cell of each row by its line's first character.
    """

    def __init__(
        self, parsed: Parsed, document: Document, categorisation: Categorisation, tree: str, rows: Mapping[int, str]
    ) -> None:
        self._parsed, self._tree, self._cells = parsed, tree, categorisation.cells
        self._rows = sorted(rows.items())
        self._categorisation, self._document = categorisation, document
        self._parts = list(parsed.document.walk())
        self._starts = [part.heading.span.start for part in self._parts]

    @cached_property
    def _features(self) -> dict[Path, Feature]:
        return dict(_features(self._categorisation.sections))

    @cached_property
    def _paths(self) -> list[Path]:
        """The headings above each part, with its own."""
        read = [path for _, path in _parts(self._parsed.document.sections, ())]
        written = [path for _, path in _parts(self._document.sections, ())]
        written += [()] * (len(read) - len(written))
        # a heading that is not read back as it was written is still the one at that place
        return [path if path in self._features else other for path, other in zip(read, written, strict=False)]

    def origin(self, span: Span | None) -> Origin:
        """The cell behind a span of the text."""
        if span is None or not self._parts or span.start < self._starts[0]:
            return Origin(None, None)
        at = bisect_right(self._starts, span.start) - 1
        part = self._parts[at]
        above = [
            place for start, place in self._rows if part.heading.span.start <= start < max(span.end, span.start + 1)
        ]
        fields = [block.span for block in part.blocks if isinstance(block, Literal)]
        row = above[-1] if above else None
        if row is not None and any(field.start <= span.start <= field.end for field in fields):
            return Origin(row, self._words(row, span))
        feature = self._features.get(self._paths[at])
        if feature is None:
            return Origin(row, self._words(None, span) if row is not None else None)
        role = "caveats" if fields and span.start > fields[0].start else "description"
        place = feature.place
        if span.start > part.heading.span.end:
            place = feature.prose_places.get(f"{role} {self._tree}") or place
        return Origin(place, self._words(place, span))

    def _words(self, place: str | None, span: Span) -> str:
        """What the cell says; where that was not kept, what the text says there."""
        known = self._cells.get(place or "")
        source = self._parsed.source
        return (
            known or source.text[span.start : span.end].strip() or source.text[span.start :].split("\n", 1)[0].strip()
        )

    def line(self, span: Span | None) -> int:
        """The line of a span, from 1."""
        return self._parsed.source.position(span.start)[0] if span is not None else 1

    def told(self, span: Span | None, message: str) -> str:
        """A message with the cell and its words before it, or the line of the file where no cell says that."""
        cell, words = self.origin(span)
        if cell is None:
            return f"SUPPORT.md, line {self.line(span)}: {message}"
        return f"{cell}: {message}; the cell says {quote(words or '')}"


def _features(sections: tuple[Section, ...], above: Path = ()) -> Iterator[tuple[Path, Feature]]:
    for section in sections:
        here = (*above, fold(section.title))
        yield here, section.own or Feature(None, place=section.place)
        for feature in section.features:
            yield from ((tuple(map(fold, path)), found) for path, found in feature.walk(here))
        yield from _features(section.sections, here)


def _parts(sections: tuple[Part, ...], above: Path) -> Iterator[tuple[Part, Path]]:
    """The parts of a document in file order, each with the headings below its level-1 one."""
    for section in sections:
        here = (*above, fold(section.heading.text)) if above or section.heading.level > 1 else ()
        yield section, here
        yield from _parts(section.sections, here or ())
