"""What a cell of the wiki's table of releases says: words, sign, footnotes, links, dates, figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

WIKI = "https://wiki.xenproject.org/wiki/"
_SIGNS = {
    "tick": "✓",
    "yes": "✓",
    "done": "✓",
    "halfdone": "½",
    "half": "½",
    "partial": "½",
    "cross": "✗",
    "no": "✗",
    "notdone": "✗",
}
# every pattern is bounded: a page may come from anywhere, and some of these would else take time with the square of its
# length
_TEMPLATE = re.compile(r"\{\{([^{}|]*)(?:\|[^{}]*)?\}\}")
_FOOTNOTES = re.compile(
    r"<sup\b[^<>]{0,200}>.{0,300}?</sup>|\[ ?\[?\[?#?[^\[\]|]{0,40}?\|?[0-9]{1,3}\]?\]? ?\]", re.S | re.I
)
_REF = re.compile(r"<ref\b[^<>]{0,200}/>|<ref\b[^<>]{0,200}>(.{0,2000}?)</ref>", re.S | re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_TARGET = re.compile(r"\[\[([^\[\]|#]+)(?:#[^\[\]|]*)?(?:\|[^\[\]]*)?\]\]")
_ADDRESS = re.compile(r"\[(https?://[^\s\]]+)(?: +([^\]]*))?\]|\b(https?://\S+)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?\.? +([A-Za-z]{3,9})\.?,? +([0-9]{4})")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? +([0-9]{1,2})(?:st|nd|rd|th)?,? +([0-9]{4})")
_FIGURE = re.compile(
    r"[<>~≥≤]?\s*[0-9][0-9,.]*\s*(?:[kKMGTP]i?B|[A-Za-z%]{1,8})?(?:\s*/\s*[0-9][0-9,.]*\s*(?:[kKMGTP]i?B)?)*\+?"
)


_LONGEST = 20000  # characters of a cell that are read


class Cell(NamedTuple):
    """A cell read: its words with the sign first, the numbers of its footnotes, the texts of footnotes that it holds
    itself.
    """

    words: str
    footnotes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read(markup: str) -> Cell:
    """The words and footnotes of a cell."""
    markup = markup[:_LONGEST]
    notes = [words(match[1]) for match in _REF.finditer(markup) if match[1]]
    bare = _REF.sub(" ", markup)
    marks = [mark[0] for mark in _FOOTNOTES.finditer(bare)]
    numbers = [number for mark in marks for number in re.findall(r"[0-9]+", words(mark) or mark)]
    return Cell(words(_FOOTNOTES.sub(" ", bare)), tuple(dict.fromkeys(numbers)), tuple(notes))


def words(markup: str) -> str:
    """The words of marked-up text on one line, signs as ✓ ½ ✗."""
    text = _TEMPLATE.sub(
        lambda m: f" {_SIGNS.get(m[1].strip().casefold(), m[1])} ", " ".join(markup[:_LONGEST].split())
    )
    text = _ADDRESS.sub(lambda m: m[2] or m[1] or m[3], _LINK.sub(r"\1", text))
    text = _TAG.sub(" ", _BREAK.sub(" ", text))
    return " ".join(text.replace("'''", "").replace("''", "").replace("&nbsp;", " ").split())


def name_and_text(markup: str) -> tuple[str, str]:
    """The first line of a cell, and the small print below it."""
    first, *rest = _BREAK.split(markup[:_LONGEST], maxsplit=1)
    small = re.search(r"<small\b[^<>]{0,200}>", first, re.I)
    if not rest and small and first[: small.start()].strip():
        first, rest = first[: small.start()], [first[small.end() :]]
    return read(first).words, read(rest[0]).words if rest else ""


def target(markup: str) -> str | None:
    """The address that a cell links to; None without a link."""
    found = _ADDRESS.search(markup)
    if found:
        return found[1] or found[3]
    inside = _TARGET.search(markup)
    return WIKI + "_".join(inside[1].split()) if inside else None


def day(text: str) -> str | None:
    """A full day as YYYY-MM-DD; None for a month, for `???` and for whatever else is no day."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return text if _date(int(text[:4]), int(text[5:7]), int(text[8:])) else None
    if found := _DAY.fullmatch(text):
        number, month, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(text):
        month, number, year = found.groups()
    else:
        return None
    name = month[:3].casefold()
    return _date(int(year), _MONTHS.index(name) + 1, int(number)) if name in _MONTHS else None


def _date(year: int, month: int, number: int) -> str | None:
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return None


def is_figure(text: str) -> bool:
    """Whether a cell is a number, a size, `N/M` or `>N`."""
    return _FIGURE.fullmatch(text) is not None


def legend_alike(text: str) -> str | None:
    """A sign that a page's legend gives two meanings; None where it has no legend, or each sign has one.

    A copy as plain text may show a full and a half tick alike: then nobody can tell the two apart in its cells.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not re.match(r"\W{0,20}legend\b", line, re.I):
            continue
        meanings: dict[str, set[str]] = {}
        for sign, meaning in re.findall(
            r"([✓✔☑✅½◐◑✗✘☒❌✖]) ?[:=–-]? ?([A-Za-z]+)", words(" ".join(_legend(lines[number:])))
        ):
            meanings.setdefault(sign, set()).add(meaning.casefold())
        alike = next((sign for sign, said in meanings.items() if len(said) > 1), None)
        if alike is not None:
            return alike
    return None


def _legend(lines: Sequence[str]) -> Iterator[str]:
    """The lines of a legend: its first, and those up to a blank line, a heading or a table; a bare title's go on
    after a blank line.
    """
    yield lines[0]
    said = bool(re.search(r"\{\{|[✓✔☑✅½◐◑✗✘☒❌✖]", lines[0]))
    for line in lines[1:12]:
        if (
            re.match(r"\s*(?:=|\{\|)", line)
            or "\t" in line
            or ("|" in line and "{{" not in line)
            or (said and not line.strip())
        ):
            return
        said = said or bool(line.strip())
        yield line


_NOTE_LINE = re.compile(
    r"^\s*(?:[*#:;]+\s*)?(?:<[^<>]*\bid\s*=\s*\"?(?:Foot(?:note)?_?)?(?P<id>[0-9]+)\"?[^<>]*>(?:</?[^<>]*>)*|\{\{\s*[Aa]nchor\s*\|\s*Foot(?P<anchor>[0-9]+)\s*\}\})?"
    r"\s*(?:<sup>\s*)?(?:\[?\s*(?P<number>[0-9]{1,3})\s*[\]).:]|\[\s*(?P<bracket>[0-9]{1,3})\s*\])?(?:\s*</sup>)?\s*(?P<text>\S.*)$"
)


def is_footnote(line: str) -> bool:
    """Whether a line is the text of a footnote."""
    found = _NOTE_LINE.match(" ".join(line[:4000].split()))
    return found is not None and any(found[name] for name in ("id", "anchor", "number", "bracket"))


def footnotes(text: str) -> dict[str, str]:
    """The texts of a page's footnotes by number: lines with an anchor `Foot3`, and lines of the form `[3] text`, `3.
    text`.
    """
    out: dict[str, str] = {}
    for line in text.split("\n"):
        if ("|" in line and "{{" not in line and "[[" not in line) or len(line) > 4000:
            continue  # a cell
        found = _NOTE_LINE.match(" ".join(line.split()))
        number = found and (found["id"] or found["anchor"] or found["number"] or found["bracket"])
        if found and number:
            out.setdefault(number, words(re.sub(r"^[\[\]\s.:)]+", "", found["text"])))
    return out
