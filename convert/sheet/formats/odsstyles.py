"""The styles of an .ods that a categorisation depends on: bold, italic, struck; shown tables; dates in default form."""

from __future__ import annotations

from typing import NamedTuple
from xml.etree.ElementTree import Element

from convert.sheet.formats.archive import local
from convert.sheet.formats.grid import Style

_NS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_STYLE, _TABLE, _NUMBER, _FO = _NS % "style", _NS % "table", _NS % "datastyle", _NS % "xsl-fo-compatible"
_MAX_PARENTS = 20


class _Entry(NamedTuple):
    """One style as it is written; None where it leaves the matter to its parent."""

    parent: str | None
    bold: bool | None
    italic: bool | None
    struck: bool | None
    displayed: bool | None
    data_style: str | None


_NOTHING = _Entry(None, None, None, None, None, None)


class Styles:
    """Styles by family and name; add all elements first, then ask."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._automatic: set[str] = set()
        self._resolved: dict[tuple[str, str], _Entry] = {}

    def add(self, element: Element) -> None:
        """Take in a style:style, style:default-style or number:date-style."""
        name = element.get(_STYLE + "name", "")
        if local(element.tag) == "date-style":
            if element.get(_NUMBER + "automatic-order") == "true":
                self._automatic.add(name)
            return
        if local(element.tag) == "default-style":
            name = ""
        self._entries[element.get(_STYLE + "family", ""), name] = _entry(element)

    def cell(self, name: str | None) -> Style:
        """The format of a cell of that style."""
        entry = self._resolve("table-cell", name)
        return Style(bool(entry.bold), bool(entry.italic), bool(entry.struck))

    def span(self, name: str | None, around: Style) -> Style:
        """The format of a span of that style inside a text of the format `around`."""
        if name is None:
            return around
        entry = self._resolve("text", name)
        return Style(
            around.bold if entry.bold is None else entry.bold,
            around.italic if entry.italic is None else entry.italic,
            around.struck if entry.struck is None else entry.struck,
        )

    def displayed(self, name: str | None) -> bool:
        """Whether a table of that style is shown."""
        return self._resolve("table", name).displayed is not False

    def is_automatic_date(self, name: str | None) -> bool:
        """Whether a cell of that style shows its date in the default form of the locale."""
        return self._resolve("table-cell", name).data_style in self._automatic

    def _resolve(self, family: str, name: str | None) -> _Entry:
        key = family, name or ""
        if key not in self._resolved:
            entry = _NOTHING
            at: str | None = key[1]
            for _ in range(_MAX_PARENTS):
                own = self._entries.get((family, at or ""), _NOTHING)
                entry = _Entry(
                    own.parent,
                    own.bold if entry.bold is None else entry.bold,
                    own.italic if entry.italic is None else entry.italic,
                    own.struck if entry.struck is None else entry.struck,
                    own.displayed if entry.displayed is None else entry.displayed,
                    own.data_style if entry.data_style is None else entry.data_style,
                )
                if not at:
                    break
                at = own.parent
            self._resolved[key] = entry
        return self._resolved[key]


def _entry(element: Element) -> _Entry:
    bold = italic = struck = displayed = None
    for child in element:
        kind = local(child.tag)
        if kind == "text-properties":
            weight = child.get(_FO + "font-weight")
            slant = child.get(_FO + "font-style")
            line = child.get(_STYLE + "text-line-through-style") or child.get(_STYLE + "text-line-through-type")
            bold = bold if weight is None else weight in ("bold", "600", "700", "800", "900")
            italic = italic if slant is None else slant in ("italic", "oblique")
            struck = struck if line is None else line != "none"
        elif kind == "table-properties" and (display := child.get(_TABLE + "display")) is not None:
            displayed = display != "false"
    return _Entry(
        element.get(_STYLE + "parent-style-name"),
        bold,
        italic,
        struck,
        displayed,
        element.get(_STYLE + "data-style-name"),
    )
