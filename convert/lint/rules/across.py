"""Rules across trees: what a file and its siblings say of the same feature.

The tree that promises more is the one that is told, and of what only differs never the newest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from convert.lint.registry import Context, Sibling, rule
from convert.lint.rules.parts import sections_by_keys
from convert.names.spelling import letters, meant_status, one_edit
from convert.trees.version import tree_name
from grammar.labels import RANK
from grammar.nodes import BulletList, DefinitionList, Document, Literal, Section
from grammar.rows import Row
from grammar.source import Source, Span
from grammar.status import LIMIT_LABEL, fold_label, size

if TYPE_CHECKING:
    from convert.names.pairing import Entry
    from convert.names.rows import Match

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]
Keys = tuple[str, ...]
# how much a label promises on function, security support being equal; one that is not here is at the top
_FUNCTION = {
    "Supported, not security supported": 5, "Tech Preview, with limited support": 4, "Tech Preview": 3, "Experimental": 2,
    "Obsolete": 2, "No security support": 2, "Not supported": 1, "Not functional": 1, "Not implemented": 1,
}  # fmt: skip
_TOP = 7
# labels of what is there and restricted; of a new heading the others (Tech Preview ...) say that the feature is new
_RESTRICTED = ("Supported, not security supported", "Supported, with caveats", "No security support", "Not supported")


class _Compared(NamedTuple):
    """A sibling, and which of its headings and rows is which of this file (the old one of the match)."""

    sibling: Sibling
    match: Match

    def other(self, row: Row) -> Row | None:
        """The sibling's row for one of this file."""
        return self.match.new_of.get(row.keys)


def _siblings(context: Context) -> list[_Compared]:
    if "siblings" not in context.memo:
        context.memo["siblings"] = [_Compared(sibling, _match(context, sibling)) for sibling in context.siblings]
    found: list[_Compared] = context.memo["siblings"]
    return found


def _match(context: Context, sibling: Sibling) -> Match:
    from convert.names.pairing import entries
    from convert.names.rows import match

    if "entries" not in context.memo:
        context.memo["entries"] = entries(context.parsed.document)
    names = tree_name(context.name) if context.name else None, tree_name(sibling.name)
    return match(context.memo["entries"], entries(sibling.document), context.aliases, names)


def _statuses(context: Context) -> Iterator[Row]:
    return (row for row in context.rows if row.kind == "status")


def _promise(row: Row) -> tuple[int, int] | None:
    """How much a status promises; None where it does not say."""
    meant = meant_status(row.status)
    return None if meant.security == "unstated" else (RANK[meant.security], _FUNCTION.get(meant.label or "", _TOP))


def _alike(name: str, other: str) -> bool:
    return letters(name) == letters(other) or (len(name) > 5 and one_edit(name, other))


def _feature(row: Row) -> str:
    return row.path[-2] if row.qualifier and len(row.path) > 1 else row.path[-1]


def _named(row: Row) -> str:
    return " / ".join(row.path[-2:] if row.qualifier else row.path[-1:])


@rule("XS701", "split-row", "warning", Document)
def split_row(document: Document, context: Context) -> Iterator[Found]:
    """A feature or qualifier is spelt differently in another tree.

    The matrix then has two rows for one thing, each with a gap.

    Bad:
        ### Blktap 2

            Status: Supported
    Good:
        ### Blktap2

            Status: Supported
    """
    told: set[Keys] = set()
    for compared in _siblings(context):
        for keys, found in (*_split_headings(compared), *_split_qualifiers(compared)):
            if keys not in told:
                told.add(keys)
                yield found


def _split_headings(compared: _Compared) -> Iterator[tuple[Keys, Found]]:
    """Headings that only this file has, and that are alike one that only the sibling has."""
    fresh = [entry for entry in compared.match.headings.fresh if entry.rows]
    for entry in compared.match.headings.gone:
        like = next((other for other in fresh if _alike(entry.anchor, other.anchor)), None)
        if like is not None and entry.rows:
            row = entry.rows[0]
            words = f'"{_feature(row)}" is spelt "{like.name}" in {compared.sibling.name}: two rows of the matrix'
            yield entry.keys, (row.span, words, {"rows": (row.key,), "words": like.name})


def _split_qualifiers(compared: _Compared) -> Iterator[tuple[Keys, Found]]:
    """The same of qualifiers below one heading."""
    for loose in compared.match.gone:
        row = loose.row
        if loose.other is None or not row.qualifier:
            continue
        there = [other.row for other in compared.match.fresh if other.entry is loose.other and other.row.qualifier]
        mine = row.key.removeprefix(row.anchor)
        twin = next((other for other in there if _alike(other.key.removeprefix(other.anchor), mine)), None)
        if twin is not None:
            name = compared.sibling.name
            words = f'the qualifier "{row.qualifier}" is spelt "{twin.qualifier}" in {name}: two rows of the matrix'
            yield row.keys, (row.span, words, {"rows": (row.key,), "words": twin.qualifier})


@rule("XS702", "better-in-older", "warning", Document)
def better_in_older(document: Document, context: Context) -> Iterator[Found]:
    """A status is better here than in a newer tree.

    What was found out about the newer tree is mostly true of this older one, too: when the status was taken back there only, readers of this
    file are told too much.  What is deprecated in the newer tree is no such case.

    Bad:
            Status: Supported
    Good:
            Status: Supported, not security supported
    """
    for row in _statuses(context):
        if _odd(row, context) is not None:
            continue
        for compared in _siblings(context):
            other = compared.other(row)
            if compared.sibling.newer and other is not None and other.kind == "status" and _more(row, other):
                said = f' for "{_named(other)}"' if letters(_named(other)) != letters(_named(row)) else ""
                words = f'"{row.status}" here, and "{other.status}"{said} in {compared.sibling.name}, which is newer'
                yield row.value_span, words, {"rows": (row.key,), "words": f"{row.status} / {other.status}"}
                break


def _more(row: Row, other: Row) -> bool:
    """Whether a status promises more than another, or goes further."""
    mine, theirs = _promise(row), _promise(other)
    if mine is None or theirs is None:
        return False
    a, b = row.reading.limit, other.reading.limit
    if mine != theirs or a is None or b is None:
        return mine > theirs
    (value, unit), (most, same) = size(a), size(b)
    return unit == same and value > most


def _odd(row: Row, context: Context) -> tuple[Row, int] | None:
    """The row that all others have instead, and how many they are, where this one is odd by promising no less than they.

    It takes older and newer trees that agree: the newest tree and the oldest are not odd, they are ahead and behind.
    """
    found = [(compared.sibling, compared.other(row)) for compared in _siblings(context)]
    others = [(sibling, other) for sibling, other in found if other is not None and other.kind == "status"]
    if len({sibling.newer for sibling, _ in others}) < 2:
        return None
    first = others[0][1]
    if any(fold_label(other.status) != fold_label(first.status) for _, other in others):
        return None
    mine, theirs = _promise(row), _promise(first)
    less = mine is not None and theirs is not None and mine < theirs
    return None if less or fold_label(row.status) == fold_label(first.status) else (first, len(others))


@rule("XS703", "odd-status", "warning", Document)
def odd_status(document: Document, context: Context) -> Iterator[Found]:
    """A row promises something else than in the older and in the newer trees, which agree.

    Either the change was made in one tree only, or it reached all but this one.

    Bad:
            Status: Supported
    Good:
            Status: Supported, not security supported
    """
    for row in _statuses(context):
        odd = _odd(row, context)
        if odd is not None:
            words = f'"{row.status}" here, and "{odd[0].status}" in the other trees, older and newer'
            yield row.value_span, words, {"rows": (row.key,), "words": f"{row.status} / {odd[0].status}"}


@rule("XS704", "caveat-in-sibling", "warning", Document)
def caveat_in_sibling(document: Document, context: Context) -> Iterator[Found]:
    """A newer tree has a caveat that this one lacks, and this one promises no less.

    The text after the fields says what is not supported.  Twice the caveat of a security advisory reached master only.  Where both trees
    have caveats to one status, their sentences are compared; blanks, line breaks, case and http or https do not matter.

    Bad:
            Status: Supported
    Good:
            Status: Supported

        Not with untrusted guests.
    """
    told: set[tuple[str, str]] = set()
    for row in _statuses(context):
        for compared in _siblings(context):
            other = compared.other(row)
            if other is None or not compared.sibling.newer or not _meant_for(other, compared.sibling):
                continue
            for words in _lacking(row, other, compared.sibling, context):
                if (row.anchor, _fold(words)) in told:
                    continue
                told.add((row.anchor, _fold(words)))
                if words:
                    message = f'a caveat of {compared.sibling.name} is not here: "{words}"'
                else:
                    message = f"a caveat follows this feature's fields in {compared.sibling.name}, which is newer, and none here"
                yield row.span, message, {"rows": (row.key,), "words": words}


def _lacking(row: Row, other: Row, sibling: Sibling, context: Context) -> list[str]:
    """The sentences of a sibling's caveat that are not here; one empty one where there is no caveat here at all."""
    if not other.caveat or _less(row, other):
        return []
    if not row.caveat:
        return [""]
    if fold_label(row.status) != fold_label(other.status) or sibling.source.data == context.source.data:
        return []
    known = _sentences(context, "", context.source, context.parsed.document)[0].get(row.anchor, {})
    caveats = _sentences(context, sibling.name, sibling.source, sibling.document)[1].get(other.anchor, {})
    names = (
        set() if _fold(_feature(row)) == _fold(_feature(other)) else set(_words(f"{_feature(row)} {_feature(other)}"))
    )
    bare = {_without(key, names) for key in known}
    return [
        said.words
        for key, said in caveats.items()
        if key not in known and not _included(said, known) and not (names and _without(key, names) in bare)
    ]


def _without(sentence: str, names: set[str]) -> str:
    """A sentence without the words of a feature's old and new name: what it says of the feature is the same."""
    return " ".join(word for word in _words(sentence) if word not in names)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _fold(text))


def _less(row: Row, other: Row) -> bool:
    """Whether a row promises less than another: then it needs no caveat of the other's."""
    mine, theirs = _promise(row), _promise(other)
    if mine is None or theirs is None:
        return True
    return mine < theirs


def _meant_for(row: Row, sibling: Sibling) -> bool:
    """Whether a section's caveats are for this row: where another row of it says "with caveats", they are for that one."""
    rows = [other for other in sibling.rows if other.anchor == row.anchor and other.kind == "status"]
    marked = [other for other in rows if other.security == "caveats"]
    return not marked or any(other.key == row.key for other in marked)


class _Said(NamedTuple):
    """A sentence, and whether it is an item of a list."""

    words: str
    item: bool


_Sentences = dict[str, dict[str, _Said]]


def _included(said: _Said, known: dict[str, _Said]) -> bool:
    """Whether an item of a list is part of one that is here: what the newer tree has less of was done since."""
    words = set(_words(said.words))
    return said.item and any(other.item and words <= set(_words(key)) for key, other in known.items())


def _fold(words: str) -> str:
    """A sentence for comparison."""
    return " ".join(words.split()).rstrip(".").casefold().replace("http://", "https://")


def _sentences(context: Context, name: str, source: Source, document: Document) -> tuple[_Sentences, _Sentences]:
    """The sentences of each section, and those of its caveats (after the first fields): by anchor, folded words -> words."""
    key = ("sentences of", name)
    memo: dict[Any, Any] = context.memo
    if key not in memo:
        every: _Sentences = {}
        caveats: _Sentences = {}
        for section in document.walk():
            for after, said in _said(section, source):
                for found in (every, caveats) if after else (every,):
                    found.setdefault(section.heading.anchor, {}).setdefault(_fold(said.words), said)
        memo[key] = every, caveats
    done: tuple[_Sentences, _Sentences] = memo[key]
    return done


def _said(section: Section, source: Source) -> Iterator[tuple[bool, _Said]]:
    """The sentences of a section, and whether they stand after its first fields."""
    fields = False
    for block in section.blocks:
        if isinstance(block, Literal | DefinitionList):
            fields = True
            continue
        item = isinstance(block, BulletList)
        text = source.text[block.span.start : block.span.end]
        for words in re.split(r"(?<=[.!?])\s+(?=[A-Z])|(?:^|\n)[ \t]*[*+-][ \t]+", text):
            if _fold(words):
                yield fields, _Said(" ".join(words.split()), item)


@rule("XS705", "row-gap", "warning", Document)
def row_gap(document: Document, context: Context) -> Iterator[Found]:
    """An older and a newer tree have a row that this one lacks.

    It was lost here, or is spelt differently.

    Bad:
        ### Another feature

            Status: Supported
    Good:
            Status: Supported
    """
    sides: dict[Keys, dict[bool, str]] = {}
    rows: dict[Keys, tuple[_Compared, Row]] = {}
    for compared in _siblings(context):
        for loose in compared.match.fresh:
            if loose.row.kind == "status":
                sides.setdefault(loose.row.keys, {}).setdefault(compared.sibling.newer, compared.sibling.name)
                rows.setdefault(loose.row.keys, (compared, loose.row))
    for keys, names in sides.items():
        if len(names) == 2:
            compared, row = rows[keys]
            span = _nearest(row, compared, context)
            words = f'"{_named(row)}" is in {names[False]} and in {names[True]}, and not here'
            yield span, words, {"rows": (row.key,), "words": _named(row)}


@rule("XS706", "missing-restriction", "warning", Document)
def missing_restriction(document: Document, context: Context) -> Iterator[Found]:
    """Newer trees restrict support by a row that this tree lacks.

    What was found out about the feature, by a security advisory for example, reached the newer trees only, and readers of this file are told
    too much.  A row that came with the code of its feature is no such case, where git can tell.

    Bad:
            Status: Supported
    Good:
            Status: Supported
            Status, untrusted driver domains: Supported, not security supported
    """
    told: set[Keys] = set()
    older = {
        loose.row.keys
        for compared in _siblings(context)
        if not compared.sibling.newer
        for loose in compared.match.fresh
    }
    for compared in sorted(_newer(context), key=lambda compared: len(compared.match.fresh)):  # the nearest tree first
        for loose in compared.match.fresh:
            row = loose.row
            if row.kind != "status" or row.keys in told | older:
                continue
            cover = _cover(loose.entry, compared)
            if not _restricts(row, cover) or (not _named_by(cover, row) and compared.sibling.younger(row.keys)):
                continue
            told.add(row.keys)
            but = (
                f', where this file has "{cover.status}" for all of it'
                if cover is not None
                else ", and nothing of it is here"
            )
            words = f'"{_named(row)}" is "{row.status}" in {compared.sibling.name}, which is newer{but}'
            yield _nearest(row, compared, context), words, {"rows": (row.key,), "words": f"{_named(row)}: {row.status}"}


def _named_by(cover: Row | None, row: Row) -> bool:
    """Whether this file promises what a row restricts: a part of what it supports as a whole is not younger than that."""
    return cover is not None and row.label in ("Supported, not security supported", "Supported, with caveats")


def _newer(context: Context) -> list[_Compared]:
    return [compared for compared in _siblings(context) if compared.sibling.newer]


def _restricts(row: Row, cover: Row | None) -> bool:
    """Whether a row promises less than the one of this file that stands for it, or says by itself that support has an end."""
    if cover is not None:
        mine, theirs = _promise(cover), _promise(row)
        return (mine is not None and theirs is not None and theirs < mine) or row.reading.limit is not None
    return row.label in _RESTRICTED or row.reading.condition is not None or row.label == LIMIT_LABEL


def _cover(entry: Entry, compared: _Compared) -> Row | None:
    """The unqualified row of this file that speaks of all that a heading of the sibling, or one above it, stands for."""
    for mine in _above(entry.keys, compared):
        row = next((row for row in mine.rows if not row.qualifier and row.kind == "status"), None)
        if row is not None and _promise(row) is not None:
            return row
    return None


def _above(keys: Keys, compared: _Compared) -> Iterator[Entry]:
    """This file's headings for a heading of the sibling and those above it, from the nearest on."""
    mine = {other.keys: one for one, other in compared.match.headings.both}
    return (mine[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in mine)


def _nearest(row: Row, compared: _Compared, context: Context) -> Span | None:
    """Where this file speaks of the nearest thing to a row of the sibling: the heading, or the one above it."""
    entry = next(_above(row.keys, compared), None)
    if entry is None:
        return None
    if "headings" not in context.memo:
        found = sections_by_keys(context.parsed.document)
        context.memo["headings"] = {keys: section.heading.span for keys, section in found}
    spans: dict[Keys, Span] = context.memo["headings"]
    return spans.get(entry.keys)
