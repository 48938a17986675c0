"""A driver for LALR tables (`grammar.tables`): text to tokens to a tree, as Lark does it, without Lark.

The tests hold it against Lark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from grammar.named import NamedTuple
from grammar.tables import Tables

END = "$END"
_LONG = 200  # characters of a pattern's end that are worth sharing
# how terminals are written that are at the beginning of a line or of the text only
_BEGINNING = ("(?m:^)", r"\A")


_Match = Callable[[str, int], "re.Match[str] | None"]


def _nothing(text: str, at: int) -> None:
    """Match nothing, as no terminals do."""


class Token(NamedTuple):
    """A terminal, its text, and the text's offset."""

    type: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind its text."""
        return self.start + len(self.text)


class Tree(NamedTuple):
    """What a rule made; what rules whose names begin with `_` made is part of what is above them."""

    rule: str
    children: list[Tree | Token]


class Refused(Exception):
    """The grammar does not take what is at `start`; `token` is None where no terminal matches there."""

    def __init__(self, start: int, token: Token | None) -> None:
        super().__init__(f"{token.type if token else 'nothing known'} at {start}")
        self.start = start
        self.token = token


class Acceptor:
    """One text under way: `at` is the offset in it, `states` are the parser's stack; it says what the grammar takes."""

    keeps = False  # whether `shifted` and `reduced` do anything

    def __init__(self, made: Tables, text: str) -> None:
        self.made = made
        self.text = text
        self.at = 0
        self.states = [made.start]
        self._matches: dict[int, tuple[_Match, _Match]] = {}

    def lex(self) -> Token | None:
        """The token at the offset, which moves behind it; None where no terminal matches.  Terminals have no groups
        of their own.
        """
        at, text = self.at, self.text
        state = self.states[-1] if self.made.contextual else -1
        if state not in self._matches:
            self._matches[state] = self._matching(state, begins=True), self._matching(state, begins=False)
        first, others = self._matches[state]
        match = first(text, at) if not at or text[at - 1] == "\n" else None
        if match is None or match.end() == at:
            match = others(text, at)
            if match is None or match.end() == at:
                return None
        self.at = match.end()
        return Token(match.lastgroup or "", match[0], at)

    def _matching(self, state: int, *, begins: bool) -> _Match:
        """What matches the terminals of a state (-1: all) that are at the beginning of a line only, or the others."""
        wanted = self.made.states[state] if state >= 0 else None
        parts = [
            (name, one)
            for name, one in self.made.terminals
            if (wanted is None or name in wanted) and one.startswith(_BEGINNING) is begins
        ]
        return re.compile(alternatives(parts)).match if parts else _nothing

    def feed(self, token: Token) -> bool:
        """Give the parser a token; False, with its stack as it was or reduced, where it does not take it."""
        table, rules, states, symbol = self.made.states, self.made.rules, self.states, token.type
        keeps = self.keeps
        while True:
            action = table[states[-1]].get(symbol)
            if action is None:
                return symbol == END and states[-1] == self.made.end
            if action > 0:
                states.append(action - 1)
                if keeps:
                    self.shifted(token)
                return True
            origin, size = rules[-action - 1]
            if size:
                del states[-size:]
            states.append(table[states[-1]][origin] - 1)
            if keeps:
                self.reduced(origin, size)

    def shifted(self, token: Token) -> None:
        """A token is on the stack."""

    def reduced(self, origin: str, size: int) -> None:
        """As many symbols of the stack have become one."""

    def takes(self, terminal: str) -> bool:
        """Whether the parser's present state has an action for a terminal."""
        return terminal in self.made.states[self.states[-1]]

    def drop(self) -> bool:
        """Forget the last symbol; False where there is none."""
        if len(self.states) == 1:
            return False
        self.states.pop()
        return True


class Driver(Acceptor):
    """An acceptor that makes a tree: `values` belong to its states."""

    keeps = True

    def __init__(self, made: Tables, text: str) -> None:
        super().__init__(made, text)
        self.values: list[Tree | Token | list[Tree | Token]] = []

    def shifted(self, token: Token) -> None:
        """A token is a value."""
        self.values.append(token)

    def reduced(self, origin: str, size: int) -> None:
        """As many values are the children of a rule, or part of what is above them."""
        values = self.values
        children: list[Tree | Token] = []
        if size:
            first, *others = values[-size:]
            children = first if type(first) is list else [first]  # type: ignore[list-item]
            for value in others:  # a list is this rule's alone: it grows in place, or long texts would take for ever
                children.extend(value) if type(value) is list else children.append(value)  # type: ignore[arg-type]
            del values[-size:]
        values.append(children if origin[0] == "_" else Tree(origin, children))

    def drop(self) -> bool:
        """Forget the last symbol; False where there is none."""
        if self.values:
            self.values.pop()
        return super().drop()


def alternatives(terminals: Iterable[Sequence[str]]) -> str:
    """The pattern that tries (name, pattern) in their order, each a group of its name.

    What neighbours end with in common is written once behind them, as compiling it for each of them takes long:
    `(?:(?P<A>a)|(?P<B>b))END` for `(?P<A>aEND)|(?P<B>bEND)`.
    """
    written = []
    for end, group in groupby(terminals, lambda pair: _end(pair[1])):
        parts = "|".join(f"(?P<{name}>{one.removesuffix(end)})" for name, one in group)
        written.append(f"(?:{parts}){end}" if end else parts)
    return "|".join(written)


def _end(pattern: str) -> str:
    """A long last part of a pattern that can stand behind other ones; empty where it has none.

    It begins with a negative lookahead that is in no group, in a pattern without alternatives of its own.
    """
    depth, begins, inside, skipped = 0, -1, False, False
    for at, char in enumerate(pattern):
        if skipped or char == "\\":
            skipped = not skipped
        elif inside or char == "[":
            inside = char != "]"
        elif char == "|" and depth == 0:
            return ""
        elif char in "()":
            if depth == 0 and begins < 0 and pattern.startswith("(?!", at):
                begins = at
            depth += 1 if char == "(" else -1
    return pattern[begins:] if 0 <= begins < len(pattern) - _LONG else ""


def parse(made: Tables, text: str) -> Tree:
    """The tree of a text.  Raises Refused where the grammar does not take it."""
    driver = Driver(made, text)
    while driver.at < len(text):
        start = driver.at
        token = driver.lex()
        if token is None or not driver.feed(token):
            raise Refused(start, token)
    if not driver.feed(Token(END, "", len(text))):
        raise Refused(len(text), None)
    tree = driver.values[0]
    assert isinstance(tree, Tree)
    return tree
