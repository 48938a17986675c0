"""Small pictures as inline SVG, each with the same in words: the statuses of a row over the releases, and how much
has support.
"""

from __future__ import annotations

from collections.abc import Sequence

from convert.matrix.build import Cell, Line, Matrix
from convert.matrix.page import LETTERS
from convert.matrix.words import ABSENCE, SECURITY
from convert.trees.state import State
from grammar.labels import Security

_WIDTH, _HEIGHT = 56, 26
SHARES: tuple[tuple[str, str, tuple[Security, ...]], ...] = (
    ("y", "security supported", ("yes",)),
    ("c", "with conditions", ("caveats", "limited")),
    ("x", "by another project", ("external",)),
    ("n", "not, or not stated", ("no", "unstated")),
)


def strip(line: Line, names: Sequence[str]) -> str:
    """The statuses of a row, the oldest tree first: a box a tree, coloured by what the status states, with its sign."""
    boxes = []
    for place, index in enumerate(reversed(range(len(names)))):
        cell, x = line.cells[index], place * _WIDTH
        kind = "a" if cell.status is None else LETTERS[cell.security or "unstated"]
        sign = "–" if cell.status is None else SECURITY[cell.security or "unstated"].sign
        boxes.append(
            f'<rect class="f-{kind}" x="{x}" width="{_WIDTH - 2}" height="{_HEIGHT}"/>'
            f'<text x="{x + _WIDTH // 2 - 1}" y="17">{sign}</text>'
            f'<text class="t" x="{x + _WIDTH // 2 - 1}" y="{_HEIGHT + 13}">{_escape(_short(names[index]))}</text>'
        )
    width = len(names) * _WIDTH
    label = _escape(in_words(line, names))
    return (
        f'<svg class="strip" role="img" aria-label="{label}" viewBox="0 0 {width} {_HEIGHT + 18}" width="{width}" '
        f'height="{_HEIGHT + 18}">{"".join(boxes)}</svg>'
    )


def in_words(line: Line, names: Sequence[str]) -> str:
    """The statuses of a row over the releases, the oldest first: `4.10 to 4.16: Experimental; 4.17: Supported`."""
    runs: list[tuple[str, list[str]]] = []
    for index in reversed(range(len(names))):
        words = _said(line.cells[index], line.kind == "list")
        if runs and runs[-1][0] == words:
            runs[-1][1].append(names[index])
        else:
            runs.append((words, [names[index]]))
    return "; ".join(f"{run[0]} to {run[-1]}: {words}" if len(run) > 1 else f"{run[0]}: {words}" for words, run in runs)


def _said(cell: Cell, is_list: bool) -> str:
    if cell.status is None:
        return {"not-yet": "not listed yet", "removed": "no longer listed", "gap": "not listed"}.get(
            cell.absence or "gap", ABSENCE["unreadable"][0]
        )
    return cell.status if is_list else f"{cell.status} ({SECURITY[cell.security or 'unstated'].words})"


def shares(matrix: Matrix, index: int) -> list[int]:
    """How many statuses of a tree have each of SHARES, as they state it."""
    cells = [line.cells[index] for line in matrix.rows if line.kind in ("status", "limit")]
    stated = [cell.security for cell in cells if cell.status is not None]
    return [sum(security in kinds for security in stated) for _, _, kinds in SHARES]


def chart(matrix: Matrix, states: Sequence[State]) -> str:
    """A bar a tree, the oldest first, in parts as SHARES has them; the numbers are in a table beside it."""
    counts = [shares(matrix, index) for index in range(len(matrix.trees))]
    highest = max((sum(row) for row in counts), default=0) or 1
    bars, tall = [], 180
    for place, index in enumerate(reversed(range(len(counts)))):
        y = float(tall)
        for (kind, _, _), number in zip(SHARES, counts[index], strict=True):
            height = number * (tall - 10) / highest
            y -= height
            bars.append(
                f'<rect class="f-{kind}" x="{place * _WIDTH}" y="{y:.1f}" width="{_WIDTH - 8}" height="{height:.1f}"/>'
            )
        name = _escape(_short(matrix.trees[index].name))
        bars.append(f'<text class="t" x="{place * _WIDTH + (_WIDTH - 8) // 2}" y="{tall + 14}">{name}</text>')
    width = len(counts) * _WIDTH
    return (
        '<svg class="chart" role="img" aria-label="Statuses with security support in each tree; the table has the'
        f' numbers" viewBox="0 0 {width} {tall + 20}" width="{width}" height="{tall + 20}">{"".join(bars)}</svg>'
    )


def _short(name: str) -> str:
    return name if len(name) <= 8 else f"{name[:7]}…"


def _escape(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))
