"""Attribute blocks, `{#id .class key=value}`, as pandoc 2.17 reads them.

Pandoc's manual, "Heading identifiers", "Fenced code blocks" and "Generic raw attribute".
"""

from __future__ import annotations

import re

from grammar.pandoc.letters import LETTER

# pandoc never takes a part back that it has read: possessive, which also keeps this linear
_NAME = rf"{LETTER}(?:\w|[:.-])*+"
_VALUE = r"(?>\"(?!\s)(?:\\[\s\S]|[^\"\\])*+\"|'(?!\s)(?:\\[\s\S]|[^'\\])*+'|(?:\\[\W_]|[^ \t\n\r}])*+)"
ATTRIBUTES = rf"\{{\s*+(?>(?:[#.]{_NAME}|{_NAME}={_VALUE}|-)\s*+)*+\}}"
RAW = r"\{[ \t]*=[\w-]+[ \t]*\}"
_PART = rf"\.{_NAME}|#(?P<id>{_NAME})|(?P<key>{_NAME})=(?P<value>{_VALUE})"


def info(text: str) -> str | None:
    """What the words behind a fence's opening are (no spaces around them): `raw`, `attributes` or `word`; None where
    they open no fence.
    """
    for kind, pattern in (("raw", RAW), ("attributes", ATTRIBUTES), ("word", r"\S*")):
        found = re.match(pattern, text)
        if found:
            return kind if found.end() == len(text) else None
    return None


def identifier_of(attributes: str) -> str | None:
    """The identifier that a text of the form `ATTRIBUTES` gives, by `#id` or `id=`; the last one counts."""
    found = None
    for part in re.finditer(_PART, attributes):
        if part["id"]:
            found = part["id"]
        elif part["key"] == "id":
            value = part["value"]
            quoted = len(value) > 1 and value[0] in "\"'" and value[0] == value[-1]
            found = re.sub(r"\\([\W_])", r"\1", value[1:-1] if quoted else value) or None
    return found


def attributes_of(identifier: str) -> str:
    """The attribute block that gives an identifier.  ValueError where none can: nothing, control characters."""
    if re.fullmatch(_NAME, identifier):
        return f"{{#{identifier}}}"
    if not identifier or re.search(r"[\x00-\x1f\x7f-\x9f]", identifier):
        raise ValueError(f"no identifier for a heading: {identifier!r}")
    return "{id=" + re.sub(r"([\W_])", r"\\\1", identifier) + "}"
