"""A text and where things stand in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of a source's text, in code points from 0; the end is exclusive."""

    start: int
    end: int


@dataclass(slots=True, eq=False, repr=False)
class Source:
    """One input: its bytes as they came, its text as pandoc decodes it, the offsets of its lines.

    Lines end at LF only, as in pandoc and git; a CR stays part of its line.
    """

    name: str
    data: bytes
    text: str = field(init=False)
    utf8: bool = field(init=False)
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        try:
            self.text = self.data.decode("utf-8")
            self.utf8 = True
        except UnicodeDecodeError:  # pandoc then takes the whole file for Latin-1
            self.text = self.data.decode("latin-1")
            self.utf8 = False
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        if len(starts) > 1 and starts[-1] == len(self.text):
            starts.pop()
        self.starts = starts

    @property
    def count(self) -> int:
        """How many lines there are; an empty text has one."""
        return len(self.starts)

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) of an offset, both from 1, columns in code points."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line_span(self, line: int) -> Span:
        """The span of a line (from 1) without its LF."""
        start = self.starts[line - 1]
        end = self.starts[line] - 1 if line < len(self.starts) else len(self.text)
        if end > start and line == len(self.starts) and self.text[end - 1] == "\n":
            end -= 1
        return Span(start, end)

    def line_text(self, line: int) -> str:
        """The text of a line (from 1) without its LF."""
        span = self.line_span(line)
        return self.text[span.start : span.end]

    def byte_offset(self, offset: int) -> int:
        """The byte offset in `data` of a code point offset."""
        return len(self.text[:offset].encode("utf-8" if self.utf8 else "latin-1"))
