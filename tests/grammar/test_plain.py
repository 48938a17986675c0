"""What is inside the mark-up at a glance, held against the grammar itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grammar.plain import is_plain
from grammar.support import outside

PLAIN = "# Serial console\n\nWhat it is. It has\ntwo lines.\n\n    Status, x86: Supported\n    Status, Arm: Tech Preview\n\nNot with (all) cards.\n"

_words = st.lists(
    st.sampled_from(["a", "ii", "IV", "mild.", "xl)", "Status", "Supported,", "Arm", "x86", "C", "1.", "(b)", "p. 4", "-", "64/32", "i.e.", "no;"]),
    min_size=1, max_size=4,
).map(" ".join)  # fmt: skip
_line = st.one_of(
    _words,
    st.builds("    {}: {}".format, st.sampled_from(["Status", "Supported", "Status, x86", "Status, X86"]), _words),
    st.builds("    Status, {}: {}".format, _words, _words),
    st.just(""),
)


def test_a_plain_section_is_seen() -> None:
    """The shape that drafts mostly have."""
    assert is_plain(PLAIN)
    assert outside(PLAIN) == []


@given(_words, st.lists(_line, max_size=8))
def test_what_is_plain_is_inside_the_grammar(heading: str, lines: list[str]) -> None:
    """No section is let through that the grammar refuses."""
    text = f"# {heading}\n\n" + "".join(f"{line}\n" for line in lines)
    if is_plain(text):
        assert outside(text) == []


@given(st.integers(0, len(PLAIN)), st.text(alphabet='#:`<[*_"-. \n\t1iIxS(){}@~$&|\u00a0é\r', min_size=1, max_size=3))
def test_so_it_is_with_anything_put_in(at: int, more: str) -> None:
    """Signs of the mark-up anywhere in a plain section."""
    text = PLAIN[:at] + more + PLAIN[at:]
    if is_plain(text):
        assert outside(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "# A\n\n    Status, x86: Supported\n    Status, X86: Supported\n",
        "# A\n\n    Status: Supported\n\n    Status: Supported\n",
        "# A\n\nii) x\n",
        "# A\n\nStatus: Supported\n",
        "# A\n\n# B\n",
    ],
)
def test_what_needs_a_closer_look(text: str) -> None:
    """Equal keys, items, lost fields, two headings."""
    assert not is_plain(text)
