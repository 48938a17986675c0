"""A folder of drafts: one SUPPORT file a tree with its provenance, the lists of open questions; written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.draft.definitions import Definitions
from convert.draft.translate import Draft, translate
from convert.draft.validate import differences
from convert.output.files import write_atomic
from convert.output.terminal import TOOL
from convert.sheet.model import Categorisation, OpenQuestion, Tree
from convert.trees.version import FILE
from grammar.parser import parse_text
from grammar.rows import Row, limits, read_rows


@dataclass(frozen=True, slots=True)
class Made:
    """A draft that is right: its rows as read back, the cell of each row key."""

    draft: Draft
    rows: tuple[Row, ...]
    cells: dict[str, str]

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many features, statuses and limits it has."""
        stated = [row for row in self.rows if row.kind == "status" and row.path[0] == "Feature Support"]
        return len({row.keys[: -1 if row.qualifier else None] for row in stated}), len(stated), len(limits(stated))


def read_back(draft: Draft) -> Made:
    """A validated draft with its rows, and the cell that each row's key comes from."""
    document = parse_text(draft.text).document
    rows = [row for row in read_rows(document).rows if row.path[0] in ("Release Support", "Feature Support")]
    cells = {row.key: expected.place for row, expected in zip(rows, draft.rows, strict=True) if expected.place}
    return Made(draft, tuple(rows), cells)


def make(categorisation: Categorisation, tree: Tree, definitions: Definitions | None) -> Made | list[str]:
    """A tree's validated draft, or what is wrong with it."""
    try:
        draft = translate(categorisation, tree, definitions)
    except ValueError as error:
        return [str(error)]
    return differences(draft) or read_back(draft)


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
    text = json.dumps(provenance(made, categorisation), ensure_ascii=False, indent=1) + "\n"
    write_atomic(path, made.draft.text.encode())
    write_atomic(path.with_name("provenance.json"), text.encode())
    return path


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
