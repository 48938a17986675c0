"""What is evidently inside the mark-up, held against the grammar itself."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grammar import support
from grammar.evident import is_evident
from tests.grammar.test_pieces import mutations, real_sections

USUAL = """% Title

Words of it (for
all).

# Release Support

    Xen-Version: 4.20
    Initial-Release: 2025-03-05

Release Notes
: <a href="https://wiki.example.org/4.20">RN</a>

# Feature Support

## x86/PV, "old" guests

**What** it is, &c.; memory < 4 GiB & more,
`xl` with `key="value"`.

    Status, x86: Supported up to 4096
    Supported, Arm: ELF

A caveat:

  * an item
    on two lines

    with another paragraph

  * another

## Status values

    Functional completeness: Yes
    Security supported: No
"""
# of lines such as these some make a text of the shapes, and some of what looks like one of them and is none
LINES = (
    "    Status: Supported", "    Status, x: y", "    Xen-Version: 4.1", "    Initial-Release: x", "    Functional stability: a",
    "A b", "(a) b", "i. x", "12) z", "A. b", "A.", "iv)", "Status: x", "Supported foo: b", "Statuses: a", "Supported-Until : a",
    "a `b` c", "`b` c", "`a`{b", "`a``", "`a", "a < b", "a <b", "a & b", "a &c.", "&amp; d", "**a** b", "** b", "* a", "-   a", "  * a", " -  b",
    "  * 1. a", "  * Status: a", "  *  two", "    cont", "    cont: x", "     five", "   three", "Release Notes", ": def",
    ': <a href="x">RN</a>', "# H", "## H b", "####### H", "#H", "# 1. a", "% T", "", "", "", "   ", "\tx", "a\x1cb", "=", "[a] b", "a ~b",
)  # fmt: skip


def _held(text: str) -> bool:
    """Whether a text is evident; the grammar accepts it then."""
    if not is_evident(support._shown(text)):
        return False
    tree, refused = support.tree_of(text)
    assert tree is not None and refused == [], text
    return True


def test_what_files_mostly_have_is_evident(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _held(USUAL)
    monkeypatch.delattr(support, "tables")  # which it does without
    assert support.refusals(USUAL) == []


@pytest.mark.parametrize(("old", "new"), [
    ("of it (for", "of it <for"), ("    Xen-Version", "   Xen-Version"), ("    Initial", "    Xen-Version: 4\n    Initial"),
    ("# Release Support\n\n", ""), ("\n\nRelease Notes", "\n\n    Status: x\n\nRelease Notes"), (": <a", ": a <a"), ("## x86", "##x86"),
    ("## x86", "####### x86"), ("**What**", "i. What"), ("**What**", "Status, x: What"), ("memory < 4", "memory <a 4"), ("&c.", "&c;"),
    ("`xl`", "`xl``"), ("`xl`", "`xl`{"), ("A caveat:", "    A caveat:"), ("  * another", "   * another"), ("  * another", "    Status: x"),
    ("  * another", "  * Status: x"), ("    on two", "    Status: two"), ("    with another", "    Status: another"),
    ("    with another", "    with: another"), ("    with another", "     with another"), ("A caveat:\n\n  * an item", "A caveat:\n\n    an item"),
])  # fmt: skip
def test_what_needs_a_closer_look(old: str, new: str) -> None:
    """Some of it is inside the mark-up all the same."""
    changed = USUAL.replace(old, new)
    assert changed != USUAL and not _held(changed)


@given(st.booleans(), st.lists(st.sampled_from(LINES), max_size=9))
@example(True, ["  + a", "", "b", "", "    cont"])
@example(True, ["b", "  + a", "", "    cont"])
@example(False, ["A b", "", "    Status: Supported"])
@example(True, ["    Xen-Version: 4.1", "    Xen-Version: 4.1"])
def test_nothing_is_evident_that_the_grammar_refuses(headed: bool, lines: list[str]) -> None:
    _held("\n".join(["# H", ""] * headed + lines))


@given(st.integers(0, len(USUAL)), st.integers(0, 2), st.text(alphabet='#:`<[*_"-. \n\t1iIxS(){}@~$&|+=%\u00a0\x1cé\r', max_size=3))  # fmt: skip
def test_so_it_is_with_anything_put_in(at: int, out: int, more: str) -> None:
    _held(USUAL[:at] + more + USUAL[at + out :])


def test_so_it_is_with_texts_of_all_kinds() -> None:
    texts = mutations(real_sections(), 5, 60)
    assert 0 < sum(_held(text) for text in texts) < 60


@given(st.lists(st.sampled_from((*LINES, "", "", "", "```", "~~~", "- a", "a")), max_size=40))
def test_equal_blocks_are_refused_alike(lines: list[str]) -> None:
    text = "\n".join(lines * 2)
    assert support.refusals(text) == support.tree_of(text)[1]
