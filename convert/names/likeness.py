"""What a vanished row may have become: suggestions by likeness of names, never more than that."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from convert.names.pairing import similarity, tokens
from convert.names.rows import Loose
from grammar.labels import Security
from grammar.record import record

LIKE = 0.5
# rows of one word, and rows that are looked at closely, for one name: they bound the time for hostile files
_CANDIDATES, _CLOSELY = 60, 15


@record(frozen=True)
class Likely:
    """A row of a like name: its key, path and status, and how alike the names are, from 0 to 1."""

    key: str
    path: tuple[str, ...]
    status: str
    security: Security
    similarity: float


class Index:
    """Rows by the words of their names."""

    __slots__ = ("by_word",)

    def __init__(self, rows: Iterable[Loose]) -> None:
        self.by_word: dict[str, list[Loose]] = {}
        for loose in rows:
            for word in dict.fromkeys(tokens(_name(loose))):
                self.by_word.setdefault(word, []).append(loose)

    def likeliest(self, wanted: Loose, least: float = LIKE) -> Likely | None:
        """The row of the most similar name; None where all are less alike than `least`.

        Two variants of one heading are compared by their qualifiers alone, others by heading and qualifier.
        """
        scores = self._scores(wanted, least)
        return _likely(*scores[0]) if scores else None

    def heir(self, wanted: Loose, taken: Collection[int], least: float = LIKE) -> tuple[Loose, Likely] | None:
        """The one row that is more alike than any other, among those whose ids are not `taken`; None where two are
        alike.
        """
        scores = [found for found in self._scores(wanted, least) if id(found[1]) not in taken]
        if not scores or (len(scores) > 1 and scores[0][0] == scores[1][0]):
            return None
        return scores[0][1], _likely(*scores[0])

    def _scores(self, wanted: Loose, least: float) -> list[tuple[float, Loose]]:
        """Rows that share words with one, the most similar first."""
        shared: dict[int, tuple[int, Loose]] = {}
        for word in dict.fromkeys(tokens(_name(wanted))):
            for loose in self.by_word.get(word, ())[:_CANDIDATES]:
                shared[id(loose)] = (shared.get(id(loose), (0, loose))[0] + 1, loose)
        closest = sorted(shared.values(), key=lambda found: -found[0])[:_CLOSELY]
        scores = [(_alike(wanted, loose), loose) for _, loose in closest]
        return sorted((found for found in scores if found[0] >= least), key=lambda found: -found[0])


def _likely(score: float, loose: Loose) -> Likely:
    row = loose.row
    return Likely(row.key, row.path, row.status, row.security, round(score, 2))


def _alike(one: Loose, other: Loose) -> float:
    if one.other is other.entry or one.entry is other.entry:
        return similarity(one.row.qualifier or "", other.row.qualifier or "")
    return max(similarity(_name(one), _name(other)), similarity(one.entry.name, other.entry.name))


def _name(loose: Loose) -> str:
    return f"{loose.entry.name} {loose.row.qualifier or ''}".rstrip()
