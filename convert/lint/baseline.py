"""Known findings that are not to be reported again: a file of counts by row and rule, so that moved lines do not matter."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from convert.failure import Failure
from convert.lint.engine import Result
from convert.output.files import write_atomic
from convert.output.terminal import TOOL
from grammar.diagnostic import Diagnostic

SCHEMA = "xen-support.baseline/1"
Key = tuple[str, str]  # rule, row
MAX_BYTES = 16 * 1024 * 1024


def _keys(result: Result, diagnostic: Diagnostic) -> Key:
    return diagnostic.code, " ".join(sorted(result.keys(diagnostic)))


def read(path: Path) -> Counter[Key]:
    """The counts of a baseline file.  Raises Failure with a reason for people."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        value: Any = json.loads(data) if len(data) <= MAX_BYTES else None
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            raise Failure(f"{path}: not a baseline of xen-support lint; --write-baseline makes one")
        counts: Counter[Key] = Counter()
        for entry in value["findings"]:
            rule, row, count = entry["rule"], entry["row"], entry.get("count", 1)
            if not (isinstance(rule, str) and isinstance(row, str) and type(count) is int and count > 0):
                raise ValueError
            counts[rule, row] += count
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Failure(f"{path}: not a baseline of xen-support lint, or a damaged one") from None
    return counts


def write(path: Path, results: Iterable[Result]) -> int:
    """Write all findings of a run as a baseline; of several files the largest count counts.  Returns how many entries."""
    counts: Counter[Key] = Counter()
    for result in results:
        counts |= Counter(_keys(result, d) for d in result.diagnostics)
    findings = [{"rule": rule, "row": row, "count": count} for (rule, row), count in sorted(counts.items())]
    text = json.dumps({"schema": SCHEMA, "tool": TOOL, "findings": findings}, indent=1)
    write_atomic(path, f"{text}\n".encode())
    return len(findings)


def remaining(
    result: Result, diagnostics: list[Diagnostic], counts: Counter[Key]
) -> tuple[list[Diagnostic], Counter[Key]]:
    """Those of a result's findings that go beyond the baseline's counts, and how much of the baseline the file needed."""
    used: Counter[Key] = Counter()
    kept = []
    for diagnostic in diagnostics:
        key = _keys(result, diagnostic)
        if used[key] < counts[key]:
            used[key] += 1
        else:
            kept.append(diagnostic)
    return kept, +used
