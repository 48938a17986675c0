"""The world of the series tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.series.world import MEMORY, SCHEDULING, SECURITY, World, make, support


@pytest.fixture
def new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    """A tree that has no SUPPORT.md yet, whose series is a patch a section."""
    made = make(tmp_path, capsys, MEMORY, SCHEDULING, SECURITY)
    made.options = ("--split", "section")
    return made


@pytest.fixture
def known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    """A tree that has one, with another status."""
    changed = MEMORY.replace("Tech Preview", "Supported")
    return make(tmp_path, capsys, changed, SCHEDULING, SECURITY, before=support(MEMORY, SCHEDULING, SECURITY))
