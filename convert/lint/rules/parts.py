"""What several rules look at: the definitions part, Status fields, lines, likeness of words, edits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from convert.lint.registry import Context
from grammar.builder import Head
from grammar.diagnostic import Edit, Fix
from grammar.nodes import Block, Document, Heading, Literal, ParsedField, Section
from grammar.source import Source, Span


def definitions_start(context: Context) -> int:
    """Where the part that defines the labels begins: its heading's offset; past the end of the text where there is
    none.
    """
    if "definitions_start" not in context.memo:
        starts = (s.heading.span.start for s in context.parsed.document.walk() if defines(s.heading))
        context.memo["definitions_start"] = next(starts, len(context.source.text) + 1)
    return cast(int, context.memo["definitions_start"])


def defines(heading: Heading | Head) -> bool:
    """Whether the part that defines the labels may begin with a heading."""
    words = heading.text.casefold()
    if heading.level == 1:
        return "definition" in words
    return heading.level == 2 and words.startswith(("definition of ", "definitions", "keys found"))


def sections_by_keys(document: Document) -> Iterator[tuple[tuple[str, ...], Section]]:
    """Every section with the anchors on its path, in file order."""

    def visit(sections: Sequence[Section], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Section]]:
        for section in sections:
            keys = (*above, section.heading.anchor)
            yield keys, section
            yield from visit(section.sections, keys)

    return visit(document.sections, ())


def statuses(literal: Literal) -> Iterator[ParsedField]:
    """The Status fields of a literal."""
    if literal.kind == "feature":
        for field in literal.fields:
            if field.keyword == "Status":
                yield field


def field_count(section: Section) -> int:
    """How many fields are directly below a heading."""
    return section.derived(_field_count)


def _field_count(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.fields) for block in blocks if isinstance(block, Literal))


def qualifier_spans(blocks: tuple[Block, ...]) -> list[Span]:
    """Where the qualifiers of the fields among a section's blocks are."""
    literals = (block for block in blocks if isinstance(block, Literal) and block.kind == "feature")
    return [field.qualifier_span for one in literals for field in one.fields if field.qualifier is not None]


def lines_of(source: Source, span: Span) -> Iterator[tuple[int, str]]:
    """Each line that a span touches: its start and its text without LF and CR."""
    first, last = source.position(span.start)[0], source.position(span.end)[0]
    start, end = source.starts[first - 1], source.line_span(last).end
    for line in source.text[start:end].split("\n"):
        yield start, line.rstrip("\r")
        start += len(line) + 1


def newline(source: Source) -> str:
    """What ends a line in this source: CR LF where its first line ends so, else LF."""
    end = source.text.find("\n")
    return "\r\n" if end > 0 and source.text[end - 1] == "\r" else "\n"


def fix(safe: bool, *edits: tuple[int, int, str]) -> Fix:
    """A Fix of (start, end, text)."""
    return Fix(safe, tuple([Edit(Span(start, end), text) for start, end, text in edits]))
