"""Statuses that are there already and so are no unknown words: what a tree's file has under the same row.

A status decides who gets an XSA, so an unknown one in a sheet is an error; but one that the tree itself publishes is
nobody's slip of the pen, and a sheet that was made from the tree must be able to say it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from convert.sheet.model import Tree
from grammar.fold import fold
from grammar.parser import parse
from grammar.rows import key_of, read_rows
from grammar.source import Source

Key = tuple[tuple[str, ...], str]
"""The headings below Feature Support, and the key of the qualifier (empty: none)."""
Standing = Mapping[Key, Mapping[str, str]]
"""The statuses of each row of a tree, each with its keyword: `Status`, or `Supported` for a list."""
Look = Callable[[Tree], Standing]
"""How the statuses that are in a tree are found; asked only when a status is unknown."""
_KEYWORDS = {"status": "Status", "list": "Supported"}


def row_key(path: Sequence[str], qualifier: str | None) -> Key:
    """The key of a row below headings."""
    return tuple(fold(name).casefold() for name in path), key_of("", qualifier) if qualifier else ""


def standing(texts: Iterable[bytes]) -> Standing:
    """What the rows of some versions of a tree's SUPPORT.md state; the first that has a status of a row decides its
    keyword.
    """
    found: dict[Key, dict[str, str]] = {}
    for text in texts:
        source = Source("SUPPORT.md", text)
        for row in read_rows(parse(source, prose=False).document).rows:
            keyword = _KEYWORDS.get(row.kind)
            if keyword is not None:
                path = row.path[1:-1] if row.qualifier is not None else row.path[1:]
                found.setdefault(row_key(path, row.qualifier), {}).setdefault(fold(row.status), keyword)
    return found


def nothing(tree: Tree) -> Standing:
    """Where there is no tree to look at."""
    return {}
