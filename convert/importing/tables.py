"""SUPPORT files of one or many trees -> the tables of a workbook in the default layout.  Pure: documents in, tables
out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from convert.diff.losses import part_of, variant_of
from convert.importing.order import merged_order
from convert.names.pairing import split_prose
from convert.sheet.cell_text import one_line
from convert.sheet.limits import read_figure
from convert.sheet.model import Figure, Prose
from convert.sheet.statuses import Vocabulary
from convert.sheet.trees import standard_release_notes
from grammar.fold import fold
from grammar.nodes import Block, BulletList, DefinitionList, Document, Link, Paragraph, Section
from grammar.rows import Row, read_rows
from grammar.status import Amount, fold_label

FEATURES = "feature support"
LIST = "list"
"""The default layout's word before a list: `Supported, x86: bzImage` is no status."""


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One tree's file: the name it is to have in the workbook, its branch if that is known, its document."""

    name: str
    branch: str | None
    document: Document


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """A row of the Trees tab."""

    name: str
    branch: str | None
    version: str | None
    initial_release: str | None
    supported_until: str | None
    security_support_until: str | None
    release_notes: str | None
    discussion: str | None = None


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A row of a feature: its variant (None: the unqualified status) and the cell of each tree that has one."""

    variant: str | None
    cells: Mapping[str, str]
    discussion: str | None = None


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A row of the Limits tab: the unit if one is common, then figures by tree, as their cells show them."""

    variant: str | None
    unit: str | None
    maximum: Mapping[str, str]
    tested: Mapping[str, str]
    security: Mapping[str, str]
    discussion: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A feature (`name` None: the section itself): its rows, its prose by tree, its limits; `stated`: its rows in each
    tree that has it; `withdrawn`: no tree has it, and its name is struck out, which keeps it out of drafts."""

    section: str
    name: str | None
    rows: tuple[FeatureRow, ...]
    description: Mapping[str, Prose]
    caveats: Mapping[str, Prose]
    limits: tuple[LimitRow, ...] = ()
    stated: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Tables:
    """All of a workbook: trees in the order given, headings in the order of the files.

    `separator` joins the names of headings below level 3, None where there are none.
    """

    trees: tuple[TreeFacts, ...]
    headings: tuple[Heading, ...]
    separator: str | None = None

    def words(self, spoken: Vocabulary) -> dict[str, list[str]]:
        """The statuses that the sheet would take for unknown words: (status, the places of the files that have it)."""
        found: dict[str, list[str]] = {}
        for heading in self.headings:
            for line in heading.rows:
                for tree, text in line.cells.items():
                    if not spoken.knows(text):
                        named = [part for part in (heading.name, line.variant) if part] or [heading.section]
                        found.setdefault(one_line(text), []).append(f"{tree}: {', '.join(named)}")
        return found


@dataclass(slots=True)
class _Said:
    """What one tree says below one heading."""

    rows: list[Row]
    description: Prose
    caveats: Prose


_Path = tuple[str, ...]


def tables(files: Sequence[TreeFile]) -> Tables:
    """The tables of all the trees' files.  ValueError for two files of one name."""
    twice = [name for name, count in Counter(file.name.casefold() for file in files).items() if count > 1]
    if twice:
        raise ValueError(f"two inputs are called {twice[0]}; give them different names with --name")
    said = {file.name: dict(_headings(file.document)) for file in files}
    order = merged_order([list(paths) for paths in said.values()])
    separator = _separator(order)
    headings = [_heading(path, said, separator) for path in order]
    placed = tuple(_limited(headings))
    return Tables(tuple(map(_facts, files)), placed, separator if any(len(path) > 2 for path in order) else None)


def _facts(file: TreeFile) -> TreeFacts:
    rows = {row.qualifier: row.status for row in read_rows(file.document).rows if row.kind == "release"}
    version = rows.get("Xen-Version")
    return TreeFacts(
        file.name, file.branch, version, rows.get("Initial-Release"), rows.get("Supported-Until"),
        rows.get("Security-Support-Until"), _release_notes(file.document, version),
    )  # fmt: skip


def _release_notes(document: Document, version: str | None) -> str | None:
    """None where the entry is the standard one of the version, `-` where there is none, else its address."""
    for section in document.walk():
        for block in section.blocks:
            for term in block.terms if isinstance(block, DefinitionList) else ():
                if term.text.casefold() == "release notes":
                    url = next((node.url for node in term.value if isinstance(node, Link)), term.reading)
                    return None if version and url == standard_release_notes(version) else url
    return "-"


def _headings(document: Document) -> Iterator[tuple[_Path, _Said]]:
    """The headings of the feature part with what is below each, in file order; equal ones are one."""
    found: dict[_Path, _Said] = {}
    by_section: dict[_Path, list[Row]] = {}
    for row in read_rows(document).rows:
        by_section.setdefault(row.keys[:-1] if row.qualifier or row.kind == "term" else row.keys, []).append(row)

    def visit(section: Section, keys: _Path, path: _Path) -> None:
        keys = (*keys, section.heading.anchor)
        if path:
            before, after = split_prose(section.blocks)
            rows = [row for row in by_section.get(keys, ()) if row.kind in ("status", "list")]
            said = found.setdefault(path, _Said([], (), ()))
            said.rows += rows
            said.description += _text(before)
            said.caveats += _text(after)
        for below in section.sections:
            visit(below, keys, (*path, fold(below.heading.text)))

    for section in document.sections:
        if fold(section.heading.text).casefold() == FEATURES:
            visit(section, (), ())
    yield from found.items()


def _text(blocks: Iterable[Block]) -> Prose:
    return tuple(block for block in blocks if isinstance(block, Paragraph | BulletList))


def _separator(order: Iterable[_Path]) -> str:
    """What joins the names of deeper headings: something that no name has in it."""
    names = [name for path in order for name in path]
    return next(mark for mark in (" / ", " > ", " :: ", " >>> ", " ||| ") if not any(mark in name for name in names))


def _heading(path: _Path, said: Mapping[str, dict[_Path, _Said]], separator: str) -> Heading:
    """A heading with all its rows in the Features tab."""
    here = {tree: headings[path] for tree, headings in said.items() if path in headings}
    variants = merged_order([[row.qualifier for row in one.rows] for one in here.values()])
    cells: dict[str | None, dict[str, str]] = {variant: {} for variant in variants}
    for tree, one in here.items():
        for row in one.rows:
            cells[row.qualifier][tree] = f"{LIST}: {fold(row.status)}" if row.kind == "list" else fold(row.status)
    bare = [tree for tree, one in here.items() if not one.rows and _stands_alone(path, one, said[tree])]
    return Heading(
        path[0],
        separator.join(path[1:]) or None,
        _with_text(cells, bare),
        {tree: one.description for tree, one in here.items()},
        {tree: one.caveats for tree, one in here.items()},
        (),
        {tree: tuple(one.rows) for tree, one in here.items()},
    )


def _stands_alone(path: _Path, said: _Said, tree: dict[_Path, _Said]) -> bool:
    """Whether a heading without rows needs a word in the sheet: it has prose, or nothing below it."""
    below = any(other[: len(path)] == path for other in tree if other != path)
    return bool(said.description or said.caveats) or not below


def _with_text(cells: dict[str | None, dict[str, str]], bare: Iterable[str]) -> tuple[FeatureRow, ...]:
    """The rows of the cells by variant; the first says `text` for the trees that have the heading without a status."""
    for tree in bare:
        cells.setdefault(next(iter(cells), None), {})[tree] = "text"
    return tuple(FeatureRow(variant, found) for variant, found in cells.items())


def _limited(headings: Sequence[Heading]) -> Iterator[Heading]:
    """Headings with their limits in the Limits tab, and in the Features tab what keeps them in their place.

    The Limits tab follows a section's features, so limits at the end of a section need nothing else; other headings of
    limits keep a row that says `text`.  Of a heading that has other rows too, limits go there only where they have
    parts (tested, security), which the Features tab cannot hold; their rows then come behind the others.
    """
    sections = Counter(heading.section for heading in headings if heading.rows)
    below: set[str] = set()
    out: list[Heading] = []
    for heading in reversed(headings):
        placed = _placed(heading, alone=sections[heading.section] <= 1, below=heading.section in below)
        sections[heading.section] -= bool(heading.rows) and not placed.rows
        if placed.rows:
            below.add(heading.section)
        out.append(placed)
    yield from reversed(out)


def _placed(heading: Heading, *, alone: bool, below: bool) -> Heading:
    """A heading with its limits where they belong; `alone` in its section, or other headings with rows are `below`
    it.
    """
    found = dict(_families(heading))
    limits = tuple(_limit(variant, trees) for variant, trees in found.items())
    rest = {row.variant: dict(row.cells) for row in heading.rows if not _is_limit(row, found)}
    only = bool(limits) and heading.name is not None and not rest
    if not (only or any(limit.tested or limit.security for limit in limits)):
        return heading
    last = only and not below and not any(heading.description.values())
    stated = {tree for cells in rest.values() for tree in cells}
    anchored = () if last and not alone else heading.stated
    return replace(heading, rows=_with_text(rest, [tree for tree in anchored if tree not in stated]), limits=limits)


def _is_limit(row: FeatureRow, families: Mapping[str | None, object]) -> bool:
    """Whether a row states a limit or a part of one."""
    named = (row.variant or "").casefold()
    return any(row.variant == base or named in map(str.casefold, _parts(base).values()) for base in families)


def _parts(variant: str | None) -> dict[str, str]:
    lead = f"{variant}, " if variant else ""
    return {"tested": f"{lead}regularly tested", "security": f"{lead}security supported"}


_Family = dict[str, dict[str, tuple[Figure, Amount]]]


def _families(heading: Heading) -> Iterator[tuple[str | None, _Family]]:
    """The limits among a heading's rows that the Limits tab can state in all trees: variant -> tree -> part ->
    figure.
    """
    found: dict[str | None, _Family] = {}
    refused: set[str | None] = set()
    for tree, rows in heading.stated.items():
        for row in rows:
            variant, part = variant_of(row), part_of(row) or "maximum"
            figure = read_figure(row.status, None) if row.reading.limit is not None else None
            if figure is None or not _says(row, variant, part, figure[0]):
                refused.add(variant)
                continue
            found.setdefault(variant, {}).setdefault(tree, {})[part] = figure
    for variant, trees in found.items():
        if variant not in refused and all("maximum" in parts for parts in trees.values()):
            yield variant, trees


def _says(row: Row, variant: str | None, part: str, figure: Figure) -> bool:
    """Whether a row is written just so from the Limits tab."""
    if part == "maximum":
        written = f"Supported up to {figure.text}{f'. {figure.more}' if figure.more else ''}"
        return row.reading.maximum and fold_label(written) == fold_label(row.status)
    same = row.qualifier is not None and row.qualifier.casefold() == _parts(variant)[part].casefold()
    return same and figure.more is None and fold_label(f"Up to {figure.text}") == fold_label(row.status)


def _limit(variant: str | None, family: _Family) -> LimitRow:
    figures = [figure for parts in family.values() for figure in parts.values()]
    units = {amount.unit for _, amount in figures}
    unit = units.pop() if len(units) == 1 else None

    def cells(part: str) -> dict[str, str]:
        return {tree: _shown(*parts[part], unit) for tree, parts in family.items() if part in parts}

    return LimitRow(variant, unit, cells("maximum"), cells("tested"), cells("security"))


def _shown(figure: Figure, amount: Amount, unit: str | None) -> str:
    number = figure.text.removesuffix(unit).rstrip() if unit and amount.unit == unit else figure.text
    return f"{number}. {figure.more}" if figure.more else number
