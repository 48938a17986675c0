"""Which base goes with a support branch: the newest that was made with what the branch has, unless the branch knows
of a later one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from convert.mail.describe import DRAFT
from convert.trees import git
from convert.update import base as bases
from convert.update.base import Base

_MARK = re.compile(rf"^{DRAFT}: ([0-9a-f]{{40,64}})[ \t]*$", re.M)


@dataclass(frozen=True, slots=True)
class Fit:
    """The base to merge from (None: there is none at all), the ref's newest commit, and what speaks against it.

    `missing`: an update on the branch (hash and subject) whose base is not among those here, which are older then.
    """

    base: Base | None
    newest: str | None
    missing: tuple[str, str] | None = None
    note: str | None = None


def fitting(repo: Path, tree: str, tip: str | None, upstream: str) -> Fit:
    """The base for a branch at `tip`; `upstream` is the tree's own branch.  Raises Failure for a ref that holds no
    base.
    """
    newest = bases.load(repo, tree)
    if newest is None:
        return Fit(None, None)
    if tip is None or newest.tip == tip:
        return Fit(newest, newest.commit)
    known = bases.chain(repo, tree)
    updates = [
        (commit, found[1], text.partition("\n")[0])
        for commit, text in git.messages(repo, tip, (upstream,))
        if (found := _MARK.search(text))
    ]
    blobs = {blob for _, blob in known}
    missing = next(((commit, subject) for commit, blob, subject in updates if blob not in blobs), None)
    if missing is not None:
        return Fit(newest, newest.commit, missing)
    drafted = updates[0][1] if updates else None
    for commit, blob in known:
        base = newest if commit == newest.commit else bases.read(repo, tree, commit)
        if base.tip is not None and git.is_ancestor(repo, base.tip, tip):
            return Fit(base, newest.commit)
        if blob == drafted or (base.tip is None and drafted is None):
            return Fit(base, newest.commit, note=_rewritten(tree, base))
    return Fit(newest, newest.commit, note=_rewritten(tree, newest))


def _rewritten(tree: str, base: Base) -> str | None:
    if base.tip is None:
        return None
    return f"support/{tree} was rewritten: it does not have the commit that its base was made with, {base.tip[:12]}"
