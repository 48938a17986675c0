"""What there is of a tree's series from before: words and tags that people wrote, patches that they squashed or
split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convert.mail import messages
from convert.mail.messages import Message
from convert.series import accepted, posted
from convert.series.accepted import Outcome
from convert.series.plan import Blocked, Change, lines_of
from convert.series.posted import Made, Record
from convert.trees import git

JOINED, PART = "\n", "\t"  # between the keys of a squashed patch; before the number of a part of a split one


@dataclass(frozen=True, slots=True)
class Old:
    """A patch of the series as it is on its branch: its message, and how it was made."""

    commit: str
    message: Message
    made: Made


@dataclass(frozen=True, slots=True)
class Earlier:
    """What there is from before.

    The record; the patches by key; versions that were posted; where the branch is; what people are to know; which steps
    a person squashed into one patch, and which one was split into how many; what upstream took; which series of the
    tree it is.
    """

    record: Record | None
    patches: dict[str, Old]
    posted: dict[int, str]
    at: str | None
    notes: tuple[str, ...] = ()
    squashed: tuple[tuple[str, ...], ...] = ()
    split: dict[str, int] = field(default_factory=dict)
    outcome: Outcome | None = None
    number: int = 1


def earlier(repo: Path, change: Change, *, new: bool = False) -> Earlier | Blocked:
    """What there is of a tree's series from before; `new`: a person says that the next one begins anew.

    Lost and rewritten branches are told, or stop it; none is guessed.
    """
    tree = change.tree
    record, at = posted.load(repo, tree), git.commit(repo, posted.branch_of(tree))
    short = f"series/{tree}"
    if record is None:
        versions = posted.posted(repo, tree)
        if at is not None:
            return Blocked(f"{short} exists, and no record says that series made it; rename it, or delete it")
        lost = (
            f"{tree}: v{max(versions, default=0)} was posted, but the record of its patches is lost; no words or tags"
            " are kept"
        )
        return Earlier(None, {}, versions, None, (lost,) if versions else ())
    versions = posted.posted(repo, tree, record.number)
    outcome = accepted.outcome(repo, change, record, versions)
    ended = outcome is not None and outcome.ended
    told = tuple(f"{tree}: {line}" for line in outcome.told()) if outcome is not None else ()
    kept = _kept(repo, change, record, at)
    if ended or new or record.ended:
        if isinstance(kept, Blocked) and at not in (None, record.tip) and not _only_missing(kept):
            return kept
        said = (*told, f"{tree}: that series is done; the next one begins at v1") if ended else told
        return Earlier(record, {}, {}, at, said, outcome=outcome, number=record.number + 1)
    if isinstance(kept, Blocked):
        return kept
    patches, squashed, split, lost_notes = kept
    notes = (*_about_versions(tree, record, versions), *lost_notes, *told)
    return Earlier(record, patches, versions, at, notes, squashed, split, outcome, record.number)


_Kept = tuple[dict[str, Old], tuple[tuple[str, ...], ...], dict[str, int], list[str]]


def _only_missing(blocked: Blocked) -> bool:
    return "of its patches are gone" in blocked.why


def _kept(repo: Path, change: Change, record: Record, at: str | None) -> _Kept | Blocked:
    """The patches on the branch, told by what they change."""
    tree, short, notes = change.tree, f"series/{change.tree}", list[str]()
    tip = at or record.tip
    if at is None:
        there = [ref.removeprefix("refs/remotes/") for ref in git.refs(repo, f"refs/remotes/*/{short}")]
        bring = f"; to take those of {there[0]}: git branch {short} {there[0]}" if len(there) == 1 else ""
        notes.append(
            f"{tree}: {short} is gone; tags and words are those of the series as it was made, {record.tip[:12]}{bring}"
        )
    whole = git.merge_base(repo, record.base, tip) == record.base
    start = record.base if whole else git.merge_base(repo, change.base, tip)
    if start is None:
        return Blocked(f"{short} was rewritten: it has no common history with {change.upstream}")
    work = _Matching(repo, record, git.history(repo, record.base, record.tip), start, git.history(repo, start, tip))
    work.exact()
    work.squashed()
    work.split()
    if work.commits:
        first = work.commits[0]
        return Blocked(
            f"{short} was rewritten: its commit {first[:12]} ({messages.one_line(_message(repo, first).subject)!r})"
            f" changes something other than what series made it change; make such changes on support/{tree}, and take"
            f" {short} back to {record.tip[:12]} (git branch -f {short} {record.tip[:12]}), where only words, order,"
            " squashing and splitting are yours"
        )
    if work.made:
        subject = next(iter(work.made)).subject
        return Blocked(
            f"{short} was rewritten: {len(work.made)} of its patches are gone ({subject!r}); take it back to"
            f" {record.tip[:12]} or delete it; what is not to be sent is taken back on support/{tree}"
        )
    keys = [old.made.key for old in work.found.values()]
    groups = tuple(tuple(key.split(JOINED)) for key in keys if JOINED in key)
    parts: dict[str, int] = {}
    for key in keys:
        if PART in key:
            parts[key.partition(PART)[0]] = parts.get(key.partition(PART)[0], 0) + 1
    return work.found, groups, parts, notes


@dataclass(slots=True)
class _Matching:
    """Which commit on the branch is which patch as it was made; `made` and `commits` are what is not told yet."""

    repo: Path
    record: Record
    ours: list[str]
    start: str
    branch: list[str]
    found: dict[str, Old] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)

    def exact(self) -> None:
        """Commits that change the lines that a patch changed."""
        waiting: dict[str, list[Made]] = {}
        for made in self.record.patches:
            waiting.setdefault(made.lines, []).append(made)
        for commit in self.branch:
            known = waiting.get(lines_of(self.repo, f"{commit}^", commit))
            if known:
                self._take(commit, known.pop(0))
            else:
                self.commits.append(commit)
        self.made = [
            made for made in self.record.patches if any(made is left for known in waiting.values() for left in known)
        ]

    def squashed(self) -> None:
        """Commits that change what neighbouring patches changed together."""
        order = list(self.record.patches)
        if len(self.ours) != len(order):
            return
        for commit in list(self.commits):
            lines = lines_of(self.repo, f"{commit}^", commit)
            for run in _runs(order, self.made):
                old = self.ours[run[0] - 1] if run[0] else self.record.base
                if lines_of(self.repo, old, self.ours[run[-1]]) == lines:
                    group = [order[n] for n in run]
                    key = JOINED.join(made.key for made in group)
                    body = "\n\n".join(made.body for made in group)
                    self._take(commit, Made(key, lines, group[0].subject, body))
                    self.commits.remove(commit)
                    self.made = [made for made in self.made if made not in group]
                    break

    def split(self) -> None:
        """Neighbouring commits that together change what one patch changed."""
        for made in list(self.made):
            for run in _runs(self.branch, self.commits):
                commits = [self.branch[n] for n in run]
                if lines_of(self.repo, f"{commits[0]}^", commits[-1]) == made.lines:
                    for number, commit in enumerate(commits, 1):
                        own = lines_of(self.repo, f"{commit}^", commit)
                        message = _message(self.repo, commit)
                        kept = Made(f"{made.key}{PART}{number}", own, message.subject, message.body)
                        self._take(commit, kept)
                    self.commits = [commit for commit in self.commits if commit not in commits]
                    self.made.remove(made)
                    break

    def _take(self, commit: str, made: Made) -> None:
        self.found[made.key] = Old(commit, _message(self.repo, commit), made)


def _runs(order: Sequence[object], left: Sequence[object]) -> list[list[int]]:
    """The runs of two or more neighbours in an order that are all still left, longest first."""
    free = [any(one is other for other in left) for one in order]
    return [
        list(range(a, a + length))
        for length in range(len(order), 1, -1)
        for a in range(len(order) - length + 1)
        if all(free[a : a + length])
    ]


def _message(repo: Path, commit: str) -> Message:
    return messages.read(git.raw_commit(repo, commit).partition(b"\n\n")[2].decode("utf-8", "replace"))


def _about_versions(tree: str, record: Record, versions: dict[int, str]) -> list[str]:
    notes = []
    missing = [f"v{n}" for n in range(1, max(versions, default=0)) if n not in versions and n not in record.posted]
    if missing:
        notes.append(f"{tree}: {', '.join(missing)} was never marked as posted")
    lost = [n for n in record.posted if n not in versions]
    if lost:
        ref = posted.posted_ref(tree, lost[-1], record.number)
        notes.append(f"{tree}: v{lost[-1]} was posted, and its ref {ref} is lost: no change log against it")
    if record.version in versions and versions[record.version] != record.tip:
        notes.append(f"{tree}: v{record.version} was posted as {versions[record.version][:12]}, and made again since")
    return list(dict.fromkeys(notes))
