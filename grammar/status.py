"""What one Status value says: its label, its security support, its limit."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from grammar.labels import LABELS, Label, Security
from grammar.lalr import Refused, Token, Tree, parse
from grammar.named import NamedTuple
from grammar.tables import tables

_BYTES = {
    f"{prefix}{end}": base**power
    for power, prefix in enumerate(("k", "m", "g", "t", "p"), 1)
    for end, base in (("b", 1000), ("ib", 1024))
} | {"b": 1, "byte": 1, "bytes": 1}
_LONGEST = 2000  # characters of a limit or condition
LIMIT_LABEL = "Supported up to N"
_SAYS: tuple[tuple[str, Security], ...] = (
    (r"security support(?:ed)? (?:is )?(?:only|when|if|unless|limited)", "caveats"),
    (r"\b(?:not|non|no|without)[ -]security[ -]support", "no"),
    (r"security support (?:is )?external", "external"),
    (r"\bsecurity[ -]supported\b", "yes"),
)


class Amount(NamedTuple):
    """A number with its unit (None without one) and the two as written; `value` is an int where it is whole."""

    value: int | float
    unit: str | None
    text: str


def size(amount: Amount) -> tuple[float, str]:
    """A number and its unit for comparison: memory in bytes, whatever it was written in; other units in lower case.

    `GB` is a thousand million bytes and `GiB` 1024 to the third (IEC 80000-13), so that 1 TiB is more than 1 TB.
    """
    unit = (amount.unit or "").casefold()
    return (amount.value * _BYTES[unit], "bytes") if unit in _BYTES else (amount.value, unit)


class Status(NamedTuple):
    """A Status value read.

    `label`: the vocabulary's name or None; `security` as in the vocabulary, `unstated` where neither label nor words
    say it; `limit`: the N of `up to N`; `maximum`: whether it is `Supported up to N`; `condition`: the words after
    `security supported only`; `exact`: the value is the label's own spelling (a limit or condition is never more than
    that).
    """

    label: str | None
    security: Security
    limit: Amount | None = None
    maximum: bool = False
    condition: str | None = None
    exact: bool = False


@cache
def _by_folded() -> dict[str, Label]:
    return {fold_label(label.name): label for label in LABELS}


def fold_label(text: str) -> str:
    """A label's words for comparison: spaces single, lower case, no final full stop."""
    return " ".join(text.split()).casefold().rstrip(".").rstrip()


def amount(text: str) -> Amount | None:
    """`12 TiB` as an Amount; None where the text is no number with an optional unit."""
    found = re.fullmatch(r"\s*([0-9]+(?:[ ,_][0-9]{3})*(?:\.[0-9]+)?)\s*([A-Za-z%][A-Za-z%/ -]*)?\s*", text)
    if found is None:
        return None
    return _amount(found[1], found[2])


def _amount(number: str, unit: str | None) -> Amount:
    digits = re.sub("[ ,_]", "", number)
    value = float(digits) if "." in digits else int(digits)
    unit = unit.strip() if unit else None
    return Amount(int(value) if value == int(value) else value, unit, f"{number} {unit}" if unit else number)


@lru_cache(maxsize=4096)
def read_status(value: str) -> Status:
    """Read a Status value.  Any text: an unknown wording has no label, and `unstated` security unless its words say
    it.
    """
    folded = fold_label(value)
    label = _by_folded().get(folded)
    if label is not None:
        return Status(label.name, label.security, exact=value == label.name)
    if "up to" in folded or "security support" in folded:
        special = _special(" ".join(value.split()))
        if special is not None:
            return special
    begun = _begun(folded)
    if begun is not None:
        return Status(begun.name, begun.security)
    for pattern, security in _SAYS:
        if re.search(pattern, folded):
            return Status(None, security)
    return Status(None, "unstated")


def has_label(value: str) -> bool:
    """Whether `read_status` finds a label; of a value of very many words only the first are looked at."""
    words = value.split(None, _LONGEST // 2)
    if len(words) * 2 - 1 <= _LONGEST:
        return read_status(value).label is not None
    return _begun(fold_label(" ".join(words[:20]))) is not None


def _begun(folded: str) -> Label | None:
    """The label with which a value begins, as `No security support, not recommended` does."""
    for known in LABELS:
        name = fold_label(known.name)
        if known.heading is None and folded.startswith(name) and not _is_word(folded[len(name) : len(name) + 1]):
            return known
    return None


def _is_word(char: str) -> bool:
    """Whether a word goes on with a character, or with none."""
    return char.isalnum() or char == "_"


def _special(value: str) -> Status | None:
    """A limit or a condition, by the grammar; None where the value is neither."""
    if len(value) > _LONGEST:
        return None
    try:
        tree = parse(tables("status", contextual=True), value)
    except Refused:
        return None
    first, *rest = [part for part in tree.children if isinstance(part, Tree)]
    words = _texts(first)
    if first.rule == "limit":
        parts = {token.type: token.text for token in first.children if isinstance(token, Token)}
        found = _amount(parts["NUMBER"], parts.get("UNIT"))
        maximum = "SUPPORTED" in parts
        security: Security = "yes" if maximum else "unstated"
        tail = "".join(text for part in rest for text in _texts(part))
        if tail and not tail.startswith("."):  # what follows a full stop speaks of more than the limit
            security = next((says for pattern, says in _SAYS if re.search(pattern, tail.lower())), security)
        return Status(LIMIT_LABEL if maximum else None, security, found, maximum)
    if rest:
        label = _by_folded().get(fold_label("".join(words).rstrip(" ,;")))
        return Status(label.name if label else None, "caveats", condition=_texts(rest[0])[-1].strip())
    return None


def _texts(tree: Tree) -> list[str]:
    return [token.text for token in tree.children if isinstance(token, Token)]
