"""Random trees that agree in part, through a workbook and back: the same rows, flags and words."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from convert.draft import definitions
from convert.draft.translate import translate
from convert.importing import tables, workbook
from convert.importing.tables import TreeFile
from convert.importing.verify import differences
from convert.names.pairing import Entry, entries
from convert.sheet.categorise import categorise
from convert.sheet.layout import load_layout
from convert.sheet.workbook import open_workbook
from grammar.labels import LABELS
from grammar.nodes import (
    Block,
    BulletList,
    Document,
    Emph,
    Heading,
    Inline,
    Literal,
    Paragraph,
    ParsedField,
    Section,
    Strong,
    Text,
)
from grammar.parser import parse_text
from grammar.printer import print_document
from grammar.rows import read_rows
from tests.helpers.effort import many

WORDS = st.sampled_from(
    (
        "one",
        "sync_console",
        "a*b",
        "=1+1",
        "--",
        "(x)",
        "1.",
        "#",
        "[1]",
        "$x$",
        "<b>",
        "é",
        "中文",
        "'q'",
        "Status:",
        "&amp;",
        "+",
        "@x",
    )
)
TEXT = st.lists(WORDS, min_size=1, max_size=5).map(lambda words: "Words " + " ".join(words))
INLINES: st.SearchStrategy[tuple[Inline, ...]] = st.one_of(
    TEXT.map(lambda text: (Text(text),)),
    TEXT.map(lambda text: (Text("Plain "), Emph((Text(text),)), Text(" then "), Strong((Text("bold"),)))),
)
PARAGRAPH: st.SearchStrategy[Block] = INLINES.map(Paragraph)
ITEMS = st.lists(INLINES.map(lambda found: (Paragraph(found, plain=True),)), min_size=1, max_size=3)
PROSE = st.lists(st.one_of(PARAGRAPH, ITEMS.map(lambda items: BulletList(tuple(items)))), max_size=3).map(
    lambda blocks: (Paragraph((Text("First."),)), *blocks) if blocks else ()
)
VALUES = st.sampled_from(
    [label.name for label in LABELS]
    + ["Supported up to 512", "Supported up to 12 TiB. More is not.", "Support scope restricted"]
)
VARIANTS = st.sampled_from((None, "x86", "ARM", "x86 HVM", "Linux (netfront)"))
ROWS = st.dictionaries(VARIANTS, VALUES, max_size=3)
FEATURE = st.tuples(PROSE, ROWS, PROSE)
TREE = st.dictionaries(
    st.sampled_from(("A", "B")), st.dictionaries(st.sampled_from(("F", "=G", "H 1")), FEATURE, max_size=3), max_size=2
)
Feature = tuple[tuple[Block, ...], dict[str | None, str], tuple[Block, ...]]


def _heading(level: int, name: str) -> Heading:
    return Heading(level, (Text(name),), name, "")


def _name(item: tuple[str, Feature]) -> str:
    """Trees list their features in one order; where they do not, not every tree's can be kept."""
    return item[0]


def _section(name: str, feature: Feature) -> Section:
    before, rows, after = feature
    literal = Literal("feature", tuple(ParsedField("Status", q, value) for q, value in rows.items()), ())
    return Section(_heading(3, name), (*before, *((literal, *after) if rows else ())))


def _text(version: str, tree: dict[str, dict[str, Feature]]) -> str:
    release = Section(
        _heading(1, "Release Support"), (Literal("release", (ParsedField("Xen-Version", None, version),), ()),)
    )
    sections = tuple(
        Section(_heading(2, name), (), tuple(_section(*item) for item in sorted(features.items(), key=_name)))
        for name, features in sorted(tree.items(), key=lambda item: item[0])
    )
    parts = (release, Section(_heading(1, "Feature Support"), (), sections))
    return print_document(Document("T", (), parts))


def _prose(entry: Entry) -> dict[tuple[str, ...], tuple[str, str]]:
    return {
        found.path: (found.description, found.caveats)
        for found in entry.walk()
        if found.path[:1] == ("Feature Support",) and (found.description or found.caveats)
    }


@settings(max_examples=many(40), deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.lists(TREE, min_size=1, max_size=3))
def test_there_and_back(trees: list[dict[str, dict[str, Feature]]]) -> None:
    texts = {f"t{n}": _text(f"4.{n}", tree) for n, tree in enumerate(trees)}
    files = [TreeFile(name, None, parse_text(text).document) for name, text in texts.items()]
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder, "book.xlsx")
        book.write_bytes(workbook.write(tables.tables(files), date(2025, 6, 1)))
        assert list(differences(files, book)) == []
        found = categorise(open_workbook(book), load_layout(None), keep_unknown=True)
    assert found.blocked() == frozenset()
    for file in files:
        tree = found.tree(file.name)
        assert tree is not None
        again = parse_text(translate(found, tree, definitions.own()).text).document
        old, new = (
            {r.key: (r.status, r.described, r.caveat) for r in read_rows(document).rows}
            for document in (file.document, again)
        )
        assert old == {key: row for key, row in new.items() if key in old or "release-notes" not in key}
        assert _prose(entries(file.document)) == _prose(entries(again))
