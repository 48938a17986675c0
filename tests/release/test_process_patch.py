"""The patch for xen.git's docs/process applies to the real staging, and names commands that exist."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from convert.release.kinds import KINDS
from convert.trees import git

PATCH = Path(__file__).resolve().parents[2] / "samples" / "xen" / "0002-docs-process-release-part-of-SUPPORT.md.patch"
FOLDER = "docs/process"
FILES = [
    f"{FOLDER}/{name}"
    for name in ("branching-checklist.txt", "release-technician-checklist.txt", "xen-release-management.pandoc")
]
_GIT = os.environ.get("XEN_GIT", "")


def test_it_names_the_steps_and_the_gate() -> None:
    added = "\n".join(line[1:] for line in PATCH.read_text().split("\n") if line.startswith("+"))
    named = re.findall(r"xen-support release (\S+)", added)
    assert set(named) == {"rc", "final", "branch", "--check"} and set(named) - {"--check"} < set(KINDS)


@pytest.mark.slow
@pytest.mark.skipif(not _GIT, reason="no xen.git here; XEN_GIT names a clone of it, bare or not")
def test_it_applies_to_staging(tmp_path: Path) -> None:
    repo = Path(_GIT)
    commit = git.commit(repo, "staging")
    assert commit is not None
    git.scratch(repo, commit, FILES, tmp_path)
    nobody = {f"GIT_COMMITTER_{what}": "x@localhost" for what in ("NAME", "EMAIL")}
    for patch in sorted(PATCH.parent.glob("*.patch")):
        assert git.apply_mail(tmp_path, patch, nobody) is None, patch.name
    after = git.object_of(tmp_path, f"HEAD:{FILES[1]}")
    assert after is not None and b"change SUPPORT.md heading version number" not in after
