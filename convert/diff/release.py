"""What a change of the release part means: security support of the whole tree is the row that all others hang on."""

from __future__ import annotations

from convert.trees.state import SECURITY, VERSION, iso_date
from convert.trees.version import version
from grammar.nodes import Document
from grammar.release import read_release
from grammar.rows import Row


def same_release(old: Document, new: Document) -> bool:
    """Whether two documents speak of one X.Y, so that their days can be held against each other."""
    numbers = [version(read_release(document).values.get(VERSION, "")) for document in (old, new)]
    return numbers[0] == numbers[1] != (0, 0)


def ends(old: Row | None, new: Row | None) -> tuple[str, str | None] | None:
    """The kind of change that Security-Support-Until makes, and why it is a loss; None for any other row.

    None on one side: it has no such row.
    """
    row = new or old
    if row is None or row.kind != "release" or row.qualifier != SECURITY:
        return None
    before, after = (iso_date(side.status) if side is not None else None for side in (old, new))
    if before is not None and after is not None:
        if after > before:
            return "security-gained", None
        return "security-lost", f"security support of the whole tree ends {after}, was {before}"
    if before is not None:
        return "security-lost", f"security support of the whole tree has no day of its end, was {before}"
    return ("security-gained" if after is not None else "status"), None


def links(old: Document, new: Document) -> tuple[str, str] | None:
    """The addresses of the release notes, before and after, where both documents have one and they differ."""
    before, after = read_release(old).url, read_release(new).url
    return (before, after) if before is not None and after is not None and before != after else None
