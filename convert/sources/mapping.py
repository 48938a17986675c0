"""The map from symbols, documents and list items to rows: convert/sources/map.toml, which is shipped."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pkgutil import get_data
from typing import Any

from convert.failure import Failure

FILE = "map.toml"
Wanted = tuple[str, str | None]  # patterns of a heading and of a qualifier; None: every row of the heading


@dataclass(frozen=True, slots=True)
class Options:
    """A heading that lists the options of one file, one by one: those whose prompt fits."""

    heading: str
    file: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Document:
    """Sentences of files: those below a heading that fits, with words that fit; what they speak of, and its rows."""

    file: str
    heading: str | None
    words: str | None
    subject: str
    rows: tuple[Wanted, ...]

    def fits(self, path: str, heading: str, sentence: str) -> bool:
        """Whether a sentence below a heading is meant."""
        return (
            fnmatchcase(path, self.file)
            and (self.heading is None or re.search(self.heading, heading) is not None)
            and (self.words is None or re.search(self.words, sentence) is not None)
        )


@dataclass(frozen=True, slots=True)
class Group:
    """A class of a list: its short name, how lists call it, the heading that import writes it below, its rows
    (`{name}` in them).
    """

    name: str
    words: tuple[str, ...]
    feature: str
    rows: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """All of a map.

    `items`: (group, name in lower case) -> rows; `rest`: the section whose prose covers what it does not list, a
    pattern; `section`: its name, for what import writes.
    """

    kconfig: dict[str, tuple[Wanted, ...]]
    quirks: dict[str, str]
    options: tuple[Options, ...]
    documents: tuple[Document, ...]
    groups: tuple[Group, ...]
    items: dict[tuple[str, str], tuple[Wanted, ...]]
    rest: str
    section: str
    used: set[str] = field(default_factory=set, compare=False)

    def group(self, words: str) -> Group | None:
        """The class that a list calls so."""
        folded = " ".join(words.casefold().split())
        return next((group for group in self.groups if folded == group.name or folded in group.words), None)

    def use(self, entry: str) -> None:
        """Note that an entry was of use, for the test that finds those that are not."""
        self.used.add(entry)

    def entries(self) -> list[str]:
        """Every entry by the name that `use` gets."""
        return [
            *(f"kconfig {name}" for name in (*self.kconfig, *self.quirks)),
            *(f"options {one.heading}" for one in self.options),
            *(f"document {one.file} {one.heading} {one.words}" for one in self.documents),
            *(f"group {one.name}" for one in self.groups),
            *(f"item {group} {name}" for group, name in self.items),
        ]


@cache
def shipped() -> Map:
    """The map that comes with the program."""
    return read((get_data(__package__, FILE) or b"").decode(), FILE)


def read(text: str, name: str) -> Map:
    """A map.  Raises Failure with the file's name for what is no map: unknown keys, patterns that are none."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
        return Map(
            {symbol: _rows(rows) for symbol, rows in table.get("kconfig", {}).items()},
            dict(table.get("quirks", {})),
            tuple(Options(**one) for one in table.get("options", ())),
            tuple(
                Document(
                    one.pop("file"),
                    one.pop("heading", None),
                    one.pop("words", None),
                    one.pop("subject"),
                    _rows(one.pop("rows")),
                    **one,
                )
                for one in map(dict, table.get("document", ()))
            ),
            tuple(
                Group(one.pop("name"), tuple(one.pop("words")), one.pop("feature"), _rows(one.pop("rows")), **one)
                for one in map(dict, table.get("group", ()))
            ),
            {(one["group"], one["name"].casefold()): _rows(one["rows"]) for one in table.get("item", ())},
            table.get("rest", {}).get("heading", r"(?!)"),
            table.get("rest", {}).get("section", "Virtual Hardware"),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, re.error) as error:
        raise Failure(f"{name}: no map of sources: {error}") from None


def _rows(rows: list[list[str]]) -> tuple[Wanted, ...]:
    found = tuple((row[0], row[1] if len(row) > 1 else None) for row in rows)
    for heading, qualifier in found:
        re.compile(heading)
        re.compile((qualifier or "").replace("{name}", "x"))
    return found
