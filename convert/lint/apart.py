"""Sections of features looked at by themselves, each once, so that lint needs to look at the rest of a text only.

That is all of lint where every rule is `lone` or `framed` (`registry.rule`) and there is nothing to compare with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from convert.lint.registry import RULES, Context, Entry, blocks_of
from convert.lint.rules import load
from convert.lint.rules.parts import defines, qualifier_spans
from grammar.nodes import BulletList, Literal, Paragraph
from grammar.parser import Parsed, parse_text
from grammar.rows import Row

BELOW = parse_text("###### Below\n").document.sections
"""What is put below a section that has others below it."""


class Apart:
    """The chosen rules, as far as sections can be looked at by themselves; `able`: whether that is all of them."""

    def __init__(self, codes: Collection[str], day: date) -> None:
        load()
        chosen = [RULES[code] for code in codes if code in RULES]
        self.able = all(entry.lone or entry.framed for entry in chosen)
        self._day = day
        self._lone: dict[type, list[Entry]] = {}
        for entry in chosen:
            if entry.lone:
                self._lone.setdefault(entry.on, []).append(entry)

    def silent(self, parsed: Parsed, rows: Sequence[Row]) -> bool:
        """Whether no lone rule finds anything in a text of one section of features, wherever that is.

        Text of another part, such as a definition, is not taken for silent.
        """
        (section,) = parsed.document.sections
        if defines(section.heading) or any(map(_of_another_part, section.unplaced)):
            return False
        context = Context(parsed.source, parsed, tuple(rows), (), self._day)
        nodes: Iterable[object] = (parsed.source, section, section.heading, *blocks_of(section.blocks), *rows)
        for node in nodes:
            for entry in self._lone.get(type(node), ()):
                for _ in entry.rule(node, context):
                    return False
        return True


def is_lone(code: str) -> bool:
    """Whether a finding is of a rule that looks at nothing but its node."""
    return code in RULES and RULES[code].lone


def qualifiers(parsed: Parsed) -> frozenset[str]:
    """The qualifiers in a text, as they are written, for `registry.Rest`."""
    text = parsed.source.text
    places = (place for section in parsed.document.walk() for place in qualifier_spans(section.unplaced))
    return frozenset(text[start:end] for start, end in places)


def _of_another_part(block: object) -> bool:
    if isinstance(block, Literal):
        return block.kind != "feature"
    return not isinstance(block, Paragraph | BulletList)
