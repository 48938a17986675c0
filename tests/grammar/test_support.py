"""support.lark: what it accepts is read by pandoc without an error and as the same rows; what leaves the mark-up is refused."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from convert.lint.engine import lint
from grammar import fields
from grammar.definitions import key_words
from grammar.inlines import identifier, pandoc_text
from grammar.lalr import Token, Tree
from grammar.nodes import Block, BulletList, DefinitionList, Document, Heading, Literal, Paragraph, ParsedField, Term
from grammar.pandoc.attributes import identifier_of
from grammar.pandoc.inline import scan
from grammar.parser import parse, parse_text
from grammar.printer import print_document
from grammar.rows import Row, read_rows
from grammar.source import Source
from grammar.support import outside, refusals, refused, tree_of
from tests.grammar import documents
from tests.grammar.strategies import documents as made_documents
from tests.grammar.test_pieces import CORPUS, mutations, real_sections

GOOD = """% Title

Words, with `code`, *marks*, [a link](https://x.org/a_(b)), <https://x.org> and <a href="u">an anchor</a>; 3 < 4, 5$ and 6$,
user@host, C++, a_b, x86/PV, &c., \\* and "quotes".

# Release Support

    Xen-Version: 4.20
    Initial-Release: 2025-03-05

Release Notes
: <a href="https://wiki.example.org/4.20">RN</a>

# Feature Support

## A & B

What it is
on two lines.

    Status: Supported
    Status, x86: Supported up to 4096
    Supported, Arm: ELF

A caveat:

   * an item
     on two lines

   * another

     - of a list in it

## C {#other}

  * an item

    with a second paragraph

Words.

```
Status: Tech Preview
```

## Status values

    Functional completeness: Yes
    Security supported: No
"""


def problems(text: str) -> list[str]:
    """The errors of pandoc's reading, and what it finds outside the mark-up."""
    source = Source("x", text.encode("utf-8", "surrogatepass"))
    parsed = parse(source)
    found = [*parsed.diagnostics, *read_rows(parsed.document, source).diagnostics]
    return [f"{d.code} {d.message}" for d in found if d.severity == "error" or d.code == "XS110"]


# ---- rows out of the grammar's own tree -----------------------------------------------------------------------------------
def tokens(tree: Tree) -> Iterator[Token]:
    for child in tree.children:
        if isinstance(child, Token):
            yield child
        else:
            yield from tokens(child)


def line_of(all_tokens: list[Token]) -> str:
    text = "".join(token.text for token in all_tokens)
    return text[: text.index("\n")]


def block(tree: Tree) -> Block | None:
    inside = list(tokens(tree))
    match tree.rule:
        case "paragraph" | "indented_paragraph":
            return Paragraph(())
        case "wide_list" | "narrow_list":
            return BulletList(())
        case "definition":
            term = scan(line_of(inside).strip(" "))
            at = next(n for n, token in enumerate(inside) if token.type == "DEFINED")
            value = scan("".join(token.text for token in inside[at + 1 :]).strip(" \n"))
            words = " ".join(key_words(term))
            return DefinitionList((Term((), (), pandoc_text(term.pieces), words, pandoc_text(value.pieces)),))
        case "features" | "release" | "label" | "fenced":
            kind = {"release": "release", "label": "definition"}.get(tree.rule, "feature")
            lines = [fields.trim(line.removeprefix("    ")) for token in inside for line in token.text.split("\n")]
            found = [] if kind == "definition" else [fields.match(line, kind) for line in lines if line]
            return Literal(kind, tuple(ParsedField(f.keyword, f.qualifier, f.value) for f in found if f), ())
    return None


def rows_of(tree: Tree) -> list[tuple[object, ...]]:
    """The rows of a text by the grammar's tree: only words inside a line are pandoc's reader's."""
    from grammar.nodes import Section

    used: set[str] = set()
    flat: list[tuple[Heading, list[Block]]] = []
    for part in tree.children:
        if not isinstance(part, Tree) or part.rule != "section":
            continue
        inside = list(tokens(part))
        read = scan(line_of(inside).lstrip("#").lstrip(" "), heading=True)
        given = identifier_of(read.attributes) if read.attributes else None
        anchor, n = given or identifier(read.pieces), 0
        while given is None and anchor in used:
            n += 1
            anchor = f"{identifier(read.pieces)}-{n}"
        used.add(anchor)
        heading = Heading(len(inside[0].text.rstrip(" ")), (), pandoc_text(read.pieces), anchor, given)
        found = [block(child) for child in part.children if isinstance(child, Tree)]
        flat.append((heading, [one for one in found if one is not None]))

    def sections(level: int) -> tuple[Section, ...]:
        made = []
        while flat and flat[0][0].level == level:
            heading, blocks = flat.pop(0)
            made.append(Section(heading, tuple(blocks), sections(level + 1)))
        return tuple(made)

    return list(map(plain, read_rows(Document(None, (), sections(1))).rows))


def plain(row: Row) -> tuple[object, ...]:
    return row.keys, row.path, row.anchor, row.qualifier, row.status, row.kind, row.described, row.caveat


def held(text: str) -> bool:
    """Whether a text is accepted; if it is, that pandoc's reading agrees."""
    if outside(text):
        return False
    assert not problems(text), text
    tree, wrong = tree_of(text)
    assert tree is not None and not wrong
    source = Source("x", text.encode("utf-8", "surrogatepass"))
    assert rows_of(tree) == list(map(plain, read_rows(parse(source).document).rows)), text
    return True


def test_a_good_file() -> None:
    assert held(GOOD)
    assert len(read_rows(parse_text(GOOD).document).rows) == 7


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Words, with", "- Status: X\nWords, with"), ("# Release Support", " # Release Support"), ("# Release Support\n", "# Release Support\n==="),
        ("    Xen-Version", "Xen-Version"), ("\n: <a", "\n\n: <a"), ("## A & B", "#### A & B"), ("on two lines.\n\n", "on two lines.\n"),
        ("Status, x86:", "Status :"), ("Status, x86: Supported", "Status, x86:Supported"), ("Status, x86", "Status"), ("    Supported, Arm", "     Supported, Arm"),
        ("A caveat:", "1. A caveat"), ("A caveat:", "A caveat<b>:"), ("A caveat:", "A [caveat:"), ("A caveat:", "A `caveat`{.x}:"), ("A caveat:", "> A caveat:"),
        ("\nWords.\n", "\n    Status, new: X\n"), ("```\n\n", "```x\n"), ("Words.", "x^2^"), ("Words.", "$x$"), ("Words.", "@foo"), ("Words.", "a\\\nb"),
        ("Words.", "***"), ("Words.", "a | b\n--|--"), ("Words.", "^[note]"), ("Words.", "\\foo"), ("Words.", "<!-- x"), ("Words.", "&quot;"),
        ("{#other}", "{#a-b}"), ("## C {#other}", "## {#other}"), ("    Security supported: No", "    Status: X"),
    ],
)  # fmt: skip
def test_what_leaves_the_markup_is_refused(old: str, new: str) -> None:
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    assert problems(text) and outside(text)


@pytest.mark.parametrize(
    "line",
    [
        "a - b * c", "e.g. this", "No. 5 of p. 3", "B. Russell", "it's", "~/.config/x", "x^2", "$HOME and $PATH", "100% of it", "#5 of them", "a\\_b", "[x] and [y]",
        "日本語 and Ünï", "50 < 60", "A & B, &c.", "`a` and ``b ` c``", "*a* **b** ***c***", "(x) and (y)", "vs. this", "a ] b", "2017 was", "- a dash", "> 5",
    ],
)  # fmt: skip
def test_ordinary_words_are_inside(line: str) -> None:
    assert held(
        f"# A\n\nWords: {line}\n\n    Status: X\n\n  * words: {line}\n    {line if line[0] not in '->#(' else 'x'}\n"
    )


@pytest.mark.skipif(not CORPUS.exists(), reason="no ../shared here")
@pytest.mark.parametrize("path", sorted(CORPUS.glob("*/*.md")), ids=lambda path: path.stem)
def test_the_corpus_is_inside_but_for_what_is_reported(path: Path) -> None:
    source = Source(path.name, path.read_bytes())
    parsed = parse(source)
    known = [*parsed.diagnostics, *read_rows(parsed.document, source).diagnostics]
    assert not list(refused(source, known))
    if path.parent.name == "accepted":
        tree, wrong = tree_of(source.text)
        assert tree is not None and not wrong
        assert rows_of(tree) == list(map(plain, read_rows(parsed.document).rows))


@pytest.mark.slow
@pytest.mark.skipif("XEN_GIT" not in os.environ, reason="XEN_GIT names no clone of xen.git")
def test_the_real_trees_are_inside_but_for_what_is_reported() -> None:
    def git(*words: str) -> bytes:
        return subprocess.run(["git", "-C", os.environ["XEN_GIT"], *words], check=True, capture_output=True).stdout

    refs = git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes").decode().split()
    seen = 0
    for ref in refs:
        if ref.rsplit("/", 1)[-1] not in ("master", "staging") and "/stable-" not in ref:
            continue
        if not git("ls-tree", ref, "SUPPORT.md"):
            continue
        source = Source(ref, git("cat-file", "blob", f"{ref}:SUPPORT.md"))
        parsed = parse(source)
        assert not list(refused(source, [*parsed.diagnostics, *read_rows(parsed.document, source).diagnostics])), ref
        seen += 1
    assert seen >= 14


def test_five_hundred_mutations_that_leave_the_markup_are_refused() -> None:
    left = accepted = 0
    for text in mutations(real_sections(), 500, 1100):
        if problems(text):
            assert outside(text), text
            left += 1
        else:
            accepted += held(text)
    assert left >= 500 and accepted >= 10


@pytest.mark.slow
def test_what_is_accepted_of_generated_documents_is_read_alike() -> None:
    made = (
        *documents.pairs(),
        *documents.indented(),
        *documents.scripts(5, 2000),
        *documents.mixed(5, 3000),
        *documents.soup(5, 3000),
    )
    assert sum(map(held, (*made, *documents.FOUND))) > 1000  # fmt: skip


@pytest.mark.slow
def test_what_the_printer_writes_is_accepted() -> None:
    wrong: list[str] = []
    count = [0]

    @settings(
        max_examples=600,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(made_documents())
    def check(document: Document) -> None:
        text = print_document(document)
        count[0] += 1
        if outside(text):
            wrong.append(text)

    check()
    # the documents are as hostile as can be; refused, and so not written, are a few rows of marks
    assert len(wrong) <= count[0] // 100, wrong[:5]


def test_lint_says_it_where_nothing_else_does() -> None:
    text = "# A\n\n    Status: X\n\nwords\n~~~\nmore\n\n*\n\n<b>x</b>\n"
    found = [d for d in lint(Source("x", text.encode()), day=date(2026, 1, 1)) if d.code == "XS110"]
    lines = [Source("x", text.encode()).position(d.span.start)[0] for d in found if d.span]
    assert lines == [6, 9, 11] and all(d.severity == "warning" for d in found)
    assert '"~~~" is outside the SUPPORT mark-up' in found[0].message


@pytest.mark.parametrize(
    "text",
    ["", "\n", " ", "#", "# A", "% T", "\ufeff# A\n", "a\r\n\r\n# B\r\n", "\0", "# A\n\n" + "`[" * 3000, "\n" * 5000],
)
def test_any_text_ends(text: str) -> None:
    refusals(text)
    outside(text)
