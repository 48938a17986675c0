"""The table of constructs: its order, what each may interrupt, and that each is needed."""

from __future__ import annotations

import pytest

from grammar.pandoc import shapes
from grammar.pandoc.blocks import CONSTRUCTS, blocks
from grammar.pandoc.constructs import fence
from grammar.pandoc.reader import DEFINED, INDENTED, ITEM_TEXT, MARKED, PARAGRAPH
from grammar.parser import parse_text
from tests.helpers.steps import steps

# a text for each construct, and the rule that reads its last lines
EXAMPLES = {
    "title block": ("% T", "title"),
    "fence": ("```\nx\n```", "fenced"),
    "metadata block": ("---\na: b\n---", "metadata block"),
    "bullet list": ("- a", "bullets"),
    "div": ("::: x\ny\n:::", "div"),
    "literal, its next line": ("    a\n    b\n===", "literal"),
    "underlined heading": ("a\n===", "underlined"),
    "heading": ("# a", "heading"),
    "HTML": ("<div>", "HTML"),
    "table": ("a | b\n--|--\nc | d", "table"),
    "literal": ("    a", "literal"),
    "TeX": ("\\foo", "TeX"),
    "line block": ("| a", "line block"),
    "block quote": ("> a", "block quote"),
    "rule": ("***", "rule"),
    "ordered list": ("1. a", "ordered"),
    "definition list": ("a\n: b", "definitions"),
    "footnote": ("[^1]: a", "footnote"),
    "reference definition": ("[a]: b", "reference definition"),
    "paragraph": ("a", "paragraph"),
}


def read(text: str, *, item: bool = False) -> list[str]:
    return [run.what or run.rule for run in blocks(text.split("\n"), item=item, title=True)]


def test_every_construct_has_an_example() -> None:
    assert [construct.name for construct in CONSTRUCTS] == list(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_is_read(name: str) -> None:
    text, rule = EXAMPLES[name]
    assert read(text)[0] == rule


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "title block"])
@pytest.mark.parametrize(
    ("state", "above"),
    [(PARAGRAPH, "words"), (MARKED, "1. item"), (INDENTED, "1. item\n\n   more"), (DEFINED, "a\n: b")],
)
def test_each_interrupts_what_its_line_of_the_table_says(name: str, state: str, above: str) -> None:
    text, rule = EXAMPLES[name]
    last = read(f"{above}\n{text}")[-1]
    construct = next(one for one in CONSTRUCTS if one.name == name)
    # a list's own lines, and what only a line like an item may be, are no interruption
    own = name in ("ordered list", "underlined heading", "table", "definition list") or name.startswith("literal")
    if name != "paragraph" and not own:
        assert (last == rule) is (state in construct.interrupts), read(f"{above}\n{text}")


def test_a_line_like_an_item_ends_an_items_text_whatever_it_is() -> None:
    assert read("- a\n1. b") == ["bullets", "ordered"]
    assert read("- a\n1. b\n---") == ["bullets", "underlined"]
    assert read("- a\nb\n---") == ["bullets"]
    assert read("a\n1. b", item=True) == ["paragraph", "ordered"] and read("a\n1. b") == ["paragraph"]
    assert ITEM_TEXT in next(one for one in CONSTRUCTS if one.name == "bullet list").interrupts


def test_every_shape_is_of_some_line_and_named_once() -> None:
    lines = ["", "    x", "# a", "===", "---", "* * *", "* a", "+-+", "```", ": a", ":::", "> a", "| a", "[^1]: a", "[a]: b", "<a", "\\a", "% a", "1. a", "a"]  # fmt: skip
    assert sorted(map(shapes.shape_of, lines)) == sorted(shapes.SHAPES)


@pytest.mark.parametrize(
    ("below", "blocks"),
    [
        ("> a\n`b` c\n", ["> a\n`b` c"]),
        ("> a\n~~~\nx\n~~~\n", ["> a\n~~~\nx\n~~~"]),
        ("> a\n```\nx\n", ["> a\n```\nx"]),
        ("> a\n```\nx\n```\n", ["> a", "```\nx\n```"]),
    ],
)
def test_a_quotation_goes_on_until_a_whole_fence_of_backquotes(below: str, blocks: list[str]) -> None:
    """As pandoc's "lazy" form: https://pandoc.org/MANUAL.html#block-quotations."""
    text = f"# A\n\n{below}"
    (section,) = parse_text(text).document.sections
    assert [text[block.span.start : block.span.end] for block in section.blocks] == blocks


def _lines_run(count: int) -> int:
    """How many lines of Python the construct of fences runs over a text in which nothing closes any of many fences."""
    texts = ["```a", "", "~~~", ""] * count
    assert fence.__file__ is not None
    return steps(lambda: blocks(texts, item=False, title=False), fence.__file__, of="line")


def test_fences_that_nothing_closes_grow_by_their_number() -> None:
    assert _lines_run(400) <= 2.2 * _lines_run(200)
