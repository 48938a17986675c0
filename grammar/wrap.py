"""Prose in lines: a new one after each sentence, none longer than it must be, none that begins a block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grammar.escape import GLUE

WIDTH = 80

_END = re.compile(r"[.!?][\"')*\]]*$")
_START = re.compile(r"[\"'(*\[`<\\]*[^\Wa-z_]")
_LEADING = re.compile(r"[\"'(*\[\\]+")
_ABBREVIATION = re.compile(
    r"(?:al|approx|ca|cf|e\.g|ed|eds|eq|fig|i\.e|incl|max|min|nos?|pp?|rel|resp|rev|sec|ver|viz|vol|vs)\.|[^\W\d_]\.",
    re.I,
)
# what may begin a block, or make the line above it another: a list, heading, quote, fence, table, rule, definition,
# div;
# or what looks like a field or heading that somebody lost
_BLOCK = re.compile(
    r"(?:[*_+-]+|#+[.)]?|\(?(?:#|@[\w-]*|[0-9]+|[A-Za-z]|[ivxlcdm]+|[IVXLCDM]+)[.)]|[:~])(?!\S)"
    r"|(?:Status|Supported|status|STATUS)[,:]|(?:[A-Z][a-z]+-)+[A-Z][a-z]+:|##|#[A-Z]"
    r"|[>|%=]|:[:|-]|~~|```|-[-|:+]|\+[-=]"
)


def wrap(text: str, indent: int = 0) -> list[str]:
    """A spelled text (`grammar.pandoc.spelling`) in lines that, with `indent` columns before each, end by column 80.

    A word that is longer is on its own, and words before which no line may be broken stay on their line.  Line ends
    in the text stay.
    """
    lines: list[str] = []
    for part in text.split("\n"):
        for sentence in _sentences(part.split(" ")):
            lines.extend(_filled(sentence, WIDTH - indent))
    return [line.replace(GLUE, " ") for line in lines]


def _sentences(words: list[str]) -> Iterator[list[str]]:
    """Units between which no line is broken, gathered to sentences."""
    sentence = [words[0]]
    last = words[0]
    for word in words[1:]:
        if _BLOCK.match(word):
            sentence[-1] += " " + word
        elif ends_sentence(last, word):
            yield sentence
            sentence = [word]
        else:
            sentence.append(word)
        last = word
    yield sentence


def _filled(units: list[str], width: int) -> Iterator[str]:
    line, length = [units[0]], len(units[0])
    for unit in units[1:]:
        if length + 1 + len(unit) > width:
            yield " ".join(line)
            line, length = [unit], len(unit)
        else:
            line.append(unit)
            length += 1 + len(unit)
    yield " ".join(line)


def ends_sentence(word: str, following: str) -> bool:
    """Whether a sentence ends between two words: a full stop, no abbreviation, and no small letter after it."""
    if not _END.search(word) or not _START.match(following):
        return False
    bare = _LEADING.sub("", word, count=1) if _LEADING.match(word) else word
    return _ABBREVIATION.fullmatch(bare) is None
