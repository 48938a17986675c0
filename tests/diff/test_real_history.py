"""Which commits of the real xen.git may lose security support: each looked at by hand; XEN_GIT names a clone."""

from __future__ import annotations

import os
import subprocess

import pytest

from convert.diff.compare import compare
from convert.names.aliases import shipped
from grammar.parser import parse
from grammar.source import Source

REAL = os.environ.get("XEN_GIT", "")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not REAL, reason="XEN_GIT names no clone of xen.git")]
# what takes support away, says for the first time that there is less, or limits it
LOSSES = (
    "345bb9cd63", "7a4ec792d1", "cfc1fd0f52", "008a8fb249", "28804c0ce9", "6e2ee3dfd6", "2dd2cd0f16", "b1e46bc369", "64752a9bda",
    "c49ee0329f", "22891e12a4", "a5968a553f", "8dac2928c2", "c7bc20d8d1", "87eaa43b30", "638f21616a", "ea613d2367", "3d2d9e9022",
    "cd53ee9c41", "85191cf321", "1eb944f650", "6cb914cb59", "95d66a8910", "26984f2f43",
)  # fmt: skip
# misspelt labels corrected; https; texts moved; typing mistakes; a gain with its caveat; a shorter list of what is missing; a new
# variant beside supported ones; words of a renamed feature; a title; a cut value whole again; what was never listed
NONE = (
    "139ce42388", "9465fac25e", "67b46e14cb", "e09b90da80", "ea1cb444c2", "62daba3b6c", "6ce1066599", "3b53b89291", "452ddbe359",
    "0388a5979b", "d7c18b8720", "a3459c741e", "577797a94a", "7fc5a47322", "174896b7c1", "43c416d0d8", "77c39a53cf", "d638e304f1",
    "23cb13ade9", "dbb948110a", "eef83fd2af", "ebbd029908",
)  # fmt: skip


def _document(name: str) -> bytes:
    return subprocess.run(
        ["git", "-C", REAL, "cat-file", "blob", f"{name}:SUPPORT.md"], check=True, capture_output=True
    ).stdout


@pytest.mark.parametrize(("commit", "loss"), [*((one, True) for one in LOSSES), *((one, False) for one in NONE)])
def test_a_commit(commit: str, loss: bool) -> None:
    old, new = (parse(Source(name, _document(name))).document for name in (f"{commit}^", commit))
    assert any(change.possible_loss for change in compare(old, new, shipped())) is loss


def test_how_many_commits_are_flagged() -> None:
    """Of all that touch the file, on all branches, with their cherry-picks."""
    listed = subprocess.run(
        ["git", "-C", REAL, "log", "--all", "--full-history", "--no-merges", "--format=%H", "--", "SUPPORT.md"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    texts: dict[tuple[bytes, bytes], bool] = {}
    flagged = total = 0
    for commit in listed.stdout.split():
        try:
            both = (_document(f"{commit}^"), _document(commit))
        except subprocess.CalledProcessError:
            continue
        if both not in texts:
            old, new = (parse(Source("x", data)).document for data in both)
            texts[both] = any(change.possible_loss for change in compare(old, new, shipped()))
        flagged, total = flagged + texts[both], total + 1
    assert total >= 204 and flagged <= 75 * total // 204
