"""For people: `path:line:column: severity: CODE message`, then the line with carets under the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from convert.failure import counted
from convert.lint.formats import Checked
from convert.output.terminal import Painter, clean, one_line
from grammar.diagnostic import Diagnostic
from grammar.source import Source

_WIDTH = 100
_BEFORE = 40
_LINES = 12  # of equal findings


def write(checked: Sequence[Checked], out: IO[str], paint: Painter) -> None:
    """All findings; equal ones of a file are told once, with their other lines.  A commit is named before its
    findings.
    """
    for one in checked:
        if one.subject is not None and one.diagnostics:
            out.write(paint(clean(f"commit {one.commit} ({one.subject})"), "bold") + "\n")
        folded: dict[tuple[str, str], list[Diagnostic]] = {}
        for diagnostic in one.diagnostics:
            folded.setdefault((diagnostic.code, diagnostic.message), []).append(diagnostic)
        for diagnostic, *more in folded.values():
            out.write(one_line(diagnostic, one.source, one.name, paint) + "\n")
            out.write(_excerpt(diagnostic, one.source, paint))
            if more:
                out.write(f"    {_also(more, one.source)}\n")


def summary(checked: Sequence[Checked]) -> str:
    """The last line: how many findings, how many of them --fix corrects, how many notes on style are not told; empty
    for none.
    """
    found = [diagnostic for one in checked for diagnostic in one.diagnostics]
    parts = []
    for severity, word in (("error", "error"), ("warning", "warning"), ("info", "note")):
        count = sum(diagnostic.severity == severity for diagnostic in found)
        parts += [counted(count, word)] if count else []
    words = [", ".join(parts)] if parts else []
    fixable = sum(diagnostic.fix is not None and diagnostic.fix.safe for diagnostic in found)
    if fixable:
        words.append(f"{fixable} can be fixed with --fix")
    hidden = sum(len(one.result.hidden) for one in checked if one.result is not None)
    if hidden:
        words.append(f"{counted(hidden, 'note')} on style: --style")
    return "; ".join(words)


def _also(more: Sequence[Diagnostic], source: Source) -> str:
    """The lines of further findings that are equal."""
    lines = sorted({source.position(d.span.start)[0] for d in more if d.span is not None})
    shown = [str(line) for line in lines[:_LINES]]
    rest = f" and {len(lines) - _LINES} more" if len(lines) > _LINES else ""
    return (
        f"also on line{'s' if len(lines) > 1 else ''} {', '.join(shown)}{rest}"
        if lines
        else counted(len(more) + 1, "time")
    )


def _excerpt(diagnostic: Diagnostic, source: Source, paint: Painter) -> str:
    if diagnostic.span is None:
        return ""
    number, column = source.position(diagnostic.span.start)
    line = source.line_text(number)
    start = column - 1
    end = min(max(start + 1, start + diagnostic.span.end - diagnostic.span.start), max(len(line), start + 1))
    first = max(0, start - _BEFORE) if len(line) > _WIDTH else 0
    last = min(len(line), first + _WIDTH)
    before, marked = (clean(part.expandtabs(4)) for part in (line[first:start], line[start : min(end, last)]))
    shown = clean(line[first:last].expandtabs(4))
    if not shown.strip():
        return ""
    lead = "..." if first else ""
    tail = "..." if last < len(line) else ""
    carets = paint("^" * max(1, _columns(marked)), diagnostic.severity)
    return f"    {lead}{shown}{tail}\n    {' ' * (len(lead) + _columns(before))}{carets}\n"


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
