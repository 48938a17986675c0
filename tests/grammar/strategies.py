"""Hypothesis strategies for hostile text, inlines, blocks and documents; any part of the project's tests may use them."""

from __future__ import annotations

from hypothesis import strategies as st

from grammar.nodes import (
    Block,
    BulletList,
    Code,
    Document,
    Emph,
    Heading,
    Inline,
    Link,
    Literal,
    Paragraph,
    ParsedField,
    Section,
    Strong,
    Text,
)
from grammar.tidy import tidy, tidy_blocks

MARKUP = "*_`[](){}<>!#$%^&@~|:;\\/-+=.,?'\""
ODD = "\t\u00a0\u200b\u0301\u0338\u2028\x85\x0b\x0c\x00\x1b\u202e\u200f\u00ad\ufeff…“”‘’–—²ßé中𝒳😀\ue000\U000e0041"
_FRAGMENTS = r"""
** -- --- ... 1. (a) c. 2017. #. (@) @a. [1] [1]: [^1] [^1]: &amp; &lt &#60; <b> </a> <!-- --> <http://a.b> <a@b.c>
`x` ``` ~~~ ::: {#id} {.c} {=html} \begin{a} \a $a$ $$ x^2^ H~2~O ~~a~~ @foo [@foo] -@x [Netback] [1][2] [a](b)
![a](b) ==a== +---+ |a|b| |---|---| ----- ===== _ * - + : ~ = % # ## <div> <?a?> [x] i. iv) II. A. MM) p. e.g. Mr.
foo_bar _a_ __a__ *a* **a** ***a*** 'a' "a" don't '90s a. End. Why? foo bar Xen <script> \ \\ ^ ^[a] [ ] ]( a|b |
#a C# C++ I) (i) (1) 1) (#) x: ! ![ @ @{a} *[HTML]: Status: Status, user@host http://x.y/a_b~c " ' `
"""
FRAGMENTS = tuple(_FRAGMENTS.split())
URLS = (
    "https://x.org/a_(b)",
    "u",
    "a b",
    "a)b(",
    "(",
    "x&amp;y",
    "",
    "a\\b",
    "http://a/*x*",
    "<x>",
    "a[b]",
    "é",
    "a'b",
)


def hostile_text(*, min_size: int = 0, max_size: int = 12) -> st.SearchStrategy[str]:
    """Text without line ends of its own that tries to be mark-up; sizes in fragments."""
    character = st.one_of(
        st.sampled_from(MARKUP + "  12abxiv"),
        st.sampled_from(ODD),
        st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]),
    )
    fragment = st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(FRAGMENTS), character)
    glue = st.sampled_from((" ", " ", " ", "", "  "))
    parts = st.lists(st.tuples(fragment, glue), min_size=min_size, max_size=max_size)
    return parts.map(lambda pairs: "".join(a + b for a, b in pairs))


def inlines(depth: int = 2) -> st.SearchStrategy[tuple[Inline, ...]]:
    """Inlines as careless code may build them: not tidy, nested at will."""
    leaves: list[st.SearchStrategy[Inline]] = [
        hostile_text().map(Text),
        hostile_text(max_size=3).map(Text),
        hostile_text(max_size=3).map(Code),
    ]
    if depth:
        below = inlines(depth - 1)
        leaves += [
            below.map(Emph),
            below.map(Strong),
            st.builds(Link, below, st.sampled_from(URLS)),
            st.sampled_from(URLS).map(lambda url: Link((Text(url),), url)),
        ]
    return st.lists(st.one_of(leaves), min_size=1, max_size=3).map(tuple)


def paragraphs() -> st.SearchStrategy[Paragraph]:
    """Paragraphs, of plain hostile text or of inlines; some are empty."""
    return st.one_of(hostile_text(max_size=20).map(lambda text: (Text(text),)), inlines()).map(Paragraph)


def prose(depth: int = 2) -> st.SearchStrategy[tuple[Block, ...]]:
    """Paragraphs and nested lists, as a cell yields them."""
    block: st.SearchStrategy[Block] = paragraphs()
    if depth:
        block = st.one_of(
            block, block, st.lists(prose(depth - 1), max_size=2).map(lambda items: BulletList(tuple(items)))
        )
    return st.lists(block, max_size=2).map(tuple)


def literals() -> st.SearchStrategy[Literal]:
    """Literals of one or two Status fields."""
    fields = (ParsedField("Status", None, "Supported"), ParsedField("Status", "x86 HVM", "Tech Preview"))
    lines = ("Status: Supported", "Status, x86 HVM: Tech Preview")
    return st.integers(1, 2).map(lambda count: Literal("feature", fields[:count], lines[:count]))


def sections() -> st.SearchStrategy[Section]:
    """Sections of level 1: a heading of hostile text, a description, mostly fields and a caveat."""
    heading = st.one_of(hostile_text(min_size=1).map(lambda text: (Text(text),)), inlines(1)).filter(
        lambda i: tidy(i) != ()
    )

    def section(
        head: tuple[Inline, ...], before: tuple[Block, ...], fields: Literal | None, after: tuple[Block, ...]
    ) -> Section:
        blocks = before if fields is None else (*before, fields, *after)
        return Section(Heading(1, head, "", ""), tidy_blocks(blocks))

    return st.builds(section, heading, prose(), st.none() | literals(), prose())


def documents() -> st.SearchStrategy[Document]:
    """Documents with and without a title, whose preamble and sections are hostile."""
    title = st.none() | hostile_text(min_size=1).filter(lambda text: tidy((Text(text),)) != ())
    return st.builds(Document, title, prose(), st.lists(sections(), max_size=2).map(tuple))
