"""Lark's LALR tables of the grammar files beside this module, kept as JSON in the user's cache folder.

Lark is where the tables come from; reading them back takes a twentieth of the time that Lark takes to be imported.
JSON, since a pickle of a place that others can write to would run what they put there.
"""

from __future__ import annotations

import json
import os
import pkgutil
import zlib
from functools import cache
from typing import Any, NamedTuple

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
    text = (pkgutil.get_data(__package__, f"{name}.lark") or b"").decode()
    place = _cache_file(name, text, contextual=contextual)
    kept = _kept(place) if place else None
    if kept is not None:
        return kept
    made = from_lark(text, contextual=contextual)
    if place:
        _keep(place, made)
    return made


def from_lark(text: str, *, contextual: bool) -> Tables:
    """The tables that Lark makes of a grammar."""
    from grammar.larktables import build, dumped

    return read(dumped(build(text, contextual=contextual), contextual=contextual))


def read(found: dict[str, Any]) -> Tables:
    """Tables out of parsed JSON.  Raises KeyError, TypeError or ValueError for others."""
    states = [{str(symbol): int(action) for symbol, action in state.items()} for state in found["states"]]
    rules = [Rule(str(origin), int(size)) for origin, size in found["rules"]]
    terminals = [[str(name), str(pattern)] for name, pattern in found["terminals"]]
    return Tables(terminals, states, rules, int(found["start"]), int(found["end"]), bool(found["contextual"]))


def _kept(place: str) -> Tables | None:
    try:
        with open(place, encoding="utf-8") as file:
            return read(json.load(file))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _keep(place: str, made: Tables) -> None:
    """Write a file beside it first: a reader never sees half of one.  What cannot be kept is made again."""
    beside = f"{place}.{os.getpid()}"
    try:
        with open(beside, "w", encoding="utf-8") as file:
            json.dump(made._asdict(), file)
        os.replace(beside, place)
    except OSError:
        return


def _cache_file(name: str, text: str, *, contextual: bool) -> str | None:
    """A path in a folder of the user's own, where nobody else writes; None where there is no such folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        folder = os.path.join(base or os.path.expanduser("~/.cache"), "xen-support")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.stat(folder)
    except (OSError, ValueError):
        return None
    if found.st_uid != os.getuid() or found.st_mode & 0o022 or not os.access(folder, os.W_OK):
        return None
    return os.path.join(folder, f"{name}-{_FORMAT}-{zlib.crc32(text.encode()):08x}{int(contextual)}.json")
