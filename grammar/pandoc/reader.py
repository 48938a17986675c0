"""A text's lines, read one after the other: what is open, what has been read, and what constructs ask of lines
further down.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence

from grammar.named import NamedTuple
from grammar.pandoc.shapes import shapes
from grammar.record import field, record

# ---- what becomes of the open block at the next line ----------------------------------------------------------------
FREE = "nothing is open"
LITERAL = "a literal, which goes on behind blank lines"
PARAGRAPH = "a paragraph"
ITEM_TEXT = "a paragraph inside a list item"
MARKED = "the first lines of a list's item"
INDENTED = "the indented rest of a list's item"
LIST_BLANK = "a list, behind a blank line"
DEFINED = "a definition"
DEFINED_BLANK = "a definition list, behind a blank line"
ENDED = frozenset((FREE, LITERAL, LIST_BLANK, DEFINED_BLANK))
"""The states in which any block may begin; in the others a line goes on what is open ("lazy", in pandoc's manual)."""
IN_LIST = frozenset((ITEM_TEXT, MARKED, INDENTED))
_BEHIND_BLANK = {MARKED: LIST_BLANK, INDENTED: LIST_BLANK, DEFINED: DEFINED_BLANK, PARAGRAPH: FREE, ITEM_TEXT: FREE}


class Run(NamedTuple):
    """One block: the rule that made it, its lines as (terminal, index, shape), its kind when it is outside the
    mark-up.
    """

    rule: str
    lines: list[tuple[str, int, str]]
    what: str = ""

    @property
    def first(self) -> int:
        """The index of its first line."""
        return self.lines[0][1]

    @property
    def last(self) -> int:
        """The index of its last line that is not blank."""
        for terminal, index, _ in reversed(self.lines):
            if terminal != "BLANK":
                return index
        return self.lines[-1][1]


class Construct(NamedTuple):
    """One construct of pandoc's Markdown.

    `begins` reads the lines with which it begins at an index and gives the index behind them, 0 where it does not
    begin. It is asked for lines of these `shapes` only (none: of any), where nothing is open or one of the states
    `interrupts`.
    """

    name: str
    begins: Callable[[Reader, int], int]
    shapes: tuple[str, ...] = ()
    interrupts: frozenset[str] = frozenset()


class Missed(NamedTuple):
    """A line that a construct looked for and that is not in the text: were it further down, the construct would be
    another.
    """

    key: str
    holds: Callable[[str], object]


@record()
class _Open:
    """The block under way; `continuation` is the column in which an item's text goes on, `more` tells an ordered
    list's items.
    """

    rule: str
    lines: list[tuple[str, int, str]]
    state: str
    continuation: int = 0
    more: Callable[[str], object] | None = None


@record()
class Reader:
    """One text under way: a whole document, or what is in a list's `item`.

    `titled`: it may begin with a title block; `ended`: a blank line is behind it; `known`: the shapes of lines, where
    they are known.
    """

    texts: Sequence[str]
    item: bool = False
    titled: bool = False
    ended: bool = True
    known: Sequence[str | None] | None = None
    shapes: list[str] = field(init=False)
    runs: list[Run] = field(init=False, default_factory=list)
    open: _Open | None = field(init=False, default=None)
    missed: dict[str, Missed] = field(init=False, default_factory=dict)
    divs: dict[int, int] | None = field(init=False, default=None)
    fences: list[tuple[int, str]] | None = field(init=False, default=None)
    closings: dict[str, list[int]] = field(init=False, default_factory=dict)
    environments: dict[str, list[int]] | None = field(init=False, default=None)
    _places: dict[str, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.shapes = shapes(self.texts, self.known)

    @property
    def state(self) -> str:
        """What becomes of the open block at the next line."""
        return self.open.state if self.open is not None else FREE

    # -- writing
    # --------------------------------------------------------------------------------------------------------
    def begin(self, rule: str, index: int, terminal: str, state: str) -> _Open:
        """A block that stays open begins on a line."""
        opened = self.open = _Open(rule, [(terminal, index, self.shapes[index])], state)
        self.runs.append(Run(rule, opened.lines))
        return opened

    def take(self, index: int, terminal: str, state: str | None = None) -> int:
        """The open block takes a line; the index behind it."""
        assert self.open is not None
        self.open.lines.append((terminal, index, self.shapes[index]))
        if state is not None:
            self.open.state = state
        return index + 1

    def whole(self, rule: str, terminals: Sequence[str], index: int, what: str = "") -> int:
        """A block that ends by itself, a terminal a line; the index behind it."""
        lines = [(terminal, n, self.shapes[n]) for n, terminal in enumerate(terminals, index)]
        self.runs.append(Run(rule, lines, what))
        self.open = None
        return index + len(lines)

    def leave(self, index: int, end: int, what: str) -> int:
        """A block outside the mark-up; the index behind it."""
        return self.whole("outside", ["OUTSIDE", *["OUTSIDE_LINE"] * (end - index - 1)], index, what)

    def blank(self, index: int) -> int:
        """A blank line; the index behind it."""
        if self.open is not None:
            state = _BEHIND_BLANK.get(self.open.state, self.open.state)
            if state == FREE:
                self.open = None
            else:
                self.take(index, "BLANK", state)
        elif self.runs and self.runs[-1].rule == "fenced":  # kept, as with other literals
            self.runs[-1].lines.append(("BLANK", index, "BLANK"))
        return index + 1

    # -- looking
    # --------------------------------------------------------------------------------------------------------
    def line_of(self, key: str, index: int, holds: Callable[[str], object]) -> int:
        """The first line from an index on for which `holds` says yes, looked for once for each key; -1 without any."""
        places = self._places.get(key)
        if places is None:
            places = self._places[key] = [n for n, text in enumerate(self.texts) if holds(text)]
        at = bisect_left(places, index)
        if at < len(places):
            return places[at]
        self.missed[key] = Missed(key, holds)
        return -1

    def through(self, index: int, goes_on: Callable[[int], object]) -> int:
        """The index behind the lines below one that are not blank and go it on."""
        end = index + 1
        while self.shapes[end] != "BLANK" and goes_on(end):
            end += 1
        return end

    def behind_blanks(self, index: int) -> int:
        """The first line from an index on that is not blank."""
        while index < len(self.texts) and self.shapes[index] == "BLANK":
            index += 1
        return index


def indentation(text: str) -> int:
    """How many spaces a line begins with."""
    return len(text) - len(text.lstrip(" "))
