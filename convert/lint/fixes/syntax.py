"""Fixes for what the parser reports, where it is clear what the author meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from convert.lint.registry import Context
from convert.lint.rules.parts import fix, newline
from grammar.diagnostic import Diagnostic, Fix
from grammar.fields import RELEASE_KEYS, STATUS, looks_meant
from grammar.markers import MARKER
from grammar.source import Source
from grammar.status import read_status

FieldFix = Callable[[Diagnostic, Context], Fix | None]
FIXES: dict[str, FieldFix] = {}
_MOST_EDITS = 20_000  # of one file, in fixes of which only one is taken
_HEADING = re.compile(r" {0,3}(#+)([ \t]*)(?=[^#\s])")


def complete(diagnostics: Iterable[Diagnostic], context: Context) -> list[Diagnostic]:
    """The diagnostics, each of the parser's with its fix where there is one."""
    return [_with_fix(diagnostic, context) for diagnostic in diagnostics]


def _with_fix(diagnostic: Diagnostic, context: Context) -> Diagnostic:
    make = FIXES.get(diagnostic.code)
    if make is None or diagnostic.fix is not None or diagnostic.span is None:
        return diagnostic
    found = make(diagnostic, context)
    return diagnostic._replace(fix=found) if found else diagnostic


def fixes(code: str) -> Callable[[FieldFix], FieldFix]:
    """Enter a function that makes the fix of one code's diagnostics."""

    def enter(function: FieldFix) -> FieldFix:
        FIXES[code] = function
        return function

    return enter


def _line(diagnostic: Diagnostic, source: Source) -> tuple[int, int, str]:
    """(number, start, text without CR and LF) of the line that a diagnostic begins on."""
    assert diagnostic.span is not None
    number = source.position(diagnostic.span.start)[0]
    return number, source.starts[number - 1], source.line_text(number).rstrip("\r")


def _gap(number: int, source: Source) -> str:
    """The line end that makes a blank line before a line, where that is needed."""
    above = source.line_text(number - 1).strip() if number > 1 else ""
    return newline(source) if above else ""


def _lead(text: str) -> int:
    return len(text) - len(text.lstrip(" \t"))


@fixes("XS105")
def byte_order_mark(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Remove it."""
    return fix(True, (0, 1, ""))


@fixes("XS103")
def lone_carriage_return(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Make a line end of it."""
    assert diagnostic.span is not None
    return fix(False, (diagnostic.span.start, diagnostic.span.end, _newline(context.source)))


@lru_cache(maxsize=4)
def _newline(source: Source) -> str:
    """`newline`, asked once for each of many."""
    return newline(source)


@lru_cache(maxsize=4)
def _in_conflict(text: str) -> bool:
    return re.search(r"^(?:<{7}|>{7}|\|{7})", text, re.M) is not None


@fixes("XS112")
def underlined_heading(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Write it with `#`s, unless it comes of a conflict marker."""
    source = context.source
    number, start, text = _line(diagnostic, source)
    if number >= source.count or _in_conflict(source.text):
        return None
    under = source.line_span(number + 1)
    level = 1 if source.text[under.start : under.start + 1] == "=" else 2
    lead = _lead(text)
    return fix(
        False,
        (start, start + lead, "#" * level + " "),
        (under.start - 1, under.end, "\r" if text != source.line_text(number) else ""),
    )


@fixes("XS120")
def unknown_key(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """The key that was meant, where its value is a label."""
    assert diagnostic.span is not None
    from difflib import get_close_matches

    line = context.source.text[diagnostic.span.start : diagnostic.span.end]
    found = re.match(r"([A-Za-z-]+)(?:,[^:]*)?:\s+(.*\S)", line)
    if found is None or found[1] in RELEASE_KEYS or read_status(found[2]).label is None:
        return None
    near = get_close_matches(found[1], ("Status",), 1, 0.6)
    return fix(False, (diagnostic.span.start, diagnostic.span.start + len(found[1]), near[0])) if near else None


@fixes("XS121")
def malformed_field(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """The field with its key, spaces and colon as they are written."""
    assert diagnostic.span is not None
    span = diagnostic.span
    line = context.source.text[span.start : span.end]
    found = re.match(r"(status|supported)\b\s*(,[^:]*?|\s[^:,]*?)?\s*:\s*(\S.*)$", line, re.I)
    if found is None or ":" in found[3]:
        return None
    qualifier = (found[2] or "").strip(" \t,")
    if found[2] is not None and found[2].lstrip()[:1] == "," and not qualifier:
        return None  # an empty qualifier: nobody knows which was meant
    written = f"{found[1].capitalize()}{', ' + qualifier if qualifier else ''}: {found[3]}"
    clear = not qualifier or "," in (found[2] or "")
    return (
        fix(clear and read_status(found[3]).label is not None, (span.start, span.end, written))
        if STATUS.match(written)
        else None
    )


@fixes("XS122")
def continued_line(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Put it behind the field above."""
    source = context.source
    number, start, text = _line(diagnostic, source)
    if number < 2 or not source.line_text(number - 1).strip():
        return None
    above = source.line_span(number - 1)
    end = above.start + len(source.text[above.start : above.end].rstrip())
    return fix(False, (end, start + _lead(text), " "))


@fixes("XS124")
def fifth_blank(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Indent it by four."""
    _, start, text = _line(diagnostic, context.source)
    return fix(True, (start, start + _lead(text), "    "))


@fixes("XS126")
def lost_field(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Indent it by four, with a blank line before it after a text; after a list, move the list to the right."""
    source = context.source
    number, start, text = _line(diagnostic, source)
    assert diagnostic.span is not None
    last = source.position(max(diagnostic.span.start, diagnostic.span.end - 1))[0]
    if any(
        words in diagnostic.message
        for words in ("the title block", "the definition above", "the definition of a label")
    ):
        return None
    if "the list item above" in diagnostic.message:
        return _list_to_the_right(number, last, context)
    above = source.line_text(number - 1) if number > 1 else ""
    apart = not above.strip() or looks_meant(above)
    if text.expandtabs(4)[: _columns(text)] == "    " and apart:
        return None
    edits: list[tuple[int, int, str]] = []
    clear = True
    for line in range(number, last + 1):
        text = source.line_text(line).rstrip("\r")
        start, lead = source.starts[line - 1], _lead(text)
        if not STATUS.match(text.strip()):
            return None
        clear = clear and (lead > 0 or read_status(text.partition(":")[2].strip()).label is not None)
        written = ("" if apart else newline(source)) + "    "
        apart = True
        if source.text[start : start + lead] != written:
            edits.append((start, start + lead, written))
    return fix(clear, *edits)


def _columns(text: str) -> int:
    shown = text.expandtabs(4)
    return len(shown) - len(shown.lstrip(" "))


def _first_field(number: int, context: Context) -> int:
    """The first of the lines that look like fields or are blank, up to a line; asked for many, each is looked at
    once.
    """
    known: dict[int, int] = context.memo.setdefault("first_field", {})
    first = number
    while first > 1 and first not in known:
        above = context.source.line_text(first - 1)
        if above.strip() and not looks_meant(above):
            break
        first -= 1
    known[number] = first = known.get(first, first)
    return first


def _list_to_the_right(number: int, last: int, context: Context) -> Fix | None:
    """A list's lines with their text in column 5, and the fields below it, up to this one, as its literal.

    Each field further down needs the edits of all above it, and no two of these fixes can be applied at once: where
    they are too many in one file, only the first below each list is made, and the others in the next round.
    """
    source = context.source
    below = _first_field(number, context)
    lists: dict[int, list[tuple[int, int, str]] | None] = context.memo.setdefault("lists_to_the_right", {})
    again = below in lists
    if not again:
        lists[below] = _list_edits(below, source)
    of_list = lists[below]
    if of_list is None:
        return None
    made: int = context.memo.get("edits_to_the_right", 0) + len(of_list) + last - below
    if again and made > _MOST_EDITS:
        return None
    context.memo["edits_to_the_right"] = made
    edits = of_list.copy()
    blank = False
    for line in range(below, last + 1):
        text = source.line_text(line).rstrip("\r")
        if not text.strip():
            blank = True
            continue
        start = source.starts[line - 1]
        edits.append((start, start + _lead(text), ("" if blank else newline(source)) + "    "))
        blank = True
    return fix(True, *(edit for edit in edits if source.text[edit[0] : edit[1]] != edit[2]))


def _list_edits(below: int, source: Source) -> list[tuple[int, int, str]] | None:
    """What brings the text of the list above a line to column 5; None where it cannot be done."""
    edits: list[tuple[int, int, str]] = []
    at = below - 1
    while at >= 1 and source.line_text(at).strip():
        text = source.line_text(at).rstrip("\r")
        start = source.starts[at - 1]
        mark = re.match(rf"( {{0,3}})({MARKER}) +(?=\S)", text)
        if "\t" in text or text.startswith("#"):
            return None
        edits.append((start, start + mark.end(), "   * ") if mark else (start, start + _lead(text), "     "))
        at -= 1
        if mark and (at < 1 or not source.line_text(at).strip()):
            edits.reverse()
            return edits
    return None


@fixes("XS128")
def fenced_field(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Indent the fields instead, with blank lines for the fences."""
    source = context.source
    number, start, text = _line(diagnostic, source)
    fence = text.strip()[:3]
    edits = [(start, start + len(text), "")]
    for line in range(number + 1, source.count + 1):
        inside = source.line_text(line).rstrip("\r")
        at = source.starts[line - 1]
        if inside.strip().startswith(fence):
            edits.append((at, at + len(inside), ""))
            return fix(False, *edits)
        if inside.strip():
            edits.append((at, at + _lead(inside), "    "))
    return None


@fixes("XS131")
def lost_heading(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Begin it in the first column, with a space after the `#`s and a blank line before it."""
    source = context.source
    number, start, text = _line(diagnostic, source)
    found = _HEADING.match(text)
    if found is None:
        return None
    return fix(True, (start, start + found.end(), f"{_gap(number, source)}{found[1]} "))


@fixes("XS140")
def definition_shape(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Remove a blank line before the definition."""
    source = context.source
    number, start, _ = _line(diagnostic, source)
    if "blank line before" not in diagnostic.message or number < 2 or source.line_text(number - 1).strip():
        return None
    return fix(True, (source.starts[number - 2], start, ""))


@fixes("XS141")
def title_block(diagnostic: Diagnostic, context: Context) -> Fix | None:
    """Put a blank line after the title, where text follows."""
    _, start, text = _line(diagnostic, context.source)
    return fix(True, (start, start + _lead(text), newline(context.source))) if text.startswith(" ") else None
