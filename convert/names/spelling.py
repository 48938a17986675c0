"""Misspelled names and labels: how far two words are apart, and which word was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from grammar.labels import LABELS
from grammar.status import Status, read_status

_SWAPPED = 5  # characters of a word in which two may be taken for swapped


def distance(a: str, b: str, most: int) -> int:
    """Edits between two words (a swap of neighbours is one; Damerau's distance, restricted); `most` + 1 where it is
    more.
    """
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


@cache
def letters(text: str) -> str:
    """Letters and numbers only, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())


def one_edit(a: str, b: str) -> bool:
    """Whether two words differ by one edit that is no number's: `SMMUv1` and `SMMUv2` are two things, `rtl8193` is a
    swap.
    """
    if a == b or distance(a, b, 1) != 1:
        return False
    start = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) == len(b):
        swapped = a[start : start + 2] == b[start : start + 2][::-1]
        return swapped or not (a[start].isdigit() or b[start].isdigit())
    return not max(a, b, key=len)[start].isdigit()


def one_swap(a: str, b: str) -> bool:
    """Whether two names are the same but for two neighbouring characters of one word that have changed places.

    The word has five characters or more: `v12` and `v21` are two things.
    """
    apart = [(x, y) for x, y in zip(a.split(), b.split(), strict=False) if x != y]
    if len(a) != len(b) or len(apart) != 1 or len(apart[0][0]) < _SWAPPED:
        return False
    one, other = apart[0]
    return sorted(one) == sorted(other) and distance(one, other, 1) == 1


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word one edit away from a word that is not known itself."""
    return next((other for other in known if one_edit(word, other)), None)


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


@cache
def _by_words() -> dict[tuple[str, ...], str]:
    return {_words(label.name): label.name for label in LABELS}


def _close(word: str, other: str) -> bool:
    """Whether a word is another misspelled.  The first letters must agree: `unsupported` is not `supported`
    misspelled.
    """
    if word == other:
        return True
    most = 1 if len(other) < 6 else 2
    return word[0] == other[0] and len(other) > 2 and distance(word, other, most) <= most


def misspelt(value: str) -> str | None:
    """The label that a value is a misspelling of, word for word; None where it is none."""
    words = _words(value)
    for known, name in _by_words().items():
        if len(known) == len(words) and words != known and all(map(_close, words, known)):
            return name
    return None


def same_words(value: str) -> str | None:
    """The label that has the words of a value, whatever is between them; None where there is none."""
    return _by_words().get(_words(value))


def meant_status(value: str) -> Status:
    """What a status value is meant to say: of a misspelt label, or of one with words in brackets, that label; else
    itself.
    """
    status = read_status(value)
    if status.security != "unstated":
        return status
    label = misspelt(value)
    if label is None and "(" in value:
        label = value.partition("(")[0].strip()
    return read_status(label) if label else status
