"""The real xen.git, where there is one: XEN_GIT names a clone of any kind, with a work tree or without."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

PATH = Path(os.environ.get("XEN_GIT", str(Path(__file__).resolve().parents[3] / "xen.git")))


def _git(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(PATH), *words], capture_output=True, text=True, errors="replace", check=False
    )


def is_here() -> bool:
    """Whether it is a repository that has Xen's SUPPORT.md on master, locally or from its remote."""
    return PATH.is_dir() and bool(ref("master"))


def ref(branch: str) -> str:
    """The commit of a branch, of the clone itself or of its origin; empty without either."""
    for name in (f"refs/heads/{branch}", f"refs/remotes/origin/{branch}"):
        done = _git("rev-parse", "--verify", "-q", f"{name}^{{commit}}")
        if done.returncode == 0 and _git("cat-file", "-e", f"{name}:SUPPORT.md").returncode == 0:
            return done.stdout.strip()
    return ""


def ref_of(branch: str) -> str:
    """The commit of a branch that may have no SUPPORT.md; empty where there is no such branch."""
    for name in (f"refs/heads/{branch}", f"refs/remotes/origin/{branch}"):
        done = _git("rev-parse", "--verify", "-q", f"{name}^{{commit}}")
        if done.returncode == 0:
            return done.stdout.strip()
    return ""


def text(commit: str, path: str) -> str | None:
    """A file of a commit; None where it has none."""
    done = _git("cat-file", "blob", f"{commit}:{path}")
    return done.stdout if done.returncode == 0 else None


def names(commit: str) -> list[str]:
    """The files of a commit."""
    return _git("ls-tree", "-r", "--name-only", commit).stdout.splitlines()


needed = pytest.mark.skipif(not is_here(), reason="no xen.git here; XEN_GIT names a clone of it, bare or not")
