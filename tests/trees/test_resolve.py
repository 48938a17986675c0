"""Names of trees and the commits that they mean, by one process of git for all refs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from convert.failure import Failure
from convert.trees import git as room
from convert.trees.resolve import Refs, resolve
from tests.helpers.repositories import git


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Branches here and at two remotes, tags of all kinds, a branch with the name of a tag."""
    path = tmp_path_factory.mktemp("repo")
    git(path, "init", "-q", "-b", "master")
    for n in range(4):
        git(path, "commit", "-q", "--allow-empty", "-m", str(n))
    for ref, to in {
        "refs/heads/stable-4.20": "HEAD~1", "refs/remotes/origin/stable-4.20": "HEAD~2", "refs/remotes/a/stable-4.19": "HEAD~1",
        "refs/remotes/b/stable-4.19": "HEAD~2", "refs/remotes/b/wip/stable-4.18": "HEAD", "refs/remotes/b/stable-4.17": "HEAD~3",
        "refs/heads/both": "HEAD~1", "refs/tags/light": "HEAD~2", "refs/remotes/b/HEAD": "HEAD",
    }.items():  # fmt: skip
        git(path, "update-ref", ref, to)
    git(path, "tag", "-a", "-m", "x", "RELEASE-4.20.0", "HEAD~2")
    git(path, "tag", "-a", "-m", "x", "both", "HEAD~3")
    git(path, "tag", "-a", "-m", "x", "twice", "RELEASE-4.20.0")
    git(path, "tag", "-a", "-m", "x", "of-a-tree", "HEAD^{tree}")
    return path


@pytest.mark.parametrize(
    ("name", "ref", "commit"),
    [
        ("4.20", "refs/heads/stable-4.20", "HEAD~1"),
        ("4.17", "refs/remotes/b/stable-4.17", "HEAD~3"),
        ("4.20.0", "refs/tags/RELEASE-4.20.0", "HEAD~2"),
        ("RELEASE-4.20.0", "refs/tags/RELEASE-4.20.0", "HEAD~2"),
        ("light", "refs/tags/light", "HEAD~2"),
        ("twice", "refs/tags/twice", "HEAD~2"),
        ("both", "refs/heads/both", "HEAD~1"),
        ("unstable", "refs/heads/master", "HEAD"),
        ("HEAD", "refs/heads/master", "HEAD"),
        ("refs/tags/both", "refs/tags/both", "HEAD~3"),
        ("b/wip/stable-4.18", "refs/remotes/b/wip/stable-4.18", "HEAD"),
        ("master~2", "master~2", "HEAD~2"),
    ],
)
def test_a_name_means_a_commit(repo: Path, name: str, ref: str, commit: str) -> None:
    found = resolve(name, repo)
    assert (found.ref, found.commit) == (ref, git(repo, "rev-parse", commit).strip())
    shared = Refs(repo)
    assert [resolve(name, repo, refs=shared), resolve(name, repo, refs=shared)] == [found, found]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("4.19", "several remotes have the branch stable-4.19: a/stable-4.19, b/stable-4.19; choose one with --remote"),
        ("4.18", "no such file, branch, tag or commit; tried stable-4.18, RELEASE-4.18.0, 4.18"),
        ("of-a-tree", "no such file, branch, tag or commit"),
        ("stable-*", "no such file, branch, tag or commit"),
        ("-x", "no such file, branch, tag or commit"),
    ],
)
def test_what_means_none(repo: Path, name: str, words: str) -> None:
    with pytest.raises(Failure) as refused:
        resolve(name, repo)
    assert words in str(refused.value)


def test_a_remote_is_chosen_and_a_difference_is_told(repo: Path) -> None:
    assert resolve("4.19", repo, "b").ref == "refs/remotes/b/stable-4.19"
    note = resolve("4.20", repo).note
    assert note == "4.20: the local branch stable-4.20 is used; origin/stable-4.20 differs"


def test_many_names_cost_one_process(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    real = room.run

    def counted(where: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        asked.append(words)
        return real(where, *words, **more)

    monkeypatch.setattr(room, "run", counted)
    shared = Refs(repo)
    for name in ("4.20", "4.20.0", "light", "both", "4.17", "unstable"):
        resolve(name, repo, refs=shared)
    assert [words[0] for words in asked] == ["for-each-ref"]


def test_a_ref_to_nothing_hides_no_other(repo: Path, tmp_path: Path) -> None:
    there = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(repo), str(there)], check=True, capture_output=True)
    (there / ".git" / "refs" / "tags" / "broken").write_text("1" * 40 + "\n")
    assert resolve("master", there).ref == "refs/heads/master"
    assert resolve("light", there).ref == "refs/tags/light"
    with pytest.raises(Failure, match="no such file, branch, tag or commit"):
        resolve("broken", there)


@pytest.mark.parametrize("name", ["refs/remotes/origin/HEAD", "refs/tags/latest", "latest", "refs/heads/also"])
def test_a_symbolic_ref_is_the_one_that_it_leads_to(tmp_path: Path, name: str) -> None:
    git(tmp_path, "init", "-q", "-b", "stable-4.20")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    for ref in ("refs/remotes/origin/HEAD", "refs/tags/latest", "refs/heads/also"):
        git(tmp_path, "symbolic-ref", ref, "refs/heads/stable-4.20")
    assert resolve(name, tmp_path).ref == "refs/heads/stable-4.20"


@pytest.mark.parametrize("name", ["a\u2028b", "a\x85b", "a\xa0b", "a\u2029b"])
def test_a_refs_name_with_unusual_blanks_is_one_name(tmp_path: Path, name: str) -> None:
    git(tmp_path, "init", "-q", "-b", "master")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    git(tmp_path, "update-ref", f"refs/heads/{name}", "HEAD")
    commit = git(tmp_path, "rev-parse", "HEAD").strip()
    assert resolve(name, tmp_path).ref == f"refs/heads/{name}"
    assert room.refs(tmp_path) == {f"refs/heads/{name}": commit, "refs/heads/master": commit}
    git(tmp_path, "tag", name)
    assert list(room.tag_days(tmp_path)) == [name]


def test_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="is not a git repository; name one with --repo"):
        resolve("4.20", tmp_path)
