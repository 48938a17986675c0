"""A driver for LALR tables (`grammar.tables`): text to tokens to a tree, as Lark does it, without Lark.

The tests hold it against Lark.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from grammar.tables import Tables

END = "$END"


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


class Driver:
    """One text under way: `at` is the offset in it, `states` and `values` are the parser's stack."""

    def __init__(self, made: Tables, text: str) -> None:
        self.made = made
        self.text = text
        self.at = 0
        self.states = [made.start]
        self.values: list[Tree | Token | list[Tree | Token]] = []
        self._patterns: dict[int, re.Pattern[str] | None] = {}

    def lex(self) -> Token | None:
        """The token at the offset, which moves behind it; None where no terminal matches.  Terminals have no groups
        of their own.
        """
        state = self.states[-1] if self.made.contextual else -1
        if state not in self._patterns:
            self._patterns[state] = self._pattern(state)
        pattern = self._patterns[state]
        match = pattern.match(self.text, self.at) if pattern is not None else None
        if match is None or match.end() == self.at:
            return None
        token = Token(match.lastgroup or "", match[0], self.at)
        self.at = match.end()
        return token

    def _pattern(self, state: int) -> re.Pattern[str] | None:
        wanted = self.made.states[state] if state >= 0 else None
        parts = [f"(?P<{name}>{one})" for name, one in self.made.terminals if wanted is None or name in wanted]
        return re.compile("|".join(parts)) if parts else None

    def feed(self, token: Token) -> bool:
        """Give the parser a token; False, with its stack as it was or reduced, where it does not take it."""
        made, states, values = self.made, self.states, self.values
        while True:
            action = made.states[states[-1]].get(token.type)
            if action is None:
                return token.type == END and states[-1] == made.end
            if action > 0:
                states.append(action - 1)
                values.append(token)
                return True
            origin, size = made.rules[-action - 1]
            children: list[Tree | Token] = []
            if size:
                first, *others = values[-size:]
                children = first if type(first) is list else [first]  # type: ignore[list-item]
                for (
                    value
                ) in others:  # a list is this rule's alone: it grows in place, or long texts would take for ever
                    children.extend(value) if type(value) is list else children.append(value)  # type: ignore[arg-type]
                del states[-size:], values[-size:]
            states.append(made.states[states[-1]][origin] - 1)
            values.append(children if origin[0] == "_" else Tree(origin, children))

    def takes(self, terminal: str) -> bool:
        """Whether the parser's present state has an action for a terminal."""
        return terminal in self.made.states[self.states[-1]]

    def drop(self) -> bool:
        """Forget the last symbol; False where there is none."""
        if not self.values:
            return False
        self.states.pop()
        self.values.pop()
        return True


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
