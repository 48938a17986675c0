"""A base whose support branch is gone: where the branch may begin again, and what each place has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from convert.failure import counted
from convert.mail.statements import meaning, name, statement
from convert.trees import git
from convert.trees.version import FILE
from convert.update.base import Base, ref_of

_MOST = 3  # changes that are told of each candidate; commits of a reflog that are offered
_LOOKED_AT = 200  # of the newest commits of reflogs


@dataclass(frozen=True, slots=True)
class Candidate:
    """A commit that the branch may begin at: how to call it, and where it was found."""

    commit: str
    called: str
    where: str


def candidates(repo: Path, tree: str, base: Base, remotes: Mapping[str, str]) -> list[Candidate]:
    """Where a lost branch may begin: at the commit kept with the base, those of reflogs that go on from it, remotes'
    branches.

    `remotes`: commit by remote.  Of a base/1 without such a commit, a reflog's commit counts that no branch or tag has.
    """
    found = [] if base.tip is None else [Candidate(base.tip, base.tip[:12], "as the last update left it")]
    found += [Candidate(commit, commit[:12], "in a reflog") for commit in _logged(repo, base)]
    found += [
        Candidate(commit, f"{remote}/support/{tree}", f"the branch of {remote}") for remote, commit in remotes.items()
    ]
    return found


def _logged(repo: Path, base: Base) -> list[str]:
    """The last commits in reflogs that are later than the one kept with the base."""
    named = set(git.refs(repo).values())
    found: list[str] = []
    for commit in git.reflog(repo)[:_LOOKED_AT]:
        if commit in named or git.object_of(repo, f"{commit}:{FILE}") is None or len(found) == _MOST:
            continue
        if any(git.is_ancestor(repo, commit, other) for other in found):
            continue
        if base.tip is not None:
            later = commit != base.tip and git.is_ancestor(repo, base.tip, commit)
        else:
            later = not _named(repo, commit)
        if later:
            found.append(commit)
    return found


def _named(repo: Path, commit: str) -> bool:
    """Whether a branch or tag has a commit."""
    return bool(git.refs(repo, f"--contains={commit}", "refs/heads", "refs/remotes", "refs/tags"))


def why(repo: Path, tree: str, base: Base, found: list[Candidate], upstream: tuple[str, str]) -> tuple[str, ...]:
    """What to tell people, line by line; `upstream`: the tree's own branch, as people call it, and its commit."""
    lines = [
        f"{ref_of(tree)} is there, and its branch support/{tree} is gone. The base is the sheet's draft and holds no"
        " hand edit, so the branch is not made from it. Say where it is to begin, and run this again:"
    ]
    called, own = upstream
    for one in found:
        differs = _differs(repo, own, one.commit, called)
        lines.append(f"git branch support/{tree} {one.called}   # {one.where}; {differs}")
    lines.append(
        f"git branch support/{tree} {called}   # the tree's own branch, without any of that; the sheet's changes come"
        " back"
    )
    lines.append(f"or begin anew, as if there had been no sheet: git update-ref -d {ref_of(tree)}")
    return tuple(lines)


def _differs(repo: Path, old: str, new: str, called: str) -> str:
    """What a commit's file says other than that of the tree's own branch."""
    before, after = (git.object_of(repo, f"{commit}:{FILE}") for commit in (old, new))
    if after is None:
        return f"has no {FILE}"
    changes = meaning((before or b"").decode("utf-8", "replace"), after.decode("utf-8", "replace"))
    if not changes:
        return f"says what {called} says"
    told = "; ".join(statement(change, name(change)) for change in changes[:_MOST])
    more = f"; and {len(changes) - _MOST} more" if len(changes) > _MOST else ""
    return f"{counted(len(changes), 'change')} to {called}: {told}{more}"
