"""Sections that are kept from one document to the next: read as if each document were read by itself."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from grammar import pieces
from grammar.parser import parse, parse_text
from grammar.rows import read_rows
from grammar.source import Source
from tests.grammar import documents
from tests.grammar.records import record
from tests.helpers.effort import many

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SECTION = "## S\n\nWords [T] of it.\n\n    Status: Supported\n    Status, x86: Experimental\n\nA caveat.\n"

# what stands above or below decides how the section in the middle is read: two documents each, and what tells them apart
ACROSS = {
    "level": ("# A\n\n{}", "{}"),
    "level of a section above": ("# A\n\n### B\n\n{}", "# A\n\n{}"),
    "unknown block above": ("# A\n\n1. one\n\n{}", "# A\n\n* one\n\n{}"),
    "unknown block above, with a field between": ("# A\n\n1. one\n\n    Status: X\n\n{}", "# A\n\n1. one\n\n{}"),
    "names of headings": ("# T\n\nx\n\n## B [c]\n\n{}", "# U\n\nx\n\n## B [c]\n\n{}"),
    "a bracket in a heading": ("# T\n\n## B [c]\n\n{}", "# T\n\n## B c\n\n{}"),
    "a bracket in a term": ("# T\n\na [b]\n: c\n\n{}", "# T\n\na b\n: c\n\n{}"),
    "equal headings": ("# A\n\n## S\n\n{}", "# A\n\n## R\n\n{}"),
    "given identifier": ("# A {{#s}}\n\n{}", "# A {{#r}}\n\n{}"),
    "heading in a list": ("# A\n\n* # S\n\nx\n\n{}", "# A\n\n* # R\n\nx\n\n{}"),
    "open fence": ("# A\n\n```\nx\n\n{}\n```\n", "# A\n\n```\nx\n\n{}\n"),
    "open fence of tildes": ("# A\n\n~~~~\n\n{}\n~~~~\n", "# A\n\n~~~~\n\n{}\n~~~\n"),
    "open comment": ("# A\n\n<!-- x\n\n{}\n-->\n", "# A\n\n<!-- x\n\n{}\n--\n"),
    "open comment in a line": ("# A\n\nx <!-- x\n\n{}\n-->\n", "# A\n\nx <!-- x\n\n{}\n--\n"),
    "open div": ("# A\n\n::: x\n\n{}\n:::\n", "# A\n\n::: x\n\n{}\n::\n"),
    "open element": ("# A\n\n<script>\n\n{}\n</script>\n", "# A\n\n<script>\n\n{}\n"),
    "open metadata": ("# A\n\n---\nx: y\n\n{}\n---\n", "# A\n\n---\nx: y\n\n{}\n"),
    "open environment": ("# A\n\n\\begin{{x}}\n\n{}\n\\end{{x}}\n", "# A\n\n\\begin{{x}}\n\n{}\n\\end{{y}}\n"),
    "open table": ("# A\n\n-- --\nx y\n\n{}\n-- --\n", "# A\n\n-- --\nx y\n\n{}\n- x\n"),
    "open bracket": ("# A\n\nx [y\n\n{}\nz]\n", "# A\n\nx [y\n\n{}\nz\n"),
    "a definition of the heading": ("# A\n\nT\n: v\n\n## S\n\n: w\n\n{}", "# A\n\nT\n: v\n\n## S\n\nw\n\n{}"),
    "lost heading above": ("# A\n\n## B\n\nx\n## C\n\n{}", "# A\n\n## B\n\nx\n\n## C\n\n{}"),
    "title block": ("% T\n\n{}", "\n% T\n\n{}"),
}  # fmt: skip


def seen(data: bytes) -> object:
    """The title, the rows, and what is said, without where."""
    parsed = parse(Source("x", data), keep=False)
    rows = [(row.keys, row.status) for row in read_rows(parsed.document).rows]
    return parsed.document.title, rows, sorted((d.code, d.severity, d.message) for d in parsed.diagnostics)


@pytest.mark.parametrize("name", ACROSS)
def test_what_reaches_across_sections_is_not_kept_with_them(name: str) -> None:
    one, other = (text.format(SECTION).encode() for text in ACROSS[name])
    assert seen(one) != seen(other)
    for order in ((one, other), (other, one)):
        pieces._pieces.clear()
        assert [record(text) for text in order] == [record(text, keep=False) for text in order]


def test_a_section_is_read_once_however_many_documents_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = pieces._piece

    def counted(text: str) -> pieces.Piece:
        read.append(text)
        return real(text)

    monkeypatch.setattr(pieces, "_piece", counted)
    pieces._pieces.clear()
    sections = [f"## Feature {n}\n\n    Status: Supported\n\n" for n in range(50)]
    rnd = random.Random(1)
    for _ in range(40):
        chosen = rnd.sample(sections, 30)
        parse_text("# A\n\n" + "".join(chosen))
    # the last section of a document ends with its text, and so is another one
    assert len(read) == len(set(read)) <= len(sections) + 1


def test_what_is_kept_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_MOST", 2000)
    monkeypatch.setattr(pieces, "_LONGEST", 100)
    monkeypatch.setattr(pieces, "_characters", 0)
    pieces._pieces.clear()
    for n in range(3):
        parse_text("".join(f"# {n} {m}\n\nx\n\n" for m in range(100)))
        assert 0 < sum(map(len, pieces._pieces)) <= pieces._MOST + pieces._LONGEST
    parse_text("# A\n\n" + "x " * pieces._LONGEST)
    assert all(len(text) <= pieces._LONGEST for text in pieces._pieces)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"# A",
        b"\xef\xbb\xbf# A\n\n# B\n\n\ty\n",
        b"# A\r\n\r\n# B\r\n\r\n    Status: X\r\n",
        b"# A\n\n# B\r\n\n#\xe9\n\n",
    ],
)
def test_bytes(data: bytes) -> None:
    assert record(data) == record(data, keep=False)


_INSERTED = [
    "*", "_", "`", "[", "]", "(", "<", ">", "<!--", "-->", "\\", "&", "^", "@", ":", "\r", "\t", " ", "    ", "\n", "\n\n", "```\n", "~~~\n", "---\n",
    "1. x\n", "> q\n", "* i\n", "Term\n: v\n", "\n\n    Status: X\n\n", "\n\n# H\n\n", "::: x\n", ":::\n", "<div>\n", "</div>\n", "\\begin{x}\n", "\\end{x}\n",
    "-- --\n", "Table: x\n\n", "[^1]: x\n", "[a]: b\n", "] x\n",
]  # fmt: skip


def mutations(sections: Sequence[str], seed: int, count: int) -> Iterator[str]:
    """Sections joined, some twice, and edited at random: characters, lines, blocks put in, taken out, moved, indented."""
    rnd = random.Random(seed)
    for _ in range(count):
        text = "# Feature Support\n\n" * (rnd.random() < 0.7) + "".join(rnd.choices(sections, k=rnd.randint(2, 7)))
        for _ in range(rnd.choice((1, 1, 2, 3, 6))):
            lines = text.split("\n")
            at, line = rnd.randrange(len(text) + 1), rnd.randrange(len(lines))
            match rnd.randrange(6):
                case 0:
                    text = text[:at] + rnd.choice(_INSERTED) + text[at:]
                case 1:
                    text = text[:at] + text[at + rnd.randint(1, 6) :]
                case 2:
                    text = "\n".join([*lines[:line], rnd.choice(documents.BLOCKS), *lines[line:]])
                case 3:
                    text = "\n".join(lines[:line] + lines[line + 1 :])
                case 4:
                    text = "\n".join([*lines[:line], " " * rnd.randint(1, 5) + lines[line], *lines[line + 1 :]])
                case 5:
                    text = "\n".join([*lines[:line], lines[line].lstrip(" "), *lines[line + 1 :]])
        yield text


def real_sections() -> list[str]:
    """The sections of the corpus; where there is none, of our own blocks."""
    texts = [path.read_text() for path in sorted(CORPUS.glob("*/*.md"))]
    if not texts:
        return [f"## {n}\n\n{block}\n\n    Status: X\n\n" for n, block in enumerate(documents.BLOCKS)]
    found = dict.fromkeys(piece.page.text for text in texts for piece, _ in pieces.pieces(text))
    return [text for text in found if len(text) < 1500]


@pytest.mark.parametrize("count", [150, pytest.param(5000, marks=pytest.mark.slow)])
def test_mutations_of_joined_sections_are_read_as_by_themselves(count: int) -> None:
    pieces._pieces.clear()
    for text in mutations(real_sections(), 21, count):
        data = text.encode()
        assert record(data) == record(data, keep=False), text
        assert record(data, prose=False) == record(data, prose=False, keep=False), text


@pytest.mark.slow
def test_generated_documents_are_read_as_by_themselves() -> None:
    for text in (*documents.pairs(), *documents.mixed(3, 2000), *documents.soup(3, 2000), *documents.FOUND):
        data = (text + "\n\n# A\n\n## S\n\n    Status: Y\n").encode()
        assert record(data) == record(data, keep=False), text


@pytest.mark.skipif(not CORPUS.exists(), reason="no ../shared here")
def test_the_corpus_is_read_as_by_itself() -> None:
    for path in sorted(CORPUS.glob("*/*.md")):
        data = path.read_bytes()
        assert record(data) == record(data, keep=False)
        assert len(pieces.pieces(data.decode())) > 10


def test_what_is_below_a_heading_is_read_as_below_any_other() -> None:
    """A piece that is alone is the sum of its heading and of what is below that."""
    apart = 0
    sections = ["\n\n".join(texts) + "\n\n" for texts in zip(documents.BLOCKS, documents.BLOCKS[7:], strict=False)]
    for text in mutations([f"### The *first* thing\n\n{text}" for text in sections], 5, many(1500)):
        for piece in pieces.cut(text)[1:]:
            line, blank, below = piece.partition("\n\n")
            whole, head = pieces.alone(piece), pieces.alone(f"{line}\n\n")
            other = pieces.alone(f"##### A\n\n{below}")
            if not blank or "\n" in line or not (whole and head and other) or len(whole) + len(head) + len(other) > 3:
                continue
            (of_all, *more), of_head, of_other = whole[0].parts, head[0].parts, other[0].parts
            if more or len(of_head) != 1 or len(of_other) != 1:
                continue
            apart += 1
            assert of_all.head == of_head[0].head and not of_head[0].shared.blocks
            assert of_all.shared.blocks == of_other[0].shared.blocks and of_all.identifiers == of_other[0].identifiers
            assert sorted(d.message for d in whole[0].diagnostics) == sorted(
                d.message for one in (head, other) for d in one[0].diagnostics
            )
    assert apart > many(1500)


def test_pieces_are_cut_where_they_are_read() -> None:
    for text in mutations(["## S\n\nWords.\n\n", "### T\n\n    Status: X\n\n", "```\n\n"], 6, many(500)):
        read = [text[start:end] for start, end in pairwise([*(at for _, at in pieces.pieces(text)), len(text)])]
        cut = pieces.cut(text)
        assert "".join(cut) == text and cut[: len(read) - 1] == read[:-1]
