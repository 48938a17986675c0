"""What is said and taken down while the blocks of a text are read; shared by the modules that read them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grammar import problems
from grammar.diagnostic import Diagnostic
from grammar.ledger import Ledger, Left, Lost, LostHeading, meant
from grammar.pandoc import version3
from grammar.pandoc.reader import indentation
from grammar.pandoc.words import Finding
from grammar.positions import Lines
from grammar.record import field, record
from grammar.source import Page, Span

_LATIN1 = re.compile("[\u0080-\u00ff]")


@record()
class Notes:
    """One text under way.

    `known`: the link labels that its document's headings define; `prose`: whether words of paragraphs are wanted;
    `depth`: how many list items are around; `identifiers`: those that headings in list items take, in order.
    """

    page: Page
    known: frozenset[str]
    prose: bool
    diagnostics: list[Diagnostic] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    identifiers: list[str] = field(default_factory=list)
    depth: int = 0

    def say(self, diagnostic: Diagnostic) -> None:
        """Report a finding."""
        self.diagnostics.append(diagnostic)

    def leave(self, what: str, span: Span, first: int, last: int, *, breaks: bool, open_: bool = False) -> None:
        """Take down a construct outside the mark-up on some lines (see `Left`)."""
        self.ledger.order.append(Left(what, span, first, last, breaks, self.depth > 0, open_))

    def meant(self, lines: Lines, index: int, reason: str) -> None:
        """Take down a line that is no field but was meant as one."""
        text = lines.texts[index]
        if meant(text):
            self.lose(lines, index, indentation(text), text.strip(), reason)

    def lose(self, lines: Lines, index: int, column: int, text: str, reason: str) -> None:
        """Take down a lost field."""
        self.ledger.lost.append(Lost(lines.span(index, column), lines.numbers[index], text, reason))

    def lose_heading(self, lines: Lines, index: int, column: int, reason: str) -> None:
        """Take down a heading that is text to pandoc."""
        span = lines.span(index, column)
        self.ledger.lost_headings.append(LostHeading(span, lines.texts[index].strip(), reason))

    def findings(self, lines: Lines, index: int, column: int, raw: str, found: Sequence[Finding], last: int) -> None:
        """Take down what a text holds beyond the mark-up; `raw` begins at a column of a line and ends with line
        `last`.
        """
        told: set[tuple[str, bool]] = set()
        for item in found:
            if item.what == "unclosed code" or (item.what, item.breaks) in told:
                continue
            told.add((item.what, item.breaks))  # one diagnostic where it begins
            before = raw[: item.offset]
            row = index + before.count("\n")
            at = item.offset - (before.rfind("\n") + 1)
            at += column if row == index else indentation(lines.texts[row])
            span = lines.span(row, at, min(at + 1, len(lines.texts[row])))
            if item.what == "reference link":
                self.say(problems.reference_link(span, raw[item.offset + 1 :].split("]")[0]))
                continue
            number = lines.numbers[row]
            end = lines.numbers[last] if item.breaks else number
            open_ = item.open and not (self.depth and item.what == "unclosed bracket")  # an item is read by itself
            self.leave(item.what, span, number, end, breaks=item.breaks, open_=open_)

    def latin1(self, lines: Lines, index: int, column: int, where: str) -> None:
        """Report a character with which Xen's generated page is no valid UTF-8."""
        text = lines.texts[index]
        found = None if text.isascii() else _LATIN1.search(text, column)
        if found:
            self.say(problems.latin1_letter(lines.span(index, found.start(), found.end()), found.group(), where))

    def quotation(self, lines: Lines, index: int) -> None:
        """Report a quotation mark that pandoc 3 reads differently."""
        if not lines.texts[index].isascii():
            self.differs(lines, index, version3.quotation(lines.texts[index]))

    def differs(self, lines: Lines, index: int, found: tuple[int, version3.Difference] | None) -> None:
        """Report what pandoc 3 reads differently, at an offset of a line."""
        if found:
            at, difference = found
            self.say(problems.pandoc_3_differs(lines.span(index, at, at + 1), *difference))

    def line_differs(self, lines: Lines, index: int, found: version3.Difference | None) -> None:
        """Report a line that pandoc 3 reads differently."""
        if found:
            self.say(problems.pandoc_3_differs(lines.span(index), *found))
