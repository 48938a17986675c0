"""What a check found, before it is printed: rows, accepted decisions, what could not be read, and the exit status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from convert.failure import Failure
from convert.output.files import read_given
from convert.xsa.refs import Ref
from convert.xsa.rows import FINE, Row

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Decision:
    """A reviewed decision: `XSA ref patch verdict reason`; `patch` is `*` for the advisory as a whole.

    `verdict` is the one that was found and is accepted, or the one that the reviewer puts in its place (`applied`,
    `not-needed`).
    """

    line: int
    xsa: int
    ref: str
    patch: str
    verdict: str
    reason: str

    def fits(self, row: Row) -> bool:
        """Whether it is about a row, by the ref's name, version or commit."""
        return self.xsa == row.advisory.number and self.ref in (
            row.ref.name,
            row.ref.full,
            row.ref.version,
            row.ref.sha,
        )

    def settles(self, *found: str) -> bool:
        """Whether it accepts one of the verdicts that were found, or says that nothing is open."""
        return self.verdict in found or self.verdict in FINE

    @property
    def said(self) -> str:
        """How the decision is printed behind the verdict that was found."""
        return f"accepted as {self.verdict.replace('-', ' ')}" if self.verdict in FINE else "accepted"


def read_decisions(path: Path) -> list[Decision]:
    """A file of decisions (`-`: standard input), a line each; empty lines and `#` are comments.

    Raises Failure with the line that is none.
    """
    name, data = read_given(path)
    try:
        text = data.decode("utf-8")
    except ValueError:
        raise Failure(f"{name}: not UTF-8") from None
    found: list[Decision] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split(None, 4)
        if not words or words[0].startswith("#"):
            continue
        start = words[0].upper().removeprefix("XSA-")
        if len(words) < 5 or not start.isdigit():
            raise Failure(f"{name}:{number}: not of the form XSA ref patch verdict reason")
        found.append(Decision(number, int(start), words[1], words[2], words[3], words[4].strip()))
    return found


@dataclass(slots=True)
class Report:
    """All that a check has to say.

    `settled`: rows that decisions cover, with those; `idle`: decisions that no longer matter; of the commits found,
    `introduced`: what their `Fixes:` names, `places`: where they are in history, children before parents.
    """

    refs: Sequence[Ref]
    rows: Sequence[Row]
    url: str
    read_at: datetime
    digest: str
    now: datetime
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()
    settled: dict[tuple[int, str], tuple[Decision, ...]] = field(default_factory=dict)
    idle: tuple[Decision, ...] = ()
    introduced: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)

    def of(self, ref: Ref) -> list[Row]:
        """The rows of one ref."""
        return [row for row in self.rows if row.ref.name == ref.name]

    def is_open(self, row: Row) -> bool:
        """Whether a row is in the way."""
        return not row.fine and (row.advisory.number, row.ref.name) not in self.settled

    def open_rows(self) -> list[Row]:
        """The rows that are in the way, in their order."""
        return [row for row in self.rows if self.is_open(row)]

    def announced(self) -> list[Row]:
        """One row for each advisory that is announced and not public."""
        return list({row.advisory.number: row for row in self.rows if row.verdict == "embargoed"}.values())

    def soon(self) -> list[Row]:
        """Those of them that become public within two weeks."""
        return [r for r in self.announced() if r.advisory.public and self.now < r.advisory.public <= self.now + SOON]

    @property
    def status(self) -> int:
        """0 where nothing is open; 2 where something was not looked at; else 1."""
        left = self.open_rows()
        if self.problems or any(row.unchecked or row.verdict == "unchecked" for row in left):
            return 2
        return 1 if left else 0

    def differing(self) -> list[tuple[int, list[Row]]]:
        """The advisories whose verdict differs between the refs, each with its rows in the refs' order."""
        by_number: dict[int, list[Row]] = {}
        for row in self.rows:
            by_number.setdefault(row.advisory.number, []).append(row)
        return [(n, rows) for n, rows in by_number.items() if len({shown(row) for row in rows}) > 1]


def settle(report: Report, decisions: Iterable[Decision]) -> None:
    """Let reviewed decisions count: a row is settled where each of its open patches, or the row as a whole, has one."""
    used: set[int] = set()
    every = list(decisions)
    for row in report.rows:
        chosen = () if row.fine else _deciding(row, [one for one in every if one.fits(row)])
        if chosen:
            report.settled[row.advisory.number, row.ref.name] = chosen
            used |= {one.line for one in chosen}
    report.idle = tuple(one for one in every if one.line not in used)


def _deciding(row: Row, mine: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions that cover a row; none where they do not cover all of it."""
    whole = [one for one in mine if one.patch in ("*", "-") and one.settles(row.verdict)]
    if whole or row.unchecked:
        return tuple(whole[:1])
    each = [[d for d in mine if d.patch == p.name and d.settles(p.verdict, row.verdict)] for p in row.absent]
    return tuple(found[0] for found in each) if all(each) else ()


def shown(row: Row) -> str:
    """A verdict as people read it: `partial 2/3`."""
    return f"partial {row.have}/{row.of}" if row.verdict == "partial" else row.verdict.replace("-", " ")


def evidence(row: Row) -> str:
    """What a verdict of applied rests on: the commits, each with its evidence."""
    return ", ".join(
        f"{'+'.join(c[:10] for c in p.finding.commits) or p.beside or ''}"
        f" ({proof(p.finding.how, p.finding.evidence.lines)})"
        for p in row.patches
        if p.verdict == "applied"
    )


def proof(how: str, lines: float | None) -> str:
    """One way of finding in words: `patch-id`, `lines 0.93`, `subject, content differs`."""
    if how == "lines" and lines is not None:
        return f"lines {lines:.2f}"
    if how == "subject" and lines is not None:
        return f"subject, content differs: lines {lines:.2f}"
    return {"with": "beside the ref", "links": "links: picked from what is the patch on master"}.get(how, how)
