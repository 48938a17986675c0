"""Files spoilt by one change, held against Xen's tools: they die or lose a row, and there is an error; else there is none."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import pandoc, xen
from tests.helpers.effort import many
from tests.lint.frame import findings
from tests.lint.mutations import MEANT, mutated, valid

ACCEPTED = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "accepted"
# errors although Xen's tools lose nothing here: a heading by accident, the page's formatting stage, a merge's leftovers
HARMLESS_HERE = {"XS112", "XS132", "XS309"}
BATCH = 300


def _parts() -> list[str]:
    """Small files out of the real ones: their heads, each with one section of features."""
    out = []
    for path in sorted(ACCEPTED.glob("*.md")):
        head, _, rest = path.read_text(encoding="utf-8").partition("# Feature Support\n")
        features = rest.partition("# Format and definitions\n")[0]
        for section in re.split(r"(?m)^(?=## )", features)[1:]:
            out.append(f"{head}# Feature Support\n\n{section}# Format and definitions\n\nThis part is prose.\n")
    return [text for text in out if len(text) < 6000]


def _row(row: dict[str, object]) -> tuple[object, ...]:
    path = row["path"]
    assert isinstance(path, list)
    return (row["key"], *path, row["status"])


def _headings(text: str) -> int:
    return len(re.findall(r"(?m)^ {0,3}#", text))


def _verdict(
    base: str, text: str, before: list[dict[str, object]], after: list[dict[str, object]] | xen.Rejected
) -> str | None:
    """What lint says wrongly of a spoilt file; None where it is right."""
    errors = {d.code for d in findings(text) if d.severity == "error"}
    if isinstance(after, xen.Rejected):
        return None if errors else f"Xen's tools die ({after}), no error"
    fields = [row for row in after if _row(row)[-2] not in ("Release Notes", "Term")]
    if len(MEANT.findall(text)) > len(fields):
        return None if errors else "a field is lost, no error"
    if Counter(map(_row, after)) >= Counter(map(_row, before)):
        if _headings(text) > _headings(base):
            errors -= {"XS131"}  # the heading put in is lost, and with it what it was to head
        if errors - HARMLESS_HERE:
            return f"nothing is lost, but there is an error: {errors - HARMLESS_HERE}"
    return None


@pytest.mark.slow
@pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here")
@pytest.mark.parametrize("real", [False, True])
@settings(max_examples=many(2), deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_what_xens_tools_do_is_reported(real: bool, seed: int) -> None:
    random = Random(seed)
    parts = _parts() if real else []
    if real and not parts:
        pytest.skip("no ../shared here")
    bases = [random.choice(parts) if real else valid(random) for _ in range(BATCH)]
    texts = [mutated(base, random) for base in bases]
    read = xen.read_all([text.encode() for text in (*bases, *texts)])
    before, after = read[:BATCH], read[BATCH:]
    assert not [base for base, rows in zip(bases, before, strict=True) if isinstance(rows, xen.Rejected)]
    wrong = [
        f"{verdict}:\n{text}"
        for base, text, old, new in zip(bases, texts, before, after, strict=True)
        if not isinstance(old, xen.Rejected) and (verdict := _verdict(base, text, old, new))
    ]
    assert not wrong, wrong[0]
    assert any(isinstance(rows, xen.Rejected) for rows in after)


@settings(max_examples=many(50), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_valid_files_have_no_errors(seed: int) -> None:
    assert not [d for d in findings(valid(Random(seed))) if d.severity == "error"]


@settings(max_examples=many(8), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_deleted_line_gives_three_more_findings_at_most(seed: int) -> None:
    text = valid(Random(seed))
    _at_most_three(text, range(text.count("\n")))


@pytest.mark.parametrize("name", ["4.10", "unstable", "skeleton-2017-11"])
def test_a_deleted_line_of_a_real_file(name: str) -> None:
    path = ACCEPTED / f"{name}.md"
    if not path.exists():
        pytest.skip("no ../shared here")
    text = path.read_text(encoding="utf-8")
    count = text.count("\n")
    _at_most_three(text, sorted({*range(0, count, 47), 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21}))


def _at_most_three(text: str, lines: range | list[int]) -> None:
    before = _told(text)
    split = text.split("\n")
    for at in lines:
        after = _told("\n".join(split[:at] + split[at + 1 :]))
        assert (after - before).total() <= 3, (at + 1, split[at], after - before)


def _told(text: str) -> Counter[str]:
    """The codes as people are told them: equal findings once."""
    return Counter(code for code, _ in {(d.code, d.message) for d in findings(text)})
