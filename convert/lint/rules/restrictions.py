"""Rules across trees: caveats and restrictions that newer trees have and this one lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convert.lint.registry import Context, Sibling, rule
from convert.lint.rules.comparison import Compared, Keys, feature, named, nearest, promise, siblings, statuses
from grammar.markers import MARKER
from grammar.named import NamedTuple
from grammar.nodes import BulletList, DefinitionList, Document, Literal, Section
from grammar.rows import Row
from grammar.source import Source, Span
from grammar.status import LIMIT_LABEL, fold_label

if TYPE_CHECKING:
    from convert.names.pairing import Entry

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]
# labels of what is there and restricted; of a new heading the others (Tech Preview ...) say that the feature is new
_RESTRICTED = ("Supported, not security supported", "Supported, with caveats", "No security support", "Not supported")


@rule("XS704", "caveat-in-sibling", "warning", Document, framed=True)
def caveat_in_sibling(document: Document, context: Context) -> Iterator[Found]:
    """A newer tree has a caveat that this one lacks, and this one promises no less.

    The text after the fields says what is not supported.  Twice, the caveat of a security advisory reached only master.
    Where both trees have caveats for one status, their sentences are compared; spaces, line breaks, case and http or
    https do not matter.

    Bad:
            Status: Supported
    Good:
            Status: Supported

        Not with untrusted guests.
    """
    told: set[tuple[str, str]] = set()
    for row in statuses(context):
        for compared in siblings(context):
            other = compared.other(row)
            if other is None or not compared.sibling.newer or not _meant_for(other, compared.sibling, context):
                continue
            for words in _lacking(row, other, compared.sibling, context):
                if (row.anchor, _fold(words)) in told:
                    continue
                told.add((row.anchor, _fold(words)))
                if words:
                    message = f'a caveat of {compared.sibling.name} is not here: "{words}"'
                else:
                    message = (
                        f"a caveat follows this feature's fields in {compared.sibling.name}, which is newer, and none"
                        " here"
                    )
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
    names = set() if _fold(feature(row)) == _fold(feature(other)) else set(_words(f"{feature(row)} {feature(other)}"))
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
    mine, theirs = promise(row), promise(other)
    if mine is None or theirs is None:
        return True
    return mine < theirs


def _meant_for(row: Row, sibling: Sibling, context: Context) -> bool:
    """Whether a section's caveats are for this row: where another row of it says "with caveats", they are for that
    one.
    """
    memo: dict[Any, Any] = context.memo
    key = ("with caveats", sibling.name)
    if key not in memo:
        memo[key] = {}
        for other in sibling.rows:
            if other.kind == "status" and other.security == "caveats":
                memo[key].setdefault(other.anchor, set()).add(other.key)
    marked = memo[key].get(row.anchor)
    return not marked or row.key in marked


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
    """The sentences of each section, and those of its caveats (after the first fields): by anchor, folded words ->
    words.
    """
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
    """The sentences of a section, and whether they are after its first fields."""
    fields = False
    for block in section.blocks:
        if isinstance(block, Literal | DefinitionList):
            fields = True
            continue
        item = isinstance(block, BulletList)
        text = source.text[block.span.start : block.span.end]
        for words in re.split(rf"(?<=[.!?])\s+(?=[A-Z])|(?:^|\n)[ \t]*{MARKER}[ \t]+", text):
            if _fold(words):
                yield fields, _Said(" ".join(words.split()), item)


@rule("XS706", "missing-restriction", "warning", Document, framed=True)
def missing_restriction(document: Document, context: Context) -> Iterator[Found]:
    """Newer trees restrict support with a row that this tree lacks.

    What was found out about the feature, by a security advisory for example, reached the newer trees only, and this
    file promises too much.  A row that came with the code of its feature is not such a case, where git can tell.

    Bad:
            Status: Supported
    Good:
            Status: Supported
            Status, untrusted driver domains: Supported, not security supported
    """
    told: set[Keys] = set()
    older = {loose.row.keys for compared in siblings(context) if not compared.sibling.newer for loose in compared.found}
    for compared in sorted(_newer(context), key=lambda compared: len(compared.found)):  # the nearest tree first
        for loose in compared.found:
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
            words = f'"{named(row)}" is "{row.status}" in {compared.sibling.name}, which is newer{but}'
            yield nearest(row, compared, context), words, {"rows": (row.key,), "words": f"{named(row)}: {row.status}"}


def _named_by(cover: Row | None, row: Row) -> bool:
    """Whether this file promises what a row restricts: a part of what it supports as a whole is not younger than
    that.
    """
    return cover is not None and row.label in ("Supported, not security supported", "Supported, with caveats")


def _newer(context: Context) -> list[Compared]:
    return [compared for compared in siblings(context) if compared.sibling.newer]


def _restricts(row: Row, cover: Row | None) -> bool:
    """Whether a row promises less than the one of this file that stands for it, or says by itself that support has
    an end.
    """
    if cover is not None:
        mine, theirs = promise(cover), promise(row)
        return (mine is not None and theirs is not None and theirs < mine) or row.reading.limit is not None
    return row.label in _RESTRICTED or row.reading.condition is not None or row.label == LIMIT_LABEL


def _cover(entry: Entry, compared: Compared) -> Row | None:
    """The unqualified row of this file that speaks of all that a heading of the sibling, or one above it, stands
    for.
    """
    for mine in compared.above(entry.keys):
        row = next((row for row in mine.rows if not row.qualifier and row.kind == "status"), None)
        if row is not None and promise(row) is not None:
            return row
    return None
