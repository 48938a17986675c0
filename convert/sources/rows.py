"""The rows of a SUPPORT.md as sources are held against them: by heading and qualifier, by architecture, with
misspelled labels read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from convert.names.aliases import Aliases
from convert.names.spelling import letters, misspelt
from convert.sources.mapping import Wanted
from grammar.labels import BY_NAME, Security
from grammar.nodes import Document
from grammar.rows import Row
from grammar.source import Source

SECURED: tuple[Security, ...] = ("yes", "external", "caveats")
_ARCHITECTURE = re.compile(r"(?i)(?<![a-z0-9])(x86|arm)(?![a-z])")
_KCONFIG = "kconfig"


@dataclass(frozen=True, slots=True)
class Known:
    """A row: its heading's words and aliases, its label and security as people mean them, the architecture it speaks
    of (None: all).
    """

    row: Row
    names: tuple[str, ...]
    label: str | None
    security: Security
    architecture: str | None
    line: int

    @property
    def secured(self) -> bool:
        """Whether there is security support, on whatever conditions."""
        return self.security in SECURED


@dataclass(slots=True, eq=False)
class Rows:
    """All rows of a document with a status, its headings (words -> line), the version that it is for."""

    source: Source
    rows: tuple[Known, ...] = ()
    headings: dict[str, int] = field(default_factory=dict)
    version: str | None = None

    def __init__(self, source: Source, document: Document, rows: Sequence[Row], aliases: Aliases | None = None) -> None:
        self.source = source
        names = _Names(aliases or Aliases())
        self.rows = tuple(
            _known(row, names.of(_heading(row), row.anchor), source.position(row.span.start)[0])
            for row in rows
            if row.kind == "status"
        )
        stated = (row.status for row in rows if row.kind == "release" and row.qualifier == "Xen-Version")
        found = re.match(r"[0-9]+\.[0-9]+", next(stated, ""))
        self.version = found[0] if found else None
        self.headings = {}
        for section in document.walk():
            for name in names.of(section.heading.text, section.heading.anchor):
                self.headings.setdefault(name, source.position(section.heading.span.start)[0])

    def wanted(self, wanted: Iterable[Wanted]) -> list[Known]:
        """The rows that any of the pairs of patterns means, in file order."""
        pairs = list(wanted)
        return [known for known in self.rows if any(_fits(known, pair) for pair in pairs)]

    def heading(self, pattern: str) -> int | None:
        """The line of the first heading that a pattern is found in."""
        return next((line for name, line in self.headings.items() if re.search(pattern, name)), None)

    def first(self, patterns: Iterable[str]) -> int | None:
        """The line of the first pattern's heading that there is."""
        return next((line for pattern in patterns if (line := self.heading(pattern))), None)

    def headed(self, *names: str) -> list[Known]:
        """The rows whose heading is one of these names, whatever is between letters and numbers."""
        folded = {letters(name) for name in names} - {""}
        return [known for known in self.rows if any(letters(name) in folded for name in known.names)]

    def kconfig(self) -> int | None:
        """The line of the section that says what Kconfig options are covered."""
        return next((line for name, line in self.headings.items() if name.casefold() == _KCONFIG), None)

    def below(self, pattern: str) -> list[Known]:
        """The rows with a heading on their path that a pattern is found in."""
        return [known for known in self.rows if any(re.search(pattern, part) for part in known.row.path)]


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that a heading has or had."""

    aliases: Aliases
    by_newest: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for alias in self.aliases.entries:
            newest = self.aliases.canonical(alias.old)
            self.by_newest.setdefault(newest, []).extend((alias.old, alias.new))

    def of(self, name: str, anchor: str) -> tuple[str, ...]:
        found = [name]
        if self.by_newest:
            for known in (name, anchor):
                found += self.by_newest.get(self.aliases.canonical(known), ())
        return tuple(dict.fromkeys(found))


def _heading(row: Row) -> str:
    return row.path[-2] if row.qualifier and len(row.path) > 1 else row.path[-1]


def _known(row: Row, names: tuple[str, ...], line: int) -> Known:
    label, security = row.label, row.security
    if label is None and security == "unstated" and (meant := misspelt(row.status)):
        label, security = meant, BY_NAME[meant].security
    found = _ARCHITECTURE.search(row.qualifier or "") or re.match(r"(?i)(x86|arm)\b(?=[/:])", names[0])
    return Known(row, names, label, security, found[1].lower() if found else None, line)


def _fits(known: Known, wanted: Wanted) -> bool:
    heading, qualifier = wanted
    if not any(re.search(heading, name) for name in known.names):
        return False
    return qualifier is None or re.search(qualifier, known.row.qualifier or "") is not None
