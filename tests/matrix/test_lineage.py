"""The history of one tree's text out of that of all trees: the same as git's own, on random repositories with merges."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from convert.matrix.history import Step, changes
from convert.matrix.lineage import folded
from convert.matrix.past import Past
from convert.trees import git, kept
from convert.trees.commit import Commit
from convert.trees.kept import Histories
from convert.trees.version import FILE

COMMITS = 40


def grown(folder: Path, seed: int, without: int = 0) -> dict[str, str]:
    """A repository of commits that change, delete or only touch the file beside SUPPORT.md, a third of them merges; branch -> commit.

    The first `without` commits do not have SUPPORT.md.
    """
    choose = random.Random(seed)
    lines = ["blob", "mark :1", "data 2", "x", ""]
    for n in range(COMMITS):
        parents = choose.sample(range(n), min(n, choose.choice((1, 1, 1, 2, 2, 3))))
        lines += [
            f"commit refs/heads/b{n}",
            f"mark :{n + 10}",
            f"committer A <a@b.c> {1700000000 + n * 60} +0000",
            "data 1",
            "m",
        ]
        lines += [f"{'merge' if k else 'from'} :{parent + 10}" for k, parent in enumerate(parents)]
        lines += [f"M 100644 inline other{n}", "data 2", f"{n % 10}", ""]
        what = choose.choice(("keep", "keep", "a", "b", "delete")) if n >= without else "keep"
        if what == "delete":
            lines.append("D SUPPORT.md")
        elif what != "keep":
            lines += ["M 100644 inline SUPPORT.md", "data 1", what]
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet"], input="\n".join(lines).encode() + b"\n", check=True
    )
    told = subprocess.run(
        ["git", "-C", str(folder), "for-each-ref", "--format=%(refname:short) %(objectname)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    return dict(zip(told[::2], told[1::2], strict=True))


def with_the_file(graph: dict[str, tuple[str, ...]], past: Past, top: str) -> dict[str, tuple[str, ...]]:
    """The part of a graph that is reached from its top through commits with the file."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = [top]
    while waiting:
        commit = waiting.pop()
        if past.blobs.get(commit) is not None and commit not in found:
            found[commit] = tuple(parent for parent in graph[commit] if past.blobs[parent] is not None)
            waiting += found[commit]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_history_of_a_text_is_that_of_git_log(tmp_path: Path, seed: int) -> None:
    branches = grown(tmp_path, seed)
    past = Past(tmp_path, branches)
    for name in [f"b{n}" for n in range(COMMITS - 5, COMMITS)]:
        told = subprocess.run(
            ["git", "-C", str(tmp_path), "log", "-z", "--parents", "--format=%H %P", branches[name], "--", "SUPPORT.md"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        wanted = {first: tuple(rest) for first, *rest in (entry.split() for entry in told.split("\0") if entry)}
        assert dict(past.own(name)) == with_the_file(wanted, past, next(iter(wanted), "")), name


def told_of(folder: Path, tips: dict[str, str]) -> tuple[object, ...]:
    """What commands ask a history of these trees: who changed the text, which trees have each of these, each tree's own."""
    past = Past(folder, tips)

    def edge(commit: str, parent: str | None) -> tuple[Step, ...]:
        old, new = past.blobs.get(parent or ""), past.blobs[commit]
        return () if old == new else (Step("status", "x", old, new),)

    found = changes(past.graph, edge, lambda step: True)
    own = {name: past.own(name) for name in tips}
    return found, [past.containing[commit] for commit, _ in found], own


@pytest.mark.parametrize("seed", range(4))
def test_commits_that_are_known_to_be_older_than_the_file_are_not_missed(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    branches = grown(tmp_path, seed, without=15)
    tips = {name: branches[name] for name in random.Random(seed).sample(sorted(branches), 12)}
    monkeypatch.setattr(kept, "BEFORE", {})
    whole = told_of(tmp_path, tips)
    assert whole[0]
    looked_at = set()
    for n in range(15):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache{n}"))
        monkeypatch.setattr(kept, "BEFORE", {FILE: branches[f"b{n}"]})
        assert told_of(tmp_path, tips) == whole, n
        looked_at.add(len(Past(tmp_path, tips).graph))
    assert len(looked_at) > 1  # some of them do leave something out


@pytest.mark.parametrize("seed", range(4))
def test_the_first_commit_of_the_history_that_a_tree_leads_to(tmp_path: Path, seed: int) -> None:
    branches = grown(tmp_path, seed)
    choose = random.Random(seed)
    asked = 0
    for _ in range(5):
        commits = choose.sample(sorted(branches.values()), choose.choice((2, 6, 20)))
        graph, first = git.graph(tmp_path, commits, FILE)
        told = [git.newest(tmp_path, name, FILE) for name in commits]
        assert Histories(tmp_path).history(commits, FILE) == (graph, told)
        assert {name: at for name, at in zip(commits, told, strict=True) if name in first} == first
        asked += len(commits) - len(first)
    assert asked  # where git does not say it at once, it is asked again


@pytest.mark.parametrize(
    ("trees", "together"),
    [
        (("x", "y", "z"), ["abc"]),
        (("xy", "x", "y"), ["a", "bc"]),  # what cannot be one with the first may be one with the second
        (("xy", "x", "x"), ["a", "b", "c"]),
        (("x", "yz", "z"), ["ab", "c"]),  # the group has a tree of the third, by its second
    ],
)
def test_commits_of_one_author_day_and_subject_are_one_unless_a_tree_has_both(
    trees: tuple[str, ...], together: list[str]
) -> None:
    commits = [Commit(name, "2025-01-01", "2025-01-01", "A", "s: t", (), (), (), "s: t\n") for name in "abc"]
    found = folded(commits, dict(zip("abc", map(tuple, trees), strict=True)), "xyz")
    assert sorted({"".join(sorted(change.commits)) for change in found.values()}) == together
    assert all(set(name) <= set(change.commits) for name, change in found.items())
