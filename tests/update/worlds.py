"""A repository with branches, a workbook in files, and the command run on them."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from convert import cli


def git(repo: Path, *arguments: str, data: str | None = None) -> str:
    """Run git in a test's repository."""
    done = subprocess.run(["git", "-C", str(repo), *arguments], input=data, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(repo: Path, branch: str, files: Mapping[str, str], message: str = "change") -> str:
    """Commit files to a branch (made from master, or as a root) without a checkout; the commit."""
    tip = subprocess.run(
        ["git", "-C", str(repo), "rev-parse", "-q", "--verify", f"refs/heads/{branch}"], capture_output=True, text=True
    )
    parent = tip.stdout.strip()
    old = git(repo, "ls-tree", parent).split("\n") if parent else []
    entries = {line.split("\t")[1]: line for line in old if line}
    for name, text in files.items():
        entries[name] = f"100644 blob {git(repo, 'hash-object', '-w', '--stdin', data=text)}\t{name}"
    tree = git(repo, "mktree", data="".join(f"{line}\n" for line in entries.values()))
    made = git(repo, "commit-tree", tree, "-m", message, *(["-p", parent] if parent else []))
    git(repo, "update-ref", f"refs/heads/{branch}", made)
    return made


@dataclass
class World:
    """A bare repository, a workbook, and what the last run printed."""

    repo: Path
    book: Path
    capture: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    def trees(self, names: Sequence[str]) -> None:
        rows = [["Tree", "Branch", "Xen-Version"], *([name, f"stable-{name}", name] for name in names)]
        _write(self.book / "Trees.csv", rows)

    def features(self, trees: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows of section, feature, variant, a status for each tree, then perhaps description, caveats, owner, discussion."""
        table = [["Section", "Feature", "Variant", *trees, "Description", "Caveats", "Owner", "Discussion"]]
        width = len(table[0])
        _write(self.book / "Features.csv", table + [[*row, *[""] * (width - len(row))] for row in rows])

    def run(self, *arguments: str, source: bool = True) -> int:
        """`xen-support update`; its exit status."""
        words = ["update", *([str(self.book)] if source else []), "--repo", str(self.repo), *arguments]
        status = cli.main(words)
        self.out, self.err = self.capture.readouterr()
        assert "Traceback" not in self.err
        return status

    def git(self, *arguments: str) -> str:
        return git(self.repo, *arguments)

    def file(self, ref: str = "support/4.20") -> str:
        return git(self.repo, "cat-file", "blob", f"{ref}:SUPPORT.md") + "\n"

    def refs(self) -> str:
        return git(self.repo, "for-each-ref", "--format=%(refname) %(objectname)")


def _write(path: Path, rows: Sequence[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)


# hand-made: a tab, a `Supported` key, its own wrapping, one row and one sentence that the sheet does not have
FILE = """% Support statement

Read the bottom.

# Release Support

    Xen-Version: 4.20

Release Notes
: <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>

# Feature Support

## Host

### CPU Hotplug

    Status, x86: Experimental
    Status, Arm: Supported

### Memory

\tSupported, x86: Supported
    Status, RISC-V: Experimental

Only with a
calm guest. And more.

## Tools

### xl

The toolstack.

    Status: Supported

### Old tool

    Status: Deprecated

# Format and definitions

**Tech Preview**, **Experimental**, **Deprecated**, **Obsolete** and **Supported, not security supported** mean what they say.

## Supported

    Security supported: Yes
"""
ROWS: tuple[tuple[str, ...], ...] = (
    ("Host", "CPU Hotplug", "x86", "Experimental"),
    ("Host", "CPU Hotplug", "Arm", "Supported", "", "", "Owner Secret", "Secret words of the discussion"),
    ("Host", "Memory", "x86", "Supported", "", "Only with a calm guest."),
    ("Tools", "xl", "", "Supported", "The toolstack."),
    ("Tools", "Old tool", "", "Deprecated"),
)


def changed(*changes: tuple[int, int, str], rows: Sequence[Sequence[str]] = ROWS) -> list[list[str]]:
    """The rows with some cells changed: (row, column, text), from 0."""
    out = [[*row, *[""] * (8 - len(row))] for row in rows]
    for row, column, text in changes:
        out[row][column] = text
    return out
