"""What is taken down as a text is read, and cannot be judged before the whole document is known; `grammar.settle`
judges it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grammar import fields
from grammar.named import NamedTuple
from grammar.record import field, record
from grammar.source import Span

# block kinds that Xen's tools do not know: any later literal kills them
UNKNOWN = frozenset(
    ("ordered list", "table", "block quote", "rule", "line block", "div", "HTML", "comment", "raw block", "TeX")
)


class Left(NamedTuple):
    """A construct outside the mark-up, on some lines.

    `breaks`: it ends the block; `inside`: it is in a list's item; `open`: it is not closed within its block, and may
    reach on.
    """

    what: str
    span: Span
    first: int
    last: int
    breaks: bool
    inside: bool
    open: bool


class Stated(NamedTuple):
    """A literal with rows: its first line, and where Xen's tools would die at it."""

    number: int
    at: Span


class Lost(NamedTuple):
    """A line that was meant as a field and is none."""

    span: Span
    number: int
    text: str
    reason: str


class LostHeading(NamedTuple):
    """A heading that is text to pandoc."""

    span: Span
    text: str
    reason: str


def meant(text: str) -> bool:
    """Whether a line, wherever it is, was meant as a field."""
    return fields.looks_meant(text) or fields.MEANT_RELEASE.match(text) is not None


@record()
class Ledger:
    """What a text has, by the numbers of its lines: `order` are the constructs outside the mark-up and the literals, as
    they came.

    `headings` are (line, level).
    """

    order: list[Left | Stated] = field(default_factory=list)
    definitions: list[int] = field(default_factory=list)
    headings: list[tuple[int, int]] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    lost_headings: list[LostHeading] = field(default_factory=list)

    @property
    def outside(self) -> Iterator[Left]:
        """The constructs outside the mark-up."""
        return (entry for entry in self.order if isinstance(entry, Left))

    @property
    def literals(self) -> list[int]:
        """The first lines of the literals with rows."""
        return [entry.number for entry in self.order if isinstance(entry, Stated)]

    @property
    def clean(self) -> bool:
        """Whether nothing waits to be judged."""
        return not (self.lost or self.lost_headings or any(self.outside))

    def take_back(self) -> Left:
        """The construct taken down last, which is judged at once."""
        left = self.order.pop()
        assert isinstance(left, Left)
        return left


def joined(ledgers: Iterable[tuple[Ledger, int, int]]) -> Ledger:
    """The ledgers of texts that are one below the other, each with the lines and characters above it, as one."""
    whole = Ledger()
    for ledger, lines, chars in ledgers:
        whole.definitions += [number + lines for number in ledger.definitions]
        whole.headings += [(number + lines, level) for number, level in ledger.headings]
        for entry in ledger.order:
            if isinstance(entry, Left):
                moved = entry._replace(
                    span=_moved(entry.span, chars), first=entry.first + lines, last=entry.last + lines
                )
                whole.order.append(moved)
            else:
                whole.order.append(Stated(entry.number + lines, _moved(entry.at, chars)))
        whole.lost += [lost._replace(span=_moved(lost.span, chars), number=lost.number + lines) for lost in ledger.lost]
        whole.lost_headings += [lost._replace(span=_moved(lost.span, chars)) for lost in ledger.lost_headings]
    return whole


def _moved(span: Span, chars: int) -> Span:
    return Span(span.start + chars, span.end + chars)
