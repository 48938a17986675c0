"""Sections that are SUPPORT mark-up at a glance: a heading of plain words, paragraphs of plain words, fields of plain words."""

from __future__ import annotations

import re

from grammar.rows import suffix_of

_WORDS = r"[A-Za-z0-9]+(?:[ ,./-]+[A-Za-z0-9]+)*"
# no line of a paragraph begins as an item of an ordered list does, and none has a colon, as a lost field has
_LINE = r"(?![ivxlcdmIVXLCDM]+[.)])[A-Za-z]{2}[A-Za-z0-9 ,;./()-]*\n"
_FIELD = rf" {{4}}(?:Status|Supported)(?:, {_WORDS})?: {_WORDS}\n"
_SECTION = re.compile(rf"#{{1,6}} [A-Za-z][A-Za-z0-9]*(?: [A-Za-z0-9]+)*\n(?:\n(?:(?:{_LINE})+|(?:{_FIELD})+))*\n*")
_QUALIFIER = re.compile(r"^ {4}[A-Za-z]+(?:, ([^:\n]+))?:", re.M)


def is_plain(section: str) -> bool:
    """Whether a heading with its own text is of these shapes, and so inside the mark-up; `grammar.support.outside` says the same.

    False says nothing.
    """
    if not _SECTION.fullmatch(section):
        return False
    keys = [suffix_of(found[1]) if found[1] else "" for found in _QUALIFIER.finditer(section)]
    return len(keys) == len(set(keys))
