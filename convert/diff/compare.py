"""What changed in meaning between two documents, by feature, and which of it may cost security support."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from convert.diff import release
from convert.diff.losses import (
    SUPPORTED,
    best,
    bound,
    in_words,
    narrowed,
    part_of,
    rank,
    speaks_of_support,
    variant_of,
    worsened,
    worst,
)
from convert.names.aliases import Aliases
from convert.names.likeness import Index, Likely
from convert.names.pairing import Entry, Trees, entries, tokens
from convert.names.rows import Loose, match
from grammar.escape import fold
from grammar.labels import Security
from grammar.nodes import Document
from grammar.rows import Limit, Row, key_of, limits
from grammar.status import fold_label

KINDS = (
    "security-lost", "security-gained", "status", "limit", "added", "removed", "renamed", "split", "moved", "description",
    "caveat",
)  # fmt: skip
# how alike a new row's name is to a supported one's for the new row to be taken for a possible part of it
_CLOSE = 0.65


@dataclass(frozen=True, slots=True)
class Change:
    """One change of meaning.

    `key` and `path` are the new document's, or the old one's where the new one has none; `feature` is the path of the
    heading.  `old` and `new` are statuses, texts (`description`, `caveat`, headings without rows) or paths (`renamed`,
    `moved`), None where there is none.  `security` is the meaning before and after, None where no status tells.  `why`
    says what makes it a possible loss of security support, None where it is none.  `perhaps` is what a vanished row may
    have become, or the supported row that a new one is like: no more than a suggestion.
    """

    kind: str
    key: str
    path: tuple[str, ...]
    feature: tuple[str, ...]
    old: str | None
    new: str | None
    security: tuple[Security | None, Security | None] = (None, None)
    why: str | None = None
    perhaps: Likely | None = None

    @property
    def possible_loss(self) -> bool:
        """Whether security support may be less than before."""
        return self.why is not None

    @property
    def about_security(self) -> bool:
        """Whether security support changed, or may have."""
        old, new = self.security
        changed = None not in (old, new) and old != new
        return self.possible_loss or changed or self.kind.startswith("security-")


def compare(old: Document, new: Document, aliases: Aliases | None = None, trees: Trees = (None, None)) -> list[Change]:
    """All changes of meaning: losses of security support first, then possible ones, gains, and the others in file order.

    `trees`: the names of the two trees, for aliases of single trees.  Wrapping, emphasis, blanks, the case of a label and
    its final full stop are no change.
    """
    work = _Comparison(
        aliases or Aliases(), trees, one_tree=release.same_release(old, new), links=release.links(old, new)
    )
    work.documents(entries(old), entries(new))
    return sorted(work.changes, key=severity)


def severity(change: Change) -> int:
    """0 for a loss of security support, 1 for a possible one, 2 for a gain, 3 for what leaves security alone."""
    if change.kind == "security-lost":
        return 0
    return 1 if change.possible_loss else 2 if change.kind == "security-gained" else 3


def _above(root: Entry) -> dict[int, Entry]:
    """The parent of each entry, by id."""
    return {id(child): entry for entry in root.walk() for child in entry.children}


@dataclass(slots=True)
class _Below:
    """The rows of one heading: on both sides, and on one alone."""

    both: list[tuple[Row, Row]] = field(default_factory=list)
    gone: list[Loose] = field(default_factory=list)
    fresh: list[Loose] = field(default_factory=list)


@dataclass(slots=True)
class _Comparison:
    aliases: Aliases
    trees: Trees
    one_tree: bool = False
    links: tuple[str, str] | None = None
    changes: list[Change] = field(default_factory=list)
    gone: list[Loose] = field(default_factory=list)
    fresh: list[Loose] = field(default_factory=list)

    def documents(self, old: Entry, new: Entry) -> None:
        matched = match(old, new, self.aliases, self.trees)
        before = {id(after): entry for entry, after in matched.headings.both}
        above_old, above_new = _above(old), _above(new)
        by_heading: dict[int, _Below] = {}
        for was, now in matched.rows:
            if (was, now) not in matched.aliased:
                by_heading.setdefault(id(now.entry), _Below()).both.append((was.row, now.row))
        for loose in matched.gone:
            by_heading.setdefault(id(loose.other), _Below()).gone.append(loose)
        for loose in matched.fresh:
            by_heading.setdefault(id(loose.entry), _Below()).fresh.append(loose)
        for one, other in matched.headings.both:
            if other.keys:
                self._place(one, other, before.get(id(above_new[id(other)])) is not above_old[id(one)])
            self._rows(one, other, by_heading.get(id(other), _Below()))
            self._prose("description", one, other, one.description, other.description)
            self._prose("caveat", one, other, one.caveats, other.caveats)
        for entries_, kind in ((matched.headings.gone, "removed"), (matched.headings.fresh, "added")):
            for entry in entries_:
                if not entry.rows and entry.description:
                    self._text(kind, entry)
        self.gone += [loose for loose in matched.gone if loose.other is None]
        self.fresh += [loose for loose in matched.fresh if loose.other is None]
        for was, now in matched.aliased:
            self._renamed_row(was, now)
        likely = Index(self.fresh)
        for gone in self.gone:
            self._removed(gone, likely)
        supported = Index(Loose(r, entry, None) for entry in old.walk() for r in entry.rows if r.security in SUPPORTED)
        for fresh in self.fresh:
            around = self._around(fresh.entry, before, above_new)
            self._added(fresh, list(around), supported)

    def _around(self, entry: Entry, before: dict[int, Entry], above: dict[int, Entry]) -> Iterator[Entry]:
        """The old counterparts of an entry and of the headings above it, from the nearest on."""
        at: Entry | None = entry
        while at is not None:
            if id(at) in before:
                yield before[id(at)]
            at = above.get(id(at))

    def _place(self, old: Entry, new: Entry, moved: bool) -> None:
        paths = " / ".join(old.path), " / ".join(new.path)
        security = best(old.rows), best(new.rows)
        if moved:
            self.changes.append(Change("moved", new.anchor, new.path, new.path, *paths, security))
        if fold(old.name) != fold(new.name):
            self.changes.append(Change("renamed", new.anchor, new.path, new.path, *paths, security))

    def _text(self, kind: str, entry: Entry) -> None:
        """A heading without rows that only one side has."""
        why = "it has words on security support" if speaks_of_support(entry.description) else None
        old, new = (entry.description, None) if kind == "removed" else (None, entry.description)
        self.changes.append(Change(kind, entry.anchor, entry.path, entry.path, old, new, why=why))

    def _prose(self, kind: str, old: Entry, new: Entry, before: str, after: str) -> None:
        if before.split() == after.split():
            return
        securities = best(old.rows), best(new.rows)
        why = None
        if kind == "caveat" and any(security in SUPPORTED for security in securities):
            what = "added to" if not before else "removed from" if not after else "changed on"
            why = f"a caveat was {what} a security-supported row; read the two texts"
        elif _support_lines(before) != _support_lines(after):
            why = "the words on security support changed; read the two texts"
        self.changes.append(
            Change(kind, new.anchor, new.path, new.path, before or None, after or None, securities, why)
        )

    def _rows(self, old: Entry, new: Entry, below: _Below) -> None:
        """The rows of one heading on both sides."""
        bounds = _bounds(old), _bounds(new)
        for before, after in below.both:
            self._row(before, after, new, bounds)
        for side, loose in enumerate((below.gone, below.fresh)):
            for part in [part for part in loose if part_of(part.row)]:
                self._limit_part(part.row, new, side, bounds)
                loose.remove(part)
        parts = [loose for loose in below.fresh if loose.row.qualifier and loose.row.kind == "status"]
        whole = next((loose for loose in below.gone if not loose.row.qualifier and loose.row.kind == "status"), None)
        if whole is not None and parts:
            self._split(whole.row, [loose.row for loose in parts], new)
            below.gone.remove(whole)
            below.fresh = [loose for loose in below.fresh if loose not in parts]
        self.gone += below.gone
        self.fresh += below.fresh

    def _row(self, old: Row, new: Row, entry: Entry, bounds: _Bounds) -> None:
        """One row on both sides."""
        if self.links is not None and new.kind == "term" and fold(new.qualifier or "").casefold() == "release notes":
            links, self.links = self.links, None
            self.changes.append(Change("status", new.key, new.path, entry.path, *links))
            return
        if fold_label(old.status) == fold_label(new.status):
            return
        if self.one_tree and (ends := release.ends(old, new)) is not None:
            kind, why = ends
            self.changes.append(Change(kind, new.key, new.path, entry.path, old.status, new.status, why=why))
            return
        why = worsened(old, new)
        securities = (old.security, new.security) if old.kind == new.kind == "status" else (None, None)
        kind = "status"
        if old.kind == new.kind == "status":
            if old.security in SUPPORTED and new.security == "no":
                kind = "security-lost"
            elif old.security not in SUPPORTED and new.security in SUPPORTED:
                kind = "security-gained"
            elif old.reading.limit is not None or new.reading.limit is not None:
                kind = "limit"
                if part_of(new) != "tested" and (old.security in SUPPORTED or part_of(new) == "security"):
                    why = _narrowed(old, new, bounds) or why
        self.changes.append(Change(kind, new.key, new.path, entry.path, old.status, new.status, securities, why))

    def _limit_part(self, row: Row, entry: Entry, side: int, bounds: _Bounds) -> None:
        """`regularly tested` or `security supported` that only one side has."""
        old, new = (_of(row, known) for known in bounds)
        why = None
        if part_of(row) == "security" and old is not None and new is not None:
            why = narrowed(bound(old), bound(new))
        before, after = (row.status, None) if side == 0 else (None, row.status)
        self.changes.append(Change("limit", row.key, row.path, entry.path, before, after, why=why))

    def _split(self, old: Row, parts: list[Row], entry: Entry) -> None:
        """One unqualified row became rows of variants."""
        new = worst(parts)
        why = None
        if old.security in SUPPORTED:
            lower = [row for row in parts if rank(row.security) < rank(old.security)]
            named = "; ".join(f"{row.qualifier} is {in_words(row.security)}" for row in lower)
            why = f"the row for everything became rows for variants: {named or 'any other variant is no longer listed'}"
        text = "; ".join(f"{row.qualifier}: {row.status}" for row in parts)
        self.changes.append(Change("split", old.key, old.path, entry.path, old.status, text, (old.security, new), why))

    def _renamed_row(self, gone: Loose, fresh: Loose) -> None:
        """Rows that an alias joins by their keys are one row, renamed."""
        old, new = gone.row, fresh.row
        paths = " / ".join(old.path), " / ".join(new.path)
        self.changes.append(
            Change("renamed", new.key, new.path, fresh.entry.path, *paths, (old.security, new.security))
        )
        self._row(old, new, fresh.entry, (_bounds(gone.entry), _bounds(fresh.entry)))

    def _removed(self, gone: Loose, likely: Index) -> None:
        row, why = gone.row, None
        if self.one_tree and (ends := release.ends(row, None)) is not None:
            why = ends[1]
        perhaps = likely.likeliest(gone) if row.kind == "status" else None
        cover = next((r for r in gone.other.rows if not r.qualifier), None) if gone.other else None
        if row.kind == "list":
            why = "a list of what is supported is gone"
        elif row.kind == "status" and row.security in SUPPORTED:
            if cover is not None and cover.kind == "status":
                lower = rank(cover.security) < rank(row.security)
                why = f"the row that is left for it is {in_words(cover.security)}" if lower else None
            else:
                why = "a security-supported row is gone"
            if why is not None and perhaps is not None:
                how = "is lower" if rank(perhaps.security) < rank(row.security) else "is there"
                why += f"; a similar one {how} ({in_words(perhaps.security)})"
        security = row.security if row.kind == "status" else None
        feature = gone.other.path if gone.other else gone.entry.path
        self.changes.append(
            Change("removed", row.key, row.path, feature, row.status, None, (security, None), why, perhaps)
        )

    def _added(self, fresh: Loose, around: list[Entry], supported: Index) -> None:
        row, why, perhaps = fresh.row, None, None
        if row.kind == "status" and row.security != "yes":
            covered = next((r for entry in around for r in entry.rows if r.security in SUPPORTED), None)
            if covered is not None and rank(covered.security) > rank(row.security):
                name = " / ".join(covered.path[1:])
                why = f"new and {in_words(row.security)}, where {name} was {in_words(covered.security)} without it"
            elif fresh.other is None:
                perhaps = self._part_of_supported(fresh, supported)
                if perhaps is not None and rank(perhaps.security) > rank(row.security):
                    name = " / ".join(perhaps.path[1:])
                    why = f"new and {in_words(row.security)}; the similar {name} was {in_words(perhaps.security)}"
        elif row.kind == "status" and row.reading.limit is not None:
            why = f"a limit of {row.reading.limit.text} where none was stated"
        security = row.security if row.kind == "status" else None
        self.changes.append(
            Change("added", row.key, row.path, fresh.entry.path, None, row.status, (None, security), why, perhaps)
        )

    def _part_of_supported(self, fresh: Loose, supported: Index) -> Likely | None:
        """A supported row of the old document whose name the new heading's contains, or nearly is."""
        found = supported.likeliest(fresh, 0.3)
        if found is None:
            return None
        name = set(tokens(found.path[-1]))
        inside = len(name) > 1 and name < set(tokens(fresh.entry.name))
        return found if inside or found.similarity >= _CLOSE else None


_Bounds = tuple[dict[str, Limit], dict[str, Limit]]


def _bounds(entry: Entry) -> dict[str, Limit]:
    """An entry's limits by what their keys add to its anchor."""
    return {limit.key.removeprefix(limit.anchor): limit for limit in limits(list(entry.rows))}


def _of(row: Row, known: dict[str, Limit]) -> Limit | None:
    variant = variant_of(row)
    return known.get(key_of("", variant) if variant else "")


def _narrowed(old: Row, new: Row, bounds: _Bounds) -> str | None:
    before, after = _of(old, bounds[0]), _of(new, bounds[1])
    if after is None and new.reading.limit is None:
        return None  # the limit is lifted
    return narrowed(bound(before) or old.reading.limit, bound(after) or new.reading.limit)


def _support_lines(text: str) -> list[str]:
    """The lines of a text that speak of security support."""
    return [line for line in text.split("\n") if speaks_of_support(line)]
