"""The history of SUPPORT.md in a repository, read by few git processes: commits, files, and which trees have which
commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from convert.matrix import history
from convert.matrix.chapters import Chapters
from convert.matrix.lineage import Change, containing, folded, straightened
from convert.names.aliases import Aliases
from convert.trees import git
from convert.trees.commit import Commit, read
from convert.trees.kept import Histories
from convert.trees.version import FILE

_HEADING = re.compile(rb"^#{1,6}[ \t]+(\S[^\r\n]*?)[ \t#]*\r?$", re.M)


class Past:
    """What became of SUPPORT.md up to some commits.

    `tips`: the trees with their commits, newest first; one that does not have the file has no part in its history.
    `meanwhile`: what may be done while git works, which takes a second the first time; it is called then only.
    """

    def __init__(self, repo: Path, tips: Mapping[str, str], meanwhile: Callable[[], object] = lambda: None) -> None:
        self.repo = repo
        self.tips = dict(tips)
        self._kept = Histories(repo)
        commits = sorted({*tips.values()})
        have = self._kept.objects(commits, FILE) if commits else []
        starts = [commit for commit, blob in zip(commits, have, strict=True) if blob is not None]
        self.graph, first = self._kept.history(starts, FILE, meanwhile) if starts else ([], [])
        self._first = dict(zip(starts, first, strict=True))
        names = list(dict.fromkeys(name for commit, parents in self.graph for name in (commit, *parents)))
        found = self._kept.objects(names, FILE) if names else []
        self.blobs = dict(zip(names, found, strict=True))
        wanted = list(dict.fromkeys(blob for blob in found if blob is not None))
        self.data = dict(zip(wanted, git.batch(repo, wanted), strict=True)) if wanted else {}
        self._chapters = Chapters()
        self._snapshots: dict[str, history.Snapshot] = {}
        self._steps: dict[tuple[int, int], tuple[history.Step, ...]] = {}
        self._commits: dict[str, Commit] = {}

    def arrange(self, names: Sequence[str]) -> None:
        """Put the trees in the order of their names, where it was not known in the beginning."""
        self.tips = {name: self.tips[name] for name in names if name in self.tips}

    @property
    def shallow(self) -> bool:
        """Whether what is older than its oldest commits is not in the repository."""
        return self._kept.shallow

    def snapshot(self, commit: str) -> history.Snapshot:
        """The file as a commit has it, read once however many commits have the same."""
        blob = self.blobs.get(commit)
        if blob is None:
            return history.EMPTY
        if blob not in self._snapshots:
            self._snapshots[blob] = self._chapters.snapshot(blob, self.data[blob] or b"")
        return self._snapshots[blob]

    def edges(self, aliases: Aliases) -> history.Edges:
        """The steps from a commit's parent, or from nothing, to the commit; the same two files are compared once."""

        def edge(commit: str, parent: str | None) -> tuple[history.Step, ...]:
            if parent is not None and self.blobs.get(parent) == self.blobs.get(commit):
                return ()
            old, new = history.EMPTY if parent is None else self.snapshot(parent), self.snapshot(commit)
            pair = (id(old), id(new))
            if pair not in self._steps:
                self._steps[pair] = history.steps(old, new, aliases)
            return self._steps[pair]

        return edge

    def headings(self) -> list[str]:
        """Every line that is a heading in the file of some commit, its words as written; the files are not parsed
        for it.
        """
        found: dict[bytes, None] = {}
        for data in self.data.values():
            found.update(dict.fromkeys(_HEADING.findall(data or b"")))
        return [words.decode(errors="replace") for words in found]

    def commits(self, names: Iterable[str]) -> dict[str, Commit]:
        """Commits by their names, read once."""
        wanted = list(dict.fromkeys(names))
        missing = [name for name in wanted if name not in self._commits]
        if missing:
            data = zip(missing, git.batch(self.repo, missing), strict=True)
            self._commits.update((name, read(name, content or b"")) for name, content in data)
        return {name: self._commits[name] for name in wanted}

    @cached_property
    def containing(self) -> dict[str, tuple[str, ...]]:
        """For each commit of the history the trees that have it."""
        return containing(self.graph, {name: self._first.get(tip) for name, tip in self.tips.items()})

    def own(self, tree: str) -> history.Graph:
        """The history of one tree's text."""
        first = self._first.get(self.tips[tree])
        return straightened(self.graph, self.blobs, first) if first is not None else []

    @cached_property
    def changes(self) -> dict[str, Change]:
        """For each commit that is no merge the change that it brings to a branch, with its picks on others."""
        names = [name for name, parents in reversed(self.graph) if len(parents) < 2]
        return folded(list(self.commits(names).values()), self.containing, list(self.tips))

    def change(self, commit: str) -> Change:
        """The change that a commit is part of; a merge is one by itself."""
        return self.changes.get(commit) or Change((commit,), self.containing.get(commit, ()))


def joined(
    found: Sequence[tuple[str, tuple[history.Step, ...]]], past: Past
) -> list[tuple[Change, tuple[history.Step, ...]]]:
    """Changes out of commits and their steps: picks that did the same are one, in the place of the first of them."""
    out: dict[tuple[str, tuple[history.Step, ...]], tuple[list[str], tuple[history.Step, ...]]] = {}
    for commit, steps in found:
        change = past.change(commit)
        said = tuple(sorted((history.without_places(step) for step in steps), key=repr))
        out.setdefault((change.commits[0], said), ([], steps))[0].append(commit)
    result = []
    for (_, _), (commits, steps) in out.items():
        have = {name for commit in commits for name in past.containing.get(commit, ())}
        order = past.change(commits[0]).commits
        names = tuple(sorted(commits, key=lambda c: order.index(c) if c in order else 0))
        result.append((Change(names, tuple(name for name in past.tips if name in have)), steps))
    return result
