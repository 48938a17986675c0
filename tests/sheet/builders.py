"""Workbooks from small texts, for tests and for the examples of the catalogue of problems.

A line without a bar is the title of a tab; the lines below are its rows, a bar between cells.  In a cell: `\\n` is a
line break, `~~x~~` struck, `**x**` bold, `//x//` italic, `[x](url)` a link, `#4.1` a number, `!why` a cell without a
value, `{2x3}` at its end a merge over 2 rows and 3 columns.  `(hidden) ` before a row or title hides it.  A blank line is
a row without cells.  `{footnote: x}` is a footnote, `(connected) ` before a title a tab without cells of its own.
`{text of 9}` is a text of nine characters, `(row 9)` before a row its number, `(9 times)` repeats it.
Cells go through the grid of the readers, so what is beyond its caps is said as for a file.  Tabs that are not there: Trees has one tree, 4.20, unless there is another tab that is neither of
the three, Features has one row.
"""

from __future__ import annotations

import re

from convert.sheet.categorise import categorise
from convert.sheet.cells import Cell, Run, Tab, Workbook
from convert.sheet.formats.grid import Grid, Report
from convert.sheet.layout import Layout, load_layout
from convert.sheet.model import Categorisation, Feature, Prose, fields_of
from convert.sheet.problems_files import not_carried, tab_not_carried
from grammar.nodes import Block, BulletList, Inline, Paragraph, Text

TREES = "Trees\nTree | Xen-Version\n4.20 | 4.20"
FEATURES = "Features\nSection | Feature | 4.20\nTools | xl | Supported"
_MERGE = re.compile(r" *\{(\d+)x(\d+)\} *$")
_LONG = re.compile(r"\{text of (\d+)\}")
_FOOTNOTE = re.compile(r"\{footnote: (.*?)\}")
_BEFORE = re.compile(r" *(?P<hidden>\(hidden\) )?(?:\(row (?P<row>\d+)\) |\((?P<times>\d+) times\) )?")
_PIECE = re.compile(r"~~(.+?)~~|\*\*(.+?)\*\*|//([^/].*?)//|\[(.+?)\]\((.+?)\)", re.S)


def cell(text: str) -> Cell | None:
    """One cell in the notation above, without its merge; None for blank."""
    text = _LONG.sub(lambda found: "a" * int(found[1]), text).strip(" ").replace("\\n", "\n")
    if text.startswith("!"):
        return Cell(broken=text[1:])
    if text.startswith("#"):
        return Cell((Run(text[1:]),), number=True)
    runs: list[Run] = []
    at = 0
    for piece in _PIECE.finditer(text):
        runs.append(Run(text[at : piece.start()]))
        struck, bold, italic, words, link = piece.groups()
        runs.append(
            Run(struck or bold or italic or words, bold=bool(bold), italic=bool(italic), struck=bool(struck), link=link)
        )
        at = piece.end()
    runs.append(Run(text[at:]))
    kept = tuple(run for run in runs if run.text)
    return Cell(kept) if kept else None


def tabs(text: str, report: Report | None = None) -> list[Tab]:
    """The tabs of a text, nothing added; `report` takes what the grid says of them."""
    out: list[Tab] = []
    report = report or Report()
    grid, hidden, number = Grid("", report), False, 0
    for line in text.strip("\n").split("\n"):
        found = _BEFORE.match(line)
        assert found is not None
        line = line[found.end() :]
        if line.startswith("(connected) "):
            report.add(tab_not_carried(None, (), line.partition(" ")[2], "a connected sheet"))
            continue
        if line.strip() and "|" not in line:
            if grid.title:
                out.append(grid.finish(hidden=hidden))
            grid, hidden, number = Grid(line.strip(), report), bool(found["hidden"]), 0
            continue
        for _ in range(int(found["times"] or 1)):
            number = int(found["row"] or number + 1)
            if found["hidden"]:
                grid.hide(number)
            if line.strip():
                _fill(grid, number, line.split("|"))
    out.append(grid.finish(hidden=hidden))
    return out


def _fill(grid: Grid, number: int, parts: list[str]) -> None:
    for column, part in enumerate(parts):
        for footnote in _FOOTNOTE.findall(part):
            grid.report(not_carried(grid.place(number, column), (), "a footnote", footnote))
        part = _FOOTNOTE.sub("", part)
        area = _MERGE.search(part)
        made = cell(part[: area.start()] if area else part)
        rows, columns = (int(area[1]), int(area[2])) if area else (1, 1)
        link = next((run.link for run in made.runs if run.link), None) if made and area else None
        grid.put(number, column, made)
        if link:
            grid.link(number, column, rows, columns, link)
        else:
            grid.merge(number, column, rows, columns)


def book(text: str) -> Workbook:
    """A workbook from a text, with the tabs that are missing."""
    report = Report()
    found = tabs(text, report)
    titles = {tab.title for tab in found}
    if "Trees" not in titles:
        found = [*tabs(TREES), *found]
    if titles <= {"Trees", "Limits"}:
        found += tabs(FEATURES)
    return Workbook("book.xlsx", "xlsx", "0" * 64, tuple(found), problems=report.listed())


def read(text: str, layout: Layout | None = None, *, keep_unknown: bool = False) -> Categorisation:
    """The categorisation of a text."""
    return categorise(book(text), layout or load_layout(None), keep_unknown=keep_unknown)


def said(found: Categorisation, *, severity: str = "error") -> list[tuple[str, str | None, tuple[str, ...]]]:
    """The problems of a severity: name, place, trees."""
    return [(p.name, p.place, p.trees) for p in found.problems if p.severity == severity]


def fields(found: Categorisation, tree: str = "4.20") -> list[str]:
    """Every status of a tree, as `Section/Feature | qualifier: value` (`Section/Feature: value` without qualifier)."""
    return [
        f"{'/'.join(path)}{' | ' + qualifier if qualifier else ''}: {value}"
        for section in found.sections
        for path, feature in section.walk()
        for qualifier, value, *_ in fields_of(feature, tree)
    ]


def headings(found: Categorisation, tree: str = "4.20") -> list[str]:
    """The headings of a tree's file."""
    return ["/".join(path) for section in found.sections for path, feature in section.walk() if tree in feature.trees]


def feature(found: Categorisation, name: str) -> Feature:
    """The feature of a name."""
    return next(f for section in found.sections for _, f in section.walk() if f.name == name)


def words(inlines: tuple[Inline, ...]) -> str:
    """The text of inlines."""
    return "".join(
        inline.text if isinstance(inline, Text) else "" if not hasattr(inline, "children") else words(inline.children)
        for inline in inlines
    )


def lines(prose: Prose | tuple[Block, ...] | None, indent: str = "") -> list[str]:
    """Prose as lines of text: `* ` before items, two blanks before nested ones."""
    out: list[str] = []
    for block in prose or ():
        if isinstance(block, Paragraph):
            out.append(indent + words(block.inlines))
        elif isinstance(block, BulletList):
            for item in block.items:
                first, *rest = lines(item, indent + "  ")
                out.extend([f"{indent}* {first.lstrip()}", *rest])
    return out
