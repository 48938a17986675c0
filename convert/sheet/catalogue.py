"""What is said about a workbook: how an entry of the catalogue is made.

An entry is a function that returns the words of its message; its docstring is the explanation that people read, with a
Bad and a Good workbook in the notation of `tests/sheet/builders.py`, where a tab that is not shown is as in the other
examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from grammar.catalogue import enter
from grammar.diagnostic import Diagnostic, Severity


class CellProblem(NamedTuple):
    """What is said of a cell, a tab or a workbook: `words` makes the message."""

    code: str
    name: str
    severity: Severity
    words: Callable[..., str]
    default: bool = True

    def __call__(self, place: str | None, trees: Iterable[str], *args: object) -> Diagnostic:
        """The diagnostic at a cell or tab; `trees` are those it touches (none: all); `args` go into its words."""
        return Diagnostic(
            self.code, self.name, self.severity, self.words(*args), place=place, trees=tuple(dict.fromkeys(trees))
        )

    @property
    def doc(self) -> str:
        """The explanation: reason, Bad, Good."""
        return self.words.__doc__ or ""


def problem(code: str, name: str, severity: Severity) -> Callable[[Callable[..., str]], CellProblem]:
    """Enter a function that returns the words of a workbook's problem."""
    return lambda words: enter(CellProblem(code, name, severity, words))


def quote(text: str, most: int = 60) -> str:
    """A cell's text for a message: on one line, cut where it is long, in quotes."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= most else line[: most - 3] + "..."}"'


def listed(words: Sequence[str], empty: str = "none") -> str:
    """Texts for a message, each in quotes."""
    return ", ".join(quote(word, 40) for word in words[:30]) or empty


def load() -> None:
    """Import every module that enters problems of workbooks."""
    from convert.sheet import problems, problems_files, problems_tabs

    del problems, problems_files, problems_tabs
