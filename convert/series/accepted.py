"""What became of a posted series: which of its patches the branch that they were for has by now, and by which
commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convert.mail import messages
from convert.series.plan import Change, lines_of
from convert.series.posted import Record
from convert.trees import git
from convert.trees.version import FILE
from convert.update.merging import merge

_NAMED = 3  # commits that may have brought a patch's content


@dataclass(frozen=True, slots=True)
class Patch:
    """A posted patch: its commit, key and subject, the upstream commits that have it; none: it is not there.

    `same`: they are the patch, by its lines; else only its content is there.
    """

    commit: str
    key: str
    subject: str
    upstream: tuple[str, ...]
    same: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """The version that is looked at, its patches, and the branch."""

    version: int
    patches: tuple[Patch, ...]
    branch: str

    @property
    def taken(self) -> tuple[Patch, ...]:
        """The patches that are in."""
        return tuple(patch for patch in self.patches if patch.upstream)

    @property
    def ended(self) -> bool:
        """Whether nothing of what was posted is left."""
        return bool(self.patches) and len(self.taken) == len(self.patches)

    def told(self) -> list[str]:
        """What to tell people, a line a patch."""
        if not self.taken:
            return []
        lines = [f"v{self.version}: {len(self.taken)} of {len(self.patches)} patches are in {self.branch}"]
        for patch in self.taken:
            how = "" if patch.same else ", by content"
            lines.append(f"  {messages.one_line(patch.subject)}: {', '.join(c[:12] for c in patch.upstream)}{how}")
        return lines


def outcome(repo: Path, change: Change, record: Record, posted: dict[int, str]) -> Outcome | None:
    """What became of the version posted last, or of the series as it was made last where none was; None where that
    is not known.
    """
    number = max(posted, default=record.version)
    tip = posted.get(number, record.tip)
    own = tip == record.tip
    start = record.base if own else git.merge_base(repo, change.base, tip)
    if start is None or git.commit(repo, tip) is None:
        return None
    commits = git.history(repo, start, tip)
    keys = [made.key for made in record.patches] if own and len(record.patches) == len(commits) else [""] * len(commits)
    since = _since(repo, start, change)
    patches = [_patch(repo, change, commit, key, since) for commit, key in zip(commits, keys, strict=True)]
    return Outcome(number, tuple(patches), change.branch) if patches else None


def _since(repo: Path, start: str, change: Change) -> dict[str, list[str]]:
    """The commits of the branch since the series was made that touch its files, by their lines."""
    found: dict[str, list[str]] = {}
    for path in (FILE, *change.others):
        for commit, parents, _ in git.commits(repo, start, change.base, path):
            if len(parents) == 1:
                found.setdefault(lines_of(repo, f"{commit}^", commit), []).append(commit)
    return found


def _patch(repo: Path, change: Change, commit: str, key: str, since: dict[str, list[str]]) -> Patch:
    subject = messages.read(git.raw_commit(repo, commit).partition(b"\n\n")[2].decode("utf-8", "replace")).subject
    if git.is_ancestor(repo, commit, change.base):
        return Patch(commit, key, subject, (commit,))
    same = since.get(lines_of(repo, f"{commit}^", commit))
    if same:
        return Patch(commit, key, subject, tuple(same[:1]))
    if _has(repo, change, commit):
        found = list(dict.fromkeys(c for commits in since.values() for c in commits))
        return Patch(commit, key, subject, tuple(found[:_NAMED]) or (change.base,), False)
    return Patch(commit, key, subject, ())


def _has(repo: Path, change: Change, commit: str) -> bool:
    """Whether the branch has all that a patch does: bringing it in once more would change nothing."""
    files = git.changed_files(repo, f"{commit}^", commit)
    there = git.identities(repo, [f"{change.base}:{path}" for path in files])
    if all((at[1] if at else None) == now for at, now in zip(files.values(), there, strict=True)):
        return True
    if set(files) != {FILE}:
        return False
    texts = [git.object_of(repo, f"{at}:{FILE}") or b"" for at in (f"{commit}^", change.base, commit)]
    try:
        found = merge(*texts)
    except ValueError:
        return False
    return not found.conflicts and found.data == texts[1]


def left_out(found: Outcome | None) -> Iterator[str]:
    """The lines of a change log that say what need not be sent again."""
    for patch in found.taken if found is not None and not found.ended else ():
        yield f"{messages.one_line(patch.subject)}: applied as {patch.upstream[0][:12]}"
