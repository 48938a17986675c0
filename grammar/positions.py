"""The lines of a text as pandoc's reader gets them, the way back from their columns to offsets, what is wrong with
the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grammar import problems
from grammar.diagnostic import Diagnostic
from grammar.named import NamedTuple
from grammar.pandoc.reader import Run
from grammar.source import Page, Source, Span


class Lines(NamedTuple):
    """Lines without line end, tabs expanded; a whole page's, or what is inside a list item.

    `numbers` are the lines' numbers in the page (from 1), `begins` the page's offsets of their column 0; `odd` are the
    numbers of lines in which columns are not offsets: what their `begins` are beyond the line's start is columns.
    """

    page: Page
    texts: list[str]
    numbers: Sequence[int]
    begins: Sequence[int]
    odd: frozenset[int]

    def offset(self, index: int, column: int) -> int:
        """The page's offset of a column (from 0, tabs expanded) of a line."""
        at = self.begins[index] + column
        if not self.odd:
            return at
        number = self.numbers[index]
        if number not in self.odd:
            return at
        start, text = self.page.starts[number - 1], self.page.line_text(number)
        at, column = 0, at - start
        for n, char in enumerate(text):
            if at >= column and char not in "\r\ufeff":
                return start + n
            if char == "\t":
                at += 4 - at % 4
            elif char != "\r" and not (number == 1 and n == 0 and char == "\ufeff"):
                at += 1
        return start + len(text.rstrip("\r"))

    def span(self, index: int, start: int = 0, end: int | None = None) -> Span:
        """The span of a stretch of a line, by columns; without `end`, to the line's last character that is no space."""
        text = self.texts[index]
        size = len(text)
        if end is None:
            end = len(text.rstrip())
        a = self.offset(index, min(start, size))
        return Span(a, max(a, self.offset(index, min(end, size))))

    def run_span(self, run: Run) -> Span:
        """The span of a block's lines."""
        last = run.last
        return Span(self.offset(run.lines[0][1], 0), self.offset(last, len(self.texts[last].rstrip())))

    def inside(self, content: Sequence[tuple[str, int, int]]) -> Lines:
        """Some of these lines by themselves: (text, index, columns taken off its start) each."""
        page, _, numbers, begins, odd = self
        if len(content) == 1:
            ((text, index, off),) = content
            return Lines(page, [text], [numbers[index]], [begins[index] + off], odd)
        return Lines(
            page,
            [text for text, _, _ in content],
            [numbers[index] for _, index, _ in content],
            [begins[index] + off for _, index, off in content],
            odd,
        )


def texts_of(text: str) -> list[str]:
    """The lines of a text as pandoc's reader gets them: no byte order mark, no CR, tabs to 4-column stops (pandoc's
    manual).
    """
    texts = text.removeprefix("\ufeff").replace("\r", "").split("\n")
    if not texts[-1]:
        texts.pop()
    return [line.expandtabs(4) for line in texts] if "\t" in text else texts


def lines_of(page: Page) -> Lines:
    """A page's lines."""
    text = page.text
    texts = texts_of(text)
    odd: frozenset[int] = frozenset()
    if "\t" in text or "\r" in text or "\ufeff" in text:
        numbered = enumerate(text.split("\n"), 1)
        odd = frozenset(number for number, line in numbered if "\t" in line or "\r" in line or "\ufeff" in line)
    return Lines(page, texts, range(1, len(texts) + 1), page.starts, odd)


def bytes_of(source: Source) -> Iterator[Diagnostic]:
    """What is wrong with a source's bytes."""
    text = source.text
    if not source.utf8:
        yield _invalid(source.data)
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


def _invalid(data: bytes) -> Diagnostic:
    try:
        data.decode("utf-8")
        at = 0
    except UnicodeDecodeError as error:
        at = error.start
    return problems.invalid_utf8(Span(at, at + 1), data[at])
