"""A world for each test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.release.worlds import World


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    repo = tmp_path / "xen.git"
    subprocess.run(["git", "init", "-q", "-b", "master", str(repo)], check=True)
    world = World(repo, capsys)
    world.git("config", "user.name", "Release Manager")
    world.git("config", "user.email", "release@example.org")
    return world
