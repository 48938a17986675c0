"""Ordered lists, with numbers, letters, roman numerals, `#` or `@`."""

from __future__ import annotations

import re

from grammar.pandoc.constructs import lists
from grammar.pandoc.reader import IN_LIST, Construct, Reader

_WIDE = r"#(?=\)|\.(?: {2}|$))"  # behind capitals, "." wants two spaces: "B. Russell" is a name
_NUMERALS = (  # a list's first numeral, and the others; "i" is a number, other letters are letters
    ("[0-9]+", "[0-9]+|#"),
    (r"@[\w-]*", r"@[\w-]*|#"),
    ("#", "#|[0-9]+"),
    ("i", "[ivxlcdm]+|#"),
    ("I", rf"[IVXLCDM]+|{_WIDE}"),
    ("[a-z]", "[a-z]|#"),
    ("[a-z]+", "[ivxlcdm]+|#"),
    ("[A-Z]", rf"[A-Z]|{_WIDE}"),
    ("[A-Z]+", rf"[IVXLCDM]+|{_WIDE}"),
)


def _begins(reader: Reader, index: int) -> int:
    end = lists.item(reader, index, "ordered", "ORDERED", lists.NUMBER)
    assert reader.open is not None
    reader.open.more = _more(reader.texts[index]).match
    return end


def goes_on(reader: Reader, index: int) -> int:
    """Take a line below an open list: one of its item, or its next item; 0 for others."""
    end = lists.goes_on(reader, index)
    if end:
        return end
    more = reader.open.more if reader.open is not None else None
    if more is not None and reader.shapes[index] == "ORDERED" and more(reader.texts[index]):
        return lists.item(reader, index, "ordered", "ORDERED", lists.NUMBER)
    return 0


def _more(text: str) -> re.Pattern[str]:
    """How the items behind a list's first one begin: the same numerals, or `#`, in the same marks."""
    first = re.match(r" {0,3}(\(?)([@#\w-]+)([.)])", text)
    assert first is not None
    begin, numeral, end = first.groups()
    kind = next(also for one, also in _NUMERALS if re.fullmatch(one, numeral))
    return re.compile(rf" {{0,3}}{re.escape(begin)}(?:{kind}){re.escape(end)}")


ORDERED = Construct("ordered list", _begins, ("ORDERED",), IN_LIST)
