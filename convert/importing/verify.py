"""What the drafts of an imported workbook say, held against the files it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from convert.diff.compare import compare
from convert.draft import draft
from convert.draft.definitions import is_definitions
from convert.importing.tables import FEATURES, TreeFile
from convert.sheet.categorise import categorise
from convert.sheet.layout import load_layout
from convert.sheet.model import Categorisation
from convert.sheet.workbook import open_workbook
from grammar.nodes import BulletList, Document, Literal, Outside, Paragraph, Section
from grammar.parser import parse_text
from grammar.rows import Row, key_of, read_rows
from grammar.status import fold_label

_ADDRESS = re.compile(r" <[^<> ]*>")
RELEASE = "release support"
_PARTS = ("Release Support", "Feature Support")
_RELEASE = frozenset({"Xen-Version", "Initial-Release", "Supported-Until", "Security-Support-Until"})


def differences(files: Sequence[TreeFile], book: Path, layout: Path | None = None) -> Iterator[str]:
    """Each way in which the workbook's drafts say something else than the files, or cannot be made; nothing if none.

    A draft has its own preamble, and definitions of its own: what a file says there is looked at for rows only.
    """
    chosen = load_layout(layout)
    found = categorise(open_workbook(book), chosen)
    for problem in found.problems:
        if problem.severity == "error":
            yield f"{problem.place or 'the workbook'}: {problem.message}"
    blocked = found.blocked()
    for file in files:
        tree = found.tree(file.name)
        if tree is None or tree.name in blocked:
            yield f"{file.name}: no draft can be made of it"
        else:
            yield from (f"{file.name}: {line}" for line in _drafted(file, found))


def _drafted(file: TreeFile, found: Categorisation) -> Iterator[str]:
    tree = found.tree(file.name)
    assert tree is not None
    made = draft.make(found, tree, None)
    if isinstance(made, list):
        yield from (f"no draft can be made of it: {line}" for line in made)
        return
    yield from _tree(file.document, parse_text(made.draft.text).document)


def _tree(document: Document, drafted: Document) -> Iterator[str]:
    again = read_rows(drafted).rows
    have = {row.keys: row for row in again}
    by_key = {row.key: row for row in again}
    rows = read_rows(document).rows
    for row in rows:
        found = have.get(row.keys) or by_key.get(row.key)
        if found is None:
            yield f'the row {row.key} ("{row.status}") is lost'
        elif wrong := _row(row, found):
            yield f"the row {row.key}: {wrong}"
    yield from _overwritten(document)
    yield from _elsewhere(document)
    known = {row.key for row in rows}
    for change in compare(_features(document), _features(drafted)):
        if change.kind in ("description", "caveat") and _ADDRESS.sub("", change.old or "") == _ADDRESS.sub(
            "", change.new or ""
        ):
            continue  # the address of a link that is a part of a cell, which is told elsewhere
        if change.kind in ("description", "caveat", "moved", "renamed"):
            yield f"{' / '.join(change.feature)}: its {change.kind} is not the same"
        elif change.kind in ("added", "removed") and change.key not in known:
            yield f"{' / '.join(change.feature)}: {change.kind}"


def _row(row: Row, again: Row) -> str | None:
    if fold_label(row.status) != fold_label(again.status):
        return f'reads back as "{again.status}", not "{row.status}"'
    if row.kind != again.kind:
        return f"is a {again.kind} in the draft, a {row.kind} in the file"
    if row.path[0] in _PARTS and row.described != again.described:
        return f"its description is {'lost' if row.described else 'new'}"
    if row.path[0] in _PARTS and row.caveat != again.caveat:
        return f"its caveat is {'lost' if row.caveat else 'new'}"
    return None


def _overwritten(document: Document) -> Iterator[str]:
    """The fields that a later one of the same key hides: the file says them, its rows and so the workbook do not."""
    last: dict[object, tuple[str | None, str]] = {}
    lost: list[tuple[str, str | None, str, str]] = []

    def visit(section: Section, keys: tuple[str, ...]) -> None:
        keys = (*keys, section.heading.anchor)
        for block in section.blocks:
            if not isinstance(block, Literal) or block.kind == "definition":
                continue
            for field in block.fields:
                key = (
                    keys,
                    key_of("", field.qualifier) if field.qualifier else field.keyword * (block.kind == "release"),
                )
                if key in last:
                    lost.append((section.heading.text, *last[key], field.value))
                last[key] = (field.qualifier, field.value)
        for below in section.sections:
            visit(below, keys)

    for section in document.sections:
        visit(section, ())
    for heading, qualifier, value, new in lost:
        named = f"{heading}, {qualifier}" if qualifier else heading
        yield f'{named}: the file states "{value}" and, with the same key, "{new}"; the workbook has the last only'


def _elsewhere(document: Document) -> Iterator[str]:
    """What a workbook has no place for, part by part; title, preamble and definitions stay the tree's own."""
    definitions = False
    for section in document.sections:
        part = section.heading.text
        definitions = definitions or is_definitions(section)
        if part.casefold() == FEATURES:
            yield from (f"{part}: {what}" for what in _strange(section, text=True))
            yield from (f"{s.heading.text}: {what}" for s in section.walk() if s is not section for what in _strange(s))
        elif part.casefold() == RELEASE:
            yield from (f"{s.heading.text}: {what}" for s in section.walk() for what in _strange(s, text=True))
        elif not definitions and not (
            document.title is None and section is document.sections[0]
        ):  # `# Title` is an old mistake
            yield f"{part}: a workbook has no place for this part"


def _strange(section: Section, *, text: bool = False) -> Iterator[str]:
    """The blocks below a heading that no cell can hold; with `text`, the prose too."""
    for block in section.blocks:
        if isinstance(block, Literal) and block.kind == "release":
            names = [field.keyword for field in block.fields if field.keyword not in _RELEASE]
            yield from (f"a workbook has no place for the field {name}" for name in names)
        elif isinstance(block, Literal) and block.kind == "definition":
            yield f'a workbook has no place for the definition "{next(iter(block.lines), "")}"'
        elif isinstance(block, Outside):
            yield f"a workbook has no place for {block.what}"
        elif text and isinstance(block, Paragraph | BulletList):
            yield "a workbook has no place for the text directly below this heading"


def _features(document: Document) -> Document:
    """Only the part that a workbook holds."""
    kept = tuple(s for s in document.sections if s.heading.text.casefold() == FEATURES)
    return replace(document, preamble=(), sections=kept)
