"""What holds for every merge, on generated documents and edits."""

from __future__ import annotations

import copy
import random
from collections import Counter
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from convert.lint.engine import lint
from convert.merge import Place
from convert.merge.parts import read
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source
from tests.grammar import documents
from tests.helpers.effort import many
from tests.merge.edits import KINDS, VALUES, WORDS, Edit, Feature, Text, apply, clash, rows_in, split
from tests.merge.with_git import merge

_SENTENCES = st.lists(st.sampled_from(WORDS), min_size=3, max_size=12).map(
    lambda words: " ".join(words).capitalize() + "."
)


@st.composite
def texts(draw: Any) -> Text:
    """A small SUPPORT file in the manners that real ones have: tabs, two literals, lists, `Supported,` keys, odd gaps."""
    parts: list[str | Feature] = [
        "% Title",
        "Some words.",
        "# Release Support\n\n    Xen-Version: 4.20",
        "# Feature Support",
    ]
    for section in range(draw(st.integers(1, 3))):
        parts.append(f"## Section {section}")
        for feature in range(draw(st.integers(1, 4))):
            blocks = draw(st.lists(_SENTENCES, max_size=2))
            indent = draw(st.sampled_from(("    ", "    ", "\t")))
            keys = ["", *(f", x{n}" for n in range(draw(st.integers(0, 3))))]
            lines = [f"{indent}Status{key}: {draw(st.sampled_from(VALUES))}" for key in keys]
            blocks.append("\n".join(lines))
            if draw(st.booleans()):
                blocks.append(draw(_SENTENCES))
                blocks.append("\n".join(f"   * {draw(_SENTENCES)}" for _ in range(draw(st.integers(1, 3)))))
            if draw(st.booleans()) and len(blocks[-1]) % 2:
                blocks += [f"{indent}Supported, y: {draw(st.sampled_from(VALUES))}", draw(_SENTENCES)]
            parts.append(Feature(f"Feature {section}{feature}", blocks))
    return Text(parts)


@st.composite
def edited(draw: Any, *, apart: bool) -> tuple[str, str, str]:
    """A base and two edited versions of it; `apart`: no edit touches what one of the other side does."""
    base = draw(texts())
    names = [feature.name for feature in base.features]

    def edits() -> list[Edit]:
        found = []
        for _ in range(draw(st.integers(0, 4))):
            name = draw(st.sampled_from(names))
            count = len(rows_in(next(feature for feature in base.features if feature.name == name)))
            kind = draw(st.sampled_from(KINDS))
            found.append(Edit(kind, name, draw(st.integers(0, count - 1)), draw(st.integers(0, 1 << 20))))
        return found

    sides = [edits(), edits()]
    if apart:
        sides[1] = [edit for edit in sides[1] if not clash(sides[0], [edit])]
    out = [str(base)]
    for side, tag in zip(sides, ("our", "their"), strict=True):
        text = copy.deepcopy(base)
        apply(text, side, tag, base)
        out.append(str(text))
    return out[0], out[1], out[2]


def _rows(text: bytes) -> dict[tuple[str, ...], str]:
    """Status by heading and qualifier; where the heading stands is left aside."""
    rows = read_rows(parse(Source("x", text)).document).rows
    return {(row.path[-2] if row.qualifier else row.path[-1], row.qualifier or ""): row.status for row in rows}


def _findings(text: bytes) -> Counter[str]:
    """What lint has to say, by code."""
    return Counter(found.code for found in lint(Source("x", text), day=date(2026, 1, 1)) if found.severity != "info")


def _syntax(text: bytes) -> Counter[str]:
    source = Source("x", text)
    parsed = parse(source)
    return Counter(found.code for found in [*parsed.diagnostics, *read_rows(parsed.document, source).diagnostics])


def _says(data: bytes) -> list[Any]:
    return [(part.level, part.name, [unit.meaning for unit in part.units]) for part in read(data, "x").root.walk()]


def _structural(_place: Place) -> None:
    """A rule that settles nothing, and keeps the merge from taking a side whole."""


@settings(max_examples=many(120), deadline=None)
@given(edited(apart=True))
def test_edits_of_different_rows_merge_clean_and_lose_nothing(versions: tuple[str, str, str]) -> None:
    base, ours, theirs = (text.encode() for text in versions)
    merged = merge(base, ours, theirs)
    assert not merged.conflicts
    b, o, t, m = map(_rows, (base, ours, theirs, merged.data))
    wanted = {}
    for key in {**b, **o, **t}:
        value = t.get(key) if o.get(key) == b.get(key) else o.get(key)
        if value is not None:
            wanted[key] = value
    assert m == wanted
    assert not _findings(merged.data) - _findings(ours) - _findings(theirs)


@settings(max_examples=many(80), deadline=None)
@given(edited(apart=False))
def test_no_untouched_row_is_lost_and_every_conflict_is_marked(versions: tuple[str, str, str]) -> None:
    base, ours, theirs = (text.encode() for text in versions)
    merged = merge(base, ours, theirs)
    b, o, t = map(_rows, (base, ours, theirs))
    if merged.conflicts:
        assert merged.data.count(b"\n<<<<<<< ") >= 1
        return
    m = _rows(merged.data)
    for key, value in b.items():
        if o.get(key) == t.get(key) == value:
            assert m[key] == value
    assert not _findings(merged.data) - _findings(ours) - _findings(theirs)


@settings(max_examples=many(60), deadline=None)
@given(edited(apart=False))
def test_a_side_without_changes_leaves_the_other_as_it_is(versions: tuple[str, str, str]) -> None:
    base, other, _ = (text.encode() for text in versions)
    assert merge(base, other, base).data == other
    assert merge(base, base, other).data == other
    assert merge(base, other, other).data == other
    # the same by structure alone: our bytes as they are, their meaning as it is
    assert merge(base, other, base, rule=_structural).data == other
    assert merge(base, other, other, rule=_structural).data == other
    assert _says(merge(base, base, other, rule=_structural).data) == _says(other)


@settings(max_examples=many(60), deadline=None)
@given(edited(apart=False), st.sampled_from(("ours", "theirs")))
def test_a_rule_settles_every_conflict(versions: tuple[str, str, str], side: Any) -> None:
    base, ours, theirs = (text.encode() for text in versions)
    merged = merge(base, ours, theirs, rule=lambda _place: side)
    assert not merged.conflicts
    if side == "theirs":
        assert _rows(merged.data) == _rows(theirs)
    else:
        assert _rows(merged.data) == _rows(ours)


def test_any_text_is_merged_without_an_accident() -> None:
    rnd = random.Random(5)
    some = rnd.sample(list(documents.pairs()), 150) + list(documents.scripts(7, 40)) + list(documents.mixed(7, 60))
    for n, text in enumerate(some):
        other = some[(n + 1) % len(some)]
        data, change = text.encode(), other.encode()
        assert merge(data, change, data, rule=_structural).data == change
        merged = merge(b"", data, change)
        again = merge(data, data, change, rule=_structural)
        assert merged.conflicts or not _syntax(merged.data) - _syntax(data) - _syntax(change)
        assert again.conflicts or not _syntax(again.data) - _syntax(data) - _syntax(change)


def test_split_is_the_text() -> None:
    text = "% T\n\n# A\n\n## B\n\n### C\n\nx\n\n    Status: Supported\n\n## D\n"
    assert str(split(text)) == text


@settings(max_examples=many(60), deadline=None)
@given(texts(), st.data())
def test_a_feature_renamed_and_changed_takes_the_other_sides_edits(base: Text, data: Any) -> None:
    """One side renames a feature and changes a status or a word of it; the other edits what that does not touch."""
    name = data.draw(st.sampled_from([feature.name for feature in base.features]))
    seed = data.draw(st.integers(0, 1 << 20))
    ours, theirs = copy.deepcopy(base), copy.deepcopy(base)
    kind = data.draw(st.sampled_from(("status", "word")))
    apply(ours, [Edit(kind, name, 0, seed)], "our", base)
    next(feature for feature in ours.features if feature.name == name).name = data.draw(
        st.sampled_from((f"{name} of guests", "Quite another name"))
    )
    others = [feature.name for feature in base.features if feature.name != name] or [name]
    kinds = ("status", "word", "add-row", "add-caveat") if others != [name] else ("add-caveat",)
    edits = [Edit(data.draw(st.sampled_from(kinds)), data.draw(st.sampled_from(others)), 0, seed + n) for n in range(2)]
    apply(theirs, edits, "their", base)
    merged = merge(*(str(text).encode() for text in (base, ours, theirs)))
    assert not merged.conflicts
    names = [part.name for part in read(merged.data, "x").root.walk()]
    assert names == [part.name for part in read(str(ours).encode(), "x").root.walk()]
