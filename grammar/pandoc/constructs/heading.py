"""Headings: a row of `#` and a space in the first column."""

from __future__ import annotations

from grammar.pandoc.reader import Construct, Reader


def _begins(reader: Reader, index: int) -> int:
    return reader.whole("heading", ("HEADING",), index)


HEADING = Construct("heading", _begins, ("HEADING",))
