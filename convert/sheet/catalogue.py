"""The catalogue of what is said about a workbook: how an entry is made, and all of them.

An entry is a function that returns the words of its message; its docstring is the explanation that people read, with a
Bad and a Good workbook in the notation of `tests/sheet/builders.py`, where a tab that is not shown is as in the other
examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from grammar.diagnostic import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the catalogue."""

    code: str
    name: str
    severity: Severity
    words: Callable[..., str]

    def __call__(self, place: str | None, trees: Iterable[str], *args: object) -> Diagnostic:
        """The diagnostic at a cell or tab; `trees` are those it touches (none: all); `args` go into its words."""
        return Diagnostic(
            self.code, self.name, self.severity, self.words(*args), place=place, trees=tuple(dict.fromkeys(trees))
        )

    @property
    def doc(self) -> str:
        """The explanation: reason, Bad, Good."""
        return self.words.__doc__ or ""


def problem(code: str, name: str, severity: Severity) -> Callable[[Callable[..., str]], Problem]:
    """Make an entry of a function."""
    return lambda words: Problem(code, name, severity, words)


def quote(text: str, most: int = 60) -> str:
    """A cell's text for a message: on one line, cut where it is long, in quotes."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= most else line[: most - 3] + "..."}"'


def listed(words: Sequence[str], empty: str = "none") -> str:
    """Texts for a message, each in quotes."""
    return ", ".join(quote(word, 40) for word in words[:30]) or empty


def catalogue() -> tuple[Problem, ...]:
    """All problems of workbooks, in the order of their codes."""
    from convert.sheet import problems, problems_tabs

    modules = (problems, problems_tabs)
    found = [entry for module in modules for entry in vars(module).values() if isinstance(entry, Problem)]
    return tuple(sorted(found, key=lambda entry: entry.code))
