"""Lint takes as much work a line in a longer text: counted in steps of the interpreter."""

from __future__ import annotations

from datetime import date

import pytest

import convert.lint
from convert.lint import engine, registry
from convert.lint.fixes import syntax
from grammar.nodes import Block, BulletList, Paragraph
from grammar.source import Source
from tests.helpers.steps import steps


def linted(text: str) -> int:
    """How many steps of the interpreter the rules and their fixes take for a text."""
    source = Source("SUPPORT.md", text.encode())
    return steps(lambda: engine.lint(source, day=date(2026, 1, 1)), convert.lint.__path__[0], of="line")


@pytest.mark.parametrize("between", ["", "b\n"])
def test_fields_lost_below_one_list(monkeypatch: pytest.MonkeyPatch, between: str) -> None:
    monkeypatch.setattr(syntax, "_MOST_EDITS", 50, raising=False)

    def text(count: int) -> str:
        return f"# A\n\n- a\n{between}" + "\n    Status: Supported\n" * count

    linted(text(1))
    assert linted(text(80)) <= 2.25 * linted(text(40))


def test_few_fields_lost_below_one_list_have_a_fix_each() -> None:
    source = Source("SUPPORT.md", b"# A\n\n- a\n" + b"\n    Status: Supported\n" * 100)
    found = [one for one in engine.lint(source, day=date(2026, 1, 1)) if one.code == "XS126"]
    assert len(found) == 100 and all(one.fix for one in found)


def test_lists_in_lists_are_walked_once() -> None:
    def nested(depth: int) -> Block:
        block: Block = Paragraph(())
        for _ in range(depth):
            block = BulletList(((Paragraph(()), block),))
        return block

    def walked(depth: int) -> int:
        return steps(lambda: list(registry.blocks_of([nested(depth)])), registry.__file__, of="opcode")

    assert walked(200) <= 2.25 * walked(100)
