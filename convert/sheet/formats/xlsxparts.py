"""The parts of an .xlsx beside its sheets: relationships, styles, shared strings, notes (ECMA-376 part 1, 12.3 and 18).

Each function reads one part as a stream and gives plain values; unknown elements and attributes are passed over.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element

from convert.sheet.cells import SheetError
from convert.sheet.formats.archive import Archive, local, resolve
from convert.sheet.formats.events import Events, Strings
from convert.sheet.formats.grid import PLAIN, Style, clean_title
from convert.sheet.formats.numbers import BUILTIN

Text = str | tuple[tuple[str, Style | None], ...]
"""A string of a cell: plain, or runs with their formats; None stands for the format of the cell."""
MAX_STRINGS = 4_000_000
_EXTENSIONS = frozenset({"extLst"})
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Relation(NamedTuple):
    """A relationship of a part: the last word of its type, its target, whether that is outside of the file."""

    kind: str
    target: str
    external: bool


class Format(NamedTuple):
    """What a cell's style says: its font and the code of its number format."""

    font: Style
    number: str


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its name without namespace, as strict and transitional files differ in the namespace."""
    value = element.get(name)
    if value is None:
        value = next((value for key, value in element.items() if local(key) == name), None)
    return value


def whole_number(text: str | None, where: str) -> int:
    """A count or index from an attribute; SheetError naming the part or cell (`where`) where it is none."""
    if text is None or not re.fullmatch(r"\s*[0-9]{1,9}\s*", text, re.ASCII):
        said = "" if text is None else f" ({clean_title(text)[:40]!r})"
        raise SheetError(f"{where}: a number is missing or no number{said}; the file is damaged")
    return int(text)


def truth(value: str | None) -> bool:
    """An xsd:boolean attribute that is false when absent."""
    return value in ("1", "true", "on")


def relations(archive: Archive, part: str) -> dict[str, Relation]:
    """The relationships of a part by their id; none where it has no such file."""
    folder, _, name = part.rpartition("/")
    path = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    if not archive.has(path):
        return {}
    found = {}
    for _, _, element in archive.walk(path, whole=frozenset({"Relationship"})):
        external = element.get("TargetMode") == "External"
        target = element.get("Target", "")
        kind = element.get("Type", "").rpartition("/")[2]
        found[element.get("Id", "")] = Relation(kind, target if external else resolve(part, target), external)
    return found


def styles(archive: Archive, part: str) -> list[Format]:
    """The cell formats in the order in which cells refer to them."""
    fonts: list[Style] = []
    codes = dict(BUILTIN)
    formats: list[Format] = []
    wanted = frozenset({"font", "numFmt", "xf"})
    skipped = _EXTENSIONS | {"dxfs", "cellStyleXfs"}
    for _, name, element in archive.walk(part, whole=wanted, skip=skipped):
        if name == "font":
            fonts.append(_font(element))
        elif name == "numFmt":
            codes[whole_number(element.get("numFmtId"), part)] = element.get("formatCode", "General")
        else:
            font = whole_number(element.get("fontId") or "0", part)
            code = codes.get(whole_number(element.get("numFmtId") or "0", part), "General")
            formats.append(Format(fonts[font] if font < len(fonts) else PLAIN, code))
    return formats


def shared_strings(archive: Archive, part: str) -> list[Text]:
    """The shared strings in the order in which cells refer to them."""
    reading = _SharedStrings(archive.label)
    archive.events(part, reading)
    return reading.strings


class _SharedStrings(Events):
    def __init__(self, book: str) -> None:
        super().__init__()
        self.book = book
        self.strings: list[Text] = []
        self.reading = Strings()
        self.inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.entered(texts=self.inside)
        name = self.locals[name]
        if self.inside:
            if name != "t":
                self.reading.start(name, attributes)
        elif name == "si":
            self.inside = True
            self.reading.begin()

    def end(self, name: str) -> None:
        self.depth -= 1
        name = self.locals[name]
        if name == "si":
            self.inside = False
            self.strings.append(text_of(self.reading))
            if len(self.strings) > MAX_STRINGS:
                raise SheetError(f"{self.book}: more than {MAX_STRINGS:,} texts")
        elif self.inside:
            self.reading.end(name, self.taken())


def text_of(reading: Strings) -> Text:
    """A text that was read from events."""
    runs = reading.runs
    if len(runs) == 1 and runs[0][1] is None:
        return unescape(runs[0][0])
    return tuple((unescape(text), None if style is None else _style(style)) for text, style in runs) or ""


def _style(on: frozenset[str]) -> Style:
    return Style("b" in on, "i" in on, bool(on & {"strike", "dstrike"}))


def string(element: Element) -> Text:
    """The text of an `si`, `is` or comment `text`; phonetic hints are left out."""
    pieces: list[tuple[str, Style | None]] = []
    for child in element:
        kind = local(child.tag)
        if kind == "t":
            pieces.append((unescape(child.text or ""), None))
        elif kind == "r":
            style = None
            for part in child:
                if local(part.tag) == "rPr":
                    style = _font(part)
                elif local(part.tag) == "t":
                    pieces.append((unescape(part.text or ""), style))
    if len(pieces) == 1 and pieces[0][1] is None:
        return pieces[0][0]
    return tuple(pieces) if pieces else ""


def unescape(text: str) -> str:
    """`_x000D_` and the like stand for characters that XML cannot hold (18.4.12); two of them may be one beyond
    U+FFFF.
    """
    if "_x" not in text:
        return text
    found = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return found if found.isascii() else found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def comments(archive: Archive, part: str) -> dict[str, str]:
    """The notes of a sheet by the reference of their cell (`F23`)."""
    found = {}
    for _, _, element in archive.walk(part, whole=frozenset({"comment"}), skip=_EXTENSIONS):
        texts = [string(child) for child in element if local(child.tag) == "text"]
        whole = "".join(text if isinstance(text, str) else "".join(piece for piece, _ in text) for text in texts)
        found[element.get("ref", "")] = whole
    return found


def threads(archive: Archive, part: str) -> dict[str, str]:
    """The threaded comments of a sheet by the reference of their cell: a thread's texts in order, a line each."""
    found: dict[str, str] = {}
    for _, _, element in archive.walk(part, whole=frozenset({"threadedComment"}), skip=_EXTENSIONS):
        text = "".join(child.text or "" for child in element if local(child.tag) == "text")
        reference = element.get("ref", "")
        found[reference] = f"{found[reference]}\n{text}" if reference in found else text
    return found


def _font(element: Element) -> Style:
    """Bold, italic, struck of a font or of a run's properties; an element without `val` means true."""
    return _style(frozenset(local(child.tag) for child in element if child.get("val", "1") in ("1", "true", "on")))
