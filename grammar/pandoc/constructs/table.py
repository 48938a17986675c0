"""Tables: with pipes, with a grid, with rows of dashes below the head or around the whole, with a caption above."""

from __future__ import annotations

import re

from grammar.pandoc.constructs.lists import may_end_item
from grammar.pandoc.reader import IN_LIST, Construct, Reader, indentation

_DASHES = r" {0,3}-+(?: +-+)* *$"
# there is no punctuation behind a caption's colon
_CAPTION = r" {0,3}(?::(?![!-#%-*,-/:;?@\[-\]_{}\u2010-\u2027\u2030-\u205e])|[Tt]able:)"
_PIPES = r" {0,3}(?! )\|? *:?-+:? *(?:[|+] *:?-+:? *)*\|? *$"


def _begins(reader: Reader, index: int) -> int:
    if not may_end_item(reader, index):
        return 0
    end = table_end(reader, index)
    return reader.leave(index, end, "table") if end else 0


def table_end(reader: Reader, index: int) -> int:
    """The index behind the table that begins on a line, with its caption; 0 where none begins."""
    text = reader.texts[index]
    if not (text.lstrip(" ").startswith((":", "Table:", "table:")) and re.match(_CAPTION, text)):
        return _bare(reader, index)
    end = reader.behind_blanks(reader.through(index, lambda n: True))  # a caption, or text: never a table's head
    return _bare(reader, end) if end < len(reader.texts) else 0


def _bare(reader: Reader, index: int) -> int:
    """Where the table without a caption above it that begins on a line ends; 0 where there is none."""
    if reader.shapes[index + 1] == "BLANK":
        return 0
    text, below = reader.texts[index], reader.texts[index + 1]
    if "|" in text and re.match(_PIPES, below) and indentation(text) < 4:
        return reader.through(index, lambda n: "|" in reader.texts[n] or n == index + 1)
    if reader.shapes[index] == "GRID":
        return reader.through(index, lambda n: reader.texts[n].startswith(("+", "|")))
    if _columns(below):
        return _headed(reader, index + 2)
    return _ruled(reader, index + 2) if _columns(text) else 0


def _columns(text: str) -> bool:
    """Whether a line is rows of dashes."""
    return text.lstrip(" ")[:1] == "-" and re.match(_DASHES, text) is not None


def _headed(reader: Reader, index: int) -> int:
    """Where a table with a row of dashes below its head ends; its first row is at `index`."""
    end = index - 1
    while reader.shapes[end + 1] != "BLANK":
        end += 1
        if _columns(reader.texts[end]):
            return end + 1 if end > index else 0
    return end + 1 if end >= index and (reader.ended or end + 1 < len(reader.texts)) else 0


def _ruled(reader: Reader, index: int) -> int:
    """Where a table with dashes above it ends: at the second next row of dashes where rows are below the next, else
    there.
    """
    first = reader.line_of("--", index, _columns)
    if first < 0 or reader.shapes[first + 1] == "BLANK":
        return first + 1
    second = reader.line_of("--", first + 1, _columns)
    return second + 1 if second > first + 1 else first + 1


TABLE = Construct("table", _begins, (), IN_LIST)
