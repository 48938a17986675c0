"""The tables of a Google document as tabs.

A table's tab has the title of the heading above it, which is its section; text outside tables is not read further.
Suggestions are discussion: what is only suggested is not in the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count as counting

from convert.sheet import problems_files
from convert.sheet.cells import SheetError, Tab
from convert.sheet.formats.grid import MAX_COLUMN, MAX_MERGE, PLAIN, Grid, Report, Style, clean_title, make_cell
from convert.sheet.google.sheets import Json, count, items, mapping, string

Piece = tuple[str, Style, str | None]
Other = tuple[str, Json]
_OTHERS = {
    "footnoteReference": "a footnote",
    "equation": "an equation",
    "inlineObjectElement": "a picture or drawing",
    "autoText": "a number of a page",
}
_CHIPS = (("person", ("name", "email")), ("dateElement", ("displayText",)), ("dropdown", ("displayValue",)))

VIEW = "PREVIEW_WITHOUT_SUGGESTIONS"
_MAX_TABS, _MAX_DEPTH = 1000, 20


@dataclass(frozen=True, slots=True)
class _Part:
    """One tab of a document: its title, the document's, its body, and what its text only points to."""

    title: str
    document: str
    body: Json
    footnotes: Json
    objects: Json


def read_document(reply: Json, report: Report) -> tuple[Tab, ...]:
    """One Tab a table, in the document's order, all its tabs included; problems go to `report`.

    Raises SheetError if there is no table.
    """
    tabs: list[Tab] = []
    taken: set[str] = set()
    for number, part in enumerate(_parts(reply), 1):
        if number > _MAX_TABS:
            raise SheetError(f"a document with over {_MAX_TABS} tabs is not read")
        heading = ""
        for element in items(part.body.get("content")):
            if "paragraph" in element:
                heading = _heading(mapping(element["paragraph"])) or heading
            elif "table" in element and not _suggested(table := mapping(element["table"])):
                name = _unique(heading or part.title or part.document, taken)
                tabs.append(_table(table, name, heading, part, report))
    if not tabs:
        raise SheetError("the document has no table; the categorisation is read from tables only")
    return tuple(tabs)


def _parts(reply: Json) -> Iterator[_Part]:
    """Each tab of the document, child tabs after their parent; the whole document where it has none."""
    document = string(reply.get("title", "")) or "Table"

    def part(title: str, holder: Json) -> _Part:
        names = ("body", "footnotes", "inlineObjects")
        return _Part(title, document, *(mapping(holder.get(name)) for name in names))

    waiting = [(tab, 0) for tab in reversed(items(reply.get("tabs")))]
    if not waiting:
        yield part("", reply)
    while waiting:
        tab, depth = waiting.pop()
        yield part(string(mapping(tab.get("tabProperties")).get("title", "")), mapping(tab.get("documentTab")))
        if depth < _MAX_DEPTH:
            waiting += [(child, depth + 1) for child in reversed(items(tab.get("childTabs")))]


def _suggested(thing: Json) -> bool:
    """Whether a table, row, cell or piece of text is only suggested."""
    return bool(thing.get("suggestedInsertionIds"))


def _unique(title: str, taken: set[str]) -> str:
    """The title, numbered if an earlier table has it: two tables may be under one heading."""
    names = (title if n == 1 else f"{title} ({n})" for n in counting(1))
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return name


def _heading(paragraph: Json) -> str:
    style = string(mapping(paragraph.get("paragraphStyle")).get("namedStyleType", ""))
    if not style.startswith("HEADING_"):
        return ""
    return clean_title(" ".join("".join(text for text, _, _ in _paragraph(paragraph, [])).split()))


def _table(table: Json, title: str, section: str, part: _Part, report: Report) -> Tab:
    width = count(table.get("columns"))
    if width > MAX_COLUMN:
        raise SheetError(f"a table of over {MAX_COLUMN:,} columns is not read")
    grid = Grid(title, report)
    covered: set[tuple[int, int]] = set()
    for number, row in enumerate(_cells(table), 1):
        _place(grid, row, number, width, covered, part)
    return replace(grid.finish(), section=section or None)


def _cells(table: Json) -> Iterator[list[Json]]:
    """The cells of each row that is not only suggested."""
    for row in items(table.get("tableRows")):
        if not _suggested(row):
            yield [cell for cell in items(row.get("tableCells")) if not _suggested(cell)]


def _place(grid: Grid, cells: list[Json], row: int, width: int, covered: set[tuple[int, int]], part: _Part) -> None:
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
            others: list[Other] = []
            grid.put(row, column, make_cell(_content(items(cell.get("content")), 0, others)))
            grid.merge(row, column, rows, columns)
            for other in others:
                grid.report(problems_files.not_carried(grid.place(row, column), (), *_words(other, part)))
        column += 1


def _content(elements: list[Json], depth: int, others: list[Other]) -> list[Piece]:
    """The paragraphs of a cell, a line each; list items get a dash; a table inside gives its cells' lines.

    What is no text goes to `others`.
    """
    lines: list[list[Piece]] = []
    for element in elements:
        if "paragraph" in element:
            lines.append(_line(mapping(element["paragraph"]), others))
        elif "table" in element and not _suggested(table := mapping(element["table"])):
            if depth >= _MAX_DEPTH:
                raise SheetError(f"tables that are nested deeper than {_MAX_DEPTH} are not read")
            lines += [_content(items(cell.get("content")), depth + 1, others) for row in _cells(table) for cell in row]
    while lines and not lines[-1]:
        lines.pop()
    return [piece for n, line in enumerate(lines) for piece in ([("\n", PLAIN, None), *line] if n else line)]


def _line(paragraph: Json, others: list[Other]) -> list[Piece]:
    pieces = _paragraph(paragraph, others)
    if "bullet" in paragraph and pieces:
        level = count(mapping(paragraph["bullet"]).get("nestingLevel"))
        return [("  " * min(level, 8) + "- ", PLAIN, None), *pieces]
    return pieces


def _paragraph(paragraph: Json, others: list[Other]) -> list[Piece]:
    """The text of a paragraph, its final line break left off, soft ones as LF; chips as the text they show."""
    pieces: list[Piece] = []
    for element in items(paragraph.get("elements")):
        if any(_suggested(inner) for inner in element.values() if isinstance(inner, dict)):
            continue
        if "textRun" in element:
            pieces.append(_text_run(mapping(element["textRun"])))
            continue
        pieces.append(_chip(element))
        others += [(kind, mapping(element[kind])) for kind in _OTHERS if kind in element]
    placed = paragraph.get("positionedObjectIds")
    others += [("inlineObjectElement", {})] * (len(placed) if isinstance(placed, list) else 0)
    if pieces and pieces[-1][0].endswith("\n"):
        text, style, link = pieces.pop()
        pieces.append((text[:-1], style, link))
    return [piece for piece in pieces if piece[0]]


def _words(other: Other, part: _Part) -> tuple[str, str]:
    """What a thing in a cell is that is no text of it, and the words that it has."""
    kind, about = other
    words = ""
    if kind == "footnoteReference":
        note = mapping(part.footnotes.get(str(about.get("footnoteId"))))
        words = "".join(text for text, _, _ in _content(items(note.get("content")), 0, []))
    elif kind == "inlineObjectElement":
        found = mapping(mapping(part.objects.get(str(about.get("inlineObjectId")))).get("inlineObjectProperties"))
        embedded = mapping(found.get("embeddedObject"))
        words = string(embedded.get("title", "")) or string(embedded.get("description", ""))
    return _OTHERS[kind], words


def _text_run(run: Json) -> Piece:
    style = mapping(run.get("textStyle"))
    marks = Style(*(style.get(name) is True for name in ("bold", "italic", "strikethrough")))
    return string(run.get("content", "")), marks, string(mapping(style.get("link")).get("url", "")) or None


def _chip(element: Json) -> Piece:
    if "richLink" in element:
        about = mapping(mapping(element["richLink"]).get("richLinkProperties"))
        address = string(about.get("uri", ""))
        return string(about.get("title", "")) or address, PLAIN, address or None
    for kind, names in _CHIPS:
        if kind in element:
            about = mapping(mapping(element[kind]).get(f"{kind}Properties"))
            return next((text for name in names if (text := string(about.get(name, "")))), ""), PLAIN, None
    return "", PLAIN, None
