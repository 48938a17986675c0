"""An .xlsx or .xlsm workbook (ECMA-376 part 1, chapter 18) -> tabs, in one pass over each sheet.

A reader of our own, because of what was measured: openpyxl must load a file twice to see both formulas and their stored
values, makes a cell of every formatted blank (a million of them take minutes and gigabytes), and hangs on one merge
over the whole sheet.  Here blank cells cost nothing, a `<dimension>` is not believed, and stored values, formulas,
notes and links come in one pass.  Macros, charts and links to other workbooks are never looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from xml.etree.ElementTree import Element

from convert.sheet.cells import Cell, SheetError, Tab
from convert.sheet.formats.archive import Archive, local
from convert.sheet.formats.grid import MAX_TABS, PLAIN, Grid, Progress, Report, Style, clean_title, make_cell, text_cell
from convert.sheet.formats.numbers import render
from convert.sheet.formats.xlsxparts import (
    Format,
    Relation,
    Text,
    attribute,
    comments,
    relations,
    shared_strings,
    string,
    styles,
    threads,
    truth,
    unescape,
    whole_number,
)

NO_VALUE = "formula without a stored value"
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_HYPERLINK = re.compile(r'\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*[,)]', re.IGNORECASE)
_WHOLE = frozenset({"c", "col", "mergeCell", "hyperlink"})
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
    epoch_1904 = False
    for _, name, element in archive.walk(main, whole=frozenset({"sheet", "workbookPr"}), skip=frozenset({"extLst"})):
        if name == "workbookPr":
            epoch_1904 = truth(element.get("date1904"))
        else:
            sheets += _sheet(archive, element, related)
    if not sheets:
        raise SheetError(f"{archive.label}: the workbook has no tab with cells")
    if len(sheets) > MAX_TABS:
        raise SheetError(f"{archive.label}: {len(sheets):,} tabs; at most {MAX_TABS} are read")
    parts = {rel.kind: rel.target for rel in related.values() if not rel.external and rel.target in archive.parts}
    book = _Book(
        archive,
        report,
        progress,
        shared_strings(archive, parts["sharedStrings"]) if "sharedStrings" in parts else [],
        styles(archive, parts["styles"]) if "styles" in parts else [],
        epoch_1904,
    )
    return tuple(_tab(book, sheet) for sheet in sheets)


def _sheet(archive: Archive, element: Element, related: dict[str, Relation]) -> Iterator[_Sheet]:
    title = element.get("name", "")
    relation = related.get(attribute(element, "id") or "")
    if relation is None or relation.external or (relation.kind == "worksheet" and relation.target not in archive.parts):
        raise SheetError(f"{archive.label}: the part with tab {clean_title(title)} is missing; the file is damaged")
    if relation.kind == "worksheet":
        yield _Sheet(title, element.get("state", "visible") != "visible", relation.target)


def _tab(book: _Book, sheet: _Sheet) -> Tab:
    grid = Grid(sheet.title, book.report, book.progress)
    related = relations(book.archive, sheet.part)
    hidden_columns: list[tuple[int, int]] = []
    links: list[tuple[_Area, str]] = []
    row = column = 0
    cached: dict[tuple[int, str], Cell | None] = {}
    steps = book.archive.walk(sheet.part, whole=_WHOLE, starts=frozenset({"row"}), skip=frozenset({"extLst"}))
    for event, name, element in steps:
        if name == "c":
            if reference := element.get("r"):
                row, column = _cell_reference(reference, sheet.title)
            else:
                column += 1
            if len(element):
                grid.put(row, column, _cell(book, element, sheet.part, cached))
        elif name == "row":
            if event == "start":
                row = whole_number(element.get("r", str(row + 1)), sheet.part)
                column = -1
                if element.get("hidden") and truth(element.get("hidden")):
                    grid.hide(row)
        elif name == "col":
            if truth(element.get("hidden")):
                first, last = (whole_number(element.get(key), sheet.part) for key in ("min", "max"))
                hidden_columns.append((first - 1, last - 1))
        elif name == "mergeCell":
            grid.merge(*_area(element.get("ref", ""), sheet.title))
        elif target := _target(element, related):
            links.append((_area(element.get("ref", ""), sheet.title), target))
    for area, target in links:
        grid.link(*area, target)
    _add_notes(book, grid, related)
    return grid.finish(hidden=sheet.hidden, hidden_columns=hidden_columns)


def _cell(book: _Book, element: Element, part: str, cached: dict[tuple[int, str], Cell | None]) -> Cell | None:
    """A cell's value as it is shown; `cached` keeps the cells of shared strings by style and index."""
    kind = element.get("t", "n")
    value = formula = inline = None
    for child in element:
        tag = local(child.tag)
        if tag == "v":
            value = child.text or ""
        elif tag == "f":
            formula = child.text or ""
        elif tag == "is":
            inline = child
    style = whole_number(element.get("s", "0"), part)
    form = book.formats[style] if style < len(book.formats) else _GENERAL
    if kind == "inlineStr":
        return _text_cell(string(inline), form.font) if inline is not None else None
    if value is None or (value == "" and kind != "str"):
        return None if formula is None else Cell(broken=NO_VALUE)
    if kind == "e":
        return Cell(broken=clean_title(value))
    link = _HYPERLINK.match(formula) if formula else None
    target = link[1].replace('""', '"') if link else None
    if kind == "s":
        key = style, value
        if key not in cached:
            index = whole_number(value, part)
            if index >= len(book.strings):
                raise SheetError(f"{part}: a cell refers to a text that is not there; the file is damaged")
            cached[key] = _text_cell(book.strings[index], form.font)
        return cached[key]
    text, number = _shown(kind, value, form.number, book)
    if target is None:
        return text_cell(text, form.font, number=number)
    return make_cell([(text, form.font, target)], number=number)


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


def _target(element: Element, related: dict[str, Relation]) -> str | None:
    """Where a hyperlink points; None for places inside the workbook, which mean nothing outside of it."""
    relation = related.get(attribute(element, "id") or "")
    if relation is None or not relation.external or not relation.target:
        return None
    # Programs cut a URL at its `#` and keep the rest as the location.
    place_in = element.get("location")
    return f"{relation.target}#{place_in}" if place_in and "#" not in relation.target else relation.target


def _add_notes(book: _Book, grid: Grid, related: dict[str, Relation]) -> None:
    """Notes, and threads in place of the notes that repeat them for older programs."""
    notes: dict[str, str] = {}
    for kind, reader in (("comments", comments), ("threadedComment", threads)):
        for relation in related.values():
            if relation.kind == kind and not relation.external and relation.target in book.archive.parts:
                notes |= reader(book.archive, relation.target)
    for reference, text in notes.items():
        row, column = _cell_reference(reference, grid.title)
        noted = make_cell([], note=text)
        if noted is not None:
            grid.put(row, column, replace(grid.get(row, column) or Cell(), note=noted.note))


def _cell_reference(reference: str, title: str) -> tuple[int, int]:
    """Row (from 1) and column (from 0) of `F23`."""
    match = _REFERENCE.fullmatch(reference)
    if match is None or not int(match[2]):
        raise SheetError(f"{clean_title(title)}: {clean_title(reference)[:40]!r} is no cell; the file is damaged")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column - 1


def _area(reference: str, title: str) -> _Area:
    first, _, last = reference.partition(":")
    top, left = _cell_reference(first, title)
    bottom, right = _cell_reference(last or first, title)
    return _Area(min(top, bottom), min(left, right), abs(bottom - top) + 1, abs(right - left) + 1)
