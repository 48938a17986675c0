"""The commits of the refs that are asked about, read once: who has which, by file and subject; reverts and picks
among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from convert.trees import commits as trees
from convert.trees import git
from convert.trees.commits import Logged
from convert.xsa import messages
from convert.xsa.messages import Revert, Said
from convert.xsa.patches import plain_subject


@dataclass(slots=True, eq=False)
class Entry:
    """A commit of the history; `at` is its place, children before parents."""

    at: int
    hash: str
    parents: tuple[str, ...]
    time: int
    message: str
    paths: tuple[bytes, ...]
    _said: Said | None = field(default=None, repr=False)

    @property
    def subject(self) -> str:
        """The first paragraph on one line, as git has it."""
        return " ".join(self.message.strip("\n").partition("\n\n")[0].split())

    @property
    def said(self) -> Said:
        """What its message says of advisories."""
        if self._said is None:
            self._said = messages.read(self.message)
        return self._said


class View:
    """What one ref has: its commits by hash, and the reverts among them."""

    def __init__(self, history: History, name: str, tip: str, has: frozenset[str]) -> None:
        self.history, self.name, self.tip, self.has = history, name, tip, has

    def entries(self, among: Iterable[Entry], newer_than: int | None = None) -> list[Entry]:
        """Those of some commits that the ref has; with `newer_than` only those that are before that place."""
        return [e for e in among if e.hash in self.has and (newer_than is None or e.at < newer_than)]

    @cached_property
    def undone_by(self) -> dict[str, list[Entry]]:
        """Commit -> the commits of this ref that revert it, whether or not they were reverted again."""
        found: dict[str, list[Entry]] = {}
        for entry, revert in self.history.reverts:
            if entry.hash in self.has:
                for target in self._targets(entry, revert):
                    if target.hash != entry.hash:
                        found.setdefault(target.hash, []).append(entry)
        return found

    def _targets(self, entry: Entry, revert: Revert) -> list[Entry]:
        """The commits of this ref that a revert undoes: by hash, by the hash that they were picked from, else by
        subject.
        """
        found: list[Entry] = []
        for name in revert.commits:
            named = self.history.starting_with(name)
            direct = [e for e in named if e.hash in self.has]
            picks = [
                e for n in {name, *(e.hash for e in named)} for e in self.history.picks_of(n) if e.hash in self.has
            ]
            found += direct or picks
        if not found:
            for subject in revert.subjects:
                same = [e for e in self.history.with_subject(subject) if e.hash in self.has]
                found += [e for e in same if e.at > entry.at][:1]
        return [e for e in found if e.at > entry.at]

    def live(self, commit: str, above: frozenset[str] = frozenset()) -> bool:
        """Whether a commit's change is still there as far as reverts tell: none of its reverts is live itself."""
        if commit in above:
            return True
        return not any(self.live(r.hash, above | {commit}) for r in self.undone_by.get(commit, ()))

    def chain(self, commit: str, above: frozenset[str] = frozenset()) -> list[Entry]:
        """The reverts of a commit, the reverts of those, and so on, in no order."""
        found: list[Entry] = []
        for revert in self.undone_by.get(commit, ()):
            if revert.hash not in above:
                found += [revert, *self.chain(revert.hash, above | {commit})]
        return found


class History:
    """All commits of some tips.  Raises Failure where git cannot walk them."""

    def __init__(self, repo: Path, tips: Sequence[str]) -> None:
        self.repo, self.tips = repo, tuple(dict.fromkeys(tips))
        self.entries = [_entry(at, one) for at, one in enumerate(trees.log(repo, self.tips))]
        self.by_hash = {entry.hash: entry for entry in self.entries}
        self._base = trees.common(repo, self.tips) if len(self.tips) > 1 else None
        self._views: dict[str, View] = {}
        self._places: dict[str, str | None] = {}

    def view(self, name: str, tip: str) -> View:
        """What a ref has; `tip` is one of the tips or a commit that one of them has."""
        if tip not in self._views:
            self._views[tip] = View(self, name, tip, self._reach(tip))
        return self._views[tip]

    def _reach(self, tip: str) -> frozenset[str]:
        if self._base is not None and self._base != tip and tip in self.tips:
            return self._common | frozenset(trees.ancestors(self.repo, tip, [self._base]))
        return frozenset(trees.ancestors(self.repo, tip))

    @cached_property
    def _common(self) -> frozenset[str]:
        return frozenset(trees.ancestors(self.repo, self._base)) if self._base else frozenset()

    def place(self, revision: str) -> str | None:
        """The commit that a revision of any kind means; None where the repository does not know it."""
        if revision in self.by_hash:
            return revision
        if revision not in self._places:
            self._places[revision] = git.commit(self.repo, revision)
        return self._places[revision]

    @cached_property
    def by_path(self) -> dict[bytes, list[Entry]]:
        """File -> the commits that change it."""
        found: dict[bytes, list[Entry]] = {}
        for entry in self.entries:
            for path in entry.paths:
                found.setdefault(path, []).append(entry)
        return found

    @cached_property
    def _by_paths(self) -> dict[frozenset[bytes], list[Entry]]:
        found: dict[frozenset[bytes], list[Entry]] = {}
        for entry in self.entries:
            if entry.paths:
                found.setdefault(frozenset(entry.paths), []).append(entry)
        return found

    def changing_just(self, paths: frozenset[bytes]) -> list[Entry]:
        """The commits that change exactly these files."""
        return self._by_paths.get(paths, [])

    @cached_property
    def _by_subject(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(_folded(entry.subject), []).append(entry)
        return found

    def with_subject(self, subject: str) -> list[Entry]:
        """The commits with this subject; prefixes in brackets, case and a final full stop do not matter."""
        return self._by_subject.get(_folded(subject), [])

    @cached_property
    def _by_start(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.hash[:7], []).append(entry)
        return found

    def starting_with(self, name: str) -> list[Entry]:
        """The commits whose hash begins with seven or more digits."""
        return [entry for entry in self._by_start.get(name[:7], []) if entry.hash.startswith(name)]

    @cached_property
    def _picks(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for name in messages.picked_from(entry.message):
                found.setdefault(name[:12], []).append(entry)
        return found

    def picks_of(self, commit: str) -> list[Entry]:
        """The commits that say they were picked from this one."""
        return self._picks.get(commit[:12], []) if len(commit) >= 12 else []

    @cached_property
    def reverts(self) -> list[tuple[Entry, Revert]]:
        """The commits that say they undo others."""
        return [(entry, r) for entry in self.entries if (r := messages.reverted(entry.message)) is not None]

    @cached_property
    def naming(self) -> dict[int, list[Entry]]:
        """Advisory -> the commits that name it in any way."""
        found: dict[int, list[Entry]] = {}
        for entry in self.entries:
            for number in messages.numbers(entry.message) if "XSA" in entry.message or "xsa" in entry.message else ():
                found.setdefault(number, []).append(entry)
        return found


def _entry(at: int, one: Logged) -> Entry:
    return Entry(at, one.hash, one.parents, one.time, one.message, one.paths)


def _folded(subject: str) -> str:
    return plain_subject(subject).casefold().rstrip(".")
