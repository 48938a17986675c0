"""What git says of a file's history, kept in the user's cache from one command to the next.

A commit's hash fixes all that came before it, so that this never goes stale.  Three things of a repository can put
another history in its place: replacement refs, grafts and a shallow clone (git-replace(1), gitglossary(7)).  With one
of them nothing is kept or taken.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from convert.trees import git
from convert.trees.git import Graph
from convert.trees.version import FILE
from grammar import cache
from grammar.named import NamedTuple

_KIND = "history-2"  # the number changes with what is stored
_MOST = 24  # files of this kind; the oldest go
_HASH = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
# In xen.git the commit before SUPPORT.md came (2017-11-23).  Neither it nor any commit that it leads to has one, which
# its hash says of every repository that has it: git need not look through these 36,570 commits again.
BEFORE = {FILE: "79136f2673b52db7b4bbd6cb5da194f2f4c39a9d"}

T = TypeVar("T")


class History(NamedTuple):
    """What became of a path up to some commits.

    `graph` as `git.graph` has it; `first`: of each commit that was asked for the first one of the graph that it leads
    to, itself included; None where the path was never there.
    """

    graph: Graph
    first: list[str | None]


class Histories:
    """Of one repository; each answer is git's own, or what it was the last time for the same commits.

    Commits are full hashes; for names of refs, which may mean another commit tomorrow, nothing is kept.
    """

    def __init__(self, repo: Path) -> None:
        self.repo = repo

    @cached_property
    def _rewritten(self) -> tuple[bool, bool]:
        """As `git.rewritten`, which is asked only where it matters, so never without a repository."""
        return git.rewritten(self.repo)

    @property
    def shallow(self) -> bool:
        """Whether the repository has only the newest part of its history."""
        return self._rewritten[0]

    def history(self, commits: Sequence[str], path: str, meanwhile: Callable[[], object] = lambda: None) -> History:
        """The history of a path.  Where git is asked for it, `meanwhile` is called while it works.  Raises Failure."""

        def make() -> History:
            without = self._before(path)
            graph, first = git.graph(self.repo, commits, path, without, meanwhile)
            rest = (
                git.newest(self.repo, name, path, without) if name not in first else first[name] for name in commits
            )
            return History(graph, list(rest))

        return self._kept("graph", path, commits, make, lambda value: _history(value, len(commits)))

    def _before(self, path: str) -> list[str]:
        """The commits of `BEFORE` that say something of this repository."""
        names = [BEFORE[path]] if path in BEFORE and not self._rewritten[1] else []
        return names if names and git.identities(self.repo, names, fetch=False) == names else []

    def objects(self, commits: Sequence[str], path: str) -> list[str | None]:
        """What each commit has at a path; None where that is nothing.  Raises Failure."""
        names = [f"{name}:{path}" for name in commits]
        return self._kept(
            "objects", path, commits, lambda: git.identities(self.repo, names), lambda value: _row(value, len(commits))
        )

    def _kept(self, what: str, path: str, commits: Sequence[str], make: Callable[[], T], read: Callable[[Any], T]) -> T:
        name = hashlib.sha256(json.dumps([what, path, *commits]).encode("utf-8", "surrogateescape")).hexdigest()
        fixed = not self._rewritten[1] and all(map(_HASH.fullmatch, commits))
        place = cache.place(f"{_KIND}-{name[:32]}.json") if fixed else None
        if place is not None:
            with contextlib.suppress(ValueError, TypeError, LookupError):
                value = cache.kept(place)
                if value is not None and value["of"] == name:
                    return read(value["is"])
        made = make()
        if place is not None:
            cache.keep(place, {"of": name, "is": made})
            _prune(Path(place).parent)
        return made


def _hash(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ValueError
    return value


def _row(value: Any, count: int) -> list[str | None]:  # noqa: ANN401
    """A hash or None for each of so many commits."""
    if not isinstance(value, list) or len(value) != count:
        raise ValueError
    return [None if one is None else _hash(one) for one in value]


def _history(value: Any, count: int) -> History:  # noqa: ANN401
    graph, first = value
    return History(
        [(_hash(name), tuple(_hash(parent) for parent in parents)) for name, parents in graph], _row(first, count)
    )


def _prune(folder: Path) -> None:
    """Remove all but the newest files of this kind."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob(f"{_KIND}-*"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_MOST]:
            path.unlink()
