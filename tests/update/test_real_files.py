"""One changed cell is a one-line diff on each of the five real files."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from convert.draft import definitions, draft
from convert.sheet.categorise import categorise
from convert.sheet.layout import load_layout
from convert.sheet.model import Categorisation
from convert.sheet.workbook import open_workbook
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source
from tests.merge.with_git import merge

SHARED = Path("/work/shared")
BOOK = SHARED / "sheets" / "xen-five-trees.xlsx"
FILES = {"master": "unstable", "4.20": "4.20", "4.17": "4.17", "4.13": "4.13", "4.10": "4.10"}


@pytest.fixture(scope="module")
def categorisation() -> Categorisation:
    if not BOOK.exists():
        pytest.skip("the shared corpus is not here")
    return categorise(open_workbook(BOOK), load_layout(None), keep_unknown=True)


@pytest.mark.parametrize("name", FILES)
def test_cells_changed_alone(name: str, categorisation: Categorisation) -> None:
    ours = (SHARED / "corpus" / "accepted" / f"{FILES[name]}.md").read_bytes()
    tree = categorisation.tree(name)
    assert tree is not None
    made = draft.make(categorisation, tree, definitions.find(Source(name, ours), name))
    assert isinstance(made, draft.Made)
    text = made.draft.text
    base = text.encode()
    assert merge(base, ours, base).data == ours
    source = Source("draft", base)
    rows = [
        row
        for row in read_rows(parse(source).document).rows
        if row.kind == "status" and row.path[0] == "Feature Support"
    ]
    assert len(rows) > 100
    for row in rows[::25]:
        start, end = row.value_span.start, row.value_span.end
        merged = merge(base, ours, (text[:start] + "Brand new" + text[end:]).encode())
        assert not merged.conflicts
        lines = list(
            difflib.unified_diff(ours.decode().split("\n"), merged.data.decode().split("\n"), lineterm="", n=0)
        )[2:]
        assert [line[0] for line in lines] == ["@", "-", "+"], (row.key, lines)
        assert lines[2].rstrip().endswith(": Brand new") and lines[2][1:].split(":")[0] == lines[1][1:].split(":")[0]
