"""The wiki's `Xen Project Release Features`, as wiki text or as a plain table -> a document a release.

Its tables have a column a release (`Xen 4.4`), a row a feature, and rows over the whole width that name what follows.
Cells hold signs (`{{Tick}}`, `{{HalfDone}}`, ...) with words behind them, and footnote marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module

from convert.failure import Failure
from convert.importing.tables import TreeFile
from convert.sheet.trees import standard_release_notes
from grammar.escape import fold
from grammar.nodes import (
    Block,
    DefinitionList,
    Document,
    Heading,
    Link,
    Literal,
    Paragraph,
    ParsedField,
    Section,
    Term,
    Text,
)
from grammar.parser import parse_text
from grammar.printer import print_document
from grammar.source import Source

_MAX = 4 << 20  # characters of wiki text
_RELEASE = re.compile(r"Xen(?: Project)? ([0-9]+\.[0-9]+)")
_SIGNS = {
    "tick": "✓", "yes": "✓", "done": "✓", "halfdone": "½", "half": "½", "partial": "½", "cross": "✗", "no": "✗", "notdone": "✗",
}  # fmt: skip
_TEMPLATE = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|[^{}]*)?\}\}")
_FOOTNOTE = re.compile(r"<sup\b[^>]*>.*?</sup>|<ref\b[^>]*/>|<ref\b[^>]*>.*?</ref>|\[ ?[0-9]+ ?\]", re.S | re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_ADDRESS = re.compile(r"\[(https?://[^\s\]]+)(?: +([^\]]*))?\]")
_SPAN = re.compile(r"((?:col|row)span\s*=\s*[\"']?\s*)([0-9]+)", re.I)
_FACTS = {
    "initial release": "Initial-Release", "supported until": "Supported-Until", "security support until": "Security-Support-Until",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of a table: the marked-up text of its cells, and whether the row is one that spans the table."""

    cells: tuple[str, ...]
    title: bool = False


@dataclass(slots=True)
class _Release:
    """What is found out about one release."""

    facts: dict[str, str] = field(default_factory=dict)
    notes: str | None = None
    sections: dict[str, dict[str, tuple[str, str]]] = field(
        default_factory=dict
    )  # section -> feature -> (status, text)


def read(source: Source) -> list[TreeFile]:
    """A document for each release that the tables have a column for, in the columns' order; none without such a table.

    A status is the cell's sign and words, as the sheet's synonyms know them; small print under a feature's name is its
    description; footnotes are left out.  Failure where wiki text needs a library that is not there.
    """
    if len(source.text) > _MAX:
        raise Failure(f"{source.name}: larger than {_MAX} characters; that is no page of the wiki")
    releases: dict[str, _Release] = {}
    for title, table in _tables(source):
        _table(title, table, releases)
    return [
        TreeFile(name, f"stable-{name}", _document(name, release), signs=True) for name, release in releases.items()
    ]


def _tables(source: Source) -> Iterator[tuple[str, list[_Line]]]:
    """Each table with the heading above it."""
    if not re.search(r"^\s*\{\|", source.text, re.M):
        yield "", [_Line(tuple(_cells(line))) for line in source.text.splitlines() if line.strip()]
        return
    try:
        wikitextparser = import_module("wikitextparser")
    except ImportError:
        raise Failure("wiki text needs wikitextparser; try: pip install 'xen-support[wiki]'") from None
    page = wikitextparser.parse(_SPAN.sub(_narrow, _COMMENT.sub("", source.text)))
    for section in page.get_sections(include_subsections=False):
        for table in section.get_tables(recursive=False):
            yield fold(_words(section.title or "")), list(_lines(table.cells(span=True)))


def _narrow(span: re.Match[str]) -> str:
    """A span of no more than 100: the library makes as many cells as it says."""
    return f"{span[1]}{min(int(span[2][:9]), 100)}"


def _lines(rows: Sequence[Sequence[object]]) -> Iterator[_Line]:
    """The rows of a table, in which a cell that spans several places stands in each of them."""
    for row in rows:
        attributes = getattr(row[0], "attrs", {}) if row else {}
        title = len(row) > 1 and attributes.get("colspan") not in (None, "1") and len(set(map(id, row))) == 1
        yield _Line(tuple(str(getattr(cell, "value", "") or "").strip() for cell in row), title)


def _cells(line: str) -> list[str]:
    """The cells of a plain table's line: between tabs, or between bars."""
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _table(heading: str, lines: list[_Line], releases: dict[str, _Release]) -> None:
    """Read a table; rows above the one that names releases count for nothing."""
    columns: dict[int, str] = {}
    section = whole = heading
    for line in lines:
        found = {n: match[1] for n, cell in enumerate(line.cells) if (match := _RELEASE.fullmatch(fold(_words(cell))))}
        if found:
            columns = found
            for name in found.values():
                releases.setdefault(name, _Release())
            continue
        if not columns or all(set(cell) <= set("-: ") for cell in line.cells):
            continue
        name, text = _name(line.cells[0])
        if name and (line.title or not any(_words(cell) for cell in line.cells[1:])):
            part = name.startswith("For ")  # `For ARM Architectures` is a part of what was named before
            section, whole = (f"{whole}: {name}", whole) if part and whole else (name, name)
        elif name:
            for column, release in columns.items():
                cell = line.cells[column] if column < len(line.cells) else ""
                _cell(releases[release], section or "Features", name, text, cell)


def _cell(release: _Release, section: str, name: str, text: str, cell: str) -> None:
    words = fold(_words(cell))
    folded = name.casefold()
    if folded in _FACTS:
        if words:
            release.facts[_FACTS[folded]] = words
    elif folded == "release notes":
        found = _ADDRESS.search(cell)
        release.notes = found[1] if found else None
    elif folded != "feature list" and words:
        release.sections.setdefault(section, {})[name] = (words, text)


def _name(cell: str) -> tuple[str, str]:
    """A feature's name, and the small print below it."""
    first, *rest = _BREAK.split(cell, maxsplit=1)
    return fold(_words(first)), fold(_words(rest[0])) if rest else ""


def _words(cell: str) -> str:
    """The words of a cell, its sign first."""
    text = _FOOTNOTE.sub(" ", _COMMENT.sub("", cell))
    text = _TEMPLATE.sub(lambda m: f" {_SIGNS.get(m[1].strip().casefold(), m[1])} ", text)
    text = _ADDRESS.sub(lambda m: m[2] or m[1], _LINK.sub(r"\1", text))
    text = _TAG.sub(" ", _BREAK.sub(" ", text))
    return " ".join(text.replace("'''", "").replace("''", "").split())


def _document(name: str, release: _Release) -> Document:
    facts = {"Xen-Version": name, **release.facts}
    blocks: list[Block] = [Literal("release", tuple(ParsedField(key, None, value) for key, value in facts.items()), ())]
    notes = release.notes or standard_release_notes(name)
    if notes:
        link = Link((Text("RN"),), notes)
        blocks.append(
            DefinitionList((Term((Text("Release Notes"),), (link,), "Release Notes", "Release Notes", "RN"),))
        )
    sections = tuple(
        Section(_heading(2, title), (), tuple(_feature(*item) for item in features.items()))
        for title, features in release.sections.items()
    )
    parts = (
        Section(_heading(1, "Release Support"), tuple(blocks)),
        Section(_heading(1, "Feature Support"), (), sections),
    )
    return parse_text(print_document(Document(None, (), parts))).document  # with anchors


def _feature(name: str, said: tuple[str, str]) -> Section:
    status, text = said
    description: tuple[Block, ...] = (Paragraph((Text(text),)),) if text else ()
    return Section(_heading(3, name), (*description, Literal("feature", (ParsedField("Status", None, status),), ())))


def _heading(level: int, text: str) -> Heading:
    return Heading(level, (Text(text),), text, "")
