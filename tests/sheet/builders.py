"""Workbooks from small texts, for tests and for the examples of the catalogue of problems.

A line without a bar is the title of a tab; the lines below are its rows, a bar between cells.  In a cell: `\\n` is a
line break, `~~x~~` struck, `**x**` bold, `//x//` italic, `[x](url)` a link, `#4.1` a number, `!why` a cell without a
value, `{2x3}` at its end a merge over 2 rows and 3 columns.  `(hidden) ` before a row or title hides it.  A blank line is
a row without cells.  Tabs that are not there: Trees has one tree, 4.20, unless there is another tab that is neither of
the three, Features has one row.
"""

from __future__ import annotations

import re

from convert.sheet.categorise import categorise
from convert.sheet.cells import Cell, Row, Run, Tab, Workbook
from convert.sheet.layout import Layout, load_layout
from convert.sheet.model import Categorisation, Feature, Prose, fields_of
from grammar.nodes import Block, BulletList, Inline, Paragraph, Text

TREES = "Trees\nTree | Xen-Version\n4.20 | 4.20"
FEATURES = "Features\nSection | Feature | 4.20\nTools | xl | Supported"
_MERGE = re.compile(r" *\{(\d+)x(\d+)\} *$")
_PIECE = re.compile(r"~~(.+?)~~|\*\*(.+?)\*\*|//([^/].*?)//|\[(.+?)\]\((.+?)\)", re.S)


def cell(text: str) -> Cell | None:
    """One cell in the notation above; None for blank."""
    rows = columns = 1
    if found := _MERGE.search(text):
        rows, columns, text = int(found[1]), int(found[2]), text[: found.start()]
    text = text.strip(" ").replace("\\n", "\n")
    if text.startswith("!"):
        return Cell(broken=text[1:])
    if text.startswith("#"):
        return Cell((Run(text[1:]),), number=True, rows=rows, columns=columns)
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
    return Cell(kept, rows=rows, columns=columns) if kept else None


def tabs(text: str) -> list[Tab]:
    """The tabs of a text, nothing added."""
    out: list[Tab] = []
    title, hidden, number, rows = "", False, 0, list[Row]()
    for line in text.strip("\n").split("\n"):
        hide = line.lstrip().startswith("(hidden) ")
        line = line.replace("(hidden) ", "", 1)
        if line.strip() and "|" not in line:
            if title:
                out.append(Tab(title, tuple(rows), hidden))
            title, hidden, number, rows = line.strip(), hide, 0, []
            continue
        number += 1
        if line.strip():
            rows.append(Row(number, tuple(cell(part) for part in line.split("|")), hide))
    out.append(Tab(title, tuple(rows), hidden))
    return out


def book(text: str) -> Workbook:
    """A workbook from a text, with the tabs that are missing."""
    found = tabs(text)
    titles = {tab.title for tab in found}
    if "Trees" not in titles:
        found = [*tabs(TREES), *found]
    if titles <= {"Trees", "Limits"}:
        found += tabs(FEATURES)
    return Workbook("book.xlsx", "xlsx", "0" * 64, tuple(found))


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
