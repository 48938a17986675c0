"""What two documents have in common as one and the same object, which nobody needs to compare."""

from __future__ import annotations

from collections.abc import Collection

from convert.names.pairing import Entry, folded
from grammar.record import replace


def unshared(old: Entry, new: Entry) -> tuple[Entry, Entry]:
    """Two documents without the headings that are one object in both, at the same place.

    A heading has such a place where no other one beside it has its name: then pairing joins the two anyway.  What is
    one object in both at other places is copied, as headings are told apart by what object they are.
    """
    before, after = _apart(old, new)
    both = {id(entry) for entry in before.walk()} & {id(entry) for entry in after.walk()}
    return _copied(before, both) if both else before, after


def _apart(old: Entry, new: Entry) -> tuple[Entry, Entry]:
    """Two documents without what is one object at the same place."""
    if old is new or not old.children or not new.children:
        return old, new
    before, after = _by_name(old), _by_name(new)
    left: dict[int, Entry | None] = {}
    for name, one in before.items():
        other = after.get(name)
        if one is None or other is None:
            continue
        if one is other:
            left[id(one)] = None
        else:
            left[id(one)], left[id(other)] = _apart(one, other)
    return _without(old, left), _without(new, left)


def _copied(entry: Entry, which: Collection[int]) -> Entry:
    """An entry with copies of those whose ids are given."""
    children = tuple(_copied(child, which) for child in entry.children)
    kept = id(entry) not in which and all(a is b for a, b in zip(children, entry.children, strict=True))
    return entry if kept else replace(entry, children=children)


def _by_name(entry: Entry) -> dict[str, Entry | None]:
    """The headings directly below one by their names; None for a name that several have."""
    found: dict[str, Entry | None] = {}
    for child in entry.children:
        name = folded(child.name)
        found[name] = None if name in found else child
    return found


def _without(entry: Entry, left: dict[int, Entry | None]) -> Entry:
    """An entry with what is left of its children; itself where all is."""
    children = tuple(kept for child in entry.children if (kept := left.get(id(child), child)) is not None)
    alike = len(children) == len(entry.children) and all(a is b for a, b in zip(children, entry.children, strict=True))
    return entry if alike else replace(entry, children=children)
