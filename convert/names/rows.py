"""Which row of one file is which of another: the one answer that lint, diff, matrix and history give."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from convert.names.aliases import Aliases
from convert.names.pairing import Entry, Pairs, Trees, pair
from grammar.record import record
from grammar.rows import Row


class Loose(NamedTuple):
    """A row that only one side has, its heading, and that heading's counterpart on the other side, if there is one."""

    row: Row
    entry: Entry
    other: Entry | None


@record(frozen=True)
class Match:
    """Two files side by side.

    `headings`: which heading is which; `rows`: the pairs (old, new) of rows that are one, in the new file's order, each
    with its heading on both sides; `aliased`: those of them that only an alias of their keys joins; `gone`, `fresh`:
    the rows that one side alone has.
    """

    headings: Pairs
    rows: tuple[tuple[Loose, Loose], ...]
    aliased: tuple[tuple[Loose, Loose], ...]
    gone: tuple[Loose, ...]
    fresh: tuple[Loose, ...]

    @property
    def old_of(self) -> dict[tuple[str, ...], Row]:
        """The old file's row for each row of the new one that has one, by the new row's keys."""
        return {new.row.keys: old.row for old, new in self.rows}

    @property
    def new_of(self) -> dict[tuple[str, ...], Row]:
        """The new file's row for each row of the old one that has one, by the old row's keys."""
        return {old.row.keys: new.row for old, new in self.rows}


def match(old: Entry, new: Entry, aliases: Aliases, trees: Trees = (None, None)) -> Match:
    """Which heading and which row of the old file is which of the new one.

    Headings as `pair` has them.  Below headings that are one, rows with equal ends of their keys are one (case and
    punctuation of a qualifier do not matter); then those, wherever they are, whose keys an alias joins.
    `trees`: the names of the two trees, for aliases of single trees.  Nothing is taken for another by likeness.
    """
    headings = pair(old, new, aliases, trees)
    rows: list[tuple[Loose, Loose]] = []
    gone: list[Loose] = []
    fresh: list[Loose] = []
    for one, other in headings.both:
        if not one.rows and not other.rows:
            continue
        before, after = by_suffix(one), by_suffix(other)
        rows += [
            (Loose(before[end], one, other), Loose(row, other, one)) for end, row in after.items() if end in before
        ]
        gone += [Loose(row, one, other) for end, row in before.items() if end not in after]
        fresh += [Loose(row, other, one) for end, row in after.items() if end not in before]
    gone += _alone(headings.gone)
    fresh += _alone(headings.fresh)
    aliased: list[tuple[Loose, Loose]] = []
    if aliases.entries and gone and fresh:
        aliased = list(_aliased(gone, fresh, aliases, trees))
        taken = {id(loose) for both in aliased for loose in both}
        rows += aliased
        gone = [loose for loose in gone if id(loose) not in taken]
        fresh = [loose for loose in fresh if id(loose) not in taken]
    order = {id(entry): n for n, entry in enumerate(new.walk())}
    rows.sort(key=lambda both: order[id(both[1].entry)])
    return Match(headings, tuple(rows), tuple(aliased), tuple(gone), tuple(fresh))


def by_suffix(entry: Entry) -> dict[str, Row]:
    """An entry's rows by what their keys add to its anchor; empty for the heading's own."""
    return {row.key.removeprefix(row.anchor) if row.qualifier is not None else "": row for row in entry.rows}


def _alone(entries: tuple[Entry, ...]) -> Iterator[Loose]:
    return (Loose(row, entry, None) for entry in entries for row in entry.rows)


def _aliased(gone: list[Loose], fresh: list[Loose], aliases: Aliases, trees: Trees) -> Iterator[tuple[Loose, Loose]]:
    """Rows of any headings whose keys an alias joins."""
    waiting = {aliases.canonical(loose.row.key, trees[0]): loose for loose in gone}
    for loose in fresh:
        before = waiting.pop(aliases.canonical(loose.row.key, trees[1]), None)
        if before is not None:
            yield before, loose
