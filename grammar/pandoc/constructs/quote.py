"""Block quotes: a line behind `>`, and all below it up to a blank line or a fence."""

from __future__ import annotations

from grammar.pandoc.constructs.fence import ends_text
from grammar.pandoc.reader import Construct, Reader


def _begins(reader: Reader, index: int) -> int:
    return reader.leave(index, reader.through(index, lambda n: not ends_text(reader, n)), "block quote")


QUOTE = Construct("block quote", _begins, ("QUOTE",))
