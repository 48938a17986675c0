"""Everything that lint can report, as one list: what the parser finds, the rules, and what is wrong with the exceptions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from convert.failure import Failure
from convert.lint.registry import RULES
from convert.lint.rules import load
from grammar.diagnostic import Severity
from grammar.problems import CATALOGUE


class Known(NamedTuple):
    """One entry: `doc` is its explanation (reason, Bad, Good); `default` false: it speaks only when it is selected."""

    code: str
    name: str
    severity: Severity
    doc: str
    default: bool = True

    @property
    def summary(self) -> str:
        """The first line of the explanation: what is wrong."""
        return self.doc.strip().splitlines()[0].strip() if self.doc.strip() else self.name

    @property
    def explanation(self) -> str:
        """The whole explanation without the indentation of its source."""
        from textwrap import dedent

        first, _, rest = self.doc.strip().partition("\n")
        return f"{first.strip()}\n{dedent(rest)}".strip()


UNUSED_ALLOW = Known(
    "XS901",
    "unused-allow",
    "warning",
    """An exception in the settings file is not needed.

    The rule it names says nothing about that row in any file of this run.  An exception that outlives its reason hides
    the next mistake.

    Bad: an [[allow]] for a row that was corrected
    Good: no [[allow]] for it
    """,
)
EXPIRED_ALLOW = Known(
    "XS902",
    "expired-allow",
    "warning",
    """An exception in the settings file has expired.

    It has no effect any more, and what it hid is reported again.

    Bad: expires = 2020-01-01
    Good: the finding dealt with, or a new date with a new reason
    """,
)


@cache
def known() -> dict[str, Known]:
    """The whole catalogue by code, in the order of the codes."""
    load()
    entries = [
        *(Known(p.code, p.name, p.severity, p.doc) for p in CATALOGUE.values()),
        *(Known(r.code, r.name, r.severity, r.doc, r.default) for r in RULES.values()),
        UNUSED_ALLOW,
        EXPIRED_ALLOW,
    ]
    return {entry.code: entry for entry in sorted(entries, key=lambda entry: entry.code)}


def find(word: str) -> list[Known]:
    """The entries that a word means: a code, a name, the beginning of a code (`XS12`), `default` or `all`.

    Raises Failure for a word that means none, with the nearest that does.
    """
    entries = known()
    text = word.strip()
    if text.casefold() == "all":
        return list(entries.values())
    if text.casefold() == "default":
        return [entry for entry in entries.values() if entry.default]
    if text.upper() in entries:
        return [entries[text.upper()]]
    named = [entry for entry in entries.values() if entry.name == text.casefold()]
    if not named and text.upper().startswith("XS"):
        named = [entry for entry in entries.values() if entry.code.startswith(text.upper())]
    if named:
        return named
    from difflib import get_close_matches

    near = get_close_matches(
        text.casefold(), [*(e.name for e in entries.values()), *map(str.casefold, entries)], 1, 0.5
    )
    hint = f"; did you mean {near[0].upper() if near[0].startswith('xs') else near[0]}?" if near else ""
    raise Failure(f"{text!r}: no rule of that code or name{hint}")


def chosen(select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
    """The codes that are to speak: those selected (the default ones where nothing is), without those ignored.

    Raises Failure for a word that means no rule.
    """
    entries = known()
    codes = {e.code for word in select for e in find(word)} if select else {c for c, e in entries.items() if e.default}
    return frozenset(codes - {e.code for word in ignore for e in find(word)})
