"""When a change may take security support away: the judgements on statuses, limits and words that a diff makes."""

from __future__ import annotations

from collections.abc import Iterable

from convert.names.spelling import meant_status
from grammar.labels import RANK, Security
from grammar.rows import LIMIT_PART, Limit, Row, key_of, limits
from grammar.status import Amount, fold_label, size

SUPPORTED = frozenset[Security](("yes", "caveats", "limited", "external"))
_WORDS: dict[Security, str] = {
    "yes": "security supported",
    "no": "not security supported",
    "external": "security supported by another project only",
    "caveats": "security supported with conditions",
    "limited": "security supported in part",
    "unstated": "without a statement on security",
}
# labels that say "supported, but less"; another project's security support is none of them
_RESTRICTED = ("Supported, not security supported", "Supported, with caveats", "No security support")


def rank(security: Security) -> int:
    """How much a security meaning promises; 0 is no security support."""
    return RANK[security]


def in_words(security: Security) -> str:
    """A security meaning for people."""
    return _WORDS[security]


def best(rows: Iterable[Row]) -> Security | None:
    """The most that any of the rows promises; None without a Status among them."""
    found: list[Security] = [row.security for row in rows if row.kind == "status"]
    return max(found, key=rank, default=None)


def worst(rows: Iterable[Row]) -> Security | None:
    """The least that any of the rows promises; None without a Status among them."""
    found: list[Security] = [row.security for row in rows if row.kind == "status"]
    return min(found, key=rank, default=None)


def meant(row: Row) -> Security:
    """What a row's status is meant to say of security support; any other row says nothing."""
    return meant_status(row.status).security if row.kind == "status" else row.security


def restricted(row: Row) -> bool:
    """Whether a status says by itself that support is less than full: with caveats, conditions, or without security
    support.
    """
    return row.label in _RESTRICTED or row.reading.condition is not None


def less_than_before(rows: Iterable[tuple[Row, Row]]) -> bool | None:
    """Whether some of these rows (old, new) promise less: True; False where none does and some promise more; None
    else.
    """
    steps = [rank(meant(new)) - rank(meant(old)) for old, new in rows if old.kind == new.kind == "status"]
    if any(step < 0 for step in steps):
        return True
    return False if any(step > 0 for step in steps) else None


def part_of(row: Row) -> str | None:
    """`tested` or `security` for a row that states this part of a limit; None for any other row."""
    if row.kind != "status" or row.reading.limit is None or not row.qualifier:
        return None
    found = LIMIT_PART.search(row.qualifier)
    return None if found is None else "tested" if found[1].lower() == "regularly tested" else "security"


def variant_of(row: Row) -> str | None:
    """The variant that a row speaks of: its qualifier without `regularly tested` and `security supported`."""
    if row.qualifier is None or part_of(row) is None:
        return row.qualifier
    return LIMIT_PART.sub("", row.qualifier).rstrip() or None


def bound(limit: Limit | None) -> Amount | None:
    """How far security support goes: its own end, but not beyond the maximum, else that; None where no limit is
    stated.
    """
    if limit is None or limit.security is None or limit.maximum is None:
        return None if limit is None else limit.security or limit.maximum
    (most, unit), (end, other) = size(limit.maximum), size(limit.security)
    return limit.maximum if unit == other and most < end else limit.security


def bounds(rows: Iterable[Row]) -> dict[str, Limit]:
    """The limits of a heading's rows by what their keys add to its anchor."""
    return {limit.key.removeprefix(limit.anchor): limit for limit in limits(list(rows))}


def limit_of(row: Row, known: dict[str, Limit]) -> Limit | None:
    """The limit of a row's variant."""
    variant = variant_of(row)
    return known.get(key_of("", variant) if variant else "")


def narrowed_limit(old: Row, new: Row, before: dict[str, Limit], after: dict[str, Limit]) -> str | None:
    """Why the limit of a row on both sides is narrower; None where it is not, or is lifted."""
    was, now = limit_of(old, before), limit_of(new, after)
    if now is None and new.reading.limit is None:
        return None
    return narrowed(bound(was) or old.reading.limit, bound(now) or new.reading.limit)


def part_narrowed(row: Row, before: dict[str, Limit], after: dict[str, Limit]) -> str | None:
    """Why a limit is narrower by a row that only one side has: the end of security support."""
    old, new = limit_of(row, before), limit_of(row, after)
    return (
        narrowed(bound(old), bound(new)) if part_of(row) == "security" and old is not None and new is not None else None
    )


def narrowed(old: Amount | None, new: Amount | None) -> str | None:
    """Why a limit is, or may be, narrower than before; None where it is not."""
    if new is None or old == new:
        return None
    if old is None:
        return f"a limit of {new.text} where none was stated"
    (before, unit), (after, other) = size(old), size(new)
    if unit != other:
        return f"the limits {old.text} and {new.text} have different units"
    return f"the limit went down from {old.text} to {new.text}" if after < before else None


def promised_less(old: Row, new: Row) -> str:
    """What was promised and what is, in words."""
    return f"was {in_words(meant(old))}, is {in_words(meant(new))}"


def worsened(old: Row, new: Row) -> str | None:
    """Why a status, changed to another on the same row, may promise less; None where it does not."""
    if old.kind != "status" or new.kind != "status":
        return _shorter(old, new)
    if rank(meant(new)) < rank(meant(old)):
        return promised_less(old, new)
    if meant(old) not in SUPPORTED or old.security == "unstated" or fold_label(old.status) == fold_label(new.status):
        return None
    if _tail(new) != _tail(old):
        return "the words that go with a security-supported status changed"
    return None


def _tail(row: Row) -> str:
    """What a status says beside its label or its limit's number."""
    folded = fold_label(row.status)
    if row.reading.limit is not None:
        return folded.partition(row.reading.limit.text.casefold())[2].strip(" .")
    return "" if row.label is None else folded.removeprefix(fold_label(row.label)).strip(" .,;")


def _shorter(old: Row, new: Row) -> str | None:
    """Of a list such as `Supported, x86: bzImage, ELF`, what is no longer in it."""
    if "list" not in (old.kind, new.kind):
        return None
    kept = {item.strip().casefold() for item in new.status.split(",")}
    lost = [item.strip() for item in old.status.split(",") if item.strip().casefold() not in kept]
    return f"no longer in the list of what is supported: {', '.join(lost)}" if lost else None
