"""Cell text: characters, paragraphs, lists, formats."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from convert.sheet.cell_text import clean, fold_heading, is_address, one_line, prose, refused_links, words
from convert.sheet.cells import Cell, Run
from grammar.fold import fold
from grammar.nodes import BulletList, Emph, Inline, Link, Paragraph, Strong, Text
from tests.helpers.effort import many
from tests.sheet.builders import lines


def plain(text: str) -> list[str]:
    return lines(prose((Run(text),)))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("“a” ‘b’ c’s", "\"a\" 'b' c's"),
        ("a\u00a0b\u2009c\td", "a b c d"),
        ("a\u200bb\ufeffc\u00add\u202ee", "abcde"),
        ("a…", "a..."),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("a\x00b\x1b[31mc\x9b", "ab[31mc"),
        ("\ud800x", "\ufffdx"),
        ("e\u0301", "é"),
        ("– — −", "– — −"),
        ("«Ω»", "«Ω»"),
    ],
)
def test_characters(cell: str, text: str) -> None:
    assert clean(cell) == text


def test_headings_are_compared_without_case_blanks_and_colon() -> None:
    assert fold_heading(" What\u00a0it\nIS :") == fold_heading("what it is") == "what it is"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("", []),
        (" \n \n", []),
        ("One.", ["One."]),
        ("One.\nTwo.", ["One.", "Two."]),
        ("One.\n\n\nTwo.", ["One.", "Two."]),
        ("Only:\n\n- a\n- b\nEnd.", ["Only:", "* a", "* b", "End."]),
        ("* a\n* b", ["* a", "* b"]),
        ("• a\n– b\n- c", ["* a", "* b", "* c"]),
        ("- a\n\n- b", ["* a", "* b"]),
        ("- a\n  - b\n    - c\n  - d\n- e", ["* a", "  * b", "    * c", "  * d", "* e"]),
        ("  - a\n- b", ["* a", "* b"]),
        ("- a\n    - b\n  - c", ["* a", "  * b", "  * c"]),
        ("- a\n  goes on\n- b", ["* a goes on", "* b"]),
        ("- a\nText.\n- b", ["* a", "Text.", "* b"]),
        ("- a\n\n  Text.", ["* a", "Text."]),
        ("1. one\n2. two", ["1. one", "2. two"]),
        ("-a\n*b*\n-", ["-a", "*b*", "-"]),
        ("a * b\n# c\n    d", ["a * b", "# c", "d"]),
        ("a  b\u00a0 c ", ["a b c"]),
    ],
)
def test_paragraphs_and_lists(cell: str, expected: list[str]) -> None:
    assert plain(cell) == expected


def test_consecutive_items_are_one_list() -> None:
    (found,) = prose((Run("- a\n\n- b\n- c"),))
    assert isinstance(found, BulletList)
    assert len(found.items) == 3


def inlines(*runs: Run) -> tuple[Inline, ...]:
    (found,) = prose(runs)
    assert isinstance(found, Paragraph)
    return found.inlines


def test_bold_italic_and_links_become_nodes() -> None:
    url = "https://xenbits.xen.org/xsa/"
    found = inlines(
        Run("See "), Run("all", bold=True), Run(" of "), Run("it", italic=True), Run(" at "), Run("the ", link=url),
        Run("list", link=url, bold=True),
    )  # fmt: skip
    assert found == (
        Text("See "),
        Strong((Text("all"),)),
        Text(" of "),
        Emph((Text("it"),)),
        Text(" at "),
        Link((Text("the "), Strong((Text("list"),))), url),
    )


def test_blanks_never_stand_at_the_edge_inside_a_format() -> None:
    assert inlines(Run("a"), Run(" b ", bold=True), Run("c ")) == (Text("a "), Strong((Text("b"),)), Text(" c"))


def test_runs_of_one_format_are_one_node() -> None:
    assert inlines(Run("a ", bold=True), Run("b", bold=True)) == (Strong((Text("a b"),)),)
    assert inlines(Run("a", bold=True), Run("b", bold=True, italic=True)) == (Strong((Text("a"), Emph((Text("b"),)))),)


def test_struck_text_is_gone() -> None:
    assert lines(prose((Run("It is "), Run("not ", struck=True), Run("safe.")))) == ["It is safe."]
    said = words(Cell((Run("Old ", struck=True), Run("New"))), "T!A1")
    assert (said.text, said.gone, said.struck) == ("New", "Old", False)
    assert words(Cell((Run(" Old ", struck=True), Run(" "))), "T!A1").struck


def test_mark_up_in_a_cell_stays_characters() -> None:
    assert inlines(Run("*x* `y` [z](u) <b>")) == (Text("*x* `y` [z](u) <b>"),)


@pytest.mark.parametrize(
    "url",
    ["http://a.b/c", "https://xenbits.xen.org/xsa/advisory-163.html#x?y=1&z=%20", "mailto:security@xenproject.org"],
)
def test_addresses(url: str) -> None:
    assert is_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "#Sheet!A1",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://a b",
        "https://a/<b>",
        "https://",
        'http://a"',
        "http://a\n",
        "http://a\\b",
    ],
)
def test_links_that_a_file_cannot_have_keep_their_words(url: str) -> None:
    cell = Cell((Run("there", link=url),))
    assert prose(cell.runs) == (Paragraph((Text("there"),)),)
    assert refused_links(cell) == (url,)


runs = st.lists(
    st.builds(
        Run,
        st.text(st.one_of(st.sampled_from("ab \n-*•\u00a0\u200b’…\t_#1."), st.characters(codec="utf-8")), max_size=30),
        bold=st.booleans(),
        italic=st.booleans(),
        struck=st.booleans(),
        link=st.sampled_from([None, "https://xenproject.org", "#A1"]),
    ),
    max_size=5,
)


def texts(inlines: tuple[Inline, ...]) -> list[Text]:
    out: list[Text] = []
    for inline in inlines:
        if isinstance(inline, Text):
            out.append(inline)
        elif isinstance(inline, Strong | Emph | Link):
            assert inline.children
            assert not texts(inline.children)[0].text.startswith(" ")
            assert not texts(inline.children)[-1].text.endswith(" ")
            out.extend(texts(inline.children))
    return out


def paragraphs(blocks: object) -> list[Paragraph]:
    out: list[Paragraph] = []
    for block in blocks if isinstance(blocks, tuple) else ():
        out.extend([block] if isinstance(block, Paragraph) else [p for item in block.items for p in paragraphs(item)])
    return out


@given(runs)
@example([Run("- a\n  b ", bold=True), Run("\n\u00a0- c")])
@settings(max_examples=many(200), deadline=None)
def test_every_word_that_is_not_struck_is_there_once_and_in_order(cell: list[Run]) -> None:
    """The words are compared without blanks, which a change of format may add none of, and without bullets."""
    kept = "\n".join(
        re.sub("^ *[-*•–‣▪▫●○◦■□·] +(?=\\S)", "", line)
        for line in "".join(clean(run.text) for run in cell if not run.struck).split("\n")
    )
    found = paragraphs(prose(cell))
    squeezed = "".join("".join(t.text for t in texts(p.inlines)) for p in found).replace(" ", "")
    assert squeezed == kept.replace(" ", "").replace("\n", "")
    for paragraph in found:
        text = "".join(t.text for t in texts(paragraph.inlines))
        assert text
        assert text == " ".join(text.split(" "))
        assert text == text.strip(" ")
        assert "  " not in text


@given(st.text())
@settings(max_examples=many(200))
def test_clean_text_is_clean(text: str) -> None:
    found = clean(text)
    assert clean(found) == found
    assert unicodedata.is_normalized("NFC", found)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") and char != "\n" for char in found)
    assert "\n" not in one_line(text)


@pytest.mark.slow
def test_a_million_characters_take_no_time() -> None:
    text = "- word and word\n" * 60_000
    (found,) = prose((Run(text),))
    assert isinstance(found, BulletList)
    assert len(found.items) == 60_000
    deep = "\n".join(" " * n + "- a" for n in range(2000))
    assert len(paragraphs(prose((Run(deep),)))) == 2000


def test_a_cell_has_the_normal_form_of_the_printer_for_every_code_point() -> None:
    for number in range(sys.maxunicode + 1):
        char = chr(number)
        if unicodedata.category(char) in ("Co", "Cn") and number & 0xFFFE != 0xFFFE:
            continue  # unassigned, private: hundreds of thousands of the same
        assert one_line(f"a{char}b") == fold(f"a{char}b"), hex(number)
        assert fold(one_line(char)) == fold(char) == one_line(fold(char)), hex(number)


@given(st.text(st.characters(), max_size=20))
def test_a_cell_has_the_normal_form_of_the_printer(text: str) -> None:
    assert fold(clean(text)) == fold(text) == one_line(text)
    assert clean(clean(text)) == clean(text)
