"""A line of a literal that is no field: what is wrong with it, and what to do."""

from __future__ import annotations

import re

from grammar import fields, problems
from grammar.diagnostic import Diagnostic
from grammar.source import Span

_ADVICE: tuple[tuple[str, str], ...] = (
    (r"(?:Status|Supported)(?:,[^:]*)?\s*:\s*$", "it needs a value"),
    (r"(?:Status|Supported)\s+:", "no space before the colon"),
    (r"(?:Status|Supported)\s*,\s*:", "the qualifier is empty"),
    (r"(?:Status|Supported)(?:,[^:]*)?:[^:\s]*\s?[^:]*$", "a space after the colon"),
    (r"(?:Status|Supported),[^:]*:\S[^:]*:", "no colon in the qualifier"),
    (r"(?:Status|Supported)\s+\S[^:]*:", "a comma between key and qualifier"),
    (r"(?:Status|Supported)[.;=]", "a colon after the key, a comma before a qualifier"),
    (
        r"(?:[sS][tT][aA][tT][uU][sS]|[sS][uU][pP][pP][oO][rR][tT][eE][dD])\s*(?:,[^:]*)?:",
        "the key is written Status or Supported",
    ),
    (r"Status\s+\S", "a colon after the key"),
)


def malformed(span: Span, line: str, *, after_field: bool) -> Diagnostic:
    """The diagnostic for a line on which Xen's tools die; `after_field`: fields are above it in its literal."""
    text = line.strip()
    if line[0] == " " and fields.match(text, "feature"):
        return problems.fifth_blank(span, text)
    advice = _advice(line)
    if advice:
        return problems.malformed_field(span, text, advice)
    key = re.match(r"\s*([A-Za-z][A-Za-z-]*(?: [a-z]+)?)\s*(?:,[^:]*)?:(?: |$)", line)
    if key:
        from difflib import get_close_matches

        candidates = ("Status", "Supported", *fields.RELEASE_KEYS, *fields.DEFINITION_KEYS)
        near = get_close_matches(key[1], candidates, 1, 0.6)
        return problems.unknown_key(span, key[1], near[0] if near and near[0] != key[1] else None)
    return problems.continued_line(span, text) if after_field else problems.foreign_literal(span, text)


def _advice(line: str) -> str | None:
    """What is wrong with a line that begins like a Status field; None for other lines."""
    for pattern, advice in _ADVICE:
        if re.match(pattern, line):
            return advice
    return None
