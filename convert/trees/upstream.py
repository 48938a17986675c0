"""The branch that a tree's patches are made against, which is also the one that its support branch takes changes from.

Patches for Xen are made against staging (unstable) and staging-X.Y; master and stable-X.Y follow them once the tests
have passed.  So where a workbook names one of the latter, or nothing, its staging branch is meant if the repository has
it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from convert.failure import Failure
from convert.trees import git, resolve
from convert.trees.all import branch_of
from convert.trees.resolve import Found
from convert.trees.version import MAKEFILE, UNSTABLE, UNSTABLE_NAMES, branched_version, is_unstable, read_makefile


def find(repo: Path, tree: str, branch: str | None, remote: str | None = None, onto: str | None = None) -> Found:
    """The branch for a tree; its name is the branch's, without a remote.

    `branch` is what the workbook says (None: nothing, or no workbook), `onto` what a person says, which is taken as it
    is. Raises Failure as `resolve` does.
    """
    if onto is not None:
        return resolve.resolve(onto, repo, remote, unpacked=False)
    wanted = branch or _usual(tree)
    staging = _staging(wanted)
    try:
        found = resolve.resolve(tree, repo, remote, {tree: wanted}, unpacked=False)
    except Failure:
        if staging is not None and _there(repo, staging):
            return resolve.resolve(staging, repo, remote, unpacked=False)
        unstable = _numbered(repo, tree, remote, None)
        if unstable is None:
            raise
        return unstable
    if (found.ref or "").startswith(("refs/heads/", "refs/remotes/")):
        staging = _staging(branch_of(found))
    if staging is None or not _there(repo, staging):
        return found
    place = found.ref.split("/")[2] if found.ref and found.ref.startswith("refs/remotes/") else None
    newer = resolve.resolve(staging, repo, remote or place, unpacked=False)
    behind = newer.commit != found.commit and git.is_ancestor(repo, newer.commit or "", found.commit or "")
    return found if behind else newer


def branch(repo: Path, tree: str, remote: str | None = None, number: str | None = None) -> Found:
    """The branch for a tree that no workbook speaks of, never a tag or a commit.

    A number X.Y without a branch is the unstable tree where its xen/Makefile has that number, or `number`, the one that
    it is about to get, is the same.  Raises Failure where there is no such branch, and with the candidates where
    several remotes have it.
    """
    try:
        found = find(repo, tree, None, remote)
    except Failure as failure:
        why = str(failure)
    else:
        if (found.ref or "").startswith(("refs/heads/", "refs/remotes/")):
            return found
        why = f"{tree}: that is {found.ref or 'a commit'}, and no branch"
    unstable = _numbered(repo, tree, remote, number)
    if unstable is None:
        raise Failure(why)
    return unstable


def _numbered(repo: Path, tree: str, remote: str | None, number: str | None) -> Found | None:
    """The unstable tree, if X.Y is the number that it has or is about to get."""
    if branched_version(tree) != tree:
        return None
    try:
        found = find(repo, UNSTABLE_NAMES[0], None, remote)
    except Failure:
        return None
    made = read_makefile(git.object_of(repo, f"{found.commit}:{MAKEFILE}"))
    return replace(found, name=tree) if tree in (number, made.number if made is not None else None) else None


def name_of(found: Found) -> str:
    """The branch's name for people, with its remote; a tag or commit as it was called."""
    ref = found.ref or found.name
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _usual(tree: str) -> str | None:
    """The branch that a tree's name stands for."""
    version = branched_version(tree)
    return UNSTABLE[0] if is_unstable(tree) else f"stable-{version}" if version else None


def _staging(branch: str | None) -> str | None:
    """The staging branch of master or stable-X.Y; None for any other."""
    if branch == UNSTABLE[0]:
        return UNSTABLE[1]
    version = branched_version(branch or "")
    return f"staging-{version}" if version and branch == f"stable-{version}" else None


def _there(repo: Path, branch: str) -> bool:
    return bool(git.refs(repo, f"refs/heads/{branch}", f"refs/remotes/*/{branch}"))
