"""A file beside its siblings: which row is which, how much each promises, where the nearest thing to a row is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from convert.lint.registry import Context, Sibling
from convert.lint.rules.parts import sections_by_keys
from convert.names.spelling import meant_status
from convert.trees.version import tree_name
from grammar.labels import RANK
from grammar.record import record
from grammar.rows import Row
from grammar.source import Span
from grammar.status import size

if TYPE_CHECKING:
    from convert.names.pairing import Entry
    from convert.names.rows import Loose

Keys = tuple[str, ...]
# how much a label promises on function, security support being equal; one that is not here is at the top
_FUNCTION = {
    "Supported, not security supported": 5,
    "Tech Preview, with limited support": 4,
    "Tech Preview": 3,
    "Experimental": 2,
    "Obsolete": 2,
    "No security support": 2,
    "Not supported": 1,
    "Not functional": 1,
    "Not implemented": 1,
}
_TOP = 7


@record(frozen=True, eq=False)
class Compared:
    """A sibling, and which of its headings and rows is which of this file.

    `gone`, `fresh`: the headings that only this file or only the sibling has; `lost`, `found`: the same of rows.
    """

    sibling: Sibling
    gone: tuple[Entry, ...]
    fresh: tuple[Entry, ...]
    lost: tuple[Loose, ...]
    found: tuple[Loose, ...]
    rows: Mapping[Keys, Row]
    headings: Mapping[Keys, Entry]

    def other(self, row: Row) -> Row | None:
        """The sibling's row for one of this file."""
        return self.rows.get(row.keys)

    def above(self, keys: Keys) -> Iterator[Entry]:
        """This file's headings for a heading of the sibling and those above it, from the nearest on."""
        return (self.headings[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in self.headings)


def siblings(context: Context) -> list[Compared]:
    """The file beside each of its siblings, once a file."""
    if "siblings" not in context.memo:
        context.memo["siblings"] = [_compared(context, sibling) for sibling in context.siblings]
    found: list[Compared] = context.memo["siblings"]
    return found


def _compared(context: Context, sibling: Sibling) -> Compared:
    from convert.names.pairing import entries
    from convert.names.rows import match

    if "entries" not in context.memo:
        context.memo["entries"] = entries(context.parsed.document)
    names = tree_name(context.name) if context.name else None, tree_name(sibling.name)
    found = match(context.memo["entries"], entries(sibling.document), context.aliases, names)
    headings = {theirs.keys: mine for mine, theirs in found.headings.both}
    return Compared(sibling, found.headings.gone, found.headings.fresh, found.gone, found.fresh, found.new_of, headings)


def statuses(context: Context) -> Iterator[Row]:
    """The file's statuses."""
    return (row for row in context.rows if row.kind == "status")


def promise(row: Row) -> tuple[int, int] | None:
    """How much a status promises, on security first; None where it does not say."""
    meant = meant_status(row.status)
    return None if meant.security == "unstated" else (RANK[meant.security], _FUNCTION.get(meant.label or "", _TOP))


def more(row: Row, other: Row) -> bool:
    """Whether a status promises more than another, or goes further."""
    mine, theirs = promise(row), promise(other)
    if mine is None or theirs is None:
        return False
    a, b = row.reading.limit, other.reading.limit
    if mine != theirs or a is None or b is None:
        return mine > theirs
    (value, unit), (most, same) = size(a), size(b)
    return unit == same and value > most


def feature(row: Row) -> str:
    """The words of a row's heading."""
    return row.path[-2] if row.qualifier and len(row.path) > 1 else row.path[-1]


def named(row: Row) -> str:
    """A row for people: its heading, and its qualifier."""
    return " / ".join(row.path[-2:] if row.qualifier else row.path[-1:])


def nearest(row: Row, compared: Compared, context: Context) -> Span | None:
    """Where this file speaks of the nearest thing to a row of the sibling: the heading, or the one above it."""
    entry = next(compared.above(row.keys), None)
    if entry is None:
        return None
    if "headings" not in context.memo:
        found = sections_by_keys(context.parsed.document)
        context.memo["headings"] = {keys: section.heading.span for keys, section in found}
    spans: dict[Keys, Span] = context.memo["headings"]
    return spans.get(entry.keys)
