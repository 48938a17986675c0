"""Texts that are evidently SUPPORT mark-up: headings, paragraphs, fields and lists in which hardly anything is special.

What is evident here `support.lark` accepts too; most files are, and then neither its tables nor its patterns are
needed.  It says nothing of other texts.
"""

from __future__ import annotations

import re

from grammar.fields import DEFINITION_KEYS, RELEASE_KEYS
from grammar.markers import MARKER, MARKERS

_OTHER = r"[^][<^$\\@~`&\n]*+"
_CODE = r"`[^`\n]+`(?![`{])"
# no line begins as an item of an ordered list does, or as a lost field
_LINE = (
    r"(?!\(?(?:[0-9]+|[A-Za-z]|[ivxlcdm]+|[IVXLCDM]+)[.)][ \n]"
    rf"|(?:[Ss]tatus|STATUS|Supported|{'|'.join(RELEASE_KEYS)})\b[^:\n]*:)"
    rf"(?=[A-Za-z0-9\"'(]|(?:\*\*|`)[A-Za-z]){_OTHER}(?:(?:< |&(?!#?\w+;)|{_CODE}){_OTHER})*+\n"
)
# an item's text begins in column 4, and so does what follows it below
_LINES = re.compile(rf"(?:(?:{MARKER}   | {MARKER}  |  {MARKER} |    (?!.*:))?+{_LINE})++")
_FIELDS = re.compile(
    r"(?: {4}(?:Status|Supported)(?:, [^:\n]+)?: \S.*\n)++"
    r"| {4}Xen-Version: \S.*\n(?: {4}(?!Xen-Version:)[A-Z][A-Za-z0-9]*-[-A-Za-z0-9]+: \S.*\n)*+"
    rf"|(?: {{4}}(?:{'|'.join(DEFINITION_KEYS)}):.*\n)++"
)
_LINK = re.compile(r'[A-Z][A-Za-z ]+\n: <a href="[^"<>\n]*">[A-Za-z0-9 ]*</a>\n')
_ITEMS = (" ", *(f"{mark} " for mark in MARKERS))  # how a list begins
_LEVELS = frozenset("#" * level for level in range(1, 7))


def is_evident(text: str) -> bool:
    """Whether all of a text, which ends with a blank line, is of these shapes; `grammar.support.refusals` finds nothing
    in it then.

    False says nothing.
    """
    first, _, rest = text.partition("\n\n")
    blocks = rest if first.startswith("%") and "\n" not in first else text
    headed = free = listed = False  # fields come below a heading, not directly behind fields or a list
    for block in blocks.split("\n\n"):
        lines = block.lstrip("\n") + "\n"
        if lines == "\n":
            continue
        if lines.startswith("#"):
            level, _, words = lines.partition(" ")
            if level not in _LEVELS or words.count("\n") > 1 or words.startswith(_ITEMS) or not _LINES.fullmatch(words):
                return False
            headed, free, listed = True, True, False
        elif lines.startswith("    ") and not listed:
            if not free or not _FIELDS.fullmatch(lines):
                return False
            free = False
        elif _LINES.fullmatch(lines):
            listed = lines.startswith(_ITEMS)
            free = headed and not listed
        elif headed and _LINK.fullmatch(lines):
            free = listed = False
        else:
            return False
    return True
