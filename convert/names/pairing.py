"""Which heading of one document is which of another: by name below the same headings, by alias, or moved elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from convert.names.aliases import Aliases
from grammar.fold import fold
from grammar.inlines import plain
from grammar.nodes import (
    Block,
    BulletList,
    DefinitionList,
    Document,
    Emph,
    Inline,
    Link,
    Literal,
    Outside,
    Paragraph,
    Section,
    Strong,
)
from grammar.record import field, record
from grammar.rows import Row, read_rows

_LONGEST = 200  # characters of a name that similarity looks at
_WORD = re.compile(r"[^\W_]+")
Trees = tuple[str | None, str | None]


@record(frozen=True, eq=False)
class Entry:
    """A heading (the document itself: no keys) with its rows, its prose before and after its first field, and its
    children.

    Prose is text: a line a paragraph, a line with `- ` an item.
    """

    keys: tuple[str, ...]
    path: tuple[str, ...]
    rows: tuple[Row, ...]
    description: str
    caveats: str
    children: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """The heading's words, empty for the document itself."""
        return self.path[-1] if self.path else ""

    @property
    def anchor(self) -> str:
        """The heading's anchor, empty for the document itself."""
        return self.keys[-1] if self.keys else ""

    def walk(self) -> Iterator[Entry]:
        """This entry, then all below it, in file order."""
        waiting = [self]
        while waiting:
            entry = waiting.pop()
            yield entry
            waiting.extend(entry.children[::-1])


@record(frozen=True)
class Pairs:
    """What belongs together: `both` in the new file's order, and the entries that only one side has."""

    both: tuple[tuple[Entry, Entry], ...]
    gone: tuple[Entry, ...]
    fresh: tuple[Entry, ...]


def entries(document: Document, rows: Iterable[Row] | None = None, make: Callable[..., Entry] = Entry) -> Entry:
    """A document as a tree of entries; `rows` are its own, where they have been read already.

    `make` makes each of them, those below it first, or has one that says the same (`shared.Common`).
    """
    by_heading = rows_by_heading(read_rows(document).rows if rows is None else rows)

    def entry(section: Section, above: tuple[str, ...], heads: tuple[str, ...]) -> Entry:
        keys, path = (*above, section.heading.anchor), (*heads, section.heading.text)
        description, caveats, _ = section.derived(texts)
        below = tuple([entry(inner, keys, path) for inner in section.sections])
        return make(keys, path, tuple(by_heading.get(keys, ())), description, caveats, below)

    below = tuple([entry(section, (), ()) for section in document.sections])
    return make((), (), (), prose(document.preamble), "", below)


def rows_by_heading(rows: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Rows by the keys of the heading that they are below."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(row.keys[:-1] if is_part(row) else row.keys, []).append(row)
    return found


def is_part(row: Row) -> bool:
    """Whether a row is a qualified one: it is under a heading instead of being the heading's own."""
    return bool(row.qualifier) or row.kind == "term"


def texts(blocks: tuple[Block, ...]) -> tuple[str, str, bool]:
    """The prose before and after a section's first field, and whether a paragraph is before it (a list is none)."""
    before, after = split_prose(blocks)
    return prose(before), prose(after), any(isinstance(block, Paragraph) for block in before)


def split_prose(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """What is before and after the first field, without the fields; definitions of labels are prose."""
    before: list[Block] = []
    after: list[Block] = []
    into = before
    for block in blocks:
        stated = isinstance(block, Literal) and block.kind != "definition" and bool(block.fields)
        if stated or isinstance(block, DefinitionList):
            into = after
        else:
            into.append(block)
    return tuple(before), tuple(after)


def prose(blocks: Sequence[Block], indent: str = "") -> str:
    """Blocks as text for people and for comparison: wrapping and emphasis are gone, words, lists and addresses stay."""
    lines: list[str] = []
    for block in blocks:
        match block:
            case Paragraph(inlines):
                lines.append(indent + fold(_shown(inlines)))
            case BulletList(items):
                for item in items:
                    inner = prose(item, indent + "  ")
                    lines.append(f"{indent}- {inner.lstrip()}")
            case Literal(_, _, shown):
                lines += [indent + fold(line) for line in shown]
            case DefinitionList(terms):
                lines += [f"{indent}{fold(term.text)}: {fold(term.reading)}" for term in terms]
            case Outside(_, raw):
                lines.append(indent + fold(raw))
    return "\n".join(line for line in lines if line.strip())


def _shown(inlines: Sequence[Inline]) -> str:
    """The words with each link's address behind it, unless that is what the words are."""
    out = ""
    for node in inlines:
        match node:
            case Link(children, url):
                words = plain(children)
                out += words if words in (url, url.removeprefix("mailto:")) else f"{words} <{url}>"
            case Emph(children) | Strong(children):
                out += _shown(children)
            case _:
                out += plain((node,))
    return out


def pair(old: Entry, new: Entry, aliases: Aliases, trees: Trees = (None, None)) -> Pairs:
    """Which entry of the old document is which of the new one.

    Headings of equal words (any case) below the same heading are one; then those that an alias joins; then one that
    is elsewhere under the same words, where it is the only one on both sides.  Nothing is taken for another by
    likeness.
    """
    if (both := _alike(old, new)) is not None:
        return Pairs(both, (), ())
    work = _Pairing(aliases, trees)
    work.join(old, new)
    while work.apart(old, new):
        pass
    order = {id(entry): n for n, entry in enumerate(new.walk())}
    joined = sorted(work.both, key=lambda found: order[id(found[1])])
    return Pairs(tuple(joined), tuple(work.rest(old)), tuple(work.rest(new)))


def _alike(old: Entry, new: Entry) -> tuple[tuple[Entry, Entry], ...] | None:
    """The entries of two documents side by side, where both have the same headings in the same order; None for others.

    Most neighbours in a history are such, and pairing by name gives the same for them.
    """
    both = tuple(zip(old.walk(), new.walk(), strict=False))
    for one, other in both:
        if len(one.children) != len(other.children):
            return None
        if one.name != other.name and folded(one.name) != folded(other.name):
            return None
    return both


@record()
class _Pairing:
    aliases: Aliases
    trees: Trees
    both: list[tuple[Entry, Entry]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def rest(self, root: Entry) -> Iterator[Entry]:
        """The entries that are not joined yet."""
        return (entry for entry in root.walk() if id(entry) not in self.used)

    def join(self, old: Entry, new: Entry) -> None:
        """Two entries are one; then so are their children of equal names, and those that aliases join."""
        self.both.append((old, new))
        self.used |= {id(old), id(new)}
        waiting: dict[str, list[Entry]] = {}
        for child in old.children:
            if id(child) not in self.used:
                waiting.setdefault(folded(child.name), []).append(child)
        for child in new.children:
            if id(child) not in self.used and (same := waiting.get(folded(child.name))):
                self.join(same.pop(0), child)
        self._aliased(old.children, new.children)

    def apart(self, old: Entry, new: Entry) -> bool:
        """Join what an alias joins anywhere, then what is elsewhere under its own words; whether there was any."""
        before = len(self.both)
        gone, fresh = tuple(self.rest(old)), tuple(self.rest(new))
        if not gone or not fresh:
            return False
        self._aliased(gone, fresh)
        by_name: dict[str, tuple[list[Entry], list[Entry]]] = {}
        for side, root in enumerate((old, new)):
            for entry in self.rest(root):
                by_name.setdefault(folded(entry.name), ([], []))[side].append(entry)
        for one, other in by_name.values():
            if len(one) == len(other) == 1 and id(one[0]) not in self.used and id(other[0]) not in self.used:
                self.join(one[0], other[0])
        return len(self.both) > before

    def _aliased(self, old: Sequence[Entry], new: Sequence[Entry]) -> None:
        fresh = [entry for entry in new if id(entry) not in self.used]
        if not self.aliases.entries or not fresh or all(id(entry) in self.used for entry in old):
            return
        waiting: dict[str, Entry] = {}
        for entry in old:
            for name in self._names(entry, 0):
                waiting.setdefault(name, entry)
        for entry in fresh:
            for name in self._names(entry, 1):
                same = waiting.get(name)
                if same is not None and id(same) not in self.used and id(entry) not in self.used:
                    self.join(same, entry)

    def _names(self, entry: Entry, side: int) -> tuple[str, str]:
        tree = self.trees[side]
        return self.aliases.canonical(entry.name, tree), self.aliases.canonical(entry.anchor, tree)


@lru_cache(maxsize=8192)
def folded(name: str) -> str:
    """A name for comparison: any case, spaces single."""
    return fold(name).casefold()


def similarity(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1: by their characters and by the words that they share, half each.

    Names that differ by a few characters only (`x86/PVHVM`, `x86/PV-HVM`) share no words and are alike all the same.
    """
    return _similarity(*sorted((folded(one)[:_LONGEST], folded(other)[:_LONGEST])))


@lru_cache(maxsize=8192)
def _similarity(one: str, other: str) -> float:
    words, others = set(tokens(one)), set(tokens(other))
    shared = len(words & others) / len(words | others) if words and others else 0.0
    characters = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return max((characters + shared) / 2, characters if characters >= 0.9 else 0.0)


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, in lower case."""
    return tuple(_WORD.findall(folded(name)[:_LONGEST]))
