"""Which commits a series has: where it starts, what it changes, and what is kept of the version before."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from convert.failure import Failure
from convert.trees import git, upstream
from convert.trees.all import branch_of
from convert.trees.version import FILE, UNSTABLE_NAMES
from convert.update import base as bases

Files = dict[str, tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Change:
    """What a tree's support branch changes against the branch that its patches are for.

    `base` is the latter's commit, `tip` the former's, `fork` where they part; `before` and `after` are SUPPORT.md there
    (before: None where it is new); `others` are further files that the support branch changes.  `upstream` is the
    branch as it is called here, `branch` for those who have other remotes.
    """

    tree: str
    upstream: str
    base: str
    tip: str
    before: str | None
    after: str
    others: Files
    note: str | None = None
    fork: str = ""
    branch: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to send."""
        return self.before == self.after and not self.others


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why no series can be made of a tree."""

    why: str


def default_trees(repo: Path) -> list[str]:
    """The tree whose changes are proposed first: the unstable one.  Raises Failure where it has no support branch."""
    made = support_trees(repo)
    for name in UNSTABLE_NAMES:
        if name in made:
            return [name]
    there = f"there are {', '.join(made)}; choose with --tree" if made else "run `xen-support update` first"
    raise Failure(f"no branch support/master; {there}")


def support_trees(repo: Path) -> list[str]:
    """The trees that have a support branch."""
    return [name.removeprefix("refs/heads/support/") for name in git.refs(repo, "refs/heads/support/")]


def find(repo: Path, tree: str, remote: str | None = None, onto: str | None = None) -> Change | Blocked:
    """What a tree's series is to change, if anything.  Raises Failure where git cannot tell."""
    tip = git.commit(repo, f"refs/heads/support/{tree}")
    if tip is None:
        known = ", ".join(support_trees(repo)) or "none"
        raise Failure(f"{tree}: no branch support/{tree}; run `xen-support update` first (there are: {known})")
    kept = bases.load(repo, tree)
    found = upstream.find(repo, tree, kept.upstream if kept else None, remote, onto)
    name, base = upstream.name_of(found), found.commit or ""
    fork = git.merge_base(repo, tip, base)
    if fork is None:
        return Blocked(
            f"support/{tree} and {name} have no common history here; in a shallow clone, fetch more of it (git fetch"
            " --deepen)"
        )
    changed, there = git.changed_files(repo, fork, tip), git.changed_files(repo, fork, base)
    ours = {path: at for path, at in changed.items() if path not in there or there[path] != at}
    both = sorted(path for path in ours if path in there)
    if both:
        again = f"run `xen-support update{f' --onto {onto}' if onto else ''}` first"
        how = again if both == [FILE] else "merge them with git first"
        return Blocked(f"support/{tree} and {name} have both changed {', '.join(both[:5])}; {how}")
    texts = _texts(repo, base, tip if FILE in ours else base)
    if texts is None:
        return Blocked(f"{FILE} of support/{tree} or {name} is not UTF-8")
    before, after = texts
    if after is None and ours:
        return Blocked(f"support/{tree} has no {FILE}")
    ours.pop(FILE, None)
    return Change(
        tree,
        name,
        base,
        tip,
        before,
        after or "",
        ours,
        found.note,
        fork,
        branch_of(found) if found.ref else found.name,
    )


def _texts(repo: Path, base: str, tip: str) -> tuple[str | None, str | None] | None:
    """SUPPORT.md of two commits; None where one is not UTF-8."""
    found: list[str | None] = []
    for commit in (base, tip):
        data = git.object_of(repo, f"{commit}:{FILE}")
        try:
            found.append(None if data is None else data.decode())
        except UnicodeDecodeError:
            return None
    return found[0], found[1]


def lines_of(repo: Path, old: str, new: str) -> str:
    """What tells whether a patch is the same as one before: the sha256 of the lines that it takes away and adds."""
    return hashlib.sha256(git.changed_lines(repo, old, new)).hexdigest()
