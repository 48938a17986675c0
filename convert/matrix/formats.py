"""The matrix as values and bytes for other programs: JSON, tables for CSV and spreadsheets, text for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convert.matrix.build import Cell, Line, Matrix, Tree
from convert.matrix.rowtree import Part
from convert.output.terminal import Painter, clean

SCHEMA = "xen-support.matrix/1"
_ABSENT = {"not-yet": "not yet", "removed": "removed", "gap": "gap", "unreadable": "unreadable", None: "-"}
_LEGEND = "+ better, - worse, ! security support lost: against the next older tree that has a status"
_CHANGED = {"better": "+", "worse": "-", "security-lost": "!"}


def as_json(matrix: Matrix, tool: Mapping[str, str], digests: Sequence[str]) -> dict[str, Any]:
    """The value of the schema xen-support.matrix/1; `digests` are the SHA-256 of the trees' files, in their order."""
    return {
        "schema": SCHEMA,
        "tool": tool,
        "trees": [_tree(tree, digest) for tree, digest in zip(matrix.trees, digests, strict=True)],
        "rows": [
            {
                "key": line.key, "id": line.id, "path": list(line.path), "anchor": line.anchor, "qualifier": line.qualifier,
                "cells": [_cell(cell) for cell in line.cells],
            }
            for line in matrix.rows
        ],
        "sections": [
            {
                "key": line.key, "id": line.id, "path": list(line.path), "formerly": list(line.formerly),
                "trees": [_part(part) for part in line.parts],
            }
            for line in matrix.lines if line.parts
        ],
    }  # fmt: skip


def _tree(tree: Tree, digest: str) -> dict[str, Any]:
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
        "release": dict(tree.release), "sha256": digest, "errors": errors,
    }  # fmt: skip


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "status": cell.status, "label": cell.label, "security": cell.security, "line": cell.line, "absence": cell.absence,
        "change": cell.change,
    }  # fmt: skip


def _part(part: Part | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {"anchor": part.key, "line": part.line, "description": part.description, "caveats": part.caveats}


def table(matrix: Matrix) -> list[list[str]]:
    """The rows for a spreadsheet, headings first; three columns a tree: its status, its security support, absence or change."""
    head = ["Key", "Section", "Feature", "Qualifier"]
    for tree in matrix.trees:
        head += [tree.name, f"{tree.name} security", f"{tree.name} note"]
    out = [head]
    for line in matrix.rows:
        words = line.path if line.qualifier is None else line.path[:-1]
        row = [line.key, " / ".join(words[:-1]), words[-1], line.qualifier or ""]
        for cell in line.cells:
            row += [cell.status or "", cell.security or "", cell.absence or cell.change or ""]
        out.append(row)
    return out


def tree_table(trees: Sequence[Tree]) -> list[list[str]]:
    """The trees for a spreadsheet's second sheet."""
    out = [["Tree", "Ref", "Commit", "Date", "Version", "Errors"]]
    for t in trees:
        errors = len(t.errors) + (t.problem is not None)
        out.append([t.name, t.ref or "", t.commit or "", t.date or "", t.version or "", str(errors)])
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
    head = ["", *(paint(clean(tree.name), "bold") for tree in matrix.trees)]
    done: str = tabulate(
        body, head, tablefmt="simple", disable_numparse=True, preserve_whitespace=True,
        maxcolwidths=[first, *([each] * count)], maxheadercolwidths=[first, *([each] * count)],
    )  # fmt: skip
    return "\n".join([*(row.rstrip() for row in done.splitlines()), "", _LEGEND])


def _text_cell(line: Line, cell: Cell, paint: Painter) -> str:
    if cell.status is not None:
        sign = _CHANGED.get(cell.change or "", "")
        return (
            f"{sign} {clean(cell.status)}".lstrip()
            if not paint.on
            else paint(f"{sign} {clean(cell.status)}".lstrip(), cell.security or "")
        )
    if line.stated:
        return _ABSENT[cell.absence]
    return "" if cell.absence is None else _ABSENT[cell.absence]
