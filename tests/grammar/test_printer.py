"""Documents come out in the house's shape, and pandoc reads the structure that was meant."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grammar.escape import EMPHASIS
from grammar.nodes import (
    Block,
    BulletList,
    DefinitionList,
    Document,
    Heading,
    Link,
    Literal,
    Outside,
    Paragraph,
    ParsedField,
    Section,
    Term,
    Text,
)
from grammar.pandoc import spelling
from grammar.printer import LEAD_IN, print_blocks, print_document, print_field, print_heading, print_title, with_lead_in
from grammar.tidy import tidy_blocks
from grammar.wrap import WIDTH, wrap
from tests.grammar.meaning import meant, meant_document, read
from tests.grammar.strategies import documents, hostile_text, prose
from tests.helpers import pandoc
from tests.helpers.effort import many

needs_pandoc = pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here")
# many texts an example, so that pandoc starts once for all of them
LARGE = (HealthCheck.data_too_large, HealthCheck.too_slow)
STATUS = Literal("feature", (ParsedField("Status", None, "Supported"),), ("Status: Supported",))


def para(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def bullets(*items: str | Sequence[Block]) -> BulletList:
    return BulletList(tuple((para(item),) if isinstance(item, str) else tuple(item) for item in items))


def section(text: str, *blocks: Block, level: int = 1, below: Sequence[Section] = ()) -> Section:
    return Section(Heading(level, (Text(text),), text, ""), blocks, tuple(below))


def blocks_of(text: str) -> list[object]:
    (shown,) = pandoc.read([text.encode()])
    assert isinstance(shown, dict)
    return read(shown["blocks"])


def test_a_whole_document() -> None:
    url = "https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes"
    release = Literal("release", (), ("Xen-Version: 4.20", "Initial-Release: 2025-03-05"))
    notes = DefinitionList((Term((Text("Release Notes"),), (Link((Text("RN"),), url),)),))
    feature = section(
        "Netback", para("A driver. It runs in dom0."), bullets("one", "two"), STATUS, para("Not in HVM."), level=3
    )
    document = Document(
        "Support statement",
        (para("What is supported."),),
        (
            section("Release Support", release, notes),
            section("Feature Support", below=[section("Drivers", level=2, below=[feature])]),
            section("Format and definitions", Outside("definitions", "Raw,  as it\nstands.\n\n    Status: x\n")),
        ),
    )
    assert print_document(document) == dedent(f"""\
        % Support statement

        What is supported.

        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05

        Release Notes
        : <a href="{url}">RN</a>

        # Feature Support

        ## Drivers

        ### Netback

        A driver.
        It runs in dom0.

           * one
           * two

            Status: Supported

        Not in HVM.

        # Format and definitions

        Raw,  as it
        stands.

            Status: x
        """)


def test_an_empty_document_is_an_empty_text() -> None:
    assert print_document(Document(None, (), ())) == ""
    assert print_blocks(()) == ""
    assert print_blocks((para(" \u200b "), BulletList(((), (para(""),))))) == ""


def test_lists() -> None:
    nested = bullets("a", [para("b"), bullets("c", "d")])
    assert print_blocks((nested,)) == "  * a\n  * b\n      * c\n      * d\n"
    assert print_blocks((bullets([para("a"), para("b")], "c"),)) == "  * a\n\n    b\n\n  * c\n"
    assert print_blocks((bullets("a", "b"),), before_fields=True) == "   * a\n   * b\n"
    assert print_blocks((bullets([para("a"), para("b")]),), before_fields=True) == "   * a\n\n     b\n"
    assert print_blocks((bullets("a"), para("b")), before_fields=True) == "  * a\n\nb\n"
    assert print_blocks((bullets([bullets("a", "b")], "c"),)) == "  * * a\n    * b\n  * c\n"
    assert print_blocks((bullets("a"), bullets("b"))) == "  * a\n  * b\n"


def test_a_caveat_that_begins_with_a_list_gets_a_lead_in() -> None:
    assert print_blocks((bullets("a"),), after_fields=True) == f"{LEAD_IN}\n\n  * a\n"
    assert print_blocks((para("x"), bullets("a")), after_fields=True) == "x\n\n  * a\n"
    assert print_blocks((para(" "), bullets("a")), after_fields=True) == f"{LEAD_IN}\n\n  * a\n"
    assert with_lead_in(with_lead_in((bullets("a"),))) == with_lead_in((bullets("a"),))
    assert with_lead_in(()) == ()


@needs_pandoc
def test_nothing_runs_on_from_one_item_into_the_next() -> None:
    for lists in (
        bullets("a ` b", "c ` d"),
        bullets([para("a $b"), bullets("c", "d$ e")]),
        bullets([bullets("`")], "`"),
    ):
        assert blocks_of(print_blocks((lists,))) == meant((lists,))
    assert print_blocks((bullets("a ` b", "c"),)) == "  * a ` b\n\n  * c\n"


def test_no_line_ends_with_a_lone_star() -> None:
    for filler in range(60, 84):
        text = print_blocks((para(f"{'x' * filler} 5 * 3 and a *b"),))
        assert not any(line.endswith("*") for line in text.split("\n"))


@needs_pandoc
def test_a_literal_is_not_swallowed() -> None:
    for before in (
        bullets("a"),
        bullets([para("a"), para("b")]),
        bullets([para("a"), bullets("b")]),
        bullets([bullets("a")]),
    ):
        text = print_document(Document(None, (), (section("S", before, STATUS),)))
        assert blocks_of(text)[1:] == [*meant([before]), ("literal", "Status: Supported")]
    notes = DefinitionList((Term((Text("T"),), (Text("v"),)), Term((Text("U"),), (Text("- w"),))))
    text = print_document(Document(None, (), (section("S", notes, STATUS),)))
    assert blocks_of(text)[-1] == ("literal", "Status: Supported")
    (shown,) = pandoc.read([text.encode()])
    assert isinstance(shown, dict)
    assert [[d["t"] for d in definition[0]] for _, definition in shown["blocks"][1]["c"]] == [["Plain"], ["Plain"]]


@needs_pandoc
def test_literals_of_two_kinds_stay_two() -> None:
    other = Literal("definition", (), ("Functional completeness: No",))
    text = print_document(Document(None, (), (section("S", other, STATUS),)))
    assert blocks_of(text)[1:] == [("literal", "Functional completeness: No"), ("literal", "Status: Supported")]


def test_literals_without_lines_are_made_of_their_fields() -> None:
    made = Literal(
        "feature", (ParsedField("Status", "x86", "Supported"), ParsedField("Status", None, "Experimental")), ()
    )
    assert print_blocks((made,)) == "    Status, x86: Supported\n    Status: Experimental\n"
    assert print_blocks((Literal("feature", (), ("a", "", "b  ")),)) == "    a\n\n    b\n"


@needs_pandoc
def test_a_number_in_brackets_is_no_link_to_a_heading() -> None:
    text = print_document(Document(None, (para("see [1]"),), (section("1", para("and [1]")),)))
    assert text == "see \\[1]\n\n# 1\n\nand \\[1]\n"
    raw = Outside("reference definition", "[1]: http://x.org\n")
    assert "see \\[1]" in print_document(Document(None, (para("see [1]"), raw), ()))


def test_headings_and_titles() -> None:
    assert print_heading(3, "x86/PV  (HVM)") == "### x86/PV (HVM)"
    assert print_heading(2, (Text("a"),), "id") == "## a {#id}"
    assert print_heading(2, "a", "1 b}") == "## a {id=1\\ b\\}}"
    assert print_title("A  title") == "% A title"
    for level, text, given_id in ((0, "a", None), (7, "a", None), (1, " \u200b", None), (1, "a", ""), (1, "a", "b\n")):
        with pytest.raises(ValueError, match="heading"):
            print_heading(level, text, given_id)
    with pytest.raises(ValueError, match="title"):
        print_title("")


@pytest.mark.parametrize(
    ("keyword", "qualifier", "value", "line"),
    [
        ("Status", None, "Supported", "Status: Supported"),
        ("Status", "x86 HVM", " Tech Preview ", "Status, x86 HVM: Tech Preview"),
        ("Supported", " x86 ", "bzImage", "Supported, x86: bzImage"),
        ("Xen-Version", None, "4.20", "Xen-Version: 4.20"),
        ("Status", None, "Supported up to 12 TiB. Note: more", "Status: Supported up to 12 TiB. Note: more"),
    ],
)
def test_fields(keyword: str, qualifier: str | None, value: str, line: str) -> None:
    assert print_field(keyword, qualifier, value) == line


@pytest.mark.parametrize(
    ("keyword", "qualifier", "value"),
    [
        ("Status", None, ""),
        ("Status", None, " \u00a0"),
        ("Status", None, "a\nb"),
        ("Status", None, "a\u2028b"),
        ("Status", None, "a\x1b[31m"),
        ("Status", "a:b", "x"),
        ("Status", "", "x"),
        ("Status", " ", "x"),
        ("Status", "a\rb", "x"),
        ("status", None, "x"),
        ("Sta tus", None, "x"),
        ("Xen-Version", "x86", "4.20"),
        ("Status\n", None, "x"),
        ("Status", None, "\ud800"),
    ],
)
def test_what_is_no_field_is_refused(keyword: str, qualifier: str | None, value: str) -> None:
    with pytest.raises(ValueError, match=r"field|value|qualifier|keyword"):
        print_field(keyword, qualifier, value)


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="target"):
        print_blocks((Paragraph((Link((Text("x"),), "a\nb"),)),))
    with pytest.raises(ValueError, match="line end"):
        print_blocks((Literal("feature", (), ("a\nb",)),))
    with pytest.raises(ValueError, match="without a term"):
        print_blocks((DefinitionList((Term((), (Text("x"),)),)),))


def test_sentences_begin_lines() -> None:
    assert wrap("One. Two! Three? (Four.) Five") == ["One.", "Two!", "Three?", "(Four.)", "Five"]
    assert wrap("E.g. Arm, i.e. Xen vs. KVM by J. Smith etc. and so on") == [
        "E.g. Arm, i.e. Xen vs. KVM by J. Smith etc. and so on"
    ]
    assert wrap("In 4.20. x86 only... maybe") == ["In 4.20. x86 only... maybe"]


@pytest.mark.parametrize(
    "word",
    [
        "-",
        "*",
        "+",
        "#",
        "##",
        "1.",
        "(a)",
        "c.",
        "2017.",
        "iv)",
        ">",
        ">x",
        "|",
        "|x",
        ":",
        ":::",
        "~",
        "~~~",
        "===",
        "%",
        "@.",
        "---",
        "#.",
        "A.",
        "Status:",
        "Xen-Version:",
        "##x",
    ],
)
def test_no_line_begins_with_what_begins_a_block(word: str) -> None:
    for filler in range(60, 84):
        lines = wrap(f"{'x' * filler} y {word} z and more words to the end of the line, so that there is another one")
        assert len(lines) > 1
        assert not any(line.startswith(word) for line in lines)


MARKERS = ("-", "*", "1.", "(a)")


@given(st.lists(st.text("abc", min_size=1, max_size=12) | st.sampled_from(MARKERS), min_size=1), st.integers(0, 12))
def test_lines_end_by_column_80_or_cannot(words: list[str], indent: int) -> None:
    lines = wrap(" ".join(words), indent)
    assert " ".join(lines).split() == words
    for line in lines:
        assert len(line) + indent <= WIDTH or set(line.split()[1:]) <= set(MARKERS)


@needs_pandoc
@settings(max_examples=many(15), deadline=None, suppress_health_check=LARGE)
@given(st.lists(documents(), min_size=4, max_size=10))
def test_pandoc_reads_the_structure_that_was_meant(made: list[Document]) -> None:
    texts = [print_document(document) for document in made]
    for document, text, shown in zip(made, texts, pandoc.read([text.encode() for text in texts]), strict=True):
        assert isinstance(shown, dict), text
        assert read(shown["blocks"]) == meant_document(document), text
        assert set(shown["meta"]) == (set() if document.title is None else {"title"}), text


@needs_pandoc
@settings(max_examples=many(15), deadline=None, suppress_health_check=LARGE)
@given(st.lists(st.tuples(prose(), prose()), min_size=4, max_size=10))
def test_prose_around_fields_stays_where_it_was_put(made: list[tuple[tuple[Block, ...], tuple[Block, ...]]]) -> None:
    texts, wanted = [], []
    for before, after in made:
        parts = [
            "# F\n",
            print_blocks(before, before_fields=True),
            "    Status: Supported\n",
            print_blocks(after, after_fields=True),
        ]
        texts.append("\n".join(part for part in parts if part))
        wanted.append([*meant(before), ("literal", "Status: Supported"), *meant(with_lead_in(after))])
    for text, blocks, shown in zip(texts, wanted, pandoc.read([text.encode() for text in texts]), strict=True):
        assert isinstance(shown, dict), text
        assert read(shown["blocks"])[1:] == blocks, text


@needs_pandoc
@settings(max_examples=many(15), deadline=None, suppress_health_check=LARGE)
@given(st.lists(hostile_text(min_size=1), min_size=20, max_size=40))
def test_headings_come_back_as_the_same_words(names: list[str]) -> None:
    made = [Document(None, (), (section(name, STATUS),)) for name in names if tidy_blocks((para(name),))]
    texts = [print_document(document) for document in made]
    for document, text, shown in zip(made, texts, pandoc.read([text.encode() for text in texts]), strict=True):
        assert isinstance(shown, dict), text
        assert read(shown["blocks"]) == meant_document(document), text


@settings(max_examples=many(60), deadline=None, suppress_health_check=LARGE)
@given(documents())
def test_the_text_is_clean_and_stable(document: Document) -> None:
    text = print_document(document)
    assert text == "" or (text.endswith("\n") and not text.endswith("\n\n"))
    assert "\r" not in text
    assert "\n\n\n" not in text
    assert not any(line != line.rstrip() for line in text.split("\n"))
    again = Document(document.title, tidy_blocks(document.preamble), document.sections)
    assert print_document(again) == text


@pytest.mark.parametrize(
    ("runs", "fence"), [((), 3), (("```",), 4), (("````", "```"), 5), (("``",), 3), (("`````",), 6)]
)
def test_a_fence_is_longer_than_any_in_what_it_holds(runs: tuple[str, ...], fence: int) -> None:
    before = DefinitionList((Term((Text("Term"),), (Text("its meaning"),)),))
    literal = Literal("feature", (), ("Status: Supported", *runs, "Status, x86: Supported"))
    lines = print_blocks((before, literal)).split("\n")
    assert lines.count("`" * fence) == 2 and lines[-2:] == ["`" * fence, ""]


@given(
    st.lists(
        st.sampled_from(["Status", "Supported", "A", "i", "x", "X1", "2", "iv", "Note", "Table", "a1b"]),
        min_size=1,
        max_size=4,
    )
)
def test_plain_words_are_written_as_the_long_way_writes_them(words: list[str]) -> None:
    text = " ".join(words)
    for heading, item, references, more in product((False, True), repeat=4):
        builder = spelling._Builder()
        builder.inlines((Text(text),), EMPHASIS if more else 0)
        long = builder.written(heading=heading, item=item, references=references)
        assert spelling.spell((Text(text),), heading=heading, item=item, references=references, more=more) == long
