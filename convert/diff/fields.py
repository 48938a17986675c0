"""Fields of a document that were meant and are no rows: a change that makes them rows adds nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grammar.fold import fold
from grammar.inlines import plain
from grammar.nodes import Block, BulletList, Document, Literal, Outside, Paragraph
from grammar.status import fold_label

# a key that may be a misspelt Status or Supported, a qualifier, a value
_MEANT = re.compile(r"(?:^|\s)(?:stat\w*|supp\w*)\s*(?:[, ]\s*([^:,]*(?:,[^:]*)?))?\s*:\s*(\S[^:]*)$", re.I)


def lost_fields(document: Document) -> frozenset[tuple[str, str]]:
    """(qualifier, value) of them, folded: lines of paragraphs and lists, lines of literals on which Xen's tools die."""
    blocks = [*document.preamble, *(block for section in document.walk() for block in section.blocks)]
    found = (_MEANT.search(line) for line in _lines(blocks))
    return frozenset(((m[1] or "").casefold().strip(), fold_label(m[2])) for m in found if m is not None)


def lost_words(document: Document) -> frozenset[str]:
    """The lines of literals that are no fields, folded: the second line of a value, for example."""
    literals = (block for section in document.walk() for block in section.blocks if isinstance(block, Literal))
    return frozenset(fold_label(line) for block in literals for line in _lines([block]) if line.strip())


def _lines(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Paragraph():
                yield from _fields(fold(plain(block.inlines)))
            case BulletList():
                for item in block.items:
                    yield from _lines(item)
            case Literal():
                kept = {fold_label(field.value) for field in block.fields}
                yield from (line for line in block.lines if not _kept(line, kept))
            case Outside():
                yield from block.raw.split("\n")


def _fields(words: str) -> Iterator[str]:
    """The fields in a paragraph's words, which may be several: each from its key to the next one."""
    yield from re.split(r"\s(?=(?:Status|Supported)\b[^:]*:)", words)


def _kept(line: str, values: set[str]) -> bool:
    """Whether a literal's line is one of its fields."""
    return bool(re.match(r"(?:Status|Supported)\b", line)) and fold_label(line.rpartition(": ")[2]) in values
