"""One statement of security support outside SUPPORT.md, and what became of it when it was held against the rows."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["agrees", "contradiction", "label", "missing", "unmarked", "near"]
Polarity = Literal["yes", "no", "unstated"]


class Place(NamedTuple):
    """A line of a file of the tree: its path as the tree has it, the line from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Statement(NamedTuple):
    """What a source says of one thing.

    `subject`: the thing, in the source's words or as the map names it; `group`: the class that it belongs to
    (`kconfig`, `docs`, or the class of a list: `network`); `variant`: an architecture or the like, None for all;
    `says`: the words that count, None where the source is silent; `polarity`: whether there is security support by
    these words; `label`: the label of the vocabulary that the words are, None where they are none; `heading`: the
    heading, symbol or item that the map knows it by.
    """

    subject: str
    group: str
    variant: str | None
    says: str | None
    polarity: Polarity
    place: Place
    label: str | None = None
    heading: str = ""


class Near(NamedTuple):
    """A row of a like name: its key, its words, and how the two differ (`two digits swapped`)."""

    row: str
    name: str
    how: str


class Finding(NamedTuple):
    """A statement held against the rows of a SUPPORT.md.

    `row`, `status`, `line`: the row's key, value, and line from 1, all None without a row; `section`: the line of the
    heading that it belongs to where there is no row, None where there is none either; `near`: a row that may be meant;
    `note`: why it counts as said without a row of its own.
    """

    kind: Kind
    statement: Statement
    row: str | None = None
    status: str | None = None
    line: int | None = None
    section: int | None = None
    near: Near | None = None
    note: str | None = None
