"""Blocks moved to where they are in a document: the same nodes, their spans shifted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grammar.diagnostic import Diagnostic
from grammar.nodes import NOWHERE, Block, BulletList, DefinitionList, Literal, Outside, Paragraph, ParsedField, Term
from grammar.source import Span

_new = tuple.__new__  # half the time of calling Span, which is done for every field of every revision


def moved(blocks: tuple[Block, ...], chars: int) -> tuple[Block, ...]:
    """Blocks that are some characters further down."""
    return tuple([_MOVES[type(block)](block, chars) for block in blocks]) if chars else blocks


def moved_span(span: Span, chars: int) -> Span:
    """A span that is some characters further down."""
    return _new(Span, (span[0] + chars, span[1] + chars))


def moved_diagnostic(diagnostic: Diagnostic, chars: int) -> Diagnostic:
    """A finding that is some characters further down."""
    return diagnostic._replace(span=moved_span(diagnostic.span, chars)) if diagnostic.span else diagnostic


def _paragraph(block: Paragraph, chars: int) -> Paragraph:
    return Paragraph(block.inlines, block.plain, moved_span(block.span, chars))


def _bullets(block: BulletList, chars: int) -> BulletList:
    return BulletList(tuple(moved(item, chars) for item in block.items), moved_span(block.span, chars))


def _field(one: ParsedField, chars: int) -> ParsedField:
    span, value_span = moved_span(one.span, chars), moved_span(one.value_span, chars)
    qualifier_span = NOWHERE if one.qualifier is None else moved_span(one.qualifier_span, chars)
    return ParsedField(one.keyword, one.qualifier, one.value, span, value_span, qualifier_span)


def _literal(block: Literal, chars: int) -> Literal:
    kept = tuple([_field(one, chars) for one in block.fields])
    return Literal(block.kind, kept, block.lines, block.fenced, moved_span(block.span, chars))


def _term(one: Term, chars: int) -> Term:
    return Term(one.term, one.value, one.text, one.words, one.reading, moved_span(one.span, chars))


def _definitions(block: DefinitionList, chars: int) -> DefinitionList:
    return DefinitionList(tuple(_term(one, chars) for one in block.terms), moved_span(block.span, chars))


def _outside(block: Outside, chars: int) -> Outside:
    return Outside(block.what, block.raw, moved_span(block.span, chars))


_MOVES: dict[type, Callable[[Any, int], Block]] = {
    Paragraph: _paragraph,
    BulletList: _bullets,
    Literal: _literal,
    DefinitionList: _definitions,
    Outside: _outside,
}
