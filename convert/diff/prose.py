"""What two texts say differently: sentences, without those that moved, were corrected, or have another address of
one page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from convert.names.pairing import Entry, tokens
from convert.names.spelling import one_edit
from grammar.fields import looks_meant

_SPEAKS = re.compile(
    r"\bsecurity\b|\bXSAs?\b|\b(?:not|un|de)[ -]?support|\bsupported\b|\brestrict|\b(?:un)?trust", re.I
)
_RESTRICTS = re.compile(
    r"\b(?:no|not|non|none|never|only|cannot|except\w*|unless|without|exclud\w+|restrict\w*|limit\w*|unsupported|untrusted"
    r"|desupport\w*|den(?:y|ied|ies))\b|n't\b",
    re.I,
)
_DENIES = re.compile(
    r"\b(?:not|no|never)\s+(?:\w+\s+){0,3}(?:security[-"
    r" ])?support|\bun(?:supported|trusted)\b|\brestrict|\bexclud|\bno\s+XSAs?\b"
    r"|\bno\s+security\b",
    re.I,
)
_WIDENS = re.compile(r"\bas well\b|\balso\s+support|\bincludes?\b", re.I)
_MORE = re.compile(r"^only\b|\bonly the following\b|\bfollowing\b[^.]*\bsupported\b|\bsupported:$", re.I)
_LESS = re.compile(r"\b(?:missing|not|cannot|exclud\w+|unsupported|without|lacks?|except)\b", re.I)
# words that turn a sentence's meaning: one for another is no typing mistake
_TURNING = frozenset(
    [
        "no",
        "not",
        "non",
        "nor",
        "now",
        "only",
        "never",
        "and",
        "any",
        "all",
        "can",
        "cannot",
        "may",
        "must",
        "trusted",
        "untrusted",
        "supported",
        "unsupported",
    ]
)
_FILLING = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "is",
        "are",
        "be",
        "also",
        "note",
        "nb",
        "please",
        "that's",
        "of",
        "to",
        "in",
        "and",
    ]
)
_LONGEST = 400  # characters of sentences that are compared for typing mistakes


class Said(NamedTuple):
    """A sentence or an item of a list: its words, and folded for comparison.

    `listed`: 1 for an item of a list of what is supported, -1 for one of what is not, 0 for anything else.
    """

    words: str
    key: str
    listed: int = 0

    @property
    def speaks(self) -> bool:
        """Whether it has words on security, on what is supported, or on whom to trust."""
        return _SPEAKS.search(self.words) is not None

    @property
    def denies(self) -> bool:
        """Whether it says of something that it is not supported, or not all of it."""
        return _DENIES.search(self.words) is not None

    @property
    def widens(self) -> bool:
        """Whether it only adds to what is there."""
        return not self.restricts and _WIDENS.search(self.words) is not None

    @property
    def restricts(self) -> bool:
        """Whether it has a word that takes something back."""
        return _RESTRICTS.search(self.words) is not None


class Differing(NamedTuple):
    """What one text says that the other does not."""

    removed: tuple[Said, ...]
    added: tuple[Said, ...]


def said(text: str) -> list[Said]:
    """The sentences of a text (a line a paragraph, `- ` before an item), without lines that are lost fields."""
    found: list[Said] = []
    lead = 0
    for line in filter(str.strip, text.split("\n")):
        words = line.strip()
        item = words.startswith("- ") or (lead != 0 and len(words.split()) <= 3)
        words = words.removeprefix("- ").strip()
        if looks_meant(words):
            continue
        if not item:
            lead = 0 if not words.endswith(":") else 1 if _MORE.search(words) else -1 if _LESS.search(words) else 0
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z\"'])", words):
            found.append(Said(sentence, _key(sentence), lead if item else 0))
    return found


def _key(words: str) -> str:
    return " ".join(words.split()).rstrip(".").casefold().replace("http://", "https://")


def everything(root: Entry) -> Counter[str]:
    """How often a document says each sentence, wherever."""
    return Counter(
        one.key for entry in root.walk() for text in (entry.description, entry.caveats) for one in said(text)
    )


def differing(
    old: Sequence[Said], new: Sequence[Said], names: Collection[str] = (), statuses: Iterable[str] = ()
) -> Differing:
    """What is only in the old and what is only in the new sentences.

    Left out are sentences that differ by typing mistakes or by words of `names` (those of a renamed feature), and old
    ones that a status value now has (`statuses`).
    """
    there = " / ".join(_key(status) for status in statuses)
    before, after = {one.key for one in old}, {one.key for one in new}
    removed = [one for one in old if one.key not in after and one.key not in there]
    added = [one for one in new if one.key not in before]
    words = {one.key: _words(one.key, names) for one in (*removed, *added)}
    removed, added = _without_twins(removed, added, lambda one, other: _same(words[one.key], words[other.key]))
    # of a list of what is not supported an item became shorter, of one of what is, longer
    removed, added = _without_twins(
        removed, added, lambda one, other: one.listed == other.listed != 0 and _better(one, other)
    )
    return Differing(tuple(removed), tuple(added))


def _without_twins(
    removed: Sequence[Said], added: Sequence[Said], alike: Callable[[Said, Said], bool]
) -> tuple[list[Said], list[Said]]:
    """The old and the new sentences without each old one that has a twin, the first new one that is `alike` and left.

    Equal sentences are looked at once.
    """
    places: dict[tuple[str, int], list[int]] = {}  # in `added`, the first one last
    for n in range(len(added) - 1, -1, -1):
        places.setdefault((added[n].key, added[n].listed), []).append(n)
    first = {name: added[found[-1]] for name, found in places.items()}
    twins: dict[tuple[str, int], list[tuple[str, int]]] = {}
    taken: set[int] = set()
    kept: list[Said] = []
    for one in removed:
        name = one.key, one.listed
        if name not in twins:
            twins[name] = [other for other in places if alike(one, first[other])]
        twins[name] = left = [other for other in twins[name] if places[other]]
        if left:
            taken.add(min((places[other] for other in left), key=lambda found: found[-1]).pop())
        else:
            kept.append(one)
    return kept, [one for n, one in enumerate(added) if n not in taken]


def _better(old: Said, new: Said) -> bool:
    """Whether an item of a list promises more than another that has its words, or whose words it has."""
    a, b = (set(re.findall(r"\w+", one.key)) for one in (old, new))
    return b <= a if old.listed < 0 else a <= b


def _words(key: str, names: Collection[str]) -> tuple[list[str], list[str]]:
    """The words of a sentence that are none of the names of a renamed feature, and those of them that say something."""
    words = [word for word in re.findall(r"[\w'-]+", key[:_LONGEST]) if word not in names]
    return words, [word for word in words if word not in _FILLING]


def _same(one: tuple[list[str], list[str]], other: tuple[list[str], list[str]]) -> bool:
    """Whether the words of two sentences are the same but for typing mistakes."""
    (a, saying), (b, also) = one, other
    if saying == also:
        return True
    if len(a) != len(b) or len(a) < 3:
        return False
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(pairs) <= 2 and all(_typed(x, y) for x, y in pairs)


def _typed(one: str, other: str) -> bool:
    """Whether two words differ by a typing mistake."""
    if {one, other} & _TURNING or any(char.isdigit() for char in one + other):
        return False
    return one_edit(one, other) or (min(len(one), len(other)) > 6 and SequenceMatcher(None, one, other).ratio() >= 0.85)


def names_of(old: Entry, new: Entry) -> frozenset[str]:
    """The words of a renamed feature's two names; none where the name stayed."""
    return frozenset() if old.name == new.name else frozenset((*tokens(old.name), *tokens(new.name)))


def why_restricted(found: Differing) -> str | None:
    """Why words may take security support away: a statement of it is gone, or words that restrict it are new; None
    else.
    """
    gone = any(one.speaks and not one.restricts and one.listed >= 0 for one in found.removed)
    new = any(one.speaks and one.restricts and one.listed <= 0 for one in found.added)
    return "the words on security support changed; read the two texts" if gone or new else None


def why_heading(found: Differing) -> str | None:
    """Why a heading with words alone, new or gone, may take support away: it denies it, or it stated it; None else."""
    gone = any(one.speaks and not one.restricts for one in found.removed)
    return "it has words on security support" if gone or any(one.denies for one in found.added) else None


def why_caveat(found: Differing, *, gained: bool) -> str | None:
    """Why another caveat on a security-supported row may take support away; None where it does not.

    `gained`: a row of the section promises more than before, and what is added is the caveat that comes with that.
    """
    added = [one for one in found.added if one.listed <= 0 and not one.widens] if not gained else []
    removed = [one for one in found.removed if one.listed >= 0]
    if not added and not removed:
        return None
    what = "changed on" if found.added and found.removed else "added to" if added else "removed from"
    return f"a caveat was {what} a security-supported row; read the two texts"
