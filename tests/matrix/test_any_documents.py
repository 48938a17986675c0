"""Whatever the trees hold: the matrix has the rows of each tree, no others, in an order that keeps to its rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from convert.commands.reading import digests, read
from convert.matrix import build
from convert.matrix.columns import Address
from convert.matrix.formats import as_json, as_text, table
from convert.matrix.html import schema
from convert.matrix.page import render
from convert.matrix.spreadsheet import to_csv
from convert.matrix.tree import Tree
from convert.names.aliases import Alias, Aliases
from convert.output.terminal import TOOL, Painter
from convert.trees.all import Column
from grammar.source import Source
from tests.helpers.effort import many
from tests.matrix.making import TODAY

LINES = (
    "# Feature Support", "## S", "## T", "### A", "### B", "### A", "### B {#a}", "#### Deep", "    Status: Supported",
    "    Status, x86: Tech Preview", "    Status, X86: Experimental", "    Status, Arm, v8: Supported up to 4 GiB", "   Status: lost",
    "    Status:fatal", "    Supported, x86: bzImage", "Some words.", "", "", "  * an item", "###Broken", "Term", ": value", "{#b}",
    "    Xen-Version: 4.20", "~~~", "<b>", "[", "\u202e\x07", "=1+1", "1. x", "> quote",
)  # fmt: skip
texts = st.lists(st.sampled_from(LINES), max_size=25).map(lambda lines: "\n".join(lines) + "\n")
aliases = st.sampled_from([(), (("A", "B"),), (("a--x86", "a--arm-v8"),), (("S", "T"), ("B", "Deep"))])


def trees(documents: list[str]) -> list[Tree]:
    """Trees of these texts, the newest first."""
    count = len(documents)
    columns = [
        Column(f"4.{count - n}", None, None, None, f"4.{count - n}", Source(f"4.{count - n}", text.encode()))
        for n, text in enumerate(documents)
    ]
    return [read(column, prose=True) for column in columns]


@settings(max_examples=many(150), deadline=None)
@given(st.lists(texts, min_size=1, max_size=4), aliases)
def test_each_trees_statuses_are_there_once(documents: list[str], joined: tuple[tuple[str, str], ...]) -> None:
    found = trees(documents)
    built = build.build(found, TODAY, Aliases(tuple(Alias(old, new) for old, new in joined)))
    for n, tree in enumerate(found):
        shown = sorted(
            (line.cells[n].status or "", line.cells[n].line or 0)
            for line in built.rows
            if line.cells[n].status is not None
        )
        assert shown == sorted((row.status, tree.source.position(row.span.start)[0]) for row in tree.rows)
    assert len({line.id for line in built.lines}) == len(built.lines)
    if not joined:
        expected = {row.keys for tree in found for row in tree.rows}
        assert len(built.rows) == len(expected)
        assert sorted(line.key for line in built.rows) == sorted(keys[-1] for keys in expected)


@settings(max_examples=many(150), deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_absence_and_change_are_what_the_definitions_say(documents: list[str]) -> None:
    built = build.build(trees(documents), TODAY)
    for line in built.rows:
        stated = [n for n, cell in enumerate(line.cells) if cell.status is not None]
        for n, cell in enumerate(line.cells):
            assert (cell.absence is None) == (cell.status is not None)
            assert (cell.change is None) == (cell.status is None or n == stated[-1])
            if cell.absence not in (None, "unreadable"):
                newer, older = n > stated[0], n < stated[-1]
                assert cell.absence == ("gap" if newer and older else "removed" if older else "not-yet")
            if cell.absence == "unreadable":
                assert built.trees[n].errors


@settings(max_examples=many(80), deadline=None)
@given(texts)
def test_the_newest_trees_order_is_kept_whatever_the_older_ones_hold(older: str) -> None:
    newest = "# F\n\n## S\n\n### A\n\n    Status: Supported\n\n### B\n\n    Status, x86: Supported\n\n## T\n\n### C\n\n    Status: Supported\n"
    built = build.build(trees([newest, older, older[::-1]]), TODAY)
    assert [line.key for line in built.rows if line.cells[0].status is not None] == ["a", "b--x86", "c"]
    for place, line in enumerate(built.lines):
        if line.qualifier is not None and place:
            assert built.lines[place - 1].qualifier is not None or built.lines[place - 1].depth == line.depth - 1


@settings(max_examples=many(60), deadline=None)
@given(st.lists(texts, min_size=1, max_size=3), aliases)
def test_every_format_takes_it(documents: list[str], joined: tuple[tuple[str, str], ...]) -> None:
    built = build.build(trees(documents), TODAY, Aliases(tuple(Alias(old, new) for old, new in joined)))
    value = json.loads(json.dumps(as_json(built, TOOL, digests(built.trees))))
    assert list(Draft202012Validator(json.loads(schema("matrix"))).iter_errors(value)) == []
    page = render(built, Address("https://example.org/u", "https://example.org/NN"))
    assert page.count("<tr id=") == len(built.lines)
    assert to_csv(table(built)).count("\n") >= len(built.rows)
    assert "\x07" not in as_text(built, Painter("never", sys.stdout), 80)


def calls(work: Callable[[], object]) -> int:
    """How many functions are called for something: its cost, on any machine."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_many_siblings_cost_no_square() -> None:
    costs = []
    for number in (100, 400):
        text = "# F\n\n## S\n\n" + "".join(f"### F{n}\n\n    Status: Supported\n\nx\n\n" for n in range(number))
        found = trees([text + "###x\n", text])
        costs.append(calls(lambda found=found: render(build.build(found, TODAY), Address("https://a/", None))))  # type: ignore[misc]
    assert costs[1] < 6 * costs[0]


@pytest.mark.parametrize("depth", [3, 40])
def test_deep_nesting_is_no_matter(depth: int) -> None:
    text = "".join(f"{'#' * min(level, 6)} H{level}\n\n    Status: Supported\n\n" for level in range(1, depth + 1))
    assert len(build.build(trees([text]), TODAY).rows) == depth
