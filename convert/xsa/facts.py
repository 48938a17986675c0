"""What is computed from commits: patch ids and changed lines, kept by commit in the user's own cache.

A commit's hash fixes its content, so what is cached never goes stale; a cache that cannot be read or written is no
error.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from convert.trees import commits as trees
from convert.xsa.patches import Lines, lines_of, parse_diff

_FILE = "commits-1.db"  # the number changes with what is stored
_WIDTH = 8  # bytes of a line's hash
_TOO_MANY = 20_000  # lines of one commit: it is no fix, and is not kept line by line
_ASKED_AT_ONCE = 500


def folder() -> Path:
    """Where everything that `xsa` keeps lies: `$XDG_CACHE_HOME/xen-support/xsa`."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(home) / "xen-support" / "xsa"


class Facts:
    """Patch ids and changed lines of commits of one repository; `keep` false: nothing is read from or left on the
    disk.
    """

    def __init__(self, repo: Path, *, keep: bool = True) -> None:
        self.repo = repo
        self._ids: dict[str, str] = {}
        self._lines: dict[str, Lines] = {}
        self._store = _open() if keep else None

    def ids(self, commits: Iterable[str]) -> Mapping[str, str]:
        """The patch ids of (at least) these commits; empty for one that has no diff.  Raises Failure."""
        wanted = [name for name in dict.fromkeys(commits) if name not in self._ids]
        self._ids |= {name: value.hex() for name, value in self._kept("ids", wanted)}
        fresh = [name for name in wanted if name not in self._ids]
        if fresh:
            found = trees.patch_ids(self.repo, fresh)
            new = {name: found.get(name, "") for name in fresh}
            self._ids |= new
            self._keep("ids", [(name, bytes.fromhex(value)) for name, value in new.items()])
        return self._ids

    def lines(self, commits: Iterable[str]) -> Mapping[str, Lines]:
        """The changed lines of (at least) these commits.  Raises Failure."""
        wanted = [name for name in dict.fromkeys(commits) if name not in self._lines]
        self._lines |= {name: _unpacked(value) for name, value in self._kept("lines", wanted)}
        fresh = [name for name in wanted if name not in self._lines]
        if fresh:
            new: dict[str, Lines] = {name: Counter() for name in fresh}
            for name, diff in trees.diffs(self.repo, fresh):
                if diff.count(b"\n") < _TOO_MANY:
                    new[name] = lines_of(parse_diff(diff))
            self._lines |= new
            self._keep("lines", [(name, _packed(value)) for name, value in new.items()])
        return self._lines

    def _kept(self, table: str, names: list[str]) -> list[tuple[str, bytes]]:
        found: list[tuple[str, bytes]] = []
        if self._store is None:
            return found
        try:
            for at in range(0, len(names), _ASKED_AT_ONCE):
                some = names[at : at + _ASKED_AT_ONCE]
                marks = ",".join("?" * len(some))
                found += self._store.execute(f"SELECT hash, value FROM {table} WHERE hash IN ({marks})", some)
        except sqlite3.Error:
            self._store = None
            return []
        return [(name, value) for name, value in found if isinstance(value, bytes) and len(value) % 4 == 0]

    def _keep(self, table: str, rows: list[tuple[str, bytes]]) -> None:
        if self._store is None:
            return
        try:
            with self._store:
                self._store.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", rows)
        except sqlite3.Error:  # locked by another run for too long, a full disk: the next run computes it again
            self._store = None


def _open() -> sqlite3.Connection | None:
    """The cache, made where it is missing and made anew where it is broken; None where that cannot be done."""
    path = folder() / _FILE
    for _attempt in (1, 2):
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
            store = sqlite3.connect(path, timeout=5)
            store.execute("PRAGMA synchronous=OFF")
            for table in ("ids", "lines"):
                store.execute(f"CREATE TABLE IF NOT EXISTS {table} (hash TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID")
            return store
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError):
                path.unlink()
        except OSError:
            return None
    return None


def _packed(lines: Lines) -> bytes:
    return b"".join(sorted(lines.elements()))


def _unpacked(data: bytes) -> Lines:
    return Counter(data[at : at + _WIDTH] for at in range(0, len(data), _WIDTH))
