"""Killed at any of its calls of git, the next run finds the old state or the new one; of two runs at once one wins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from convert import cli
from convert.update import pending
from tests.update.worlds import FILE, World, changed, commit, git

pytestmark = pytest.mark.slow

_WRAPPER = """#!/bin/sh
n=$(cat {count}); n=$((n + 1)); echo $n > {count}
if [ $n -eq {limit} ] && [ {when} = before ]; then kill -9 $PPID; exit 1; fi
{git} "$@"
status=$?
if [ $n -eq {limit} ]; then kill -9 $PPID; fi
exit $status
"""


@pytest.fixture
def wrapper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wrapper:
    return Wrapper(tmp_path / "bin", os.environ["PATH"])


class Wrapper:
    """A `git` on PATH that kills the process which started it, at its n-th call."""

    def __init__(self, folder: Path, path: str) -> None:
        self.folder, self.path = folder, path
        folder.mkdir()
        self.real = next(str(Path(p, "git")) for p in path.split(":") if Path(p, "git").exists())

    def run(self, world: World, limit: int, when: str, *arguments: str, source: bool = True) -> int:
        """`update` in a process of its own; its exit status, below 0 if it was killed."""
        (self.folder / "count").write_text("0")
        script = self.folder / "git"
        script.write_text(_WRAPPER.format(count=self.folder / "count", limit=limit, when=when, git=self.real))
        script.chmod(0o755)
        words = ["update", *([str(world.book)] if source else []), "--repo", str(world.repo), *arguments]
        child = os.fork()
        if not child:  # no new interpreter: a test kills hundreds of them
            status = 70
            try:
                pending.home.cache_clear()  # as in a new process
                os.environ["PATH"] = f"{self.folder}:{self.path}"
                with (self.folder / "said").open("w") as said:
                    os.dup2(said.fileno(), 1)
                    os.dup2(said.fileno(), 2)
                    status = cli.main(words)
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status != 70, (self.folder / "said").read_text()
        return status

    @property
    def calls(self) -> int:
        return int((self.folder / "count").read_text())


def _state(world: World) -> tuple[str, ...]:
    """The trees of support branch and base, whatever the hashes of commits; empty for a ref that is not there."""
    out = []
    for ref in ("support/4.20", "refs/xen-support/4.20/base"):
        done = subprocess.run(
            ["git", "-C", str(world.repo), "rev-parse", "-q", "--verify", f"{ref}:SUPPORT.md"],
            capture_output=True,
            text=True,
        )
        out.append(done.stdout.strip())
    return tuple(out)


def _reset(world: World, refs: str) -> None:
    for line in world.refs().split("\n"):
        world.git("update-ref", "-d", line.split()[0])
    for line in refs.split("\n"):
        world.git("update-ref", *line.split())


def _calls(world: World, wrapper: Wrapper, *arguments: str, source: bool = True) -> int:
    wrapper.run(world, -1, "before", *arguments, source=source)
    return wrapper.calls


@pytest.mark.parametrize(("stage", "when"), [("first", "after"), ("second", "after"), ("second", "before")])
def test_an_update_is_done_or_not(world: World, wrapper: Wrapper, when: str, stage: str) -> None:
    if stage == "second":
        world.run()
        world.features(["4.20"], changed((0, 3, "Tech Preview")))
    before, old = world.refs(), _state(world)
    calls = _calls(world, wrapper)
    new = _state(world)
    assert new != old and calls > 5
    seen = set()
    for n in range(1, calls + 1):
        _reset(world, before)
        assert wrapper.run(world, n, when) < 0
        assert _state(world) in (old, new)
        seen.add(_state(world))
        assert world.run() == 0
        assert _state(world) == new
    assert seen == ({old, new} if when == "after" else {old})


@pytest.mark.parametrize("when", ["after"])
def test_a_conflict_and_its_end_are_there_or_not(world: World, wrapper: Wrapper, when: str) -> None:
    world.run()
    commit(world.repo, "support/4.20", {"SUPPORT.md": FILE.replace("x86: Experimental", "x86: Deprecated")})
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    folder = world.repo / "xen-support" / "4.20"
    before, old = world.refs(), _state(world)
    calls = _calls(world, wrapper)
    assert (folder / "merge" / "state.json").exists()
    assert world.run("--abort", source=False) == 0
    for n in range(1, calls + 1):
        wrapper.run(world, n, when)
        assert _state(world) == old
        world.run()
        text = (folder / "merge" / "SUPPORT.md").read_text()
        assert text.count("<<<<<<<") == 1
        assert world.run("--abort", source=False) == 0
    assert not list(folder.iterdir())
    goes_on = ("--continue", "--theirs", "cpu-hotplug--x86")
    world.run()
    calls = _calls(world, wrapper, *goes_on, source=False)
    new = _state(world)
    assert new != old and not (folder / "merge").exists()
    for n in range(1, calls + 1):
        _reset(world, before)
        world.run()
        assert wrapper.run(world, n, when, *goes_on, source=False) < 0
        assert _state(world) in (old, new)
        if (folder / "merge").exists() and "<<<<<<<" in (folder / "merge" / "SUPPORT.md").read_text():
            assert world.run(*goes_on, source=False) == 0
        else:
            world.run("--continue", source=False)
        assert _state(world) == new and not (folder / "merge").exists()


@pytest.mark.parametrize("when", ["after"])
def test_a_checkout_follows_its_branch(world: World, wrapper: Wrapper, tmp_path: Path, when: str) -> None:
    world.run()
    place = tmp_path / "place"
    world.git("worktree", "add", "-q", str(place), "support/4.20")
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    before, old = world.refs(), world.git("rev-parse", "support/4.20")
    calls = _calls(world, wrapper, "--checkout")
    for n in range(1, calls + 1):
        git(place, "reset", "-q", "--hard", old)
        _reset(world, before)
        assert wrapper.run(world, n, when, "--checkout") < 0
        assert world.run("--checkout") == 0
        assert git(place, "status", "--porcelain") == ""
        assert "x86: Tech Preview" in (place / "SUPPORT.md").read_text()


def test_of_two_runs_at_once_one_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from convert.trees import git as plumbing

    world.run()
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    real = plumbing.move_refs
    refused: list[str | None] = []

    def late(repo: Path, moves: list[tuple[str, str, str | None]]) -> str | None:
        monkeypatch.setattr(plumbing, "move_refs", real)
        other = subprocess.run(
            [sys.executable, "-m", "convert.cli", "update", str(world.book), "--repo", str(world.repo)],
            capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert other.returncode == 0, other.stderr
        refused.append(real(repo, moves))
        return refused[0]

    monkeypatch.setattr(plumbing, "move_refs", late)
    assert world.run() == 2
    assert "something else has changed its refs meanwhile" in world.err and refused[0]
    assert world.git("rev-list", "--count", "stable-4.20..support/4.20") == "1"
    assert world.run() == 0
    assert "up to date" in world.out


def test_two_conflicting_runs_leave_one_merge(world: World) -> None:
    from convert.failure import Failure

    pending.save(world.repo, "4.20", {}, {"SUPPORT.md": b"x\n"}, None)
    with pytest.raises(Failure, match="another run"):
        pending.save(world.repo, "4.20", {}, {"SUPPORT.md": b"y\n"}, None)
    assert [path.name for path in (world.repo / "xen-support" / "4.20").iterdir()] == ["merge"]
