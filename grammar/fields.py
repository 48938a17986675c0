"""The inside of a literal: which of its lines are fields, and what is wrong with the others.

The patterns are those of docs/parse-support-md in xen.git, in Perl's terms: its spaces are Python's less U+001C to
U+001F.
"""

from __future__ import annotations

import re

from grammar.named import NamedTuple

BLANK = r"(?:(?![\x1c-\x1f])\s)"
WORD = r"(?:\S|[\x1c-\x1f])"
RELEASE = re.compile(rf"([A-Z][-A-Z0-9a-z]+):{BLANK}+({WORD}.*)\Z", re.S)
STATUS = re.compile(rf"(?:Status|Supported)(?:,{BLANK}*([^:]+))?:{BLANK}+({WORD}.*)\Z", re.S)
_BLANKS = (
    " \t\n\x0b\x0c\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
RELEASE_KEYS = ("Xen-Version", "Initial-Release", "Supported-Until", "Security-Support-Until")
DEFINITION_KEYS = ("Functional completeness", "Functional stability", "Interface stability", "Security supported")
_DEFINITIONS = tuple(f"{key}:" for key in DEFINITION_KEYS)
# a line that its author meant as a Status field, wherever it is
MEANT = re.compile(r"\s*(?:[-*+]\s+)?(?:Status|Supported|status|STATUS)\s*(?:,[^:]*)?:(?:\s|$)")
MEANT_RELEASE = re.compile(rf"\s*(?:{'|'.join(RELEASE_KEYS)})\s*:")


class Match(NamedTuple):
    """A well-formed field: where its qualifier and value are in the line (offsets of the line without indentation)."""

    keyword: str
    qualifier: str | None
    value: str
    value_at: int
    qualifier_at: int


def trim(line: str) -> str:
    """A line without the trailing spaces that Xen's tools strip."""
    return line.rstrip(_BLANKS)


def kind_of(text: str) -> str:
    """`definition`, `release` or `feature`: what the first characters of a literal's text make of it."""
    if is_definition(text):
        return "definition"
    return "release" if text.startswith("Xen-Version:") else "feature"


def is_definition(text: str) -> bool:
    """Whether a text begins as a line of a label's definition."""
    return text.startswith(_DEFINITIONS)


def match(line: str, kind: str) -> Match | None:
    """A trimmed line of a literal as a field, None where Xen's tools die on it."""
    if kind == "release":
        found = RELEASE.match(line)
        return Match(found[1], None, found[2], found.start(2), -1) if found else None
    found = STATUS.match(line)
    return (
        Match(
            "Status" if line.startswith("Status") else "Supported", found[1], found[2], found.start(2), found.start(1)
        )
        if found
        else None
    )


def looks_meant(line: str) -> bool:
    """Whether a line that is not in a literal was meant as a field."""
    return MEANT.match(line) is not None
