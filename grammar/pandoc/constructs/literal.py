"""Literals: lines indented by four columns.  Two of them with only blank lines between are one."""

from __future__ import annotations

from grammar.pandoc.reader import LITERAL as OPEN
from grammar.pandoc.reader import Construct, Reader


def _goes_on(reader: Reader, index: int) -> int:
    """A line below a literal is taken for its own before it is taken for anything from a heading on."""
    return reader.take(index, "CODE") if reader.state == OPEN else 0


def _begins(reader: Reader, index: int) -> int:
    reader.begin("literal", index, "CODE", OPEN)
    return index + 1


MORE = Construct("literal, its next line", _goes_on, ("CODE",))
LITERAL = Construct("literal", _begins, ("CODE",))
