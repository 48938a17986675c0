"""The output formats of lint: one module each, with `write(checked, out, paint)`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import IO

from convert.lint.engine import Result
from convert.output.terminal import Painter
from grammar.diagnostic import Diagnostic, Severity
from grammar.source import Source

# name -> one line for --help and the manual
FORMATS: dict[str, str] = {
    "text": "path:line:column, severity, code, message, and an excerpt with a caret",
    "concise": "FILE:LINE: WARNING: CODE message, as checkpatch writes and b4 reads it",
    "json": "one value of the schema xen-support.lint/1",
    "jsonl": "a header, then a finding a line",
    "sarif": "SARIF 2.1.0, with the catalogue of rules and the fixes",
    "gitlab": "GitLab Code Quality",
    "github": "GitHub workflow commands, shown as annotations",
    "junit": "JUnit XML, a test suite a file",
}
LEVELS: dict[Severity, str] = {"error": "ERROR", "warning": "WARNING", "info": "CHECK"}


@dataclass(slots=True, eq=False, repr=False)
class Checked:
    """One input and what is to be said about it.

    `name`: as people are told (`4.20:SUPPORT.md`); `path`: without a ref; `result`: what tells findings apart by rows, None for a
    settings file; `commit` and `subject` where it was read at a commit.
    """

    name: str
    path: str
    source: Source
    diagnostics: list[Diagnostic]
    result: Result | None = None
    commit: str | None = None
    subject: str | None = None
    _digest: str = field(default="", init=False)

    @property
    def sha256(self) -> str:
        """The hash of the bytes."""
        if not self._digest:
            import hashlib

            self._digest = hashlib.sha256(self.source.data).hexdigest()
        return self._digest

    def rows(self, diagnostic: Diagnostic) -> tuple[str, ...]:
        """The keys of the rows that a finding is about."""
        return self.result.keys(diagnostic) if self.result is not None else diagnostic.rows


Writer = Callable[[Sequence[Checked], IO[str], Painter], None]


def writer(name: str) -> Writer:
    """The writer of a format."""
    write: Writer = import_module(f"convert.lint.formats.{name}").write
    return write


def plain(path: str) -> str:
    """A path as text that every encoder takes: bytes that are no UTF-8 become U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def fingerprints(checked: Checked) -> list[str]:
    """For each finding a hash that stays when lines move: of path, rule and row, numbered where they are equal."""
    import hashlib
    from collections import Counter

    seen: Counter[str] = Counter()
    out = []
    for diagnostic in checked.diagnostics:
        base = "\0".join((plain(checked.path), checked.commit or "", diagnostic.code, *checked.rows(diagnostic)))
        seen[base] += 1
        out.append(hashlib.sha256(f"{base}\0{seen[base]}".encode("utf-8", "replace")).hexdigest())
    return out
