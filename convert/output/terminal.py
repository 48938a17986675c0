"""Output: plain text that is safe for a terminal, colours, diagnostics as text and as JSON values."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import IO, Any

from convert import __version__
from grammar.diagnostic import Diagnostic
from grammar.source import Source

# C0 but tab and LF, DEL, C1, and the characters that reorder a line: none of them reaches a terminal raw
_UNSAFE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udfff]"
_COLOURS = {
    "error": "31",
    "warning": "33",
    "info": "36",
    "bold": "1",
    "yes": "32",
    "no": "31",
    "caveats": "33",
    "limited": "33",
    "external": "36",
}
TOOL = {"name": "xen-support", "version": __version__}


def clean(text: str) -> str:
    """A text with everything that a terminal would act on shown as `\\xNN` or `\\uNNNN`."""
    if text.isprintable():
        return text
    return re.sub(_UNSAFE, lambda m: f"\\x{ord(m[0]):02x}" if ord(m[0]) < 256 else f"\\u{ord(m[0]):04x}", text)


def on_one_line(error: Exception) -> str:
    """What an error says, on one line and safe for a terminal, whatever names it quotes."""
    return clean(" ".join(str(error).split()))


def add_color(parser: argparse.ArgumentParser) -> None:
    """Add the option `--color`."""
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="colours in text output (default: auto, on a terminal)",
    )


class Painter:
    """Wraps text in colours where the choice and the stream allow it (https://no-color.org, https://force-color.org)."""

    def __init__(self, choice: str, stream: IO[str]) -> None:
        forced = os.environ.get("FORCE_COLOR", "") not in ("", "0")
        auto = (forced or (stream.isatty() and os.environ.get("TERM") != "dumb")) and not os.environ.get("NO_COLOR")
        self.on = choice == "always" or (choice == "auto" and auto)

    def __call__(self, text: str, colour: str) -> str:
        """The text in a colour, `error` or `bold` for example; as it is where colours are off."""
        code = _COLOURS.get(colour)
        return f"\x1b[{code}m{text}\x1b[0m" if self.on and code else text


def position(diagnostic: Diagnostic, source: Source | None) -> tuple[int, int, int, int] | None:
    """(line, column, end line, end column), from 1, ends exclusive; None for a finding without a place in the text."""
    if diagnostic.span is None or source is None:
        return None
    return (*source.position(diagnostic.span.start), *source.position(diagnostic.span.end))


def diagnostic_json(diagnostic: Diagnostic, source: Source | None, path: str) -> dict[str, Any]:
    """A finding as in the schema xen-support.lint/1."""
    place = position(diagnostic, source)
    line, column, end_line, end_column = place or (1, 1, 1, 1)
    fix = None
    if diagnostic.fix is not None and source is not None:
        edits = [
            {"start": source.byte_offset(e.span.start), "end": source.byte_offset(e.span.end), "text": e.text}
            for e in diagnostic.fix.edits
        ]
        fix = {"safe": diagnostic.fix.safe, "edits": edits}
    return {
        "path": path, "line": line, "column": column, "end_line": end_line, "end_column": end_column,
        "code": diagnostic.code, "name": diagnostic.name, "severity": diagnostic.severity,
        "message": diagnostic.message, "fix": fix,
    }  # fmt: skip


def one_line(diagnostic: Diagnostic, source: Source | None, name: str, paint: Painter | None = None) -> str:
    """`name:line:column: severity: CODE message`, or `Tab!A1: ...` for a cell."""
    place = position(diagnostic, source)
    where = f"{name}:{place[0]}:{place[1]}" if place else (diagnostic.place or name)
    severity = paint(diagnostic.severity, diagnostic.severity) if paint else diagnostic.severity
    return f"{clean(where)}: {severity}: {diagnostic.code} {clean(diagnostic.message)}"


def print_diagnostics(diagnostics: list[Diagnostic], source: Source | None, name: str, color: str = "auto") -> None:
    """All findings to standard error, a line each."""
    paint = Painter(color, sys.stderr)
    for diagnostic in diagnostics:
        print(one_line(diagnostic, source, name, paint), file=sys.stderr)
