"""Revisions read by their chapters: each as it is by itself, what they share one object, and compared as if it were not."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convert.commands.reading import read_trees
from convert.matrix import chapters, history
from convert.matrix.chapters import Chapters
from convert.matrix.past import Past
from convert.names.aliases import Alias, Aliases
from convert.names.pairing import Entry
from convert.names.shared import unshared
from tests.grammar import documents
from tests.grammar.test_pieces import ACROSS, SECTION

JOINED = Aliases((Alias("F2", "F3"), Alias("S1", "S2"), Alias("f4--arm", "f4--x86")))


def told(entry: Entry) -> Any:
    """All that an entry says, without where its rows are."""
    rows = [
        (row.keys, row.path, row.anchor, row.qualifier, row.status, row.kind, row.described, row.caveat, row.reading)
        for row in entry.rows
    ]
    return entry.keys, entry.path, rows, entry.description, entry.caveats, [told(child) for child in entry.children]


def said(steps: tuple[history.Step, ...]) -> list[Any]:
    """Steps, their places by name."""
    return [(replace(step, places=()), [(place.keys, place.path) for place in step.places]) for step in steps]


def section(rnd: random.Random) -> str:
    """A chapter or a feature; now and then one whose name another one has, or that the rest of the file changes."""
    level = 1 if rnd.random() < 0.03 else rnd.choice((2, 3, 3))
    name = f"{'TSF'[level - 1]}{rnd.randrange(5 if rnd.random() < 0.1 else 500)}"
    mark = rnd.choice((" {#f1}", " [x]", " 1")) if rnd.random() < 0.03 else ""
    fields = "".join(
        f"    Status{variant}: {rnd.choice(('Supported', 'Experimental'))}\n"
        for variant in rnd.sample(("", ", x86", ", Arm", ", a b"), rnd.randint(0, 3))
    )
    caveat = rnd.choice(("", "", "Not on Arm.\n\n", "See [T1].\n\n"))
    if rnd.random() < 0.02:
        caveat = "Status: Supported\n\n"
    words = rnd.choice(("", "Words.", "* item\n\nMore."))
    return f"{'#' * level} {name}{mark}\n\n{words}\n\n{fields}\n{caveat}"


def revisions(seed: int, count: int) -> Iterator[str]:
    """Histories: sections come, go, move, are renamed; now and then a block of any kind gets in, and out again."""
    rnd = random.Random(seed)
    head = ["% T\n\nWords.\n\n", "# T0\n\n", "## S0\n\n"]
    parts: list[str] = []
    for n in range(count):
        if n % 30 == 0:
            parts = [section(rnd) for _ in range(12)]
        at = rnd.randrange(len(parts))
        match rnd.randrange(7):
            case 0:
                parts[at] = section(rnd)
            case 1:
                parts.insert(at, section(rnd))
            case 2 if len(parts) > 5:
                del parts[at]
            case 3:
                parts.insert(rnd.randrange(len(parts)), parts.pop(at))
            case 4:
                parts[at] = parts[at].replace("Supported", "Deprecated", 1)
            case 5:
                parts[at] = parts[at].replace("F", "f", 1).replace("Words.", "Other words.", 1)
            case 6:
                kept = parts[at]
                parts[at] += rnd.choice(documents.BLOCKS) + "\n\n"
                yield "".join((*head, *parts))
                parts[at] = kept
        yield "".join((*head, *parts))


@pytest.mark.parametrize("count", [150, pytest.param(3000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("aliases", [Aliases(), JOINED], ids=["names", "aliases"])
def test_a_history_read_by_chapters_is_that_of_files_read_one_by_one(
    aliases: Aliases, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone: list[str] = []

    def counted(name: str, data: bytes) -> history.Snapshot:
        alone.append(name)
        return history.snapshot(name, data)

    monkeypatch.setattr(chapters, "snapshot", counted)
    shared = Chapters()
    before = before_by_itself = history.EMPTY
    texts = list(revisions(count, count))
    for text in texts:
        now, by_itself = shared.snapshot("x", text.encode()), history.snapshot("x", text.encode())
        assert told(now.root) == told(by_itself.root), text
        assert now.broken == by_itself.broken, text
        assert said(history.steps(before, now, aliases)) == said(history.steps(before_by_itself, by_itself, aliases)), (
            text
        )
        before, before_by_itself = now, by_itself
    assert len(alone) < 0.7 * len(texts)  # the others were put together


# beside what reaches across sections: what ends a chapter, or puts it elsewhere
ENDS = {
    "underlined heading": ("# A\n\n## B\n\nC\n=\n\n{}", "# A\n\n## B\n\nC\n\n{}"),
    "heading without a blank line above": ("# A\n\n## B\n\n* x\n# C\n\n{}", "# A\n\n## B\n\n* x\n\n{}"),
    "heading without a blank line below": ("# A\n\n## B\n\n# C\nx\n\n{}", "# A\n\n## B\n\nx\n\n{}"),
    "nothing above": ("{}# A\n", "# A\n\n{}"),
    "words and a heading": ("Words.\n\n# A\nx\n\n# B\n\n{}", "Words.\n\n# A\n\n# B\n\n{}"),
    "a bracket that a heading below explains": ("# A\n\n## B [c]\n\n{}\n## c\n", "# A\n\n## B [c]\n\n{}\n## d\n"),
    "names alike, identifiers given": ("# A\n\n## S {{#b}}\n\n    Status: X\n\n{}", "# A\n\n{}## S {{#b}}\n\n    Status: X\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*ACROSS, *ENDS])
def test_what_reaches_across_chapters_is_not_kept_with_them(name: str) -> None:
    one, other = (text.format(SECTION).encode() for text in (ACROSS | ENDS)[name])
    for order in ((one, other), (other, one)):
        shared = Chapters()
        kept = [shared.snapshot("x", text) for text in order]
        alone = [history.snapshot("x", text) for text in order]
        assert [(told(found.root), found.broken) for found in kept] == [
            (told(found.root), found.broken) for found in alone
        ]
        found = [said(history.steps(old, new, Aliases())) for old, new in (kept, alone)]
        assert found[0] == found[1]


def test_of_headings_with_one_name_none_is_taken_for_another() -> None:
    """They are paired in their order, so that the first of them is not left out although it is on both sides."""

    def heading(*keys: str) -> Entry:
        return Entry(keys, ("A", "S"), (), "", "", ())

    first, second, new = heading("a", "x"), heading("a", "y"), heading("a", "z")
    old_root = Entry((), (), (), "", "", (first, second))
    new_root = Entry((), (), (), "", "", (new, first))
    before, after = unshared(old_root, new_root)
    assert (told(before), after) == (told(old_root), new_root)
    assert not {id(entry) for entry in before.walk()} & {id(entry) for entry in after.walk()}
    assert unshared(old_root, Entry((), (), (), "", "", (first,)))[1].children == (first,)


def test_headings_of_one_name_that_both_revisions_share_did_not_move() -> None:
    shared = Chapters()
    parts = ("# A {#q}\n\n", "# A\n\n    Status: X\n\n", "# B\n\n")
    one, other = (shared.snapshot("x", "".join((*parts, end)).encode()) for end in ("", "Words.\n"))
    assert one.root.children[1] is other.root.children[1]
    assert [(step.kind, step.key) for step in history.steps(one, other, Aliases())] == [("description", "b")]


@pytest.mark.parametrize("aliases", [Aliases(), JOINED], ids=["names", "aliases"])
def test_rows_are_blamed_on_the_same_commits(aliases: Aliases) -> None:
    texts = [text.encode() for text in revisions(7, 120)]
    shared = Chapters()
    names = [str(n) for n in range(len(texts))]
    graph = [(name, (str(int(name) - 1),) if name != "0" else ()) for name in reversed(names)]
    found = []
    for read in (shared.snapshot, history.snapshot):
        snapshots = {name: read(name, data) for name, data in zip(names, texts, strict=True)}
        blamed = history.blame(graph, snapshots.__getitem__, aliases)
        found.append([(one.row.keys, one.row.status, one.commit, one.perhaps) for one in blamed])
    assert found[0] == found[1]
    assert len({commit for _, _, commit, _ in found[0]}) > 5


def test_a_chapter_that_did_not_change_is_one_object_and_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = chapters._read

    def counted(text: str, above: str) -> chapters._Chapter | None:
        read.append(text)
        return real(text, above)

    monkeypatch.setattr(chapters, "_read", counted)
    parts = ["# A\n\n", *(f"## S{n}\n\n### F{n}\n\n    Status: Supported\n\n" for n in range(5)), "# B\n\nEnd.\n"]
    shared = Chapters()
    one = shared.snapshot("one", "".join(parts).encode()).root
    parts[3] = parts[3].replace("Supported", "Experimental")
    other = shared.snapshot("other", "".join(parts).encode()).root
    assert len(read) == len(parts) + 1
    alike = [a is b for a, b in zip(one.children[0].children, other.children[0].children, strict=True)]
    assert alike == [True, True, False, True, True]
    assert one.children[1] is other.children[1]


@pytest.mark.skipif("XEN_GIT" not in os.environ, reason="XEN_GIT names no xen.git")
def test_every_real_revision_is_the_same_by_its_chapters() -> None:
    repo = Path(os.environ["XEN_GIT"])
    past = Past(repo, {tree.name: tree.commit for tree in read_trees([], repo, None, prose=False) if tree.commit})
    assert len(past.data) >= 203
    shared = Chapters()
    for blob, data in past.data.items():
        now, by_itself = shared.snapshot(blob, data or b""), history.snapshot(blob, data or b"")
        assert (told(now.root), now.broken) == (told(by_itself.root), by_itself.broken), blob
    assert len(shared.known) < 2 * len(past.data)
