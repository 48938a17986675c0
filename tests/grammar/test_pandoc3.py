"""Where pandoc 3 reads otherwise than pandoc 2, that is said (XS114): held against both, on thousands of generated documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grammar.nodes import Document
from grammar.printer import print_document
from tests.grammar import documents, meaning
from tests.grammar.strategies import documents as made_documents
from tests.grammar.test_against_xen import LEFT, read
from tests.helpers import pandoc, xen
from tests.helpers.effort import many

LARGE = (HealthCheck.too_slow, HealthCheck.data_too_large)
SHARED = Path(__file__).resolve().parents[3] / "shared"
both = pytest.mark.skipif(not pandoc.PANDOC_2 or not pandoc.PANDOC_3, reason="pandoc 2 and pandoc 3 are not both here")


def differ(texts: list[bytes]) -> list[bool]:
    """Whether Xen's tools read other rows with pandoc 3, or die with one of the two only."""
    two, three = (
        [f"dies: {rows}" if isinstance(rows, Exception) else rows for rows in xen.read_all(texts, program)]
        for program in (pandoc.PANDOC_2, pandoc.PANDOC_3)
    )
    return [old != new for old, new in zip(two, three, strict=True)]


SETS: dict[str, Callable[[], Iterator[str]]] = {
    "pairs": lambda: islice(documents.pairs(), 0, None, 3),
    "indented": documents.indented,
    "scripts": lambda: documents.scripts(4, 2000),
    "mixed": lambda: documents.mixed(4, 2000),
    "soup": lambda: documents.soup(4, 3000),
}


@pytest.mark.slow
@both
@pytest.mark.parametrize("name", SETS)
def test_every_difference_is_said(name: str) -> None:
    texts = [text.encode() for text in SETS[name]()]
    differing = differ(texts)
    silent = []
    for text, differs in zip(texts, differing, strict=True):
        _, codes, error = read(text)
        if differs and not error and not codes & {*LEFT, "XS114"}:
            silent.append(text)
    assert not silent, silent[:5]
    assert any(differing)


EXAMPLES = [
    ("Term\n: v\n\n  text\n", "Term\n: v\n\ntext\n"),
    ("Term\n:  v\n\n   text\n", "Term\n:  v\n\n  text\n"),
    ("Term\n:\n\n    Status: X\n", "Term:\n\n    Status: X\n"),
    ("Term\n   : v\n", "Term\n  : v\n"),
    ("# Top {#1a}\n\n    Status: X\n", "# Top {#a1}\n\n    Status: X\n"),
    ("Term\n: v\n* w\n", "Term\n: v\n*w\n"),
    ("Term\n: v\n~~~\nw\n", "Term\n: v\n...\nw\n"),
    ("Term\n: v\n-\n", "Term\n: v\n.\n"),
    ("Term\n: v\n   : w\n", "Term\n: v\n   w\n"),
    ("~~~\n: v\n", "Term\n: v\n"),
    ("::: x\n: v\n", "x\n: v\n"),
    ("Term\n: v\n-- --\nw\n", "Term\n: v\n.. ..\nw\n"),
    ("    Status: X\n\n* a\n: b\n", "    Status: X\n\n* a\n  b\n"),
    ("::: x\n\n    Status: X\n", ":::\n\n    Status: X\n"),
    ("## “B”\n\n    Status: X\n", "## B’s\n\n    Status: X\n"),
    ("## ‘B’\n\n    Status: X\n", "## 'B'\n\n    Status: X\n"),
    ("Term “x”\n: v\n", 'Term "x"\n: v\n'),
    ("Term\n: “v”\n", "Term\n: v\n"),
]


@pytest.mark.parametrize(("differing", "alike"), EXAMPLES)
def test_what_is_said_and_what_is_not(differing: str, alike: str) -> None:
    texts = [f"# A\n\n{text}".encode() for text in (differing, alike)]
    assert ["XS114" in read(text)[1] for text in texts] == [True, False]


@both
def test_the_examples_are_true() -> None:
    texts = [f"# A\n\n{text}".encode() for example in EXAMPLES for text in example]
    assert differ(texts) == [True, False] * len(EXAMPLES)


@pytest.mark.slow
@both
@settings(max_examples=many(15), deadline=None, suppress_health_check=LARGE)
@given(st.lists(made_documents(), min_size=4, max_size=10))
def test_what_we_write_is_read_as_it_was_meant(made: list[Document]) -> None:
    texts = [print_document(document) for document in made]
    shown = pandoc.read([text.encode() for text in texts], pandoc.PANDOC_3)
    for document, text, tree in zip(made, texts, shown, strict=True):
        assert isinstance(tree, dict), text
        assert meaning.read(tree["blocks"]) == meaning.meant_document(document), text


@pytest.mark.slow
@both
@pytest.mark.skipif(not SHARED.exists(), reason="no ../shared here")
def test_real_files_are_read_alike_and_nothing_is_said() -> None:
    texts = [path.read_bytes() for path in sorted((SHARED / "corpus").glob("*/*.md"))]
    assert not any(differ(texts))
    assert not [text for text in texts if "XS114" in read(text)[1]]
