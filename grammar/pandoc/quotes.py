"""Quotation marks that pandoc would pair up in a way that costs words or mark-up.

A quotation loses the blanks inside its marks, and one that is not closed runs on beyond the end of the emphasis around
it (pandoc's `singleQuoted` and `doubleQuoted`).  All others come back as they stand.
"""

from __future__ import annotations

from collections.abc import Container, Sequence


def plain_word(char: str) -> bool:
    """Whether pandoc surely takes a character for part of a word; its Unicode tables may be older than ours."""
    return char != "" and char < "\u0530" and char.isalnum()


def _other(char: str) -> bool:
    """Whether pandoc surely takes a character for no part of a word."""
    return char < "\x80" and not char.isalnum()


def misread_quotes(text: str, places: Sequence[int], ends: Container[int], *, closed: bool) -> list[int]:
    """The offsets, of the quotation marks at `places` of one element's own words, that need a backslash.

    `ends`: the offsets right behind emphasis, where no quotation begins.  `closed`: emphasis ends behind the element,
    so that none may be left open.
    """
    found: list[int] = []
    opened: dict[str, list[int]] = {'"': [], "'": []}
    crossed = False  # a quotation overlaps another, or what is beside it may be a word: what is open is a guess
    for at in places:
        mark, before, behind = text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if mark == "'" and not (plain_word(behind) or _other(behind)):
            crossed = True
        may_close = mark == '"' or not plain_word(behind)
        mine, others = opened[mark], opened["'" if mark == '"' else '"']
        empty = bool(mine) and mine[-1] == at - 1  # there is no empty quotation
        crossed = crossed or empty
        last = len(mine) - (2 if empty else 1)
        if may_close and before.isspace() and (last >= 0 or crossed):
            found.append(at)
        elif may_close and last >= 0:
            while others and others[-1] > mine[last]:
                others.pop()
                crossed = True
            del mine[last:]
        elif not plain_word(before) and at not in ends and behind.strip():
            crossed = crossed or before == "." or not _other(before)
            mine.append(at)
    if closed:
        found = list(places) if crossed else sorted([*found, *opened['"'], *opened["'"]])
    return found
