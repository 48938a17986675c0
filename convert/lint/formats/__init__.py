"""The output formats of lint: one module each, with `write(checked, out, paint)`."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import IO

from convert.lint.engine import Result
from convert.output.terminal import Painter
from grammar.diagnostic import Diagnostic, Severity
from grammar.record import field, record
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


@record(eq=False)
class Checked:
    """One input and what is to be said about it.

    `name`: as people are told (`4.20:SUPPORT.md`); `path`: without a ref; `result`: what tells findings apart by rows,
    None for a settings file; `commit` and `subject` where it was read at a commit; `tree`: what its tree was called,
    None for a mere file, `named`: by a branch or tag; `top`: the path from the top of its repository.
    """

    name: str
    path: str
    source: Source
    diagnostics: list[Diagnostic]
    result: Result | None = None
    commit: str | None = None
    subject: str | None = None
    tree: str | None = None
    named: bool = False
    top: str = ""
    _digest: str = field(default="", init=False)

    @property
    def place(self) -> str:
        """Its path for readers that know the repository: from its top, wherever the command was started."""
        return self.top or os.path.normpath(self.path)

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

    def instance(self, diagnostic: Diagnostic) -> str:
        """What tells a finding from others across commits."""
        if self.result is None:
            return f"{diagnostic.code} : {diagnostic.message}"
        from convert.lint.identity import instance  # not for text

        return instance(self.result, diagnostic)


Writer = Callable[[Sequence[Checked], IO[str], Painter], None]


def writer(name: str) -> Writer:
    """The writer of a format."""
    write: Writer = import_module(f"convert.lint.formats.{name}").write
    return write


def plain(path: str) -> str:
    """A path as text that every encoder takes: bytes that are no UTF-8 become U+FFFD."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def fingerprints(checked: Sequence[Checked]) -> list[list[str]]:
    """For each input, and each of its findings, a hash that stays when lines move and commits are rebased.

    It is of path, rule, row and words, of the tree's name where a run has several, and of a number where these are
    equal.
    """
    import hashlib

    several = len({one.tree for one in checked if one.named}) > 1
    seen: Counter[str] = Counter()
    found = []
    for one in checked:
        tree = one.tree or "" if several and one.named else ""
        marks = []
        for diagnostic in one.diagnostics:
            base = "\0".join((plain(one.place), tree, one.instance(diagnostic)))
            seen[base] += 1
            marks.append(hashlib.sha256(f"{base}\0{seen[base]}".encode("utf-8", "replace")).hexdigest())
        found.append(marks)
    return found
