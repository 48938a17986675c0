"""Which heading of one version of a file is which heading of another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable

from convert.merge.parts import Part

Matches = dict[Part, Part]


def match(base: Part, side: Part) -> Matches:
    """The side's part for each of the base's that it still has: by its path, then by its name, then by what it says.

    A name counts when only one heading without partner has it on either side (a feature that was moved); what it says
    counts for parts below the same heading (one that was renamed), likewise if only one says it.
    """
    found: Matches = {base: side}
    _equal(found, base.walk(), side.walk(), _numbered(base, side))
    _equal(found, base.walk(), side.walk(), lambda part: (part.level, part.name))
    _equal(found, base.walk(), side.walk(), lambda part: part.name)
    _renamed(found, base, side)
    return found


def _numbered(*roots: Part) -> Callable[[Part], Hashable]:
    """A key of path and, where a path occurs again, which occurrence it is."""
    keys: dict[Part, Hashable] = {}
    for root in roots:
        seen: Counter[tuple[str, ...]] = Counter()
        paths: dict[Part | None, tuple[str, ...]] = {None: ()}
        for part in root.walk():
            path = (*paths[part.parent], part.name) if part.parent is not None else ()
            paths[part] = path
            seen[path] += 1
            keys[part] = (path, seen[path])
    return lambda part: keys[part]


def _equal(found: Matches, base: Iterable[Part], side: Iterable[Part], key: Callable[[Part], Hashable | None]) -> None:
    """Pair what has no partner yet and an equal key that is nobody else's."""
    taken = set(found.values())
    free: list[dict[Hashable, list[Part]]] = [defaultdict(list), defaultdict(list)]
    for part in base:
        if part not in found and (name := key(part)) is not None:
            free[0][name].append(part)
    for part in side:
        if part not in taken and (name := key(part)) is not None:
            free[1][name].append(part)
    for name, parts in free[0].items():
        others = free[1].get(name, [])
        if len(parts) == len(others) == 1:
            found[parts[0]] = others[0]


def _renamed(found: Matches, base: Part, side: Part) -> None:
    """Headings whose text changed: by their blocks, or by the headings below them, where the heading above is the same."""
    above: dict[Part, Part | None] = {part: part.parent for part in base.walk()}
    back = {other: part for part, other in found.items()}
    above |= {part: back.get(part.parent) if part.parent else None for part in side.walk()}

    def blocks(part: Part) -> Hashable | None:
        return (id(above[part]), tuple(unit.meaning for unit in part.units)) if part.units and above[part] else None

    _equal(found, base.walk(), side.walk(), blocks)
    taken = set(found.values())
    for part in base.walk():
        if part in found or not part.parts:
            continue
        theirs = Counter(found[below].parent for below in part.parts if below in found)
        if not theirs:
            continue
        other, count = theirs.most_common(1)[0]
        if other is not None and other not in taken and other.level == part.level and 2 * count > len(part.parts):
            found[part] = other
            taken.add(other)
