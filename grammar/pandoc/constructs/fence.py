"""Fenced literals; a fence that nothing closes is text.  Backquotes may follow a paragraph's line, tildes may not."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import partial

from grammar.pandoc.attributes import info
from grammar.pandoc.reader import ITEM_TEXT, MARKED, PARAGRAPH, Construct, Missed, Reader

_MARKS = ("```", "~~~")
_CLOSING = r" {0,3}(`{3,}|~{3,}) *$"
_FENCE = r"( {0,3})(`{3,}|~{3,}) *(.*?) *$"


def closing(reader: Reader, index: int) -> int:
    """The index of the line that closes the fence at an index; 0 where it does not open one."""
    opening = re.match(_FENCE, reader.texts[index])
    if opening is None or info(opening[3]) is None:
        return 0
    char, size = opening[2][0], len(opening[2])
    if reader.fences is None:
        found = ((n, re.match(_CLOSING, text)) for n, text in enumerate(reader.texts) if text.lstrip(" ")[:3] in _MARKS)
        reader.fences = [(n, match[1]) for n, match in found if match is not None]
    key = char * size
    if key not in reader.closings:
        reader.closings[key] = [n for n, marks in reader.fences if marks.startswith(key)]
    below = bisect_right(reader.closings[key], index)
    if below < len(reader.closings[key]):
        return reader.closings[key][below]
    least = char * 3  # of any size: each would be looked for by itself
    reader.missed[least] = Missed(least, partial(_closes, least))
    return 0


def _closes(marks: str, text: str) -> bool:
    """Whether a line closes a fence of these marks."""
    shown = text.strip(" ")
    return shown.startswith(marks) and not shown.strip(marks[0]) and len(text) - len(text.lstrip(" ")) <= 3


def ends_text(reader: Reader, index: int) -> bool:
    """Whether a fence of backquotes begins on a line, which ends a paragraph without a blank line."""
    return reader.shapes[index] == "FENCE" and reader.texts[index].startswith("`") and closing(reader, index) > 0


def _begins(reader: Reader, index: int) -> int:
    text = reader.texts[index]
    if reader.state in (PARAGRAPH, ITEM_TEXT) and not text.startswith("`"):
        return 0
    end = closing(reader, index)
    if not end:
        return 0
    opening = re.match(_FENCE, text)
    assert opening is not None
    what = "raw block" if info(opening[3]) == "raw" else ""
    inside = ["FENCED"] * (end - index - 1)
    return reader.whole("fenced", ["FENCE_OPEN", *inside, "FENCE_CLOSE"], index, what)


FENCE = Construct("fence", _begins, ("FENCE",), frozenset((PARAGRAPH, ITEM_TEXT, MARKED)))
