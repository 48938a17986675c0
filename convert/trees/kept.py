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
from grammar import cache

_KIND = "history-1"  # the number changes with what is stored
_MOST = 24  # files of this kind; the oldest go
_HASH = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")

T = TypeVar("T")
Graph = list[tuple[str, tuple[str, ...]]]


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

    def graph(self, commits: Sequence[str], path: str) -> Graph:
        """As `git.graph`."""
        return self._kept("graph", path, commits, lambda: git.graph(self.repo, commits, path), _graph)

    def objects(self, commits: Sequence[str], path: str) -> list[str | None]:
        """What each commit has at a path; None where that is nothing.  Raises Failure."""
        names = [f"{name}:{path}" for name in commits]
        return self._row("objects", path, commits, lambda: git.identities(self.repo, names))

    def newest(self, commits: Sequence[str], path: str) -> list[str | None]:
        """Of each commit what `git.newest` says."""
        return self._row("newest", path, commits, lambda: [git.newest(self.repo, name, path) for name in commits])

    def _row(
        self, what: str, path: str, commits: Sequence[str], make: Callable[[], list[str | None]]
    ) -> list[str | None]:
        """An answer that has a hash or None for each commit."""

        def read(value: Any) -> list[str | None]:  # noqa: ANN401
            if not isinstance(value, list) or len(value) != len(commits):
                raise ValueError
            return [None if one is None else _hash(one) for one in value]

        return self._kept(what, path, commits, make, read)

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


def _graph(value: Any) -> Graph:  # noqa: ANN401
    return [(_hash(commit), tuple(_hash(parent) for parent in parents)) for commit, parents in value]


def _prune(folder: Path) -> None:
    """Remove all but the newest files of this kind."""
    with contextlib.suppress(OSError):
        files = sorted(folder.glob(f"{_KIND}-*"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_MOST]:
            path.unlink()
