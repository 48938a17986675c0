"""What changed between two readings of a sheet, by tab and row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from convert.sheet.cells import Tab, Workbook
from convert.sheet.formats.snapshot_rows import canonical, encode_rows, row_line, tab_sha256

_DIFF_LIMIT = 3_000  # lines; beyond, difflib's time is no longer bounded by anything useful


@dataclass(frozen=True, slots=True)
class TabChange:
    """What happened to one tab: row numbers (from 1), of the old tab for `removed`, else of the new one."""

    title: str
    kind: Literal["added", "removed", "changed", "same"]
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier reading: the sha256 of each tab by its title, and how a tab is had when it has to be compared."""

    sums: Mapping[str, str]
    tab: Callable[[str], Tab]

    @classmethod
    def of(cls, workbook: Workbook | None) -> Earlier:
        """That of a workbook; None has no tabs."""
        tabs = {tab.title: tab for tab in map(canonical, workbook.tabs if workbook else ())}
        return cls({title: tab_sha256(tab, encode_rows(tab)) for title, tab in tabs.items()}, tabs.__getitem__)


def changes(old: Workbook | None, new: Workbook) -> tuple[TabChange, ...]:
    """What `new` has that `old` had not and the other way round, by tab title: new tabs first, in order."""
    tabs = tuple(map(canonical, new.tabs))
    return changes_since(Earlier.of(old), tabs, [tab_sha256(tab, encode_rows(tab)) for tab in tabs])


def changes_since(old: Earlier, tabs: Sequence[Tab], sums: Sequence[str]) -> tuple[TabChange, ...]:
    """As `changes`, of canonical tabs and their sha256; only tabs whose sha256 differ are compared row by row."""
    out = []
    for tab, digest in zip(tabs, sums, strict=True):
        if tab.title not in old.sums:
            out.append(TabChange(tab.title, "added", added=tuple(row.number for row in tab.rows)))
        elif old.sums[tab.title] == digest:
            out.append(TabChange(tab.title, "same"))
        else:
            out.append(_compare(old.tab(tab.title), tab))
    gone = (old.tab(title) for title in old.sums if title not in {tab.title for tab in tabs})
    return (*out, *(TabChange(tab.title, "removed", removed=tuple(r.number for r in tab.rows)) for tab in gone))


def _compare(old: Tab, new: Tab) -> TabChange:
    before, after = [row_line(row) for row in old.rows], [row_line(row) for row in new.rows]
    start = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    added, removed, changed = [], [], []
    for i1, i2, j1, j2 in _differences(before[start:], after[start:]):
        both = min(i2 - i1, j2 - j1)
        changed += [row.number for row in new.rows[start + j1 : start + j1 + both]]
        added += [row.number for row in new.rows[start + j1 + both : start + j2]]
        removed += [row.number for row in old.rows[start + i1 + both : start + i2]]
    return TabChange(new.title, "changed", tuple(sorted(added)), tuple(sorted(removed)), tuple(sorted(changed)))


def _differences(a: list[str], b: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches `a[i1:i2]` that became `b[j1:j2]`; for very long tabs by the lines' counts, without their order."""
    if max(len(a), len(b)) <= _DIFF_LIMIT:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b).get_opcodes():
            if tag != "equal":
                yield i1, i2, j1, j2
        return
    for mine, other, old in ((a, b, True), (b, a, False)):
        spare = Counter(mine) - Counter(other)
        for n in range(len(mine) - 1, -1, -1):
            if spare[mine[n]] > 0:
                spare[mine[n]] -= 1
                yield (n, n + 1, 0, 0) if old else (0, 0, n, n + 1)
