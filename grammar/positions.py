"""The lines of a source as pandoc's reader gets them, and the way back from their columns to the source's offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from grammar import problems
from grammar.diagnostic import Diagnostic
from grammar.pandoc.blocks import Run
from grammar.source import Source, Span


class Lines(NamedTuple):
    """Lines without line end, tabs expanded; a whole source's, or what stands inside a list item.

    `numbers` are the lines' numbers in the source (from 1), `stripped` how many columns were taken off their start; `odd` are the
    numbers of lines in which columns are not offsets.
    """

    source: Source
    texts: list[str]
    numbers: Sequence[int]
    stripped: Sequence[int]
    odd: frozenset[int]

    def offset(self, index: int, column: int) -> int:
        """The source's offset of a column (from 0, tabs expanded) of a line."""
        number = self.numbers[index]
        column += self.stripped[index]
        start = self.source.starts[number - 1]
        if number not in self.odd:
            return start + column
        text = self.source.line_text(number)
        at = 0
        for n, char in enumerate(text):
            if at >= column and char not in "\r\ufeff":
                return start + n
            if char == "\t":
                at += 4 - at % 4
            elif char != "\r" and not (number == 1 and n == 0 and char == "\ufeff"):
                at += 1
        return start + len(text.rstrip("\r"))

    def span(self, index: int, start: int = 0, end: int | None = None) -> Span:
        """The span of a stretch of a line, by columns; without `end`, to the line's last character that is no blank."""
        text = self.texts[index]
        size = len(text)
        if end is None:
            end = len(text.rstrip())
        a = self.offset(index, min(start, size))
        return Span(a, max(a, self.offset(index, min(end, size))))

    def run_span(self, run: Run) -> Span:
        """The span of a block's lines."""
        first, last = run.first, run.last
        return Span(self.offset(first, 0), self.offset(last, len(self.texts[last].rstrip())))

    def inside(self, content: Sequence[tuple[str, int, int]]) -> Lines:
        """Some of these lines by themselves: (text, index, columns taken off its start) each."""
        return Lines(
            self.source,
            [text for text, _, _ in content],
            [self.numbers[index] for _, index, _ in content],
            [self.stripped[index] + off for _, index, off in content],
            self.odd,
        )


def lines_of(source: Source) -> tuple[Lines, list[Diagnostic]]:
    """A source's lines, and what is wrong with its bytes (pandoc's manual: input is UTF-8; tabs go to 4-column stops)."""
    text = source.text
    found = list(_bytes(source))
    text = text.removeprefix("\ufeff").replace("\r", "")
    texts = text.split("\n")
    if len(texts) > 1 and not texts[-1]:
        texts.pop()
    if "\t" in text:
        texts = [line.expandtabs(4) if "\t" in line else line for line in texts]
    if texts == [""]:
        texts = []
    odd: frozenset[int] = frozenset()
    if any(char in source.text for char in "\t\r\ufeff"):
        numbered = enumerate(source.text.split("\n"), 1)
        odd = frozenset(number for number, line in numbered if "\t" in line or "\r" in line or "\ufeff" in line)
    return Lines(source, texts, range(1, len(texts) + 1), [0] * len(texts), odd), found


def _bytes(source: Source) -> Iterator[Diagnostic]:
    text = source.text
    if not source.utf8:
        at = next(n for n, byte in enumerate(source.data) if byte >= 0x80)
        try:
            source.data.decode("utf-8")
        except UnicodeDecodeError as error:
            at = error.start
        yield problems.invalid_utf8(Span(at, at + 1), source.data[at])
    if text.startswith("\ufeff"):
        yield problems.byte_order_mark(Span(0, 1))
    if "\0" in text:
        at = text.index("\0")
        yield problems.nul(Span(at, at + 1))
    if "\r" in text:
        ends = [m.start() for m in re.finditer(r"\r(?=\n|\Z)", text)]
        if ends:
            yield problems.carriage_return(Span(ends[0], ends[0] + 1), len(ends))
        for lone in re.finditer(r"\r(?!\n|\Z)", text):
            yield problems.lone_carriage_return(Span(lone.start(), lone.end()))
