"""What was renamed by hand: which cell of the sheet a row or heading of the file has under its old name."""

from __future__ import annotations

from dataclasses import dataclass, field

from convert.merge import Change
from convert.merge.fields import loose
from convert.merge.match import match
from convert.merge.parts import read
from convert.update.plan import Plan


@dataclass(frozen=True, slots=True)
class InSheet:
    """Where the sheet has something: the cell (None: it has no such row), and the name that it has there, if
    another.
    """

    cell: str | None
    name: str | None = None


@dataclass(slots=True)
class Sheet:
    """The cells of a plan by the keys of the file, renamed rows and headings included."""

    plan: Plan
    headings: dict[str, tuple[str, str]] = field(default_factory=dict)
    rows: dict[str, Change] = field(default_factory=dict)

    def __post_init__(self) -> None:
        told = self.plan.told
        if any(change.place.what == "heading" or change.place.key not in self.plan.cells for change in told):
            pairs = match(read(self.plan.theirs, "draft").root, read(self.plan.ours, "file").root)
            self.headings = {
                new.anchor: (old.anchor, old.words[-1])
                for old, new in pairs.items()
                if old.parent is not None and old.name != new.name
            }
        self.rows = _variants(told)

    def at(self, change: Change) -> InSheet:
        """Where the sheet has what a change is about."""
        key, cells = change.place.key, self.plan.cells
        old = self.rows.get(key)
        if old is not None:
            return InSheet(cells.get(old.place.key), old.place.qualifier.removeprefix("--"))
        anchor, mark, rest = key.partition("--" if "--" in key else ":")
        if key not in cells and anchor in self.headings:
            there, name = self.headings[anchor]
            first = next((cell for row, cell in cells.items() if row == there or row.startswith(f"{there}--")), None)
            return InSheet(cells.get(f"{there}{mark}{rest}", first), name)
        return InSheet(cells.get(key))


def _variants(told: list[Change]) -> dict[str, Change]:
    """Rows that were given another variant by hand: by their new keys, the change that has the row under the old
    one.
    """
    rows = [change for change in told if change.place.what == "status" and change.who == "ours"]
    fresh, gone = dict[_Said, list[Change]](), dict[_Said, list[Change]]()
    for change in rows:
        if change.theirs is None and change.ours is not None:
            fresh.setdefault((change.place.path, loose(change.ours)), []).append(change)
        elif change.ours is None and change.theirs is not None:
            gone.setdefault((change.place.path, loose(change.theirs)), []).append(change)
    return {
        new[0].place.key: gone[said][0] for said, new in fresh.items() if len(new) == 1 and len(gone.get(said, ())) == 1
    }


_Said = tuple[tuple[str, ...], str]  # the headings of a row, and its status
