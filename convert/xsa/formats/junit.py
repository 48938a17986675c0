"""A check as JUnit XML: a suite a ref, a case an advisory."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from convert.output.terminal import Painter, clean
from convert.xsa.report import Report, evidence, shown
from convert.xsa.rows import Row

_SKIPPED = frozenset({"not-needed", "other-tree", "unused", "embargoed"})


def write(report: Report, paint: Painter, verbose: int) -> Iterator[str]:
    """The report as XML; what is unchecked is an error, what is open a failure, what needs nothing is skipped."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<testsuites>"
    for ref in report.refs:
        rows = report.of(ref)
        left = [row for row in rows if report.is_open(row)]
        errors = sum(bool(row.unchecked) for row in left)
        skipped = sum(row.verdict in _SKIPPED and row not in left for row in rows)
        counts = f'tests="{len(rows)}" failures="{len(left) - errors}" errors="{errors}" skipped="{skipped}"'
        yield f"  <testsuite name={quoteattr(clean(ref.name))} {counts}>"
        for row in rows:
            yield from _case(report, row)
        yield "  </testsuite>"
    if report.problems:
        yield (
            f'  <testsuite name="source" tests="{len(report.problems)}" failures="0" errors="{len(report.problems)}"'
            ' skipped="0">'
        )
        for problem in report.problems:
            yield (
                f"    <testcase name={quoteattr(clean(problem)[:100])}><error"
                f" message={quoteattr(clean(problem))}/></testcase>"
            )
        yield "  </testsuite>"
    yield "</testsuites>"


def _case(report: Report, row: Row) -> Iterator[str]:
    title = f": {row.advisory.title}" if row.advisory.title else ""
    start = (
        f"    <testcase classname={quoteattr(clean(row.ref.name))}"
        f" name={quoteattr(clean(f'XSA-{row.advisory.number}{title}'))}"
    )
    words = "; ".join(filter(None, [", ".join(patch.name for patch in row.absent), row.why]))
    if report.is_open(row):
        kind = "error" if row.unchecked else "failure"
        yield f"{start}><{kind} message={quoteattr(shown(row))}>{escape(clean(words))}</{kind}></testcase>"
    elif row.verdict in _SKIPPED:
        yield f"{start}><skipped message={quoteattr(clean(f'{shown(row)}: {row.why}'))}/></testcase>"
    else:
        yield f"{start}><system-out>{escape(clean(evidence(row)))}</system-out></testcase>"
