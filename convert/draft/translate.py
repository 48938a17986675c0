"""Categorisation -> one SUPPORT file a tree: the Document, its text, and which cell each row comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from convert.draft import definitions as parts
from convert.draft.definitions import Definitions
from convert.sheet.model import Categorisation, Feature, Prose, Tree, fields_by_tree
from convert.sheet.model import Section as SheetSection
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
from grammar.printer import Printed, print_document, with_lead_in
from grammar.status import read_status

RELEASE_NOTES = "Release Notes"
_Said = tuple[tuple[str | None, str, str], ...]  # qualifier, value, keyword of each field


class Expected(NamedTuple):
    """One row that a draft must have: the headings above it, its qualifier and value, the model's prose flags."""

    path: tuple[str, ...]
    qualifier: str | None
    value: str
    described: bool
    caveat: bool
    keyword: str = "Status"


@dataclass(frozen=True, slots=True)
class Draft:
    """What one tree's file is to be.

    `document` is without the definitions part; `text` is the whole file; `rows` are those it must read back as, in
    order, `cells` the cell of each.  `worn`: it has the face of the tree's own file, and that file's order; `inherited`
    are the errors of that file, by code and message, which the draft may have where it keeps the file's words.
    """

    tree: Tree
    document: Document
    definitions: Definitions
    text: str
    rows: tuple[Expected, ...]
    cells: tuple[str, ...]
    worn: bool = False
    inherited: frozenset[tuple[str, str]] = frozenset()


class _Body(NamedTuple):
    """What is below a heading: the blocks, the rows' flags, the labels in use."""

    blocks: tuple[Block, ...]
    described: bool
    caveat: bool
    labels: frozenset[str]


class _Unit(NamedTuple):
    """A feature as trees that say the same of it have it: all but the cells."""

    section: Section
    rows: tuple[Expected, ...]
    labels: frozenset[str]


class _Told(NamedTuple):
    """A feature, by tree what is stated of it there and in which cells, and the units of it so far."""

    feature: Feature
    stated: dict[str, tuple[_Said, tuple[str, ...]]]
    units: dict[tuple[_Said, int, int], _Unit]


@dataclass(slots=True)
class Memo:
    """What the drafts of one workbook have in common: what is said of a feature, and how that is printed.

    `checked`: texts of sections that were read back as these blocks; `held`: texts that are inside the mark-up.
    """

    told: dict[int, _Told] = field(default_factory=dict)
    bodies: dict[tuple[_Said, str | Prose, str | Prose], _Body] = field(default_factory=dict)
    printed: Printed = field(default_factory=Printed)
    checked: dict[str, tuple[Block, ...]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Out:
    tree: str
    memo: Memo
    rows: list[Expected] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)


def translate(
    categorisation: Categorisation, tree: Tree, definitions: Definitions | None = None, memo: Memo | None = None
) -> Draft:
    """One tree's draft.  `definitions`: the tree's own part, which is kept; without it our template is taken.

    `memo` is shared by the drafts of one workbook.  ValueError for a model that no file can hold; the sheet's problems
    should have caught it.
    """
    out = _Out(tree.name, memo or Memo())
    release = _release(tree, out)
    features = Section(
        _heading(1, "Feature Support"), (), tuple(_sections(categorisation.sections, 2, ("Feature Support",), out))
    )
    head = parse_text(parts.template("preamble.md")).document
    document = Document(head.title, head.preamble, (release, features))
    kept = parts.complete(definitions or parts.own(), parts.wanted(out.labels))
    text = print_document(document, out.memo.printed) + "\n" + kept.text
    return Draft(tree, document, kept, text, tuple(out.rows), tuple(out.cells))


_status = lru_cache(maxsize=4096)(read_status)


@lru_cache(maxsize=1 << 16)
def _heading(level: int, text: str) -> Heading:
    return Heading(level, (Text(text),), text, "")


def _release(tree: Tree, out: _Out) -> Section:
    title = "Release Support"
    facts = (
        ("Xen-Version", tree.version, "version"),
        ("Initial-Release", tree.initial_release, "initial_release"),
        ("Supported-Until", tree.supported_until, "supported_until"),
        ("Security-Support-Until", tree.security_support_until, "security_support_until"),
    )
    fields = []
    for key, value, attribute in facts:
        if value:
            fields.append(ParsedField(key, None, value))
            out.rows.append(Expected((title,), key, value, described=False, caveat=False))
            out.cells.append(tree.places.get(attribute, tree.place))
    blocks: list[Block] = [Literal("release", tuple(fields), ())]
    if tree.release_notes:
        link = Link((Text("RN"),), tree.release_notes)
        blocks.append(DefinitionList((Term((Text(RELEASE_NOTES),), (link,)),)))
        out.rows.append(Expected((title,), RELEASE_NOTES, "RN", described=False, caveat=False))
        out.cells.append(tree.places.get("release_notes", tree.place))
    return Section(_heading(1, title), tuple(blocks))


def _sections(sections: tuple[SheetSection, ...], level: int, path: tuple[str, ...], out: _Out) -> Iterator[Section]:
    for section in sections:
        if out.tree not in section.trees:
            continue
        here = (*path, section.title)
        blocks = () if section.own is None else _unit(section.own, level, here, out).section.blocks
        below = [*_features(section.features, level + 1, here, out), *_sections(section.sections, level + 1, here, out)]
        yield Section(_heading(level, section.title), blocks, tuple(below))


def _features(features: tuple[Feature, ...], level: int, path: tuple[str, ...], out: _Out) -> Iterator[Section]:
    for feature in features:
        if out.tree not in feature.trees or feature.name is None:
            continue
        section = _unit(feature, level, path, out).section
        if feature.features:
            below = tuple(_features(feature.features, level + 1, (*path, feature.name), out))
            section = Section(section.heading, section.blocks, below)
        yield section


def _unit(feature: Feature, level: int, path: tuple[str, ...], out: _Out) -> _Unit:
    """What is said of a feature in the tree; its rows and labels are noted.

    `path`: the headings above a feature, and that of a section whose own text this is.
    """
    told = out.memo.told.get(id(feature))
    if told is None:
        told = out.memo.told[id(feature)] = _Told(feature, _stated(feature), {})
    said, cells = told.stated.get(out.tree, ((), ()))
    description, caveats = feature.description.get(out.tree, ()), feature.caveats.get(out.tree, ())
    key = said, id(description), id(caveats)
    unit = told.units.get(key)
    if unit is None:
        body = _body(said, description, caveats, out.memo)
        here = path if feature.name is None else (*path, feature.name)
        rows = tuple([Expected(here, name, value, body.described, body.caveat, word) for name, value, word in said])
        unit = told.units[key] = _Unit(Section(_heading(level, here[-1]), body.blocks), rows, body.labels)
    out.rows += unit.rows
    out.cells += cells
    out.labels |= unit.labels
    return unit


def _stated(feature: Feature) -> dict[str, tuple[_Said, tuple[str, ...]]]:
    """What the fields of a feature state by tree, and their cells."""
    return {
        tree: (tuple([(one.qualifier, one.value, one.keyword) for one in fields]), tuple([one.place for one in fields]))
        for tree, fields in fields_by_tree(feature).items()
    }


def _body(said: _Said, description: Prose, caveats: Prose, memo: Memo) -> _Body:
    """Description, Status fields, caveats; in that order."""
    key = said, _words(description), _words(caveats)
    found = memo.bodies.get(key)
    if found is None:
        literal = Literal("feature", tuple(ParsedField(word, name, value) for name, value, word in said), ())
        blocks = (*description, literal, *with_lead_in(caveats)) if said else (*description, *caveats)
        described = any(not hasattr(block, "items") for block in description)
        labels = {_status(value).label for _, value, word in said if word == "Status"}
        found = _Body(blocks, described, bool(caveats), frozenset(label for label in labels if label is not None))
        memo.bodies[key] = found
    return found


def _words(prose: Prose) -> str | Prose:
    """What tells a text from others: of one plain paragraph its words, which are found much faster than nodes."""
    match prose:
        case (Paragraph((Text(words),)),):
            return words
    return prose
