"""Categorisation -> one SUPPORT file a tree: the Document, its text, and which cell each row comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from convert.draft import definitions as parts
from convert.draft.definitions import Definitions
from convert.sheet.model import Categorisation, Feature, FieldOf, Prose, Tree, fields_of
from convert.sheet.model import Section as SheetSection
from grammar.nodes import (
    Block,
    DefinitionList,
    Document,
    Heading,
    Link,
    Literal,
    ParsedField,
    Section,
    Term,
    Text,
)
from grammar.parser import parse_text
from grammar.printer import Printed, print_document, with_lead_in
from grammar.status import read_status

RELEASE_NOTES = "Release Notes"


@dataclass(frozen=True, slots=True)
class Expected:
    """One row that a draft must have: the headings above it, its qualifier and value, its cell, the model's prose
    flags.
    """

    path: tuple[str, ...]
    qualifier: str | None
    value: str
    place: str
    described: bool
    caveat: bool
    keyword: str = "Status"


@dataclass(frozen=True, slots=True)
class Draft:
    """What one tree's file is to be.

    `document` is without the definitions part; `text` is the whole file; `rows` are those it must read back as, in
    order. `worn`: it has the face of the tree's own file, and that file's order; `inherited` are the errors of that
    file, by code and message, which the draft may have where it keeps the file's words.
    """

    tree: Tree
    document: Document
    definitions: Definitions
    text: str
    rows: tuple[Expected, ...]
    worn: bool = False
    inherited: frozenset[tuple[str, str]] = frozenset()


@dataclass(slots=True)
class Memo:
    """What the drafts of one workbook have in common: the blocks and texts of features that say the same in several
    trees.

    `checked`: texts of sections that were read back as these blocks; `held`: texts that are inside the mark-up.
    """

    blocks: dict[tuple[object, ...], tuple[Block, ...]] = field(default_factory=dict)
    printed: Printed = field(default_factory=dict)
    checked: dict[str, tuple[Block, ...]] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Out:
    tree: str
    memo: Memo
    rows: list[Expected] = field(default_factory=list)
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
    return Draft(tree, document, kept, text, tuple(out.rows))


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
            out.rows.append(Expected((title,), key, value, tree.places.get(attribute, tree.place), False, False))
    blocks: list[Block] = [Literal("release", tuple(fields), ())]
    if tree.release_notes:
        link = Link((Text("RN"),), tree.release_notes)
        blocks.append(DefinitionList((Term((Text(RELEASE_NOTES),), (link,)),)))
        place = tree.places.get("release_notes", tree.place)
        out.rows.append(Expected((title,), RELEASE_NOTES, "RN", place, False, False))
    return Section(_heading(1, title), tuple(blocks))


def _sections(sections: tuple[SheetSection, ...], level: int, path: tuple[str, ...], out: _Out) -> Iterator[Section]:
    for section in sections:
        if out.tree not in section.trees:
            continue
        here = (*path, section.title)
        blocks = _blocks(section.own, here, out) if section.own is not None else ()
        below = [*_features(section.features, level + 1, here, out), *_sections(section.sections, level + 1, here, out)]
        yield Section(_heading(level, section.title), blocks, tuple(below))


def _features(features: tuple[Feature, ...], level: int, path: tuple[str, ...], out: _Out) -> Iterator[Section]:
    for feature in features:
        if out.tree not in feature.trees or feature.name is None:
            continue
        here = (*path, feature.name)
        blocks = _blocks(feature, here, out)
        yield Section(_heading(level, feature.name), blocks, tuple(_features(feature.features, level + 1, here, out)))


def _blocks(feature: Feature, path: tuple[str, ...], out: _Out) -> tuple[Block, ...]:
    """Description, Status fields, caveats; in that order."""
    description = feature.description.get(out.tree, ())
    caveats = feature.caveats.get(out.tree, ())
    stated = fields_of(feature, out.tree)
    _expect(stated, description, caveats, path, out)
    said = tuple((f.qualifier, f.value, f.keyword) for f in stated)
    key = (id(feature), said, tuple(map(id, description)), tuple(map(id, caveats)))
    found = out.memo.blocks.get(key)
    if found is None:
        literal = Literal("feature", tuple(ParsedField(f.keyword, f.qualifier, f.value) for f in stated), ())
        found = (*description, literal, *with_lead_in(caveats)) if stated else (*description, *caveats)
        out.memo.blocks[key] = found
    return found


def _expect(stated: Sequence[FieldOf], description: Prose, caveats: Prose, path: tuple[str, ...], out: _Out) -> None:
    """Note the rows that are to be read back, and the labels in use."""
    described = any(not hasattr(block, "items") for block in description)
    for qualifier, value, place, keyword in stated:
        out.rows.append(Expected(path, qualifier, value, place, described, bool(caveats), keyword))
        label = _status(value).label if keyword == "Status" else None
        if label is not None:
            out.labels.add(label)
