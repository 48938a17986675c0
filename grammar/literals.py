"""Literals: their lines as fields, and what is wrong with the others."""

from __future__ import annotations

from grammar import fields, problems
from grammar.ledger import Stated
from grammar.nodes import NOWHERE, Literal, ParsedField
from grammar.notes import Notes
from grammar.pandoc.reader import Run, indentation
from grammar.positions import Lines

_DEFINITION = (
    "its literal begins as the definition of a label, and Xen's tools skip all of it; give it a literal of its own"
)


def literal(notes: Notes, lines: Lines, run: Run, *, sections: bool) -> Literal:
    """A literal; `sections`: a heading is above it."""
    body = _body(lines, run)
    kind = fields.kind_of("\n".join(line for _, _, line in body))
    kept: list[ParsedField] = []
    words: list[str] = []
    if kind != "definition":
        at = lines.span(body[0][0] if body else run.first)
        notes.ledger.order.append(Stated(lines.numbers[run.first], at))
    for index, column, line in body:
        trimmed = fields.trim(line)
        words.append(trimmed)
        if not trimmed:
            continue
        if kind == "definition":
            if fields.looks_meant(trimmed):
                notes.lose(lines, index, 4, trimmed, _DEFINITION)
            continue
        found = fields.match(trimmed, kind)
        span = lines.span(index, column, column + len(trimmed))
        if found is None:
            from grammar.malformed import malformed  # few files need it

            notes.say(malformed(span, trimmed, after_field=bool(kept)))
            continue
        if not sections and not kept:
            notes.say(problems.field_before_heading(lines.span(index, column), f'field "{trimmed}"'))
        value_span = lines.span(index, column + found.value_at, column + len(trimmed))
        begins = column + found.qualifier_at
        qualifier = NOWHERE
        if found.qualifier is not None:
            qualifier = lines.span(index, begins, begins + len(found.qualifier))
        kept.append(ParsedField(found.keyword, found.qualifier, found.value, span, value_span, qualifier))
        notes.latin1(lines, index, column, "field")
    fenced = run.rule == "fenced"
    if fenced and kept:
        notes.say(problems.fenced_field(lines.span(run.first)))
    return Literal(kind, tuple(kept), tuple(words), fenced, lines.run_span(run))


def _body(lines: Lines, run: Run) -> list[tuple[int, int, str]]:
    """The lines inside: index, column in which they begin, text."""
    if run.rule != "fenced":
        last = run.last
        return [(index, 4, lines.texts[index][4:]) for _, index, _ in run.lines if index <= last]
    off = indentation(lines.texts[run.first])
    inside = ((index, lines.texts[index]) for terminal, index, _ in run.lines if terminal == "FENCED")
    return [(index, taken := min(off, indentation(text)), text[taken:]) for index, text in inside]
