"""A number of more digits than Python reads, in each file of TOML that a person names: a message, and no fault of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convert.failure import Failure
from convert.lint.config import settings
from convert.names.aliases import load as aliases
from convert.series.themes import load as themes
from convert.sheet.layout_file import read_layout


def _layout(path: Path) -> object:
    return read_layout(path, path)


def _settings(path: Path) -> object:
    return settings(str(path))


@pytest.mark.parametrize("read", [_layout, _settings, aliases, themes])
@pytest.mark.parametrize("data", [b"x = " + b"9" * 5000, b"x = '\xd0'", b"x = "], ids=["digits", "bytes", "no value"])
def test_is_refused_by_the_name_of_the_file(tmp_path: Path, read: Callable[[Path], object], data: bytes) -> None:
    (tmp_path / "own.toml").write_bytes(data)
    with pytest.raises(Failure, match=r"own\.toml: "):
        read(tmp_path / "own.toml")
