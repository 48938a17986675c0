"""Words come back from pandoc as they went in, and well-formed prose comes out without a backslash."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grammar.fold import fold
from grammar.nodes import BulletList, Code, Emph, Inline, Link, Paragraph, Strong, Text
from grammar.printer import print_blocks, print_heading
from grammar.tidy import tidy, tidy_url
from tests.grammar.meaning import read as meaning
from tests.grammar.strategies import hostile_text, inlines
from tests.helpers import pandoc
from tests.helpers.effort import many

needs_pandoc = pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here")
# many texts an example, so that pandoc starts once for all of them
LARGE = (HealthCheck.data_too_large, HealthCheck.too_slow)

CLEAN = (
    "x86/PV", "e.g. ARM, i.e. Arm32", "foo (bar)", "sync_console", "bootscrub=on", "<= 4", "memory < maxmem", "a > b",
    "C++", "C#", "#1", "5 * 3", "~10", "~10 to ~20", "x^2", "$", "$5 and $6", "$(make)", "user@host", "mail user@host.org.",
    "[1]", "see [1], [2]", "a *", "AT&T", "R&D",
    "it's", "the guests' disks", 'the "Foo." and "bar" modes', "5\" disk", "-1",
    "+1", "a-b", "a - b", "{x}", "50 %", "A. Smith", "100%", "a | b", "http://x.org/a_b?c=d&e=f", "x -> y", "wait... what",
    "nmi=dom0", "!important", "a: b", "=== x", "it`s", "E: /dev/xvda", "Größe 中文", "a – b — c", "\"quoted 'inside' too\"",
)  # fmt: skip
GOLDEN = {
    "# x": r"\# x", "#. x": r"\#. x", "- x": r"\- x", "* x": r"\* x", "+ x": r"\+ x", "*": r"\*", "1. x": r"1\. x",
    "2017. x": r"2017\. x", "(a) x": r"\(a) x", "c. x": r"c\. x", "iv) x": r"iv\) x", "(@) x": r"\(@) x", "A.": r"A\.",
    "> x": r"\> x", "| x": r"\| x", ": x": r"\: x", "~ x": r"\~ x", "% x": r"\% x", "::: x": r"\::: x", "---": r"\-\--",
    "- - -": r"\- - -", "***": r"\***", "_ _ _": r"\_ _ _", "+---+": r"\+\-\--+", "a -- b": r"a \-- b", "Status: x": r"Status\: x",
    "Supported, x86: x": r"Supported\, x86: x",
    "Supported, but slow.": "Supported, but slow.",
    "Xen-Version: 4.20": r"Xen-Version\: 4.20",
    "###Foo": r"\###Foo",
    "[Netback]": r"\[Netback]",
    "[1](a)": r"\[1](a)", "[1]: x": r"\[1]: x", "[^1]": r"\[^1]", "![1]": r"!\[1]", "^[a]": r"\^\[a]", "x^2^": r"x\^2^",
    "H~2~O": r"H\~2~O", "~~x y~~": r"\~~x y\~~", "~~~": r"\~\~~", "`x`": r"\`x\`", "```": r"\`\`\`", "*a*": r"\*a*",
    "_a_": r"\_a_", "__init__": r"\_\_init__", "a_b_c": "a_b_c", "$x$": r"\$x$", "$$": "\\$$", "@foo": r"\@foo", "&amp;": r"\&amp;",
    "<b>": r"\<b>", "<http://a.b>": r"\<http://a.b>", "<1@a.b>": r"\<1@a.b>", "a\\b": r"a\\b", "<!-- x -->": r"\<!\-- x \-\->",
    "\"foo \" bar": r'"foo \" bar', '"" = ("x " y': r'"" = ("x \" y',
    "don’t “x”…": "don't \"x\"...", "a\u00a0b\t c\u200b": "a b c", "\u1fefx\u1fef": r"\`x\`",
}  # fmt: skip
GOLDEN_HEADINGS = {
    "C#": r"C\#", "C##": r"C\#\#", "a # b": "a # b", "x {#id}": r"x \{#id}", "1. x": "1. x", "- x": "- x", "[x]": r"\[x]",
    "> x": "> x", "a_b": "a_b", "*x*": r"\*x*",
}  # fmt: skip


def _paragraph(*inlines: Inline) -> str:
    return print_blocks((Paragraph(inlines),))


@pytest.mark.parametrize("text", CLEAN)
def test_prose_needs_no_backslash(text: str) -> None:
    assert _paragraph(Text(text)) == text + "\n"


@pytest.mark.parametrize(("text", "written"), GOLDEN.items())
def test_what_would_be_markup_is_escaped(text: str, written: str) -> None:
    assert _paragraph(Text(text)) == written + "\n"


@pytest.mark.parametrize(("text", "written"), GOLDEN_HEADINGS.items())
def test_headings_escape_what_headings_need(text: str, written: str) -> None:
    assert print_heading(3, text) == "### " + written


@needs_pandoc
def test_the_tables_above_come_back_as_plain_text() -> None:
    texts = [*CLEAN, *GOLDEN]
    documents = ["# Netback\n\n" + _paragraph(Text(text)) + "\n# x\n" for text in texts]
    for text, document, shown in zip(texts, documents, pandoc.plain([d.encode() for d in documents]), strict=True):
        assert isinstance(shown, str)
        assert fold(shown) == fold(f"Netback {text} x"), document


@needs_pandoc
@settings(max_examples=many(20), deadline=None, suppress_health_check=LARGE)
@given(st.lists(hostile_text(max_size=25), min_size=20, max_size=40))
def test_hostile_paragraphs_come_back_as_plain_text(texts: list[str]) -> None:
    documents = [_paragraph(Text(text)).encode() for text in texts]
    for text, document, shown in zip(texts, documents, pandoc.plain(documents), strict=True):
        assert isinstance(shown, str)
        assert fold(shown) == fold(text), document.decode()


@needs_pandoc
@settings(max_examples=many(15), deadline=None, suppress_health_check=LARGE)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=20, max_size=40))
def test_any_text_comes_back(texts: list[str]) -> None:
    documents = [_paragraph(Text(text)).encode() for text in texts]
    for text, document, shown in zip(texts, documents, pandoc.plain(documents), strict=True):
        assert isinstance(shown, str)
        assert fold(shown) == fold(text), document.decode()


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert unicodedata.is_normalized("NFC", folded)
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in folded)
    folded.encode()


def test_fold_says_what_it_says() -> None:
    assert fold(" a\u00a0\u2003b\n\tc ") == "a b c"
    assert fold("‘a’ “b” c…") == "'a' \"b\" c..."
    assert fold("a – b — c -- d") == "a – b — c -- d"
    assert fold("e\u0301") == "é"
    assert fold("a\u200b\u00ad\ufeff\u202eb\x1b[31m\x00") == "ab[31m"
    assert fold("\ud800") == "\ufffd"
    assert fold("\u0600") == "\u0600"


@given(inlines())
def test_tidying_twice_changes_nothing(nodes: tuple[Inline, ...]) -> None:
    assert tidy(tidy(nodes)) == tidy(nodes)


def test_tidy_puts_right_what_has_no_spelling() -> None:
    assert tidy((Text("foo"), Strong((Text("  bar "),)), Text("baz"))) == (
        Text("foo "),
        Strong((Text("bar"),)),
        Text(" baz"),
    )
    assert tidy((Emph((Text(" "),)), Text("x"), Code(""))) == (Text("x"),)
    assert tidy((Emph((Text("a"),)), Emph((Text("b"),)))) == (Emph((Text("ab"),)),)
    assert tidy((Emph((Emph((Text("a"),)), Text("b"))),)) == (Emph((Text("ab"),)),)
    assert tidy((Emph((Strong((Text("a"),)),)),)) == (Strong((Emph((Text("a"),)),)),)
    assert tidy((Link((Link((Text("a"),), "u"),), "v"),)) == (Link((Text("a"),), "v"),)
    assert tidy((Link((), "u"),)) == (Link((Text("u"),), "u"),)


def test_urls_are_percent_encoded_and_hold_no_line_end() -> None:
    assert tidy_url(' a b"<>[]\\\u00a0') == "a%20b%22%3C%3E%5B%5D%5C"
    assert tidy_url("https://x.org/Foo_(bar)?a=1&b=é#c%20d") == "https://x.org/Foo_(bar)?a=1&b=é#c%20d"
    for bad in ("a\nb", "a\rb", "a\x00", "a\u2028b"):
        with pytest.raises(ValueError, match="cannot hold"):
            tidy_url(bad)


def test_nodes_have_one_spelling() -> None:
    assert _paragraph(Text("foo"), Strong((Text("bar"),))) == "foo**bar**\n"
    assert _paragraph(Strong((Emph((Text("a"),)),)), Text("b")) == "***a***b\n"
    assert _paragraph(Code("a`b")) == "``a`b``\n"
    assert _paragraph(Code("`")) == "`` ` ``\n"
    assert _paragraph(Code("a``b")) == "``` a``b ```\n"
    assert _paragraph(Link((Text("a [b]"),), "u v")) == "[a \\[b\\]](u%20v)\n"
    assert _paragraph(Link((Text("x"),), "a)b")) == "[x](a\\)b)\n"
    assert _paragraph(Link((Text("x"),), "Foo_(bar)")) == "[x](Foo_(bar))\n"
    assert _paragraph(Link((Text("https://x.org/a_b"),), "https://x.org/a_b")) == "<https://x.org/a_b>\n"
    assert _paragraph(Text("!"), Link((Text("x"),), "u"), Text("{.a}")) == "\\![x](u)\\{.a}\n"


@pytest.mark.parametrize(
    "unit", ["`", "*", "_", "~", "$", "[", "<", "&a", '"a ', "'a \"b ", "- ", "[1]", "a_", "^", "@", "<1", "#"]
)
def test_a_long_cell_costs_as_much_as_it_is_long(unit: str) -> None:
    """Twice the text is twice the calls, of Python's functions and of those written in C."""

    def calls(length: int) -> int:
        count = 0

        def seen(_frame: object, event: str, _argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        text = Text(unit * (length // len(unit)))
        sys.setprofile(seen)
        try:
            _paragraph(text)
        finally:
            sys.setprofile(None)
        return count

    calls(1000)  # what is compiled or kept once is no part of it
    assert calls(40_000) < 2.5 * calls(20_000) + 1000


@needs_pandoc
def test_a_check_box_stays_text() -> None:
    for text in ("[ ] a", "[x] - b", "[X] # c", "[x]"):
        (shown,) = pandoc.read([f"  * {_item(text)}".encode()])
        assert isinstance(shown, dict)
        assert meaning(shown["blocks"]) == [("list", [[[(text, ())]]])]


def _item(text: str) -> str:
    return print_blocks((BulletList(((Paragraph((Text(text),)),),)),)).removeprefix("  * ")


@pytest.mark.parametrize(
    ("words", "escaped"),
    [
        ('say "a" now', 'say "a" now'),
        ('say "a now', r"say \"a now"),
        ("it's \"a\" 'b'", "it's \"a\" 'b'"),
        ("\"a 'b\" c'", "\\\"a \\'b\\\" c\\'"),  # they overlap: which belong together is a guess
    ],
)
def test_quotation_marks_in_emphasis_end_in_it(words: str, escaped: str) -> None:
    (paragraph,) = print_blocks((Paragraph((Emph((Text(words),)),)),)).splitlines()
    assert paragraph == f"*{escaped}*"
