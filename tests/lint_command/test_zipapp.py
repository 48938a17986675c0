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


def test_a_command_that_it_does_not_carry_is_no_file(app: Path, tmp_path: Path) -> None:
    done = run(app, tmp_path, "draft", "book.xlsx")
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == f"xen-support: draft needs the whole xen-support; this file has {', '.join(zipapp._COMMANDS)}\n"
    )


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
    names = zipfile.ZipFile(app).namelist()
    assert {"licences/lark", "licences/httplib2", "licences/pyparsing"} <= set(names)
    assert not [name for name in names if name.startswith("convert/sheet/google/")]
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


def test_it_carries_xsa_diff_trees_and_query(app: Path, tmp_path: Path) -> None:
    from tests.xsa.world import TODAY, build

    world = build(tmp_path / "mill")
    repo = ("--repo", str(world.repo))
    checked = run(app, tmp_path, "xsa", "check", "stable-4.30", "--from", str(world.public), "--today", TODAY, *repo)
    assert checked.returncode == 2 and "XSA-8006 missing" in checked.stdout and checked.stderr == ""
    for argv, words in (
        (("trees",), "stable-4.31"), (("query", "--security", "no"), "Water wheel"), (("diff", "stable-4.30", "master"), "security support lost 1"),
        (("xsa", "log", "RELEASE-4.30.0..stable-4.30"), "XSA-8022"), (("xsa", "support"), "XSA-8014"),
    ):  # fmt: skip
        done = run(app, tmp_path, *argv, *repo)
        assert words in done.stdout and "fault" not in done.stderr, argv
    for command in (("trees",), ("query",), ("history", "Water wheel"), ("blame", "master"), ("diff", "stable-4.30", "master")):  # fmt: skip
        said = run(app, tmp_path, *command, "--help").stdout
        found = re.search(r"--format \{([a-z,]+)\}", said)
        assert found is not None
        for form in found[1].split(","):
            done = run(app, tmp_path, *command, *repo, "--format", form)
            assert done.stdout and "fault" not in done.stderr, (command, form, done.stderr)
    asked = run(app, tmp_path, "xsa", "list", "--from", "http://127.0.0.1:9/")
    assert asked.returncode == 2 and "cannot connect to 127.0.0.1" in asked.stderr
    (tmp_path / "book.xlsx").write_bytes(b"PK")
    book = run(app, tmp_path, "diff", "book.xlsx", "master", *repo)
    assert book.returncode == 2 and "reads no workbooks" in book.stderr
