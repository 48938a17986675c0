"""For people: `path:line:column: severity: CODE message`, then the line with carets under the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from convert.lint.formats import Checked
from convert.output.terminal import Painter, clean, one_line
from grammar.diagnostic import Diagnostic
from grammar.source import Source

_WIDTH = 100
_BEFORE = 40


def write(checked: Sequence[Checked], out: IO[str], paint: Painter) -> None:
    """All findings; nothing where there are none.  A commit is named once, before its findings."""
    for one in checked:
        if one.subject is not None and one.diagnostics:
            out.write(paint(clean(f"commit {one.commit} ({one.subject})"), "bold") + "\n")
        for diagnostic in one.diagnostics:
            out.write(one_line(diagnostic, one.source, one.name, paint) + "\n")
            out.write(_excerpt(diagnostic, one.source, paint))


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
