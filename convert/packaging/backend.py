"""The build backend: setuptools', with man pages and completion made first, and the same bytes from the same sources.

PEP 517 names it in pyproject.toml.  Without SOURCE_DATE_EPOCH (reproducible-builds.org) the day of the newest version
in CHANGELOG.md is every file's date, so that a wheel built twice is one wheel.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from setuptools import build_meta  # type: ignore[import-untyped]
from setuptools.build_meta import (  # type: ignore[import-untyped]
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]
Settings = dict[str, str | list[str]] | None  # as PEP 517 has them
_PAGES = Path("build", "man")  # pyproject.toml's data-files name it
_RELEASED = re.compile(r"^## \[[0-9][^\]]*\] - ([0-9]{4}-[0-9]{2}-[0-9]{2})$", re.M)


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    """Build the wheel, with man pages and completion below share/; its file name."""
    _prepare()
    return str(build_meta.build_wheel(wheel_directory, config_settings, metadata_directory))


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build what `pip install -e` wants; its file name."""
    _prepare()
    return str(build_meta.build_editable(wheel_directory, config_settings, metadata_directory))


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Build the source distribution; its file name."""
    _prepare()
    return str(build_meta.build_sdist(sdist_directory, config_settings))


def _prepare() -> None:
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(_epoch()))
    os.umask(0o022)  # modes of files are in the archive
    sys.path.insert(0, str(Path.cwd()))
    try:
        from convert.packaging.manual import main

        main([str(_PAGES)])
        (_PAGES / "completions").mkdir(exist_ok=True)
        shutil.copyfile(_PAGES / "xen-support.bash", _PAGES / "completions" / "xen-support")  # by the command's name
    finally:
        sys.path.pop(0)


def _epoch() -> int:
    """The day of the newest version in CHANGELOG.md, in seconds since 1970; 1980-01-01, where zip begins, without
    one.
    """
    log = Path("CHANGELOG.md")
    found = _RELEASED.search(log.read_text(encoding="utf-8")) if log.is_file() else None
    day = found[1] if found else "1980-01-01"
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
