"""README's walks: blocks of commands with what they print, `...` for lines that are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
_BLOCK = re.compile(r"<!-- walk: (\w+)(, in xen\.git)? -->\n(.*?)<!-- /walk -->", re.S)


@dataclass(frozen=True)
class Walk:
    """A block: its name, whether it is walked in a clone of xen.git, and each command with the lines that it prints."""

    name: str
    in_xen: bool
    steps: tuple[tuple[str, tuple[str, ...]], ...]


def walks() -> list[Walk]:
    """All of README's, in their order: the later ones use the files that the first has made."""
    found = []
    for name, in_xen, block in _BLOCK.findall(README.read_text()):
        lines = [line.removeprefix("    ") for line in block.splitlines()]
        starts = [at for at, line in enumerate(lines) if line.startswith("$ ")] + [len(lines)]
        steps = tuple((lines[a][2:], tuple(lines[a + 1 : b])) for a, b in pairwise(starts))
        found.append(Walk(name, bool(in_xen), steps))
    return found


def agrees(shown: tuple[str, ...], printed: list[str]) -> bool:
    """Whether the lines are shown as they were printed, but for those that `...` leaves out."""
    pattern = "\n".join("*" if line == "..." else re.sub(r"([*?[])", r"[\1]", line) for line in shown)
    text = "\n".join(line.rstrip() for line in printed)
    return any(fnmatchcase(text, one) for one in (pattern, pattern.removeprefix("*\n")))
