"""An .xlsx or .xlsm workbook (ECMA-376 part 1, chapter 18) -> tabs, in one pass over each sheet.

A reader of our own, because of what was measured: openpyxl must load a file twice to see both formulas and their stored
values, makes a cell of every formatted blank (a million of them take minutes and gigabytes), and hangs on one merge
over the whole sheet.  Here blank cells cost nothing, a `<dimension>` is not believed, and stored values, formulas,
notes and links come in one pass.  Macros, charts and links to other workbooks are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import ClassVar, NamedTuple
from xml.etree.ElementTree import Element

from convert.sheet.cells import Cell, SheetError, Tab, place
from convert.sheet.formats.archive import MAX_NODES, Archive
from convert.sheet.formats.events import Events, Strings
from convert.sheet.formats.grid import (
    MAX_ROW,
    MAX_TABS,
    PLAIN,
    Grid,
    Progress,
    Report,
    Style,
    clean_title,
    make_cell,
    text_cell,
)
from convert.sheet.formats.numbers import render
from convert.sheet.formats.xlsxparts import (
    Format,
    Relation,
    Text,
    attribute,
    comments,
    relations,
    shared_strings,
    styles,
    text_of,
    threads,
    truth,
    unescape,
    whole_number,
)

NO_VALUE = "formula without a stored value"
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_HYPERLINK = re.compile(r'\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*[,)]', re.IGNORECASE)
_SHORT = 64  # characters of a value whose cell is kept for others of the same value
_KEPT = 50_000  # such cells
_GENERAL = Format(PLAIN, "General")


class _Area(NamedTuple):
    """An area of cells: its first row (from 1) and column (from 0), how many rows and columns."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class _Book:
    """What the sheets of a workbook share."""

    archive: Archive
    report: Report
    progress: Progress | None
    strings: list[Text]
    formats: list[Format]
    epoch_1904: bool


class _Sheet(NamedTuple):
    title: str
    hidden: bool
    part: str


def read_xlsx(archive: Archive, report: Report, progress: Progress | None = None) -> tuple[Tab, ...]:
    """The tabs of a workbook in their order; problems go to `report`.  SheetError for what cannot be read at all."""
    main = next(
        (rel.target for rel in relations(archive, "").values() if rel.kind == "officeDocument"), "xl/workbook.xml"
    )
    related = relations(archive, main)
    sheets: list[_Sheet] = []
    epoch_1904, number = False, 0
    for _, name, element in archive.walk(main, whole=frozenset({"sheet", "workbookPr"}), skip=frozenset({"extLst"})):
        if name == "workbookPr":
            epoch_1904 = truth(element.get("date1904"))
        else:
            number += 1
            sheets += _sheet(archive, element, related, number)
    if not sheets:
        raise SheetError(f"{archive.label}: the workbook has no tab with cells")
    if len(sheets) > MAX_TABS:
        raise SheetError(f"{archive.label}: {len(sheets):,} tabs; at most {MAX_TABS} are read")
    parts = {rel.kind: rel.target for rel in related.values() if not rel.external and archive.has(rel.target)}
    book = _Book(
        archive,
        report,
        progress,
        shared_strings(archive, parts["sharedStrings"]) if "sharedStrings" in parts else [],
        styles(archive, parts["styles"]) if "styles" in parts else [],
        epoch_1904,
    )
    return tuple(_tab(book, sheet) for sheet in sheets)


def _sheet(archive: Archive, element: Element, related: dict[str, Relation], number: int) -> Iterator[_Sheet]:
    """The tab that the `number`th `sheet` element names; nothing for charts and the like."""
    title = element.get("name", "")
    hidden = element.get("state", "visible") != "visible"
    name = attribute(element, "id")
    relation = related.get(name or "")
    if relation is None and not name:  # without r:id the files are numbered as the tabs are
        by_number = f"xl/worksheets/sheet{number}.xml"
        if archive.has(by_number):
            yield _Sheet(title, hidden, by_number)
            return
    if relation is None or relation.external or (relation.kind == "worksheet" and not archive.has(relation.target)):
        raise SheetError(f"{archive.label}: the part with tab {clean_title(title)} is missing; the file is damaged")
    if relation.kind == "worksheet":
        yield _Sheet(title, hidden, relation.target)


def _tab(book: _Book, sheet: _Sheet) -> Tab:
    reader = _Reader(book, sheet, relations(book.archive, sheet.part))
    book.archive.events(sheet.part, reader)
    for area, target in reader.links:
        reader.grid.link(*area, target)
    _add_notes(book, reader.grid, reader.related)
    return reader.grid.finish(hidden=sheet.hidden, hidden_columns=reader.hidden_columns)


class _Reader(Events):
    """The events of one sheet into its grid."""

    def __init__(self, book: _Book, sheet: _Sheet, related: dict[str, Relation]) -> None:
        super().__init__()
        self.book, self.title, self.related = book, sheet.title, related
        self.grid = Grid(sheet.title, book.report, book.progress)
        self.hidden_columns: list[tuple[int, int]] = []
        self.links: list[tuple[_Area, str]] = []
        self.row, self.column = 0, -1
        self.digits = ""  # of the row, as the references of its cells end; none where no cell can be
        self.columns: dict[str, int] = {}  # by their letters
        self.cell: dict[str, str] | None = None
        self.value: str | None = None
        self.formula: str | None = None
        self.strings = Strings()
        self.inline: Strings | None = None
        self.filled = 0  # elements inside of the cell
        self.skipped = 0  # the depth of the extLst that reading is in
        self.cached: dict[tuple[str, str, str], Cell | None] = {}
        self.formats: dict[str, Format] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.entered(texts=self.cell is not None and not self.skipped)
        name = self.locals[name]
        if self.skipped or name == "extLst":
            self.skipped = self.skipped or self.depth
        elif self.cell is None:
            if (begin := self.BEGIN.get(name)) is not None:
                begin(self, attributes)
        else:
            self.filled += 1
            if self.filled > MAX_NODES:
                raise SheetError(f"{self.place()}: one <c> holds {self.filled:,} elements")
            if name == "is" and self.inline is None:
                self.inline = self.strings
                self.inline.begin()
            elif name != "t" and self.inline is not None:
                self.inline.start(name, attributes)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.cell = attributes
        self.value = self.formula = None
        self.filled = 0
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
            return
        column = self.columns.get(reference[: -len(self.digits)]) if reference.endswith(self.digits) else None
        if column is None:  # the first cell of its column, or one that is not where its row is
            self._locate(reference)
        else:
            self.column = column

    def _locate(self, reference: str) -> None:
        row, self.column = _cell_reference(reference, self.place())
        self._move(row)
        letters = reference.removesuffix(self.digits)
        if letters.isalpha():
            self.columns[letters] = self.column

    def _move(self, row: int) -> None:
        self.row = row
        self.digits = str(row) if 0 < row <= MAX_ROW else ""

    def end(self, name: str) -> None:
        """An element ends."""
        self.depth -= 1
        name = self.locals[name]
        if self.skipped:
            if self.depth < self.skipped:
                self.skipped = 0
        elif self.cell is None:
            return
        elif name == "c":
            if self.filled:
                self.grid.put(self.row, self.column, self._cell(self.cell))
            self.cell = self.inline = None
        elif self.inline is not None:
            if name != "is":
                self.inline.end(name, self.taken())
        elif name == "v":
            self.value = self.taken()
        elif name == "f":
            self.formula = self.taken()

    def place(self) -> str:
        """Where reading has come to, for messages: the file, and the cell as people find it."""
        return f"{self.book.archive.label}: {place(clean_title(self.title), max(self.row, 1), max(self.column, 0))}"

    def _row(self, attributes: dict[str, str]) -> None:
        self._move(self._number(attributes.get("r") or str(self.row + 1)))
        self.column = -1
        if truth(attributes.get("hidden")):
            self.grid.hide(self.row)

    def _columns(self, attributes: dict[str, str]) -> None:
        if truth(attributes.get("hidden")):
            first, last = (self._number(attributes.get(key)) for key in ("min", "max"))
            self.hidden_columns.append((first - 1, last - 1))

    def _merge(self, attributes: dict[str, str]) -> None:
        self.grid.merge(*_area(attributes.get("ref", ""), self.place()))

    def _link(self, attributes: dict[str, str]) -> None:
        if target := _target(attributes, self.related):
            self.links.append((_area(attributes.get("ref", ""), self.place()), target))

    def _number(self, text: str | None) -> int:
        if text is not None and len(text) < 10 and text.isdecimal() and text.isascii():
            return int(text)
        return whole_number(text, self.place())

    BEGIN: ClassVar[dict[str, Callable[[_Reader, dict[str, str]], None]]] = {
        "c": _begin_cell, "row": _row, "col": _columns, "mergeCell": _merge, "hyperlink": _link,
    }  # fmt: skip

    def _cell(self, attributes: dict[str, str]) -> Cell | None:
        """A cell's value as it is shown; `cached` keeps the cells of short values, which for a shared string is its
        index.
        """
        kind = attributes.get("t", "n")
        style = attributes.get("s") or "0"
        value = self._plain() if kind == "inlineStr" else self.value
        if value is None or self.formula is not None or len(value) > _SHORT:
            return self._read(kind, style, value)
        key = kind, style, value
        try:
            return self.cached[key]
        except KeyError:
            cell = self._read(kind, style, value)
            if len(self.cached) < _KEPT:
                self.cached[key] = cell
            return cell

    def _plain(self) -> str | None:
        """The text within the cell, if it has no formats of its own."""
        if self.inline is None or len(self.inline.runs) != 1:
            return None
        text, style = self.inline.runs[0]
        return text if style is None else None

    def _read(self, kind: str, style: str, value: str | None) -> Cell | None:
        form = self._format(style)
        if kind == "inlineStr":
            return _text_cell(text_of(self.inline), form.font) if self.inline is not None else None
        if value is None or (value == "" and kind != "str"):
            return None if self.formula is None else Cell(broken=NO_VALUE)
        if kind == "e":
            return Cell(broken=clean_title(value))
        if kind == "s":
            return self._shared(value, form)
        text, number = _shown(kind, value, form.number, self.book)
        link = _HYPERLINK.match(self.formula) if self.formula else None
        if link is None:
            return text_cell(text, form.font, number=number)
        return make_cell([(text, form.font, link[1].replace('""', '"'))], number=number)

    def _format(self, style: str) -> Format:
        found = self.formats.get(style)
        if found is None:
            index = self._number(style)
            found = self.book.formats[index] if index < len(self.book.formats) else _GENERAL
            self.formats[style] = found
        return found

    def _shared(self, value: str, form: Format) -> Cell | None:
        if not value.strip():
            return None if self.formula is None else Cell(broken=NO_VALUE)
        index = self._number(value)
        if index >= len(self.book.strings):
            raise SheetError(f"{self.place()} refers to a text that is not there; the file is damaged")
        return _text_cell(self.book.strings[index], form.font)


def _shown(kind: str, value: str, code: str, book: _Book) -> tuple[str, bool]:
    """The text that people see for a stored value, and whether that is a number."""
    if kind == "b":
        return ("TRUE" if truth(value.strip()) else "FALSE"), False
    try:
        if kind == "n":
            return render(float(value), code, epoch_1904=book.epoch_1904), True
        if kind == "d":
            moment = datetime.fromisoformat(value).replace(tzinfo=None)
            epoch = datetime(1904, 1, 1) if book.epoch_1904 else datetime(1899, 12, 30)
            return render((moment - epoch).total_seconds() / 86400, code, epoch_1904=book.epoch_1904), True
    except (ValueError, OverflowError):
        return value, False
    return unescape(value), False


def _text_cell(text: Text, font: Style) -> Cell | None:
    if isinstance(text, str):
        return text_cell(text, font)
    return make_cell([(piece, font if style is None else style, None) for piece, style in text])


def _target(attributes: dict[str, str], related: dict[str, Relation]) -> str | None:
    """Where a hyperlink points; None for places inside the workbook, which mean nothing outside of it."""
    name = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
    relation = related.get(name)
    if relation is None or not relation.external or not relation.target:
        return None
    # Programs cut a URL at its `#` and keep the rest as the location.
    place_in = attributes.get("location")
    return f"{relation.target}#{place_in}" if place_in and "#" not in relation.target else relation.target


def _add_notes(book: _Book, grid: Grid, related: dict[str, Relation]) -> None:
    """Notes, and threads in place of the notes that repeat them for older programs."""
    notes: dict[str, str] = {}
    for kind, reader in (("comments", comments), ("threadedComment", threads)):
        for relation in related.values():
            if relation.kind == kind and not relation.external and book.archive.has(relation.target):
                notes |= reader(book.archive, relation.target)
    for reference, text in notes.items():
        row, column = _cell_reference(reference, f"{book.archive.label}: {grid.title}")
        noted = make_cell([], note=text)
        if noted is not None:
            grid.put(row, column, replace(grid.get(row, column) or Cell(), note=noted.note))


def _cell_reference(reference: str, where: str) -> tuple[int, int]:
    """Row (from 1) and column (from 0) of `F23`; SheetError that begins with `where`."""
    match = _REFERENCE.fullmatch(reference)
    if match is None or not int(match[2]):
        raise SheetError(f"{where}: {clean_title(reference)[:40]!r} is not a cell; the file is damaged")
    return int(match[2]), _column(match[1])


@cache
def _column(letters: str) -> int:
    """The number of a column, from 0; there are 18,278 at most."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _area(reference: str, where: str) -> _Area:
    first, _, last = reference.partition(":")
    top, left = _cell_reference(first, where)
    bottom, right = _cell_reference(last or first, where)
    return _Area(min(top, bottom), min(left, right), abs(bottom - top) + 1, abs(right - left) + 1)
