"""The XML of a large part as plain calls: a tenth of what a tree of elements costs, with the same limits held.

Names come without their prefixes.  A DTD is refused, so there are no entities; nothing is kept but what the handlers
keep.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import IO
from xml.parsers import expat

from convert.sheet.cells import SheetError
from convert.sheet.formats.grid import clean_title

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Data = Callable[[str], None]
_CHUNK = 64 << 10
_QUIET = 4 << 20  # bytes of XML in which no element begins: one text, comment or attribute
_DEPTH = 64
_NAMES = 200_000  # characters of all different names of elements and attributes: the parser keeps them all


class Events:
    """One pass over a part; `label` is the file and the part, for messages."""

    def __init__(self, label: str, start: Start, end: End, data: Data) -> None:
        self.label = label
        self._start, self._end = start, end
        self._locals = _Locals()
        self._names: dict[str, str] = {}  # of elements and attributes, each once: the parser puts them there
        self._counted = self._length = self._depth = 0
        self._begun = False  # whether an element began in this chunk
        self._parser = parser = expat.ParserCreate(intern=self._names)
        parser.buffer_text = True
        parser.StartElementHandler = self._on_start
        parser.EndElementHandler = self._on_end
        parser.CharacterDataHandler = data
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def read(self, stream: IO[bytes]) -> None:
        """Read all of a stream.  SheetError for what passes the limits, ExpatError for what is no XML."""
        quiet = 0
        while chunk := stream.read(_CHUNK):
            self._begun = False
            self._parser.Parse(chunk, False)
            self._count_names()
            quiet = quiet + len(chunk) if not self._begun else 0
            if quiet > _QUIET:
                raise SheetError(f"{self.label}: one text of more than {_QUIET >> 20} MB; shorten it")
        self._parser.Parse(b"", True)

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        self._begun = True
        self._depth += 1
        if self._depth > _DEPTH:
            raise SheetError(f"{self.label}: elements are nested more than {_DEPTH} deep")
        self._start(self._locals[name], attributes)

    def _on_end(self, name: str) -> None:
        self._depth -= 1
        self._end(self._locals[name])

    def _count_names(self) -> None:
        """Count the names that the last chunk added."""
        if self._counted == len(self._names):
            return
        self._length += sum(map(len, islice(self._names, self._counted, None)))
        self._counted = len(self._names)
        if self._length > _NAMES:
            raise SheetError(f"{self.label}: too many names of elements; this is not a workbook")

    def _refuse(self, *_: object) -> None:
        raise SheetError(f"{self.label} declares a DTD or entities, which no workbook needs")


class _Locals(dict[str, str]):
    """Names of elements without their prefixes, each cut once."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(":")[2]
        return local


class Strings:
    """Texts of an .xlsx (`si`, `is`, `text`) from events: plain, or runs with their formats; phonetic hints are left
    out.

    `runs` are (text, (bold, italic, struck)), None for the format of the cell.
    """

    __slots__ = ("_hint", "_listening", "_piece", "_properties", "_style", "runs")

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget the last text."""
        self.runs: list[tuple[str, frozenset[str] | None]] = []
        self._style: frozenset[str] | None = None
        self._properties: set[str] | None = None
        self._piece: list[str] = []
        self._listening = False
        self._hint = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element inside the text begins."""
        if name == "rPh":
            self._hint += 1
        elif name == "t":
            self._listening, self._piece = not self._hint, []
        elif name == "r":
            self._style = None
        elif name == "rPr":
            self._properties = set()
        elif self._properties is not None and attributes.get("val", "1") in ("1", "true", "on"):
            self._properties.add(name)

    def data(self, text: str) -> None:
        """Characters."""
        if self._listening:
            self._piece.append(text)

    def end(self, name: str) -> None:
        """An element inside the text ends."""
        if name == "rPh":
            self._hint -= 1
        elif name == "t":
            if self._listening:
                self.runs.append(("".join(self._piece), self._style))
            self._listening = False
        elif name == "rPr":
            self._style, self._properties = frozenset(self._properties or ()), None


def damaged(error: expat.ExpatError) -> str:
    """What the parser says is wrong, on one line."""
    return clean_title(str(error))[:120]
