"""The tables of a page of the wiki: of its wiki text, or of a copy in which cells are between tabs or bars.

Wiki text is read by mwparserfromhell (MIT), which gives no line numbers; rows are found again by their text, which it
keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from convert.failure import Failure, installing
from convert.sources.wiki_cells import is_footnote, words
from grammar.source import Source

MAX = 1 << 19  # characters of wiki text
_FAR = 4096  # characters between what the parser gives and where it is
_MOST_TABLES, _WIDEST = 200, 200  # in one page; columns of a table
_TABLE = re.compile(r"^[ \t:]*\{\|", re.M)
_RELEASE = re.compile(r"\bXen(?: Project)? [0-9]+\.[0-9]+")
# tags in cells are taken back afterwards: the parser need not pair them, which costs it seconds where they are not
# closed
_OPEN, _CLOSE = "\ue000", "\ue001"
_HIDE, _SHOW = str.maketrans("<>", _OPEN + _CLOSE), str.maketrans(_OPEN + _CLOSE, "<>")
_HEADING = re.compile(r"^={2,6}\s*(.+?)\s*={2,6}\s*$")


_Code = Any  # the library has no types


class Row(NamedTuple):
    """A row: its number in the table and its line in the page, from 1; `span`: it is one cell over several columns."""

    number: int
    line: int
    cells: tuple[str, ...]
    span: bool


class Table(NamedTuple):
    """A table with the words of the heading above it; `plain`: it comes from a copy."""

    heading: str
    rows: tuple[Row, ...]
    plain: bool = False


def looks_wiki(source: Source) -> bool:
    """Whether a text is the wiki's table of releases, as wiki text or as a copy, and no SUPPORT.md."""
    if re.search(r"^(?:%[ \t]|# (?:Release|Feature) Support)", source.text, re.M):
        return False
    if _TABLE.search(source.text) is not None:
        return True
    if re.search(r"^#+ ", source.text, re.M):
        return False
    return any(("\t" in line or "|" in line) and _RELEASE.search(line) for line in source.text.split("\n"))


def tables(source: Source) -> list[Table]:
    """All tables of a page, in order.  Raises Failure for one that is too large, or where the library is not there."""
    if len(source.text) > MAX:
        raise Failure(f"{source.name}: larger than {MAX} characters; that is not a page of the wiki")
    if _TABLE.search(source.text) is None:
        return [Table("", tuple(_plain(source.text)), plain=True)]
    if source.text.count("{|") > _MOST_TABLES:
        raise Failure(f"{source.name}: more than {_MOST_TABLES} tables; that is not a page of the wiki")
    try:
        library = import_module("mwparserfromhell")
    except ImportError:
        raise Failure(f"reading wiki text needs more packages; {installing('wiki')}") from None
    text = _uncommented(source.text).translate(_HIDE)
    return list(_wiki(library.parse(text, skip_style_tags=True), text))


def _uncommented(text: str) -> str:
    """A text of the same length and lines with spaces for comments."""
    out, at = "", 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        out += text[at:start] + re.sub(r"[^\n]", " ", text[start : end + 3])
        at = end + 3
    return out + text[at:]


def _wiki(page: _Code, text: str) -> Iterator[Table]:
    heading, at = "", 0
    for node in page.nodes:
        at = _found(text, str(node), at)
        if hasattr(node, "title") and hasattr(node, "level"):
            heading = words(str(node.title).translate(_SHOW))
        elif getattr(node, "tag", None) == "table":
            yield Table(heading, tuple(_rows(node.contents, text, at)))


def _rows(contents: _Code, text: str, at: int) -> Iterator[Row]:
    """The rows of a table; cells before the first `|-` are its first row."""
    number = 0
    first: list[Any] = []
    for node in contents.nodes:
        tag = getattr(node, "tag", None)
        if tag in ("td", "th"):
            first.append(node)
            continue
        if tag != "tr":
            continue
        if first:
            number += 1
            yield _row(number, first, text, at)
            first = []
        cells = [cell for cell in node.contents.nodes if getattr(cell, "tag", None) in ("td", "th")]
        if cells:
            at = _found(text, str(cells[0]), _found(text, str(node), at))
            number += 1
            yield _row(number, cells, text, at)
    if first:
        yield _row(number + 1, first, text, at)


def _row(number: int, cells: Sequence[Any], text: str, at: int) -> Row:
    out: list[str] = []
    for cell in cells:
        inside = str(cell.contents).translate(_SHOW).strip()
        out += [inside] * min(_number(cell, "colspan"), _WIDEST)
        if _number(cell, "rowspan") > 1:
            out += [""] * _WIDEST  # of another width, whatever the header has
    start = _found(text, str(cells[0]), at)
    return Row(number, text.count("\n", 0, start) + 1, tuple(out[: 2 * _WIDEST]), len(cells) == 1 and len(out) > 1)


def _found(text: str, part: str, at: int) -> int:
    """Where a part of a text is, not far behind a place; that place where it is not found."""
    found = text.find(part, at, at + len(part) + _FAR)
    return found if found >= 0 else at


def _number(cell: _Code, name: str) -> int:
    if not cell.has(name):
        return 1
    found = re.search("[0-9]{1,6}", str(cell.get(name).value))
    return max(1, int(found[0])) if found else 1


def _plain(text: str) -> Iterator[Row]:
    """The rows of a copy: lines with tabs or bars, from the first to the last of them.

    A line without either among them is a row of one cell, which no table has: a name may be split over two lines.
    Headings of wiki text and lines of footnotes are prose.
    """
    lines = [line.rstrip("\r") for line in text.split("\n")]
    within = [number for number, line in enumerate(lines) if "\t" in line or "|" in line]
    number = 0
    for line in range(within[0], within[-1] + 1) if within else ():
        content = lines[line]
        if "\t" in content:
            cells = tuple(cell.strip() for cell in content.split("\t"))
        elif "|" in content:
            cells = tuple(cell.strip() for cell in content.strip().removeprefix("|").removesuffix("|").split("|"))
        elif not content.strip() or _HEADING.match(content) or is_footnote(content):
            continue
        else:
            cells = (content.strip(),)
        if all(re.fullmatch(r":?-{2,}:?", cell) or not cell for cell in cells) and any(cells):
            continue
        number += 1
        yield Row(number, line + 1, cells, len(cells) > 1 and bool(cells[0]) and not any(cells[1:]))
