"""What bullet lists and ordered lists share: an item's first lines, the indented rest of it, the blank lines after it.

A fence ends only an item's first lines; a list of the other kind ends an item anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from grammar.markers import MARKER
from grammar.pandoc.reader import ENDED, INDENTED, MARKED, Reader, indentation

BULLET = rf"( {{0,3}}{MARKER})( *)"
NUMBER = r"( {0,3}\(?[@#\w-]+[.)])( *)"
_ANY = r" *(?:[*+-]|\(?[@#\w-]+[.)])(?: |$)"


@cache
def _matcher(pattern: str) -> Callable[[str], re.Match[str] | None]:
    """What matches a pattern, which is compiled when it is first needed."""
    return re.compile(pattern).match


def text_column(text: str, pattern: str = BULLET) -> int:
    """The column in which the text of an item begins, and has to go on; `text` is the item's first line."""
    match = _matcher(pattern)(text)
    assert match is not None
    blanks = len(match[2])
    return len(match[1]) + (blanks if blanks <= 4 else 1)


def goes_on(reader: Reader, index: int) -> int:
    """Take a line that belongs to the item of an open list by its indentation; 0 for others."""
    opened, text = reader.open, reader.texts[index]
    assert opened is not None
    if indentation(text) < opened.continuation:
        return 0
    # directly below an item's first lines only what would end them begins the indented rest
    if opened.state == MARKED and reader.shapes[index] != "FENCE" and not _matcher(_ANY)(text):
        return reader.take(index, "LAZY")
    return reader.take(index, "ITEM", INDENTED)


def lazy(reader: Reader, index: int) -> int:
    """Take the lines from one on that can only go on the text of an item: plain ones, less indented than the item's
    text in a list; the index behind them.
    """
    opened, shapes, texts = reader.open, reader.shapes, reader.texts
    assert opened is not None
    column = " " * opened.continuation or "\n"
    while shapes[index] == "TEXT" and not texts[index].startswith(column):
        opened.lines.append(("LAZY", index, "TEXT"))
        index += 1
    return index


def item(reader: Reader, index: int, rule: str, terminal: str, pattern: str) -> int:
    """An item's first line, in the list that is open if it is of this kind; the index behind it."""
    if reader.open is None or reader.open.rule != rule:
        reader.begin(rule, index, terminal, MARKED)
    else:
        reader.take(index, terminal, MARKED)
    assert reader.open is not None
    reader.open.continuation = text_column(reader.texts[index], pattern)
    return index + 1


def may_end_item(reader: Reader, index: int) -> bool:
    """Whether another block than a list may begin on a line here.

    What begins like an item of an ordered list ends an item's text even where it is a heading over a row of dashes, or
    the head of a table; nothing else of that kind does.
    """
    return reader.state in ENDED or reader.shapes[index] == "ORDERED"
