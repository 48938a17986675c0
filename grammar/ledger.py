"""What cannot be judged before the whole document is read: how bad a lost line or a construct outside the mark-up is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grammar import fields, problems
from grammar.diagnostic import Diagnostic, Severity
from grammar.pandoc.inline import TAG
from grammar.source import Source, Span

# block kinds that Xen's tools do not know: any later literal kills them
UNKNOWN = frozenset(
    ("ordered list", "table", "block quote", "rule", "line block", "div", "HTML", "comment", "raw block", "TeX")
)
# what a line begins with that may be a block of its own where pandoc ends the text above it early
_DEFINITION = r" {0,3}[:~](?: |$)"
_BEGINS = re.compile(rf" {{4}}|#|{_DEFINITION}")
# those that take an indented line directly below them for their own
_LAZY = frozenset(("block quote", "line block", "ordered list"))


@dataclass(slots=True, eq=False, repr=False)
class _Lost:
    """Lines that were meant as fields and are none, for one reason: their span, the last one's number, their words."""

    start: int
    end: int
    last: int
    reason: str
    texts: list[str]


def meant(text: str) -> bool:
    """Whether a line, wherever it stands, was meant as a field."""
    return fields.looks_meant(text) or fields.MEANT_RELEASE.match(text) is not None


class Ledger:
    """Takes down what a document has as it is read, by the numbers of its lines; `settle` judges it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.unknown: tuple[str, int] | None = None
        self.literals: list[int] = []
        self.definitions: list[int] = []
        self.headings: list[tuple[int, int]] = []
        self._outside: list[tuple[str, Span, int, int, bool]] = []
        self._lost: list[_Lost] = []
        self._lost_headings: list[tuple[Span, str, str]] = []
        self._closing: dict[int, int] | None = None
        self._last: dict[str, int] = {}

    def leave(self, what: str, span: Span, first: int, last: int, *, breaks: bool, inside: bool) -> None:
        """A construct outside the mark-up on some lines; `breaks`: it ends the block; `inside`: it stands in a list's item."""
        breaks = breaks and not (inside and what in UNKNOWN)  # in a list's item it is no block of the document
        self._outside.append((what, span, first, last, breaks))
        if breaks and self.unknown is None and not inside:
            self.unknown = (what, first)

    def take_back(self) -> tuple[str, Span]:
        """The construct left last, which is judged at once."""
        what, span, *_ = self._outside.pop()
        return what, span

    def literal(self, number: int) -> tuple[str, int] | None:
        """A literal with rows; what Xen's tools die of at it, once: a block that they do not know, and its line."""
        self.literals.append(number)
        if self.unknown is None or self.unknown[1] >= number:
            return None
        fatal, self.unknown = self.unknown, None
        return fatal

    def lose(self, span: Span, number: int, text: str, reason: str) -> None:
        """A lost field; those of neighbouring lines that are lost for one reason are one mistake, and one diagnostic."""
        before = self._lost[-1] if self._lost else None
        if before and before.reason == reason and before.last == number - 1:
            before.texts.append(text)
            before.last, before.end = number, span.end
        else:
            self._lost.append(_Lost(span.start, span.end, number, reason, [text]))

    def lose_heading(self, span: Span, text: str, reason: str) -> None:
        """A heading that is text to pandoc."""
        self._lost_headings.append((span, text, reason))

    def swallowed(self, what: str, number: int, span: Span) -> int:
        """The last line that an unclosed construct on a line reaches: where it is closed further down."""
        if what == "unclosed bracket":
            closing = self._brackets().get(span.start)
            return number if closing is None else self.source.position(closing)[0]
        text, start = self.source.text, span.start
        accent = re.compile(r"\\[A-Za-z]\s*\n\s*").match(text, start) if what == "TeX" else None
        if accent:  # its letter is the next one, wherever that stands
            return self.source.position(accent.end())[0]
        if what == "TeX" and not text.startswith("\\begin", start):  # its arguments may reach to the next blank line
            while number < self.source.count and self.source.line_text(number + 1).strip():
                number += 1
            return number
        if what == "unclosed tag":  # pandoc reads a tag across blank lines, if all of it is one
            tag = re.compile(TAG).match(text, start)
            return self.source.position(tag.end() - 1)[0] if tag else number
        end = {"unclosed comment": "-->", "inline footnote": "]", "TeX": "\\end"}.get(what)
        if end is None or start > self._last_of(end):
            return number
        return self.source.position(text.find(end, start))[0]

    def _last_of(self, end: str) -> int:
        """The offset of the last one of a text in the source; -1 without any."""
        if end not in self._last:
            self._last[end] = self.source.text.rfind(end)
        return self._last[end]

    def _brackets(self) -> dict[int, int]:
        """Where each `[` of the source is closed, by offsets."""
        if self._closing is None:
            self._closing, open_ = {}, []
            for found in re.finditer(r"[\[\]]", self.source.text):
                if found[0] == "[":
                    open_.append(found.start())
                elif open_:
                    self._closing[open_.pop()] = found.start()
        return self._closing

    def settle(self) -> Iterator[Diagnostic]:
        """The findings, when all is read."""
        for span, text, reason in self._lost_headings:
            severity: Severity = "error" if self._owns_fields(span, text) else "warning"
            yield problems.lost_heading(span, text, reason, severity=severity)
        for group in self._lost:
            yield problems.lost_field(Span(group.start, group.end), group.reason, *group.texts)
        for what, span, first, last, breaks in self._outside:
            lost = next((n for n in range(first, last + 1) if meant(self.source.line_text(n))), None)
            later = next((n for n in self.literals if n > first), None)
            if later is None and breaks and what not in _LAZY:  # text that pandoc ends early may leave a literal behind
                inside = ((n, self.source.line_text(n)) for n in range(first + 1, last + 1))
                later = next((n for n, t in inside if _BEGINS.match(t) and not fields.DEFINITION.match(t[4:])), None)
                below = self.source.line_text(last + 1) if last < self.source.count else ""
                if later is None and re.match(_DEFINITION, below):
                    later = last + 1
            article = "an" if what[0] in "aeiouAEIOU" else "a"
            name = what if what[0].isupper() or what in ("math",) else f"{article} {what}"
            heading = next((n for n in range(first + 1, last + 1) if self._heading(n)), None)
            if lost is not None:
                words = f": the field on line {lost} is lost in it"
            elif heading is not None and what not in ("metadata block", "TeX"):
                words = f": the heading on line {heading} is lost in it"
            elif breaks and later is not None:
                words = f": Xen's tools die on the next field, on line {later}"
            else:
                words = ""
            yield problems.outside_markup(span, name, words, severity="error" if words else "warning")

    def _heading(self, number: int) -> bool:
        """Whether a line is a heading with fields below it."""
        span, text = self.source.line_span(number), self.source.line_text(number)
        heading = text.startswith("#") and text.lstrip("#")[:1] == " " and bool(text.strip("# "))
        return heading and self._owns_fields(span, text)

    def _owns_fields(self, span: Span, text: str) -> bool:
        """Whether fields stand below a heading that pandoc does not see: they fall to the section before."""
        number, level = self.source.position(span.start)[0], len(text) - len(text.lstrip("#"))
        end = next((line for line, other in self.headings if line > number and other <= level), self.source.count + 1)
        return any(
            number < line < end for line in (*self.literals, *self.definitions, *(group.last for group in self._lost))
        )
