"""The one-file lint, as other people's machines run it."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from convert.lint.catalogue import everything
from convert.packaging import zipapp
from tests.lint_command.conftest import GOOD, broken

ROOT = Path(__file__).resolve().parents[2]
WRONG = broken("Status, x86: Supported", "States, x86: Supported")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zipapp") / "xen-support-lint.pyz"
    assert zipapp.main([str(path)]) == 0
    return path


def run(app: Path, folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """In a Python without site-packages, environment or this folder."""
    command = [sys.executable, "-I", "-S", str(app), *argv]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_it_lints_without_anything_installed(app: Path, tmp_path: Path) -> None:
    (tmp_path / "SUPPORT.md").write_text(WRONG)
    for argv in ([], ["SUPPORT.md"], ["lint", "."]):
        done = run(app, tmp_path, *argv)
        assert (done.returncode, done.stderr) == (1, "")
        assert "SUPPORT.md:23:5: error: XS120" in done.stdout
    (tmp_path / "SUPPORT.md").write_text(GOOD)
    assert run(app, tmp_path).returncode == 0


@pytest.mark.slow
def test_every_rule_and_format_works_in_it(app: Path, tmp_path: Path) -> None:
    released = GOOD.replace("4.99-unstable", "4.20.1").replace("n/a", "2025-03-05").replace("TBD", "2025-03-06")
    (tmp_path / "SUPPORT.md").write_text(released)
    for name in ("text", "concise", "json", "jsonl", "sarif", "gitlab", "github", "junit"):
        done = run(app, tmp_path, "--select", "all", "--format", name)
        assert (done.returncode in (0, 1), done.stderr) == (True, "")
        assert "XS5" in done.stdout
    done = run(app, tmp_path, "explain")
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(everything())


def test_it_is_executable_has_licences_and_can_be_reproduced(app: Path, tmp_path: Path) -> None:
    assert app.stat().st_mode & 0o111
    assert app.read_bytes().startswith(b"#!/usr/bin/env python3\n")
    assert "lark/LICENSE" in zipfile.ZipFile(app).namelist()
    sheet = [name for name in zipfile.ZipFile(app).namelist() if name.startswith("convert/sheet/")]
    assert all(
        re.fullmatch(r"convert/sheet/(?:__init__|catalogue|problems\w*)\.py", name) for name in sheet
    )  # for explain
    assert zipapp.build() == app.read_bytes()


@pytest.mark.slow
def test_it_carries_release(app: Path, tmp_path: Path) -> None:
    from tests.helpers.repositories import Commit, build, git
    from tests.lint.frame import makefile_of
    from tests.release.worlds import support

    repo = build(
        tmp_path / "xen.git",
        [Commit("x", {"SUPPORT.md": support("4.22-unstable"), "xen/Makefile": makefile_of("4.22", "-rc")})],
    )
    git(repo, "config", "user.name", "R")
    git(repo, "config", "user.email", "r@example.org")
    checked = run(app, repo, "release", "--check")
    assert checked.returncode == 1 and "XS510" in checked.stdout and checked.stderr == ""
    done = run(app, repo, "release", "rc", "--tree", "unstable")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Xen-Version: 4.22-rc\n" in git(repo, "show", "support/unstable:SUPPORT.md")
    book = run(app, repo, "release", "rc", "--tree", "unstable", "--sheet", "book.xlsx")
    assert book.returncode == 2 and "reads no workbooks" in book.stderr
