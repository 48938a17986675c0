"""Advisories as the public directory lists them: xsa.json, index.html, an advisory's own text.  Bytes in, values out.

All of it is untrusted: depth, sizes, types, dates and control characters.  Source of the shapes: what xenbits serves,
and the keys that readers in the wild use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

from convert.failure import Failure
from convert.xsa.messages import cves as cves_of

MAX_NUMBER = 99_999
_TITLE = 300  # characters
_UNUSED = re.compile(r"\s*(?:unused|withdrawn)\b", re.I)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$", re.I)
_VERSION = re.compile(r"^[ \t]*version[ \t]+(\d{1,4})[ \t]*$", re.I | re.M)
_EMBARGO = re.compile(r"EMBARGOED UNTIL[ \t]+(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?)")
_SUM = re.compile(r"\b([0-9a-f]{64})[ \t]+\*?([\w./+?*,@=~%-]{1,200})")
_SAFE = re.compile(r"[A-Za-z0-9_][\w.+,@=~%-]*(?:/[A-Za-z0-9_][\w.+,@=~%-]*){0,6}", re.A)
_OWNER = re.compile(r"(?:xsa|advisory)-?(\d{1,5})(?!\d)", re.I)


@dataclass(frozen=True, slots=True)
class Advisory:
    """An advisory.  `public` is None where no date is known; `files` are names that its entry lists; `page`: its
    address.
    """

    number: int
    title: str | None = None
    cves: tuple[str, ...] = ()
    public: datetime | None = None
    version: int | None = None
    files: tuple[str, ...] = ()
    page: str | None = None

    def is_public(self, now: datetime) -> bool:
        """Whether its public time has passed; one without a date is not known to be public."""
        return self.public is not None and self.public <= now

    @property
    def is_unused(self) -> bool:
        """Whether its number was never used, or the advisory was withdrawn."""
        return self.title is not None and _UNUSED.match(self.title) is not None

    @property
    def day(self) -> str | None:
        """The day on which it became or becomes public, as YYYY-MM-DD."""
        return self.public.date().isoformat() if self.public else None

    def bare(self) -> Advisory:
        """What may be said of it while it is under embargo: number and date."""
        return Advisory(self.number, public=self.public)


def safe_name(name: str) -> bool:
    """Whether a name may be asked for or opened: relative, without `..`, of plain characters."""
    return len(name) <= 200 and _SAFE.fullmatch(name) is not None and ".." not in name.split("/")


def owner(name: str) -> int | None:
    """The advisory that a file belongs to by its name's beginning; never its version or tree."""
    found = _OWNER.match(name)
    return int(found[1]) if found else None


def when(value: object) -> datetime | None:
    """A time such as `2025-03-01 12:00`, with or without seconds and zone (none: UTC); None for anything else."""
    found = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    zone = (found[4] or "Z").upper()
    zone = "+00:00" if zone in ("Z", "UTC", "GMT") else zone
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2] or '00:00'}{found[3] or ''}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_json(data: bytes) -> list[Advisory]:
    """The advisories of an xsa.json, in its order; a number that comes twice counts once.  Raises Failure."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise Failure("xsa.json is nested too deeply to be what it should be") from None
    except ValueError as error:
        raise Failure(f"xsa.json is not JSON: {str(error)[:100]}") from None
    entries = [entry for entry in _entries(value) if isinstance(entry, dict)]
    found = {one.number: one for one in map(_advisory, entries) if one is not None}
    if not found:
        raise Failure("xsa.json lists no advisory")
    return list(found.values())


def unread(data: bytes) -> int:
    """How many entries of an xsa.json that could be read name an advisory by something that is no number of one."""
    entries = [entry for entry in _entries(json.loads(data.decode("utf-8-sig"))) if isinstance(entry, dict)]
    return sum(entry.get("xsa") is not None and _advisory(entry) is None for entry in entries)


def without_embargoed(name: str, data: bytes, now: datetime) -> bytes | None:
    """A list (xsa.json or index.html) with nothing but number and date of what is not public; None where it is so
    already.
    """
    try:
        found = read_json(data) if name.endswith(".json") else read_index(data)
    except Failure:
        return None
    hidden = [one for one in found if not one.is_public(now) and not one.is_unused]
    if all(
        one == one.bare() or ((one.title or "(").startswith("(") and not one.cves and not one.files) for one in hidden
    ):
        return None
    entries = []
    for one in found:
        entry: dict[str, object] = {"xsa": one.number}
        if one.public is not None:
            entry["public_time"] = one.public.isoformat(" ")
        if one not in hidden:
            more = {"title": one.title, "cve": list(one.cves), "version": one.version, "files": list(one.files)}
            entry |= {key: value for key, value in more.items() if value}
        entries.append(entry)
    return json.dumps([{"xsas": entries}]).encode()


def _entries(value: Any) -> Iterator[Any]:  # noqa: ANN401
    """`[{"xsas": [...]}]`, and the same without the outer list."""
    for part in value if isinstance(value, list) else [value]:
        entries = part.get("xsas") if isinstance(part, dict) else None
        if isinstance(entries, list):
            yield from entries


def _advisory(entry: dict[str, Any]) -> Advisory | None:
    number = _integer(entry.get("xsa"))
    if number is None or not 0 < number <= MAX_NUMBER:
        return None
    title, names = entry.get("title"), entry.get("files")
    cve = entry.get("cve")
    texts = [cve] if isinstance(cve, str) else cve if isinstance(cve, list) else []
    return Advisory(
        number,
        title[:_TITLE] if isinstance(title, str) else None,
        cves_of(" ".join(text for text in texts if isinstance(text, str))),
        when(entry.get("public_time")),
        _integer(entry.get("version")),
        tuple(n for n in names if isinstance(n, str) and safe_name(n)) if isinstance(names, list) else (),
    )


def _integer(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,6}\s*", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# -- pages -------------------------------------------------------------------------------------------------------------

_COLUMNS = {
    "advisory": "number",
    "xsa": "number",
    "public": "public",
    "version": "version",
    "cve": "cves",
    "title": "title",
}


class _Table(HTMLParser):
    """The rows of all tables, each cell as (text, first link); headings are told by <th>."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[tuple[bool, list[tuple[str, str | None]]]] = []
        self.links: list[str] = []
        self._row: list[tuple[str, str | None]] | None = None
        self._heads = 0
        self._text: list[str] | None = None
        self._link: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._end_row()
            self._row = []
        elif tag in ("td", "th"):
            self._end_cell()
            self._text, self._link = [], None
            self._heads += tag == "th"
        elif tag == "a":
            target = next((value for name, value in attrs if name == "href"), None)
            if target:
                self.links.append(target)
                self._link = self._link or target

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _end_cell(self) -> None:
        if self._text is not None and self._row is not None:
            self._row.append((" ".join("".join(self._text).split()), self._link))
        self._text = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row:
            self.rows.append((self._heads == len(self._row), self._row))
        self._row, self._heads = None, 0


def read_index(data: bytes) -> list[Advisory]:
    """The advisories of an index.html; its columns are found by their headings.  Raises Failure where there is no
    such table.
    """
    page = _Table()
    page.feed(data.decode("utf-8", "replace"))
    page.close()
    columns: dict[int, str] = {}
    found: dict[int, Advisory] = {}
    for heading, cells in page.rows:
        if heading:
            words = [text.casefold() for text, _ in cells]
            columns = {
                n: role for n, text in enumerate(words) for start, role in _COLUMNS.items() if text.startswith(start)
            }
            continue
        named = {columns[n]: cell for n, cell in enumerate(cells) if n in columns}
        number = re.search(r"(?:XSA-?)?\b(\d{1,5})\b", named["number"][0]) if "number" in named else None
        if number and "public" in named:
            text = {role: cell[0] for role, cell in named.items()}
            link = named["number"][1]
            page_name = link if link and safe_name(link) else None
            one = Advisory(
                int(number[1]),
                text.get("title", "")[:_TITLE] or None,
                cves_of(text.get("cves", "")),
                when(text["public"]),
                _integer(text.get("version")),
                page=page_name,
            )
            found.setdefault(one.number, one)
    if not found:
        raise Failure("index.html has no table of advisories with the columns Advisory and Public release")
    return list(found.values())


def links(data: bytes) -> list[str]:
    """The relative names that a page links to, safe ones only, in order."""
    page = _Table()
    page.feed(data.decode("utf-8", "replace"))
    page.close()
    return list(dict.fromkeys(link.removeprefix("./") for link in page.links if safe_name(link.removeprefix("./"))))


@dataclass(frozen=True, slots=True)
class Text:
    """What an advisory's own text says: its version, the end of its embargo, the sha256 of files by name (or glob)."""

    version: int | None
    embargo: datetime | None
    sums: tuple[tuple[str, str], ...]


def read_text(data: bytes) -> Text:
    """An advisory-N.txt, or its page as it comes."""
    text = re.sub(r"<[^<>]{0,500}>", "", data.decode("utf-8", "replace"))
    version, embargo = _VERSION.search(text), _EMBARGO.search(text)
    sums = tuple((name, digest) for digest, name in _SUM.findall(text))
    return Text(int(version[1]) if version else None, when(embargo[1]) if embargo else None, sums)


def with_text(advisory: Advisory, text: Text) -> Advisory:
    """An advisory with what its text adds to its entry."""
    return replace(advisory, version=advisory.version or text.version, public=advisory.public or text.embargo)


def end_of(day: date) -> datetime:
    """The last moment of a day, in UTC."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
