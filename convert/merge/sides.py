"""What a merge is told beforehand, and what it reports: places in a file, settled ones, and who changed what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from convert.merge.chunks import Labels
from convert.merge.sequence import Side

Who = Literal["ours", "theirs", "both", "conflict"]
# ours, base, theirs, labels of the three -> merged text and the number of conflicts in it
MergeText = Callable[[str, str, str, tuple[str, str, str]], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of merging, by name.

    `key`: a row's key, or `ANCHOR:WHAT`; `path`: the headings that lead to it; `what`: `status`, `description`,
    `caveats`, `heading`, `position`, `feature` (the heading with all that is its own), `file`; `qualifier`: a row's, in
    key form.
    """

    key: str
    path: tuple[str, ...]
    what: str
    qualifier: str = ""


# which side a unit is to have whatever the other says; None: merge it
Rule = Callable[[Place], Side | None]


@dataclass(frozen=True, slots=True)
class Change:
    """A unit that a side changed: `who` (`both`: to the same), its texts (None: not there), how it was settled."""

    place: Place
    who: Who
    base: str | None
    ours: str | None
    theirs: str | None
    settled: Side | None = None

    @property
    def open(self) -> bool:
        """Whether it still needs a decision."""
        return self.who == "conflict" and self.settled is None


@dataclass(slots=True)
class Context:
    """What all steps of one merge share."""

    labels: Labels
    rule: Rule
    merge_text: MergeText
    changes: list[Change] = field(default_factory=list)
    units: int = 0

    def note(self, place: Place, who: Who | None, texts: Sequence[str | None], settled: Side | None = None) -> None:
        """Count a unit, and report it where a side changed it; `texts` are the base's, ours, theirs."""
        self.units += 1
        if who is not None:
            base, ours, theirs = texts
            self.changes.append(Change(place, who, base, ours, theirs, settled))
