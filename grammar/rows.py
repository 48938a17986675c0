"""The rows that Xen's tools read out of a document, and the limits among them."""

from __future__ import annotations

import re
from functools import lru_cache

from grammar import problems
from grammar.diagnostic import Diagnostic
from grammar.labels import Security
from grammar.named import NamedTuple
from grammar.nodes import NOWHERE, Block, DefinitionList, Document, Literal, Paragraph, ParsedField, Section
from grammar.placing import moved_span
from grammar.record import record
from grammar.source import Source, Span
from grammar.status import Amount, Status, read_status

_NO_STATUS = Status(None, "unstated")
LIMIT_PART = re.compile(r"(?:^|,\s*)(regularly tested|security supported)\s*$", re.I)


@record(eq=False)
class Row:
    """One row as docs/parse-support-md reads it.

    `key`: its last key; `keys`: all keys on its path, by which rows are told apart; `path`: the words on it; `anchor`:
    its section's; `qualifier` as written, None without one; `status`: the value; `described`/`caveat`: the section has
    a paragraph before/after its first field.  `kind`: `status`, `list` (`Supported, x86: bzImage`), `release` or
    `term`.
    """

    key: str
    keys: tuple[str, ...]
    path: tuple[str, ...]
    anchor: str
    qualifier: str | None
    status: str
    kind: str
    described: bool = False
    caveat: bool = False
    span: Span = NOWHERE
    value_span: Span = NOWHERE
    reading: Status = _NO_STATUS

    @property
    def label(self) -> str | None:
        """The vocabulary's name of its status."""
        return self.reading.label

    @property
    def security(self) -> Security:
        """Its security support."""
        return self.reading.security


class Limit(NamedTuple):
    """A limit of one variant: the maximum, the end of security support, and what is regularly tested."""

    key: str
    anchor: str
    variant: str | None
    maximum: Amount | None
    security: Amount | None
    tested: Amount | None


def key_of(anchor: str, qualifier: str) -> str:
    """The key of a qualified row: `anchor--qualifier`, as parse-support-md's descr2key makes it."""
    return anchor + suffix_of(qualifier)


@lru_cache(maxsize=4096)
def suffix_of(qualifier: str) -> str:
    """What a qualifier adds to the anchor in a key."""
    return "--" + re.sub(r"[^-0-9A-Za-z]", "", qualifier.lower().replace(" ", "-"))


class Reading(NamedTuple):
    """All rows in file order, and an error for each set of fields that are one row."""

    rows: list[Row]
    diagnostics: list[Diagnostic]


class _Entry(NamedTuple):
    """A field or term; its spans count from where its section's blocks do (`Section.origin`)."""

    qualifier: str | None
    suffix: str
    value: str
    kind: str
    span: Span
    value_span: Span
    reading: Status


class _Stated(NamedTuple):
    """A section's fields and terms in order, and whether a paragraph is before the first or after it."""

    entries: tuple[_Entry, ...]
    described: bool
    caveat: bool


def _stated(blocks: tuple[Block, ...]) -> _Stated:
    found: list[_Entry] = []
    described = caveat = False
    for block in blocks:
        if isinstance(block, Paragraph):
            described, caveat = described or not found, caveat or bool(found)
        elif isinstance(block, Literal):
            found += [_field(entry, release=block.kind == "release") for entry in block.fields]
        elif isinstance(block, DefinitionList):
            for term in block.terms:
                suffix = suffix_of(term.words)
                found.append(_Entry(term.text, suffix, term.reading, "term", term.span, term.span, _NO_STATUS))
    return _Stated(tuple(found), described, caveat)


def _field(entry: ParsedField, *, release: bool) -> _Entry:
    name = entry.keyword if release else entry.qualifier
    kind = "release" if release else "status" if entry.keyword == "Status" else "list"
    reading = read_status(entry.value) if kind == "status" else _NO_STATUS
    return _Entry(name, suffix_of(name) if name else "", entry.value, kind, entry.span, entry.value_span, reading)


def read_rows(document: Document, source: Source | None = None) -> Reading:
    """The rows of a document, in file order (the unqualified row is not moved), as xen.git's docs/parse-support-md
    has them.
    """
    rows: list[Row] = []
    index: dict[tuple[str, ...], int] = {}
    repeated: dict[tuple[str, ...], list[Span]] = {}
    caveats: set[tuple[str, ...]] = set()
    owners: list[tuple[str, ...]] = []

    def visit(section: Section, above: tuple[str, ...], heads: tuple[str, ...]) -> None:
        anchor, origin = section.heading.anchor, section.origin
        keys, path = (*above, anchor), (*heads, section.heading.text)
        stated = section.derived(_stated)
        if stated.caveat:
            caveats.add(keys)
        for entry in stated.entries:
            at = (*keys, anchor + entry.suffix) if entry.suffix else keys
            span, value_span = moved_span(entry.span, origin), moved_span(entry.value_span, origin)
            if at in index:
                row = rows[index[at]]
                row.status, row.value_span, row.reading = entry.value, value_span, entry.reading
                repeated.setdefault(at, [row.span]).append(span)
                continue
            index[at] = len(rows)
            owners.append(keys)
            words = (*path, entry.qualifier or "") if entry.suffix else path
            rows.append(
                Row(
                    at[-1], at, words, anchor, entry.qualifier, entry.value, entry.kind, stated.described, False, span,
                    value_span, entry.reading,
                )
            )  # fmt: skip
        for below in section.sections:
            visit(below, keys, path)

    for section in document.sections:
        visit(section, (), ())
    if caveats:
        for row, keys in zip(rows, owners, strict=True):
            row.caveat = keys in caveats
    groups: dict[tuple[str, ...], list[tuple[Row, list[Span]]]] = {}
    for at, spans in repeated.items():  # one diagnostic a section: a lost heading above ten fields is one mistake
        groups.setdefault(owners[index[at]], []).append((rows[index[at]], spans))
    return Reading(rows, [_equal(group, source) for group in groups.values()])


def _equal(group: list[tuple[Row, list[Span]]], source: Source | None) -> Diagnostic:
    where = [
        "lines " + ", ".join(str(source.position(span.start)[0]) for span in spans)
        if source
        else f"{len(spans)} fields"
        for _, spans in group
    ]
    (row, spans), *more = group
    others = tuple(f"{other.key} ({lines})" for (other, _), lines in zip(more, where[1:], strict=True))
    keys = tuple(other.key for other, _ in group)
    return problems.equal_keys(spans[-1], row.key, row.status, where[0], *others, rows=keys)


def limits(rows: list[Row]) -> list[Limit]:
    """The limits that Status fields state: `up to N` for a variant, what of it is tested, where security support
    ends.
    """
    found: dict[tuple[tuple[str, ...], str], dict[str, Amount]] = {}
    order: dict[tuple[tuple[str, ...], str], tuple[str, str, str | None]] = {}
    for row in rows:
        if row.kind != "status" or row.reading.limit is None:
            continue
        part = LIMIT_PART.search(row.qualifier) if row.qualifier else None
        if part is None and not row.reading.maximum:
            continue
        variant = row.qualifier[: part.start()].rstrip() if part and row.qualifier else row.qualifier
        section = row.keys[: -1 if row.qualifier else None]
        key = key_of(row.anchor, variant) if variant else row.anchor
        at = (section, key)
        order.setdefault(at, (key, row.anchor, variant or None))
        slot = "maximum" if part is None else ("tested" if part[1].lower() == "regularly tested" else "security")
        found.setdefault(at, {})[slot] = row.reading.limit
    return [
        Limit(key, anchor, variant, found[at].get("maximum"), found[at].get("security"), found[at].get("tested"))
        for at, (key, anchor, variant) in order.items()
    ]
