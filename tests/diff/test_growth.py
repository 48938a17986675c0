"""Comparing takes as much work a sentence for more equal ones: counted in steps of the interpreter."""

from __future__ import annotations

from convert.diff import prose
from tests.helpers.steps import steps


def compared(count: int) -> int:
    """How many steps of the interpreter it takes to compare two lists."""
    old, new = (prose.said("The following are supported:\n" + f"- {word}\n" * count) for word in ("one", "other"))
    return steps(lambda: prose.differing(old, new), prose.__file__, of="line")


def test_lists_of_equal_items() -> None:
    compared(1)
    assert compared(200) <= 2.25 * compared(100)


def test_equal_sentences_have_a_twin_each() -> None:
    old, new = (prose.said(text) for text in ("- the word\n" * 3 + "- two\n", "- three\n" + "- a word\n" * 2))
    found = prose.differing(old, new)
    assert [one.words for one in found.removed] == ["the word", "two"]
    assert [one.words for one in found.added] == ["three"]
