"""What a line is by its shape alone, before anything is known of the lines around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from grammar.markers import MARKER

# (patterns are compiled when a line first begins like one: that is most of what a start would cost)
_NUMERAL = (
    r"[ ]{0,3}(?!p\.[ ][0-9])(?:\(?(?:[0-9]{1,9}|@[\w-]*|\#|[ivxlcdm]+|[IVXLCDM]+|[A-Za-z])\)"
    r"|(?:[0-9]{1,9}|\#|@[\w-]*|[ivxlcdm]+|[a-z])\."
    r"|(?:[IVXLCDM]{2,}\.)|[A-Z]\.(?=[ ]{2}|[ ]?\Z))(?=[ ]|\Z)"
)
_BULLET = rf" {{0,3}}{MARKER}(?= |\Z)"
_RULE = r" {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})\Z"
_FENCE = r" {0,3}(?:`{3,}|~{3,})"
_DEFINED = r" {0,2}[:~](?= )"
_NUMBERED = "1"  # stands for all letters and digits
# by the first character that is no space: the shapes that it may begin, the first that matches is it
_BEGINS: dict[str, tuple[tuple[str, str], ...]] = {
    "#": (("HEADING", r"#+(?= |\Z)"), ("ORDERED", _NUMERAL)),
    "=": (("EQUALS", r"=+ *\Z"),),
    "-": (("DASHES", r"-+ *\Z"), ("RULE", _RULE), ("BULLET", _BULLET)),
    "*": (("RULE", _RULE), ("BULLET", _BULLET)),
    "_": (("RULE", _RULE),),
    "+": (("BULLET", _BULLET), ("GRID", r"\+(?:[-=:]+\+)+ *\Z")),
    "`": (("FENCE", _FENCE),),
    "~": (("FENCE", _FENCE), ("DEFINED", _DEFINED)),
    ":": (("DEFINED", _DEFINED), ("DIV", r":{3,}")),
    ">": (("QUOTE", r" {0,3}>"),),
    "|": (("BARS", r"\|(?= |\Z)"),),
    "[": (("NOTE", r" {0,3}\[\^[^\]\s]+\]:"), ("REFERENCE", r" {0,3}\[(?:[^\[\]\\]|\\[^\n])+\]:")),
    "<": (("HTML", r" {0,3}<(?=[A-Za-z/!?])"),),
    "\\": (("TEX", r" {0,3}\\[A-Za-z]"),),
    "%": (("PERCENT", "%"),),
    "(": (("ORDERED", _NUMERAL),),
    "@": (("ORDERED", _NUMERAL),),
    _NUMBERED: (("ORDERED", _NUMERAL),),
}
SHAPES = ("BLANK", "CODE", *dict.fromkeys(shape for begins in _BEGINS.values() for shape, _ in begins), "TEXT")


@cache
def _may_begin(char: str) -> tuple[tuple[str, Callable[[str], object]], ...]:
    """The shapes that a character may begin, each with what matches it; compiled when a line first begins so."""
    return tuple((shape, re.compile(pattern).match) for shape, pattern in _BEGINS[char])


def shape_of(text: str) -> str:
    """The shape of a line (tabs expanded, no CR, no LF): one of `SHAPES`."""
    inside = text.lstrip(" ")
    if not inside:
        return "BLANK"
    if text.startswith("    "):
        return "CODE"
    first = inside[0]
    if first not in _BEGINS:
        if not (first.isascii() and first.isalnum() and inside.partition(" ")[0][-1] in ".)"):
            return "TEXT"
        first = _NUMBERED
    for shape, matches in _may_begin(first):
        if matches(text):
            return shape
    return "TEXT"


def shapes(texts: Sequence[str], known: Sequence[str | None] | None = None) -> list[str]:
    """The shapes of lines, some of which are `known`, and of a blank line that is added at the end."""
    if known is None:
        return [*map(shape_of, texts), "BLANK"]
    return [*(shape or shape_of(text) for text, shape in zip(texts, known, strict=True)), "BLANK"]
