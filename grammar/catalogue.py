"""The catalogue: every code that the tool can print, with its explanation; parser, sheet and rules enter theirs here.

An explanation is a docstring: a line that says what is wrong, a blank line, the reason, a blank line, then `Bad:` and
`Good:`, each followed by an indented example.  In the example of a file `␠` stands for a space at a line's end, `␉` for
a tab, `␍` for a carriage return, `␀` for NUL, `␏` for a byte
order mark, `␦` for a byte that is no UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from grammar.diagnostic import Diagnostic, Fix, Severity
from grammar.named import NamedTuple
from grammar.source import Span


class Entry(Protocol):
    """What every entry has: a code, a name and the explanation; `default` false: it speaks only when it is selected."""

    @property
    def code(self) -> str:
        """`XS` and three digits."""

    @property
    def name(self) -> str:
        """Lower case, words joined by `-`."""

    @property
    def severity(self) -> Severity:
        """How bad it usually is."""

    @property
    def default(self) -> bool:
        """Whether it speaks unasked."""

    @property
    def doc(self) -> str:
        """Reason, Bad, Good."""


CATALOGUE: dict[str, Entry] = {}
_NAMES: set[str] = set()
_E = TypeVar("_E", bound=Entry)


def enter(entry: _E) -> _E:
    """Put an entry into the catalogue.  Raises ValueError for a code or name that is there already."""
    if entry.code in CATALOGUE or entry.name in _NAMES:
        raise ValueError(f"{entry.code} {entry.name}: twice in the catalogue")
    CATALOGUE[entry.code] = entry
    _NAMES.add(entry.name)
    return entry


class Problem(NamedTuple):
    """What the parser has to say: `words` makes the message."""

    code: str
    name: str
    severity: Severity
    words: Callable[..., str]
    default: bool = True

    def __call__(
        self,
        span: Span | None,
        *args: str | int | None,
        severity: Severity | None = None,
        rows: tuple[str, ...] = (),
        fix: Fix | None = None,
    ) -> Diagnostic:
        """The diagnostic at a span; `args` go into its words; `severity` differs from the usual one where given."""
        return Diagnostic(
            self.code, self.name, severity or self.severity, self.words(*args), span=span, rows=rows, fix=fix
        )

    @property
    def doc(self) -> str:
        """The explanation: reason, Bad, Good."""
        return self.words.__doc__ or ""


def problem(code: str, name: str, severity: Severity) -> Callable[[Callable[..., str]], Problem]:
    """Enter a function that returns the words of a parser's problem."""
    return lambda words: enter(Problem(code, name, severity, words))


def is_syntax(code: str) -> bool:
    """Whether a code is one of the parser's."""
    return code.startswith("XS1")
