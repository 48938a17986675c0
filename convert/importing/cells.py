"""Prose of a SUPPORT file as the text of one cell: the way back of convert.sheet.cell_text."""

from __future__ import annotations

from collections.abc import Sequence

from convert.sheet.cells import Run
from convert.sheet.model import Prose
from grammar.fold import normal
from grammar.nodes import Block, BulletList, Code, Emph, Inline, Link, Paragraph, Strong, Text

_NO_XML = "\ufffe\uffff"


def runs_of(prose: Prose) -> tuple[Run, ...]:
    """Prose as the text of one cell: an empty line between paragraphs, a line with `- ` an item.

    Emphasis is kept.  An .xlsx cell has one link at most: one that is all of the text is kept, of others the words.
    """
    lines: list[list[Run]] = []
    for n, block in enumerate(prose):
        if n and isinstance(block, Paragraph):
            lines.append([])
        lines += _lines(block, 0)
    return tuple(run for n, line in enumerate(lines) for run in (*((Run("\n"),) if n else ()), *line))


def _lines(block: Block, indent: int) -> list[list[Run]]:
    match block:
        case Paragraph(inlines):
            return [[Run(" " * indent), *_runs(inlines)] if indent else list(_runs(inlines))]
        case BulletList(items):
            out: list[list[Run]] = []
            for item in items:
                first, *more = [line for inner in item for line in _lines(inner, indent + 2)] or [[]]
                out += [[Run(" " * indent + "- "), *first[1:]], *more]
            return out
        case _:
            return []


def _runs(inlines: Sequence[Inline], bold: bool = False, italic: bool = False, link: str | None = None) -> list[Run]:
    out: list[Run] = []
    for node in inlines:
        match node:
            case Text(text) | Code(text):
                out.append(Run(flat(text), bold, italic, link=link))
            case Strong(children):
                out += _runs(children, True, italic, link)
            case Emph(children):
                out += _runs(children, bold, True, link)
            case Link(children, url):
                out += _runs(children, bold, italic, url)
    return out


def flat(text: str) -> str:
    """Text on one line without what a cell cannot hold; spaces at its ends stay."""
    return "".join(" " if char.isspace() else char for char in normal(text) if char not in _NO_XML)


def whole_link(runs: Sequence[Run]) -> str | None:
    """The address that all of a cell links to, None where only a part does."""
    links = {run.link for run in runs}
    return links.pop() if len(links) == 1 else None
