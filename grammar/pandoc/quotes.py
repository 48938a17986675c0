"""Quotation marks that pandoc would pair up in a way that costs words or mark-up.

A quotation loses the spaces inside its marks, and one that is not closed runs on beyond the end of the emphasis around
it (pandoc's `singleQuoted` and `doubleQuoted`).  All others come back as they are.
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
    marks = _Marks(text, ends)
    for at in places:
        marks.take(at)
    if not closed:
        return marks.found
    return list(places) if marks.crossed else sorted([*marks.found, *marks.opened['"'], *marks.opened["'"]])


class _Marks:
    """Quotation marks as they come: `found` need a backslash, `opened` wait for their end.

    `crossed`: a quotation overlaps another, or what is beside it may be a word, so that what is open is a guess.
    """

    __slots__ = ("crossed", "ends", "found", "opened", "text")

    def __init__(self, text: str, ends: Container[int]) -> None:
        self.text, self.ends = text, ends
        self.found: list[int] = []
        self.opened: dict[str, list[int]] = {'"': [], "'": []}
        self.crossed = False

    def take(self, at: int) -> None:
        """The mark at an offset: an end, a beginning, or neither."""
        mark, before, behind = self.text[at], self.text[at - 1 : at] if at else "", self.text[at + 1 : at + 2]
        if mark == "'" and not (plain_word(behind) or _other(behind)):
            self.crossed = True
        mine = self.opened[mark]
        empty = bool(mine) and mine[-1] == at - 1  # there is no empty quotation
        self.crossed = self.crossed or empty
        last = len(mine) - (2 if empty else 1)
        may_close = mark == '"' or not plain_word(behind)
        if may_close and before.isspace() and (last >= 0 or self.crossed):
            self.found.append(at)
        elif may_close and last >= 0:
            self._close(mark, last)
        elif not plain_word(before) and at not in self.ends and behind.strip():
            self.crossed = self.crossed or before == "." or not _other(before)
            mine.append(at)

    def _close(self, mark: str, last: int) -> None:
        mine, others = self.opened[mark], self.opened["'" if mark == '"' else '"']
        while others and others[-1] > mine[last]:
            others.pop()
            self.crossed = True
        del mine[last:]
