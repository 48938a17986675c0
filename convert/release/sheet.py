"""The cells of a sheet's Trees tab that say something else than git does."""

from __future__ import annotations

import re
from collections.abc import Mapping

from convert.draft.leads import ATTRIBUTES
from convert.sheet.model import Categorisation, Tree
from convert.trees.version import UNSTABLE, branched_version, is_unstable


def cells(book: Categorisation, name: str, ref: str, values: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The cells of a tree to change: (`Trees!F2`, what it says, what it is to say).

    `name` is the tree as it was called, `ref` its branch, `values` what its release part says.  A cell that is blank is
    found by the column that other trees have; a blank one for the release notes means the standard address, and stays.
    """
    tree = _tree(book, name, ref)
    if tree is None:
        return []
    found = []
    for attribute, key in ATTRIBUTES.items():
        old, new = getattr(tree, attribute) or "", values.get(key, "")
        cell = tree.places.get(attribute) or (_blank(book, tree, attribute) if attribute != "release_notes" else None)
        if cell is not None and old != new:
            found.append((cell, old, new))
    return found


def _tree(book: Categorisation, name: str, ref: str) -> Tree | None:
    named = book.tree(name)
    if named is not None:
        return named
    branch = re.sub(r"^refs/(?:heads|remotes/[^/]+)/", "", ref)
    number = branched_version(branch)
    for tree in book.trees:
        called = tree.branch or tree.name
        if called == branch or (number is not None and branched_version(called) == number):
            return tree
        if branch in UNSTABLE and is_unstable(called.casefold()):
            return tree
    return None


def _blank(book: Categorisation, tree: Tree, attribute: str) -> str | None:
    """The blank cell of a tree in the column that other trees' cells are in; None where there is none."""
    other = next((t.places[attribute] for t in book.trees if attribute in t.places), None)
    column, row = (re.fullmatch(r"(.*!)([A-Z]+)([0-9]+)", place or "") for place in (other, tree.place))
    return f"{column[1]}{column[2]}{row[3]}" if column and row and column[1] == row[1] else None
