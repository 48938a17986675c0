"""What osv and cve-affected share: for an advisory and a ref, from which commit on it was there and which commit
fixed it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from convert.xsa.advisories import Advisory
from convert.xsa.plans import XEN
from convert.xsa.report import Report
from convert.xsa.rows import Row

REPOSITORY = "https://xenbits.xenproject.org/git-http/xen.git"
_OPEN = frozenset({"missing", "partial", "reverted", "staging"})


@dataclass(frozen=True, slots=True)
class Range:
    """`introduced`: the commit that `Fixes:` names, None where none does; `fixed`: all commits of the fix, the last
    one last.
    """

    ref: str
    introduced: str | None
    fixed: tuple[str, ...]


def advisories(report: Report) -> Iterator[tuple[Advisory, list[Range]]]:
    """The public advisories with a range for each ref at which their patches were looked for."""
    rows: dict[int, list[Row]] = {}
    for row in report.rows:
        if row.advisory.is_public(report.now) and (row.verdict == "applied" or row.verdict in _OPEN):
            rows.setdefault(row.advisory.number, []).append(row)
    for found in rows.values():
        yield found[0].advisory, [_range(report, row) for row in found]


def _range(report: Report, row: Row) -> Range:
    commits = dict.fromkeys(
        c for p in row.patches if p.tree == XEN and p.verdict == "applied" and not p.beside for c in p.finding.commits
    )
    named = [report.introduced[c] for c in commits if c in report.introduced]
    fixed = sorted(commits, key=lambda c: -report.places.get(c, 0)) if row.verdict == "applied" else []
    return Range(row.ref.name, named[0] if named else None, tuple(fixed))
