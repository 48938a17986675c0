"""A line a finding, as checkpatch writes it and b4 reads it: `FILE:LINE: WARNING: CODE message`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from convert.lint.formats import LEVELS, Checked
from convert.output.terminal import Painter, clean, position


def write(checked: Sequence[Checked], out: IO[str], paint: Painter) -> None:
    """All findings; nothing where there are none."""
    for one in checked:
        for diagnostic in one.diagnostics:
            place = position(diagnostic, one.source)
            level = paint(LEVELS[diagnostic.severity], diagnostic.severity)
            where = clean(f"{one.name}:{place[0] if place else 1}")
            out.write(f"{where}: {level}: {diagnostic.code} {clean(diagnostic.message)}\n")
