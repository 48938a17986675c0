"""The difference of two states of a file as a unified diff, in time that grows with the file and not with its square.

Fixes change few lines in place, so that the next equal lines are near; where they are not, what is between counts as
replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

_NEAR = 64  # lines by which the two states may be apart and are still found to go on together
_ALIKE = 2  # lines in a row that must be equal for that
_CONTEXT = 3


class _Change(NamedTuple):
    """Lines `old` to `old_end` of the old state became `new` to `new_end` of the new one; ends are exclusive."""

    old: int
    old_end: int
    new: int
    new_end: int


def unified(old: Sequence[bytes], new: Sequence[bytes], old_name: bytes, new_name: bytes) -> Iterator[bytes]:
    """The lines of the diff; nothing where the two are equal.  Lines come and go with their line ends."""
    groups = list(_groups(_changes(old, new)))
    if groups:
        yield b"--- %s\n" % old_name
        yield b"+++ %s\n" % new_name
    for group in groups:
        yield from _hunk(old, new, group)


def _changes(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[_Change]:
    at, there = 0, 0
    while at < len(old) or there < len(new):
        if at < len(old) and there < len(new) and old[at] == new[there]:
            at, there = at + 1, there + 1
            continue
        end, other = _together(old, new, at, there)
        yield _Change(at, end, there, other)
        at, there = end, other


def _together(old: Sequence[bytes], new: Sequence[bytes], at: int, there: int) -> tuple[int, int]:
    """Where the two go on alike: the nearest place, else both ends."""
    for away in range(1, 2 * _NEAR + 1):
        for more in range(max(0, away - _NEAR), min(away, _NEAR) + 1):
            end, other = at + away - more, there + more
            if end > len(old) or other > len(new):
                continue
            alike = old[end : end + _ALIKE]
            if (alike or other == len(new)) and list(alike) == list(new[other : other + _ALIKE]):
                return end, other
    return len(old), len(new)


def _groups(changes: Iterator[_Change]) -> Iterator[list[_Change]]:
    """Changes whose context lines meet."""
    group: list[_Change] = []
    for change in changes:
        if group and change.old - group[-1].old_end > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _hunk(old: Sequence[bytes], new: Sequence[bytes], group: Sequence[_Change]) -> Iterator[bytes]:
    first, last = group[0], group[-1]
    before, after = min(_CONTEXT, first.old), min(_CONTEXT, len(old) - last.old_end)
    start, end = first.old - before, last.old_end + after
    ours, theirs = _range(start, end), _range(first.new - before, last.new_end + after)
    yield b"@@ -%s +%s @@\n" % (ours, theirs)
    at = start
    for change in group:
        yield from (b" " + line for line in old[at : change.old])
        yield from (b"-" + line for line in old[change.old : change.old_end])
        yield from (b"+" + line for line in new[change.new : change.new_end])
        at = change.old_end
    yield from (b" " + line for line in old[at:end])


def _range(start: int, end: int) -> bytes:
    """Lines in the form of a unified diff: the first from 1 (the one before where there are none), and how many."""
    count = end - start
    if count == 1:
        return b"%d" % (start + 1)
    return b"%d,%d" % (start + 1 if count else start, count)
