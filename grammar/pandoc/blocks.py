"""Lines to blocks, as pandoc 2.17 reads them (pandoc's manual, "Pandoc's Markdown").

Pandoc's reading is not context-free: what a line is depends on what is open above it and, for fences, comments or
tables, on lines further down.  So it is written by hand, as one ordered table of constructs (`CONSTRUCTS`), each with
the blocks that it may interrupt; a line that goes no open block on and begins none is a lazy line of the open one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from grammar.pandoc.constructs import (
    bullets,
    definitions,
    div,
    fence,
    footnote,
    heading,
    html,
    line_block,
    lists,
    literal,
    metadata,
    ordered,
    paragraph,
    quote,
    reference,
    rule,
    table,
    tex,
    title,
    underlined,
)
from grammar.pandoc.reader import ENDED, IN_LIST, Construct, Reader, Run, indentation
from grammar.pandoc.shapes import shape_of

CONSTRUCTS: tuple[Construct, ...] = (
    title.TITLE,
    fence.FENCE,
    metadata.METADATA,
    bullets.BULLETS,
    div.DIV,
    literal.MORE,
    underlined.UNDERLINED,
    heading.HEADING,
    html.HTML,
    table.TABLE,
    literal.LITERAL,
    tex.TEX,
    line_block.LINE_BLOCK,
    quote.QUOTE,
    rule.RULE,
    ordered.ORDERED,
    definitions.DEFINITIONS,
    footnote.FOOTNOTE,
    reference.REFERENCE,
    paragraph.PARAGRAPH,
)
"""In the order in which pandoc tries them: the first that begins on a line has it."""
# how an open block takes the lines that are its own, before anything may interrupt it
_GOES_ON: dict[str, Callable[[Reader, int], int]] = {
    "bullets": bullets.goes_on,
    "ordered": ordered.goes_on,
    "definitions": definitions.goes_on,
}
# what a line is to which nothing comes before or behind it, where its shape says it
_ALONE = {"TEXT": ("paragraph", "TEXT"), "BULLET": ("bullets", "BULLET")}


@cache
def _candidates(shape: str, state: str) -> tuple[Callable[[Reader, int], int], ...]:
    """What may begin on a line of a shape in a state, in order."""
    return tuple(
        construct.begins
        for construct in CONSTRUCTS
        if (state in ENDED or state in construct.interrupts) and (not construct.shapes or shape in construct.shapes)
    )


def read(reader: Reader) -> list[Run]:
    """Read all lines; the blocks."""
    index, count = 0, len(reader.texts)
    while index < count:
        index = _line(reader, index)
    return reader.runs


def _line(reader: Reader, index: int) -> int:
    """Read the line at an index, and those that go with it; the index of the next."""
    shape = reader.shapes[index]
    if shape == "BLANK":
        return reader.blank(index)
    opened = reader.open
    if shape == "TEXT" and opened is not None and opened.state in IN_LIST:
        end = lists.lazy(reader, index)
        if end > index:
            return end
    if opened is not None and opened.rule in _GOES_ON:
        end = _GOES_ON[opened.rule](reader, index)
        if end:
            return end
    for begins in _candidates(shape, reader.state):
        end = begins(reader, index)
        if end:
            return end
    return reader.take(index, "LAZY")


def blocks(
    texts: Sequence[str],
    *,
    item: bool = False,
    title: bool = False,
    ended: bool = True,
    shapes: Sequence[str | None] | None = None,
) -> list[Run]:
    """The blocks of a text given as lines (tabs expanded, no CR, no LF).

    `item`: it is the inside of a list item; `title`: it may begin with a title block; `ended`: a blank line is behind
    the text, which ends a table (pandoc takes a definition without one); `shapes`: those of the lines, where known.
    """
    if len(texts) == 1:
        shape = (shapes[0] if shapes is not None else None) or shape_of(texts[0])
        if shape in _ALONE:
            rule, terminal = _ALONE[shape]
            return [Run(rule, [(terminal, 0, shape)])]
    return read(Reader(texts, item, title, ended, shapes))


__all__ = ["CONSTRUCTS", "Run", "blocks", "indentation", "read"]
