"""The notation of the sample texts: tables with bars, prose with a few tags, TOML around both."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class TextError(Exception):
    """A sample text does not say what a workbook needs; the message names the place."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text of one format."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What one cell says: its pieces, and the address that the whole cell links to."""

    pieces: tuple[Piece, ...]
    link: str | None = None

    @property
    def text(self) -> str:
        """All of the text, struck pieces included."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its cells, and the `name: value` cells after them."""

    cells: tuple[str, ...]
    extra: dict[str, str] = field(default_factory=dict)


def read_toml(path: Path) -> dict[str, Any]:
    """The data of a TOML file; raises TextError with the file's name where it is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TextError(f"{path.name}: {error}") from error


def table(text: str, width: int, where: str) -> list[Line]:
    """The lines of a table: `a | b | c`, a bar between cells, `=` for the cell on the left.

    A line has `width` cells; what follows them are extras, `owner: ARM maintainers`.  Raises TextError for a line of
    another shape.
    """
    lines = []
    for raw in text.strip("\n").split("\n"):
        cells = [cell.strip(" ") for cell in raw.split("|")]
        if len(cells) < width:
            raise TextError(f"{where}: {raw!r} has {len(cells)} cells, not {width}")
        if any(_EXTRA.match(cell) for cell in cells[:width]):
            raise TextError(f"{where}: {raw!r} has a `name: value` before cell {width}")
        for n in range(1, width):
            if cells[n] == "=":
                cells[n] = cells[n - 1]
        extra = {}
        for cell in cells[width:]:
            name, colon, value = cell.partition(":")
            if not colon or name in extra:
                raise TextError(f"{where}: {cell!r} is no `name: value`, or its name occurs twice")
            extra[name.strip()] = value.strip(" ")
        lines.append(Line(tuple(cells[:width]), extra))
    return lines


def unwrap(text: str) -> str:
    """Prose as a cell holds it: wrapped lines joined, an empty line between paragraphs, `- item` on a line of its own.

    `<br>` is a line break without an empty line.
    """
    lines: list[str] = []
    fresh = True
    for raw in text.strip("\n").split("\n"):
        line = raw.strip(" ")
        if not line:
            lines.append("")
        elif fresh or line[:2] in ("- ", "* ", "• "):
            lines.append(line)
        else:
            lines[-1] += " " + line
        fresh = not line
    return re.sub(" *<br> *", "\n", "\n".join(lines))


_EXTRA = re.compile(r"[a-z]+(?: \([^)]*\))?: ")
_CHARACTERS = {"<nbsp>": "\u00a0", "<zwsp>": "\u200b"}
_LINK = re.compile(r'<a href="([^"]+)">(.*)</a>', re.DOTALL)
_TAG = re.compile(r"<(/?)([bis])>")


def words(text: str) -> Words:
    """Text with `<b>`, `<i>` and `<s>` (struck out) as pieces; `<a href="...">` only around a whole cell.

    `<nbsp>` and `<zwsp>` are the no-break space and the zero-width space, which nobody can see in an editor.
    Raises TextError for a tag that is not closed and for a link around a part: a cell of an .xlsx has one link.
    """
    for name, character in _CHARACTERS.items():
        text = text.replace(name, character)
    whole = _LINK.fullmatch(text)
    link, inner = (whole[1], whole[2]) if whole else (None, text)
    if "<a " in inner:
        raise TextError(f"a link goes around a whole cell: {text!r}")
    pieces: list[Piece] = []
    on = {"b": False, "i": False, "s": False}
    at = 0
    for tag in _TAG.finditer(inner):
        if on[tag[2]] == (tag[1] == ""):
            raise TextError(f"{tag[0]} does not fit: {text!r}")
        if tag.start() > at:
            pieces.append(Piece(inner[at : tag.start()], on["b"], on["i"], on["s"]))
        on[tag[2]] = tag[1] == ""
        at = tag.end()
    if any(on.values()):
        raise TextError(f"a tag is not closed: {text!r}")
    if at < len(inner):
        pieces.append(Piece(inner[at:]))
    return Words(tuple(pieces), link)
