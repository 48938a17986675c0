"""Carrying out the step of one tree: a commit on support/<tree> and the note, moved in one transaction."""

from __future__ import annotations

from pathlib import Path

from convert.release import note
from convert.release.plan import Plan
from convert.trees import git
from convert.trees.version import FILE


def carry_out(repo: Path, found: Plan, *, sign_off: bool) -> None:
    """Write a plan's commit and move its refs; work tree and index stay as they are.

    `found.written` is the commit then; where something forbids it, the reason is added to its problems.  Raises Failure
    where git does not know who the user is.
    """
    if found.text is None or found.message is None or found.problems:
        return
    folder = git.checkouts(repo).get(found.support)
    if folder is not None:
        found.problems.append(f"support/{found.tree} is checked out in {folder}; check out something else first")
        return
    person = git.identity(repo)
    words = found.message.with_tag(f"Signed-off-by: {person}") if sign_off else found.message
    stored = git.store_tree(repo, {FILE: git.store(repo, found.text)}, found.parent)
    commit = git.store_commit(repo, stored, [found.parent], words.text())
    said = note.Note(
        commit,
        found.asked.kind,
        found.tree,
        found.number,
        found.asked.by.isoformat(),
        str(found.policy) if found.policy else None,
        found.tagged,
    )
    ref = note.ref_of(found.tree)
    before = git.commit(repo, ref)
    refused = git.move_refs(repo, [(found.support, commit, found.at), (ref, note.store(repo, said, before), before)])
    if refused is not None:
        found.problems.append(f"something else has changed its refs meanwhile, so nothing was changed ({refused})")
        return
    found.written = commit
