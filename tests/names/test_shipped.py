"""The aliases that are shipped for xen.git: data that fits the real repository, and no entry that nothing needs."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from convert.names.aliases import Alias, load, shipped
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source

REAL = os.environ.get("XEN_GIT", "")
needs_xen = pytest.mark.skipif(not REAL, reason="XEN_GIT names no clone of xen.git")


def _git(*words: str) -> bytes:
    return subprocess.run(["git", "-C", REAL, *words], check=True, capture_output=True).stdout


def _names(commit: str) -> frozenset[str]:
    """The headings, anchors and keys of a revision, in lower case."""
    source = Source(commit, _git("cat-file", "blob", f"{commit}:SUPPORT.md"))
    document = parse(source).document
    words = [word for section in document.walk() for word in (section.heading.text, section.heading.anchor)]
    return frozenset(word.casefold() for word in (*words, *(row.key for row in read_rows(document, source).rows)))


def test_every_entry_names_its_commit_and_the_way_has_an_end() -> None:
    entries = shipped().entries
    assert len({alias.old for alias in entries}) == len(entries) > 5
    for alias in entries:
        assert alias.commit and re.fullmatch("[0-9a-f]{40}", alias.commit)
        assert shipped().canonical(alias.old) == alias.new.casefold()


def test_own_aliases_come_before_the_shipped_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        '[[alias]]\nold = "physical cpu hotplug"\nnew = "CPU Hotplug"\n[[alias]]\nold = "ARM"\nnew = "ARM guest"\n'
    )
    known = load(path, shipped())
    assert known.canonical("Physical CPU Hotplug") == "cpu hotplug"
    assert known.canonical("vpmu--x86") == "vpmu--x86-hvm"
    assert known.canonical("ARM") == "arm guest" == known.canonical("ARM guest")
    assert load(None, shipped()) is shipped()


@needs_xen
@pytest.mark.parametrize("alias", shipped().entries, ids=lambda alias: alias.old)
def test_the_commit_of_an_entry_changed_that_name(alias: Alias) -> None:
    before, after = _names(f"{alias.commit}^"), _names(alias.commit or "")
    assert alias.old.casefold() in before - after
    assert alias.new.casefold() in after - before or alias.new == "ARM"


@needs_xen
@pytest.mark.slow
def test_no_entry_is_there_that_no_release_has() -> None:
    """An entry whose old name is in no release tree and no release's tag matches nothing any more: remove it."""
    refs = _git(
        "for-each-ref", "--format=%(refname)", "refs/heads/stable-*", "refs/heads/master", "refs/tags/RELEASE-*"
    )
    blobs: dict[str, str] = {}
    for ref in refs.decode().split():
        done = subprocess.run(
            ["git", "-C", REAL, "rev-parse", "--verify", "-q", f"{ref}:SUPPORT.md"], capture_output=True
        )
        if done.returncode == 0:
            blobs.setdefault(done.stdout.decode().strip(), ref)
    seen = frozenset().union(*map(_names, blobs.values()))
    unused = [alias.old for alias in shipped().entries if alias.old.casefold() not in seen]
    unknown = [alias.new for alias in shipped().entries if alias.new.casefold() not in seen]
    assert (unused, unknown) == ([], [])
