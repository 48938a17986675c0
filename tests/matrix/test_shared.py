"""What several trees have in common is made once, and the matrix is the one of trees that were read one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.commands import reading
from convert.commands.reading import digests, read_trees, tell_errors
from convert.matrix.build import build
from convert.matrix.columns import Address
from convert.matrix.continued import Continuation, Step, compared, continuations
from convert.matrix.formats import as_json
from convert.matrix.page import render
from convert.matrix.tree import Tree
from convert.names.aliases import Alias, Aliases
from convert.names.likeness import Index
from convert.names.pairing import entries
from convert.names.rows import match
from convert.names.shared import Common
from convert.output.terminal import TOOL
from convert.trees.all import Column
from grammar.parser import parse
from grammar.source import Source
from tests.helpers.effort import many
from tests.matrix.making import TODAY
from tests.matrix.test_chapters import JOINED, revisions, told

# few, so that trees have many of them in common, in other places too: names that come twice, rows of one key, errors
SECTIONS = (
    "# F\n", "# G\n", "## S\n", "## T\n\nWords of T.\n", "### A\n\n    Status: Supported\n", "### A\n\n    Status: Experimental\n",
    "### A\n\n    Status: Supported\n\nNot on Arm.\n", "### A {#b}\n\nWords.\n\n    Status, x86: Supported\n    Status, Arm: Tech Preview\n",
    "### B\n\n    Status: Supported\n    Status, x86: Supported\n    Status: Deprecated\n", "### b\n\n    Status, x86: Experimental\n",
    "### A--x86\n\n    Status: Supported\n", "#### Deep words here\n\n    Status: Supported up to 4 GiB\n", "#### Deep words there\n\n    Status: Supported\n",
    "### C\n\n   Status: lost\n", "### New name of it\n\n    Status, x86: Supported\n", "### Old name of it\n\n    Status, x86: Experimental\n",
    "### L\n\n* an item\n\n    Supported, x86: bzImage\n", "Term\n: value\n", "### [A]\n",
)  # fmt: skip
texts = st.lists(st.sampled_from(SECTIONS), max_size=12).map(lambda parts: "\n".join(("# Z\n", *parts)))
aliases = st.sampled_from([Aliases(), JOINED, Aliases((Alias("A", "B"), Alias("b--x86", "a--arm"), Alias("S", "T")))])


def columns(documents: Sequence[str]) -> list[Column]:
    """Trees of these texts, the newest first, not yet read."""
    names = [f"4.{len(documents) - n}" for n in range(len(documents))]
    found = zip(names, documents, strict=True)
    return [Column(name, None, None, None, name, Source(name, text.encode())) for name, text in found]


def together(documents: Sequence[str]) -> tuple[Tree, ...]:
    """The trees as the commands read them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "columns", lambda *given: columns(documents))
        return read_trees([], None, None, prose=True)


def one_by_one(documents: Sequence[str]) -> list[Tree]:
    """The trees, each by itself, nothing of it kept for the next."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "parse", partial(parse, keep=False))
        return [reading.read(column, prose=True) for column in columns(documents)]


def compared_in_full(trees: Sequence[Tree], aliases: Aliases) -> Iterator[Continuation]:
    """`continuations` of files that have nothing in common, by the definition of each of its steps."""
    for index, (newer, older) in enumerate(pairwise(trees)):
        old, new = (entries(tree.document, tree.rows) for tree in (older, newer))
        found = match(old, new, aliases, (older.name, newer.name))

        def step(before: object, after: object, certain: bool, index: int = index) -> Continuation:
            security: Step | None = compared(before, after)  # type: ignore[arg-type]
            return Continuation(index, before.keys, after.keys, certain, security)  # type: ignore[attr-defined]

        for before, after in found.rows:
            if before.row.keys != after.row.keys:
                yield step(before.row, after.row, True)
        for gone in found.gone:
            likely = Index(found.fresh).likeliest(gone) if gone.row.kind == "status" else None
            if likely is not None:
                fresh = [
                    loose.row for loose in found.fresh if (loose.row.key, loose.row.path) == (likely.key, likely.path)
                ]
                yield step(gone.row, fresh[-1], False)


def hold(documents: Sequence[str], joined: Aliases) -> None:
    """Hold all that trees have in common against the same trees read one by one."""
    shared, alone = together(documents), one_by_one(documents)
    common = Common()
    for tree, by_itself in zip(shared, alone, strict=True):
        assert told(common.entries(tree.document, tree.rows)) == told(entries(by_itself.document, by_itself.rows))
    steps = continuations([(tree.name, tree.document, tree.rows) for tree in shared], joined)
    assert list(steps) == list(compared_in_full(alone, joined))
    made, expected = build(shared, TODAY, joined), build(alone, TODAY, joined)
    assert as_json(made, TOOL, digests(shared)) == as_json(expected, TOOL, digests(alone))
    urls = Address("https://example.org/u", "https://example.org/NN")
    assert render(made, urls) == render(expected, urls)


@settings(max_examples=many(300), deadline=None)
@given(st.lists(texts, min_size=1, max_size=5), aliases)
def test_trees_with_much_in_common_are_the_same_as_one_by_one(documents: list[str], joined: Aliases) -> None:
    hold(documents, joined)


@settings(max_examples=many(30), deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 60), min_size=2, max_size=6), aliases)
def test_revisions_are_the_same_as_one_by_one(seed: int, which: list[int], joined: Aliases) -> None:
    history = list(revisions(seed, 60))
    hold([history[min(n, len(history) - 1)] for n in which], joined)


PLAIN = (
    "# F\n\n## S\n\n### A\n\n    Status: Supported\n\n## T\n\n### B\n\n    Supported, x86: bzImage\n\nNot on Arm.\n\n"
)
CHANGED = {
    "a status": (PLAIN.replace("Status: Supported", "Status: Experimental"), "t b"),
    "what is supported": (PLAIN.replace("bzImage", "gzip"), "s a"),
    "words of the file": (PLAIN.replace("# F", "Words.\n\n# F", 1), "f s a t b"),
    "words of a chapter": (PLAIN.replace("## T\n", "## T\n\nWords.\n"), "s a b"),
    "words behind a field": (PLAIN.replace("Arm", "RISC-V"), "s a"),
    "an identifier that it has anyway": (PLAIN.replace("# A", "# A {#a}"), "- f s a t b"),
    "an identifier": (PLAIN.replace("# A", "# A {#z}"), "t b"),
    "a name in other letters": (PLAIN.replace("# A", "# a"), "t b"),
    "a heading above": (PLAIN.replace("## S", "## R"), "t b"),
    "a caveat from another heading": (f"{PLAIN}### C {{#b}}\n\n    Status, Arm: Supported\n\nWords.\n", "s a"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_heading_that_says_the_same_is_one_object_and_another_is_not(name: str) -> None:
    text, expected = CHANGED[name]
    common = Common()
    old, new = (common.entries(tree.document, tree.rows) for tree in together([f"{PLAIN}\n", text]))
    both = {id(entry) for entry in old.walk()}
    assert " ".join(entry.anchor or "-" for entry in new.walk() if id(entry) in both) == expected


def test_a_heading_whose_row_another_one_changes_is_not_the_same() -> None:
    section = "### A\n\n    Status: Supported\n"
    documents = [f"# F\n\n{section}", f"# F\n\n{section}\n### B {{#a}}\n\n    Status: Experimental\n"]
    common = Common()
    old, new = (common.entries(tree.document, tree.rows) for tree in together(documents))
    assert [entry.rows[0].status for entry in (old.children[0].children[0], new.children[0].children[0])] == [
        "Supported",
        "Experimental",
    ]


def test_a_file_that_two_trees_have_is_read_once_and_its_errors_are_of_both(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read: list[str] = []

    def counted(source: Source, *, prose: bool) -> object:
        read.append(source.name)
        return parse(source, prose=prose)

    monkeypatch.setattr(reading, "parse", counted)
    text = "# F\n\n   Status: lost\n"
    trees = together([text, "# F\n", text])
    assert read == ["4.3", "4.2"]
    assert [len(tree.errors) for tree in trees] == [1, 0, 1]
    assert trees[0].document is trees[2].document and trees[0].source.name == "4.3" != trees[2].source.name
    assert tell_errors(trees, "never", False) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["4.3", "4.1"]


def common_objects(trees: Sequence[Tree]) -> set[int]:
    common = Common()
    return {id(entry) for tree in trees for entry in common.entries(tree.document, tree.rows).walk()}


def test_what_is_kept_is_what_differs() -> None:
    """Twenty trees that differ in one section each have as many entries as these, not twenty times as many."""
    parts = [f"### F{n}\n\n    Status: Supported\n\n" for n in range(50)]
    documents = [
        "# F\n\n" + "".join([*parts[:n], parts[n].replace("Supported", "Experimental"), *parts[n + 1 :]])
        for n in range(20)
    ]
    trees = together(documents)
    assert sum(1 for tree in trees for _ in Common().entries(tree.document, tree.rows).walk()) == 20 * 52
    assert len(common_objects(trees)) == 50 + 20 * 3
