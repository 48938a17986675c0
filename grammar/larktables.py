"""What of a grammar's tables only Lark can say; imported where no tables are kept yet."""

from __future__ import annotations

from typing import Any

from lark import Lark
from lark.grammar import Rule
from lark.lexer import ContextualLexer, TerminalDef


def build(text: str, *, contextual: bool) -> Lark:
    """Lark's own parser of a grammar."""
    return Lark(text, parser="lalr", maybe_placeholders=False, lexer="contextual" if contextual else "basic")


def dumped(lark: Lark, *, contextual: bool) -> dict[str, Any]:
    """A grammar's tables as plain values (`grammar.tables.read`), out of Lark's own dump of a parser
    (Lark.memo_serialize).
    """
    data, memo = lark.memo_serialize([TerminalDef, Rule])
    table = data["parser"]["parser"]
    tokens = table["tokens"]
    (start,), (end,) = table["start_states"].values(), table["end_states"].values()
    found = {
        int(state): {tokens[token]: action for token, action in sorted(actions.items(), key=lambda one: tokens[one[0]])}
        for state, actions in table["states"].items()
    }
    order = _reached(found, int(start))
    numbers: dict[int, int] = {}  # of the rules, by their places in Lark's memo
    rules: list[list[Any]] = []
    states: list[dict[str, int]] = []
    for state in order:
        row: dict[str, int] = {}
        for symbol, (reduce, argument) in found[state].items():
            if not reduce:
                row[symbol] = order[int(argument)] + 1
                continue
            at = argument["@"]
            if at not in numbers:
                numbers[at] = len(rules)
                rules.append([memo[at]["origin"]["name"], len(memo[at]["expansion"])])
            row[symbol] = -numbers[at] - 1
        states.append(row)
    return {
        "terminals": [[terminal.name, terminal.pattern.to_regexp()] for terminal in _ordered(lark.parser.lexer)],
        "states": states,
        "rules": rules,
        "start": order[int(start)],
        "end": order[int(end)],
        "contextual": contextual,
    }


def _reached(states: dict[int, dict[str, Any]], start: int) -> dict[int, int]:
    """The states with new numbers, in the order in which they are reached: Lark's own differ from run to run."""
    order, waiting = {start: 0}, [start]
    for state in waiting:
        for reduce, argument in states[state].values():
            if not reduce and int(argument) not in order:
                order[int(argument)] = len(order)
                waiting.append(int(argument))
    return order


def _ordered(lexer: Any) -> list[TerminalDef]:  # noqa: ANN401 - Lark types it as what has no terminals
    """The terminals in the order in which Lark's lexer tries them."""
    basic: Any = lexer.root_lexer if isinstance(lexer, ContextualLexer) else lexer
    return list(basic.terminals)  # sorted by it
