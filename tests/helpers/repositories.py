"""Small git repositories for tests: fixed dates and identity, so that every commit has the same hash in every run."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_EPOCH = 1_700_000_000  # seconds; each commit is a minute after the one before


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: its files on top of the branch's (None deletes one); a new branch starts at the commit before."""

    message: str
    files: Mapping[str, str | None] = field(default_factory=dict)
    branch: str = "master"
    tag: str | None = None


def git(repo: Path, *arguments: str, minute: int = 0) -> str:
    """Run git in a repository; what it prints, without the last line end.  Raises CalledProcessError."""
    stamp = f"{_EPOCH + 60 * minute} +0000"
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(repo), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
        "GIT_AUTHOR_NAME": "Test Author", "GIT_AUTHOR_EMAIL": "author@example.org", "GIT_AUTHOR_DATE": stamp,
        "GIT_COMMITTER_NAME": "Test Author", "GIT_COMMITTER_EMAIL": "author@example.org", "GIT_COMMITTER_DATE": stamp,
    }  # fmt: skip
    done = subprocess.run(
        ["git", "-C", str(repo), *arguments], check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout.removesuffix("\n")


def build(path: Path, commits: Sequence[Commit], form: str = "sha1") -> Path:
    """A repository with these commits, in its work tree the last one's branch; the path.  `form`: its hashes."""
    path.mkdir(parents=True, exist_ok=True)
    git(path, "init", "-q", f"--object-format={form}", "-b", commits[0].branch if commits else "master")
    here = commits[0].branch if commits else "master"
    for minute, commit in enumerate(commits):
        if commit.branch != here:
            known = git(path, "branch", "--list", "--format=%(refname:short)", commit.branch)
            git(path, "checkout", "-q", *([] if known else ["-b"]), commit.branch)
            here = commit.branch
        for name, text in commit.files.items():
            file = path / name
            if text is None:
                git(path, "rm", "-q", "--", name)
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
                git(path, "add", "--", name)
        git(path, "commit", "-q", "--allow-empty", "-m", commit.message, minute=minute)
        if commit.tag:
            git(path, "tag", commit.tag)
    return path
