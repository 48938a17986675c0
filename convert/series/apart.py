"""A file without what belongs to some variants: the state before the patches of these variants come."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convert.merge import Place, Side
from convert.merge.parts import Part, Unit, read_text
from convert.update.merging import merge
from grammar.rows import key_of

Wanted = Callable[[str], bool]  # whether a qualifier or a feature's name is to be held back


def without(before: str | None, after: str, wanted: Wanted) -> str | None:
    """`after`, with rows and features that are `wanted` as they are in `before`; None where that cannot be told
    apart.
    """
    old = read_text(before or "").root
    known = {(part.path, line.key) for part in old.walk() for unit in part.units for line in unit.lines}
    features = {part.path for part in old.walk()}
    held = _without_new(read_text(after).root, known, features, wanted)
    if before is None:
        return held
    qualifiers = {
        key_of("", line.field.qualifier)
        for text in (before, after)
        for part in read_text(text).root.walk()
        for unit in part.units
        for line in unit.lines
        if line.field is not None and line.field.qualifier and wanted(line.field.qualifier)
    }

    def rule(place: Place) -> Side:
        own = place.qualifier in qualifiers if place.qualifier else False
        return "ours" if own or any(wanted(name) for name in place.path[2:]) else "theirs"

    try:
        found = merge(before.encode(), before.encode(), held.encode(), rule=rule)
    except (ValueError, UnicodeEncodeError):
        return None
    return None if found.conflicts else found.data.decode()


def _without_new(
    root: Part, known: set[tuple[tuple[str, ...], str]], features: set[tuple[str, ...]], wanted: Wanted
) -> str:
    """A file's text without the wanted rows and features that are not known."""
    out: list[str] = [root.head + root.gap, *(unit.text + unit.gap for unit in root.units)]

    def visit(part: Part) -> list[str]:
        if part.path not in features and part.level > 2 and wanted(part.words[-1]):
            return []
        below = [text for child in part.parts for text in visit(child)]
        units = [_rest(unit, part, known, wanted) for unit in part.units]
        had = sum(len(unit.lines) for unit in part.units)
        left = sum(count for _, count in units)
        emptied = (had and not left) or (part.parts and not below and not part.units)
        if emptied and part.path not in features and not below and part.level > 1:
            return []
        return [part.head + part.gap, *(text for text, _ in units), *below]

    for part in root.parts:
        out += visit(part)
    return "".join(out).rstrip("\n") + "\n"


def _rest(unit: Unit, part: Part, known: set[tuple[tuple[str, ...], str]], wanted: Wanted) -> tuple[str, int]:
    """A block without the wanted rows; its text, and how many lines of fields are left."""
    kept = [
        line
        for line in unit.lines
        if line.field is None
        or not line.field.qualifier
        or (part.path, line.key) in known
        or not wanted(line.field.qualifier)
    ]
    if len(kept) == len(unit.lines):
        return unit.text + unit.gap, len(kept)
    if not kept:
        return "", 0
    text = "".join(line.text + (line.gap or "\n") for line in kept[:-1]) + kept[-1].text
    return (text if unit.fence is None else f"{unit.fence[0]}\n{text}\n{unit.fence[1]}") + unit.gap, len(kept)


def states(before: str | None, after: str, groups: Sequence[Wanted]) -> list[str]:
    """The file without all of the groups, then with one more of them each time; the last is `after`.

    A group that changes nothing, or that cannot be told apart, has the same text twice.
    """
    found = [after]
    for number in range(len(groups) - 1, -1, -1):
        later = groups[number:]
        text = without(before, after, lambda name, later=later: any(group(name) for group in later))  # type: ignore[misc]
        found.insert(0, text if text is not None else found[0])
    return found
