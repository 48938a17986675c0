"""Small repositories with the branches and tags of releases, and runs of the command in them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from convert.cli import main
from tests.lint.frame import DEFINITIONS, FEATURES, TITLE, makefile_of

_SCHEMA = Draft202012Validator(json.loads((files("convert") / "schemas" / "release.json").read_text()))
UNSTABLE = ("n/a", "TBD", "Unreleased - not yet security-supported")


def support(version: str, *dates: str, notes: str | None = "X.YY", literal: str = "") -> str:
    """A SUPPORT.md in our own words; `notes` None: no entry; `literal`: further lines of the literal."""
    initial, until, security = dates or UNSTABLE
    entry = f'\nRelease Notes\n: <a href="{url(notes)}">RN</a>\n' if notes is not None else ""
    return (
        f"{TITLE}# Release Support\n\n    Xen-Version: {version}\n    Initial-Release: {initial}\n"
        f"    Supported-Until: {until}\n    Security-Support-Until: {security}\n{literal}{entry}\n{FEATURES}"
        f"### Feature\n\n    Status: Supported\n\n{DEFINITIONS}"
    )


def url(notes: str) -> str:
    return f"https://wiki.xenproject.org/wiki/Xen_Project_{notes}_Release_Notes"


@dataclass(frozen=True)
class Ran:
    """What a run of the command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The value on standard output, which is of the published schema."""
        value = json.loads(self.out)
        _SCHEMA.validate(value)
        return value


@dataclass(frozen=True)
class World:
    """A repository whose branches are `branch -> (xen/Makefile's version, SUPPORT.md)`."""

    repo: Path
    capsys: pytest.CaptureFixture[str]

    def git(self, *arguments: str, day: str = "2026-11-01", data: bytes | None = None) -> str:
        stamp = f"{day}T12:00:00+0000"
        done = subprocess.run(
            ["git", "-C", str(self.repo), *arguments], check=True, capture_output=True, input=data,
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.repo), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
                "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_NAME": "A",
                "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_COMMITTER_DATE": stamp,
            },
        )  # fmt: skip
        return done.stdout.decode().removesuffix("\n")

    def commit(self, branch: str, files: Mapping[str, str | bytes | None], day: str = "2026-11-01") -> str:
        """A commit on a branch with these files on top of what it has; None deletes one."""
        lines = [f"commit refs/heads/{branch}", "committer A <a@example.org> " + self._stamp(day), "data 1", "x"]
        known = self.git("branch", "--list", "--format=%(refname:short)", branch)
        if known:
            lines.append(f"from refs/heads/{branch}^0")
        out = "\n".join(lines).encode() + b"\n"
        for path, text in files.items():
            if text is None:
                out += f"D {path}\n".encode()
            else:
                data = text.encode() if isinstance(text, str) else text
                out += f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"
        self.git("fast-import", "--quiet", data=out)
        return self.git("rev-parse", f"refs/heads/{branch}")

    def _stamp(self, day: str) -> str:
        from datetime import UTC, datetime

        return f"{int(datetime.fromisoformat(f'{day}T12:00:00').replace(tzinfo=UTC).timestamp())} +0000"

    def tree(self, branch: str, makefile: str, text: str | bytes, **more: str) -> str:
        """A commit with SUPPORT.md and a xen/Makefile of a version such as `4.20.0-rc5`."""
        number = ".".join(makefile.replace("-", ".").split(".")[:2])
        extra = makefile.removeprefix(number)
        return self.commit(branch, {"SUPPORT.md": text, "xen/Makefile": makefile_of(number, extra), **more})

    def tag(self, name: str, ref: str, day: str) -> None:
        self.git("tag", "-a", "-m", name, name, ref, day=day)

    def run(self, *arguments: str) -> Ran:
        """`xen-support release` in this repository."""
        self.capsys.readouterr()
        status = main(["release", *arguments, "--repo", str(self.repo)])
        said = self.capsys.readouterr()
        return Ran(status, said.out, said.err)

    def file(self, ref: str, path: str = "SUPPORT.md") -> str | None:
        done = subprocess.run(["git", "-C", str(self.repo), "show", f"{ref}:{path}"], capture_output=True)
        return done.stdout.decode() if done.returncode == 0 else None

    def refs(self) -> str:
        return self.git("for-each-ref", "--format=%(refname) %(objectname)")

    def message(self, ref: str) -> str:
        return self.git("log", "-1", "--format=%B", ref)
