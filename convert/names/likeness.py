"""What a vanished row may have become: suggestions by likeness of names, never more than that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from convert.names.pairing import similarity, tokens
from convert.names.rows import Loose
from grammar.labels import Security

LIKE = 0.5
# rows of one word, and rows that are looked at closely, for one name: they bound the time for hostile files
_CANDIDATES, _CLOSELY = 60, 15


@dataclass(frozen=True, slots=True)
class Likely:
    """A row of a like name: its key, path and status, and how alike the names are, from 0 to 1."""

    key: str
    path: tuple[str, ...]
    status: str
    security: Security
    similarity: float


@dataclass(slots=True)
class Index:
    """Rows by the words of their names."""

    by_word: dict[str, list[Loose]] = field(default_factory=dict)

    def __init__(self, rows: Iterable[Loose]) -> None:
        self.by_word = {}
        for loose in rows:
            for word in dict.fromkeys(tokens(_name(loose))):
                self.by_word.setdefault(word, []).append(loose)

    def likeliest(self, wanted: Loose, least: float = LIKE) -> Likely | None:
        """The row of the most similar name; None where all are less alike than `least`.

        Two variants of one heading are compared by their qualifiers alone, others by heading and qualifier.
        """
        shared: dict[int, tuple[int, Loose]] = {}
        for word in dict.fromkeys(tokens(_name(wanted))):
            for loose in self.by_word.get(word, ())[:_CANDIDATES]:
                shared[id(loose)] = (shared.get(id(loose), (0, loose))[0] + 1, loose)
        closest = sorted(shared.values(), key=lambda found: -found[0])[:_CLOSELY]
        best: tuple[float, Loose] | None = None
        for _, loose in closest:
            score = _alike(wanted, loose)
            if score >= least and (best is None or score > best[0]):
                best = (score, loose)
        if best is None:
            return None
        row = best[1].row
        return Likely(row.key, row.path, row.status, row.security, round(best[0], 2))


def _alike(one: Loose, other: Loose) -> float:
    if one.other is other.entry or one.entry is other.entry:
        return similarity(one.row.qualifier or "", other.row.qualifier or "")
    return max(similarity(_name(one), _name(other)), similarity(one.entry.name, other.entry.name))


def _name(loose: Loose) -> str:
    return f"{loose.entry.name} {loose.row.qualifier or ''}".rstrip()
