"""Quotation marks that pandoc would pair up in a way that costs words or mark-up.

A quotation loses the blanks inside its marks, and one that is not closed runs on beyond the end of the emphasis around
it (pandoc's `singleQuoted` and `doubleQuoted`).  All others come back as they stand.
"""

from __future__ import annotations

from collections.abc import Container, Sequence


def plain_word(char: str) -> bool:
    """Whether pandoc surely takes a character for part of a word; its Unicode tables may be older than ours."""
    return char != "" and char < "\u0530" and char.isalnum()


def misread_quotes(text: str, places: Sequence[int], ends: Container[int], *, closed: bool) -> list[int]:
    """The offsets, of the quotation marks at `places` of one element's own words, that need a backslash.

    `ends`: the offsets right behind emphasis, where no quotation begins.  `closed`: emphasis ends behind the element,
    so that none may be left open.
    """
    found: list[int] = []
    opened: list[int] = []
    crossed = False  # a quotation overlaps another: what is open now is anybody's guess
    for at in places:
        mark, before, behind = text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        may_close = mark == '"' or not plain_word(behind)
        open_here = [start for start in opened if text[start] == mark and start < at - 1]
        if may_close and before.isspace() and (open_here or crossed):
            found.append(at)
        elif may_close and open_here:
            crossed = crossed or opened[-1] != open_here[-1]
            del opened[opened.index(open_here[-1]) :]
        elif not plain_word(before) and at not in ends and behind.strip():
            opened.append(at)
    if closed:
        found = list(places) if crossed else sorted([*found, *opened])
    return found
