"""An .ods workbook (OpenDocument 1.3 part 3) -> tabs, as a stream over content.xml.

What a cell shows is in its paragraphs; numbers too are taken as the program showed them, dates in the locale's default
format as yyyy-mm-dd.  Repeated blank cells and rows only move the position.  Links to other files are never followed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from convert.sheet.cells import Cell, SheetError, Tab
from convert.sheet.formats.archive import Archive, local
from convert.sheet.formats.grid import MAX_TABS, Grid, Progress, Report, Style, clean_title, make_cell, text_cell
from convert.sheet.formats.numbers import render
from convert.sheet.formats.odsstyles import Styles

NO_VALUE = "formula without a stored value"
_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE, _TEXT = _NS % "table", _NS % "office", _NS % "text"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_STARTS = frozenset({"table", "table-row"})
_WHOLE = frozenset({"table-cell", "covered-table-cell", "table-column", "style", "default-style", "date-style"})
_SKIP = frozenset({"shapes", "tracked-changes", "forms", "content-validations", "database-ranges", "named-expressions"})
_NUMBERS = frozenset({"float", "percentage", "currency", "date", "time"})
_ERROR = re.compile(r"#(?:REF|N/A|DIV/0|NAME|VALUE|NUM|NULL)[!?]?|Err:[0-9]{3}")
_HYPERLINK = re.compile(r'(?:of:|oooc:)?=\s*HYPERLINK\(\s*"((?:[^"]|"")*)"\s*[;,)]', re.IGNORECASE)
_BLANKS = re.compile("[ \t\r\n]+")
_FORMATTING = frozenset(_TABLE + name for name in ("style-name", "number-columns-repeated", "content-validation-name"))
_COUNT_LIMIT = 1 << 31


class _Piece(NamedTuple):
    """A stretch of text in its format; `kept`: its white space is meant (text:s, text:tab, text:line-break)."""

    text: str
    style: Style
    link: str | None
    kept: bool = False


@dataclass(slots=True)
class _Table:
    """The table being read: where its next row and column are, and what its columns say."""

    grid: Grid
    hidden: bool
    row: int = 0
    next_row: int = 1
    column: int = 0
    described: int = 0
    row_style: str | None = None
    column_starts: list[int] = field(default_factory=list)
    column_styles: list[str | None] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)

    def describe(self, element: Element) -> None:
        """A table-column: the default style and visibility of some columns."""
        count = _count(element, "number-columns-repeated")
        if _hides(element):
            self.hidden_columns.append((self.described, self.described + count - 1))
        self.column_starts.append(self.described)
        self.column_styles.append(element.get(_TABLE + "default-cell-style-name"))
        self.described += count

    def style(self, element: Element) -> str | None:
        """The style of a cell: its own, its row's, its column's."""
        own = element.get(_TABLE + "style-name") or self.row_style
        if own or not self.column_starts:
            return own
        return self.column_styles[bisect_right(self.column_starts, self.column) - 1]


def read_ods(archive: Archive, report: Report, progress: Progress | None = None) -> tuple[Tab, ...]:
    """The tabs of a workbook in their order; problems go to `report`.  SheetError for what cannot be read at all."""
    if archive.has("META-INF/manifest.xml"):
        steps = archive.walk("META-INF/manifest.xml", whole=frozenset({"encryption-data"}))
        if next(steps, None) is not None:
            raise SheetError(f"{archive.label}: is encrypted; save it without a password")
    styles = Styles()
    if archive.has("styles.xml"):
        for _, _, element in archive.walk("styles.xml", whole=frozenset({"style", "default-style", "date-style"})):
            styles.add(element)
    return tuple(_tabs(archive, styles, report, progress))


def _tabs(archive: Archive, styles: Styles, report: Report, progress: Progress | None) -> Iterator[Tab]:
    table: _Table | None = None
    count = 0
    for event, name, element in archive.walk("content.xml", whole=_WHOLE, starts=_STARTS, skip=_SKIP):
        if name in ("style", "default-style", "date-style"):
            styles.add(element)
        elif name == "table" and event == "start":
            title = element.get(_TABLE + "name", "")
            hidden = not styles.displayed(element.get(_TABLE + "style-name"))
            table = _Table(Grid(title, report, progress), hidden)
        elif table is None:
            continue
        elif name == "table":
            # Copies of other workbooks' sheets that a program keeps for its formulas: 'file:///x.ods'#$Sheet1
            if "'#$" not in table.grid.title:
                count += 1
                yield table.grid.finish(hidden=table.hidden, hidden_columns=table.hidden_columns)
            table = None
        else:
            _inside(table, event, name, element, styles)
        if count > MAX_TABS:
            raise SheetError(f"{archive.label}: more than {MAX_TABS} tabs")
    if not count:
        raise SheetError(f"{archive.label}: the workbook has no tab with cells")


def _inside(table: _Table, event: str, name: str, element: Element, styles: Styles) -> None:
    """A column, a row or a cell of a table."""
    if name == "table-column":
        table.describe(element)
    elif name == "table-row":
        _row(table, element, start=event == "start")
    else:
        _put(table, element, styles, covered=name == "covered-table-cell")


def _row(table: _Table, element: Element, *, start: bool) -> None:
    times = _count(element, "number-rows-repeated")
    if start:
        table.row, table.column = table.next_row, 0
        table.row_style = element.get(_TABLE + "default-cell-style-name")
        table.next_row = min(table.row + times, _COUNT_LIMIT)
        if _hides(element):
            table.grid.hide(table.row, times)
    elif times > 1:
        table.grid.repeat(table.row, times - 1)


def _put(table: _Table, element: Element, styles: Styles, *, covered: bool) -> None:
    times = _count(element, "number-columns-repeated")
    if covered:  # programs keep what was there before the merge; the grid says so
        if len(element) and (hidden := _cell(element, table, styles)) is not None and hidden.runs:
            table.grid.put_many(table.row, table.column, times, hidden)
    elif len(element) or not _FORMATTING.issuperset(element.keys()):
        cell = _cell(element, table, styles)
        table.grid.put_many(table.row, table.column, times, cell)
        if _TABLE + "number-rows-spanned" in element.attrib or _TABLE + "number-columns-spanned" in element.attrib:
            rows, columns = (_count(element, f"number-{axis}-spanned") for axis in ("rows", "columns"))
            table.grid.merge(table.row, table.column, rows, columns)
    table.column = min(table.column + times, _COUNT_LIMIT)


def _cell(element: Element, table: _Table, styles: Styles) -> Cell | None:
    name = table.style(element)
    style = styles.cell(name)
    formula = element.get(_TABLE + "formula")
    kind = element.get(_OFFICE + "value-type", "")
    link = _HYPERLINK.match(formula) if formula else None
    target = link[1].replace('""', '"') if link else None
    pieces, note = _content(element, style, target, styles)
    shown = "".join(piece.text for piece in pieces)
    broken = _broken(element, formula, kind, shown)
    if broken is not None:
        return make_cell([], note=note, broken=broken)
    if kind == "date" and styles.is_automatic_date(name):
        pieces = [_Piece(element.get(_OFFICE + "date-value", shown).partition("T")[0], style, target)]
    elif not shown:
        pieces = [_Piece(_stored(element, kind), style, target)]
    if len(pieces) == 1 and note is None and pieces[0].link is None:
        return text_cell(pieces[0].text, pieces[0].style, number=kind in _NUMBERS)
    return make_cell((piece[:3] for piece in pieces), note=note, number=kind in _NUMBERS)


def _content(element: Element, style: Style, target: str | None, styles: Styles) -> tuple[list[_Piece], str | None]:
    """The paragraphs of a cell, and its note."""
    pieces: list[_Piece] = []
    notes: list[str] = []
    paragraphs = 0
    for child in element:
        tag = local(child.tag)
        if tag in ("p", "h") and child.tag.startswith(_TEXT):
            pieces += [_Piece("\n", style, target)] if paragraphs else []
            pieces += _collapsed(_pieces(child, style, target, styles))
            paragraphs += 1
        elif tag == "annotation":
            notes.append(_note(child, styles))
    return pieces, "\n".join(notes) or None


def _broken(element: Element, formula: str | None, kind: str, shown: str) -> str | None:
    """Why a cell has no value, None where it has one."""
    if element.get(_CALCEXT + "value-type") == "error" or (formula and _ERROR.fullmatch(shown)):
        return clean_title(shown) or "error"
    return NO_VALUE if formula and not kind and not shown else None


def _stored(element: Element, kind: str) -> str:
    """The value of a cell without paragraphs, as programs that write no display text leave it."""
    if kind in ("date", "time", "string", "boolean"):
        value = element.get(f"{_OFFICE}{kind}-value", "")
        return value.upper() if kind == "boolean" else value.removesuffix("T00:00:00")
    value = element.get(_OFFICE + "value", "")
    try:
        return render(float(value), "0.######%" if kind == "percentage" else "General")
    except ValueError:
        return value


def _pieces(element: Element, style: Style, link: str | None, styles: Styles) -> Iterator[_Piece]:
    """The text of a paragraph or of what is in it: spans, links, breaks, runs of spaces; fields as they are shown."""
    yield _Piece(element.text or "", style, link)
    for child in element:
        tag = local(child.tag)
        if tag == "s":
            number = min(_count(child, "c", _TEXT), 1000)
            yield _Piece(" " * number, style, link, kept=True)
        elif tag == "tab":
            yield _Piece("\t", style, link, kept=True)
        elif tag == "line-break":
            yield _Piece("\n", style, link, kept=True)
        elif tag == "a":
            yield from _pieces(child, style, _target(child.get(_HREF)) or link, styles)
        elif tag == "span":
            yield from _pieces(child, styles.span(child.get(_TEXT + "style-name"), style), link, styles)
        elif child.tag.startswith(_TEXT) and tag not in ("ruby-text", "note"):
            yield from _pieces(child, style, link, styles)
        yield _Piece(child.tail or "", style, link)


def _collapsed(pieces: Iterator[_Piece]) -> list[_Piece]:
    """White space as 6.1.2 says: runs are one space, none at the ends of a paragraph."""
    found: list[_Piece] = []
    blank = True
    for piece in pieces:
        text = piece.text
        if not piece.kept:
            text = _BLANKS.sub(" ", text)
            if blank and text.startswith(" "):
                text = text[1:]
        if text:
            blank = not piece.kept and text.endswith(" ")
            found.append(piece._replace(text=text))
    if found and not found[-1].kept and found[-1].text.endswith(" "):
        found[-1] = found[-1]._replace(text=found[-1].text[:-1])
    return found


def _note(element: Element, styles: Styles) -> str:
    lines = (child for child in element.iter() if local(child.tag) in ("p", "h") and child.tag.startswith(_TEXT))
    return "\n".join(
        "".join(piece.text for piece in _collapsed(_pieces(line, Style(), None, styles))) for line in lines
    )


def _target(href: str | None) -> str | None:
    """A link's target; None for a place inside the workbook, which means nothing outside of it."""
    return href if href and not href.startswith("#") else None


def _hides(element: Element) -> bool:
    return element.get(_TABLE + "visibility") in ("collapse", "filter")


def _count(element: Element, name: str, namespace: str = _TABLE) -> int:
    """How often, or over how many: 1 when absent."""
    text = element.get(namespace + name)
    if text is None:
        return 1
    if not re.fullmatch("[0-9]{1,12}", text, re.ASCII):
        raise SheetError(f"content.xml: {name} is {clean_title(text)[:40]!r}, no number; the file is damaged")
    return max(1, min(int(text), _COUNT_LIMIT))
