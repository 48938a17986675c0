"""Rules of what statements say together: a status and its caveat, a guest's limit and the host's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from convert.lint.registry import Context, rule
from convert.lint.rules.parts import statuses
from grammar.nodes import Block, Document, Literal, Section
from grammar.rows import Limit, Row
from grammar.source import Span
from grammar.status import Amount, read_status, size

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]
# words of a caveat that deny security support
_DENIED = re.compile(
    r"\b(?:not|no|non|without|never)(?:\s+be)?[-\s]+security[-\s]+support\w*|\bexcluded\s+from\s+security[-\s]+support"
    r"|\bno\s+XSAs?\b|\bnot\s+(?:\w+\s+){0,3}(?:an?\s+)?XSAs?\b"
    r"|\bnot\s+(?:\w+\s+){0,3}(?:an?\s+)?security\s+(?:issue|vulnerabilit|bug|problem)\w*",
    re.I,
)


@rule("XS211", "denied-by-caveat", "warning", Section, lone=True)
def denied_by_caveat(section: Section, context: Context) -> Iterator[Found]:
    """A feature is "Supported", but its caveat denies security support.

    Anyone who reads only the status, in the matrix for example, expects too much.  Where another row of the section
    says "with caveats", the caveat belongs to that row.

    Bad:
            Status: Supported

        No XSAs will be issued for memory that is not scrubbed.
    Good:
            Status: Supported, with caveats

        No XSAs will be issued for memory that is not scrubbed.
    """
    if not section.derived(_said_behind):
        return
    fields = [field for block in section.blocks if isinstance(block, Literal) for field in statuses(block)]
    readings = [read_status(field.value) for field in fields]
    if not fields or any(reading.security not in ("yes", "external") for reading in readings):
        return
    first = next(n for n, block in enumerate(section.blocks) if isinstance(block, Literal) and block.fields)
    for block in section.blocks[first:]:
        denied = _DENIED.search(_prose(block, context)) if not isinstance(block, Literal) else None
        if denied is None:
            continue
        for field, reading in zip(fields, readings, strict=True):
            if reading.label == "Supported":
                words = (
                    f'"{field.value}", and the caveat says "{" ".join(denied[0].split())}"; say "Supported, with'
                    ' caveats"'
                )
                yield field.value_span, words
        return


def _said_behind(blocks: tuple[Block, ...]) -> bool:
    """Whether anything but fields is behind the first fields."""
    first = next((n for n, block in enumerate(blocks) if isinstance(block, Literal) and block.fields), len(blocks))
    return any(not isinstance(block, Literal) for block in blocks[first:])


def _prose(block: Block, context: Context) -> str:
    return context.source.text[block.span.start : block.span.end]


@rule("XS212", "guest-above-host", "warning", Document, framed=True)
def guest_above_host(document: Document, context: Context) -> Iterator[Found]:
    """A guest's limit is above the host's.

    No guest can have more memory than the host: one of the two limits is wrong, or is in another unit.

    Bad:
        ### Physical Memory

            Status, x86: Supported up to 8 TiB

        ### Guest Memory

            Status, x86: Supported up to 12 TiB
    Good:
        ### Physical Memory

            Status, x86: Supported up to 12 TiB

        ### Guest Memory

            Status, x86: Supported up to 8 TiB
    """
    places = {row.key: row for row in context.rows if row.kind == "status"}
    sides: dict[str, list[tuple[str, Limit, Row]]] = {"host": [], "guest": []}
    for limit in context.limits:
        row = places.get(limit.key)
        found = _side(row) if row is not None else None
        if row is not None and found is not None and limit.maximum is not None:
            sides[found[0]].append((found[1], limit, row))
    for what, limit, row in sides["guest"]:
        for other, host, host_row in sides["host"]:
            if what != other or not _of(limit.variant, host.variant):
                continue
            mine, theirs = limit.maximum, host.maximum
            if mine is not None and theirs is not None and _above(mine, theirs):
                words = (
                    f'a guest may have "{mine.text}", and the host'
                    f' ("{host_row.path[-2 if host_row.qualifier else -1]}") "{theirs.text}"'
                )
                yield row.value_span, words, {"rows": (row.key,)}


def _above(amount: Amount, other: Amount) -> bool:
    (value, unit), (most, same) = size(amount), size(other)
    return unit == same and value > most


def _side(row: Row) -> tuple[str, str] | None:
    """(`host` or `guest`, what is limited) of a limit's row by the words of its headings; None where they do not
    tell.
    """
    names = [name.casefold() for name in (row.path[:-1] if row.qualifier else row.path)][1:]
    if not names:  # of the part itself
        return None
    text = " ".join(names)
    what = "memory" if "memory" in names[-1] or "ram" in names[-1].split() else "cpus" if "cpu" in names[-1] else None
    guest, host = "guest" in text or "virtual" in names[-1], "host" in text or "physical" in names[-1]
    return None if what is None or guest == host else ("guest" if guest else "host", what)


def _of(guest: str | None, host: str | None) -> bool:
    """Whether a host's variant is that of a guest: `x86` of `x86 HVM`, none of any."""
    words = set(re.findall(r"\w+", (guest or "").casefold()))
    return set(re.findall(r"\w+", (host or "").casefold())) <= words
