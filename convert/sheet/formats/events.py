"""The XML of a large part as plain calls: a tenth of what a tree of elements costs, with the same limits held.

A DTD is refused, so there are no entities; nothing is kept but what the handlers keep.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import islice
from typing import IO
from xml.parsers import expat

from convert.sheet.cells import SheetError
from convert.sheet.formats.grid import clean_title

_CHUNK = 64 << 10
_QUIET = 4 << 20  # bytes of XML in which no element begins: one text, comment or attribute
_NAMES = 200_000  # characters of all different names of elements and attributes: the parser keeps them all
MAX_DEPTH = 64


class Events(ABC):
    """One pass over a part.

    Subclasses have the parser's handlers themselves, as more calls between take their time: `start` calls `entered`
    first, `end` counts `depth` down and takes a text with `taken`.  `locals` are the names without prefixes.
    """

    def __init__(self) -> None:
        self.label = ""
        self.locals = _Locals()
        self.depth = 0
        self.begun = False  # whether an element began in this chunk
        self.pieces: list[str] = []  # the characters since an element began
        self._names: dict[str, str] = {}  # of elements and attributes, each once: the parser puts them there
        self._counted = self._length = 0
        self._parser = parser = expat.ParserCreate(intern=self._names)
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.pieces.append
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def read(self, stream: IO[bytes], label: str) -> None:
        """Read all of a stream; `label` is the file and the part, for messages.

        SheetError for what passes the limits, ExpatError for what is no XML.
        """
        self.label = label
        quiet = 0
        while chunk := stream.read(_CHUNK):
            self.begun = False
            self._parser.Parse(chunk, False)
            self._count_names()
            quiet = quiet + len(chunk) if not self.begun else 0
            if quiet > _QUIET:
                raise SheetError(f"{self.label}: one text of more than {_QUIET >> 20} MB; shorten it")
        self._parser.Parse(b"", True)

    @abstractmethod
    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    @abstractmethod
    def end(self, name: str) -> None:
        """An element ends."""

    def entered(self, *, texts: bool) -> None:
        """Note that an element begins; `texts`: where texts are read, half of one would be lost if this were in its
        middle.  Raises SheetError for that, and beyond MAX_DEPTH.
        """
        self.begun = True
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SheetError(f"{self.label}: elements are nested more than {MAX_DEPTH} deep")
        if self.pieces:
            if texts and not "".join(self.pieces).isspace():
                raise SheetError(f"{self.label}: an element inside a text; the file is damaged")
            self.pieces.clear()

    def taken(self) -> str:
        """The characters since an element began, which are not given twice."""
        text = "".join(self.pieces)
        self.pieces.clear()
        return text

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

    __slots__ = ("_hint", "_properties", "_style", "runs")

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Forget the last text."""
        self.runs: list[tuple[str, frozenset[str] | None]] = []
        self._style: frozenset[str] | None = None
        self._properties: set[str] | None = None
        self._hint = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element inside the text begins, other than `t`."""
        if name == "rPh":
            self._hint += 1
        elif name == "r":
            self._style = None
        elif name == "rPr":
            self._properties = set()
        elif self._properties is not None and attributes.get("val", "1") in ("1", "true", "on"):
            self._properties.add(name)

    def end(self, name: str, text: str) -> None:
        """An element inside the text ends; `text` are its characters."""
        if name == "t":
            if not self._hint:
                self.runs.append((text, self._style))
        elif name == "rPh":
            self._hint -= 1
        elif name == "rPr":
            self._style, self._properties = frozenset(self._properties or ()), None


def damaged(error: expat.ExpatError) -> str:
    """What the parser says is wrong, on one line."""
    return clean_title(str(error))[:120]
