"""What became of a row that the next newer tree lacks: diff's own pairing, said in the matrix too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

from convert.diff.losses import rank
from convert.names.aliases import Aliases
from convert.names.likeness import Index
from convert.names.rows import match
from convert.names.shared import Common, unshared
from grammar.nodes import Document
from grammar.record import record
from grammar.rows import Row

Keys = tuple[str, ...]
Step = Literal["less", "same", "more"]


@record(frozen=True)
class Continuation:
    """A row of an older tree, and the row of the next newer tree that it became, or may have become.

    `old` and `new` are the rows' keys; `tree` counts from 0, the newest, and is the newer of the two.  `certain`: an
    alias or equal words elsewhere say so; otherwise the names are alike, which is no more than a suggestion.
    `security`: how much the newer one promises, compared with the older; None where one of them is no status.
    """

    tree: int
    old: Keys
    new: Keys
    certain: bool
    security: Step | None


def continuations(trees: Sequence[tuple[str, Document, Sequence[Row]]], aliases: Aliases) -> Iterator[Continuation]:
    """What became of the rows that are elsewhere in the next newer tree, or not at all.

    `trees`: newest first, each its name, its document and its rows.
    """
    common = Common()
    read = [(name, common.entries(document, rows)) for name, document, rows in trees]
    for index, ((newer, new), (older, old)) in enumerate(pairwise(read)):
        if old is new:
            continue
        found = match(*unshared(old, new), aliases, (older, newer))
        for before, after in found.rows:
            if before.row.keys != after.row.keys:
                yield _joined(index, before.row, after.row, certain=True)
        fresh = Index(found.fresh)
        rows: Mapping[tuple[str, Keys], Row] = {(loose.row.key, loose.row.path): loose.row for loose in found.fresh}
        for gone in found.gone:
            likely = fresh.likeliest(gone) if gone.row.kind == "status" else None
            if likely is not None:
                yield _joined(index, gone.row, rows[likely.key, likely.path], certain=False)


def _joined(index: int, old: Row, new: Row, *, certain: bool) -> Continuation:
    return Continuation(index, old.keys, new.keys, certain, compared(old, new))


def compared(old: Row, new: Row) -> Step | None:
    """How much security support the newer of two rows promises, compared with the older; None where one is no
    status.
    """
    if not old.kind == new.kind == "status":
        return None
    step = rank(new.security) - rank(old.security)
    return "less" if step < 0 else "more" if step > 0 else "same"
