"""A workbook as every reader delivers it: tabs of rows of cells, nothing interpreted yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from convert.failure import Failure
from grammar.diagnostic import Diagnostic


class SheetError(Failure):
    """The input cannot be read as a workbook; the message is for people, one line, exit status 2."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a cell's text with one format.  `text` may hold line breaks (LF)."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as people see it.

    `runs` join to the rendered text, struck runs included.  `note` is its note or comment (discussion, never
    published).  `number` is true where a number, not a text, is stored: `runs` then hold it as its number format
    renders it.  `broken` names why there is no value (`formula without a stored value`, `#REF!`).  `rows` and
    `columns` are the extent of a merge anchored here (1, 1: none); cells that a merge covers are None in their row.
    """

    runs: tuple[Run, ...] = ()
    note: str | None = None
    number: bool = False
    broken: str | None = None
    rows: int = 1
    columns: int = 1

    @property
    def text(self) -> str:
        """All of the text, struck runs included."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` as people count (from 1), `cells` by column from 0, None where blank or covered by a merge."""

    number: int
    cells: tuple[Cell | None, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a workbook, or one table of a document.  Blank rows may be left out of `rows`.

    `section` is the heading that a document's table is under; None for tabs of workbooks.
    """

    title: str
    rows: tuple[Row, ...]
    hidden: bool = False
    hidden_columns: frozenset[int] = frozenset()
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook: its name for messages (no path), its kind, the sha256 of its input in hex, its tabs in order.

    `sha256` is of the file's bytes; for a folder of .csv of the names and bytes of its files in order; for a snapshot
    of its canonical form.
    """

    name: str
    kind: str
    sha256: str
    tabs: tuple[Tab, ...]
    title: str | None = None
    locale: str | None = None
    problems: tuple[Diagnostic, ...] = field(default=())


@cache
def column_name(index: int) -> str:
    """`A` for 0, `Z` for 25, `AA` for 26."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def place(tab: str, row: int, column: int) -> str:
    """A cell as people find it: `Features!F23` for row 23 (from 1) and column 5 (from 0)."""
    return f"{tab}!{column_name(column)}{row}"
