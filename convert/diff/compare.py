"""What changed in meaning between two documents, by feature, and which of it may cost security support."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from convert.diff import release
from convert.diff.changes import Change as Change
from convert.diff.changes import severity as severity
from convert.diff.fields import lost_fields, lost_words
from convert.diff.losses import (
    SUPPORTED,
    best,
    bounds,
    in_words,
    less_than_before,
    meant,
    narrowed_limit,
    part_narrowed,
    part_of,
    promised_less,
    rank,
    restricted,
    worsened,
    worst,
)
from convert.diff.prose import (
    Differing,
    Said,
    differing,
    everything,
    names_of,
    said,
    why_caveat,
    why_heading,
    why_restricted,
)
from convert.names.aliases import Aliases
from convert.names.likeness import Index, Likely
from convert.names.pairing import Entry, Trees, entries, folded, similarity, tokens
from convert.names.rows import Loose, Match, match
from convert.names.spelling import distance, one_swap
from grammar.fold import fold
from grammar.nodes import Document
from grammar.rows import Limit, Row
from grammar.status import fold_label

_Bounds = tuple[dict[str, Limit], dict[str, Limit]]
_WORDS = 8  # of a name that another one may have in it


def compare(old: Document, new: Document, aliases: Aliases | None = None, trees: Trees = (None, None)) -> list[Change]:
    """All changes of meaning: losses of security support first, then possible ones, gains, and the others in file
    order.

    `trees`: the names of the two trees, for aliases of single trees.  Wrapping, emphasis, spaces, the case of a label
    and its final full stop are no change.
    """
    before, after = entries(old), entries(new)
    matched = match(before, after, aliases or Aliases(), trees)
    work = _Comparison(
        matched, before, after, lost_fields(old), lost_words(old), everything(before), everything(after),
        one_tree=release.same_release(old, new), links=release.links(old, new),
    )  # fmt: skip
    work.documents()
    return sorted(work.changes, key=severity)


def _above(root: Entry) -> dict[int, Entry]:
    """The parent of each entry, by id."""
    return {id(child): entry for entry in root.walk() for child in entry.children}


@dataclass(slots=True)
class _Below:
    """The rows of one heading: on both sides, and on one alone."""

    both: list[tuple[Row, Row]] = field(default_factory=list)
    gone: list[Loose] = field(default_factory=list)
    fresh: list[Loose] = field(default_factory=list)


def _by_heading(matched: Match) -> dict[int, _Below]:
    """What is below each heading of the new document, by its id; rows that an alias joins by key are left out."""
    found: dict[int, _Below] = {}
    for was, now in matched.rows:
        if (was, now) not in matched.aliased:
            found.setdefault(id(now.entry), _Below()).both.append((was.row, now.row))
    for loose in matched.gone:
        found.setdefault(id(loose.other), _Below()).gone.append(loose)
    for loose in matched.fresh:
        found.setdefault(id(loose.entry), _Below()).fresh.append(loose)
    return found


def _misspelt(below: _Below, rows: list[Row]) -> Iterator[tuple[Loose, Loose]]:
    """Qualifiers of one heading that were put right: two neighbouring characters changed places (rtl8193, rtl8139).

    Only where no other qualifier of the heading, before or after, is near either.
    """
    names = {folded(row.qualifier) for row in rows if row.qualifier}
    by_characters: dict[str, list[Loose]] = {}
    for fresh in below.fresh:
        by_characters.setdefault(_characters(fresh), []).append(fresh)
    for gone in below.gone:
        for fresh in by_characters.get(_characters(gone), ()):
            was, now = folded(gone.row.qualifier or ""), folded(fresh.row.qualifier or "")
            if gone.row.kind == fresh.row.kind == "status" and one_swap(was, now):
                near = (min(distance(name, was, 2), distance(name, now, 2)) <= 2 for name in names - {was, now})
                if not any(near):
                    yield gone, fresh


def _characters(loose: Loose) -> str:
    return "".join(sorted(folded(loose.row.qualifier or "")))


@dataclass(slots=True)
class _Comparison:
    """One comparison; `lost`, `cut`: the old document's fields that were no rows, and lines that were cut off
    theirs; `said_before`, `said_after`: all sentences.
    """

    matched: Match
    old: Entry
    new: Entry
    lost: frozenset[tuple[str, str]]
    cut: frozenset[str]
    said_before: Counter[str]
    said_after: Counter[str]
    one_tree: bool = False
    links: tuple[str, str] | None = None
    changes: list[Change] = field(default_factory=list)
    gone: list[Loose] = field(default_factory=list)
    fresh: list[Loose] = field(default_factory=list)

    def documents(self) -> None:
        """Everything, heading by heading, then what only one side has."""
        before = {id(after): entry for entry, after in self.matched.headings.both}
        above_old, above_new = _above(self.old), _above(self.new)
        below = _by_heading(self.matched)
        for one, other in self.matched.headings.both:
            if other.keys:
                self._place(one, other, before.get(id(above_new[id(other)])) is not above_old[id(one)])
            rows = below.get(id(other), _Below())
            less = less_than_before(rows.both)
            caveated = any(loose.row.security == "caveats" for loose in rows.fresh)
            gained = less is False or (less is None and caveated)
            self._rows(one, other, rows)
            self._proses(one, other, gained)
        for entries_, kind in ((self.matched.headings.gone, "removed"), (self.matched.headings.fresh, "added")):
            for entry in entries_:
                if not entry.rows and entry.description:
                    self._text(kind, entry)
        self.gone += [loose for loose in self.matched.gone if loose.other is None]
        self.fresh += [loose for loose in self.matched.fresh if loose.other is None]
        for was, now in self.matched.aliased:
            self._renamed_row(was, now)
        self._alone(before, above_new)

    def _alone(self, before: dict[int, Entry], above: dict[int, Entry]) -> None:
        """The rows that only one side has: a supported one with its likely successor, then the rest."""
        likely, taken = Index(self.fresh), set[int]()
        self.gone = [gone for gone in self.gone if not self._succeeded(gone, likely, taken)]
        self.fresh = [loose for loose in self.fresh if id(loose) not in taken]
        for gone in self.gone:
            self._removed(gone, likely)
        supported: dict[tuple[str, ...], Row] = {}
        for entry in self.old.walk():
            for row in entry.rows:
                if row.security in SUPPORTED:
                    supported.setdefault(tokens(entry.name), row)
        for fresh in self.fresh:
            self._added(fresh, list(_around(fresh.entry, before, above)), supported)

    # -- headings and texts
    # -----------------------------------------------------------------------------------------------
    def _place(self, old: Entry, new: Entry, moved: bool) -> None:
        paths = " / ".join(old.path), " / ".join(new.path)
        security = best(old.rows), best(new.rows)
        if moved:
            self.changes.append(Change("moved", new.anchor, new.path, new.path, *paths, security))
        if fold(old.name) != fold(new.name):
            self.changes.append(
                Change(
                    "renamed", new.anchor, new.path, new.path, *paths, security,
                    description=new.description, caveats=new.caveats,
                )
            )  # fmt: skip

    def _text(self, kind: str, entry: Entry) -> None:
        """A heading without rows that only one side has."""
        words = tuple(said(entry.description))
        why = why_heading(self._settled(Differing((), words) if kind == "added" else Differing(words, ())))
        old, new = (entry.description, None) if kind == "removed" else (None, entry.description)
        self.changes.append(Change(kind, entry.anchor, entry.path, entry.path, old, new, why=why))

    def _settled(self, found: Differing) -> Differing:
        """Without the sentences that were, or are now, elsewhere in the document."""

        def here(one: Said) -> bool:
            return self.said_after[one.key] < self.said_before[one.key]

        def new(one: Said) -> bool:
            return self.said_after[one.key] > self.said_before[one.key]

        return Differing(tuple(filter(here, found.removed)), tuple(filter(new, found.added)))

    def _proses(self, old: Entry, new: Entry, gained: bool) -> None:
        """The texts of one heading on both sides; what only moved from one of the two to the other is no loss."""
        before, after = said(f"{old.description}\n{old.caveats}"), said(f"{new.description}\n{new.caveats}")
        found = self._settled(differing(before, after, names_of(old, new), [row.status for row in new.rows]))
        for kind, was, now in (
            ("description", old.description, new.description),
            ("caveat", old.caveats, new.caveats),
        ):
            if was.split() == now.split():
                continue
            keys = {one.key for one in (*said(was), *said(now))}
            mine = Differing(
                tuple(one for one in found.removed if one.key in keys),
                tuple(one for one in found.added if one.key in keys),
            )
            securities = best(old.rows), best(new.rows)
            if kind == "caveat" and any(security in SUPPORTED for security in securities):
                why = why_caveat(mine, gained=gained)
            else:
                why = why_restricted(mine)
            self.changes.append(Change(kind, new.anchor, new.path, new.path, was or None, now or None, securities, why))

    # -- rows
    # -------------------------------------------------------------------------------------------------------------
    def _rows(self, old: Entry, new: Entry, below: _Below) -> None:
        """The rows of one heading on both sides."""
        limits = bounds(old.rows), bounds(new.rows)
        for before, after in below.both:
            self._row(before, after, new, limits)
        for side, loose in enumerate((below.gone, below.fresh)):
            for part in [part for part in loose if part_of(part.row)]:
                self._limit_part(part.row, new, side, limits)
                loose.remove(part)
        for gone, fresh in list(_misspelt(below, [*old.rows, *new.rows])):
            self._renamed_row(gone, fresh)
            below.gone.remove(gone)
            below.fresh.remove(fresh)
        parts = [loose for loose in below.fresh if loose.row.qualifier and loose.row.kind == "status"]
        whole = next((loose for loose in below.gone if not loose.row.qualifier and loose.row.kind == "status"), None)
        if whole is not None and parts:
            self._split(whole.row, [loose.row for loose in parts], new)
            below.gone.remove(whole)
            taken = {id(loose) for loose in parts}
            below.fresh = [loose for loose in below.fresh if id(loose) not in taken]
        self.gone += below.gone
        self.fresh += below.fresh

    def _row(self, old: Row, new: Row, entry: Entry, limits: _Bounds) -> None:
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
        change = _status(old, new, entry, limits)
        rest = fold_label(new.status).removeprefix(fold_label(old.status)).strip()
        restored = rest in self.cut and change.kind != "security-lost"  # the value had gone on in a line of its own
        self.changes.append(replace(change, why=None) if restored else change)

    def _limit_part(self, row: Row, entry: Entry, side: int, limits: _Bounds) -> None:
        """`regularly tested` or `security supported` that only one side has."""
        before, after = (row.status, None) if side == 0 else (None, row.status)
        why = part_narrowed(row, *limits)
        self.changes.append(Change("limit", row.key, row.path, entry.path, before, after, why=why))

    def _split(self, old: Row, parts: list[Row], entry: Entry) -> None:
        """One unqualified row became rows of variants."""
        why = None
        if meant(old) in SUPPORTED:
            lower = [row for row in parts if rank(meant(row)) < rank(meant(old))]
            named = "; ".join(f"{row.qualifier} is {in_words(meant(row))}" for row in lower)
            why = f"the row for everything became rows for variants: {named or 'any other variant is no longer listed'}"
        text = "; ".join(f"{row.qualifier}: {row.status}" for row in parts)
        securities = old.security, worst(parts)
        self.changes.append(Change("split", old.key, old.path, entry.path, old.status, text, securities, why))

    def _renamed_row(self, gone: Loose, fresh: Loose) -> None:
        """Rows that an alias joins by their keys are one row, renamed."""
        old, new = gone.row, fresh.row
        paths = " / ".join(old.path), " / ".join(new.path)
        texts = (fresh.entry.description, fresh.entry.caveats) if fresh.other is None else ("", "")
        self.changes.append(
            Change(
                "renamed", new.key, new.path, fresh.entry.path, *paths, (old.security, new.security),
                description=texts[0], caveats=texts[1],
            )
        )  # fmt: skip
        self._row(old, new, fresh.entry, (bounds(gone.entry.rows), bounds(fresh.entry.rows)))

    def _succeeded(self, gone: Loose, likely: Index, taken: set[int]) -> bool:
        """Whether a supported row vanished, and a new one of a like name promises less: one change; the new one is
        taken.
        """
        if gone.row.kind != "status" or gone.row.security not in SUPPORTED or _left(gone) is not None:
            return False
        found = likely.heir(gone, taken)
        if found is None or found[0].row.kind != "status" or rank(found[0].row.security) >= rank(gone.row.security):
            return False
        heir, like = found
        old, new = gone.row, heir.row
        taken.add(id(heir))
        kind = "security-lost" if new.security == "no" else "status"
        why = f"{promised_less(old, new)}; it is gone, and may continue under this other name"
        self.changes.append(
            Change(
                kind,
                new.key,
                new.path,
                heir.entry.path,
                old.status,
                new.status,
                (old.security, new.security),
                why,
                like,
                gone.entry.path,
                heir.entry.description if heir.other is None else "",
                heir.entry.caveats if heir.other is None else "",
            )
        )
        return True

    def _removed(self, gone: Loose, likely: Index) -> None:
        row, why = gone.row, None
        if self.one_tree and (ends := release.ends(row, None)) is not None:
            why = ends[1]
        perhaps = likely.likeliest(gone) if row.kind == "status" else None
        if row.kind == "list":
            why = "a list of what is supported is gone"
        elif row.kind == "status" and row.security in SUPPORTED:
            why = _why_gone(row, _left(gone), perhaps)
        security = row.security if row.kind == "status" else None
        feature = gone.other.path if gone.other else gone.entry.path
        texts = (gone.entry.description, gone.entry.caveats) if gone.other is None else ("", "")
        self.changes.append(
            Change(
                "removed", row.key, row.path, feature, row.status, None, (security, None), why, perhaps, None, *texts
            )
        )

    def _added(self, fresh: Loose, around: list[Entry], supported: dict[tuple[str, ...], Row]) -> None:
        row = fresh.row
        why, perhaps = self._why_new(fresh, around, supported) if row.kind == "status" else (None, None)
        security = row.security if row.kind == "status" else None
        texts = (fresh.entry.description, fresh.entry.caveats) if fresh.other is None else ("", "")
        self.changes.append(
            Change(
                "added",
                row.key,
                row.path,
                fresh.entry.path,
                None,
                row.status,
                (None, security),
                why,
                perhaps,
                None,
                *texts,
            )
        )

    def _why_new(
        self, fresh: Loose, around: list[Entry], supported: dict[tuple[str, ...], Row]
    ) -> tuple[str | None, Likely | None]:
        """Why a new status may take support away, and the supported row that it is like."""
        row = fresh.row
        if self._was_meant(row):
            return None, None
        if row.security == "yes":
            amount = row.reading.limit
            return (f"a limit of {amount.text} where none was stated" if amount is not None else None), None
        covered = next((r for entry in around for r in entry.rows if not r.qualifier and r.security in SUPPORTED), None)
        if covered is not None and rank(covered.security) > rank(row.security):
            name = " / ".join(covered.path[1:])
            return f"new and {in_words(row.security)}, where {name} was {in_words(covered.security)} without it", None
        perhaps = _part_of_supported(fresh, supported) if fresh.other is None else None
        if perhaps is not None and rank(perhaps.security) > rank(row.security):
            name = " / ".join(perhaps.path[1:])
            return f"new and {in_words(row.security)}; the similar {name} was {in_words(perhaps.security)}", perhaps
        if restricted(row):
            return f"new and {in_words(row.security)}, and not listed before", None
        return None, None

    def _was_meant(self, row: Row) -> bool:
        """Whether a new row was there before as a field that was lost."""
        return ((row.qualifier or "").casefold().strip(), fold_label(row.status)) in self.lost


def _status(old: Row, new: Row, entry: Entry, limits: _Bounds) -> Change:
    """The change of one row's status."""
    kind, why = "status", worsened(old, new)
    if not old.kind == new.kind == "status":
        return Change(kind, new.key, new.path, entry.path, old.status, new.status, why=why)
    securities = meant(old), meant(new)
    if securities[0] in SUPPORTED and securities[1] == "no":
        kind = "security-lost"
    elif securities[0] not in SUPPORTED and securities[1] in SUPPORTED:
        kind = "security-gained"
    elif old.reading.limit is not None or new.reading.limit is not None:
        kind = "limit"
        if part_of(new) != "tested" and (old.security in SUPPORTED or part_of(new) == "security"):
            why = narrowed_limit(old, new, *limits) or why
    return Change(kind, new.key, new.path, entry.path, old.status, new.status, securities, why)


def _around(entry: Entry, before: dict[int, Entry], above: dict[int, Entry]) -> Iterator[Entry]:
    """The old counterparts of an entry and of the headings above it, from the nearest on."""
    at: Entry | None = entry
    while at is not None:
        if id(at) in before:
            yield before[id(at)]
        at = above.get(id(at))


def _left(gone: Loose) -> Row | None:
    """The unqualified row that is left for a vanished one."""
    rows = gone.other.rows if gone.other is not None else ()
    return next((row for row in rows if not row.qualifier and row.kind == "status"), None)


def _why_gone(row: Row, left: Row | None, perhaps: Likely | None) -> str | None:
    """Why it is a loss that a supported row is gone; None where another row says as much."""
    if left is not None:
        if rank(left.security) >= rank(row.security):
            return None
        why = f"the row that is left for it is {in_words(left.security)}"
    else:
        why = "a security-supported row is gone"
    if perhaps is None:
        return why
    how = "is lower" if rank(perhaps.security) < rank(row.security) else "is there"
    return f"{why}; a similar one {how} ({in_words(perhaps.security)})"


def _part_of_supported(fresh: Loose, supported: dict[tuple[str, ...], Row]) -> Likely | None:
    """A supported row of the old document, by its heading's words, that the new heading has in its name one after
    another.
    """
    whole = tokens(fresh.entry.name)
    for size in range(min(len(whole) - 1, _WORDS), 1, -1):
        for n in range(len(whole) - size + 1):
            row = supported.get(whole[n : n + size])
            if row is not None:
                alike = round(similarity(row.path[len(row.keys) - 1 - bool(row.qualifier)], fresh.entry.name), 2)
                return Likely(row.key, row.path, row.status, row.security, alike)
    return None
