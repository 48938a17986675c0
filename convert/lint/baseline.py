"""Known findings that are not to be reported again: a file of their instances (rule, row, words), so that moved
lines do not matter.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from convert.failure import Failure
from convert.lint.engine import Result
from convert.lint.identity import instances
from convert.output.files import write_atomic
from convert.output.terminal import TOOL
from grammar.diagnostic import Diagnostic

SCHEMA = "xen-support.baseline/2"
_FIRST = "xen-support.baseline/1"  # by rule and row: one misspelling hid another
MAX_BYTES = 16 * 1024 * 1024


def read(path: Path) -> Counter[str]:
    """How often each instance is in a baseline file.  Raises Failure with a reason for people."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        value: Any = json.loads(data) if len(data) <= MAX_BYTES else None
        if isinstance(value, dict) and value.get("schema") == _FIRST:
            raise Failure(
                f"{path}: not a baseline of this version, which tells findings apart by their words, too; write it"
                " again"
            )
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            raise Failure(f"{path}: not a baseline of xen-support lint; --write-baseline makes one")
        counts: Counter[str] = Counter()
        for entry in value["findings"]:
            instance, count = entry["instance"], entry.get("count", 1)
            if not (isinstance(instance, str) and type(count) is int and count > 0):
                raise ValueError
            counts[instance] += count
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Failure(f"{path}: not a baseline of xen-support lint, or a damaged one") from None
    return counts


def write(path: Path, results: Iterable[Result]) -> int:
    """Write all findings of a run as a baseline; of several files the largest count counts.  Returns how many
    entries.
    """
    counts: Counter[str] = Counter()
    for result in results:
        counts |= Counter(one for diagnostic in result.diagnostics for one in instances(result, diagnostic))
    findings = [{"instance": instance, "count": count} for instance, count in sorted(counts.items())]
    text = json.dumps({"schema": SCHEMA, "tool": TOOL, "findings": findings}, indent=1)
    write_atomic(path, f"{text}\n".encode())
    return len(findings)


def remaining(
    result: Result, diagnostics: list[Diagnostic], counts: Counter[str]
) -> tuple[list[Diagnostic], Counter[str]]:
    """Those of a result's findings that go beyond the baseline's counts, and how much of the baseline the file
    needed.
    """
    used: Counter[str] = Counter()
    kept = []
    for diagnostic in diagnostics:
        mine = Counter(instances(result, diagnostic))
        if all(used[one] + count <= counts[one] for one, count in mine.items()):
            used.update(mine)
        else:
            kept.append(diagnostic)
    return kept, used
