"""Sections that are SUPPORT mark-up at a glance: a heading of plain words, paragraphs of plain words, fields of
plain words.
"""

from __future__ import annotations

import re

from grammar.builder import Built, Head, Part
from grammar.inlines import inlines
from grammar.ledger import Ledger, Stated
from grammar.nodes import NOWHERE, Block, Literal, Paragraph, ParsedField, Shared, Text
from grammar.placing import moved
from grammar.rows import suffix_of
from grammar.source import Span

_HEADING = r"[A-Za-z][A-Za-z0-9]*[,:]?(?:(?: \(?|[/-])[A-Za-z0-9]+\)?[,:]?)*"
_NO_ANCHOR = str.maketrans("", "", ",:/()")  # what of a heading its identifier does without
_WORDS = r"[A-Za-z0-9(](?:[A-Za-z0-9 ,./()+;=-]*[A-Za-z0-9.)])?"
# no line of a paragraph begins as an item of an ordered list does, and none has a colon, as a lost field has
_LINE = r"(?:(?![ivxlcdmIVXLCDM]+[.)])[A-Za-z]{2}|A )[A-Za-z0-9 ,;./()+\"'-]*\n"
_MARKS = 39  # quotation marks that nest no deeper than `grammar.support.counted` lets pass
_FIELD = rf" {{4}}(?:Status|Supported)(?:, {_WORDS})?: {_WORDS}\n"
_SECTION = re.compile(rf"#{{1,6}} {_HEADING}\n(?:\n(?:(?:{_LINE})++|(?:{_FIELD})++))*+\n*")
_QUALIFIER = re.compile(r"^ {4}[A-Za-z]+(?:, ([^:\n]+))?:", re.M)


def is_plain(section: str) -> bool:
    """Whether a heading with its own text is of these shapes, and so inside the mark-up; `grammar.support.outside` says
    the same.

    False says nothing.
    """
    if not _SECTION.fullmatch(section) or section.count('"') + section.count("'") > _MARKS:
        return False
    keys = [suffix_of(found[1]) if found[1] else "" for found in _QUALIFIER.finditer(section)]
    return len(keys) == len(set(keys))


def quickly(section: str, *, prose: bool) -> Built | None:
    """What `grammar.builder.build` makes of a section that is plain; None where it needs that.

    Whoever calls it has seen that it is plain (`is_plain`).
    """
    line, _, rest = section.partition("\n")
    level = line.index(" ")
    words = line[level + 1 :]
    base = "-".join(words.translate(_NO_ANCHOR).lower().split())
    head = Head(level, (Text(words),) if prose else (), words, base, None, Span(0, len(line)))
    ledger = Ledger(headings=[(1, level)])
    blocks: list[Block] = []
    end, number, at = len(line), 2, len(line) + 1
    for text in rest.rstrip("\n").split("\n\n"):
        text = text.removeprefix("\n")
        if not text:
            break
        at += 1
        number += 1
        end = at + len(text)
        if not text.startswith(" "):
            raw = text.rstrip(" ")
            if raw != text or "  " in text or " \n" in text:
                return None
            blocks.append(Paragraph(inlines(raw) if prose else (), False, Span(at, end)))
        elif blocks and isinstance(blocks[-1], Literal):
            return None  # the two are one
        else:
            lines = text.split("\n")
            ledger.order.append(Stated(number, Span(at, at + len(lines[0]))))
            blocks.append(_literal(lines, at))
        number += text.count("\n") + 1
        at = end + 1
    part = Part(head, Shared(tuple(blocks), moved), (), end)
    return Built(None, (part,), (), ledger)


def _literal(lines: list[str], at: int) -> Literal:
    """Lines of plain fields, the first of which begins at an offset."""
    fields = []
    start = at
    for line in lines:
        key, _, value = line.partition(": ")
        keyword, _, qualifier = key[4:].partition(", ")
        stop = start + len(line)
        begins = start + 6 + len(keyword)
        where = Span(begins, begins + len(qualifier)) if qualifier else NOWHERE
        span, value_span = Span(start + 4, stop), Span(stop - len(value), stop)
        fields.append(ParsedField(keyword, qualifier or None, value, span, value_span, where))
        start = stop + 1
    return Literal("feature", tuple(fields), tuple(line[4:] for line in lines), False, Span(at, start - 1))
