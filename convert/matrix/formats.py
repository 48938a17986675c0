"""The matrix as values and bytes for other programs: JSON, tables for CSV and spreadsheets, text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convert.matrix.build import Cell, Line, Matrix, Relation
from convert.matrix.rowtree import Part
from convert.matrix.tree import Tree
from convert.matrix.words import ABSENCE, standing_words
from convert.output.terminal import Painter, clean
from convert.trees.state import Standing

SCHEMA = "xen-support.matrix/1"
_LEGEND = "+ better, - worse, ! security support lost: against the next older tree that has a status"
_CHANGED = {"better": "+", "worse": "-", "security-lost": "!"}


def as_json(matrix: Matrix, tool: Mapping[str, str], digests: Sequence[str]) -> dict[str, Any]:
    """The value of the schema xen-support.matrix/1; `digests` are the SHA-256 of the trees' files, in their order."""
    return {
        "schema": SCHEMA,
        "tool": tool,
        "today": matrix.today.isoformat(),
        "trees": [
            tree_json(tree, standing, digest)
            for tree, standing, digest in zip(matrix.trees, matrix.standings, digests, strict=True)
        ],
        "rows": [row_json(line, matrix) for line in matrix.rows],
        "sections": [
            {
                "key": line.key, "id": line.id, "path": list(line.path), "formerly": list(line.formerly),
                "trees": [_part(part) for part in line.parts],
            }
            for line in matrix.lines if line.parts
        ],
    }  # fmt: skip


def row_json(line: Line, matrix: Matrix) -> dict[str, Any]:
    """A row as in the schema xen-support.matrix/1, a cell a tree."""
    return {
        "key": line.key, "id": line.id, "path": list(line.path), "anchor": line.anchor, "qualifier": line.qualifier,
        "kind": line.kind, "cells": [_cell(cell) for cell in line.cells],
        "continued": [_relation(relation, matrix) for relation in line.relations],
    }  # fmt: skip


def tree_json(tree: Tree, standing: Standing, digest: str) -> dict[str, Any]:
    """A tree as in the schemas of matrix and query: where it comes from, its release fields, what it is on the day,
    its errors.
    """
    errors: list[dict[str, Any]] = [
        {
            "line": tree.source.position(error.span.start)[0] if error.span else None,
            "code": error.code,
            "message": error.message,
        }
        for error in tree.errors
    ]
    if tree.problem is not None:
        errors.append({"line": None, "code": None, "message": tree.problem})
    return {
        "name": tree.name, "ref": tree.ref, "commit": tree.commit, "date": tree.date, "version": tree.version,
        "release": dict(tree.release), **standing_json(standing), "sha256": digest, "errors": errors,
    }  # fmt: skip


def standing_json(standing: Standing) -> dict[str, Any]:
    """What a tree is on the day, and its dates as YYYY-MM-DD, null where its file has none that can be read."""
    days = (standing.released, standing.support, standing.security)
    names = ("initial_release", "supported_until", "security_support_until")
    return {
        "support": standing.state,
        "dates": {name: day.isoformat() if day else None for name, day in zip(names, days, strict=True)},
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "status": cell.status, "label": cell.label, "security": cell.security, "effective": cell.effective,
        "line": cell.line, "absence": cell.absence, "change": cell.change,
    }  # fmt: skip


def _relation(relation: Relation, matrix: Matrix) -> dict[str, Any]:
    return {
        "direction": relation.direction, "key": relation.key, "id": relation.id, "path": list(relation.path),
        "trees": {"older": matrix.trees[relation.older].name, "newer": matrix.trees[relation.newer].name},
        "certain": relation.certain, "security": relation.security,
    }  # fmt: skip


def _part(part: Part | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {"anchor": part.key, "line": part.line, "description": part.description, "caveats": part.caveats}


def table(matrix: Matrix) -> list[list[str]]:
    """The rows for a spreadsheet, headings first.

    Four columns a tree: its status, its security support as stated and as it holds on the day, absence or change.
    """
    head = ["Key", "Section", "Feature", "Qualifier", "Kind"]
    for tree in matrix.trees:
        head += [tree.name, f"{tree.name} security", f"{tree.name} effective", f"{tree.name} note"]
    out = [head]
    for line in matrix.rows:
        words = line.path if line.qualifier is None else line.path[:-1]
        row = [line.key, " / ".join(words[:-1]), words[-1], line.qualifier or "", line.kind or ""]
        for cell in line.cells:
            row += [cell.status or "", cell.security or "", cell.effective or "", cell.absence or cell.change or ""]
        out.append(row)
    return out


def tree_table(matrix: Matrix) -> list[list[str]]:
    """The trees for a spreadsheet's second sheet, with what they are on the day."""
    days = ("Initial-Release", "Supported-Until", "Security-Support-Until")
    out = [["Tree", "Ref", "Commit", "Date", "Version", f"Support on {matrix.today}", *days, "Errors"]]
    for t, standing in zip(matrix.trees, matrix.standings, strict=True):
        errors = len(t.errors) + (t.problem is not None)
        dates = (str(t.release.get(day, "")) for day in days)
        where = [t.name, t.ref or "", t.commit or "", t.date or "", t.version or ""]
        out.append([*where, standing_words(standing), *dates, str(errors)])
    return out


def as_text(matrix: Matrix, paint: Painter, width: int) -> str:
    """The matrix for a terminal of `width` columns.  `!`, `-` and `+` before a status: security lost, worse, better."""
    from tabulate import tabulate

    count = max(1, len(matrix.trees))
    each = max(14, (width * 2 // 3) // count - 2)
    first = max(24, width - count * (each + 2))
    body = []
    for line in matrix.lines:
        if not line.stated and not line.prose and not any(line.parts):
            continue
        name = "  " * min(line.depth, 8) + clean(line.name)
        body.append(
            [paint(name, "bold") if line.depth < 2 else name, *(_text_cell(line, cell, paint) for cell in line.cells)]
        )
    names = [f"{clean(tree.name)}, {standing_words(s)}" for tree, s in zip(matrix.trees, matrix.standings, strict=True)]
    head = ["", *(paint(name, "bold") for name in names)]
    done: str = tabulate(
        body, head, tablefmt="simple", disable_numparse=True, preserve_whitespace=True,
        maxcolwidths=[first, *([each] * count)], maxheadercolwidths=[first, *([each] * count)],
    )  # fmt: skip
    return "\n".join([*(row.rstrip() for row in done.splitlines()), "", _LEGEND])


def _text_cell(line: Line, cell: Cell, paint: Painter) -> str:
    if cell.status is not None:
        sign = _CHANGED.get(cell.change or "", "")
        colour = "" if line.kind == "release" else cell.effective or ""
        return paint(f"{sign} {clean(cell.status)}".lstrip(), colour)
    if cell.absence is not None:
        return ABSENCE[cell.absence][0]
    return "-" if line.stated else ""
