"""What is said to people about an input: one type for syntax, lint and sheet problems."""

from __future__ import annotations

from typing import Literal

from grammar.named import NamedTuple
from grammar.source import Span

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Edit(NamedTuple):
    """Replace a span of the source's text (code points) by `text`."""

    span: Span
    text: str


class Fix(NamedTuple):
    """Edits that belong together; `safe` when they cannot alter what the author meant."""

    safe: bool
    edits: tuple[Edit, ...]


class Diagnostic(NamedTuple):
    """One finding.

    `span` is where in a text source; `place` is where in a workbook as people find it (`Features!F23`, or a tab's
    title); exactly one of them is set, or neither when the whole input is meant.  `rows` are the row keys that are
    concerned; `trees` the tree names a sheet problem touches (empty: all of them).  `message` is plain text without
    terminal codes: what is wrong, what was read, what to do.  `words` tell one occurrence from another across commits,
    without lines and counts; None: the source's own words at the span.
    """

    code: str
    name: str
    severity: Severity
    message: str
    span: Span | None = None
    place: str | None = None
    rows: tuple[str, ...] = ()
    trees: tuple[str, ...] = ()
    fix: Fix | None = None
    words: str | None = None
