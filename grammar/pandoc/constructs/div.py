"""Divs between rows of colons; one that is not closed is text."""

from __future__ import annotations

import re

from grammar.pandoc.reader import Construct, Missed, Reader

_DIV = r":{3,} *(?:[^\s{}:]+|\{[^{}]*\}) *:*$"
_END = r":{3,} *$"


def _ends(text: str) -> bool:
    return re.match(_END, text) is not None


def _begins(reader: Reader, index: int) -> int:
    if not re.match(_DIV, reader.texts[index].rstrip()):
        return 0
    if reader.divs is None:
        reader.divs = _pairs(reader)
    end = reader.divs.get(index, 0)
    if end:
        return reader.leave(index, end, "div")
    reader.missed["div"] = Missed("div", _ends)
    return 0


def _pairs(reader: Reader) -> dict[int, int]:
    """Where each div that is closed ends."""
    found: dict[int, int] = {}
    begun: list[int] = []
    for n, shape in enumerate(reader.shapes):
        if shape != "DIV":
            continue
        if not _ends(reader.texts[n]):
            begun.append(n)
        elif begun:
            found[begun.pop()] = n + 1
    return found


DIV = Construct("div", _begins, ("DIV",))
