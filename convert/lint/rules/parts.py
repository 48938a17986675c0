"""What several rules look at: the definitions part, Status fields, lines, likeness of words, edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import cast

from convert.lint.registry import Context
from grammar.diagnostic import Edit, Fix
from grammar.nodes import Literal, ParsedField, Section
from grammar.source import Source, Span


def definitions_start(context: Context) -> int:
    """Where the part that defines the labels begins: its heading's offset; past the end of the text where there is none."""
    if "definitions_start" not in context.memo:
        starts = (s.heading.span.start for s in context.parsed.document.walk() if _defines(s))
        context.memo["definitions_start"] = next(starts, len(context.source.text) + 1)
    return cast(int, context.memo["definitions_start"])


def _defines(section: Section) -> bool:
    words = section.heading.text.casefold()
    if section.heading.level == 1:
        return "definition" in words
    return section.heading.level == 2 and words.startswith(("definition of ", "definitions", "keys found"))


def statuses(literal: Literal) -> Iterator[ParsedField]:
    """The Status fields of a literal."""
    if literal.kind == "feature":
        for field in literal.fields:
            if field.keyword == "Status":
                yield field


def field_count(section: Section) -> int:
    """How many fields stand directly below a heading."""
    return sum(len(block.fields) for block in section.blocks if isinstance(block, Literal))


def lines_of(source: Source, span: Span) -> Iterator[tuple[int, str]]:
    """Each line that a span touches: its start and its text without LF and CR."""
    first, last = source.position(span.start)[0], source.position(span.end)[0]
    for number in range(first, last + 1):
        yield source.starts[number - 1], source.line_text(number).rstrip("\r")


def newline(source: Source) -> str:
    """What ends a line in this source: CR LF where its first line ends so, else LF."""
    end = source.text.find("\n")
    return "\r\n" if end > 0 and source.text[end - 1] == "\r" else "\n"


def fix(safe: bool, *edits: tuple[int, int, str]) -> Fix:
    """A Fix of (start, end, text)."""
    return Fix(safe, tuple(Edit(Span(start, end), text) for start, end, text in edits))


@cache
def folded(text: str) -> str:
    """Letters and numbers only, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())


def distance(a: str, b: str, most: int) -> int:
    """Edits between two words (a swap of neighbours is one; Damerau's distance, restricted); `most` + 1 where it is more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row = row, [i]
        for j, y in enumerate(b, 1):
            cost = min(row[j - 1] + 1, above[j] + 1, above[j - 1] + (x != y))
            if before and i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def one_edit(a: str, b: str) -> bool:
    """Whether two words differ by one edit that is no number's: `SMMUv1` and `SMMUv2` are two things, `rtl8193` is a swap."""
    if a == b or distance(a, b, 1) != 1:
        return False
    start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) == len(b):
        swapped = (
            a[start : start + 2] == b[start : start + 2][::-1] and a[start + 1 : start + 2] != b[start + 1 : start + 2]
        )
        return swapped or not (a[start].isdigit() or b[start].isdigit())
    return not max(a, b, key=len)[start].isdigit()


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word one edit away from a word that is not known itself."""
    return next((other for other in known if one_edit(word, other)), None)
