"""The text of cells: struck parts dropped, characters normalised, lines made into paragraphs and lists.

Text in a cell is never mark-up: a `*` between words stays a `*`.  What becomes a node is the cell's own format: bold,
italic, links, line breaks, and lines that begin with a bullet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from convert.sheet.cells import Cell, Run
from convert.sheet.model import Prose
from grammar.fold import BLANKS, normal
from grammar.nodes import Block, BulletList, Emph, Inline, Link, Paragraph, Strong, Text

_BREAKS = "\r\v\f\u0085\u2028\u2029"
_LINES = {ord(char): "\n" for char in _BREAKS} | {
    ord(char): " " for char in BLANKS if char not in _BREAKS and char != "\n"
}
_BULLET = re.compile(r"( *)[-*\u2022\u2013\u2023\u25aa\u25ab\u25cf\u25cb\u25e6\u25a0\u25a1\u00b7] +(?=\S)")
_URL = re.compile(r"(?:https?://[^\s<>\"'\\^`{|}]+|mailto:[^\s<>\"'\\^`{|}]+@[^\s<>\"'\\^`{|}]+)", re.I)
_WHITE = re.compile(r" +")
_SENTENCES = re.compile(r"[0-9A-Za-z(](?:[!-~]| (?! ))*(?<! )", re.ASCII)  # one line of ASCII, single spaces, no bullet


def clean(text: str) -> str:
    """Text with plain spaces, quotes and dots, LF as line break, without invisible characters; in NFC."""
    if text.isascii() and text.isprintable():
        return text
    return normal(text.replace("\r\n", "\n").translate(_LINES))


def one_line(text: str) -> str:
    """Text as `clean` makes it, all spaces and line breaks to one space."""
    return " ".join(clean(text).split())


def fold_heading(text: str) -> str:
    """A heading or title for comparison: one line, lower case, without a final colon or asterisk."""
    return one_line(text).rstrip(":* ").casefold()


def is_address(url: str) -> bool:
    """Whether a link can be written: http, https or mailto, printable, without spaces, quotes and angle brackets."""
    return url.isprintable() and _URL.fullmatch(url) is not None


@dataclass(slots=True)  # not frozen: half of the time that a workbook takes went into making these
class Words:
    """What one cell says; it never changes.

    `text` is what is not struck, normalised, stripped; `gone` is what is struck; `broken` as in the cell.
    """

    text: str
    gone: str = ""
    place: str = ""
    number: bool = False
    broken: str | None = None
    cell: Cell | None = None

    @property
    def line(self) -> str:
        """The text on one line."""
        return " ".join(self.text.split())

    @property
    def struck(self) -> bool:
        """Wholly struck out: there was text, and none is left."""
        return not self.text and bool(self.gone)


BLANK = Words("")


def words(cell: Cell | None, place: str) -> Words:
    """Read a cell; None is blank."""
    if cell is None:
        return replace(BLANK, place=place)
    runs = cell.runs
    if len(runs) == 1 and not runs[0].struck:
        return Words(_said(runs[0].text), "", place, cell.number, cell.broken, cell)
    text = clean("".join(run.text for run in runs if not run.struck)).strip()
    gone = one_line("".join(run.text for run in runs if run.struck))
    return Words(text, gone, place, cell.number, cell.broken, cell)


@lru_cache(maxsize=4096)  # the same few statuses in most of the cells
def _said(text: str) -> str:
    return clean(text).strip()


class _Style(NamedTuple):
    bold: bool
    italic: bool
    link: str | None


_Piece = tuple[str, _Style]
_PLAIN = _Style(False, False, None)


def prose(runs: Iterable[Run], *, wrapped: bool = False) -> Prose:
    """A cell's runs as paragraphs and bullet lists.

    Each line is a paragraph (people who press Alt+Enter mean one); lines that begin with a bullet and a space are one
    list, blank lines between them or not, and an indented one belongs to the item above; an indented line directly
    below an item goes on with it.  Numbered lines stay text.  With `wrapped`, a line goes on with the one above it,
    unless a blank line or a bullet is between them.
    """
    runs = tuple(runs)
    if len(runs) == 1 and _is_plain(runs[0]) and (usual := _sentences(runs[0].text)) is not None:
        return usual
    blocks: list[Block] = []
    items: list[tuple[int, list[_Piece]]] = []
    open_line: list[_Piece] | None = None  # of a paragraph that the next line may go on with
    fresh = True
    for line in _lines(runs):
        text = "".join(piece for piece, _ in line)
        bullet = _BULLET.match(text)
        if not text.strip():
            fresh = True
            continue
        if bullet:
            items.append((len(bullet[1]), _cut(line, bullet.end())))
            open_line = None
        elif items and not fresh and (wrapped or len(text) - len(text.lstrip(" ")) > items[-1][0]):
            items[-1][1].extend([(" ", _PLAIN), *line])
        elif wrapped and open_line is not None and not fresh:
            open_line.extend([(" ", _PLAIN), *line])
            blocks[-1] = Paragraph(_inlines(open_line))
        else:
            blocks.extend(_lists(items))
            items, open_line = [], list(line)
            blocks.append(Paragraph(_inlines(line)))
        fresh = False
    blocks.extend(_lists(items))
    return tuple(blocks)


@lru_cache(maxsize=4096)
def _sentences(text: str) -> Prose | None:
    """The usual case: one line of plain words; None for any other text."""
    return (Paragraph((Text(text),)),) if _SENTENCES.fullmatch(text) else None


def _is_plain(run: Run) -> bool:
    return not (run.bold or run.italic or run.struck or run.link)


def refused_links(cell: Cell) -> tuple[str, ...]:
    """The addresses in a cell that `prose` leaves out, each once."""
    urls = [run.link for run in cell.runs if run.link and not run.struck and run.text.strip()]
    return tuple(url for url in dict.fromkeys(urls) if not is_address(url))


def _lines(runs: Iterable[Run]) -> Iterator[list[_Piece]]:
    line: list[_Piece] = []
    for run in runs:
        if run.struck:
            continue
        link = run.link if run.link and is_address(run.link) else None
        style = _Style(run.bold, run.italic, link)
        first, *more = clean(run.text).split("\n")
        line.append((first, style))
        for text in more:
            yield line
            line = [(text, style)]
    yield line


def _cut(line: list[_Piece], count: int) -> list[_Piece]:
    rest: list[_Piece] = []
    for text, style in line:
        if count < len(text):
            rest.append((text[count:], style))
        count = max(count - len(text), 0)
    return rest


def _lists(items: list[tuple[int, list[_Piece]]]) -> list[Block]:
    """Bullet lines with their indentations as nested lists; deeper than `_DEPTH` they stay at that level."""
    levels: list[tuple[int, list[tuple[Block, ...]]]] = []

    def close() -> None:
        _, done = levels.pop()
        levels[-1][1][-1] += (BulletList(tuple(done)),)

    for indent, line in items:
        while len(levels) > 1 and indent < levels[-1][0] and indent <= levels[-2][0]:
            close()
        if not levels or (indent > levels[-1][0] and len(levels) < _DEPTH):
            levels.append((indent, []))
        levels[-1][1].append((Paragraph(_inlines(line), plain=True),))
    while len(levels) > 1:
        close()
    return [BulletList(tuple(levels[0][1]))] if levels else []


_DEPTH = 4


def _inlines(line: list[_Piece]) -> tuple[Inline, ...]:
    """One line as inlines: spaces single, none at the ends nor at the edges inside a format, neighbours joined."""
    pieces: list[_Piece] = []
    blank = True  # a space here would be at the beginning or beside another one
    for text, style in line:
        for n, part in enumerate(_WHITE.split(text)):
            if n and not blank:
                pieces.append((" ", style))
                blank = True
            if part:
                pieces.append((part, style))
                blank = False
    if pieces and blank:
        pieces.pop()
    for n, (text, _style) in enumerate(pieces):
        if text == " ":  # a space has the format that both its neighbours have
            pieces[n] = (text, _common(pieces[n - 1][1], pieces[n + 1][1]))
    out: list[Inline] = []
    for link, group in groupby(pieces, key=lambda piece: piece[1].link):
        styled = tuple(_styled(group))
        out.extend(styled if link is None else [Link(styled, link)])
    return tuple(out)


def _common(left: _Style, right: _Style) -> _Style:
    """The format of a space between two words: links hold bold, which holds italic, and none has a space at its
    edge.
    """
    if left.link != right.link:
        return _PLAIN
    if left.bold != right.bold:
        return _Style(False, False, left.link)
    return _Style(left.bold, left.italic and right.italic, left.link)


def _styled(pieces: Iterable[_Piece]) -> Iterator[Inline]:
    for bold, group in groupby(pieces, key=lambda piece: piece[1].bold):
        inner = tuple(_italic(group))
        if bold:
            yield Strong(inner)
        else:
            yield from inner


def _italic(pieces: Iterable[_Piece]) -> Iterator[Inline]:
    for italic, group in groupby(pieces, key=lambda piece: piece[1].italic):
        text = Text("".join(piece for piece, _ in group))
        yield Emph((text,)) if italic else text
