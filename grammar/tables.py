"""Lark's LALR tables of the grammar files beside this module, kept as JSON in the user's cache folder.

Lark is where the tables come from; reading them back takes a twentieth of the time that Lark takes to be imported.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Any

from grammar import cache as cache_file
from grammar.named import NamedTuple
from grammar.packaged import packaged

_FORMAT = 1  # of the file; a part of its name


class Rule(NamedTuple):
    """A rule: what it makes, and of how many symbols."""

    origin: str
    size: int


class Tables(NamedTuple):
    """One grammar.

    `terminals`: names and patterns, in the order in which the lexer tries them.  `states`: for each symbol the state to
    go to, plus one, or the negative number of the rule to reduce by, less one; `start`, `end`: the first and the last
    state. `contextual`: a terminal is tried only where the parser's state accepts it.
    """

    terminals: list[list[str]]
    states: list[dict[str, int]]
    rules: list[Rule]
    start: int
    end: int
    contextual: bool


@cache
def tables(name: str, *, contextual: bool = False) -> Tables:
    """The tables of the grammar `NAME.lark`, from the cache or else from Lark.  Works from a zip too."""
    text = packaged("grammar", f"{name}.lark").decode()
    path = cache_file.place(f"{name}-{_FORMAT}-{zlib.crc32(text.encode()):08x}{int(contextual)}.json")
    kept = _kept(path) if path else None
    if kept is not None:
        return kept
    made = from_lark(text, contextual=contextual)
    if path:
        cache_file.keep(path, made._asdict())
    return made


def from_lark(text: str, *, contextual: bool) -> Tables:
    """The tables that Lark makes of a grammar."""
    from grammar.larktables import build, dumped

    return read(dumped(build(text, contextual=contextual), contextual=contextual))


def read(found: dict[str, Any]) -> Tables:
    """Tables out of parsed JSON.  Raises KeyError, TypeError or ValueError for others."""
    states: list[dict[str, int]] = found["states"]
    if not all(type(state) is dict and {*map(type, state.values())} <= {int} for state in states):
        raise TypeError("a state of the parser is no dictionary of numbers")
    rules = [Rule(str(origin), int(size)) for origin, size in found["rules"]]
    terminals = [[str(name), str(pattern)] for name, pattern in found["terminals"]]
    return Tables(terminals, states, rules, int(found["start"]), int(found["end"]), bool(found["contextual"]))


def _kept(path: str) -> Tables | None:
    try:
        return read(cache_file.kept(path))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
