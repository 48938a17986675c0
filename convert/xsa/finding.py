"""Whether a patch is in a ref, as which commits, and by what evidence.

The order is: the patch id, the changed lines, the subject with enough of the lines, links to what was found on master.
An advisory's number never decides.  Whatever was found is then held against the reverts of the ref.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from convert.trees import commits as trees
from convert.xsa import messages
from convert.xsa.facts import Facts
from convert.xsa.history import Entry, History, View
from convert.xsa.patches import (
    Lines,
    Patch,
    changed,
    for_patch_id,
    is_small,
    is_telling,
    lines_of,
    parse_diff,
    read,
    shared,
)

SAME = 0.6  # shared lines from which two changes are one
ALIKE = 0.3  # shared lines from which an equal subject decides
_UNION = 12  # commits of which one patch may be made


@dataclass(frozen=True, slots=True)
class Piece:
    """One patch of a file, ready to be looked for."""

    patch: Patch
    identity: str | None
    lines: Lines = field(repr=False)
    changed: dict[bytes, int]


@dataclass(frozen=True, slots=True)
class PatchFile:
    """A file by its listed name, with the patches in it; none: it is no patch."""

    name: str
    sha256: str
    pieces: tuple[Piece, ...]
    data: bytes = field(repr=False, default=b"")

    @property
    def subject(self) -> str:
        """The subject of its first patch."""
        return next((p.patch.subjects[0] for p in self.pieces if p.patch.subjects), "")

    @property
    def paths(self) -> frozenset[bytes]:
        """All files that it changes."""
        return frozenset().union(*(piece.patch.paths for piece in self.pieces))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a find: the patch id, shared lines (0 to 1), the subject, the commit it was picked from, the
    number.
    """

    patch_id: bool = False
    lines: float | None = None
    subject: bool = False
    links: tuple[str, ...] = ()
    number: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a patch in a ref.

    `verdict`: applied, reverted, unsure or missing; `how`: patch-id, lines, subject, links or empty; `commits`: those
    that have it, for `unsure` those that may; `reverts`: the commits found, their reverts and what applied it again,
    oldest first, where there was a revert; `near`: for unsure and missing, commits that name the advisory, for a person
    to look at.
    """

    verdict: str
    how: str = ""
    commits: tuple[str, ...] = ()
    evidence: Evidence = Evidence()
    reverts: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def patch_files(history: History, files: Iterable[tuple[str, str, bytes]]) -> list[PatchFile]:
    """Files (name, sha256, bytes) read, with the patch ids of all of them by one git process."""
    parsed = [(name, digest, data, read(data)) for name, digest, data in files]
    texts = [for_patch_id(patch) for _, _, _, patches in parsed for patch in patches]
    ids = iter(trees.patch_ids_of(history.repo, texts))
    return [
        PatchFile(
            name, digest, tuple(Piece(p, next(ids), lines_of(p.files), changed(p.files)) for p in patches), data
        )
        for name, digest, data, patches in parsed
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A patch file of an advisory that is looked for in a view, first after `since` (a place in the history)."""

    file: PatchFile
    xsa: int
    view: View
    since: int | None = None


@dataclass(frozen=True, slots=True)
class _Match:
    entries: tuple[Entry, ...]
    how: str
    lines: float


class Finder:
    """Looks for patches in views of one history.  `mains`: the views of master and staging, for links."""

    def __init__(self, history: History, facts: Facts, mains: Sequence[View] = ()) -> None:
        self.history, self.facts, self.mains = history, facts, tuple(mains)
        self._done: dict[tuple[int, int, int | None], tuple[list[_Match], list[_Match]]] = {}

    def find(self, wanted: Sequence[Wanted]) -> list[Finding]:
        """One finding for each file that is wanted.  What all of them need of git is asked for together.  Raises
        Failure.
        """
        self._prefetch(wanted)
        return [self._file(one) for one in wanted]

    def glance(self, files: Sequence[PatchFile]) -> dict[str, list[str]]:
        """The commits of any ref that have the patch id of a file's first patch, or its subject and enough of its
        lines.
        """
        firsts = {file.name: file.pieces[0] for file in files if file.pieces}
        exact = {name: self.history.changing_just(piece.patch.paths) for name, piece in firsts.items()}
        ids = self.facts.ids(e.hash for entries in exact.values() for e in entries)
        titled = {
            n: [e for s in p.patch.subjects if is_telling(s) for e in self.history.with_subject(s)]
            for n, p in firsts.items()
        }
        lines = self.facts.lines(e.hash for entries in titled.values() for e in entries)
        return {
            name: [e.hash for e in exact[name] if piece.identity and ids.get(e.hash) == piece.identity]
            + [e.hash for e in titled[name] if shared(piece.lines, lines[e.hash]) >= ALIKE]
            for name, piece in firsts.items()
        }

    # -- asking git for many at once

    def _prefetch(self, wanted: Sequence[Wanted]) -> None:
        pieces = [(piece, one) for one in wanted for piece in one.file.pieces]
        exact = {e.hash for p, w in pieces for e in w.view.entries(self.history.changing_just(p.patch.paths))}
        ids = self.facts.ids(exact)
        rest = [(p, w) for p, w in pieces if not self._by_id(p, w.view, None, ids)]
        near = {e.hash for p, w in rest if w.since is not None for e in self._near(p, w.view, w.since)}
        near |= {e.hash for p, w in rest for e in self._same_subject(p, w.view, None)}
        self.facts.lines(near)
        rest = [(p, w) for p, w in rest if not any(self._looked(p, w.view, w.since)[:1])]
        self.facts.lines({e.hash for p, w in rest for e in self._near(p, w.view, None)})

    # -- one file

    def _file(self, wanted: Wanted) -> Finding:
        found = [self._piece(piece, wanted) for piece in wanted.file.pieces]
        if not found:
            return Finding("missing")
        if len(found) == 1:
            return found[0]
        return _together(found)

    def _piece(self, piece: Piece, wanted: Wanted) -> Finding:
        view = wanted.view
        sure: list[_Match] = []
        perhaps: list[_Match] = []
        for newer in (wanted.since, None) if wanted.since is not None else (None,):
            sure, guesses = self._looked(piece, view, newer)
            perhaps += guesses
            if sure:
                break
        if not sure:
            sure = self._linked(piece, view)
        finding = self._judge(sure, wanted) if sure else None
        if finding is None and perhaps:
            best = max(perhaps, key=lambda match: match.lines)
            finding = Finding("unsure", "subject", _names(best), Evidence(lines=best.lines, subject=True))
        if finding is None:
            finding = Finding("missing")
        named = {e.hash for e in self.history.naming.get(wanted.xsa, ()) if e.hash in view.has}
        if finding.verdict in ("applied", "reverted"):
            links = tuple(n for c in finding.commits for n in messages.picked_from(self.history.by_hash[c].message))
            subject = any(self._has_subject(piece, self.history.by_hash[c]) for c in finding.commits)
            proof = replace(finding.evidence, links=links, subject=subject, number=bool(named & set(finding.commits)))
            return replace(finding, evidence=proof)
        near = [e.hash for e in self.history.naming.get(wanted.xsa, ()) if e.hash in view.has]
        return replace(finding, near=tuple(near[:5]), evidence=replace(finding.evidence, number=bool(near)))

    def _judge(self, matches: Sequence[_Match], wanted: Wanted) -> Finding:
        """Of what was found, what is left after the reverts."""
        view = wanted.view
        alive = [m for m in matches if all(view.live(e.hash) for e in m.entries)]
        best = max(alive or matches, key=_rank)
        story: dict[str, Entry] = {}
        for match in matches:
            for entry in match.entries:
                if (chain := view.chain(entry.hash)) or story:
                    story |= {entry.hash: entry, **{e.hash: e for e in chain}}
        if story:  # and what applied it once more, or had it before the first revert
            story |= {e.hash: e for m in matches for e in m.entries}
        reverts = tuple(e.hash for e in sorted(story.values(), key=lambda e: -e.at))
        proof = Evidence(patch_id=best.how == "patch-id", lines=best.lines)
        return Finding("applied" if alive else "reverted", best.how, _names(best), proof, reverts)

    # -- the ways to look

    def _looked(self, piece: Piece, view: View, newer: int | None) -> tuple[list[_Match], list[_Match]]:
        """(what is the patch, what has only its subject) in one ref, after a place in the history."""
        key = (id(piece), id(view), newer)
        if key not in self._done:
            self._done[key] = self._look(piece, view, newer)
        return self._done[key]

    def _look(self, piece: Piece, view: View, newer: int | None) -> tuple[list[_Match], list[_Match]]:
        ids = self.facts.ids(e.hash for e in view.entries(self.history.changing_just(piece.patch.paths), newer))
        exact = [_Match((e,), "patch-id", 1.0) for e in self._by_id(piece, view, newer, ids)]
        if exact and any(view.live(e.hash) for match in exact for e in match.entries):
            return exact, []
        known = {e.hash for match in exact for e in match.entries}
        lines = [m for m in self._by_lines(piece, view, newer) if not {e.hash for e in m.entries} & known]
        known |= {e.hash for match in lines for e in match.entries}
        sure: list[_Match] = []
        perhaps: list[_Match] = []
        for match in self._by_subject(piece, view, newer):
            if match.entries[0].hash not in known:
                (sure if match.lines >= ALIKE else perhaps).append(match)
        return [*exact, *lines, *(() if lines else sure)], perhaps

    def _by_id(self, piece: Piece, view: View, newer: int | None, ids: object) -> list[Entry]:
        assert isinstance(ids, dict)
        if not piece.identity:
            return []
        same = self.history.changing_just(piece.patch.paths)
        return [e for e in view.entries(same, newer) if ids.get(e.hash) == piece.identity]

    def _near(self, piece: Piece, view: View, newer: int | None) -> Iterator[Entry]:
        """The commits that could share enough lines with a patch, by the files that they change."""
        total = sum(piece.changed.values())
        weight: dict[str, int] = {}
        for path, number in piece.changed.items():
            for entry in view.entries(self.history.by_path.get(path, ()), newer):
                weight[entry.hash] = weight.get(entry.hash, 0) + number
        for name, number in weight.items():
            entry = self.history.by_hash[name]
            part = newer is not None and all(path in piece.changed for path in entry.paths)
            if (number >= SAME * total and len(entry.paths) * SAME <= total) or part:
                yield entry

    def _by_lines(self, piece: Piece, view: View, newer: int | None) -> list[_Match]:
        near = list(self._near(piece, view, newer))
        facts = self.facts.lines(e.hash for e in near)
        scored = [(shared(piece.lines, facts[e.hash]), e) for e in near]
        whole = [_Match((e,), "lines", score) for score, e in scored if score >= SAME]
        if whole and is_small(piece.patch.files):
            whole = self._in_place(piece, whole)
        if whole and max(match.lines for match in whole) == 1.0:
            return whole
        several = self._union(piece, view, newer, [e for _, e in scored])
        return [_Match(several, "lines", 1.0)] if several else whole

    def _in_place(self, piece: Piece, matches: Sequence[_Match]) -> list[_Match]:
        """Those matches of a small patch that are among the same lines."""
        mine = lines_of(piece.patch.files, b"+- ")
        theirs = dict(trees.diffs(self.history.repo, [m.entries[0].hash for m in matches], context=3))
        return [
            match
            for match in matches
            if shared(mine, lines_of(parse_diff(theirs.get(match.entries[0].hash, b"")), b"+- ")) >= SAME
        ]

    def _union(self, piece: Piece, view: View, newer: int | None, near: Sequence[Entry]) -> tuple[Entry, ...]:
        """The commits whose lines together are exactly the patch's; none if there are no such.

        In a whole history only commits that name the advisory, or any, are tried, as there are too many others.
        """
        facts = self.facts.lines(e.hash for e in near)
        left = piece.lines.copy()
        used: list[Entry] = []
        parts = [(e, facts[e.hash]) for e in near if facts[e.hash] and facts[e.hash] <= piece.lines]
        for entry, lines in sorted(parts, key=lambda pair: (-pair[1].total(), pair[0].at)):
            if lines <= left and view.live(entry.hash):
                left -= lines
                used.append(entry)
        return tuple(used) if not left and 1 < len(used) <= _UNION else ()

    def _same_subject(self, piece: Piece, view: View, newer: int | None) -> list[Entry]:
        same = [e for s in piece.patch.subjects if is_telling(s) for e in self.history.with_subject(s)]
        return view.entries(same, newer)

    def _has_subject(self, piece: Piece, entry: Entry) -> bool:
        return any(entry in self.history.with_subject(s) for s in piece.patch.subjects if is_telling(s))

    def _by_subject(self, piece: Piece, view: View, newer: int | None) -> list[_Match]:
        same = self._same_subject(piece, view, newer)
        facts = self.facts.lines(e.hash for e in same)
        return [_Match((e,), "subject", shared(piece.lines, facts[e.hash])) for e in same]

    def _linked(self, piece: Piece, view: View) -> list[_Match]:
        """The commits of a ref that were picked from what is the patch on master."""
        for main in self.mains:
            if main is view:
                continue
            sure, _ = self._looked(piece, main, None)
            picks = [p for m in sure for e in m.entries for p in self.history.picks_of(e.hash) if p.hash in view.has]
            if picks:
                facts = self.facts.lines(p.hash for p in picks)
                return [_Match((p,), "links", shared(piece.lines, facts[p.hash])) for p in picks]
        return []


def _rank(match: _Match) -> tuple[int, float, int]:
    order = {"patch-id": 3, "lines": 2, "subject": 1, "links": 0}
    return order[match.how], match.lines, -match.entries[0].at


def _names(match: _Match) -> tuple[str, ...]:
    return tuple(entry.hash for entry in sorted(match.entries, key=lambda e: -e.at))


def _together(found: Sequence[Finding]) -> Finding:
    """The finding for a file of several patches: the worst of them, with the commits of all."""
    order = ("missing", "reverted", "unsure", "applied")
    worst = min(found, key=lambda one: order.index(one.verdict))
    lines = [one.evidence.lines for one in found if one.evidence.lines is not None]
    proof = Evidence(
        all(one.evidence.patch_id for one in found),
        min(lines, default=None),
        all(one.evidence.subject for one in found),
        tuple(dict.fromkeys(link for one in found for link in one.evidence.links)),
        any(one.evidence.number for one in found),
    )
    commits = dict.fromkeys(name for one in found for name in one.commits)
    reverts = dict.fromkeys(name for one in found for name in one.reverts)
    near = dict.fromkeys(name for one in found for name in one.near)
    return Finding(worst.verdict, worst.how, tuple(commits), proof, tuple(reverts), tuple(near))
