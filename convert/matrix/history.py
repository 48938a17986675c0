"""How what a SUPPORT.md means changed from one commit to the next, and who last changed each row: snapshots in,
lists out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from convert.matrix.build import change as compare
from convert.matrix.continued import Step as Amount
from convert.matrix.continued import compared
from convert.names.aliases import Aliases
from convert.names.likeness import Index
from convert.names.pairing import Entry, entries, folded
from convert.names.rows import Loose, Match, match
from convert.names.shared import unshared
from grammar.nodes import Document, Section
from grammar.parser import parse
from grammar.record import record, replace
from grammar.rows import Row
from grammar.source import Source
from grammar.status import fold_label

Kind = Literal["added", "removed", "lost", "status", "renamed", "moved", "description", "caveat"]
_FIELD = re.compile(r"\s*(?:Status|Supported)(?:,[^:]*)?:\s")
Graph = Sequence[tuple[str, tuple[str, ...]]]


@record(frozen=True, eq=False)
class Snapshot:
    """A SUPPORT.md as one commit has it; `broken` are the paths of keys where it has errors (empty path: above all
    headings).
    """

    root: Entry
    broken: frozenset[tuple[str, ...]] = frozenset()


EMPTY = Snapshot(Entry((), (), (), "", "", ()))


@record(frozen=True)
class Perhaps:
    """What a vanished row may have become, or a new one may have been: its key, path and status.

    `security`: how much the newer of the two promises, compared with the older.
    """

    key: str
    path: tuple[str, ...]
    status: str
    security: Amount | None


@record(frozen=True)
class Step:
    """One change of meaning: `old` and `new` are statuses, paths or texts, None where there is none.

    `effect`, for a status: better, worse, security-lost or text.  `perhaps`: for what vanished or is new under that
    name. `places`: the headings that it is about, on both sides; `rows`: the keys of its row, empty for what is a
    heading's.
    """

    kind: Kind
    key: str
    old: str | None
    new: str | None
    effect: str | None = None
    perhaps: Perhaps | None = None
    places: tuple[Entry, ...] = ()
    rows: tuple[str, ...] = ()


@record(frozen=True)
class Blame:
    """A row and the commit that last changed its meaning; `perhaps`: the row that it may have been before that
    commit.
    """

    row: Row
    commit: str
    perhaps: Perhaps | None = None


def snapshot(name: str, data: bytes) -> Snapshot:
    """Read a file for its meaning."""
    source = Source(name, data)
    parsed = parse(source)
    spans = [found.span.start for found in parsed.diagnostics if found.severity == "error" and found.span]
    return of_document(parsed.document, spans)


def of_document(document: Document, errors: Iterable[int] = ()) -> Snapshot:
    """A document that was read already; `errors`: the places of its errors in the text."""
    broken: set[tuple[str, ...]] = set()
    found = list(errors)
    spans = list(_own_spans(document.sections, ())) if found else []
    for at in found:
        broken.add(next((keys for start, end, keys in spans if start <= at < end), ()))
    return Snapshot(entries(document), frozenset(broken))


def _own_spans(sections: Sequence[Section], above: tuple[str, ...]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    for section in sections:
        keys = (*above, section.heading.anchor)
        yield section.span.start, section.sections[0].span.start if section.sections else section.span.end, keys
        yield from _own_spans(section.sections, keys)


class Wanted:
    """A feature that is asked for: a heading, an anchor or a row's key, with the aliases followed both ways."""

    def __init__(self, feature: str, aliases: Aliases) -> None:
        self.aliases = aliases
        self.name = aliases.canonical(feature)
        anchor, mark, part = feature.rpartition("--")
        self.heading = aliases.canonical(anchor) if mark and anchor else None
        self.part = f"--{part}".casefold()

    def entry(self, entry: Entry) -> bool:
        """Whether a heading is the one that is asked for."""
        return bool(entry.keys) and self.name in map(self.aliases.canonical, (entry.name, entry.anchor))

    def row(self, key: str, entry: Entry | None = None) -> bool:
        """Whether a row's key is the one that is asked for, by itself or below a heading that an alias joins with
        it.
        """
        if self.aliases.canonical(key) == self.name:
            return True
        if self.heading is None or not key.casefold().endswith(self.part):
            return False
        anchors = {key[: -len(self.part)], *((entry.name, entry.anchor) if entry else ())}
        return self.heading in map(self.aliases.canonical, anchors)

    def rows(self, where: Snapshot) -> Iterator[Row]:
        """The rows of a snapshot that are asked for."""
        for entry in where.root.walk():
            whole = self.entry(entry)
            yield from (row for row in entry.rows if whole or self.row(row.key, entry))

    def known(self, where: Snapshot) -> bool:
        """Whether a snapshot has it."""
        return any(self.entry(entry) for entry in where.root.walk()) or next(self.rows(where), None) is not None

    def step(self, step: Step) -> bool:
        """Whether a change is about it.  Of one row: the row's own changes, and the names of its heading."""
        if any(self.entry(place) for place in step.places):
            return True
        if step.rows:
            return any(self.row(key, place) for key in step.rows for place in step.places)
        names = (self.aliases.canonical(name) for place in step.places for name in (place.name, place.anchor))
        return self.heading is not None and step.kind in ("renamed", "moved") and self.heading in names


def steps(old: Snapshot, new: Snapshot, aliases: Aliases) -> tuple[Step, ...]:
    """How the meaning of all features changed between two snapshots.

    None for another wrapping, or for another place in the same section.  Headings and rows belong together as in diff.
    """
    return () if old is new else tuple(_Edge(old, new, match(*unshared(old.root, new.root), aliases)).steps())


class _Edge:
    """Two snapshots and which heading and row of one is which of the other."""

    def __init__(self, old: Snapshot, new: Snapshot, found: Match) -> None:
        self.old, self.new, self.found = old, new, found
        self.joined = {id(after): before for before, after in found.headings.both}
        self.above = {id(child): entry for both in found.headings.both for entry in both for child in entry.children}
        alone = (*found.headings.gone, *found.headings.fresh)
        self.above.update((id(child), entry) for entry in alone for child in entry.children)
        self.became, self.was = _alike(found)
        self.gone, self.fresh = _by_entry(found.gone), _by_entry(found.fresh)
        other_names = {id(both[1]) for both in found.aliased}
        self.kept: dict[int, list[tuple[Row, Row]]] = {}
        for one, other in found.rows:
            if id(other) not in other_names and one.row.status != other.row.status:
                self.kept.setdefault(id(other.entry), []).append((one.row, other.row))

    def steps(self) -> Iterator[Step]:
        for one, other in self.found.headings.both:
            if other.keys:
                yield from self._heading(one, other)
            yield from self._rows(one, other)
            if other.keys:
                yield from _prose(one, other)
        for before, after in self.found.rows:
            if self.joined.get(id(after.entry)) is not before.entry:
                yield from self._aliased(before, after)
        for entry in self.found.headings.gone:
            yield from map(self._gone, self.gone.get(id(entry), ()))
            if not entry.rows:
                yield _place("lost" if self.new.broken - self.old.broken else "removed", entry, None)
        for entry in self.found.headings.fresh:
            yield from map(self._fresh, self.fresh.get(id(entry), ()))
            if not entry.rows:
                yield _place("added", None, entry)

    def _heading(self, one: Entry, other: Entry) -> Iterator[Step]:
        if folded(one.name) != folded(other.name):
            yield Step("renamed", other.anchor, one.name, other.name, places=(one, other))
        if self.joined.get(id(self.above[id(other)])) is not self.above[id(one)]:
            yield _place("moved", one, other)

    def _rows(self, one: Entry, other: Entry) -> Iterator[Step]:
        yield from map(self._gone, self.gone.get(id(one), ()))
        for before, after in self.kept.get(id(other), ()):
            yield from _status(before, after, (one, other))
        yield from map(self._fresh, self.fresh.get(id(other), ()))

    def _aliased(self, before: Loose, after: Loose) -> Iterator[Step]:
        old, new, places = before.row, after.row, (before.entry, after.entry)
        paths = " / ".join(old.path), " / ".join(new.path)
        yield Step("renamed", new.key, *paths, places=places, rows=(old.key, new.key))
        yield from _status(old, new, places)

    def _gone(self, loose: Loose) -> Step:
        other = loose.other
        hidden = other.keys in self.new.broken if other else bool(self.new.broken - self.old.broken)
        row = loose.row
        places = (loose.entry, other) if other else (loose.entry,)
        kind: Kind = "lost" if hidden else "removed"
        perhaps = None if hidden else self.became.get(row.keys)
        return Step(kind, row.key, row.status, None, perhaps=perhaps, places=places, rows=(row.key,))

    def _fresh(self, loose: Loose) -> Step:
        row = loose.row
        places = (loose.other, loose.entry) if loose.other else (loose.entry,)
        perhaps = None if self.old.broken - self.new.broken else self.was.get(row.keys)
        return Step("added", row.key, None, row.status, perhaps=perhaps, places=places, rows=(row.key,))


def _by_entry(rows: Iterable[Loose]) -> dict[int, list[Loose]]:
    """Rows by the ids of their headings."""
    found: dict[int, list[Loose]] = {}
    for loose in rows:
        found.setdefault(id(loose.entry), []).append(loose)
    return found


def _alike(found: Match) -> tuple[dict[tuple[str, ...], Perhaps], dict[tuple[str, ...], Perhaps]]:
    """By keys: what each vanished row may have become, and what each new row may have been; by likeness of names, as
    diff.
    """
    became: dict[tuple[str, ...], Perhaps] = {}
    was: dict[tuple[str, ...], Perhaps] = {}
    if not found.gone or not found.fresh:
        return became, was
    index = Index(found.fresh)
    rows: Mapping[tuple[str, tuple[str, ...]], Row] = {
        (loose.row.key, loose.row.path): loose.row for loose in found.fresh
    }
    for loose in found.gone:
        likely = index.likeliest(loose) if loose.row.kind == "status" else None
        if likely is not None:
            old, new = loose.row, rows[likely.key, likely.path]
            step = compared(old, new)
            became[old.keys] = Perhaps(new.key, new.path, new.status, step)
            was.setdefault(new.keys, Perhaps(old.key, old.path, old.status, step))
    return became, was


def _place(kind: Kind, old: Entry | None, new: Entry | None) -> Step:
    """What became of a heading: where it was and where it is."""
    before, after = (" / ".join(entry.path) if entry else None for entry in (old, new))
    places = tuple(entry for entry in (old, new) if entry is not None)
    return Step(kind, places[-1].anchor if places else "", before, after, places=places)


def _status(old: Row, new: Row, places: tuple[Entry, ...]) -> Iterator[Step]:
    if fold_label(old.status) != fold_label(new.status):
        yield Step("status", new.key, old.status, new.status, compare(old, new), None, places, (old.key, new.key))


def _prose(one: Entry, other: Entry) -> Iterator[Step]:
    texts: tuple[tuple[Kind, str, str], ...] = (
        ("description", one.description, other.description),
        ("caveat", one.caveats, other.caveats),
    )
    for kind, before, after in texts:
        if before != after and (text := words(before)) != (now := words(after)):
            yield Step(kind, other.anchor, text or None, now or None, places=(one, other))


def words(text: str) -> str:
    """Prose without the lines that are fields by intention: rows that were lost, and nobody's caveats."""
    return "\n".join(line for line in text.split("\n") if not _FIELD.match(line))


Edges = Callable[[str, str | None], tuple[Step, ...]]


def changes(graph: Graph, edges: Edges, wanted: Callable[[Step], bool]) -> list[tuple[str, tuple[Step, ...]]]:
    """The commits of a history with a change that is wanted, in the order of `graph`.

    `edges` has the steps from a parent (None: from nothing) to a commit.  A merge counts when it differs from each of
    its parents; it is shown against the first.
    """
    found = []
    for commit, parents in graph:
        sides = [tuple(step for step in edges(commit, parent) if wanted(step)) for parent in parents or (None,)]
        if all(sides):
            found.append((commit, sides[0]))
    return found


def blame(graph: Graph, snapshots: Callable[[str], Snapshot], aliases: Aliases) -> list[Blame]:
    """For each row of the newest commit of `graph` the one that last changed its meaning: its status, or the section's
    caveats.

    `graph` begins with that commit.  A row keeps its identity through what pairing joins: equal headings, aliases,
    moves.
    """
    return _Blame(graph, snapshots, aliases).done() if graph else []


class _Blame:
    """The rows on their way back through the commits; a number is a row's place in the newest file."""

    def __init__(self, graph: Graph, snapshots: Callable[[str], Snapshot], aliases: Aliases) -> None:
        self.graph, self.snapshots, self.aliases = graph, snapshots, aliases
        top = graph[0][0]
        self.rows = [row for entry in snapshots(top).root.walk() for row in entry.rows]
        start = [(entry, row) for entry in snapshots(top).root.walk() for row in entry.rows]
        self.waiting: dict[str, list[tuple[int, Entry, Row]]] = {top: [(n, *at) for n, at in enumerate(start)]}
        self.blamed: dict[int, Blame] = {}

    def done(self) -> list[Blame]:
        """A row each, in the file's order."""
        for commit, parents in self.graph:
            mine = self.waiting.pop(commit, [])
            likely: dict[tuple[str, ...], Perhaps] = {}
            for parent in parents:
                if mine:
                    mine, likely = self._passed(commit, parent, mine)
            for n, _, row in mine:
                self.blamed[n] = Blame(self.rows[n], commit, likely.get(row.keys))
        for commit, left in self.waiting.items():  # parents beyond a shallow clone's end
            self.blamed.update((n, Blame(self.rows[n], commit)) for n, _, _ in left)
        return [self.blamed[n] for n in range(len(self.rows))]

    def _passed(
        self, commit: str, parent: str, mine: list[tuple[int, Entry, Row]]
    ) -> tuple[list[tuple[int, Entry, Row]], dict[tuple[str, ...], Perhaps]]:
        """Hand to a parent the rows that it has with the same meaning; the others, and what those may have been."""
        old, new = self.snapshots(parent), self.snapshots(commit)
        if old is new:
            self.waiting.setdefault(parent, []).extend(mine)
            return [], {}
        before, after = unshared(old.root, new.root)
        found = match(before, after, self.aliases)
        older = {one.row.keys: other for other, one in found.rows}
        fresh = {row.keys for entry in after.walk() for row in entry.rows}
        rest = []
        for n, entry, row in mine:
            was = older.get(row.keys) if row.keys in fresh else Loose(row, entry, None)
            if was is not None and _same(was, entry, row):
                self.waiting.setdefault(parent, []).append((n, was.entry, was.row))
            else:
                rest.append((n, entry, row))
        return rest, _alike(found)[1] if rest else {}


def _same(was: Loose, entry: Entry, row: Row) -> bool:
    before, after = was.entry.caveats, entry.caveats
    if before != after and words(before) != words(after):
        return False
    return was.row.status == row.status or fold_label(was.row.status) == fold_label(row.status)


def without_places(step: Step) -> Step:
    """A step for comparison with that of another commit: what it says, not where the two files have it."""
    return replace(step, places=(), rows=())
