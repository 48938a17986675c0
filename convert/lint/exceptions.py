"""The `[[allow]]` entries at work: what they hide, and which of them are unused or expired."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from convert.lint.catalogue import EXPIRED_ALLOW, UNUSED_ALLOW, Known, find
from convert.lint.config import Allow
from convert.lint.engine import Result
from convert.lint.formats import Checked
from grammar.diagnostic import Diagnostic
from grammar.source import Source


class Exceptions:
    """Exceptions for one run, in which the rules `codes` speak.  `today` decides what has expired.

    Raises Failure for an entry whose rule does not exist.
    """

    def __init__(self, allow: Sequence[Allow], codes: Collection[str], today: date) -> None:
        self.codes = codes
        self.expired = [entry for entry in allow if entry.expires is not None and entry.expires < today]
        self.by_key: dict[tuple[str, str], list[Allow]] = {}
        self.active: list[tuple[Allow, frozenset[str]]] = []
        for entry in allow:
            rules = frozenset(known.code for known in find(entry.rule))
            if entry not in self.expired:
                self.active.append((entry, rules))
                for code in rules:
                    self.by_key.setdefault((code, entry.row), []).append(entry)
        self.used: set[Allow] = set()

    def remaining(self, result: Result, diagnostics: list[Diagnostic]) -> list[Diagnostic]:
        """Those of a result's findings that no exception hides: one is hidden when all rows it is about are
        excepted.
        """
        if not self.by_key:
            return diagnostics
        kept = []
        for diagnostic in diagnostics:
            entries = [self.by_key.get((diagnostic.code, row), []) for row in result.keys(diagnostic)]
            if entries and all(entries):
                self.used.update(entry for found in entries for entry in found)
            else:
                kept.append(diagnostic)
        return kept

    def leftovers(self) -> list[Checked]:
        """What is wrong with the exceptions themselves, a settings file each; to be asked when all inputs are done."""
        found: dict[str, list[Diagnostic]] = {}
        sources: dict[str, Source] = {}

        def say(entry: Allow, known: Known, message: str) -> None:
            if known.code in self.codes:
                source = sources.setdefault(entry.path, _source(entry.path))
                span = source.line_span(min(entry.line, source.count))
                found.setdefault(entry.path, []).append(
                    Diagnostic(known.code, known.name, known.severity, message, span)
                )

        for entry, rules in self.active:
            if entry not in self.used and rules & set(self.codes):
                say(entry, UNUSED_ALLOW, f'{entry.rule} is not found for the row "{entry.row}"; remove this exception')
        for entry in self.expired:
            words = (
                f'the exception of {entry.rule} for the row "{entry.row}" expired on {entry.expires} ({entry.reason})'
            )
            say(entry, EXPIRED_ALLOW, words)
        return [
            Checked(path, path, sources[path], sorted(said, key=lambda d: d.span.start if d.span else 0))
            for path, said in found.items()
        ]


def _source(path: str) -> Source:
    with open(path, "rb") as file:
        return Source(path, file.read())
