"""Expressions of Kconfig: `A && !B`, `EXPERT = "y"`.  Nothing of them is run: a macro call is a value that nobody
knows.

Source: Documentation/kbuild/kconfig-language.rst, "Menu dependencies".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

_TOKEN = re.compile(
    r"""\s*(?:(?P<op>&&|\|\||!=|>=|<=|[!=<>()])|"(?P<dq>[^"]*)"|'(?P<sq>[^']*)'|(?P<word>[^\s!=<>()&|"']+)|(?P<other>\S))"""
)
_LONGEST, _DEEPEST = 4000, 50  # characters of an expression, brackets in one another


class Expression(NamedTuple):
    """`op`: and, or, not, symbol, yes, no, open (a value that cannot be known); `name` of a symbol; `parts` of the
    others.
    """

    op: str
    name: str = ""
    parts: tuple[Expression, ...] = ()


YES, NO, OPEN = Expression("yes"), Expression("no"), Expression("open")


def both(*parts: Expression) -> Expression:
    """All of the parts."""
    kept = tuple(part for part in parts if part.op != "yes")
    return kept[0] if len(kept) == 1 else Expression("and", parts=kept) if kept else YES


def parse(text: str, variables: Callable[[str], str | None]) -> Expression:
    """An expression; `variables` gives the value of `$(NAME)`, None where nobody knows it.  What cannot be read is
    open.
    """
    if len(text) > _LONGEST:
        return OPEN
    tokens = [
        (match.lastgroup or "", match[match.lastgroup or 0])
        for match in _TOKEN.finditer(expand(text, variables))
        if match.lastgroup
    ]
    try:
        found, rest = _any(tokens, 0, 0)
    except (IndexError, RecursionError):
        return OPEN
    return found if rest == len(tokens) else OPEN


def expand(text: str, variables: Callable[[str], str | None]) -> str:
    """A text with `$(NAME)` and `$NAME` replaced; a call such as `$(shell,...)` is not made: it is `?`."""
    out, at = "", 0
    while (start := text.find("$", at)) >= 0:
        out += text[at:start]
        if text[start + 1 : start + 2] == "(":
            end = _closing(text, start + 1)
            inside = text[start + 2 : end]
        else:
            found = re.compile(r"\w*").match(text, start + 1)
            inside = found[0] if found else ""
            end = start + len(inside)
        value = variables(inside) if re.fullmatch(r"\w+", inside) else None
        out += "?" if value is None else value
        at = end + 1
    return out + text[at:]


def _closing(text: str, at: int) -> int:
    depth = 0
    for place in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return len(text)


_Tokens = list[tuple[str, str]]
_Read = tuple[Expression, int]


def _any(tokens: _Tokens, at: int, depth: int) -> _Read:
    return _chain(tokens, at, depth, "||", "or")


def _chain(tokens: _Tokens, at: int, depth: int, sign: str, op: str) -> _Read:
    one, at = _chain(tokens, at, depth, "&&", "and") if op == "or" else _one(tokens, at, depth)
    parts = [one]
    while at < len(tokens) and tokens[at] == ("op", sign):
        one, at = _chain(tokens, at + 1, depth, "&&", "and") if op == "or" else _one(tokens, at + 1, depth)
        parts.append(one)
    return (parts[0] if len(parts) == 1 else Expression(op, parts=tuple(parts))), at


def _one(tokens: _Tokens, at: int, depth: int) -> _Read:
    if depth > _DEEPEST:
        raise RecursionError
    if tokens[at] == ("op", "!"):
        found, at = _one(tokens, at + 1, depth + 1)
        return Expression("not", parts=(found,)), at
    if tokens[at] == ("op", "("):
        found, at = _any(tokens, at + 1, depth + 1)
        if tokens[at] != ("op", ")"):
            raise IndexError
        return found, at + 1
    left = tokens[at]
    if at + 1 < len(tokens) and tokens[at + 1][0] == "op" and tokens[at + 1][1] in ("=", "!=", "<", ">", "<=", ">="):
        return _compared(left, tokens[at + 1][1], tokens[at + 2]), at + 3
    return _value(left), at + 1


def _value(token: tuple[str, str]) -> Expression:
    kind, text = token
    if "?" in text or kind in ("op", "other"):
        return OPEN
    if text in ("y", "m", "n", ""):
        return NO if text in ("n", "") else YES
    return Expression("symbol", text) if kind == "word" else OPEN


def _compared(left: tuple[str, str], sign: str, right: tuple[str, str]) -> Expression:
    """A comparison: of a symbol with y or n, or of two texts that are known; any other is open."""
    if "?" in left[1] + right[1] or sign not in ("=", "!="):
        return OPEN
    if left[0] == "word" and right[1] in ("y", "n"):
        found = Expression("symbol", left[1])
        return found if (right[1] == "y") == (sign == "=") else Expression("not", parts=(found,))
    if left[0] != "word" and right[0] != "word":
        return YES if (left[1] == right[1]) == (sign == "=") else NO
    return OPEN


def evaluate(expression: Expression, value: Callable[[str], bool]) -> bool:
    """Whether an expression holds where `value` says which symbols are on; what is open holds."""
    match expression.op:
        case "symbol":
            return value(expression.name)
        case "not":
            inner = expression.parts[0]
            return inner.op == "open" or not evaluate(inner, value)
        case "and":
            return all(evaluate(part, value) for part in expression.parts)
        case "or":
            return any(evaluate(part, value) for part in expression.parts)
        case op:
            return op != "no"


def needs(expression: Expression, name: str) -> bool:
    """Whether an expression cannot hold without a symbol, whatever the others are."""
    return not possible(expression, {name: False})


def possible(expression: Expression, fixed: Mapping[str, bool], denied: bool = False) -> bool:
    """Whether an expression (its contrary if `denied`) can hold where some symbols are on or off; all others are
    open.
    """
    match expression.op:
        case "symbol":
            return fixed.get(expression.name, not denied) != denied
        case "not":
            return possible(expression.parts[0], fixed, not denied)
        case "and" | "or":
            test = all if (expression.op == "and") != denied else any
            return test(possible(part, fixed, denied) for part in expression.parts)
        case "open":
            return True
        case op:
            return (op == "yes") != denied


def symbols(expression: Expression) -> tuple[str, ...]:
    """The symbols that must be on: those that are alone or in an `&&`."""
    if expression.op == "symbol":
        return (expression.name,)
    if expression.op == "and":
        return tuple(name for part in expression.parts for name in symbols(part))
    return ()
