"""A tree's branches in the repository: its own one, the support branch, and where the latter begins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from convert.failure import Failure
from convert.sheet.model import Tree
from convert.trees import git, upstream
from convert.trees.all import branch_of
from convert.trees.resolve import Found
from convert.trees.version import FILE, PRIVATE
from convert.update import lineage, lost
from convert.update.base import ref_of

_PRIVATE = f"{PRIVATE}/*:{PRIVATE}/*"  # bases, and what series keeps: they travel with the branches


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person says about branches: the remote where several have one, another branch to merge than the usual, to
    go on without the base that belongs to the support branch.
    """

    remote: str | None = None
    onto: str | None = None
    adopt: bool = False


@dataclass(frozen=True, slots=True)
class Branches:
    """A tree's branches.

    `upstream` is its own branch's full ref, at `upstream_at`; `support` is the ref that is written, now at `support_at`
    (None: not there), and `tip` is what is gone on from (None: there is no support branch anywhere).  `parents` are
    those of the next commit; `leads`: the tree's own branch has what the support branch had.
    """

    upstream: str
    upstream_at: str
    support: str
    support_at: str | None
    tip: str | None
    parents: tuple[str, ...]
    fork: str | None
    leads: bool
    branch: str
    notes: tuple[str, ...] = ()


class Stop(Exception):
    """Why a tree is not updated, line by line; `start`: the commit that its support branch is to begin at all the
    same.
    """

    def __init__(self, why: tuple[str, ...], start: str | None = None) -> None:
        super().__init__(*why)
        self.why, self.start = why, start


def find(repo: Path, tree: Tree, wishes: Wishes) -> tuple[Branches, lineage.Fit]:
    """A tree's branches, and the base that goes with them.  Raises Stop, and Failure where the tree's own is not to
    be found.
    """
    found = upstream.find(repo, tree.name, tree.branch, wishes.remote, wishes.onto)
    support = f"refs/heads/support/{tree.name}"
    local = git.commit(repo, support)
    remotes = _remotes(repo, tree.name, wishes.remote)
    tip, notes = _start(repo, tree.name, local, remotes, found)
    fit = lineage.fitting(repo, tree.name, tip, found.commit or "")
    if wishes.adopt:
        fit = lineage.Fit(None, fit.newest)
    elif fit.base is None and remotes and tip is not None:
        raise Stop(_without_base(tree.name, remotes), tip if local is None else None)
    elif fit.missing is not None:
        raise Stop(_older(tree.name, fit.missing, remotes), tip if local is None else None)
    notes += [note for note in (found.note, fit.note) if note]
    parents, fork, leads = _parents(repo, tip, found.commit or "")
    return Branches(
        found.ref or tree.branch or tree.name, found.commit or "", support, local, tip, parents, fork, leads,
        branch_of(found) if found.ref else found.name, tuple(notes),
    ), fit  # fmt: skip


def _remotes(repo: Path, tree: str, remote: str | None) -> dict[str, str]:
    """The remotes that have the support branch, each with its commit."""
    refs = git.refs(repo, f"refs/remotes/*/support/{tree}")
    found = {ref.removeprefix("refs/remotes/").removesuffix(f"/support/{tree}"): at for ref, at in refs.items()}
    return {name: at for name, at in found.items() if remote is None or name == remote}


def _start(
    repo: Path, tree: str, local: str | None, remotes: dict[str, str], found: Found
) -> tuple[str | None, list[str]]:
    """Where the support branch continues from: the local one, or the one remote's where that has all of it; notes
    for people.
    """
    theirs = set(remotes.values())
    if local is None:
        return _without_local(repo, tree, remotes, found)
    if len(theirs) != 1 or theirs == {local}:
        return local, []
    name, other = next(iter(remotes.items()))
    if git.is_ancestor(repo, local, other):
        return other, [f"support/{tree} continues from {name}/support/{tree}, which is ahead of it"]
    if git.is_ancestor(repo, other, local):
        return local, []
    return local, [
        f"support/{tree} and {name}/support/{tree} have diverged; the local one is used. Merge the two with git"
        " before either is pushed"
    ]


def _without_local(repo: Path, tree: str, remotes: dict[str, str], found: Found) -> tuple[str | None, list[str]]:
    """Where a support branch begins that is not here.  Raises Stop where that is not sure."""
    base = lineage.fitting(repo, tree, None, "").base
    theirs = list(dict.fromkeys(remotes.values()))
    if base is None and len(theirs) > 1:
        names = ", ".join(f"{name}/support/{tree}" for name in remotes)
        raise Failure(f"{tree}: several remotes have the branch support/{tree}: {names}; choose one with --remote")
    if base is not None:
        offered = lost.candidates(repo, tree, base, remotes)
        if len(theirs) != 1 or not all(git.is_ancestor(repo, one.commit, theirs[0]) for one in offered):
            own = upstream.name_of(found), found.commit or ""
            raise Stop(lost.why(repo, tree, base, offered, own))
    if not theirs:
        return None, []
    name = next(iter(remotes))
    return theirs[0], [f"support/{tree} begins at {name}/support/{tree}"]


def _without_base(tree: str, remotes: dict[str, str]) -> tuple[str, ...]:
    name = next(iter(remotes))
    return (
        (
            f"{name}/support/{tree} is there, but not {ref_of(tree)}, the base that goes with it; so nothing of the"
            " sheet is merged yet. Fetch it, and run this again:"
        ),
        fetch_command(name),
        "or, if there is none anywhere, give --adopt: the file is taken over as it is",
    )


def _older(tree: str, missing: tuple[str, str], remotes: dict[str, str]) -> tuple[str, ...]:
    commit, subject = missing
    return (
        (
            f"{ref_of(tree)} is older than support/{tree}: it does not know the update {commit[:12]} ({subject}); so"
            " nothing of the sheet is merged yet. Fetch the base that goes with the branch, and run this again:"
        ),
        fetch_command(next(iter(remotes), "REMOTE")),
        "or, if it is lost, give --adopt: the file is taken over as it is",
    )


def fetch_command(remote: str) -> str:
    """What brings the support branches of others (as the remote's) and their bases; it refuses what would lose a
    base.
    """
    return f"git fetch {remote} '+refs/heads/support/*:refs/remotes/{remote}/support/*' '{_PRIVATE}'"


def push_command(remote: str) -> str:
    """What takes the support branches and bases to others, all or none of them."""
    return f"git push --atomic {remote} 'refs/heads/support/*:refs/heads/support/*' '{_PRIVATE}'"


def shared_with(repo: Path) -> str | None:
    """The one remote that has support branches; None without, or with several."""
    names = {ref.split("/")[2] for ref in git.refs(repo, "refs/remotes/*/support/**")}
    return names.pop() if len(names) == 1 else None


def _parents(repo: Path, tip: str | None, up: str) -> tuple[tuple[str, ...], str | None, bool]:
    """The parents of the next commit, the common ancestor of two, and whether the tree's own branch leads."""
    if tip is None:
        return (up,), None, False
    fork = git.merge_base(repo, tip, up)
    if fork == up:
        return (tip,), fork, up == tip
    if fork == tip:
        return (up,), fork, True
    there = git.object_of(repo, f"{up}:{FILE}")
    if fork is not None and git.object_of(repo, f"{fork}:{FILE}") == there:
        return (tip,), fork, False
    return (tip, up), fork, git.object_of(repo, f"{tip}:{FILE}") == there
