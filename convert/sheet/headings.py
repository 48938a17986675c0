"""Where a row is: its section and feature, its own or those of the rows above; and the order of all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from convert.sheet import problems
from convert.sheet.cell_text import Words
from convert.sheet.header import ranges
from convert.sheet.table import Line
from grammar.diagnostic import Diagnostic

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


_HEAD = object()


class Ordered(Generic[K, V]):
    """Things in the order of the sheet.

    A new one goes behind the one that was met before it in the same tab, so that tabs that each list a part of the same
    things give one order.
    """

    __slots__ = ("_cursor", "_items", "_last", "_next", "_tab")

    def __init__(self) -> None:
        self._items: dict[K, tuple[V, int]] = {}  # each with the tab that it was met in first
        self._next: dict[object, K] = {}
        self._last: object = _HEAD
        self._cursor: object = _HEAD
        self._tab = -1

    def reach(self, key: K, make: Callable[[], V], tab: int, *, at_end: bool = False) -> V:
        """The thing of a key, made where it is new; `tab` numbers the tabs, `at_end` puts it behind all."""
        if tab != self._tab:
            self._tab, self._cursor = tab, self._last if at_end else _HEAD
        found = self._items.get(key)
        if found is None:
            found = self._items[key] = make(), tab
            if self._cursor in self._next:
                self._next[key] = self._next[self._cursor]
            else:
                self._last = key
            self._next[self._cursor] = key
            self._cursor = key
        elif found[1] != tab and not at_end:
            self._cursor = key
        return found[0]

    def __iter__(self) -> Iterator[tuple[K, V]]:
        at: object = _HEAD
        while at in self._next:
            key = self._next[at]
            yield key, self._items[key][0]
            at = key


@dataclass(slots=True)
class Headings:
    """The section and feature of the row that was read last; a struck name withdraws its rows."""

    report: list[Diagnostic]
    trees: tuple[str, ...] = ()
    section: Words | None = None
    feature: Words | None = None
    section_gone: bool = False
    feature_gone: bool = False
    nowhere: list[Line] = field(default_factory=list)

    def move(self, line: Line) -> bool:
        """Go to a row; whether it counts, which one of a withdrawn or missing section or feature does not."""
        section, feature = line.title or line.get("section"), line.get("feature")
        if section.text:
            if self.section_gone or self.section is None or section.line != self.section.line:
                self.section, self.feature = section, None
                self.section_gone = self.feature_gone = False
        elif section.struck:
            self._withdraw("section", section)
            self.section_gone, self.feature, self.feature_gone = True, None, False
        if feature.text:
            self.feature, self.feature_gone = feature, False
        elif feature.struck:
            self._withdraw("feature", feature)
            self.feature, self.feature_gone = None, True
        if self.section_gone or self.feature_gone:
            return False
        if self.section is None and not line.dropped:
            self.nowhere.append(line)
        return self.section is not None

    def finish(self) -> None:
        """Say which rows are in no section, once for all of them."""
        if self.nowhere:
            first, *more = self.nowhere
            rows = ranges(line.number for line in self.nowhere) if more else ""
            self.report.append(problems.no_section(first.place("feature"), self.trees, rows))

    def _withdraw(self, what: str, said: Words) -> None:
        self.report.append(problems.withdrawn(said.place, self.trees, what, said.gone))
