"""One feature through the commits, and who last changed what each row means: snapshots in, lists out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from convert.matrix.build import change as compare
from convert.names.aliases import Aliases
from convert.names.pairing import Entry, entries, folded, pair
from grammar.nodes import Section
from grammar.parser import parse
from grammar.rows import Row
from grammar.source import Source
from grammar.status import fold_label

Kind = Literal["added", "removed", "lost", "status", "renamed", "moved", "description", "caveat"]
_FIELD = re.compile(r"\s*(?:Status|Supported)(?:,[^:]*)?:\s")
Graph = Sequence[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A SUPPORT.md as one commit has it; `broken` are the paths of keys where it has errors (empty path: above all headings)."""

    root: Entry
    broken: frozenset[tuple[str, ...]] = frozenset()


EMPTY = Snapshot(Entry((), (), (), "", "", ()))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a feature is in a snapshot; `part`: the end of the key (`--x86`) when only that row is meant."""

    entry: Entry
    part: str | None = None

    def rows(self) -> dict[str, Row]:
        """Its rows by the end of their keys, empty for the heading's own."""
        rows = {row.key.removeprefix(self.entry.anchor): row for row in self.entry.rows}
        return rows if self.part is None else {part: row for part, row in rows.items() if part == self.part}


@dataclass(frozen=True, slots=True)
class Step:
    """One change of meaning: `old` and `new` are statuses, paths or texts, None where there is none.

    `effect`, for a status: better, worse, security-lost or text.
    """

    kind: Kind
    key: str
    old: str | None
    new: str | None
    effect: str | None = None


@dataclass(frozen=True, slots=True)
class Blame:
    """A row and the commit that last changed its meaning."""

    row: Row
    commit: str


def snapshot(name: str, data: bytes) -> Snapshot:
    """Read a file for its meaning."""
    source = Source(name, data)
    parsed = parse(source)
    broken: set[tuple[str, ...]] = set()
    spans = list(_own_spans(parsed.document.sections, ()))
    for found in parsed.diagnostics:
        if found.severity == "error" and found.span:
            broken.add(next((keys for start, end, keys in spans if start <= found.span.start < end), ()))
    return Snapshot(entries(parsed.document), frozenset(broken))


def _own_spans(sections: Sequence[Section], above: tuple[str, ...]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    for section in sections:
        keys = (*above, section.heading.anchor)
        yield section.span.start, section.sections[0].span.start if section.sections else section.span.end, keys
        yield from _own_spans(section.sections, keys)


def locate(where: Snapshot, feature: str, aliases: Aliases) -> tuple[Place, ...]:
    """What a heading, an anchor or a row key means in a snapshot, with the aliases file followed both ways."""
    wanted = aliases.canonical(feature)
    by_heading = [
        Place(entry)
        for entry in where.root.walk()
        if entry.keys and wanted in map(aliases.canonical, (entry.name, entry.anchor))
    ]
    if by_heading:
        return tuple(by_heading)
    by_row = [
        Place(entry, row.key.removeprefix(entry.anchor))
        for entry in where.root.walk()
        for row in entry.rows
        if aliases.canonical(row.key) == wanted
    ]
    return tuple(by_row or _aliased_rows(where, feature, aliases))


def _aliased_rows(where: Snapshot, feature: str, aliases: Aliases) -> Iterator[Place]:
    """`new-name--x86` where the aliases file joins the headings and this snapshot has the old one."""
    anchor, mark, part = feature.rpartition("--")
    for place in locate(where, anchor, aliases) if mark and anchor and aliases.entries else ():
        if place.part is None and f"--{part}" in place.rows():
            yield Place(place.entry, f"--{part}")


def names(where: Snapshot) -> Iterator[str]:
    """The headings and row keys that can be asked for."""
    for entry in where.root.walk():
        if entry.keys:
            yield entry.name
            yield from (row.key for row in entry.rows)


def steps(old: Snapshot, new: Snapshot, feature: str, aliases: Aliases) -> tuple[Step, ...]:
    """How the meaning of a feature changed between two snapshots; none for another wrapping or another place in the same section."""
    before, after = list(locate(old, feature, aliases)), list(locate(new, feature, aliases))
    found: list[Step] = []
    for elsewhere in (False, True):
        for one in list(before):
            other = next(
                (b for b in after if b.part == one.part and (elsewhere or b.entry.keys == one.entry.keys)), None
            )
            if other is not None:
                before.remove(one)
                after.remove(other)
                found += _between(one, other, new)
    for one in before:
        lost: Kind = "lost" if new.broken - old.broken else "removed"
        found += [Step(lost, row.key, row.status, None) for row in one.rows().values()] or [_heading(lost, one, None)]
    for one in after:
        found += [Step("added", row.key, None, row.status) for row in one.rows().values()] or [
            _heading("added", None, one)
        ]
    return tuple(found)


def _heading(kind: Kind, old: Place | None, new: Place | None) -> Step:
    paths = [" / ".join(place.entry.path) if place else None for place in (old, new)]
    place = new or old
    return Step(kind, place.entry.anchor if place else "", *paths)


def _between(old: Place, new: Place, file: Snapshot) -> Iterator[Step]:
    if folded(old.entry.name) != folded(new.entry.name):
        yield Step("renamed", new.entry.anchor, old.entry.name, new.entry.name)
    if old.entry.keys[:-1] != new.entry.keys[:-1]:
        yield _heading("moved", old, new)
    before, after = old.rows(), new.rows()
    for part, row in before.items():
        if part not in after:
            yield Step("lost" if new.entry.keys in file.broken else "removed", row.key, row.status, None)
    for part, row in after.items():
        was = before.get(part)
        if was is None:
            yield Step("added", row.key, None, row.status)
        elif fold_label(was.status) != fold_label(row.status):
            yield Step("status", row.key, was.status, row.status, compare(was, row))
    if new.part is None:
        texts: tuple[tuple[Kind, str, str], ...] = (
            ("description", _words(old.entry.description), _words(new.entry.description)),
            ("caveat", _words(old.entry.caveats), _words(new.entry.caveats)),
        )
        for kind, text, now in texts:
            if text != now:
                yield Step(kind, new.entry.anchor, text or None, now or None)


def _words(text: str) -> str:
    """Prose without the lines that are fields by intention: rows that were lost, and nobody's caveats."""
    return "\n".join(line for line in text.split("\n") if not _FIELD.match(line))


def changes(
    graph: Graph, snapshots: Callable[[str], Snapshot], feature: str, aliases: Aliases
) -> list[tuple[str, tuple[Step, ...]]]:
    """The commits of a history that changed a feature's meaning, in the order of `graph`.

    A merge counts when the feature differs from what each of its parents has; it is shown against the first.
    """
    found = []
    for commit, parents in graph:
        new = snapshots(commit)
        sides = [steps(snapshots(parent), new, feature, aliases) for parent in parents] or [
            steps(EMPTY, new, feature, aliases)
        ]
        if all(sides):
            found.append((commit, sides[0]))
    return found


def blame(graph: Graph, snapshots: Callable[[str], Snapshot], aliases: Aliases) -> list[Blame]:
    """For each row of the newest commit of `graph` the one that last changed its meaning: its status, or the section's caveats.

    `graph` begins with that commit.  A row keeps its identity through what pairing joins: equal headings, aliases, moves.
    """
    if not graph:
        return []
    top = graph[0][0]
    order = [(entry, row) for entry in snapshots(top).root.walk() for row in entry.rows]
    waiting: dict[str, list[tuple[int, Entry, Row]]] = {top: [(n, entry, row) for n, (entry, row) in enumerate(order)]}
    blamed: dict[int, str] = {}
    for commit, parents in graph:
        mine = waiting.pop(commit, [])
        for parent in parents:
            if not mine:
                break
            older = _older(snapshots(parent), snapshots(commit), aliases)
            rest = []
            for n, entry, row in mine:
                same = _same(older.get(id(entry)), entry, row)
                if same is None:
                    rest.append((n, entry, row))
                else:
                    waiting.setdefault(parent, []).append((n, *same))
            mine = rest
        blamed.update((n, commit) for n, _, _ in mine)
    for commit, left in waiting.items():  # parents beyond a shallow clone's end
        blamed.update((n, commit) for n, _, _ in left)
    return [Blame(row, blamed[n]) for n, (_, row) in enumerate(order)]


def _older(old: Snapshot, new: Snapshot, aliases: Aliases) -> Mapping[int, Entry]:
    return {id(after): before for before, after in pair(old.root, new.root, aliases).both}


def _same(older: Entry | None, entry: Entry, row: Row) -> tuple[Entry, Row] | None:
    if older is None or _words(older.caveats) != _words(entry.caveats):
        return None
    was = Place(older).rows().get(row.key.removeprefix(entry.anchor))
    return (older, was) if was is not None and fold_label(was.status) == fold_label(row.status) else None
