"""Whether a row of another tree came with code that the tree under lint does not have."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from convert.trees import git
from convert.trees.commit import read
from convert.trees.version import FILE
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source

# files that say something and do nothing; what else a commit changes is code
_WORDS = ("docs/", "automation/")
_WORD_FILES = (".md", ".pandoc", ".rst", ".txt", "MAINTAINERS", "README", "COPYING")

Younger = Callable[[tuple[str, ...]], bool | None]


def younger(repo: Path, old: str, new: str) -> Younger:
    """A function that says whether the row with some keys is younger than the tree at the commit `old`.

    It finds the commit after `old` with which the row came into the tree at `new`.  True: that commit changes code and
    names no security advisory, so the feature itself is new there; False: it does not; None: git does not know.
    """

    @cache
    def states() -> tuple[tuple[str, ...], tuple[bytes | None, ...]]:
        found = [commit for commit, _, _ in git.commits(repo, old, new, FILE)]
        return tuple(found), tuple(git.batch(repo, [f"{commit}:{FILE}" for commit in found]) if found else ())

    @cache
    def keys_at(n: int) -> frozenset[tuple[str, ...]]:
        data = states()[1][n]
        if data is None:
            return frozenset()
        return frozenset(row.keys for row in read_rows(parse(Source(FILE, data), prose=False).document).rows)

    @cache
    def with_code(commit: str) -> bool:
        (data,) = git.batch(repo, [commit])
        if read(commit, data or b"").xsas:
            return False
        return any(
            not path.startswith(_WORDS) and not path.endswith(_WORD_FILES) for path in git.files_of(repo, commit)
        )

    def came_with_code(keys: tuple[str, ...]) -> bool | None:
        commits = states()[0]
        first, last = 0, len(commits)
        while first < last:  # rows stay once they are there, but for few
            middle = (first + last) // 2
            if keys in keys_at(middle):
                last = middle
            else:
                first = middle + 1
        return with_code(commits[first]) if first < len(commits) else None

    return came_with_code
