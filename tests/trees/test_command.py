"""`trees` on a day: what is not released yet, days that contradict each other, a tag whose branch has later ones."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from convert.cli import main
from tests.release.worlds import World, support

OLD = support("4.20", "2025-03-05", "2026-09-05", "2028-03-05", notes="4.20")


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    repo = tmp_path / "xen.git"
    subprocess.run(["git", "init", "-q", "-b", "master", str(repo)], check=True)
    return World(repo, capsys)


def trees(world: World, *arguments: str) -> tuple[dict[str, dict[str, object]], str]:
    assert main(["trees", *arguments, "--repo", str(world.repo), "--format", "json"]) == 0
    said = world.capsys.readouterr()
    return {tree["name"]: tree for tree in json.loads(said.out)["trees"]}, said.err


def test_a_tree_before_its_release_is_in_development(world: World) -> None:
    world.tree("stable-4.20", "4.20.3-pre", OLD)
    for day, state in (("2025-03-04", "development"), ("2025-03-05", "supported"), ("2026-09-06", "security")):
        found, err = trees(world, "--today", day)
        assert (found["4.20"]["support"], err) == (state, "")


def test_days_that_contradict_each_other_are_said(world: World) -> None:
    world.tree("stable-4.20", "4.20.3-pre", OLD.replace("2026-09-05", "2029-09-05"))
    found, err = trees(world, "--today", "2026-01-01")
    assert "Supported-Until (2029-09-05) is after Security-Support-Until (2028-03-05)" in err
    assert found["4.20"]["notes"]


def test_a_tag_whose_branch_has_later_days_says_so(world: World) -> None:
    world.tree("stable-4.20", "4.20.2", OLD)
    world.tag("RELEASE-4.20.2", "stable-4.20", "2025-11-13")
    assert trees(world, "RELEASE-4.20.2", "--today", "2026-01-01")[1] == ""
    world.tree(
        "stable-4.20",
        "4.20.3-pre",
        OLD.replace("2026-09-05", "2028-03-05").replace("Until: 2028-03-05\n\n", "Until: 2030-03-05\n\n"),
    )
    found, err = trees(world, "RELEASE-4.20.2", "4.20", "--today", "2026-03-01")
    assert "RELEASE-4.20.2: Security-Support-Until: 2028-03-05 here; stable-4.20 now says 2030-03-05" in err
    assert len(found["RELEASE-4.20.2"]["notes"]) == 2 and found["4.20"]["notes"] == []  # type: ignore[arg-type]


def test_a_row_is_one_line_whatever_a_folder_is_called(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "a\nb"
    folder.mkdir()
    (folder / "SUPPORT.md").write_text(OLD)
    main(["trees", str(folder), "--today", "2026-01-01"])
    head, row = capsys.readouterr().out.splitlines()
    assert row.startswith("a b ") and row.index("4.20") == head.index("Version")
