"""Rules: three or more of `*`, `-` or `_` on a line of their own."""

from __future__ import annotations

from grammar.pandoc.reader import Construct, Reader


def _begins(reader: Reader, index: int) -> int:
    if reader.shapes[index] == "DASHES" and len(reader.texts[index].rstrip()) < 3:
        return 0
    return reader.leave(index, index + 1, "rule")


RULE = Construct("rule", _begins, ("RULE", "DASHES"))
