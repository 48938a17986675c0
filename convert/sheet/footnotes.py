"""Footnotes of a table: marks behind statuses (`Supported [1]`), and rows or lines of the layout that have their
texts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from convert.sheet.cell_text import clean, one_line, prose, words
from convert.sheet.cells import Run
from convert.sheet.model import Prose
from convert.sheet.table import Table

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_MARK = r"\[(?:[0-9]{1,3}|[a-z*†‡§]{1,2})\]|\((?:[0-9]{1,3}|[*†‡§]{1,3})\)|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|[*†‡§]{1,3}"
_BEHIND = re.compile(rf"(?P<text>.*?\S)\s*(?P<marks>(?:(?:{_MARK})[\s,]*)+)", re.S | re.I)
_BEFORE = re.compile(
    rf"\s*(?P<mark>{_MARK}|(?:[0-9]{{1,3}}|[*†‡§]{{1,3}})(?=[.):]\s))[.):]?\s+(?P<text>\S.*)", re.S | re.I
)
_ALONE = re.compile(rf"\s*(?:{_MARK}|[0-9]{{1,3}})[.):]?\s*", re.I)


@dataclass(frozen=True, slots=True)
class Note:
    """The text of one footnote, and where it is."""

    blocks: Prose
    place: str


@dataclass(frozen=True, slots=True)
class Footnotes:
    """The footnotes of a table by their marks."""

    texts: Mapping[str, Note] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table, given: Mapping[str, str]) -> Footnotes:
        """Those of the layout (`given`), and those in rows below the headings, which are no rows of the table then."""
        found = {_name(mark): Note(prose((Run(text),)), table.source) for mark, text in given.items()}
        for row in table.tab.rows:
            if row.number <= table.header:
                continue
            filled = [(n, cell.text) for n, cell in enumerate(row.cells) if cell is not None and cell.text.strip()]
            mark = text = ""
            if len(filled) == 1 and (begun := _BEFORE.fullmatch(clean(filled[0][1]))):
                mark, text = begun["mark"], begun["text"]
            elif len(filled) == 2 and _ALONE.fullmatch(clean(filled[0][1])):
                mark, text = filled[0][1].strip().rstrip(".):"), filled[1][1]
            if mark:
                place = words(None, table.place(row.number, filled[-1][0])).place
                found.setdefault(_name(mark), Note(prose((Run(text),)), place))
                table.skipped.add(row.number)
        return cls(found)

    def split(self, text: str) -> tuple[str, list[str]]:
        """A status without the marks behind it, and the marks."""
        found = _BEHIND.fullmatch(text)
        if found is None:
            return text, []
        return found["text"], [_name(mark) for mark in re.findall(_MARK, found["marks"], re.I)]


def _name(mark: str) -> str:
    """A mark for comparison: without brackets, raised digits as digits."""
    return one_line(mark).translate(_SUPERSCRIPTS).strip("[]() ").casefold()
