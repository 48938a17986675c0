"""HTML that is a block: comments, elements that pandoc does not take for running text."""

from __future__ import annotations

import re

from grammar.pandoc.constructs.definitions import defines
from grammar.pandoc.lists import LINE_TAGS
from grammar.pandoc.reader import Construct, Reader

_TAG = r" {0,3}</?([A-Za-z][A-Za-z0-9]*)\b[^<>]*>|<\?[A-Za-z][^>]*>"
_VERBATIM = r"(?i) {0,3}<(script|style|pre|textarea)\b"


def _begins(reader: Reader, index: int) -> int:
    text = reader.texts[index]
    if text.startswith("<!--"):  # an indented one is part of a paragraph
        return _comment(reader, index)
    tag = re.match(_TAG, text)
    if tag is None or (tag[1] and tag[1].lower() not in LINE_TAGS):
        return 0
    verbatim = re.match(_VERBATIM, text)
    if verbatim or re.match(r" {0,3}<div\b", text, re.I):
        closing = f"</{verbatim[1].lower() if verbatim else 'div'}>"
        end = reader.line_of(closing, index, lambda text: closing in text.lower())
        if end >= 0:
            return reader.leave(index, end + 1, "HTML" if verbatim else "div")
    return reader.leave(index, index + 1, "HTML")


def _comment(reader: Reader, index: int) -> int:
    end = reader.line_of("-->", index, lambda text: "-->" in text)
    begins_term = end == index and reader.texts[index].rpartition("-->")[2].strip() and defines(reader, index)
    return 0 if end < 0 or begins_term else reader.leave(index, end + 1, "comment")


HTML = Construct("HTML", _begins, ("HTML",))
