"""Underlined headings: a line over a row of `=` or `-`."""

from __future__ import annotations

from grammar.pandoc.constructs.lists import may_end_item
from grammar.pandoc.reader import IN_LIST, Construct, Reader


def _begins(reader: Reader, index: int) -> int:
    if reader.shapes[index + 1] not in ("EQUALS", "DASHES") or not may_end_item(reader, index):
        return 0
    return reader.whole("underlined", ("OVER", "UNDERLINE"), index)


UNDERLINED = Construct("underlined heading", _begins, interrupts=IN_LIST)
