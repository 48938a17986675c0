"""The steps from one file to another: they lead there, each in one place, and no step breaks the file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.series.split import FRAME, Step, steps
from grammar.parser import parse_text
from grammar.rows import read_rows
from tests.helpers.effort import many
from tests.series.world import MEMORY, SCHEDULING, SECURITY, support

BUNDLE = Path(__file__).resolve().parents[3] / "shared" / "xen-five-trees.bundle"
SECTIONS = [
    MEMORY, MEMORY.replace("Tech Preview", "Supported"), SCHEDULING, SECURITY, "## Empty", "## Own\n\n    Status: Supported",
    "## Memory\n\nAnother of that name.\n\n    Status: Supported",
]  # fmt: skip


def errors(text: str) -> int:
    parsed = parse_text(text)
    return sum(
        d.severity == "error" for d in (*parsed.diagnostics, *read_rows(parsed.document, parsed.source).diagnostics)
    )


def chain(before: str | None, after: str) -> list[Step]:
    found = steps(before, after, "section")
    assert [step.before for step in found] == [before, *(step.after for step in found[:-1])][: len(found)]
    assert all(step.before != step.after for step in found)
    assert not found or found[-1].after == after
    assert len({step.key for step in found}) == len(found)
    return found


@given(st.none() | st.lists(st.sampled_from(SECTIONS), max_size=5), st.lists(st.sampled_from(SECTIONS), max_size=5))
@settings(max_examples=many(150), deadline=None)
def test_any_file_to_any_other(old: list[str] | None, new: list[str]) -> None:
    before, after = support(*old) if old is not None else None, support(*new)
    found = chain(before, after)
    assert bool(found) is (before != after)
    assert not any(errors(step.after) for step in found)


def test_a_new_file() -> None:
    found = chain(None, support(MEMORY, SECURITY))
    assert [(step.what, step.heading) for step in found] == [
        (FRAME, ""),
        ("section", "Memory"),
        ("section", "Security"),
    ]
    assert found[0].after == support().replace("# Feature Support\n\n\n\n", "# Feature Support\n\n")


def test_only_what_differs() -> None:
    old = support(MEMORY, SCHEDULING, SECURITY)
    found = chain(old, support(SECTIONS[1], SECURITY).replace("4.23-unstable", "4.24-unstable"))
    assert [(step.what, step.heading) for step in found] == [
        (FRAME, ""),
        ("section", "Memory"),
        ("removal", "Scheduling"),
    ]
    assert [step.what for step in chain(old, support(SCHEDULING, MEMORY, SECURITY))] == [FRAME]  # another order only
    assert steps(old, old, "section") == [] and len(steps(old, support(), "none")) == 1


@pytest.mark.slow
@pytest.mark.skipif(not BUNDLE.exists(), reason="no ../shared here")
def test_real_trees(tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--bare", str(BUNDLE), str(tmp_path / "xen")], check=True)
    texts = [
        subprocess.run(
            ["git", "-C", str(tmp_path / "xen"), "show", f"{b}:SUPPORT.md"], check=True, capture_output=True
        ).stdout.decode()
        for b in ("stable-4.10", "stable-4.13", "stable-4.17", "stable-4.20", "master")
    ]
    for before, after in zip([None, *texts], [*texts, texts[0]], strict=True):
        allowed = max(errors(before) if before else 0, errors(after))
        found = chain(before, after)
        assert len(found) > 5 and max(errors(step.after) for step in found) <= allowed
