"""Merges that wait for a person, in `$GIT_COMMON_DIR/xen-support/<tree>/`, and checkouts that a killed run left behind.

`merge/` is there whole or not at all: it is made under another name, and renamed.  In it: SUPPORT.md, the text with
conflict markers; `ours.md`, `base.md`, `theirs.md`; `state.json`; `base/`, the files of the next base.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from convert.failure import Failure
from convert.output.files import write_atomic
from convert.output.terminal import TOOL
from convert.trees import git
from convert.trees.version import FILE
from convert.update import schema

_VERSION = 1
_SCHEMA = f"xen-support.update/{_VERSION}"
_CHECKOUT = "checkout.json"
_MOVES = "moving.json"


@dataclass(frozen=True, slots=True)
class Pending:
    """A merge that waits: its folder, what was kept about it, the three texts, the next base's files."""

    folder: Path
    state: Mapping[str, Any]
    ours: bytes
    theirs: bytes
    new_base: dict[str, bytes] | None

    @property
    def file(self) -> Path:
        """The text with the conflict markers."""
        return self.folder / FILE


@cache
def home(repo: Path, tree: str) -> Path:
    """The folder of a tree's state.  Raises Failure for a name that is none of a branch."""
    if git.run(repo, "check-ref-format", f"refs/heads/{tree}").returncode:
        raise Failure(f"{tree}: not the name of a tree")
    return git.common_dir(repo) / "xen-support" / tree


def find(repo: Path, tree: str) -> Path | None:
    """The folder of the merge that waits for a tree; None where none does."""
    folder = home(repo, tree) / "merge"
    return folder if folder.is_dir() else None


def all_trees(repo: Path) -> list[str]:
    """The trees for which a merge waits."""
    top = git.common_dir(repo) / "xen-support"
    found = sorted(top.glob("**/merge/state.json"))
    return [str(path.parent.parent.relative_to(top)) for path in found]


def save(
    repo: Path, tree: str, state: Mapping[str, Any], texts: Mapping[str, bytes], new_base: Mapping[str, bytes] | None
) -> Path:
    """Keep a merge for a person; its folder.  Raises Failure where one waits already."""
    top = home(repo, tree)
    top.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".merge-", dir=top))
    try:
        content = dict(texts) | {f"base/{name}": data for name, data in (new_base or {}).items()}
        content["state.json"] = _json({"schema": _SCHEMA, "tool": TOOL, "tree": tree, **state})
        for name, data in content.items():
            write_atomic(made / name, data)
        try:
            made.rename(top / "merge")
        except OSError:
            raise Failure(f"{tree}: another run has left a merge in {top / 'merge'} meanwhile") from None
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return top / "merge"


def load(repo: Path, tree: str) -> Pending:
    """The merge that waits for a tree.  Raises Failure where there is none."""
    folder = find(repo, tree)
    if folder is None:
        raise Failure(f"{tree}: no merge is waiting")
    try:
        state = json.loads((folder / "state.json").read_bytes())
        if schema.number(state, "update", _VERSION, str(folder)) is None:
            raise ValueError
        kept = folder / "base"
        content = {path.name: path.read_bytes() for path in sorted(kept.iterdir())} if kept.is_dir() else None
        return Pending(folder, state, (folder / "ours.md").read_bytes(), (folder / "theirs.md").read_bytes(), content)
    except (OSError, ValueError, RecursionError):
        raise Failure(f"{folder}: not the state of an update; give it up with --abort") from None


def drop(repo: Path, tree: str) -> None:
    """Forget the merge that waits for a tree."""
    folder = find(repo, tree)
    if folder is not None:
        gone = Path(tempfile.mkdtemp(prefix=".gone-", dir=folder.parent))
        folder.rename(gone / "merge")
        shutil.rmtree(gone, ignore_errors=True)


def note_moves(folder: Path, moves: Sequence[tuple[str, str, str | None]]) -> None:
    """Note in the folder of a waiting merge which refs are about to move where."""
    write_atomic(folder / _MOVES, _json({"moves": {name: new for name, new, _ in moves}}))


def tidy(repo: Path, tree: str) -> None:
    """Finish what a killed run has left: a merge whose refs have moved is dropped, a checkout follows its branch."""
    folder = find(repo, tree)
    if folder is not None:
        try:
            moves = json.loads((folder / _MOVES).read_bytes())["moves"]
            if moves and all(git.commit(repo, name) == new for name, new in moves.items()):
                drop(repo, tree)
        except FileNotFoundError:
            pass
        except (ValueError, KeyError, TypeError, AttributeError):
            (folder / _MOVES).unlink(missing_ok=True)
    finish_checkout(repo, tree)


def note_checkout(repo: Path, tree: str, folder: Path, branch: str, old: str, new: str) -> None:
    """Note that a checkout is to go from one commit to another, before the branch does."""
    said = {"folder": os.fsdecode(folder), "branch": branch, "old": old, "new": new}
    write_atomic(home(repo, tree) / _CHECKOUT, _json(said))


def finish_checkout(repo: Path, tree: str) -> Path | None:
    """Take a noted checkout to where its branch is; the work tree, None where there was nothing to do.

    Raises Failure where git refuses because of changes in it.
    """
    note = home(repo, tree) / _CHECKOUT
    try:
        said = json.loads(note.read_bytes())
        folder, branch, old, new = (str(said[key]) for key in ("folder", "branch", "old", "new"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        note.unlink(missing_ok=True)
        return None
    moved = git.commit(repo, branch) == new and git.checkouts(repo).get(branch) == Path(folder)
    if moved:
        git.step_checkout(Path(folder), old, new)
    note.unlink(missing_ok=True)
    return Path(folder) if moved else None


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
