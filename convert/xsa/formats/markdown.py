"""A check as GitHub's Markdown, for a release issue or a wiki."""

from __future__ import annotations

from collections.abc import Iterator

from convert.output.terminal import Painter
from convert.xsa.changelog import escaped
from convert.xsa.formats.text import totals
from convert.xsa.report import Report, evidence, shown


def write(report: Report, paint: Painter, verbose: int) -> Iterator[str]:
    """A section a ref: what is open as a table, then the totals; with -v what is fine, too."""
    for ref in report.refs:
        rows = report.of(ref)
        yield f"## {escaped(ref.name)}: `{ref.sha[:10]}` ({ref.day})"
        yield ""
        shown_rows = [row for row in rows if report.is_open(row) or (verbose and row.verdict != "embargoed")]
        if shown_rows:
            yield "| XSA | verdict | public | what |"
            yield "| --- | --- | --- | --- |"
        for row in shown_rows:
            absent = ", ".join(patch.name for patch in row.absent) if report.is_open(row) else evidence(row)
            words = "; ".join(filter(None, [escaped(absent), escaped(row.why)]))
            number = row.advisory.number
            link = f"[{number}](https://xenbits.xenproject.org/xsa/advisory-{number}.html)"
            yield f"| {link} | {shown(row)} | {row.advisory.day or ''} | {words} |"
        if shown_rows:
            yield ""
        for row in rows:
            for decision in report.settled.get((row.advisory.number, ref.name), ()):
                yield f"- XSA-{row.advisory.number} {shown(row)}, {decision.said}: {escaped(decision.reason)}"
        yield escaped(totals(report, rows))
        yield ""
    yield {0: "**ready**", 1: f"**not ready: {len(report.open_rows())}**"}.get(
        report.status, "**not known**: not everything could be looked at"
    )
