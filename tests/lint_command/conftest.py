"""The command as a person runs it: a folder of its own, real files, real repositories, what comes out of both streams."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from convert import cli

GOOD = Path(__file__).with_name("good.md").read_text()


def broken(old: str, new: str, count: int = 1) -> str:
    """The good file with one thing changed; the test is wrong where there is no such thing."""
    assert old in GOOD
    return GOOD.replace(old, new, count)


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str
    data: bytes

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass
class Box:
    """A folder to work in."""

    path: Path
    read: Callable[[], tuple[bytes, bytes]]
    patch: pytest.MonkeyPatch

    def run(self, *argv: str, stdin: bytes = b"") -> Result:
        self.patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.read()
        status = cli.main(argv)
        sys.stdout.flush()
        out, err = self.read()
        assert b"Traceback" not in err
        return Result(status, out.decode(errors="replace"), err.decode(), out)

    def lint(self, *argv: str, stdin: bytes = b"") -> Result:
        return self.run("lint", *argv, stdin=stdin)

    def write(self, text: str | bytes, name: str = "SUPPORT.md") -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def git(self, *argv: str, day: str = "2024-05-06") -> str:
        dates = {"GIT_AUTHOR_DATE": f"{day}T12:00:00Z", "GIT_COMMITTER_DATE": f"{day}T12:00:00Z"}
        done = subprocess.run(
            ["git", "-C", str(self.path), *argv],
            env={**os.environ, **dates},
            capture_output=True,
            check=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, text: str | bytes, subject: str, name: str = "SUPPORT.md", day: str = "2024-05-06") -> str:
        if not (self.path / ".git").exists():
            self.git("init", "-q")
        self.write(text, name)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject, day=day)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Box:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Box(folder, capfdbinary.readouterr, monkeypatch)
