"""The world of the update tests: one tree 4.20 with a hand-made file, and a workbook that agrees with it but for a few cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.update.worlds import FILE, ROWS, World, commit, git


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    repo = tmp_path / "xen.git"
    repo.mkdir()
    git(repo, "init", "-q", "--bare")
    git(repo, "config", "user.name", "Ian Example")
    git(repo, "config", "user.email", "ian@example.org")
    commit(repo, "stable-4.20", {"SUPPORT.md": FILE, "Makefile": "all:\n"})
    made = World(repo, tmp_path / "book", capsys)
    made.trees(["4.20"])
    made.features(["4.20"], ROWS)
    return made
