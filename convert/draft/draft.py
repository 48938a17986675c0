"""A folder of drafts: one SUPPORT file a tree with its provenance, the lists of open questions; written whole or not
at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from convert.draft.definitions import Definitions
from convert.draft.glance import Frame, Known, at_a_glance
from convert.draft.places import Places
from convert.draft.translate import Draft, Memo, translate
from convert.draft.validate import Difference, Reread, differences, row_path, unheld
from convert.lint.apart import Apart
from convert.output.files import write_atomic
from convert.output.terminal import TOOL
from convert.sheet.catalogue import quote
from convert.sheet.model import Categorisation, OpenQuestion, Tree
from convert.trees.version import FILE
from grammar.diagnostic import Diagnostic
from grammar.fold import fold
from grammar.parser import Parsed, parse_text
from grammar.rows import Reading, Row, limits, read_rows
from grammar.source import Source


class Lint(NamedTuple):
    """How a draft is looked at before it is reported.

    `whole`: the findings in a text that has been read; true: it is known to be inside the mark-up.  `framed`: those in
    the frame of one, before exceptions.  `apart`: whether sections can be looked at by themselves, and how.
    """

    whole: Callable[[Parsed, Reading, bool], list[Diagnostic]]
    framed: Callable[[Parsed, Reading, Frame], list[Diagnostic]]
    apart: Apart | None = None


class Shared:
    """What the drafts of one workbook have in common."""

    def __init__(self, lint: Lint | None = None) -> None:
        self.lint = lint
        self.memo = Memo()
        self.known = Known(lint.apart if lint is not None else None)

    @property
    def quick(self) -> bool:
        """Whether a draft may be read at a glance: not where lint cannot look at sections by themselves."""
        return self.lint is None or self.lint.apart is not None


@dataclass(frozen=True)
class Made:
    """A draft that is right: the cell of each row key, and what lint finds in it, by cell.

    `counts`: how many features, statuses and limits it has.
    """

    draft: Draft
    cells: dict[str, str]
    counts: tuple[int, int, int]
    findings: tuple[Diagnostic, ...] = ()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows that the sheet says, as they are read back."""
        return Reread.of(self.draft).rows


def make(
    categorisation: Categorisation, tree: Tree, definitions: Definitions | None, own: Source | None = None,
    shared: Shared | None = None,
) -> Made | list[str]:  # fmt: skip
    """A tree's validated draft, or what is wrong with it, each line with the cell it is about.

    `own`: the tree's file, whose face the draft keeps; `shared` by the drafts of one workbook.
    """
    shared = shared or Shared()
    try:
        written = draft = translate(categorisation, tree, definitions, shared.memo)
        if own is not None:
            from convert.draft.face import worn

            draft = worn(draft, own)
    except ValueError as error:
        return [str(error)]
    fresh = own is None and definitions is None
    made = _at_a_glance(draft, categorisation, shared) if fresh and shared.quick else None
    return made or _in_full(written, draft, categorisation, shared, fresh=fresh)


def _at_a_glance(draft: Draft, categorisation: Categorisation, shared: Shared) -> Made | None:
    """A draft whose pieces are right, with the findings before its features; None where it has to be read in full."""
    glance = at_a_glance(draft, shared.known)
    if glance is None:
        return None
    frame = glance.frame
    if shared.lint is None or frame is None:
        return Made(draft, glance.cells, glance.counts)
    parsed = parse_text(frame.text, draft.tree.name)
    reading = read_rows(parsed.document, parsed.source)
    findings = shared.lint.framed(parsed, reading, frame)
    if not all(map(frame.same, findings)):
        return None
    starts = {row.span.start: glance.cells[row.key] for row in reading.rows if row.key in glance.cells}
    places = Places(parsed, draft.document, categorisation, draft.tree.name, starts)
    if any(places.origin(one.span).cell is None for one in findings):
        return None  # it is told by its line
    told = tuple(_at_cell(one, places, draft.tree.name) for one in findings)
    return Made(draft, glance.cells, glance.counts, told)


def _in_full(
    written: Draft, draft: Draft, categorisation: Categorisation, shared: Shared, *, fresh: bool
) -> Made | list[str]:
    """A draft read as a whole, or what is wrong with it; `written` is what has no face."""
    memo, lint = shared.memo, shared.lint
    read = Reread.of(draft)
    wrong = differences(draft, read, memo)
    if not wrong and (wrong := unheld(written, memo)) and draft is not written:
        draft, read = written, Reread.of(written)  # the places are those of the text that is refused
    cells = _cells(draft, read, by_name=bool(wrong) or draft.worn)
    findings: list[Diagnostic] = []
    if lint is not None and not wrong:
        findings = lint.whole(read.parsed, read.reading, fresh)
    if not wrong and not findings:
        return Made(draft, cells, _counts(read.rows))
    starts = {row.span.start: cells[row.key] for row in read.rows if row.key in cells}
    places = Places(read.parsed, draft.document, categorisation, draft.tree.name, starts)
    if wrong:
        return [_told(one, places, categorisation) for one in wrong]
    told = tuple(_at_cell(_inherited(finding, draft), places, draft.tree.name) for finding in findings)
    return Made(draft, cells, _counts(read.rows), told)


def _counts(rows: Sequence[Row]) -> tuple[int, int, int]:
    stated = [row for row in rows if row.kind == "status" and row.path[0] == "Feature Support"]
    return len({row.keys[: -1 if row.qualifier else None] for row in stated}), len(stated), len(limits(stated))


def _cells(draft: Draft, read: Reread, *, by_name: bool) -> dict[str, str]:
    """The cell of each row's key; `by_name` where the rows need not be those of the draft in their order."""
    if not by_name:
        return {row.key: cell for row, cell in zip(read.rows, draft.cells, strict=True) if cell}
    expected = {row_path(row): cell for row, cell in zip(draft.rows, draft.cells, strict=True) if cell}
    return {row.key: expected[path] for row in read.rows if (path := tuple(map(fold, row.path))) in expected}


def _told(one: Difference, places: Places, categorisation: Categorisation) -> str:
    if one.cell is None:
        return places.told(one.span, one.words) if one.span is not None else one.words
    said = categorisation.cells.get(one.cell)
    return f"{one.cell}: {one.words}" + (f"; the cell says {quote(said)}" if said else "")


def _at_cell(finding: Diagnostic, places: Places, tree: str) -> Diagnostic:
    """A finding of lint at the cell that it comes from, or at the line of the draft where no cell says that."""
    cell, _ = places.origin(finding.span)
    where = cell or f"{tree}/SUPPORT.md, line {places.line(finding.span)}"
    return finding._replace(place=where, span=None, trees=(tree,), fix=None)


def _inherited(finding: Diagnostic, draft: Draft) -> Diagnostic:
    """An error that the tree's own file has as well does not block: the draft is no worse than it."""
    if finding.severity != "error" or (finding.code, finding.message) not in draft.inherited:
        return finding
    return finding._replace(severity="warning", message=f"{finding.message} (as in the tree's file)")


def provenance(made: Made, categorisation: Categorisation) -> dict[str, Any]:
    """The value of the schema xen-support.provenance/1: row key -> cell."""
    return {
        "schema": "xen-support.provenance/1",
        "tool": TOOL,
        "source": {"name": categorisation.workbook, "sha256": categorisation.sha256},
        "tree": made.draft.tree.name,
        "definitions": {"from": made.draft.definitions.origin, "added": list(made.draft.definitions.added)},
        "rows": made.cells,
    }


def in_the_way(folder: Path, made: Made) -> Path | None:
    """An existing SUPPORT.md of the tree that differs from the draft; None where there is none."""
    path = folder / made.draft.tree.name / FILE
    try:
        return None if path.read_bytes() == made.draft.text.encode() else path
    except FileNotFoundError:
        return None


def write(folder: Path, made: Made, categorisation: Categorisation) -> Path:
    """Write a tree's SUPPORT.md and provenance.json; the former's path.  Raises OSError."""
    path = folder / made.draft.tree.name / FILE
    write_atomic(path, made.draft.text.encode())
    write_atomic(path.with_name("provenance.json"), _json(provenance(made, categorisation)).encode())
    return path


def _json(value: dict[str, Any]) -> str:
    """The text of a provenance: as json.dumps with an indent of 1 writes it, which for many rows takes its time."""
    rows = value["rows"]
    text = json.dumps({**value, "rows": {}}, ensure_ascii=False, indent=1)
    if rows:
        quoted = json.encoder.encode_basestring
        inner = ",\n".join([f"  {quoted(key)}: {quoted(cell)}" for key, cell in rows.items()])
        text = text.removesuffix("{}\n}") + "{\n" + inner + "\n }\n}"
    return text + "\n"


def _place(question: OpenQuestion) -> str:
    parts = [
        question.section,
        *([question.feature] if question.feature else []),
        *([question.variant] if question.variant else []),
    ]
    role = "" if question.role == "status" else f" ({question.role})"
    return " / ".join(parts) + role


def public_questions(questions: Sequence[OpenQuestion]) -> str:
    """The open questions by section, feature, variant and tree; no words of a cell, no names."""
    lines = ["Open questions: what the categorisation has not decided yet.", ""]
    by_place: dict[str, list[str]] = {}
    for question in questions:
        by_place.setdefault(_place(question), []).append(question.tree)
    lines += [f"{place}: {', '.join(dict.fromkeys(trees))}" for place, trees in by_place.items()] or ["None."]
    return "\n".join(lines) + "\n"


def private_questions(questions: Sequence[OpenQuestion]) -> str:
    """The same with cell, owner and words, as Markdown; for those who work on the sheet, not for publication."""
    lines = ["# Open questions", "", "Private: this list holds words and names of the sheet. Do not publish it.", ""]
    owner: str | None = ""
    for question in sorted(questions, key=lambda q: (q.owner or "~", q.place)):
        if question.owner != owner:
            owner = question.owner
            lines += ["", f"## {owner or 'Nobody yet'}", ""] if lines[-1] else [f"## {owner or 'Nobody yet'}", ""]
        words = " ".join(question.words.split())
        lines.append(f"- {question.place}: {_place(question)}, {question.tree}: `{words}`")
    return "\n".join(lines) + "\n"


def write_questions(folder: Path, questions: Sequence[OpenQuestion]) -> None:
    """Write the public list and the private one (readable by its owner only)."""
    write_atomic(folder / "open-questions-public.txt", public_questions(questions).encode())
    write_atomic(folder / "open-questions.md", private_questions(questions).encode(), 0o600)
