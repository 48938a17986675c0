"""What people ask of the catalogue: an entry by code or name, those that lint can report, those that may speak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from convert.failure import Failure
from convert.lint.registry import RULES, Tier
from convert.lint.rules import load
from grammar.catalogue import CATALOGUE, Entry, enter
from grammar.diagnostic import Severity
from grammar.named import NamedTuple

_SHEET = "XS8"  # the codes of workbooks


class Known(NamedTuple):
    """One entry: `doc` is its explanation (reason, Bad, Good); `tier` says when it speaks.

    `touched`: in --new-only it speaks all the same; `alone`: it speaks when it is selected itself, by its code or name.
    """

    code: str
    name: str
    severity: Severity
    doc: str
    tier: Tier = "default"
    touched: bool = False
    alone: bool = False

    @property
    def default(self) -> bool:
        """Whether it speaks unasked."""
        return self.tier == "default"

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


UNUSED_ALLOW = enter(
    Known(
        "XS901",
        "unused-allow",
        "warning",
        """An exception in the settings file is not needed.

    The rule that it names reports nothing about that row in any file of this run.  An exception that outlives its
    reason hides the next mistake.

    Bad:
        [[allow]]
        row = "a-row-that-was-corrected"
        rule = "XS204"
        reason = "still in review"
    Good:
        # no [[allow]] for that row
    """,
    )
)
EXPIRED_ALLOW = enter(
    Known(
        "XS902",
        "expired-allow",
        "warning",
        """An exception in the settings file has expired.

    It has no effect any more, and what it hid is reported again.

    Bad:
        [[allow]]
        row = "feature"
        rule = "XS204"
        reason = "still in review"
        expires = 2020-01-01
    Good:
        [[allow]]
        row = "feature"
        rule = "XS204"
        reason = "review goes on until the next release"
        expires = 2099-01-01
    """,
    )
)


@cache
def known() -> dict[str, Known]:
    """What lint can report by code, in the order of the codes: the parser's problems, the rules, the exceptions'."""
    load()
    lint = [entry for entry in CATALOGUE.values() if not entry.code.startswith(_SHEET)]
    return {entry.code: _known(entry) for entry in sorted(lint, key=lambda entry: entry.code)}


@cache
def everything() -> dict[str, Known]:
    """Every code that the tool can print, workbooks' too, in the order of the codes."""
    from convert.sheet.catalogue import load as load_sheet

    load()
    load_sheet()
    return {code: _known(CATALOGUE[code]) for code in sorted(CATALOGUE)}


def _known(entry: Entry) -> Known:
    rule = RULES.get(entry.code)
    tier: Tier = rule.tier if rule is not None else "default" if entry.default else "selected"
    touched, alone = (rule.touched, rule.alone) if rule is not None else (False, False)
    return Known(entry.code, entry.name, entry.severity, entry.doc, tier, touched, alone)


def find(word: str, entries: Mapping[str, Known] | None = None) -> list[Known]:
    """The entries that a word means: a code, a name, the beginning of a code (`XS12`), `default`, `style`, `elsewhere`
    or `all`.

    `entries`: among which to look (default: what lint can report).  Raises Failure for a word that means none, with the
    nearest that does.
    """
    entries = known() if entries is None else entries
    text = word.strip()
    if text.casefold() == "all":
        return list(entries.values())
    if text.casefold() in ("default", "style"):
        return [entry for entry in entries.values() if entry.tier == text.casefold()]
    if text.casefold() == "elsewhere":  # what other files of the tree say
        return [entry for entry in entries.values() if entry.code.startswith(("XS75", "XS76"))]
    if text.upper() in entries:
        return [entries[text.upper()]]
    named = [entry for entry in entries.values() if entry.name == text.casefold()]
    if not named and text.upper().startswith("XS"):
        named = [entry for entry in entries.values() if entry.code.startswith(text.upper())]
    if named:
        return named
    raise Failure(f"{text!r}: no rule has that code or name{_hint(text, entries)}")


def _hint(text: str, entries: Mapping[str, Known]) -> str:
    if text.upper().startswith(_SHEET):
        return "; XS8 codes are about workbooks: see `xen-support explain XS8`"
    from difflib import get_close_matches

    words = [*(entry.name for entry in entries.values()), *map(str.casefold, entries)]
    near = get_close_matches(text.casefold(), words, 1, 0.5)
    return f"; did you mean {near[0].upper() if near[0].startswith('xs') else near[0]}?" if near else ""


def chosen(
    select: Sequence[str], ignore: Sequence[str], *, touched: bool = False, style: bool = False
) -> frozenset[str]:
    """The codes that are to speak: those selected (the default ones where nothing is), without those ignored.

    `touched`: only what a change brings is told; then more rules are default ones.  `style`: those that are notes on
    style, too.

    Raises Failure for a word that means no rule.
    """
    words = [*(select or ("default",)), *(("style",) if style else ())]
    found = [(entry, entries) for word in words for entries in [find(word)] for entry in entries]
    codes = {entry.code for entry, entries in found if len(entries) == 1 or not entry.alone}
    if touched and not select:
        codes |= {entry.code for entry in known().values() if entry.touched}
    return frozenset(codes - {entry.code for word in ignore for entry in find(word)})
