"""Bytes to a Document and what is wrong with it.  Never raises on content."""

from __future__ import annotations

from collections.abc import Sequence

from grammar import problems
from grammar.builder import Built, Head
from grammar.diagnostic import Diagnostic
from grammar.ledger import Ledger, joined
from grammar.named import NamedTuple
from grammar.nodes import Block, Document, Heading, Section, Shared
from grammar.pieces import Piece, pieces, whole
from grammar.placing import moved, moved_diagnostic, moved_span
from grammar.positions import bytes_of
from grammar.settle import settle
from grammar.source import Source, Span


class Parsed(NamedTuple):
    """A parsed source: the document, and the findings in file order."""

    source: Source
    document: Document
    diagnostics: list[Diagnostic]


def parse(source: Source, *, prose: bool = True, keep: bool = True) -> Parsed:
    """Read a SUPPORT.md as Xen's tools do (pandoc 2.17, then docs/parse-support-md).

    Takes any bytes.  With `prose` false the words of paragraphs and lists are not read, which is all that rows need.
    With `keep` false the text is read in one go, and no section of it is kept for the next document that has it; the
    result is the same.
    """
    cut = pieces(source.text) if keep else whole(source.text)
    known: frozenset[str] = frozenset()
    if any(piece.bracketed for piece, _ in cut):
        known = frozenset(name for piece, _ in cut for name in piece.names)
    read = [(piece.built(known, prose=prose), offset) for piece, offset in cut]
    assembly = _Assembly()
    assembly.diagnostics += bytes_of(source)
    for built, offset in read:
        assembly.add(built, offset)
    document = assembly.finish()
    diagnostics = assembly.diagnostics
    if not all(built.ledger.clean for built, _ in read):
        diagnostics += settle(source, joined(_above(cut, read)))
    diagnostics.sort(key=lambda d: (d.span.start if d.span else 0, d.code))
    return Parsed(source, document, diagnostics)


def parse_text(text: str, name: str = "<text>") -> Parsed:
    """`parse` of a string."""
    return parse(Source(name, text.encode("utf-8", "surrogatepass")))


def _above(cut: Sequence[tuple[Piece, int]], read: Sequence[tuple[Built, int]]) -> list[tuple[Ledger, int, int]]:
    """The ledger of each piece, with the lines and characters above it."""
    found, lines = [], 0
    for (piece, offset), (built, _) in zip(cut, read, strict=True):
        found.append((built.ledger, lines, offset))
        lines += len(piece.lines.texts)
    return found


class _Open(NamedTuple):
    """A section under way."""

    heading: Heading
    shared: Shared
    origin: int
    below: list[Section]


class Identifiers:
    """The identifiers of a document's headings, as they come."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self._repeated: dict[str, int] = {}  # the highest number that each identifier got

    def unique(self, base: str) -> str:
        """An identifier that no heading above has: the base, or the base with the smallest free number."""
        name, n = base, self._repeated.get(base, 0)
        while name in self.used:
            n += 1
            name = f"{base}-{n}"
        self._repeated[base] = n
        self.used.add(name)
        return name


class _Assembly:
    """The pieces of one document put together: levels, identifiers, spans."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.title: str | None = None
        self.preamble: tuple[Block, ...] = ()
        self.top: list[Section] = []
        self.stack: list[_Open] = []
        self.end = 0  # of the last part
        self.identifiers = Identifiers()

    def add(self, built: Built, offset: int) -> None:
        """Put a piece behind the others, at an offset of the source."""
        if built.title is not None:
            self.title = built.title
        for head, shared, identifiers, end in built.parts:
            if head is None:
                self.preamble += moved(shared.blocks, offset)
            else:
                self.heading(head, shared, offset)
            for identifier in identifiers:
                self.identifiers.unique(identifier)
            self.end = offset + end
        if built.diagnostics:
            self.diagnostics += [moved_diagnostic(found, offset) for found in built.diagnostics]

    def heading(self, head: Head, shared: Shared, offset: int) -> None:
        """Begin a section."""
        level, inlines, text, base, given, span = head
        above = self.stack[-1].heading.level if self.stack else 0
        if given is None:
            anchor = self.identifiers.unique(base)
        else:
            anchor = given
            self.identifiers.used.add(anchor)
        heading = Heading(level, inlines, text, anchor, given, moved_span(span, offset))
        if level > above + 1:
            self.diagnostics.append(problems.heading_jump(heading.span, level, above))
        self.close(level)
        self.stack.append(_Open(heading, shared, offset, []))

    def close(self, level: int) -> None:
        """End the open sections down to a level."""
        while self.stack and self.stack[-1].heading.level >= level:
            heading, shared, origin, below = self.stack.pop()
            section = Section.placed(heading, shared, origin, tuple(below), Span(heading.span.start, self.end))
            (self.stack[-1].below if self.stack else self.top).append(section)

    def finish(self) -> Document:
        """The document."""
        self.close(0)
        return Document(self.title, self.preamble, tuple(self.top))
