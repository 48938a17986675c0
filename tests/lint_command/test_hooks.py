"""lint in the hooks of pre-commit and b4, by the real programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lint_command.conftest import GOOD, broken

ROOT = Path(__file__).resolve().parents[2]
WRONG = broken("Status, x86: Supported", "States, x86: Supported")


def program(name: str) -> str:
    """The path of a program beside this interpreter or on PATH; the test is skipped where there is none."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """xen-support as a program of that name, in a folder of its own."""
    file = tmp_path / "bin" / "xen-support"
    file.parent.mkdir()
    file.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m convert.cli "$@"\n')
    file.chmod(0o755)
    return file


def test_the_hooks_file_names_commands_that_exist() -> None:
    yaml = pytest.importorskip("yaml")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in hooks] == ["xen-support-lint", "xen-support-lint-fix"]
    for hook in hooks:
        assert hook["language"] == "python"
        assert hook["entry"].split()[:2] == ["xen-support", "lint"]


@pytest.mark.slow
def test_the_hook_runs_by_try_repo(tmp_path: Path, command: Path) -> None:
    pre_commit = program("pre-commit")
    source, work = tmp_path / "source", tmp_path / "work"
    for folder in (source, work):
        folder.mkdir()
    # the hook's own environment would be filled from PyPI; the tests have no network, so ours is used
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text().replace("language: python", "language: system")
    (source / ".pre-commit-hooks.yaml").write_text(hooks)
    (work / "SUPPORT.md").write_text(WRONG)
    for folder in (source, work):
        for argv in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
            subprocess.run(["git", "-C", str(folder), *argv], check=True, capture_output=True)
    variables = {"PATH": f"{command.parent}:{os.environ['PATH']}", "PRE_COMMIT_HOME": str(tmp_path / "cache")}

    def try_repo() -> subprocess.CompletedProcess[str]:
        argv = [pre_commit, "try-repo", str(source), "xen-support-lint", "--all-files", "--color=never"]
        return subprocess.run(argv, cwd=work, env=os.environ | variables, capture_output=True, text=True, check=False)

    done = try_repo()
    assert "XS120" in done.stdout and done.returncode == 1, done.stdout + done.stderr
    (work / "SUPPORT.md").write_text(GOOD)
    done = try_repo()
    assert "Passed" in done.stdout and done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_b4_shows_what_each_patch_introduces(tmp_path: Path, command: Path) -> None:
    b4 = program("b4")
    repo = tmp_path / "repo"
    repo.mkdir()

    def git(*argv: str) -> None:
        subprocess.run(["git", *argv], cwd=repo, check=True, capture_output=True)

    def commit(text: str, words: str) -> None:
        (repo / "SUPPORT.md").write_text(text)
        git("add", "SUPPORT.md")
        git("commit", "-q", "-s", "-m", f"SUPPORT.md: {words}")

    def run(*argv: str) -> str:
        done = subprocess.run(
            [b4, "-n", "--offline-mode", "prep", *argv], cwd=repo, capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr

    git("init", "-q", "-b", "master")
    commit(old := broken("Tech Preview", "Tech Preveiw"), "begin")
    run("-n", "change", "-f", "master")
    git("config", "b4.prep-perpatch-check-cmd", f"{command} lint --patch --format concise")
    commit(old.replace("Status, x86: Supported", "States, x86: Supported"), "break it")
    said = run("--check")
    assert "SUPPORT.md:23: ERROR: XS120" in said and "Error: 1" in said, said
    assert "XS201" not in said  # that one was there before
