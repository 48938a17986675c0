"""A text and where things are in it."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from grammar.named import NamedTuple


class Span(NamedTuple):
    """A stretch of a source's text, in code points from 0; the end is exclusive."""

    start: int
    end: int


class Page:
    """A text and the offsets of its lines.  Lines end at LF only, as in pandoc and git; a CR stays part of its line."""

    __slots__ = ("_starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """The offset of each line."""
        if self._starts is None:
            ends = accumulate(map(len, self.text.split("\n")), initial=0)
            starts = [end + number for number, end in enumerate(ends)]
            starts.pop()
            if len(starts) > 1 and starts[-1] == len(self.text):
                starts.pop()
            self._starts = starts
        return self._starts

    @property
    def count(self) -> int:
        """How many lines there are; an empty text has one."""
        return len(self.starts)

    def line_of(self, offset: int) -> int:
        """The line of an offset, from 1."""
        starts = self._starts
        return bisect_right(self.starts if starts is None else starts, offset)

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset, both from 1, columns in code points."""
        line = self.line_of(offset)
        return line, offset - self.starts[line - 1] + 1

    def line_span(self, line: int) -> Span:
        """The span of a line (from 1) without its LF."""
        starts = self.starts
        start = starts[line - 1]
        if line < len(starts):
            return Span(start, starts[line] - 1)
        end = len(self.text)
        return Span(start, end - (end > start and self.text[end - 1] == "\n"))

    def line_text(self, line: int) -> str:
        """The text of a line (from 1) without its LF."""
        span = self.line_span(line)
        return self.text[span.start : span.end]


class Source(Page):
    """One input: its bytes as they came, and its text as pandoc decodes it."""

    __slots__ = ("data", "name", "utf8")

    def __init__(self, name: str, data: bytes) -> None:
        try:
            text, utf8 = data.decode("utf-8"), True
        except UnicodeDecodeError:  # pandoc then takes the whole file for Latin-1
            text, utf8 = data.decode("latin-1"), False
        super().__init__(text)
        self.name = name
        self.data = data
        self.utf8 = utf8

    def byte_offset(self, offset: int) -> int:
        """The byte offset in `data` of a code point offset."""
        return len(self.text[:offset].encode("utf-8" if self.utf8 else "latin-1"))
