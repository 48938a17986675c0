"""The wiki's `Xen Project Release Features` -> what it says of each release: dates, features, limits, and what was not
clear.

Its tables have a column a release (`Xen 4.4`) below a header whose first cell is over the names of the features, rows
over the whole width that name what follows, and cells of signs (`{{Tick}}`, `{{HalfDone}}`, `{{Cross}}`) with words
behind them.  A table in which a row has another width than its header is refused: read on, every release would get the
values of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from convert.failure import Failure, counted
from convert.sheet.layout import default_layout
from convert.sheet.limits import read_figure
from convert.sheet.statuses import Vocabulary
from convert.sources import wiki_cells
from convert.sources.statement import Place, Polarity, Statement
from convert.sources.wiki_tables import Row, Table, tables
from grammar.source import Source
from grammar.status import read_status

_RELEASE = re.compile(r"Xen(?: Project)? ([0-9]+\.[0-9]+)")
_FACTS = {
    "initial release": "Initial-Release",
    "supported until": "Supported-Until",
    "security support until": "Security-Support-Until",
}
_IGNORED = ("feature list",)
_UNKNOWN = re.compile(r"\?+|t\.?b\.?[dca]\.?|n/?a|unknown|-+|–", re.I)


@dataclass(slots=True)
class Release:
    """One column: its facts that are certain, the target of its release notes, and what is not certain:
    `Supported-Until: April 2017`.
    """

    name: str
    facts: dict[str, str] = field(default_factory=dict)
    notes: str | None = None
    undecided: list[str] = field(default_factory=list)
    footnotes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A row: where it is, and its cells by release.  `undecided` are words that are no status or figure.

    `discussion`: footnotes and the like, never published.
    """

    section: str
    name: str
    variant: str | None
    text: str
    line: int
    cells: dict[str, str] = field(default_factory=dict)
    undecided: dict[str, str] = field(default_factory=dict)
    discussion: list[str] = field(default_factory=list)


class Page(NamedTuple):
    """A page: releases in the order of the columns, features and limits in file order, remarks for people, errors
    that refuse it.
    """

    releases: tuple[Release, ...]
    features: tuple[Entry, ...]
    limits: tuple[Entry, ...]
    remarks: tuple[str, ...]
    errors: tuple[str, ...]


def read(source: Source) -> Page:
    """What a page says.  Raises Failure for what is no such page, and where the library is missing."""
    work = _Page(wiki_cells.footnotes(source.text))
    alike = wiki_cells.legend_alike(source.text)
    if alike is not None:
        work.errors.append(
            f"by its legend {alike} stands for two things, so nobody can tell them apart in this copy; take the wiki"
            " text instead (the page with action=raw)"
        )
    for number, table in enumerate(tables(source), 1):
        work.table(table, number)
    if not work.releases and not work.errors:
        raise Failure(f"{source.name}: no table of release features in it")
    return Page(
        tuple(work.releases.values()), tuple(work.features.values()), tuple(work.limits.values()), tuple(work.remarks),
        tuple(f"{source.name}: {error}" for error in work.errors),
    )  # fmt: skip


@dataclass(slots=True)
class _Page:
    """A page while its tables are read."""

    texts: dict[str, str]
    releases: dict[str, Release] = field(default_factory=dict)
    features: dict[tuple[str, str | None, str], Entry] = field(default_factory=dict)
    limits: dict[tuple[str, str | None, str], Entry] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    spoken: Vocabulary = field(default_factory=lambda: default_layout().vocabulary)

    def table(self, table: Table, number: int) -> None:
        """Read a table, unless it has no release in its header; nothing of it where a row is not of the header's
        width.
        """
        where = f'table "{table.heading}"' if table.heading else f"table {number}"
        header = next((row for row in table.rows if any(map(_release, row.cells))), None)
        if header is None:
            return
        wrong = list(_header_errors(header)) or list(_width_errors(table, header))
        if wrong:
            self.errors += [f"{where}, {error}" for error in wrong]
            return
        columns = [_release(cell) or "" for cell in header.cells[1:]]
        for name in columns:
            self.releases.setdefault(name, Release(name))
        above, part = table.heading or "Features", None
        below = [row for row in table.rows if row.number > header.number and not _same(row, header)]
        for row in below:
            name, text = wiki_cells.name_and_text(row.cells[0])
            if row.span:
                part, above = (name, above) if name.startswith("For ") else (None, name)
            elif name:
                self._row(_At(where, row, above, part, table.heading), name, text, columns)

    def _row(self, at: _At, name: str, text: str, columns: Sequence[str]) -> None:
        folded = name.casefold().rstrip(":")
        cells = list(zip(columns, at.row.cells[1:], strict=True))
        if folded in _FACTS:
            for column, (release, cell) in enumerate(cells, 2):
                self._fact(at, column, self.releases[release], _FACTS[folded], cell)
        elif folded == "release notes":
            for release, cell in cells:
                self.releases[release].notes = wiki_cells.target(cell) or self.releases[release].notes
        elif folded not in _IGNORED:
            self._entry(at, name, text, cells)

    def _fact(self, at: _At, column: int, release: Release, fact: str, markup: str) -> None:
        cell = wiki_cells.read(markup)
        self._footnotes(cell, release.footnotes, fact)
        found = wiki_cells.day(cell.words)
        if found is not None:
            release.facts[fact] = found
        elif cell.words:
            release.undecided.append(f"{fact}: {cell.words}")
            self.remarks.append(
                f"{at.place(column)}: {release.name}: {fact}: {cell.words}: not a day, so it is left open"
            )

    def _footnotes(self, cell: wiki_cells.Cell, into: list[str], what: str) -> None:
        into += [f"{what}: footnote {number}{self._said(number)}" for number in cell.footnotes]
        into += [f"{what}: {note}" for note in cell.notes]

    def _said(self, number: str) -> str:
        return f": {self.texts[number]}" if number in self.texts else ""

    def _entry(self, at: _At, name: str, text: str, cells: Sequence[tuple[str, str]]) -> None:
        read = [(release, wiki_cells.read(cell)) for release, cell in cells]
        said = [cell.words for _, cell in read if cell.words]
        figures = bool(said) and all(wiki_cells.is_figure(word) for word in said)
        limited = figures or (at.limits and bool(said) and not all(self._status(word) is not None for word in said))
        section, variant = at.section, _variant(at.part)
        if not limited and at.part:
            section, variant = f"{section}: {at.part}", None
        into = self.limits if limited else self.features
        key = (section, variant, name.casefold())
        if key in into:
            self.errors.append(
                f'{at.place(1)}: "{name}" a second time in "{section}"; its first row is on line {into[key].line}'
            )
            return
        entry = into[key] = Entry(section, name, variant, text, at.row.line)
        self._footnotes(wiki_cells.read(at.row.cells[0]), entry.discussion, name)
        for column, (release, cell) in enumerate(read, 2):
            self._footnotes(cell, entry.discussion, release)
            if cell.words:
                (self._figure if limited else self._cell)(at, column, entry, release, cell.words)

    def _cell(self, at: _At, column: int, entry: Entry, release: str, said: str) -> None:
        status = self._status(said)
        if status is None:
            entry.undecided[release] = said
            self.remarks.append(
                f'{at.place(column)}: {entry.name}, {release}: "{said}" is not a status, so it is left open'
            )
        elif status == "":
            entry.discussion.append(f"{release}: {said}")
            self.remarks.append(f"{at.place(column)}: {entry.name}, {release}: removed, so the cell is blank")
        else:
            entry.cells[release] = status

    def _status(self, said: str) -> str | None:
        """The label that a sign and its words mean; empty for what was removed, None for what is no status."""
        sign, rest = (said[0], said[1:].strip()) if said[0] in "✓✔½✗✘" else ("", said)
        folded = " ".join(rest.casefold().replace("in this release", "").strip(" ().").split())
        if folded == "removed":
            return ""
        if folded in ("deprecated", "experimental", "preview", "tech preview", "technology preview") and sign not in (
            "✗",
            "✘",
        ):
            return {"deprecated": "Deprecated", "experimental": "Experimental"}.get(folded, "Tech Preview")
        decided = None if _UNKNOWN.fullmatch(said) else self.spoken.decide(said)
        return decided.value if decided is not None and decided.status.limit is None else None

    def _figure(self, at: _At, column: int, entry: Entry, release: str, said: str) -> None:
        found = read_figure(said, None)
        if found is not None and found[0].more is None and re.match("[0-9]", said):
            entry.cells[release] = found[0].text
        else:
            entry.undecided[release] = said
            self.remarks.append(
                f'{at.place(column)}: {entry.name}, {release}: "{said}" is not a single number, so it is left open'
            )


@dataclass(frozen=True, slots=True)
class _At:
    """Where a row is: its table, the row that names its section, the part of that (`For X86 Architectures`)."""

    where: str
    row: Row
    section: str
    part: str | None
    heading: str

    def place(self, column: int) -> str:
        return f"{self.where}, row {self.row.number} (line {self.row.line}), column {column}"

    @property
    def limits(self) -> bool:
        """Whether the table or the part is headed as one of limits."""
        return any(re.search(r"\blimits?\b", words, re.I) for words in (self.section, self.heading))


def _release(cell: str) -> str | None:
    found = _RELEASE.fullmatch(wiki_cells.read(cell).words)
    return found[1] if found else None


def _same(row: Row, header: Row) -> bool:
    return [_release(cell) for cell in row.cells] == [_release(cell) for cell in header.cells]


def _header_errors(header: Row) -> Iterator[str]:
    at = f"row {header.number} (line {header.line})"
    found = [_release(cell) for cell in header.cells]
    if found[0] is not None:
        yield (
            f"{at}, column 1: the header has no cell over the names of the features, so each release would get"
            " another's values"
        )
        return
    for column, (cell, release) in enumerate(zip(header.cells, found, strict=True), 1):
        if column > 1 and release is None:
            yield f'{at}, column {column}: "{wiki_cells.words(cell)}" in the header is not a release (Xen 4.20)'
        elif release is not None and release in found[: column - 1]:
            yield f"{at}, column {column}: Xen {release} a second time in the header"


def _width_errors(table: Table, header: Row) -> Iterator[str]:
    """The rows that have not one cell for each of the header's; a row that names a section may span any number of
    columns.
    """
    width = len(header.cells)
    for row in table.rows:
        if row.number <= header.number or (row.span and (not table.plain or len(row.cells) == width)):
            continue
        count = len(row.cells)
        if count != width:
            column = min(count, width) + 1
            more = "; is a name split over two lines?" if table.plain and count < width else ""
            yield (
                f"row {row.number} (line {row.line}), column {column}: {counted(count, 'cell')} where the header has"
                f" {width}{more}"
            )


def _variant(part: str | None) -> str | None:
    """`For X86 Architectures` -> `X86`."""
    return re.sub(r"^For\s+|\s+Architectures?$", "", part).strip() or None if part else None


def statements(source: Source, path: str, version: str | None) -> Iterator[Statement]:
    """What the page says of a release (the newest where it does not know the version), a statement a feature.
    Raises Failure.
    """
    page = read(source)
    if page.errors:
        raise Failure("; ".join(page.errors))
    names = [release.name for release in page.releases]
    newest = max(names, key=lambda name: tuple(map(int, name.split("."))))
    release = version if version in names else newest
    for entry in page.features:
        if release in entry.cells:
            status = entry.cells[release]
            reading = read_status(status)
            polarity: Polarity = "yes" if reading.security in ("yes", "external", "caveats") else "no"
            yield Statement(
                entry.name,
                entry.section,
                entry.variant,
                status,
                polarity,
                Place(path, entry.line),
                reading.label,
                entry.name,
            )
