"""What the drafts of an imported workbook say, held against the files it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from convert.diff.compare import compare
from convert.draft import definitions
from convert.draft.translate import translate
from convert.importing.tables import TreeFile
from convert.sheet.categorise import categorise
from convert.sheet.layout import load_layout
from convert.sheet.statuses import Vocabulary
from convert.sheet.workbook import open_workbook
from grammar.nodes import Document
from grammar.parser import parse_text
from grammar.rows import Row, read_rows
from grammar.status import fold_label

_ADDRESS = re.compile(r" <[^<> ]*>")
_PARTS = ("Release Support", "Feature Support")


def differences(files: Sequence[TreeFile], book: Path, layout: Path | None = None) -> Iterator[str]:
    """Each way in which the workbook's drafts (unknown statuses kept) say something else than the files; nothing if none.

    A draft has its own preamble, and definitions of its own: what a file says there is looked at for rows only.
    """
    chosen = load_layout(layout)
    found = categorise(open_workbook(book), chosen, keep_unknown=True)
    for problem in found.problems:
        if problem.severity == "error":
            yield f"{problem.place or 'the workbook'}: {problem.message}"
    blocked = found.blocked()
    for file in files:
        tree = found.tree(file.name)
        if tree is None or tree.name in blocked:
            yield f"{file.name}: no draft can be made of it"
            continue
        try:
            draft = parse_text(translate(found, tree, definitions.own()).text).document
        except ValueError as error:
            yield f"{file.name}: {error}"
            continue
        spoken = chosen.vocabulary if file.signs else None
        yield from (f"{file.name}: {line}" for line in _tree(file.document, draft, spoken))


def _tree(document: Document, draft: Document, spoken: Vocabulary | None) -> Iterator[str]:
    have = {row.key: row for row in read_rows(draft).rows}
    rows = read_rows(document).rows
    for row in rows:
        again = have.get(row.key)
        if again is None:
            yield f'the row {row.key} ("{row.status}") is lost'
        elif again is not None and (wrong := _row(row, again, spoken)):
            yield f"the row {row.key}: {wrong}"
    known = {row.key for row in rows}
    for change in compare(_features(document), _features(draft)):
        if change.kind in ("description", "caveat") and _ADDRESS.sub("", change.old or "") == _ADDRESS.sub(
            "", change.new or ""
        ):
            continue  # the address of a link that is a part of a cell, which is told elsewhere
        if change.kind in ("description", "caveat", "moved", "renamed"):
            yield f"{' / '.join(change.feature)}: its {change.kind} is not the same"
        elif change.kind in ("added", "removed") and change.key not in known:
            yield f"{' / '.join(change.feature)}: {change.kind}"


def _row(row: Row, again: Row, spoken: Vocabulary | None) -> str | None:
    decided = spoken.decide(row.status) if spoken else None
    wanted = decided.value if decided else row.status
    if fold_label(wanted) != fold_label(again.status):
        return f'reads back as "{again.status}", not "{row.status}"'
    if row.path[0] in _PARTS and row.described != again.described:
        return f"its description is {'lost' if row.described else 'new'}"
    if row.path[0] in _PARTS and row.caveat != again.caveat:
        return f"its caveat is {'lost' if row.caveat else 'new'}"
    return None


def _features(document: Document) -> Document:
    """Only the part that a workbook holds."""
    kept = tuple(s for s in document.sections if s.heading.text.casefold() == "feature support")
    return replace(document, preamble=(), sections=kept)
