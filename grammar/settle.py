"""How bad a lost line or a construct outside the mark-up is: judged when the whole document has been read."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property

from grammar import fields, problems
from grammar.diagnostic import Diagnostic, Severity
from grammar.ledger import UNKNOWN, Ledger, Left, Lost, Stated, meant
from grammar.pandoc.inline import TAG
from grammar.source import Page, Span

# what a line begins with that may be a block of its own where pandoc ends the text above it early
_DEFINITION = r" {0,3}[:~](?: |$)"
_BEGINS = re.compile(rf" {{4}}|#|{_DEFINITION}")
# those that take an indented line directly below them for their own
_LAZY = frozenset(("block quote", "line block", "ordered list"))
_ENDS = {"unclosed comment": "-->", "inline footnote": "]", "TeX": "\\end"}


def settle(page: Page, ledger: Ledger) -> Iterator[Diagnostic]:
    """The findings about a whole document."""
    judge = _Judge(page, ledger)
    yield from judge.fatal()
    yield from judge.lost_headings()
    yield from judge.lost_fields()
    for left in ledger.outside:
        yield judge.outside(left)


class _Judge:
    """One document and what was taken down of it."""

    def __init__(self, page: Page, ledger: Ledger) -> None:
        self.page = page
        self.ledger = ledger
        self.literals = ledger.literals
        self.stated = sorted((*self.literals, *ledger.definitions, *(lost.number for lost in ledger.lost)))
        self._closing: dict[int, int] | None = None
        self._places: dict[str, list[int]] = {}
        self._levels: dict[int, list[int]] = {}

    def fatal(self) -> Iterator[Diagnostic]:
        """Literals at which Xen's tools die of a block above that they do not know; each such block once."""
        unknown: Left | None = None
        for entry in self.ledger.order:
            if isinstance(entry, Stated):
                if unknown is not None and unknown.first < entry.number:
                    yield problems.after_unknown_block(entry.at, unknown.what, unknown.first)
                    unknown = None
            elif unknown is None and self.breaks(entry) and not entry.inside:
                unknown = entry

    @staticmethod
    def breaks(left: Left) -> bool:
        """Whether it ends the block that it is in; in a list's item it is no block of the document."""
        return left.breaks and not (left.inside and left.what in UNKNOWN)

    def lost_headings(self) -> Iterator[Diagnostic]:
        """Headings that are text: an error where fields are below."""
        for lost in self.ledger.lost_headings:
            severity: Severity = "error" if self.owns_fields(lost.span, lost.text) else "warning"
            yield problems.lost_heading(lost.span, lost.text, lost.reason, severity=severity)

    def lost_fields(self) -> Iterator[Diagnostic]:
        """Fields that are text; those of neighbouring lines that are lost for one reason are one mistake, and one
        diagnostic.
        """
        group: list[Lost] = []
        for lost in self.ledger.lost:
            if group and (group[-1].reason != lost.reason or group[-1].number != lost.number - 1):
                yield _lost(group)
                group = []
            group.append(lost)
        if group:
            yield _lost(group)

    # -- outside the mark-up
    # ----------------------------------------------------------------------------------------------
    def outside(self, left: Left) -> Diagnostic:
        """A construct outside the mark-up: an error where a later field may be lost or fatal."""
        what = left.what
        last = max(left.last, self.swallowed(left)) if left.open else left.last
        article = "an" if what[0] in "aeiouAEIOU" else "a"
        name = what if what[0].isupper() or what in ("math",) else f"{article} {what}"
        words = self.consequence(left, last)
        return problems.outside_markup(left.span, name, words, severity="error" if words else "warning")

    def consequence(self, left: Left, last: int) -> str:
        """What it does to rows; empty where it does nothing.  `last`: the last line that it reaches."""
        lost = _first(self.meant_lines, left.first, last)
        if lost is not None:
            return f": the field on line {lost} is lost in it"
        if left.what not in ("metadata block", "TeX") and left.first < last:
            heading = _first(self.heading_lines, left.first + 1, last)
            if heading is not None:
                return f": the heading on line {heading} is lost in it"
        if self.breaks(left):
            later = self.later(left, last)
            if later is not None:
                return f": Xen's tools die on the next field, on line {later}"
        return ""

    def later(self, left: Left, last: int) -> int | None:
        """The next line at which Xen's tools may meet a field."""
        later = _first(self.literals, left.first + 1, self.page.count)
        if later is not None or left.what in _LAZY:
            return later
        inside = _first(self.beginning_lines, left.first + 1, last) if left.first < last else None
        if inside is not None:  # text that pandoc ends early may leave a literal behind
            return inside
        below = self.page.line_text(last + 1) if last < self.page.count else ""
        return last + 1 if re.match(_DEFINITION, below) else None

    @cached_property
    def meant_lines(self) -> list[int]:
        """The lines that look like fields."""
        return self.lines_that(meant)

    @cached_property
    def beginning_lines(self) -> list[int]:
        """The lines that may be a block of their own where pandoc ends the text above them early."""
        return self.lines_that(lambda text: _BEGINS.match(text) and not fields.is_definition(text[4:]))

    @cached_property
    def heading_lines(self) -> list[int]:
        """The lines that look like headings and have fields below them."""
        found = self.lines_that(
            lambda text: text.startswith("#") and text.lstrip("#")[:1] == " " and text.strip("# ") != ""
        )
        return [n for n in found if self.owns_fields(self.page.line_span(n), self.page.line_text(n))]

    def lines_that(self, holds: Callable[[str], object]) -> list[int]:
        """The numbers of the lines for which `holds` says yes."""
        return [n for n, text in zip(range(1, self.page.count + 1), self.lines, strict=False) if holds(text)]

    @cached_property
    def lines(self) -> list[str]:
        """The page's lines, and perhaps an empty one behind them."""
        return self.page.text.split("\n")

    # -- how far what is not closed reaches
    # ---------------------------------------------------------------------------------
    def swallowed(self, left: Left) -> int:
        """The last line that an unclosed construct reaches: where it is closed further down."""
        what, number, start, text = left.what, left.first, left.span.start, self.page.text
        if what == "unclosed bracket":
            closing = self.brackets().get(start)
            return number if closing is None else self.page.position(closing)[0]
        if what == "unclosed tag":  # pandoc reads a tag across blank lines, if all of it is one
            tag = re.compile(TAG).match(text, start) if self.next(">", start + 1) is not None else None
            return self.page.position(tag.end() - 1)[0] if tag else number
        if what == "TeX" and not text.startswith("\\begin", start):
            return self.arguments(number, start)
        end = _ENDS.get(what)
        closed = self.next(end, start) if end is not None else None
        return number if closed is None else self.page.position(closed)[0]

    def arguments(self, number: int, start: int) -> int:
        """The last line of a TeX macro's arguments, which may reach to the next blank line."""
        accent = re.compile(r"\\[A-Za-z]\s*\n\s*").match(self.page.text, start)
        if accent:  # its letter is the next one, wherever that is
            return self.page.position(accent.end())[0]
        blank = _first(self.blank_lines, number + 1, self.page.count)
        return self.page.count if blank is None else blank - 1

    @cached_property
    def blank_lines(self) -> list[int]:
        """The lines with nothing but spaces."""
        return self.lines_that(lambda text: not text.strip())

    def next(self, end: str, start: int) -> int | None:
        """The offset of the first one of a text in the page from an offset on."""
        if end not in self._places:
            self._places[end] = [found.start() for found in re.finditer(re.escape(end), self.page.text)]
        return _first(self._places[end], start, len(self.page.text))

    def brackets(self) -> dict[int, int]:
        """Where each `[` of the page is closed, by offsets."""
        if self._closing is None:
            self._closing, open_ = {}, []
            for found in re.finditer(r"[\[\]]", self.page.text):
                if found[0] == "[":
                    open_.append(found.start())
                elif open_:
                    self._closing[open_.pop()] = found.start()
        return self._closing

    # -- headings that pandoc does not see
    # ------------------------------------------------------------------------------------
    def owns_fields(self, span: Span, text: str) -> bool:
        """Whether fields are below a heading that pandoc does not see: they fall to the section before."""
        number, level = self.page.position(span.start)[0], len(text) - len(text.lstrip("#"))
        end = _first(self.headings_to(level), number + 1, self.page.count)
        return _first(self.stated, number + 1, (self.page.count + 1 if end is None else end) - 1) is not None

    def headings_to(self, level: int) -> list[int]:
        """The lines of the headings of this level or a higher one."""
        if level not in self._levels:
            self._levels[level] = [line for line, other in self.ledger.headings if other <= level]
        return self._levels[level]


def _first(numbers: list[int], start: int, end: int) -> int | None:
    """The first of the sorted numbers from `start` to `end`, both included."""
    at = bisect_left(numbers, start)
    return numbers[at] if at < len(numbers) and numbers[at] <= end else None


def _lost(group: list[Lost]) -> Diagnostic:
    first, last = group[0], group[-1]
    return problems.lost_field(Span(first.span.start, last.span.end), first.reason, *(lost.text for lost in group))
