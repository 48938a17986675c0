"""The tables of a Google document as tabs.

A table's tab has the title of the heading above it, which is its section; text outside tables is not read further.
Suggestions are discussion: what is only suggested is not in the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count as counting

from convert.sheet.cells import SheetError, Tab
from convert.sheet.formats.grid import MAX_COLUMN, MAX_MERGE, PLAIN, Grid, Report, Style, clean_title, make_cell
from convert.sheet.google.sheets import Json, count, items, mapping, string

Piece = tuple[str, Style, str | None]

VIEW = "PREVIEW_WITHOUT_SUGGESTIONS"
_MAX_TABS, _MAX_DEPTH = 1000, 20


def read_document(reply: Json, report: Report) -> tuple[Tab, ...]:
    """One Tab a table, in the document's order, all its tabs included; problems go to `report`.

    Raises SheetError if there is no table.
    """
    tabs: list[Tab] = []
    taken: set[str] = set()
    for number, (title, hidden_title, body) in enumerate(_bodies(reply), 1):
        if number > _MAX_TABS:
            raise SheetError(f"a document with over {_MAX_TABS} tabs is not read")
        heading = ""
        for element in items(body.get("content")):
            if "paragraph" in element:
                heading = _heading(mapping(element["paragraph"])) or heading
            elif "table" in element:
                name = _unique(heading or title or hidden_title, taken)
                tabs.append(_table(mapping(element["table"]), name, heading, report))
    if not tabs:
        raise SheetError("the document has no table; the categorisation is read from tables only")
    return tuple(tabs)


def _bodies(reply: Json) -> Iterator[tuple[str, str, Json]]:
    """Each tab of the document: its title, the document's, and its body; child tabs after their parent."""
    document = string(reply.get("title", "")) or "Table"
    waiting = [(tab, 0) for tab in reversed(items(reply.get("tabs")))]
    if not waiting:
        yield "", document, mapping(reply.get("body"))
    while waiting:
        tab, depth = waiting.pop()
        title = string(mapping(tab.get("tabProperties")).get("title", ""))
        yield title, document, mapping(mapping(tab.get("documentTab")).get("body"))
        if depth < _MAX_DEPTH:
            waiting += [(child, depth + 1) for child in reversed(items(tab.get("childTabs")))]


def _unique(title: str, taken: set[str]) -> str:
    """The title, numbered if an earlier table has it: two tables may stand under one heading."""
    names = (title if n == 1 else f"{title} ({n})" for n in counting(1))
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return name


def _heading(paragraph: Json) -> str:
    style = string(mapping(paragraph.get("paragraphStyle")).get("namedStyleType", ""))
    if not style.startswith("HEADING_"):
        return ""
    return clean_title(" ".join("".join(text for text, _, _ in _paragraph(paragraph)).split()))


def _table(table: Json, title: str, section: str, report: Report) -> Tab:
    width = count(table.get("columns"))
    if width > MAX_COLUMN:
        raise SheetError(f"a table of over {MAX_COLUMN:,} columns is not read")
    grid = Grid(title, report)
    covered: set[tuple[int, int]] = set()
    shown = [row for row in items(table.get("tableRows")) if not row.get("suggestedInsertionIds")]
    for number, row in enumerate(shown, 1):
        cells = [cell for cell in items(row.get("tableCells")) if not cell.get("suggestedInsertionIds")]
        _place(grid, cells, number, width, covered)
    return replace(grid.finish(), section=section or None)


def _place(grid: Grid, cells: list[Json], row: int, width: int, covered: set[tuple[int, int]]) -> None:
    """Put a row's cells into their columns.

    A row with a cell for every column has the covered ones in it; one with fewer leaves them out.  The API promises
    neither, so both are read.
    """
    column = 0
    whole = len(cells) >= width
    for cell in cells:
        while not whole and (row, column) in covered:
            column += 1
        if (row, column) not in covered:
            style = mapping(cell.get("tableCellStyle"))
            rows, columns = max(1, count(style.get("rowSpan"))), max(1, count(style.get("columnSpan")))
            if rows * columns + len(covered) > MAX_MERGE:
                raise SheetError("a table with far more merged cells than a page has is not read")
            covered |= {(row + r, column + c) for r in range(rows) for c in range(columns)} - {(row, column)}
            grid.put(row, column, make_cell(_content(items(cell.get("content")), 0)))
            grid.merge(row, column, rows, columns)
        column += 1


def _content(elements: list[Json], depth: int) -> list[Piece]:
    """The paragraphs of a cell, a line each; list items get a dash; a table inside gives its cells' lines."""
    lines: list[list[Piece]] = []
    for element in elements:
        if "paragraph" in element:
            paragraph = mapping(element["paragraph"])
            pieces = _paragraph(paragraph)
            if "bullet" in paragraph and pieces:
                level = count(mapping(paragraph["bullet"]).get("nestingLevel"))
                pieces = [("  " * min(level, 8) + "- ", PLAIN, None), *pieces]
            lines.append(pieces)
        elif "table" in element and depth < _MAX_DEPTH:
            for row in items(mapping(element["table"]).get("tableRows")):
                for cell in items(row.get("tableCells")):
                    lines.append(_content(items(cell.get("content")), depth + 1))
    while lines and not lines[-1]:
        lines.pop()
    return [piece for n, line in enumerate(lines) for piece in ([("\n", PLAIN, None), *line] if n else line)]


def _paragraph(paragraph: Json) -> list[Piece]:
    """The text of a paragraph, its final line break left off, soft ones as LF; chips as the text they show."""
    pieces: list[Piece] = []
    for element in items(paragraph.get("elements")):
        if any(part.get("suggestedInsertionIds") for part in element.values() if isinstance(part, dict)):
            continue
        pieces.append(_text_run(mapping(element["textRun"])) if "textRun" in element else _chip(element))
    if pieces and pieces[-1][0].endswith("\n"):
        text, style, link = pieces.pop()
        pieces.append((text[:-1], style, link))
    return [piece for piece in pieces if piece[0]]


def _text_run(run: Json) -> Piece:
    style = mapping(run.get("textStyle"))
    marks = Style(*(style.get(name) is True for name in ("bold", "italic", "strikethrough")))
    return string(run.get("content", "")), marks, string(mapping(style.get("link")).get("url", "")) or None


def _chip(element: Json) -> Piece:
    if "richLink" in element:
        about = mapping(mapping(element["richLink"]).get("richLinkProperties"))
        return string(about.get("title", "")), PLAIN, string(about.get("uri", "")) or None
    for kind, names in (
        ("person", ("name", "email")),
        ("dateElement", ("displayText",)),
        ("dropdown", ("displayValue",)),
    ):
        if kind in element:
            about = mapping(mapping(element[kind]).get(f"{kind}Properties"))
            return next((text for name in names if (text := string(about.get(name, "")))), ""), PLAIN, None
    return "", PLAIN, None
