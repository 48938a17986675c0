"""TeX that is a block: an environment, or a line of macros."""

from __future__ import annotations

import re
from bisect import bisect_left

from grammar.pandoc.reader import ITEM_TEXT, PARAGRAPH, Construct, Missed, Reader

_ENDING = "\\end{"
_ENVIRONMENT_END = r"\\end\{([A-Za-z*]+)\}"

_TEX = (
    r"( {0,3})\\(begin\s*\{(?P<name>[A-Za-z*]+)\}"
    r"|[A-Za-z]+\*?(?:\s*(?:\[[^\]]*\]|\{[^{}]*\}))*\s*$"
    r"|(?:def|let|newcommand|renewcommand|newenvironment)\b)"
)
# what TeX takes for an argument of a macro on the line above: a number, with a unit or without, or an option
_ARGUMENT = r" *(?:[-=]?[0-9]+(?:pt|pc|in|bp|cm|mm|dd|cc|sp|ex|em)?(?![A-Za-z0-9])|\[[^\[\]]*\])(.*)$"


def _ends(text: str) -> bool:
    return _ENDING in text


def _begins(reader: Reader, index: int) -> int:
    end = _end(reader, index)
    if not end:
        return 0
    reader.leave(index, end, "TeX")
    if reader.shapes[end] == "CODE" and reader.texts[end].lstrip()[0].isalnum():
        # pandoc skips the spaces behind TeX, so that no literal begins here
        reader.begin("paragraph", end, "TEXT", ITEM_TEXT if reader.item else PARAGRAPH)
        return end + 1
    return end


def _end(reader: Reader, index: int) -> int:
    match = re.match(_TEX, reader.texts[index])
    if match is None:
        return 0
    if match["name"]:
        return _environment_end(reader, index, match["name"])
    if match[1]:  # a macro begins a block in the first column only
        return 0
    argument = re.match(_ARGUMENT, reader.texts[index + 1]) if index + 1 < len(reader.texts) else None
    if argument is None:
        return index + 1
    return 0 if argument[1].strip() else index + 2


def _environment_end(reader: Reader, index: int, name: str) -> int:
    """The index behind the line that ends an environment; 0 without one."""
    if reader.line_of(_ENDING, index, _ends) < 0:
        return 0
    if reader.environments is None:  # for all names at once: each may be another one
        reader.environments = {}
        for n, text in enumerate(reader.texts):
            if _ends(text):
                for found in re.finditer(_ENVIRONMENT_END, text):
                    reader.environments.setdefault(found[1], []).append(n)
    places = reader.environments.get(name, [])
    at = bisect_left(places, index)
    if at < len(places):
        return places[at] + 1
    reader.missed[_ENDING] = Missed(_ENDING, _ends)
    return 0


TEX = Construct("TeX", _begins, ("TEX",))
