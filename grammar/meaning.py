"""What a block says, as a value: the same for the same words, marks and links, however they are wrapped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grammar.fold import fold
from grammar.inlines import plain
from grammar.nodes import (
    Block,
    BulletList,
    DefinitionList,
    Emph,
    Inline,
    Link,
    Literal,
    Outside,
    Paragraph,
    Strong,
)  # fmt: skip
from grammar.printer import print_field
from grammar.tidy import tidy_blocks

Meaning = tuple[object, ...]


def meaning(block: Block) -> Meaning:
    """What one block says."""
    match block:
        case Paragraph():
            return ("paragraph", *_said(block.inlines))
        case BulletList():
            return ("list", tuple(tuple(meaning(inner) for inner in tidy_blocks(item)) for item in block.items))
        case Literal(kind="definition"):
            return ("definition", tuple(fold(line) for line in block.lines if line.strip()))
        case Literal():
            return ("fields", tuple(fold(line) for line in _lines(block) if line.strip()))
        case DefinitionList():
            return ("terms", tuple((_said(term.term), _said(term.value)) for term in block.terms))
        case Outside():
            return ("outside", block.what, fold(block.raw))


def _lines(block: Literal) -> Sequence[str]:
    """Its lines; of a literal that a program made, those that its fields will be."""
    return block.lines or [print_field(field.keyword, field.qualifier, field.value) for field in block.fields]


def _said(inlines: tuple[Inline, ...]) -> tuple[object, ...]:
    return fold(plain(inlines)), tuple(_marks(inlines))


def _marks(inlines: Sequence[Inline]) -> Iterator[tuple[str, str]]:
    for node in inlines:
        if isinstance(node, Emph | Strong | Link):
            extra = f" {node.url}" if isinstance(node, Link) else ""
            yield type(node).__name__, fold(plain(node.children)) + extra
            yield from _marks(node.children)
