"""A check for people: what is in the way first, then what is fine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from convert.failure import counted
from convert.output.terminal import Painter, clean
from convert.xsa.refs import Ref
from convert.xsa.report import Report, evidence, shown
from convert.xsa.rows import ORDER, PatchRow, Row

_MOST = 3  # numbers that are listed of one verdict


def write(report: Report, paint: Painter, verbose: int) -> Iterator[str]:
    """The report as lines."""
    if len(report.refs) > 1:
        yield from _table(report, paint)
    for ref in report.refs:
        yield from _of(report, ref, paint, verbose)
    count = len(report.open_rows())
    if report.status == 0:
        yield paint("ready", "yes")
    elif report.status == 2:
        yield paint(f"not known: {_unknown(report)}" + (f"; not ready: {count}" if count else ""), "no")
    else:
        yield paint(f"not ready: {count}", "no")


def _unknown(report: Report) -> str:
    unchecked = sum(bool(row.unchecked) for row in report.open_rows())
    parts = [f"{len(report.problems)} not read"] if report.problems else []
    return ", ".join(parts + ([f"{unchecked} unchecked"] if unchecked else []))


def _of(report: Report, ref: Ref, paint: Painter, verbose: int) -> Iterator[str]:
    rows = report.of(ref)
    read = report.read_at.strftime("%Y-%m-%d %H:%MZ")
    yield f"{paint(clean(ref.name), 'bold')}  {ref.sha[:10]} ({ref.day})   from {clean(report.url)} read {read}"
    for row in sorted((r for r in rows if report.is_open(r)), key=lambda r: ORDER.index(r.verdict)):
        yield _problem(row, paint)
    for row in rows:
        for decision in report.settled.get((row.advisory.number, ref.name), ()):
            yield (
                f"  XSA-{row.advisory.number} {shown(row)}, {decision.said}: {clean(decision.patch)}:"
                f" {clean(decision.reason)}"
            )
    if verbose:
        for row in rows:
            if row.fine and row.verdict != "embargoed":
                what = evidence(row) if row.verdict == "applied" else clean(row.why)
                more = f" {clean(row.why)}" if row.verdict == "applied" and row.why else ""
                title = f'  "{clean(row.advisory.title)}"' if row.advisory.title else ""
                yield (
                    f"  XSA-{row.advisory.number} {paint(shown(row), 'yes')}   {row.advisory.day or '-'} "
                    f" {clean(what)}{more}{title}"
                )
    yield totals(report, rows)


def _problem(row: Row, paint: Painter) -> str:
    words = f"  XSA-{row.advisory.number} {paint(shown(row), 'no')}   {row.advisory.day or '-'}  "
    parts = [_absent(row)] if row.absent and row.verdict not in ("unknown", "staging") else []
    if row.why:
        parts.append(clean(row.why))
    return words + "; ".join(parts)


def _absent(row: Row) -> str:
    named: list[str] = []
    for patch in row.absent:
        kind = "" if patch.verdict in ("missing", row.verdict) else f"{patch.verdict} "
        named.append(f"{kind}{_patch(patch)}")
    return f"{'absent' if row.verdict != 'reverted' else 'reverted'}: " + ", ".join(named)


def _patch(patch: PatchRow) -> str:
    subject = f' "{clean(patch.file.subject)}"' if patch.file and patch.file.subject else ""
    words = f"{clean(patch.name)}{subject}"
    if patch.verdict == "reverted":
        story = ", ".join(c[:10] for c in patch.finding.reverts)
        return f"{words} (found and reverted: {story})"
    if patch.verdict == "unsure":
        lines = patch.finding.evidence.lines
        return f"{words} (only the subject, lines {lines or 0:.2f}: {', '.join(c[:10] for c in patch.finding.commits)})"
    if patch.elsewhere:
        words += f"   ({patch.elsewhere[0].removeprefix('stable-')} has it: {patch.elsewhere[1][:10]})"
    if patch.finding.near:
        words += f"   (named by {', '.join(c[:10] for c in patch.finding.near[:2])}, which is not it)"
    return words


def totals(report: Report, rows: Sequence[Row]) -> str:
    """`49 XSAs: 37 applied, 1 partial, 2 not needed (481, 496); announced, not public: 1 (date)`."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.verdict != "embargoed":
            groups.setdefault(row.verdict, []).append(row)
    words = [_group(verdict, groups[verdict]) for verdict in ("applied", *ORDER) if groups.get(verdict)]
    words = list(dict.fromkeys(words))
    count = sum(map(len, groups.values()))
    announced = [row for row in rows if row.verdict == "embargoed"]
    text = f"{counted(count, 'XSA')}: {', '.join(words) or 'none'}"
    if announced:
        days = ", ".join(
            f"XSA-{r.advisory.number} on {r.advisory.day}" if r.advisory.day else f"XSA-{r.advisory.number}"
            for r in announced
        )
        text += f"; announced, not public: {len(announced)} ({days})"
    return text


def _group(verdict: str, rows: Sequence[Row]) -> str:
    name = verdict.replace("-", " ")
    if verdict == "other-tree" and len(rows) > 1:
        name = "other trees"
    if verdict in ("applied", "partial"):
        return f"{len(rows)} {name}"
    numbers = ", ".join(str(row.advisory.number) for row in rows[:_MOST])
    return f"{len(rows)} {name} ({numbers}{'...' if len(rows) > _MOST else ''})"


def _table(report: Report, paint: Painter) -> Iterator[str]:
    """The advisories whose verdict differs between the refs, a column a ref."""
    differing = report.differing()
    if not differing:
        yield "no verdict differs between the refs"
        return
    columns = {ref.name: {row.advisory.number: row for row in report.of(ref)} for ref in report.refs}
    cells = [["XSA", *(clean(name) for name in columns)]]
    for number, _ in differing:
        cells.append([str(number), *(shown(rows[number]) if number in rows else "" for rows in columns.values())])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for n, line in enumerate(cells):
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        yield paint(text, "bold") if n == 0 else text
    yield ""
