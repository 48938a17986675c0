"""A draft for a tree that has a file keeps that file's face: title, preamble, line breaks, emphasis, spelling of
labels, order.

The draft is merged into the file as `update` merges it, unit by unit, with the file as the base: what says the same
keeps its bytes.  Before that, what differs in its dress only is taken from the file: a label in other letter case or
with a full stop, a list's keyword, the words of a paragraph whose emphasis and links a plain cell does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from convert.draft.translate import Draft, Expected
from convert.merge.merging import merge
from convert.merge.sides import Place
from grammar.fold import fold
from grammar.inlines import plain
from grammar.nodes import (
    Block,
    BulletList,
    Document,
    Emph,
    Inline,
    Link,
    Literal,
    Paragraph,
    ParsedField,
    Section,
    Strong,
)
from grammar.parser import parse
from grammar.printer import print_document
from grammar.rows import key_of, read_rows
from grammar.source import Source
from grammar.status import fold_label
from grammar.tidy import tidy_blocks

_Path = tuple[str, ...]
_Dress = Mapping[tuple[_Path, str], ParsedField]


def worn(draft: Draft, file: Source) -> Draft:
    """A draft with the face of the tree's file.  ValueError where the file cannot be merged into (it is not UTF-8)."""
    read = parse(file)
    there = read.document
    wrong = (*read.diagnostics, *read_rows(there, file).diagnostics)
    inherited = frozenset((d.code, d.message) for d in wrong if d.severity == "error" or d.code == "XS110")
    fields: dict[tuple[_Path, str], ParsedField] = {}
    texts: dict[_Path, tuple[Block, ...]] = {}
    _collect(there.sections, (), fields, texts)
    sections = tuple(_section(section, (), fields, texts) for section in draft.document.sections)
    title = there.title or draft.document.title
    preamble = there.preamble if there.title is not None else draft.document.preamble
    document = Document(title, preamble, sections)
    rows = tuple(_row(row, fields) for row in draft.rows)
    text = print_document(document) + "\n" + draft.definitions.text
    merged = merge(file.data, file.data, text.encode(), merge_text=_theirs, rule=_none)
    return replace(
        draft, document=document, rows=rows, text=merged.data.decode("utf-8"), worn=True, inherited=inherited
    )


def _none(_place: Place) -> None:
    """A rule that settles nothing, as nothing is in conflict."""


def _theirs(base: str, ours: str, theirs: str, labels: tuple[str, str, str]) -> tuple[str, int]:
    """The words of one paragraph merged: as ours is the base, theirs."""
    return theirs, 0


def _collect(
    sections: tuple[Section, ...], above: _Path, fields: dict[tuple[_Path, str], ParsedField],
    texts: dict[_Path, tuple[Block, ...]],
) -> None:  # fmt: skip
    """The fields and texts of a file by the headings above them; of equal fields the last, as Xen reads it."""
    for section in sections:
        path = (*above, fold(section.heading.text))
        for block in section.blocks:
            if isinstance(block, Literal) and block.kind == "feature":
                fields.update({(path, _key(field.qualifier)): field for field in block.fields})
        texts.setdefault(path, section.blocks)
        _collect(section.sections, path, fields, texts)


def _key(qualifier: str | None) -> str:
    return key_of("", qualifier) if qualifier else ""


def _section(section: Section, above: _Path, fields: _Dress, texts: Mapping[_Path, tuple[Block, ...]]) -> Section:
    path = (*above, fold(section.heading.text))
    by_words: dict[object, Block] = {_words(block): block for block in tidy_blocks(texts.get(path, ()))}
    blocks = tuple(
        (
            replace(block, fields=tuple(_field(f, path, fields) for f in block.fields))
            if isinstance(block, Literal) and block.kind == "feature"
            else _text(block, by_words)
        )
        for block in section.blocks
    )
    return replace(section, blocks=blocks, sections=tuple(_section(s, path, fields, texts) for s in section.sections))


def _field(field: ParsedField, path: _Path, fields: _Dress) -> ParsedField:
    """A field as the file spells it, where both say the same."""
    own = fields.get((path, _key(field.qualifier)))
    if own is None or fold_label(own.value) != fold_label(field.value):
        return field
    return ParsedField(
        own.keyword if fold(own.value) == fold(field.value) else field.keyword, field.qualifier, own.value
    )


def _row(row: Expected, fields: _Dress) -> Expected:
    field = _field(ParsedField(row.keyword, row.qualifier, row.value), tuple(map(fold, row.path)), fields)
    return (
        row
        if field.value == row.value and field.keyword == row.keyword
        else row._replace(value=field.value, keyword=field.keyword)
    )


def _text(block: Block, there: Mapping[object, Block]) -> Block:
    """A plain text's counterpart in the file, whose emphasis and links no plain cell says; a text with marks is its
    own.
    """
    if isinstance(block, Paragraph | BulletList) and not _marked(block):
        return there.get(_words(block), block)
    return block


def _words(block: Block) -> object:
    match block:
        case Paragraph(inlines):
            return fold(plain(inlines))
        case BulletList(items):
            return tuple(tuple(_words(inner) for inner in tidy_blocks(item)) for item in items)
        case _:
            return id(block)


def _marked(block: Block) -> bool:
    if isinstance(block, Paragraph):
        return _has_marks(block.inlines)
    return isinstance(block, BulletList) and any(_marked(inner) for item in block.items for inner in item)


def _has_marks(inlines: tuple[Inline, ...]) -> bool:
    return any(isinstance(node, Emph | Strong | Link) for node in inlines)
