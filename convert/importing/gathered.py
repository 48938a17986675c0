"""Statements of sources, tree by tree, as the tables of a workbook: what is not certain is left open, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from convert.importing.tables import FeatureRow, Heading, LimitRow, Tables, TreeFacts
from convert.sheet.model import Prose
from grammar.nodes import Paragraph, Text

Key = tuple[str, str | None, str | None]  # section, feature (None: the section itself), variant


@dataclass(slots=True)
class Line:
    """A row: its cells by tree, the words of those that are left open, and what is for the discussion."""

    cells: dict[str, str] = field(default_factory=dict)
    open: dict[str, list[str]] = field(default_factory=dict)
    discussion: list[str] = field(default_factory=list)

    def say(self, tree: str, status: str) -> None:
        """State a status; another than was stated before makes the cell a question."""
        if tree in self.open:
            self.open[tree].append(status)
        elif self.cells.setdefault(tree, status) != status:
            self.open[tree] = [self.cells.pop(tree), status]

    def ask(self, tree: str, words: str) -> None:
        """Leave a cell open."""
        self.open.setdefault(tree, [self.cells.pop(tree)] if tree in self.cells else []).append(words)

    def written(self) -> dict[str, str]:
        """The cells as they are written; an open one is in brackets and ends in a question mark."""
        asked = {tree: _question(dict.fromkeys(words)) for tree, words in self.open.items()}
        return {**self.cells, **asked}


@dataclass(slots=True)
class Gathered:
    """All rows of all trees in the order in which they came; `prose` of a heading by tree."""

    trees: list[TreeFacts] = field(default_factory=list)
    features: dict[Key, Line] = field(default_factory=dict)
    limits: dict[Key, Line] = field(default_factory=dict)
    prose: dict[tuple[str, str | None], dict[str, Prose]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    order: dict[tuple[str, str | None], None] = field(default_factory=dict)

    def feature(self, section: str, feature: str | None, variant: str | None) -> Line:
        """The row of a feature."""
        self.order.setdefault((section, feature))
        return self.features.setdefault((section, feature, variant), Line())

    def limit(self, section: str, feature: str | None, variant: str | None) -> Line:
        """The row of a limit."""
        self.order.setdefault((section, feature))
        return self.limits.setdefault((section, feature, variant), Line())

    def describe(self, section: str, feature: str | None, tree: str, paragraphs: Iterable[str]) -> None:
        """Give a heading its prose in a tree."""
        found = tuple(Paragraph((Text(words),)) for words in paragraphs if words)
        if found:
            self.order.setdefault((section, feature))
            self.prose.setdefault((section, feature), {})[tree] = found

    def tables(self) -> Tables:
        """The tables; a heading's rows are together, sections too."""
        sections = dict.fromkeys(section for section, _ in self.order)
        headings = [heading for section in sections for heading in self._section(section)]
        return Tables(tuple(self.trees), tuple(headings))

    def _section(self, section: str) -> Iterator[Heading]:
        names = [feature for other, feature in self.order if other == section]
        for feature in sorted(names, key=lambda name: name is not None):  # the section itself comes first
            rows = tuple(
                FeatureRow(variant, line.written(), _discussion(line))
                for (s, f, variant), line in self.features.items()
                if (s, f) == (section, feature)
            )
            limits = tuple(
                LimitRow(variant, None, line.written(), {}, {}, _discussion(line))
                for (s, f, variant), line in self.limits.items()
                if (s, f) == (section, feature)
            )
            prose = self.prose.get((section, feature), {})
            if prose and not rows and not limits:
                rows = (FeatureRow(None, dict.fromkeys(prose, "text")),)
            stated = limits or prose or any(row.cells for row in rows)
            yield Heading(section, feature, rows, prose, {}, limits, withdrawn=not stated)


def _question(words: Iterable[str]) -> str:
    said = " or ".join(word.rstrip("? ").strip() for word in words).strip()
    return f"({said}?)" if said else "?"


def _discussion(line: Line) -> str | None:
    return "; ".join(dict.fromkeys(line.discussion)) or None
