"""The history of one tree's text out of that of all trees: the same as git's own, on random repositories with merges."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from convert.matrix.lineage import folded
from convert.matrix.past import Past
from convert.trees.commit import Commit

COMMITS = 40


def grown(folder: Path, seed: int) -> dict[str, str]:
    """A repository of commits that change, delete or only touch the file beside SUPPORT.md, a third of them merges; branch -> commit."""
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
        what = choose.choice(("keep", "keep", "a", "b", "delete"))
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
