"""The note "release": which commit on support/<tree> is that of a release, and of what kind.

It lies in `refs/xen-support/<tree>/release`, a commit of one file, `release.json`; `series` knows the patch by it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast, get_args

from convert.failure import Failure
from convert.mail.messages import Message, read
from convert.output.terminal import TOOL
from convert.release.kinds import Kind
from convert.trees import git
from convert.trees.version import private_ref

SCHEMA = "xen-support.release-note/1"
FILE = "release.json"


@dataclass(frozen=True, slots=True)
class Note:
    """A commit of the release part.

    `commit` is it, `kind` its step, `date` the day whose policy holds (YYYY-MM-DD), `policy` that policy in words;
    `tagged`: the tag of the release was there already; `number`: the X.Y of the tree.
    """

    commit: str
    kind: Kind
    tree: str
    number: str
    date: str
    policy: str | None
    tagged: bool


def ref_of(tree: str) -> str:
    """The ref of a tree's note."""
    return private_ref(tree, "release")


def load(repo: Path, tree: str) -> Note | None:
    """A tree's note; None where there is none.  Raises Failure for a ref that holds something else."""
    at = git.commit(repo, ref_of(tree))
    if at is None:
        return None
    try:
        value: dict[str, Any] = json.loads(git.object_of(repo, f"{at}:{FILE}") or b"")
        if value["schema"] != SCHEMA or value["kind"] not in get_args(Kind):
            raise ValueError
        policy = value["policy"]
        return Note(
            str(value["commit"]),
            cast(Kind, value["kind"]),
            str(value["tree"]),
            str(value["number"]),
            str(value["date"]),
            None if policy is None else str(policy),
            bool(value["tagged"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Failure(
            f"{ref_of(tree)}: not a note of release; if nothing else needs it: git update-ref -d {ref_of(tree)}"
        ) from None


def store(repo: Path, note: Note, previous: str | None) -> str:
    """The commit of a note, which no ref has yet; it continues from the note before it, so that a push of both is no
    force.
    """
    value = {"schema": SCHEMA, "tool": TOOL, **asdict(note)}
    data = (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
    tree = git.store_tree(repo, {FILE: git.store(repo, data)})
    return git.store_commit(repo, tree, [note.commit, *([previous] if previous else [])], f"release {note.kind}\n")


def message_of(repo: Path, note: Note) -> Message:
    """The message of the commit that a note is about.  Raises Failure where the commit is gone."""
    data = git.raw_commit(repo, note.commit)
    return read(data.partition(b"\n\n")[2].decode("utf-8", "replace"))


def current(repo: Path, tree: str, tip: str) -> Note | None:
    """A tree's note, if its commit is part of what a support branch at `tip` has; None otherwise.  Raises Failure."""
    note = load(repo, tree)
    if note is None or git.commit(repo, note.commit) != note.commit:
        return None
    return note if git.merge_base(repo, note.commit, tip) == note.commit else None
