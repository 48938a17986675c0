"""One order out of several that agree in part."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def merged_order(lists: Sequence[Sequence[K]]) -> list[K]:
    """All things of several lists, each once, in an order that agrees with each list wherever these agree.

    Of what the lists leave open, and where they contradict each other, the earlier list's order counts; a new thing
    is behind the one before it in its own list.
    """
    order = {thing: n for n, thing in enumerate(_inserted(lists))}
    behind: dict[K, set[K]] = {thing: set() for thing in order}
    waits = dict.fromkeys(order, 0)
    for one in lists:
        things = list(dict.fromkeys(one))
        for before, after in pairwise(things):
            if after not in behind[before]:
                behind[before].add(after)
                waits[after] += 1
    out: list[K] = []
    ready = [(n, thing) for thing, n in order.items() if not waits[thing]]
    heapify(ready)
    left = dict(order)
    while left:
        if not ready:  # a contradiction: the first of all that is left
            thing = next(iter(left))
            ready = [(order[thing], thing)]
        _, thing = heappop(ready)
        if thing not in left:
            continue
        del left[thing]
        out.append(thing)
        for after in behind[thing]:
            waits[after] -= 1
            if not waits[after] and after in left:
                heappush(ready, (order[after], after))
    return out


def _inserted(lists: Sequence[Sequence[K]]) -> list[K]:
    """The things of the lists; each new one right behind the one before it in its list."""
    order: list[K] = list(dict.fromkeys(lists[0])) if lists else []
    for one in lists[1:]:
        known = set(order)
        first: list[K] = []
        behind: dict[K, list[K]] = {}
        into = first
        for thing in dict.fromkeys(one):
            if thing in known:
                into = behind.setdefault(thing, [])
            else:
                into.append(thing)
        order = [*first, *(x for thing in order for x in (thing, *behind.get(thing, ())))]
    return order
