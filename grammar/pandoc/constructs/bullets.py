"""Bullet lists."""

from __future__ import annotations

from grammar.pandoc.constructs import lists
from grammar.pandoc.reader import IN_LIST, Construct, Reader


def _begins(reader: Reader, index: int) -> int:
    bullet = reader.shapes[index] == "BULLET" or reader.texts[index].rstrip() == "-"
    return lists.item(reader, index, "bullets", "BULLET", lists.BULLET) if bullet else 0


def goes_on(reader: Reader, index: int) -> int:
    """Take a line below an open list: one of its item, or its next item; 0 for others."""
    end = lists.goes_on(reader, index)
    return end or (_begins(reader, index) if reader.shapes[index] in BULLETS.shapes else 0)


BULLETS = Construct("bullet list", _begins, ("BULLET", "DASHES"), IN_LIST)
