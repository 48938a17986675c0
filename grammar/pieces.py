"""A text cut where nothing is open, each distinct piece read once.

Most sections of a SUPPORT.md are word for word in every other release and revision.  A piece begins with a heading
between blank lines, before which no block is open, whatever is above.  What could reach across such a heading is:

- a construct that a line further down would close (a fence, a comment, a div, metadata, TeX, a ruled table).  Where it
is not
  closed within its piece, but could be below, the rest of the document is one piece;
- the names of the document's headings, which `[name]` links to where a bracket is in a heading or a term: part of the
key;
- the level above, what Xen's tools die on, lost fields, equal identifiers: settled when all pieces are in place, and no
part of
  what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from grammar.builder import HEADINGS, Built, build
from grammar.pandoc.blocks import read
from grammar.pandoc.inline import reference_key
from grammar.pandoc.reader import Missed, Reader, Run
from grammar.plain import is_plain, quickly
from grammar.positions import Lines, lines_of, texts_of
from grammar.record import field, record
from grammar.source import Page

# a heading between blank lines, behind which no definition of it as a term is
_BEHIND = r"[ \t][^\n]*\n[ \t\r]*(?:\n(?![ \t\r]*[:~])|\Z)"
_BEGINS = re.compile(rf"\n[ \t\r]*\n(?=#+{_BEHIND})")
_CHAPTER_BEGINS = re.compile(rf"\n[ \t\r]*\n(?=##?{_BEHIND})")
_MOST, _LONGEST = 4 << 20, 1 << 16  # characters of all pieces that are kept; of a piece that is


@record()
class Piece:
    """One piece, read as far as it can be by itself.

    `names` are the link labels of its headings; `bracketed`: a bracket is in one of them or in a term; `missed` are
    lines that were looked for in vain.  A plain piece (grammar.plain) has no runs until somebody needs them.
    """

    page: Page
    lines: Lines
    runs: list[Run]
    names: tuple[str, ...]
    bracketed: bool
    missed: tuple[Missed, ...]
    plain: bool = False
    _built: dict[tuple[frozenset[str], bool], Built] = field(default_factory=dict)

    def built(self, known: frozenset[str], *, prose: bool) -> Built:
        """Its nodes, spans from its own beginning."""
        key = (known, prose)
        found = self._built.get(key)
        if found is None and self.plain:
            found = quickly(self.page.text, prose=prose)
            if found is not None:
                self._built[key] = found
                return found
            self.runs, self.plain = read(Reader(self.lines.texts, titled=True)), False
        if found is None:
            found = self._built[key] = build(self.page, self.lines, self.runs, known, prose=prose)
        return found


_pieces: dict[str, Piece] = {}
_characters = 0


def pieces(text: str) -> list[tuple[Piece, int]]:
    """The pieces of a document and the offset of each."""
    found: list[tuple[Piece, int]] = []
    rest: _Rest | None = None
    start = 0
    for part in cut(text):
        piece, end = _kept(part), start + len(part)
        if piece.missed:
            rest = rest or _Rest(text)
            if any(rest.holds(missed, end) for missed in piece.missed):
                found.append((_piece(text[start:]), start))
                break
        found.append((piece, start))
        start = end
    return found


def cut(text: str) -> list[str]:
    """The texts of a document's pieces, where no construct reaches over their ends."""
    return _before(_BEGINS, text)


def chapters(text: str) -> list[str]:
    """A document cut where a piece begins with a heading of level 1 or 2."""
    return _before(_CHAPTER_BEGINS, text)


def _before(begins: re.Pattern[str], text: str) -> list[str]:
    """A text cut behind each place that a pattern finds."""
    cuts = [0, *(found.end() for found in begins.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(cuts)]


def alone(text: str) -> tuple[Built, ...] | None:
    """The pieces of a chapter, where what it means is not decided by what is around it; None where it may be.

    What still is: which of its identifiers are free.
    """
    found = []
    for piece, _ in pieces(text):
        if piece.bracketed or piece.missed:
            return None
        built = piece.built(frozenset(), prose=True)
        if not built.ledger.clean or any(one.severity == "error" for one in built.diagnostics):
            return None
        found.append(built)
    return tuple(found)


def whole(text: str) -> list[tuple[Piece, int]]:
    """A document as one piece, nothing kept: what `pieces` is held against."""
    return [(_in_full(text), 0)]


def _kept(text: str) -> Piece:
    piece = _pieces.get(text)
    if piece is None:
        piece = _piece(text)
        if len(text) <= _LONGEST:
            global _characters
            if _characters > _MOST:
                _pieces.clear()
                _characters = 0
            _characters += len(text)
            _pieces[text] = piece
    return piece


def _piece(text: str) -> Piece:
    if not is_plain(text):
        return _in_full(text)
    page = Page(text)
    lines = lines_of(page)
    return Piece(page, lines, [], (_name(lines.texts[0]),), False, (), plain=True)


def _in_full(text: str) -> Piece:
    page = Page(text)
    lines = lines_of(page)
    reader = Reader(lines.texts, titled=True)
    runs = read(reader)
    names = tuple(_name(lines.texts[run.first]) for run in runs if run.rule in HEADINGS)
    return Piece(page, lines, runs, names, _bracketed(lines, runs), tuple(reader.missed.values()))


def _bracketed(lines: Lines, runs: Sequence[Run]) -> bool:
    named = (run for run in runs if run.rule in HEADINGS or run.rule == "definitions")
    return any("[" in lines.texts[index] for run in named for _, index, _ in run.lines)


def _name(text: str) -> str:
    """The link label that a heading defines."""
    return reference_key(re.sub(r"\s*#*\s*(?:\{[^{}]*\}\s*)?$", "", text.lstrip("# ")))


class _Rest:
    """What is below the pieces of a document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.last: dict[str, int] = {}

    def holds(self, missed: Missed, offset: int) -> bool:
        """Whether a line that was missed is at an offset of the text or below."""
        if missed.key not in self.last:
            lines = self.text.split("\n")
            at = len(self.text)
            for line, shown in zip(reversed(lines), reversed(texts_of(self.text + "\n")), strict=True):
                at -= len(line)
                if missed.holds(shown):
                    break
                at -= 1
            self.last[missed.key] = at
        return self.last[missed.key] >= offset
