"""A text that lists what is supported, as docs/misc/qemu-xen-security did: `- class: a, b and c`, and sentences that
name more.

An item of a list is a statement; a line that goes on belongs to its item; what is in brackets is a note; all else is
prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from convert.failure import Failure
from convert.sources.mapping import Map
from convert.sources.statement import Place, Polarity, Statement
from grammar.source import Source

_ITEM = re.compile(r"[ \t]*[-*+][ \t]+([^:\n]{1,80}):[ \t]*(.*)")
_NOTE = re.compile(r"\s*\(([^()]*)\)")
_AND = re.compile(r"\s+(?:and|or)\s+", re.I)
_NOT = re.compile(r"\b(?:not|no longer|never)\b", re.I)
_SUCH = re.compile(r"(?P<group>[\w ]+?),? such as (?P<items>.+?),? (?:is|are)(?P<said> .*)", re.I)
_EXAMPLE = re.compile(r"(?:for example|for instance|e\.g\.),? (?:the )?(?P<item>.+?) (?:is|are)(?P<said> .*)", re.I)
_SUPPORTED = re.compile(r"\bsupported\b", re.I)
# what kind of thing an item is, said behind its name
_KINDS = re.compile(r"\s+(?:cards?|chipsets?|devices?|controllers?|adapters?|drivers?)$", re.I)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_MAX = 1 << 20  # characters


class Listing(NamedTuple):
    """What a text says: its statements in order, and its prose, a paragraph each."""

    statements: tuple[Statement, ...]
    prose: tuple[str, ...]


class _Part(NamedTuple):
    """An item or a paragraph: its lines joined, and the number of each by where it begins in them."""

    lines: tuple[tuple[int, int], ...]
    group: str | None
    words: str

    @property
    def line(self) -> int:
        return self.lines[0][1]

    def line_at(self, offset: int) -> int:
        return max((start, number) for start, number in self.lines if start <= offset)[1]


def looks_listed(source: Source) -> bool:
    """Whether a text without headings has such a list."""
    return not re.search(r"^#+ ", source.text, re.M) and any(map(_ITEM.match, source.text.split("\n")))


def read(source: Source, path: str, known: Map) -> Listing:
    """The statements and the prose of a text; `path`: the file's, for their places.

    Raises Failure for a text that lists nothing.
    """
    if len(source.text) > _MAX:
        raise Failure(f"{source.name}: larger than {_MAX} characters; that is not a list of what is supported")
    parts = list(_parts(source.text))
    groups = [name for part in parts if part.group and (name := _group(part.group, known))]
    statements: list[Statement] = []
    prose: list[str] = []
    for part in parts:
        place = Place(path, part.line)
        if part.group is not None:
            group = _group(part.group, known)
            polarity: Polarity = "no" if _NOT.search(part.group) else "yes"
            for item, note in _items(part.words):
                denied = polarity == "no" or (note is not None and _denies(note))
                statements.append(_statement(item, group, denied, place, note))
        else:
            named = list(_named(part, path, groups, known))
            statements += named
            prose.append(part.words)
    if not statements:
        raise Failure(f'{source.name}: lists nothing: a list has lines of the form "- class: a, b and c"')
    return Listing(tuple(statements), tuple(prose))


def _statement(item: str, group: str, denied: bool, place: Place, note: str | None = None) -> Statement:
    return Statement(
        item, group, note, "not supported" if denied else "supported", "no" if denied else "yes", place, None, item
    )


def _denies(words: str) -> bool:
    return bool(_NOT.search(words) and _SUPPORTED.search(words))


def _group(words: str, known: Map) -> str:
    folded = " ".join(words.split())
    found = known.group(folded)
    return found.name if found is not None else folded


def _parts(text: str) -> Iterator[_Part]:
    """The items of lists and the paragraphs between them, joined."""
    group: str | None = None
    lines: list[tuple[int, int]] = []
    words = ""
    for number, line in enumerate([*text.split("\n"), ""], 1):
        item = _ITEM.match(line)
        if item is None and line.strip() and (group is None or line[0].isspace()):
            words = f"{words} " if lines else ""
            lines.append((len(words), number))
            words += " ".join(line.split())
            continue
        if lines:
            yield _Part(tuple(lines), group, words)
        group, lines, words = None, [], ""
        if item is not None:
            group, lines, words = " ".join(item[1].split()), [(0, number)], " ".join(item[2].split())
        elif line.strip():
            lines, words = [(0, number)], " ".join(line.split())


def _items(words: str) -> Iterator[tuple[str, str | None]]:
    """The names in `a, b and c`, each with the note in brackets behind it."""
    notes: list[str] = []

    def kept(match: re.Match[str]) -> str:
        notes.append(match[1])
        return f"\0{len(notes) - 1}\0"

    plain = _NOTE.sub(kept, words).rstrip(". ")
    pieces = [piece.strip() for piece in plain.split(",") if piece.strip()]
    alone = not any(_AND.search(other) for other in pieces[:-1])
    for number, piece in enumerate(pieces):
        found = re.search("\0([0-9]+)\0", piece)
        note = " ".join(notes[int(found[1])].split()) if found and int(found[1]) < len(notes) else None
        bare = re.sub("\0[^\0]*\0", "", piece)
        bare = re.sub(r"^(?:and|or)\s+", "", bare.strip(), flags=re.I)
        last = number == len(pieces) - 1 and number > 0
        for name in _names(bare, plain_list=last and alone):
            yield name, note


def _names(piece: str, *, plain_list: bool) -> list[str]:
    """`USB and PS/2 keyboard and mouse` as its four names; `b and c` at the end of a list as two."""
    parts = [part.strip() for part in _AND.split(piece) if part.strip()]
    wide = next((n for n, part in enumerate(parts) if " " in part), None)
    if (
        len(parts) < 2
        or wide is None
        or (plain_list and len(parts) == 2)
        or any(" " in part for part in parts[wide + 1 :])
    ):
        return parts
    head, _, noun = parts[wide].rpartition(" ")
    nouns = [noun, *parts[wide + 1 :]]
    return [f"{kind} {thing}" for kind in (*parts[:wide], head) for thing in nouns]


def _named(part: _Part, path: str, groups: list[str], known: Map) -> Iterator[Statement]:
    """The things that the sentences of a paragraph name."""
    at = 0
    for sentence in _SENTENCE.split(part.words):
        at = part.words.index(sentence, at)
        place = Place(path, part.line_at(at))
        such, example = _SUCH.match(sentence), _EXAMPLE.match(sentence)
        if such is not None and _SUPPORTED.search(such["said"]):
            group = _group(such["group"], known)
            for name, note in _items(_articles(such["items"])):
                yield _statement(_KINDS.sub("", name), group, bool(_NOT.search(such["said"])), place, note)
        elif example is not None and _SUPPORTED.search(example["said"]):
            name = _KINDS.sub("", example["item"].strip())
            group = next((one for one in groups if name.casefold().endswith(f" {one.casefold()}")), "")
            name = name[: len(name) - len(group)].strip() if group else name
            yield _statement(name, group, bool(_NOT.search(example["said"])), place)


def _articles(words: str) -> str:
    return re.sub(r"\b(?:the|an?)\s+", "", words, flags=re.I)
