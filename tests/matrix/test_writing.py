"""Whatever a value is, it is text in the page: the elements and attributes are those of a page of harmless values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from convert.matrix import parts, writing

POISON = """--></script></style><i k="'>&amp;&#60;<!--\x00"""
OURS = {"classes", "form", "state"}  # words of the page's own style

TREE = {
    "name": "4.20", "url": "https://u.example/S.html", "page": None, "state": "ended", "short": "ended", "ended": True, "ref": "refs/heads/stable-4.20",
    "commit": "c" * 8, "date": "2026-01-02", "age": "3 days", "version": "4.20", "xen": "4.20.1", "initial": "2025-01-01", "until": "2026-01-01",
    "security_until": "2027-01-01", "notes": "https://n.example/", "errors": [(3, "bad"), (None, "worse")],
}  # fmt: skip
COLUMNS = [
    TREE,
    TREE | {"name": "4.19", "url": None, "page": "tree/4.19.html", "ended": False, "ref": None, "xen": None, "errors": []},
    TREE | {"name": "4.18", "url": None, "notes": None, "errors": [(n, "x") for n in range(60)]},
]  # fmt: skip
CELL = {"text": "Supported", "href": "https://h.example/", "note": "security supported", "caveats": "https://c.example/#a", "change": "better than in 4.19", "classes": "y"}  # fmt: skip
LINE = {
    "id": "x86-pv", "href": "x86-pv", "name": "x86/PV", "form": "row", "top": False, "of": "", "classes": "row d1", "marks": ["old-name"], "more": True,
    "prose": [("Caveats", "4.20, 4.19", "Not always.")], "sources": [("4.20", "https://s.example/")], "anchors": "0:a 1", "page": "feature/x.html",
    "advisories": [("XSA-1", "https://x.example/1")], "cells": [CELL, CELL | {"href": None, "caveats": "", "change": None}, CELL | {"note": "", "classes": ""}],
    "relations": [{"before": "continues ", "href": "other", "name": "Other", "after": " of 4.19"}],
}  # fmt: skip
LINES = [
    LINE,
    LINE | {"more": False, "of": "x86/PV", "id": "x86-pv--arm"},
    LINE | {"form": "head", "more": False, "of": "", "cells": []},
    LINE | {"form": "text", "prose": [], "page": None, "anchors": "", "sources": []},
    LINE | {"page": None, "advisories": []},
]
GROUPS = [{"id": "s", "name": "A / S", "stated": True, "lines": LINES}, {"id": "t", "name": "T", "stated": False, "lines": LINES[:1]}]  # fmt: skip


def poisoned(value: Any, name: str = "") -> Any:
    """The value with something hostile in each of its texts but those that are the page's own."""
    if isinstance(value, str):
        return f"{value}{POISON}" if value and name not in OURS else value
    if isinstance(value, Mapping):
        return {key: poisoned(one, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(poisoned(one) for one in value)
    return value


class Seen(HTMLParser):
    """The elements with the names of their attributes, and all texts and values."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.texts += [value or "" for _, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("!", data))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page(columns: Any, groups: Any, *words: str) -> str:
    canonical, home, published, schema = words
    return writing.page(
        css="b{}", script="1", canonical=canonical, columns=columns, groups=groups, live=1, today="2026-01-01", home=home,
        published=(published, schema), errors=[("", columns), ("-old", columns[:1])], labels={"Supported": 3},
    )  # fmt: skip


WORDS = ("https://x.example/", "index.html", "m.json", "m.schema.json")


Change = Callable[[Any], Any]
MADE: dict[str, Callable[[Change], str]] = {
    "page": lambda change: page(change(COLUMNS), change(GROUPS), *change(WORDS)),
    "trees": lambda change: writing.trees(css="b{}", columns=change(COLUMNS), today="2026-01-01"),
    "head": lambda change: parts.head(change("A title"), "b{}", "", change("https://x.example/")),
    "table": lambda change: parts.support_table(change(COLUMNS), change("2026"), change("label")),
}


@pytest.mark.parametrize("what", MADE)
def test_no_value_becomes_markup(what: str) -> None:
    plain, hostile = Seen(MADE[what](lambda value: value)), Seen(MADE[what](poisoned))
    assert hostile.tags == plain.tags
    assert len(hostile.texts) == len(plain.texts)
    for before, after in zip(plain.texts, hostile.texts, strict=True):
        # an address is quoted for that, too; of a commit twelve characters are shown
        assert after.replace(POISON, "") == before or "%3C" in after or after == f"{before}{POISON}"[:12]
    assert sum(POISON in text for text in hostile.texts) >= 2
