"""The unified diff of fixes: git takes it and gets the new state, whatever the two states are."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from convert.lint.fixes.rounds import patch
from convert.lint.fixes.unified import unified
from tests.helpers.repositories import git

_LINES = st.lists(st.sampled_from([b"a", b"b", b"c", b"", b"    Status: X", b"\xff", b"a\r"]), max_size=30)
_TEXT = st.tuples(_LINES, st.booleans()).map(lambda made: b"\n".join(made[0]) + b"\n" * made[1])


def applied(old: list[bytes], diff: list[bytes]) -> list[bytes]:
    """What the hunks make of the old lines, by their own numbers."""
    out: list[bytes] = []
    at = 0
    for line in diff[2:]:
        if line.startswith(b"@@"):
            start, _, count = line.split(b" ")[1][1:].partition(b",")
            begin = int(start) - (count != b"0")
            out += old[at:begin]
            at = begin
        elif line[:1] == b"+":
            out.append(line[1:])
        else:
            assert old[at] == line[1:]
            at += 1
            if line[:1] == b" ":
                out.append(line[1:])
    return out + old[at:]


@given(_LINES, _LINES)
@settings(max_examples=300, deadline=None)
def test_the_hunks_lead_to_the_new_state(before: list[bytes], after: list[bytes]) -> None:
    old, new = ([line + b"\n" for line in lines] for lines in (before, after))
    diff = list(unified(old, new, b"a/x", b"b/x"))
    assert (diff == []) is (old == new)
    assert applied(old, diff) == new


@given(st.lists(_TEXT, min_size=2, max_size=2))
@settings(max_examples=12, deadline=None)
def test_git_takes_it(texts: list[bytes]) -> None:
    old, new = texts
    if old == new or not old or not new:
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        git(folder, "init", "-q")
        (folder / "x").write_bytes(old)
        (folder / "p").write_bytes(patch("x", old, new))
        git(folder, "apply", "--whitespace=nowarn", "p")
        assert (folder / "x").read_bytes() == new


def test_few_changes_in_a_long_file_are_few_lines() -> None:
    old = [b"%d\n" % n for n in range(50_000)]
    new = [line for n, line in enumerate(old) if n % 1000 != 7]
    new[500:500] = [b"x\n", b"y\n"]
    diff = list(unified(old, new, b"a/x", b"b/x"))
    assert sum(line[:1] == b"-" for line in diff[2:]) == 50 and sum(line[:1] == b"+" for line in diff[2:]) == 2
    assert applied(old, diff) == new
