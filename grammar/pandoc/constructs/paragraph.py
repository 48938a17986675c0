"""Paragraphs: what nothing else is."""

from __future__ import annotations

from grammar.pandoc.reader import ITEM_TEXT, Construct, Reader
from grammar.pandoc.reader import PARAGRAPH as OPEN


def _begins(reader: Reader, index: int) -> int:
    reader.begin("paragraph", index, "TEXT", ITEM_TEXT if reader.item else OPEN)
    return index + 1


PARAGRAPH = Construct("paragraph", _begins)
