"""What two documents have in common as one and the same object, which nobody needs to compare."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import attrgetter

from convert.names.pairing import Entry, entries, folded
from grammar.nodes import Document
from grammar.record import field, record, replace
from grammar.rows import Row

_SAID = attrgetter("keys", "path", "anchor", "qualifier", "status", "kind", "described", "caveat")


@record()
class Common:
    """Several documents, in which headings that say the same, with all below them, are one object.

    Where they are in their files does not matter: the rows of such an object are those of the first document.  In one
    document no object is in two places, as headings are told apart by what object they are.
    """

    known: dict[tuple[object, ...], Entry] = field(default_factory=dict)
    documents: dict[int, tuple[Document, Entry]] = field(default_factory=dict)  # by their ids
    used: set[int] = field(default_factory=set)  # ids of what the document under way has

    def entries(self, document: Document, rows: Sequence[Row]) -> Entry:
        """A document as a tree of entries, as `pairing.entries` makes it."""
        if id(document) not in self.documents:
            self.used.clear()
            self.documents[id(document)] = document, entries(document, rows, self._entry)
        return self.documents[id(document)][1]

    def _entry(
        self,
        keys: tuple[str, ...],
        path: tuple[str, ...],
        rows: tuple[Row, ...],
        description: str,
        caveats: str,
        below: tuple[Entry, ...],
    ) -> Entry:
        """The one entry that says this.  Those below it were made here before and are kept by it, so an id is of one of
        them alone; so it is with the readings of statuses, which the rows keep.
        """
        stated = tuple([(_SAID(row), id(row.reading)) for row in rows])
        key = (keys, path, stated, description, caveats, tuple([id(child) for child in below]))
        found = self.known.get(key)
        if found is None or id(found) in self.used:
            found = self.known[key] = Entry(keys, path, rows, description, caveats, below)
        self.used.add(id(found))
        return found


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
