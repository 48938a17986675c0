"""Pieces of text on their way into a merged file: what is between them, and conflict markers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grammar.meaning import Meaning

_LEFT_OVER = re.compile(r"^(?:<{7}|\|{7}|>{7})(?: .*)?$|^={7}$", re.M)


@dataclass(slots=True, eq=False)
class Chunk:
    """A text, the spaces after it in the file it comes from, and where in that file it was.

    `origin` names the file, `index` counts its pieces; a new text has neither.  `kind` is its unit's; `meaning` what it
    must read back as, None where that is not known.
    """

    text: str
    gap: str
    kind: str
    origin: str = ""
    index: int = -1
    meaning: Meaning | None = None
    owner: object = None


def assemble(
    chunks: Sequence[Chunk], between: str = "\n\n", end: str = "\n", last: tuple[str, int] | None = None
) -> str:
    """Chunks as one text.  Neighbours in their file keep what was between them; others get at least `between`.

    `last` is the origin and index of the piece at the end of its file, whose gap is kept when it ends this text too.
    """
    shown = [chunk for chunk in chunks if chunk.text or chunk.index == 0]
    out: list[str] = []
    for n, chunk in enumerate(shown):
        out.append(chunk.text)
        if n + 1 == len(shown):
            out.append(chunk.gap if (chunk.origin, chunk.index) == last else end if chunk.text else "")
            continue
        after = shown[n + 1]
        if chunk.origin and chunk.origin == after.origin and chunk.index + 1 == after.index:
            out.append(chunk.gap)
        elif chunk.text:
            out.append(chunk.gap if chunk.gap.count("\n") >= between.count("\n") else between)
    return "".join(out)


@dataclass(frozen=True, slots=True)
class Labels:
    """What conflict markers call the sides, and the cell of each key that they are about."""

    ours: str = "ours"
    base: str = "base"
    theirs: str = "theirs"
    cells: Mapping[str, str] = field(default_factory=dict)

    def of_theirs(self, key: str) -> str:
        """What the other side is called for a key: with its cell where one is known, and with the key."""
        cell = self.cells.get(key)
        return " ".join(f"{self.theirs} {cell or ''} [{key}]".split())


def marked(key: str, texts: Sequence[str], labels: Labels) -> str:
    """Three versions of a text (ours, base, theirs) between conflict markers, as git's diff3 style has them."""
    ours, base, theirs = texts
    lines = [
        f"<<<<<<< {labels.ours}", *_lines(ours), f"||||||| {labels.base}", *_lines(base),
        "=======", *_lines(theirs), f">>>>>>> {labels.of_theirs(key)}",
    ]  # fmt: skip
    return "\n".join(lines)


def _lines(text: str) -> Iterable[str]:
    return text.split("\n") if text else ()


def left_over(text: str) -> list[int]:
    """The lines (from 1) that are conflict markers."""
    return [text.count("\n", 0, found.start()) + 1 for found in _LEFT_OVER.finditer(text)]
