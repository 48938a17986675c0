"""Findings about sources as lines for people and as JSON values (schema xen-support.sources/1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from convert.sources.match import DOCS, KCONFIG
from convert.sources.rows import Known
from convert.sources.statement import Finding
from convert.trees.version import FILE

SCHEMA = "xen-support.sources/1"
FINDINGS = ("contradiction", "missing", "label", "unmarked")  # in this order


def line(finding: Finding, file: str | None = FILE) -> str:
    """A finding on one line: `xen/common/sched/Kconfig:26: SCHED_ARINC653 UNSUPPORTED; SUPPORT.md:483
    arinc653-scheduler: Supported`.

    `file`: what the file with the rows is called; None: its lines are of no use to anybody.
    """
    statement = finding.statement
    if statement.group in (KCONFIG, DOCS):
        said = f"{statement.subject} {statement.says or 'without a mark'}"
        missing = f"{said}; in no row"
    else:
        said = f"{statement.subject} ({statement.group}) {statement.says}"
        missing = f"{statement.subject} ({statement.group}) is in no row"
    if finding.kind == "missing":
        near = finding.near
        if statement.group == KCONFIG and statement.says is None:
            return f"{statement.place}: {statement.subject} is in no row, unlike other options of its kind"
        return f"{statement.place}: {missing}{f'; near: {near.name} ({near.row}), {near.how}' if near else ''}"
    place = f"{file}:{finding.line} " if file is not None else ""
    where = f"{place}{finding.row}: {finding.status}" if finding.row else finding.note or ""
    how = f" ({finding.near.how})" if finding.near else f" ({finding.note})" if finding.note and finding.row else ""
    return f"{statement.place}: {said}; {where}{how}"


def unnamed_line(row: Known, file: str | None = FILE) -> str:
    """A row that no source names."""
    place = f"{file}:{row.line}: " if file is not None else ""
    return f"{place}{row.row.qualifier or row.row.path[-1]} ({row.row.key}) is in no source"


def as_json(finding: Finding, owner: Callable[[str], str]) -> dict[str, Any]:
    """One statement; `owner` gives who decides about a file."""
    statement, near = finding.statement, finding.near
    open_question = finding.kind == "contradiction"
    return {
        "kind": finding.kind, "class": statement.group, "subject": statement.subject, "says": statement.says,
        "place": {"path": statement.place.path, "line": statement.place.line},
        "row": finding.row, "status": finding.status, "line": finding.line,
        "near": {"row": near.row, "name": near.name, "how": near.how} if near else None,
        "owner": (owner(statement.place.path) or None) if open_question else None,
    }  # fmt: skip


def text(findings: Iterable[Finding], owner: Callable[[str], str]) -> list[str]:
    """All findings by kind, and how many of each there are, last those that agree."""
    by_kind: dict[str, list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    out: list[str] = []
    for kind in (*FINDINGS, "near"):
        for finding in by_kind.get(kind, ()):
            out.append(line(finding))
            if kind == "contradiction" and (who := owner(finding.statement.place.path)):
                out.append(f"    an open question for {who} (MAINTAINERS)")
    return [*out, summary({kind: len(found) for kind, found in by_kind.items()})]


def summary(counts: Mapping[str, int]) -> str:
    """`1 contradiction, 11 in no row, 2 other labels, 18 agree`."""
    words = {
        "contradiction": ("contradiction", "contradictions"), "missing": ("in no row", "in no row"),
        "label": ("other label", "other labels"), "unmarked": ("without a mark", "without a mark"),
        "near": ("near", "near"), "agrees": ("agrees", "agree"),
    }  # fmt: skip
    told = [
        f"{counts[kind]} {one if counts[kind] == 1 else many}"
        for kind, (one, many) in words.items()
        if counts.get(kind)
    ]
    return ", ".join(told) or "nothing else says anything about support"
