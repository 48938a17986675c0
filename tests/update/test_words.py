"""What update says: renamed rows, locks, full disks, empty lists; definitions that the tool added; the branch that patches are for."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from convert import __version__
from convert.failure import Failure
from convert.trees import git as trees_git
from tests.update.worlds import FILE, ROWS, World, changed, commit, git


def test_a_row_renamed_by_hand_is_in_the_sheet_under_its_old_name(world: World) -> None:
    world.run()
    renamed = FILE.replace("    Status, Arm: Supported", "    Status, Arm64: Supported").replace(
        "### Old tool", "### Legacy tool"
    )
    commit(world.repo, "support/4.20", {"SUPPORT.md": renamed})
    assert world.run("--plan") == 1
    assert '[cpu-hotplug--arm64]\n      the file says "Supported", the sheet nothing\n      renamed by hand: the sheet has it under the old name "arm", Features!D3\n' in world.out  # fmt: skip
    assert "[legacy-tool:heading]" in world.out
    assert 'renamed by hand: the sheet has it under the old name "Old tool", Features!D6' in world.out
    assert "to agree again: the row of cell Features!D6: heading as in the file: Tools / Legacy tool" in world.out
    assert world.run() == 0 and world.file() == renamed


def test_first_contact_without_a_difference_names_none(world: World) -> None:
    world.features(["4.20"], [*ROWS[:3], ("Host", "Memory", "RISC-V", "Experimental"), *ROWS[3:]])
    commit(world.repo, "stable-4.20", {"SUPPORT.md": FILE.replace(" And more.", "")})
    assert world.run("--plan") == 1
    assert "taken over as it is\n" in world.out and "disagree" not in world.out


@pytest.mark.parametrize("ref", ["refs/heads/support/4.20", "refs/xen-support/4.20/base"])
def test_a_lock_that_was_left_is_named(world: World, ref: str) -> None:
    world.run()
    world.features(["4.20"], changed((0, 3, "Supported")))
    lock = world.repo / f"{ref}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text("")
    before = world.refs()
    assert world.run() == 2 and world.refs() == before
    assert str(lock.resolve()) in world.err and "Remove the file if no git is running" in world.err
    assert "something else has changed" not in world.err
    lock.unlink()
    assert world.run() == 0


def test_what_keeps_git_from_writing_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.run()
    said = "prepare: cannot lock ref 'x': Unable to write: No space left on device"
    monkeypatch.setattr(trees_git, "move_refs", lambda *_: said)
    with pytest.raises(
        Failure, match=r"^4\.20: git cannot write its refs, so nothing was changed: .*No space left on device"
    ):
        trees_git.move_refs_or_fail(world.repo, [], "4.20")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own with 1 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True).returncode:
        pytest.skip("only root can make a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_is_named(world: World, small_disk: Path) -> None:
    repo = small_disk / "xen.git"
    git(small_disk, "clone", "-q", "--bare", str(world.repo), str(repo))
    git(repo, "config", "user.name", "Ian")
    git(repo, "config", "user.email", "ian@example.org")
    world.repo = repo
    assert world.run() == 0
    world.features(["4.20"], changed((0, 3, "Supported")))
    with (small_disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while filler.write(bytes(1024)):
            pass
    before = world.refs()
    assert world.run() == 2 and world.refs() == before
    assert "No space left on device" in world.err
    (small_disk / "filler").unlink()
    assert world.run() == 0 and "x86: Supported" in world.file()


def test_a_label_that_no_row_uses_any_more_takes_its_definition_along(world: World) -> None:
    text = FILE.replace("**Obsolete** and ", "")
    commit(world.repo, "stable-4.20", {"SUPPORT.md": text})
    world.run()
    world.features(["4.20"], changed((0, 3, "Obsolete")))
    assert world.run() == 0
    assert "## Obsolete\n" in world.file()
    assert world.run() == 0 and "up to date" in world.out
    world.features(["4.20"], changed())
    assert world.run() == 0
    assert world.file() == text
    assert world.run() == 0 and "up to date" in world.out


@pytest.mark.slow
def test_a_definition_stays_while_a_row_made_by_hand_has_the_label(world: World) -> None:
    commit(world.repo, "stable-4.20", {"SUPPORT.md": FILE.replace("**Obsolete** and ", "")})
    world.run()
    world.features(["4.20"], changed((0, 3, "Obsolete")))
    world.run()
    commit(world.repo, "support/4.20", {"SUPPORT.md": world.file().replace("RISC-V: Experimental", "RISC-V: Obsolete")})
    world.features(["4.20"], changed())
    assert world.run() == 0
    assert "## Obsolete\n" in world.file() and "RISC-V: Obsolete" in world.file()


def test_staging_is_what_update_merges(world: World) -> None:
    world.run()
    world.features(["4.20"], changed((0, 3, "Supported")))
    world.run()
    world.git("branch", "staging-4.20", "stable-4.20")
    commit(world.repo, "staging-4.20", {"SUPPORT.md": FILE.replace("The toolstack.", "The one toolstack.")})
    assert world.run("--plan") == 1 and "support/4.20, from staging-4.20" in world.out
    assert world.run() == 0
    assert "The one toolstack." in world.file() and "x86: Supported" in world.file()
    up = world.git("rev-parse", "staging-4.20")
    assert world.git("log", "-1", "--format=%P", "support/4.20").split()[1] == up


def test_a_staging_branch_that_was_left_behind_is_not(world: World) -> None:
    world.git("branch", "staging-4.20", "stable-4.20")
    commit(world.repo, "stable-4.20", {"SUPPORT.md": FILE.replace("The toolstack.", "The one toolstack.")})
    assert world.run() == 0 and "The one toolstack." in world.file()


def test_another_branch_on_request(world: World) -> None:
    commit(world.repo, "topic", {"SUPPORT.md": FILE.replace("The toolstack.", "The topic.")})
    assert world.run("--onto", "topic") == 0 and "The topic." in world.file()
    said = world.git("cat-file", "blob", "refs/xen-support/4.20/base:provenance.json")
    assert '"upstream": "topic"' in said
    assert world.run("--onto", "nothing") == 1 and "nothing" in world.err


def test_refs_of_a_later_version_are_refused_by_name(world: World) -> None:
    world.run()
    for old, new, words in (
        (
            "xen-support.base/2",
            "xen-support.base/9",
            f"written by xen-support {__version__}, a later version, as xen-support.base/9",
        ),
        ("xen-support.base/2", "xen-support.other/1", "not a base of xen-support"),
    ):
        base = world.git("rev-parse", "refs/xen-support/4.20/base")
        text = world.git("cat-file", "blob", f"{base}:provenance.json").replace(old, new)
        blob = git(world.repo, "hash-object", "-w", "--stdin", data=text)
        tree = world.git("ls-tree", base).replace(world.git("rev-parse", f"{base}:provenance.json"), blob)
        made = git(
            world.repo, "commit-tree", git(world.repo, "mktree", data=tree + "\n"), "-m", "x", "-p", base, "-p", base
        )
        world.git("update-ref", "refs/xen-support/4.20/base", made)
        assert world.run() == 1 and words in world.err, world.err
        world.git("update-ref", "refs/xen-support/4.20/base", base)


@pytest.mark.slow
def test_the_json_of_a_plan_is_of_its_schema(world: World) -> None:
    schema = json.loads(files("convert").joinpath("schemas", "plan.json").read_text())
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    for step in ("first", "in conflict", "lost"):
        if step == "in conflict":
            world.run()
            commit(
                world.repo, "support/4.20", {"SUPPORT.md": world.file().replace("x86: Experimental", "x86: Deprecated")}
            )
            world.features(["4.20"], changed((0, 3, "Supported")))
        elif step == "lost":
            world.git("update-ref", "-d", "refs/heads/support/4.20")
        assert world.run("--plan", "--format", "json") == 1
        jsonschema.validate(json.loads(world.out), schema)
        assert ('"blocked": null' in world.out) is (step != "lost")
