"""Three versions of a value or of a sequence: which side changed what."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Sequence
from difflib import SequenceMatcher
from typing import Literal, TypeVar

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)
Side = Literal["ours", "theirs"]
# base index -> index in a side
Pairs = dict[int, int]

LIKE = 0.4
_MOST = 40
_MANY = 1_000_000  # comparisons of two sequences, beyond which common elements are no anchors


def pick(base: T, ours: T, theirs: T, same: Callable[[T, T], bool]) -> Side | None:
    """The side whose version is the merge; None for a conflict.

    Equal values are unchanged; among different ones those that are the `same` in meaning are no change either, as long
    as the other side has one.  A value that both sides have is ours.
    """
    if theirs == base or ours == theirs:
        return "ours"
    if ours == base:
        return "theirs"
    if same(theirs, base) or same(ours, theirs):
        return "ours"
    return "theirs" if same(ours, base) else None


def side_of(
    base: T, ours: T, theirs: T, side: Side, same: Callable[[T, T], bool]
) -> Literal["ours", "theirs", "both"] | None:
    """Who made the change of a version that `pick` took from a side; None where nobody did."""
    if side == "theirs":
        return "theirs"
    return None if same(ours, base) else "both" if same(ours, theirs) else "ours"


def align(base: Sequence[Hashable], side: Sequence[Hashable], like: Callable[[int, int], float]) -> Pairs:
    """Which element of a side is which of the base, in order: equal ones first, then like ones (0 to 1) between
    them.
    """
    most = min(len(base), len(side))
    first = next((n for n in range(most) if base[n] != side[n]), most)
    last = next((n for n in range(most - first) if base[-1 - n] != side[-1 - n]), most - first)
    pairs: Pairs = {n: n for n in range(first)}
    pairs.update((len(base) - 1 - n, len(side) - 1 - n) for n in range(last))
    inner = base[first : len(base) - last], side[first : len(side) - last]
    matcher = SequenceMatcher(None, *inner, autojunk=len(inner[0]) * len(inner[1]) > _MANY)
    for tag, *ends in matcher.get_opcodes():
        a, b, c, d = (n + first for n in ends)
        if tag == "equal":
            pairs.update(zip(range(a, b), range(c, d), strict=True))
        elif tag == "replace":
            if b - a == d - c == 1 and like(a, c) > 0:
                pairs[a] = c
            elif b - a <= _MOST and d - c <= _MOST:
                pairs.update(_likest(range(a, b), range(c, d), like))
    return pairs


def _likest(xs: range, ys: range, like: Callable[[int, int], float]) -> Pairs:
    """The pairing in order that is likest in sum; pairs below a threshold are none."""
    best: list[list[tuple[float, Pairs]]] = [[(0.0, {}) for _ in range(len(ys) + 1)] for _ in range(len(xs) + 1)]
    for m, x in enumerate(xs, 1):
        for n, y in enumerate(ys, 1):
            found = max(best[m - 1][n], best[m][n - 1], key=lambda entry: entry[0])
            score = like(x, y)
            if score >= LIKE and best[m - 1][n - 1][0] + score > found[0]:
                total, pairs = best[m - 1][n - 1]
                found = (total + score, {**pairs, x: y})
            best[m][n] = found
    return best[-1][-1][1]


def moved(base: Sequence[H], side: Sequence[H]) -> set[H]:
    """The fewest of the elements that both have which must move to bring the base into the side's order."""
    place = {element: n for n, element in enumerate(side)}
    common = [element for element in base if element in place]
    ends: list[int] = []  # place of the lowest end of a rising chain of each length
    last: list[int] = []  # which element that is
    before: list[int] = []  # the one before an element in its chain
    for n, element in enumerate(common):
        length = bisect_left(ends, place[element])
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [place[element]]
        last[length : length + 1] = [n]
    kept = set()
    at = last[-1] if last else -1
    while at >= 0:
        kept.add(common[at])
        at = before[at]
    return {element for element in common if element not in kept}


def surely_moved(base: Sequence[H], side: Sequence[H]) -> set[H]:
    """The elements that move whichever way the base is brought into the side's order with the fewest moves.

    Of two neighbours that were swapped, either may have moved, so neither surely did.
    """
    place = {element: n for n, element in enumerate(side)}
    common = [element for element in base if element in place]
    places = [place[element] for element in common]
    ending = _chains(places)
    beginning = _chains([-n for n in reversed(places)])[::-1]
    longest = max(ending, default=0)
    return {element for element, a, b in zip(common, ending, beginning, strict=True) if a + b - 1 < longest}


def _chains(places: Sequence[int]) -> list[int]:
    """The length of the longest rising chain that ends at each place."""
    ends: list[int] = []
    out = []
    for place in places:
        length = bisect_left(ends, place)
        ends[length : length + 1] = [place]
        out.append(length + 1)
    return out


def order(base: Sequence[H], ours: Sequence[H], theirs: Sequence[H], keep: set[H]) -> list[H]:
    """The elements to keep, in our order, with those that only they moved or added where they have them.

    All elements are distinct; each that is kept is in ours or in theirs.
    """
    by_them, by_us = moved(base, theirs), moved(base, ours)
    mine = set(ours)
    elsewhere = {e for e in keep if e not in mine or (e in by_them and e not in by_us)}
    out = [element for element in ours if element in keep and element not in elsewhere]
    placed = set(out)
    before: H | None = None
    for element in theirs:
        if element in elsewhere and element not in placed:
            out.insert(0 if before is None else out.index(before) + 1, element)
            placed.add(element)
        if element in placed:
            before = element
    return out
