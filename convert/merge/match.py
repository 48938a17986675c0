"""Which heading of one version of a file is which heading of another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping

from convert.merge.parts import Part, like
from convert.merge.sequence import LIKE
from convert.names.pairing import similarity

Matches = dict[Part, Part]

_NAME = 0.6  # how alike two names are, from which on a renamed heading may have changed in anything but one row or word
_CONTENT = 0.5  # how much of a renamed heading's text is as it was, where the names are less alike
_MOST = 400  # pairs below one heading that are compared: they bound the time for hostile files


def match(base: Part, side: Part) -> Matches:
    """The side's part for each of the base's that it still has: by its path, then by its name, then by what it says.

    A name counts when only one heading without partner has it on either side (a feature that was moved); what it says
    counts for parts below the same heading (one that was renamed), likewise if only one says it.  One that was renamed
    and changed is known by how much of its text, name and place it still has.
    """
    found: Matches = {base: side}
    _equal(found, base.walk(), side.walk(), _numbered(base, side))
    _equal(found, base.walk(), side.walk(), lambda part: (part.level, part.name))
    _equal(found, base.walk(), side.walk(), lambda part: part.name)
    _renamed(found, base, side)
    _reworded(found, base, side)
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
    """Headings whose text changed: by their blocks, or by the headings below them, where the heading above is the
    same.
    """
    above = _above(found, base, side)

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


def _above(found: Matches, base: Part, side: Part) -> dict[Part, Part | None]:
    """The base's heading above each part of either side; None for the root and below a heading that is new."""
    back = {other: part for part, other in found.items()}
    above: dict[Part, Part | None] = {part: part.parent for part in base.walk()}
    return above | {part: back.get(part.parent) if part.parent else None for part in side.walk()}


def _reworded(found: Matches, base: Part, side: Part) -> None:
    """Headings whose text changed together with something below them: the likest pairs below one heading, if no
    other is as like.
    """
    above = _above(found, base, side)
    taken = set(found.values())
    free: dict[tuple[Part, int], tuple[list[Part], list[Part]]] = {}
    for which, parts in enumerate((base.walk(), side.walk())):
        for part in parts:
            over = above[part]
            if over is not None and part.units and part not in (found, taken)[which]:
                free.setdefault((over, part.level), ([], []))[which].append(part)
    back = {other: part for part, other in found.items()}
    for gone, new in free.values():
        if len(gone) * len(new) > _MOST:
            continue
        scores = {(p, q): score for p in gone for q in new if (score := _likeness(p, q, found, back))}
        for (p, q), score in scores.items():
            rivals = (s for (a, b), s in scores.items() if (a is p) is not (b is q))
            if all(score > other for other in rivals):
                found[p] = q


def _likeness(p: Part, q: Part, found: Matches, back: Matches) -> float:
    """How surely one heading is another under a new name, with something else changed; 0 for not surely enough."""
    content, name = _content(p, q), similarity(p.name, q.name)
    place = _neighbours(p, found) == _neighbours(q, dict.fromkeys(back), own=True)
    sure = (name >= _NAME and content > 0) or (content >= _CONTENT and (place or name >= _NAME / 2))
    return content + name + place if sure else 0


def _content(p: Part, q: Part) -> float:
    """How much of what two parts say is the same, 0 to 1; another value of the same row, or words that are alike,
    count half.
    """
    rows = [{line.key: line.text.split() for unit in part.units for line in unit.lines} for part in (p, q)]
    said = [Counter(unit.meaning for unit in part.units if unit.kind != "fields") for part in (p, q)]
    same = sum(1.0 if words == rows[1][key] else 0.5 for key, words in rows[0].items() if key in rows[1])
    same += (said[0] & said[1]).total()
    left = [
        [u for u in part.units if u.kind != "fields" and u.meaning not in other]
        for part, other in ((p, said[1]), (q, said[0]))
    ]
    same += min(len(left[0]), len(left[1])) / 2 if any(like(a, b) >= LIKE for a in left[0] for b in left[1]) else 0
    total = sum(map(len, rows)) + said[0].total() + said[1].total()
    return 2 * same / total if total else 0.0


def _neighbours(part: Part, known: Mapping[Part, Part | None], *, own: bool = False) -> tuple[Part | None, Part | None]:
    """The nearest headings before and after a part below the same one that both sides have, as the side's."""
    siblings = part.parent.parts if part.parent is not None else [part]
    at = siblings.index(part)
    before = next((s for s in reversed(siblings[:at]) if s in known), None)
    after = next((s for s in siblings[at + 1 :] if s in known), None)
    return (before, after) if own else tuple(None if s is None else known[s] for s in (before, after))  # type: ignore[return-value]
