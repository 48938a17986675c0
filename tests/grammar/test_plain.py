"""What is inside the mark-up at a glance, held against the grammar itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammar.builder import Built, build
from grammar.pandoc.blocks import read
from grammar.pandoc.reader import Reader
from grammar.plain import is_plain, quickly
from grammar.positions import lines_of
from grammar.source import Page
from grammar.support import outside

PLAIN = "# Serial console\n\nWhat it is. It has\ntwo lines.\n\n    Status, x86: Supported\n    Status, Arm: Tech Preview\n\nNot with (all) cards.\n"

_words = st.lists(
    st.sampled_from(["a", "ii", "IV", "mild.", "xl)", "Status", "Supported,", "Arm", "x86", "C", "1.", "(b)", "p. 4", "-", "64/32", "i.e.", "no;", "A", "a+b", "c=d", "(e.g.", "x86:", "--", "f.)", "don't", '"q', 'r"', "'s", '"', "'"]),
    min_size=1, max_size=4,
).map(" ".join)  # fmt: skip
_line = st.one_of(
    _words,
    st.builds("    {}: {}".format, st.sampled_from(["Status", "Supported", "Status, x86", "Status, X86"]), _words),
    st.builds("    Status, {}: {}".format, _words, _words),
    st.just(""),
)


def _said(built: Built) -> str:
    """All that was read, with all spans."""
    parts = [(part._replace(shared=None), part.shared.blocks) for part in built.parts]  # type: ignore[arg-type]
    return repr((built.title, parts, built.diagnostics, built.ledger))


def _as_in_full(text: str) -> None:
    """A section that is taken for plain: the grammar accepts it, and the full reading, which misses nothing, is the quick one."""
    if not is_plain(text):
        return
    assert outside("# " + text.lstrip("#").lstrip()) == []
    page = Page(text)
    lines = lines_of(page)
    reader = Reader(lines.texts, titled=True)
    runs = read(reader)
    assert not reader.missed
    for prose in (True, False):
        quick = quickly(text, prose=prose)
        assert quick is None or _said(quick) == _said(build(page, lines, runs, frozenset(), prose=prose))


_heading = st.lists(
    st.sampled_from(["Ab", "x86", "C", "1", "Status", "Status:", "a/PV", "f-t", "(b)", "(c", "d)", "e,", "f:", "(g):", "-", "i--j"]),
    min_size=1, max_size=3,
).map(" ".join)  # fmt: skip
_field = st.builds(
    "    {}{}: {}".format, st.sampled_from(["Status", "Supported", "Status, Arm"]), st.just(""), _heading
)
_block = st.one_of(
    st.lists(st.builds("Ab {}".format, _words), min_size=1, max_size=3),
    st.lists(_field, min_size=1, max_size=3),
    st.lists(_words, min_size=1, max_size=2),
).map("\n".join)


@given(_heading, st.lists(_block, max_size=4), st.integers(1, 6), st.integers(0, 3))
def test_blocks_as_drafts_have_them(heading: str, blocks: list[str], level: int, blanks: int) -> None:
    """A third of these are plain."""
    _as_in_full(f"{'#' * level} {heading}\n" + "".join(f"\n{block}\n" for block in blocks) + "\n" * blanks)


def test_a_plain_section_is_seen() -> None:
    """The shape that drafts mostly have."""
    assert is_plain(PLAIN)
    assert quickly(PLAIN, prose=True) is not None
    _as_in_full(PLAIN)


@given(_words, st.lists(_line, max_size=8))
def test_what_is_plain_is_inside_the_grammar(heading: str, lines: list[str]) -> None:
    """No section is let through that the grammar refuses."""
    text = f"# {heading}\n\n" + "".join(f"{line}\n" for line in lines)
    _as_in_full(text)


@given(st.integers(0, len(PLAIN)), st.text(alphabet='#:`<[*_"-. \n\t1iIxS(){}@~$&|\u00a0é\r', min_size=1, max_size=3))
def test_so_it_is_with_anything_put_in(at: int, more: str) -> None:
    """Signs of the mark-up anywhere in a plain section."""
    text = PLAIN[:at] + more + PLAIN[at:]
    _as_in_full(text)


@pytest.mark.parametrize(
    "text",
    [
        "# A\n\n    Status, x86: Supported\n    Status, X86: Supported\n",
        "# A\n\n    Status: Supported\n\n    Status: Supported\n",
        "# A\n\nii) x\n",
        "# A\n\nStatus: Supported\n",
        "# A\n\n# B\n",
        "# A\n\nIt " + "\"'" * 20 + " ends.\n",
    ],
)
def test_what_needs_a_closer_look(text: str) -> None:
    """Equal keys, items, lost fields, two headings, forty quotation marks."""
    assert not is_plain(text)
