"""Carrying an update out: objects first, then one transaction over the refs.

Until the transaction nothing is changed; after it all is done but for a checkout that was asked for, and that is made
up for by the next run.  The support branch moves before the base: if ever only the first did, the next run finds the
same change on both sides, and moves the base.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from convert.failure import Failure
from convert.mail.describe import DRAFT, compose
from convert.trees import git
from convert.trees.version import FILE
from convert.update import base, pending
from convert.update.plan import Blocked, Plan


@dataclass(frozen=True, slots=True)
class Step:
    """All that a commit needs.

    `at` is where the support branch must still be (None: not there), `fork` the common ancestor of two `parents`;
    `new_base` are the files of the next base, None to leave it; `base_at` is where it must still be.
    """

    tree: str
    support: str
    at: str | None
    parents: tuple[str, ...]
    fork: str | None
    upstream: str
    text: bytes
    base_at: str | None
    new_base: dict[str, bytes] | None


@dataclass(frozen=True, slots=True)
class Options:
    """`sign_off`: add the committer's Signed-off-by; `checkout`: take a clean checkout of the branch along."""

    sign_off: bool = False
    checkout: bool = False


def step_of(found: Plan) -> Step:
    """The step that a plan without conflicts, or its resolution, takes."""
    branches = found.branches
    content = None
    if found.pins:
        content = base.files(found.made, found.theirs, found.sha256, branches.upstream_at, branches.branch)
    return Step(
        found.tree,
        branches.support,
        branches.support_at,
        branches.parents,
        branches.fork or _kept(found),
        branches.upstream,
        found.result.data,
        found.base_at,
        content,
    )


def _kept(found: Plan) -> str | None:
    return found.base.tree_commit if found.base else None


def obstacle(repo: Path, found: Plan, options: Options) -> str | None:
    """What keeps a plan from being carried out, for people; None if nothing does."""
    waiting = pending.find(repo, found.tree)
    if waiting is not None:
        return (
            f"a merge is waiting in {waiting}; edit {FILE} there, then `xen-support update --continue --tree"
            f" {found.tree}`, or give it up with --abort"
        )
    if not found.moves_branch and not found.stuck:
        return None
    return checkout_obstacle(repo, found.branches.support, options)


def checkout_obstacle(repo: Path, support: str, options: Options) -> str | None:
    """Why a checkout of the branch forbids to move it; None where none does."""
    folder = git.checkouts(repo).get(support)
    if folder is None:
        return None
    short = support.removeprefix("refs/heads/")
    if not options.checkout:
        return f"{short} is checked out in {folder}; check out something else, or give --checkout to update that too"
    return (
        None
        if git.is_clean(folder)
        else f"{short} is checked out in {folder}, with changes; commit or stash them first"
    )


def carry_out(repo: Path, step: Step, options: Options, journal: Path | None = None) -> str | None:
    """Commit and move the refs.  The new commit of the support branch, None where it stays.

    `journal` is the folder of the waiting merge that this resolves.  Raises Failure where a ref has moved meanwhile:
    then nothing is changed.
    """
    new = _commit(repo, step, options)
    moves: list[tuple[str, str, str | None]] = []
    if new != step.at:
        moves.append((step.support, new, step.at))
    if step.new_base is not None:
        moves.append(
            (base.ref_of(step.tree), base.store(repo, step.tree, step.base_at, step.new_base, new), step.base_at)
        )
    if not moves:
        return None
    folder = git.checkouts(repo).get(step.support) if options.checkout and step.at and new != step.at else None
    if folder is not None and step.at is not None:
        pending.note_checkout(repo, step.tree, folder, step.support, step.at, new)
    if journal is not None:
        pending.note_moves(journal, moves)
    git.move_refs_or_fail(repo, moves, step.tree)
    if folder is not None:
        pending.finish_checkout(repo, step.tree)
    return new if new != step.at else None


def begin(repo: Path, found: Blocked) -> str | None:
    """Make the support branch of a tree that is not updated yet begin where it is to; what to tell people.  Raises
    Failure.
    """
    if found.start is None:
        return None
    git.move_refs_or_fail(repo, [(f"refs/heads/support/{found.tree}", found.start, None)], found.tree)
    return f"support/{found.tree} begins at {found.start[:12]}"


def _commit(repo: Path, step: Step, options: Options) -> str:
    """The commit that the support branch is to be at."""
    first = step.parents[0]
    old = git.object_of(repo, f"{first}:{FILE}")
    if len(step.parents) == 1 and (old or b"") == step.text:
        return first
    person = git.identity(repo)
    merged = None
    if len(step.parents) > 1:
        merged = step.upstream.removeprefix("refs/heads/").removeprefix("refs/remotes/")
        found = git.merge_trees(repo, step.fork or first, first, step.parents[1], FILE)
        if isinstance(found, list):
            raise Failure(
                f"{step.tree}: {step.support.removeprefix('refs/heads/')} and {merged} have both changed "
                f"{', '.join(found[:5])}; merge them with git, then run it again"
            )
        above = found
    else:
        above = first
    stored = git.store_tree(repo, {FILE: git.store(repo, step.text)}, above)
    before, after = ((text or b"").decode("utf-8", "replace") for text in (old, step.text))
    draft = git.store(repo, step.new_base[FILE]) if step.new_base is not None else "none"
    tags = [f"{DRAFT}: {draft}", *([f"Signed-off-by: {person}"] if options.sign_off else [])]
    message = compose(before, after, merged, tags)
    return git.store_commit(repo, stored, step.parents, message)
