"""Fixes applied to a source: edits that do not overlap, every other byte as it was, and no row lost."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from convert.failure import Failure
from grammar.catalogue import is_syntax
from grammar.diagnostic import Diagnostic, Fix
from grammar.parser import parse
from grammar.problems import FATAL
from grammar.rows import read_rows
from grammar.source import Source

MAX_CHECKS = 200  # parses for one call; what is not yet taken then is left out


class _Chosen(NamedTuple):
    """A fix, whether it is to end an error, and whether Xen's tools die on that."""

    fix: Fix
    error: bool
    fatal: bool


def apply(source: Source, diagnostics: Sequence[Diagnostic], *, unsafe: bool) -> bytes:
    """The source's bytes with the fixes of the diagnostics applied, with `unsafe` also those that may alter meaning.

    Bytes outside the edits are identical; a fix with a span outside the text is refused.  Of fixes that overlap the
    first in the file is taken; the caller lints the outcome again until nothing changes.  A fix is left out when there
    are fewer rows after it, when it ends no error that it was to end, or when Xen's tools would die on what it makes.
    """
    chosen = [
        d
        for d in diagnostics
        if d.fix is not None and d.fix.edits and (d.fix.safe or unsafe) and _inside(source, d.fix)
    ]
    taken = _Attempt(source).take([], _apart(chosen)) if chosen else []
    if not taken:
        return source.data
    fixes = [one.fix for one in taken]
    data = edited(source, fixes)
    if not _confined(source, data, fixes):
        raise Failure(
            f"{source.name}: the corrections would change more than they name; nothing was changed. Please report this."
        )
    return data


def _inside(source: Source, fix: Fix) -> bool:
    """Whether all edits of a fix are stretches of the text, and can be written in its encoding."""
    size = len(source.text)
    return all(
        0 <= edit.span.start <= edit.span.end <= size and (source.utf8 or all(ord(char) < 256 for char in edit.text))
        for edit in fix.edits
    )


def _confined(source: Source, data: bytes, fixes: Sequence[Fix]) -> bool:
    """Whether data are the source's bytes but for what the fixes replace: looked at from the outside, not from their
    making.
    """
    coding = "utf-8" if source.utf8 else "latin-1"
    at = there = done = 0  # in the text, in its bytes, in the new bytes
    for edit in sorted((edit for fix in fixes for edit in fix.edits), key=lambda edit: edit.span):
        kept = len(source.text[at : edit.span.start].encode(coding))
        text = edit.text.encode(coding)
        if edit.span.start < at or data[done : done + kept] != source.data[there : there + kept]:
            return False
        done += kept
        if data[done : done + len(text)] != text:
            return False
        done += len(text)
        there += kept + len(source.text[edit.span.start : edit.span.end].encode(coding))
        at = edit.span.end
    return data[done:] == source.data[there:]


def _apart(diagnostics: Sequence[Diagnostic]) -> list[_Chosen]:
    """The fixes in file order without those that touch what an earlier one edits."""
    fixes = [
        _Chosen(d.fix, d.severity == "error" and is_syntax(d.code), d.code in FATAL)
        for d in diagnostics
        if d.fix is not None
    ]
    taken: list[_Chosen] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    for chosen in sorted(fixes, key=lambda chosen: chosen.fix.edits[0].span):
        mine = sorted((edit.span.start, edit.span.end) for edit in chosen.fix.edits)
        if any(one[1] > other[0] for one, other in pairwise(mine)):
            continue
        if any(_touches(spans, starts, span) for span in mine):
            continue
        taken.append(chosen)
        for span in mine:
            at = bisect_left(starts, span[0])
            starts.insert(at, span[0])
            spans.insert(at, span)
    return taken


def _touches(spans: list[tuple[int, int]], starts: list[int], span: tuple[int, int]) -> bool:
    """Whether a span meets one of those taken, which are sorted and apart."""
    at = bisect_left(starts, span[0])
    return any(spans[n][0] <= span[1] and span[0] <= spans[n][1] for n in (at - 1, at) if 0 <= n < len(spans))


def edited(source: Source, fixes: Sequence[Fix]) -> bytes:
    """The bytes after the edits, all of which are apart from each other."""
    text = source.text
    parts: list[str] = []
    at = 0
    for edit in sorted((edit for fix in fixes for edit in fix.edits), key=lambda edit: edit.span):
        parts += (text[at : edit.span.start], edit.text)
        at = edit.span.end
    parts.append(text[at:])
    return "".join(parts).encode("utf-8" if source.utf8 else "latin-1")


class _Attempt:
    """Takes as many of the fixes as leave the rows whole, in halves, so that few checks are needed."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.before = _measure(source)
        self.checks = 0

    def take(self, taken: list[_Chosen], more: list[_Chosen]) -> list[_Chosen]:
        """Those already taken and as many more as can be."""
        if self.checks >= MAX_CHECKS or not more:
            return taken
        self.checks += 1
        if self.holds([*taken, *more]):
            return [*taken, *more]
        if len(more) == 1:
            return taken
        middle = len(more) // 2
        return self.take(self.take(taken, more[:middle]), more[middle:])

    def holds(self, chosen: list[_Chosen]) -> bool:
        """Whether no row is gone, and as many errors are as there are fixes of errors, fatal ones by themselves."""
        after = _measure(Source(self.source.name, edited(self.source, [one.fix for one in chosen])))
        errors = self.before.errors - sum(one.error for one in chosen)
        fatal = self.before.fatal - sum(one.fatal for one in chosen)
        return after.rows >= self.before.rows and after.errors <= errors and after.fatal <= fatal


class _Measured(NamedTuple):
    rows: int
    errors: int
    fatal: int


def _measure(source: Source) -> _Measured:
    """How many rows a source has, how many errors the parser finds in it, and on how many of them Xen's tools die."""
    parsed = parse(source, prose=False)
    reading = read_rows(parsed.document, source)
    errors = [d.code for d in (*parsed.diagnostics, *reading.diagnostics) if d.severity == "error"]
    return _Measured(len(reading.rows), len(errors), sum(code in FATAL for code in errors))
