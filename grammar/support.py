"""The SUPPORT mark-up as support.lark defines it: which lines of a text it refuses, and what of it can only be
counted.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import takewhile

from grammar import fields
from grammar.catalogue import is_syntax
from grammar.definitions import key_words
from grammar.diagnostic import Diagnostic
from grammar.evident import is_evident
from grammar.inlines import identifier
from grammar.lalr import END, Acceptor, Driver, Token, Tree
from grammar.named import NamedTuple
from grammar.pandoc.attributes import identifier_of
from grammar.pandoc.inline import scan
from grammar.positions import texts_of
from grammar.problems import outside_markup
from grammar.rows import suffix_of
from grammar.source import Source, Span
from grammar.tables import tables

_MARKS = frozenset("*_'\"[‘“")
_FENCE = re.compile(r"\s*(?:`{3}|~{3})")
_SHOWN = 40  # characters of a line in a message
_LIKE = (
    ": pandoc takes it for words here, and for something else in another place; write a paragraph, an item or a field,"
    " with blank lines around"
)
_MANY = 40  # marks in a block that may nest deeper than pandoc reads in reasonable time


class Refusal(NamedTuple):
    """A line that is outside the mark-up, and the first and the last line of its block; all from 1."""

    line: int
    first: int
    last: int


def refusals(text: str) -> list[Refusal]:
    """The lines of a text, the first one of each block, that the grammar refuses; none where all of the text is SUPPORT
    mark-up.

    Takes any text, with tabs and CRs.  Levels, keys and nesting are left to `counted`.
    """
    shown = _shown(text)
    if is_evident(shown):
        return []
    acceptor = Acceptor(tables("support"), shown)
    blocks = _Blocks(acceptor)
    found: list[Refusal] = []
    start = 0
    for end in [*(blank.end() for blank in re.finditer(r"\n(?: *\n)+", acceptor.text)), len(acceptor.text)]:
        found += blocks.refusals(start, end)
        start = end
    return found


class _Blocks:
    """The blocks of a text, with the blank lines below each, as an acceptor comes to them; equal ones are read once."""

    def __init__(self, acceptor: Acceptor) -> None:
        self.acceptor = acceptor
        self.numbers = _Numbers(acceptor.text)
        self.above = 0  # how many lines are above the block
        self.known: dict[tuple[object, ...], tuple[list[int], list[Refusal]]] = {}

    def refusals(self, start: int, end: int) -> list[Refusal]:
        """The refusals in the block at an offset."""
        acceptor, text, above = self.acceptor, self.acceptor.text, self.above
        block = text[start:end]
        self.above += block.count("\n")
        if not start or acceptor.at > start:  # a title block begins at the text's first line only
            return _refused(acceptor, self.numbers, end)
        # what terminals look at beyond a block: whether the line above is empty, and whether a fence is below
        fence = "`" in block and _FENCE.match(text, end) is not None
        key = (block, text.startswith("\n\n", start - 2), fence, *acceptor.states)
        if key not in self.known:
            found = _refused(acceptor, self.numbers, end)
            if acceptor.at == end:
                self.known[key] = acceptor.states.copy(), [_moved(one, -above) for one in found]
            return found
        states, found = self.known[key]
        acceptor.states, acceptor.at = states.copy(), end
        return [_moved(one, above) for one in found]


def _moved(one: Refusal, lines: int) -> Refusal:
    return Refusal(one.line + lines, one.first + lines, one.last + lines)


def refused(source: Source, known: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """A warning for each block of a source that the grammar refuses and of which no finding of the parser, `known`,
    speaks.

    Pandoc reads such a line as text where it is, but it looks like something else, and would be that in another place.
    """
    found = refusals(source.text)
    if not found:
        return
    starts = [one.span.start for one in known if one.span is not None and is_syntax(one.code)]
    places = [source.position(start)[0] for start in sorted(starts)]
    for one in found:
        at = bisect_left(places, one.first)
        if (at < len(places) and places[at] <= one.last) or one.line > source.count:
            continue
        span = source.line_span(one.line)
        text = source.text[span.start : span.end]
        column = len(text) - len(text.lstrip())
        shown = text.strip() if len(text.strip()) <= _SHOWN else f"{text.strip()[:_SHOWN]}..."
        place = Span(span.start + column, span.start + max(len(text.rstrip()), column))
        yield outside_markup(place, f'"{shown}"', _LIKE)


def outside(text: str) -> list[str]:
    """Why a text is not SUPPORT mark-up, a line each; none where it is, and then pandoc's reading finds no error in
    it.
    """
    tree, wrong = tree_of(text)
    found = [f"line {one.line} is outside the SUPPORT mark-up" for one in wrong]
    return found if tree is None else [*found, *counted(tree)]


def tree_of(text: str) -> tuple[Tree | None, list[Refusal]]:
    """The tree of a text, without what is refused and what is behind it in its block; the refusals.  None: the last
    block is refused.
    """
    driver = Driver(tables("support"), _shown(text))
    found = _refused(driver, _Numbers(driver.text), len(driver.text))
    whole = driver.feed(Token(END, "", driver.at))
    tree = driver.values[0] if whole else None
    return (tree if isinstance(tree, Tree) else None), found


def _shown(text: str) -> str:
    return "\n".join([*texts_of(text), "", ""])


def _refused(driver: Acceptor, lines: _Numbers, end: int) -> list[Refusal]:
    """The refusals from where a driver is to an offset."""
    found: list[Refusal] = []
    while driver.at < end:
        start = driver.at
        token = driver.lex()
        taken = token is not None and driver.feed(token)
        if token is not None and taken and token.type not in ("LOST", "OUTSIDE"):
            continue
        found.append(lines.refusal(start))
        driver.at = lines.behind_block(start)
        while not driver.takes("BLANK") and driver.drop():
            pass
    return found


class _Numbers:
    """Offsets of a text as numbers of lines; asked for ever higher ones."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at, self.line = 0, 1

    def number(self, offset: int) -> int:
        self.line += self.text.count("\n", self.at, offset)
        self.at = offset
        return self.line

    def refusal(self, offset: int) -> Refusal:
        """The line at an offset, with the lines around it that are not blank."""
        line = self.number(offset)
        first, start = line, self.text.rfind("\n", 0, offset) + 1
        while start:
            before = self.text.rfind("\n", 0, start - 1) + 1
            if not self.text[before : start - 1].strip(" "):
                break
            first, start = first - 1, before
        last = line + self.text.count("\n", offset, max(self.behind_block(offset) - 1, offset))
        return Refusal(line, first, last)

    def behind_block(self, offset: int) -> int:
        """The offset of the blank line that ends the block at an offset."""
        at = self.text.find("\n", offset)
        while at >= 0:
            end = self.text.find("\n", at + 1)
            if end < 0 or not self.text[at + 1 : end].strip(" "):
                return at + 1
            at = end
        return len(self.text)


# ---- what no grammar of this kind counts
# --------------------------------------------------------------------------------
def counted(tree: Tree) -> Iterator[str]:
    """What is wrong with the levels of the headings, the keys of the fields, the nesting of marks."""
    level = 0
    identifiers = _Identifiers()
    for block in tree.children:
        if isinstance(block, Token):
            continue
        if block.rule == "section":
            above, level = level, len(next(_tokens(block)).text.rstrip(" "))
            if level > above + 1:
                yield f"a heading of level {level} below one of level {above}"
            yield from identifiers.add(_heading(block))
            yield from _equal(_keys(block))
        yield from _nesting(block)


def _tokens(tree: Tree) -> Iterator[Token]:
    for child in tree.children:
        if isinstance(child, Token):
            yield child
        else:
            yield from _tokens(child)


def _heading(section: Tree) -> str:
    """The words of a section's heading, with their marks."""
    found: list[str] = []
    for token in _tokens(section):
        found.append(token.text)
        if token.text.endswith("\n"):
            break
    return "".join(found[1:]).strip()


class _Identifiers:
    """The identifiers of the headings so far: those given, and those that pandoc makes, without the number that
    tells equal ones apart.
    """

    def __init__(self) -> None:
        self.given: set[str] = set()
        self.made: set[str] = set()

    def add(self, heading: str) -> Iterator[str]:
        """What is wrong with one more heading."""
        read = scan(heading, heading=True)
        given = identifier_of(read.attributes) if read.attributes else None
        name = re.sub(r"(?:-[0-9]+)+\Z", "", identifier(read.pieces) if given is None else given)
        if name in self.given or (given is not None and name in self.made):
            yield f"two headings with the identifier {name}"
        (self.made if given is None else self.given).add(name)


def _equal(keys: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            yield f"two fields with the key {key}" if key else "two fields without a qualifier"
        seen.add(key)


def _keys(section: Tree) -> Iterator[str]:
    """The keys of a section's fields and terms, without its anchor: fields of equal keys are one row to Xen's tools."""
    for block in section.children:
        if isinstance(block, Token):
            continue
        if block.rule == "definition":
            words = "".join(token.text for token in takewhile(lambda one: one.type != "DEFINED", _tokens(block)))
            yield suffix_of(" ".join(key_words(scan(words.strip(" \n")))))
        elif block.rule in ("features", "release", "fenced"):
            for token in _tokens(block):
                for line in token.text.split("\n"):
                    kind = "release" if block.rule == "release" else "feature"
                    found = fields.match(fields.trim(line.removeprefix("    ")), kind)
                    name = found and (found.keyword if kind == "release" else found.qualifier)
                    if found:
                        yield suffix_of(name) if name else ""


def _nesting(block: Tree) -> Iterator[str]:
    """Blocks in which more marks nest than pandoc reads in reasonable time."""
    for part in block.children if block.rule == "section" else [block]:
        text = "".join(token.text for token in _tokens(part)) if isinstance(part, Tree) else ""
        if sum(char in _MARKS for char in text) >= _MANY and any(f.what == "nesting" for f in scan(text).findings):
            yield "marks nested deeper than anybody writes"
