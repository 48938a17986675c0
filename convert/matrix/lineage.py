"""Which trees have a commit, and which commits are one change that was picked from branch to branch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from convert.matrix.history import Graph
from convert.trees.commit import Commit
from convert.xsa.messages import picked_from
from grammar.record import record


@record(frozen=True)
class Change:
    """One change, by the commits that brought it to branches: `commits`, the first made first; `trees` that have one
    of them.
    """

    commits: tuple[str, ...]
    trees: tuple[str, ...]


def containing(graph: Graph, tips: Mapping[str, str | None]) -> dict[str, tuple[str, ...]]:
    """For each commit of a graph (newest first, every commit before its parents) the trees that have it, in the order
    of `tips`.

    `tips`: for each tree the first commit of the graph that it has.
    """
    names = list(tips)
    masks: dict[str, int] = {}
    for n, start in enumerate(tips.values()):
        if start is not None:
            masks[start] = masks.get(start, 0) | 1 << n
    for commit, parents in graph:
        mask = masks.get(commit, 0)
        for parent in parents:
            masks[parent] = masks.get(parent, 0) | mask
    return {commit: tuple(name for n, name in enumerate(names) if mask >> n & 1) for commit, mask in masks.items()}


def straightened(graph: Graph, blobs: Mapping[str, str | None], start: str) -> list[tuple[str, tuple[str, ...]]]:
    """Of a graph with both sides of each merge the part that the text of one commit came from, newest first.

    As git log has it without --full-history: of a merge that has the text of a parent, that parent alone is followed
    (the first such).  It ends at commits without the file, which are left out.  `blobs`: what each commit has of the
    file.
    """
    source: dict[str, str] = {}  # where the text of a commit came from unchanged
    parents: dict[str, tuple[str, ...]] = {}
    for commit, names in reversed(graph):
        same = next((name for name in names if blobs.get(name) == blobs.get(commit)), None)
        source[commit] = commit if same is None else source.get(same, same)
        sources = dict.fromkeys(source.get(name, name) for name in names)
        parents[commit] = tuple(name for name in sources if blobs.get(name) is not None)
    top = source.get(start, start)
    wanted = {top} if blobs.get(top) is not None else set[str]()
    found = []
    for commit, _ in graph:
        if commit in wanted:
            found.append((commit, parents[commit]))
            wanted.update(parents[commit])
    return found


def folded(commits: Sequence[Commit], trees: Mapping[str, tuple[str, ...]], order: Sequence[str]) -> dict[str, Change]:
    """For each commit the change that it is part of.

    A commit is a pick of another where its message says so, or else where author, day and subject are equal; never of
    one that a tree of its own has as well.  `commits`: the oldest first; `order`: the trees, newest first.
    """
    groups = _Groups(commits, trees)
    for commit in commits:
        for name in _named(commit, groups.by_name):
            groups.join(commit, name)
    by_words: dict[tuple[str, str, str], list[str]] = {}
    for commit in commits:
        known = by_words.setdefault((commit.author, commit.date, commit.subject), [])
        if not any(groups.join(commit, other) for other in known):
            known.append(commit.hash)
    found: dict[str, Change] = {}
    for members in groups.all():
        names = tuple(sorted(members, key=lambda name: _newest(trees.get(name, ()), order)))
        have = {tree for name in names for tree in trees.get(name, ())}
        change = Change(names, tuple(tree for tree in order if tree in have))
        found.update((name, change) for name in names)
    return found


class _Groups:
    """Commits that are one change; at first each is one by itself."""

    def __init__(self, commits: Sequence[Commit], trees: Mapping[str, tuple[str, ...]]) -> None:
        self.by_name = {commit.hash: commit for commit in commits}
        self.members = {commit.hash: [commit.hash] for commit in commits}
        self.trees = {commit.hash: set(trees.get(commit.hash, ())) for commit in commits}

    def join(self, commit: Commit, other: str) -> bool:
        """Make two one, with all that belong to them, unless a tree has both; whether they are one now."""
        mine, theirs = self.members[commit.hash], self.members[other]
        if mine is theirs:
            return True
        if any(not self.trees[one].isdisjoint(self.trees[two]) for one in mine for two in theirs):
            return False
        theirs.extend(mine)
        for name in mine:
            self.members[name] = theirs
        return True

    def all(self) -> Iterable[list[str]]:
        """Each group once."""
        return {id(members): members for members in self.members.values()}.values()


def _named(commit: Commit, known: Mapping[str, Commit]) -> Iterator[str]:
    """The commits of the history that a message says it was picked from."""
    for name in picked_from(commit.message):
        yield from [name] if name in known else [full for full in known if full.startswith(name)][:1]


def _newest(names: Sequence[str], order: Sequence[str]) -> int:
    return min((order.index(name) for name in names), default=len(order))
