"""What is kept of a file's history: always what git says at the moment, whatever became of the repository or the cache."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convert.cli import main
from convert.failure import Failure
from convert.trees import git as real
from convert.trees.kept import BEFORE, Histories
from tests.helpers import xengit
from tests.helpers.repositories import Commit, build, git

FILE = "SUPPORT.md"


@pytest.fixture
def repo(home: Path, tmp_path: Path) -> Path:
    return build(
        tmp_path / "repo",
        [
            Commit("first", {FILE: "one\n"}),
            Commit("beside", {"other": "x\n"}),
            Commit("second", {FILE: "two\n"}),
            Commit("beside again", {"other": "y\n"}),
            Commit("on a branch", {FILE: "three\n"}, branch="stable-1.0"),
            Commit("on top", {FILE: "four\n"}, branch="master"),
        ],
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which of the three git was asked for."""
    found: list[str] = []

    def spy(name: str, function: Callable[..., object]) -> None:
        def spied(*arguments: object, **options: object) -> object:
            found.append(name)
            return function(*arguments, **options)

        monkeypatch.setattr(real, name, spied)

    for name in ("graph", "identities", "newest"):
        spy(name, getattr(real, name))
    return found


def tips(repo: Path) -> list[str]:
    return [git(repo, "rev-parse", name) for name in ("master", "stable-1.0")]


def answers(repo: Path, commits: list[str]) -> tuple[object, ...]:
    store = Histories(repo)
    graph, first = store.history(commits, FILE)
    return graph, store.objects([name for name, _ in graph], FILE), first


def told(repo: Path, commits: list[str]) -> tuple[object, ...]:
    """The same of git itself."""
    graph, _ = real.graph(repo, commits, FILE)
    objects = real.identities(repo, [f"{name}:{FILE}" for name, _ in graph])
    return graph, objects, [real.newest(repo, name, FILE) for name in commits]


def cache(home: Path) -> list[Path]:
    return sorted((home / "cache" / "xen-support").glob("history-*"))


def test_the_second_time_git_is_not_asked(repo: Path, home: Path, asked: list[str]) -> None:
    first = answers(repo, tips(repo))
    assert first == told(repo, tips(repo)) and len(cache(home)) == 2
    asked.clear()
    assert answers(repo, tips(repo)) == first and asked == []
    assert (home / "cache" / "xen-support").stat().st_mode & 0o777 == 0o700


def test_a_commit_without_the_file(repo: Path) -> None:
    git(repo, "checkout", "-q", "--orphan", "empty")
    git(repo, "rm", "-rfq", ".")
    git(repo, "commit", "-q", "--allow-empty", "-m", "nothing")
    name = git(repo, "rev-parse", "HEAD")
    for _ in range(2):
        assert Histories(repo).history([name], FILE) == ([], [None]) and Histories(repo).objects([name], FILE) == [None]


def _commit(repo: Path) -> None:
    (repo / FILE).write_text("five\n")
    git(repo, "commit", "-q", "-a", "-m", "third", minute=20)


def _amend(repo: Path) -> None:
    git(repo, "commit", "-q", "--amend", "-m", "another message", minute=30)


def _replace(repo: Path) -> None:
    git(repo, "replace", "--graft", "master")


def _graft(repo: Path) -> None:
    (repo / ".git" / "info").mkdir(exist_ok=True)
    (repo / ".git" / "info" / "grafts").write_text(git(repo, "rev-parse", "master") + "\n")


def _cut(repo: Path) -> None:
    (repo / ".git" / "shallow").write_text(git(repo, "rev-parse", "master~1") + "\n")


@pytest.mark.parametrize("change", [_commit, _amend, _replace, _graft, _cut])
def test_a_repository_that_changes(repo: Path, change: Callable[[Path], None]) -> None:
    before = answers(repo, tips(repo))
    change(repo)
    after = answers(repo, tips(repo))
    assert after == told(repo, tips(repo)) and after != before
    assert answers(repo, tips(repo)) == after


@pytest.mark.parametrize("change", [_replace, _graft, _cut])
def test_what_stands_in_for_commits_leaves_nothing_behind(
    repo: Path, home: Path, change: Callable[[Path], None]
) -> None:
    change(repo)
    answers(repo, tips(repo))
    assert cache(home) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: [],
        lambda value: {**value, "of": "0" * 64},
        lambda value: {**value, "is": None},
        lambda value: {**value, "is": [5]},
        lambda value: {**value, "is": [["--upload-pack=x", []]]},
        lambda value: {**value, "is": ["x" * 40]},
        lambda value: {**value, "is": [[], []]},
        lambda value: {**value, "is": [[], ["--upload-pack=x", None]]},
        lambda value: {"of": value["of"]},
        lambda value: "[" * 100_000,
        lambda value: value["is"],
    ],
)
def test_a_spoiled_file_is_made_again(
    repo: Path, home: Path, asked: list[str], spoil: Callable[[object], object]
) -> None:
    first = answers(repo, tips(repo))
    for path in cache(home):
        value = spoil(json.loads(path.read_text()))
        path.write_text(value if isinstance(value, str) else json.dumps(value))
    asked.clear()
    assert answers(repo, tips(repo)) == first and {*asked} == {"graph", "identities"}
    asked.clear()
    assert answers(repo, tips(repo)) == first and asked == []


def test_a_folder_that_others_can_write_to_is_not_used(repo: Path, home: Path, asked: list[str]) -> None:
    answers(repo, tips(repo))
    (home / "cache" / "xen-support").chmod(0o777)
    asked.clear()
    assert answers(repo, tips(repo)) == told(repo, tips(repo)) and "graph" in asked


def test_a_folder_of_another_user_is_not_used(
    repo: Path, home: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(repo, tips(repo))
    for path in cache(home):
        path.write_text(path.read_text().replace("[", "[ "))
    before = [path.read_text() for path in cache(home)]
    monkeypatch.setattr("grammar.cache.os.getuid", lambda: 12345)
    asked.clear()
    assert answers(repo, tips(repo)) == told(repo, tips(repo)) and asked.count("graph") == 2
    assert [path.read_text() for path in cache(home)] == before


def test_a_cache_that_cannot_be_written(
    repo: Path, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    for _ in range(2):
        asked.clear()
        assert answers(repo, tips(repo)) == told(repo, tips(repo)) and asked.count("graph") == 2


@pytest.mark.parametrize("change", [None, _replace, _graft, _cut])
def test_what_stands_in_for_commits_is_found_by_one_process(
    repo: Path, change: Callable[[Path], None] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if change is not None:
        change(repo)
        git(repo, "pack-refs", "--all")
    runs: list[tuple[str, ...]] = []
    run = real.run

    def spied(where: Path, *arguments: str) -> object:
        runs.append(arguments)
        return run(where, *arguments)

    monkeypatch.setattr(real, "run", spied)
    assert real.rewritten(repo) == (change is _cut, change is not None) and len(runs) == 1
    runs.clear()
    assert Histories(repo).shallow == (change is _cut) and len(runs) == 1


def test_names_of_refs_are_asked_for_each_time(repo: Path, home: Path) -> None:
    first = answers(repo, ["master", "stable-1.0"])
    assert len(cache(home)) == 1  # the objects of commits that git named
    _commit(repo)
    assert answers(repo, ["master", "stable-1.0"]) != first


def test_no_more_than_so_many_files(repo: Path, home: Path) -> None:
    for n in range(30):
        Histories(repo).objects(tips(repo) * (n + 1), FILE)
    assert len(list((home / "cache" / "xen-support").iterdir())) == 24


def test_no_repository(tmp_path: Path, home: Path) -> None:
    with pytest.raises(Failure, match="not a git repository"):
        Histories(tmp_path).history(["0" * 40], FILE)


@xengit.needed
def test_no_commit_that_is_left_out_has_the_file() -> None:
    for path, commit in BEFORE.items():
        done = real.run(xengit.PATH, "log", "--format=%H", "--full-history", "-m", commit, "--", path)
        assert (done.returncode, done.stdout) == (0, b"")
        after = real.run(xengit.PATH, "rev-list", "--ancestry-path", "--reverse", f"{commit}..{xengit.ref('master')}")
        assert real.object_of(xengit.PATH, f"{after.stdout.split()[0].decode()}:{path}") is not None  # nothing is newer


@xengit.needed
@pytest.mark.slow
def test_the_real_history_is_the_same_with_what_is_left_out(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for before in (BEFORE, {}):
        monkeypatch.setattr("convert.trees.kept.BEFORE", before)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / str(len(before))))
        for words in (["history", "x86/PV"], ["blame", "unstable"], ["blame", "4.10"]):
            assert main([*words, "--format", "json", "--repo", str(xengit.PATH)]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] and '"commits"' in said[0]


def test_what_is_done_meanwhile(repo: Path, home: Path) -> None:
    called: list[str] = []
    first = Histories(repo).history(tips(repo), FILE, lambda: called.append("first"))
    assert Histories(repo).history(tips(repo), FILE, lambda: called.append("again")) == first
    assert called == ["first"] and first == Histories(repo).history(tips(repo), FILE)


def test_a_failure_meanwhile_ends_git_too(repo: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    class Seen(subprocess.Popen[bytes]):
        def __init__(self, *words: Any, **options: Any) -> None:
            super().__init__(*words, **options)
            begun.append(self)

    def fail() -> None:
        assert begun[-1].returncode is None
        raise Failure("no such feature")

    commits = tips(repo)
    monkeypatch.setattr(subprocess, "Popen", Seen)
    with pytest.raises(Failure, match="no such feature"):
        Histories(repo).history(commits, FILE, fail)
    assert "--full-history" in str(begun[-1].args) and begun[-1].returncode is not None
    assert cache(home) == []
