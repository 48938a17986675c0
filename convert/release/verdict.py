"""What the gate found, as text for people and as the value of the schema xen-support.release/1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any

from convert.failure import counted
from convert.lint.formats import Checked
from convert.lint.formats.text import write as write_findings
from convert.output.terminal import TOOL, Painter, clean, diagnostic_json
from convert.release.formats import SCHEMA
from convert.release.gate import Judged, path_of
from convert.trees.version import FILE


def as_json(judged: Sequence[Judged]) -> dict[str, Any]:
    """The value of the schema xen-support.release/1 for the gate."""
    return {"schema": SCHEMA, "tool": TOOL, "refs": [_ref(one) for one in judged]}


def _ref(one: Judged) -> dict[str, Any]:
    return {
        "ref": one.name, "as": one.tag, "commit": one.commit, "day": one.day.isoformat(), "makefile": one.makefile,
        "release": one.release, "findings": [diagnostic_json(d, one.source, path_of(d)) for d in one.findings],
    }  # fmt: skip


def write(judged: Sequence[Judged], out: IO[str], paint: Painter) -> None:
    """The findings, each with its place, and a line for each commit: in order, or how many errors and warnings."""
    for one in judged:
        for finding in one.findings:
            path = path_of(finding)
            shown = finding._replace(message=finding.message.removeprefix(f"{path}: "))
            write_findings([Checked(f"{one.name}:{path}", FILE, one.source, [shown])], out, paint)
        out.write(clean(_summary(one)) + "\n")


def _summary(one: Judged) -> str:
    says = one.makefile or "no version in xen/Makefile"
    head = f"{one.name} ({says}, judged{f' as {one.tag}' if one.tag and one.tag != one.name else ''} on {one.day})"
    if not one.findings:
        return f"{head}: in order"
    counts = [
        counted(count, severity)
        for severity in ("error", "warning")
        if (count := sum(finding.severity == severity for finding in one.findings))
    ]
    return f"{head}: {', '.join(counts)}"
