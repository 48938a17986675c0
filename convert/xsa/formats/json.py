"""A check for programs: the schema xen-support.xsa-check/1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from convert.output.terminal import TOOL, Painter
from convert.xsa.report import Report
from convert.xsa.rows import PatchRow, Row


def write(report: Report, paint: Painter, verbose: int) -> Iterator[str]:
    """The report as JSON."""
    yield json.dumps(value(report), ensure_ascii=False, indent=1)


def value(report: Report) -> dict[str, Any]:
    """The value of the schema."""
    return {
        "schema": "xen-support.xsa-check/1",
        "tool": TOOL,
        "source": {"url": report.url, "read": report.read_at.strftime("%Y-%m-%dT%H:%M:%SZ"), "sha256": report.digest},
        "refs": [{"ref": ref.name, "sha": ref.sha, "date": ref.day, "version": ref.version} for ref in report.refs],
        "rows": [_row(row, report) for row in report.rows],
        "problems": list(report.problems),
        "status": report.status,
    }


def _row(row: Row, report: Report) -> dict[str, Any]:
    one = row.advisory
    decisions = report.settled.get((one.number, row.ref.name), ())
    return {
        "xsa": one.number,
        "ref": row.ref.name,
        "sha": row.ref.sha,
        "verdict": row.verdict,
        "have": row.have,
        "of": row.of,
        "title": one.title,
        "date": one.day,
        "version": one.version,
        "cves": list(one.cves),
        "why": row.why,
        "trees": list(row.trees),
        "unchecked": list(row.unchecked),
        "accepted": [d.reason for d in decisions],
        "patches": [_patch(patch) for patch in row.patches],
    }


def _patch(patch: PatchRow) -> dict[str, Any]:
    found, proof = patch.finding, patch.finding.evidence
    return {
        "name": patch.name,
        "sha256": patch.file.sha256 if patch.file else None,
        "tree": patch.tree,
        "subject": patch.file.subject if patch.file else None,
        "verdict": patch.verdict,
        "how": found.how,
        "commits": list(found.commits),
        "evidence": {
            "patch_id": proof.patch_id,
            "lines": None if proof.lines is None else round(proof.lines, 4),
            "subject": proof.subject,
            "links": list(proof.links),
            "number": proof.number,
        },
        "reverts": list(found.reverts),
        "near": list(found.near),
        "elsewhere": {"ref": patch.elsewhere[0], "commit": patch.elsewhere[1]} if patch.elsewhere else None,
        "with": patch.beside,
    }
