"""What a release manager's commits were to be: the cases of shared/oracle/release.json on trees of the real xen.git.

`shared/` and XEN_GIT are not part of the project; without them these cases are skipped, and test_kinds.py has small ones of our own.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from grammar.parser import parse
from grammar.release import read_release
from grammar.source import Source
from tests.release.worlds import World

pytestmark = pytest.mark.slow
_GIT = os.environ.get("XEN_GIT", "")
_FOUND = [path for path in Path(__file__).resolve().parents if (path / "shared" / "oracle" / "release.json").is_file()]
_ORACLE: dict[str, Any] = (
    json.loads((_FOUND[0] / "shared" / "oracle" / "release.json").read_text()) if _FOUND and _GIT else {}
)
_CASES = [case for case in _ORACLE.get("cases", ()) if "command" in case]
_TAGS = _ORACLE.get("tags", ())
# the real xen/Makefile says 0-rc there (a dot was forgotten): no form of the checklist, and so refused, as release.md lists it
_REFUSED = {"4a73eb4c205d6b2d3e44f3f9ec98dc0e44481f7b"}


def _real(*arguments: str) -> bytes:
    return subprocess.run(["git", "-C", _GIT, *arguments], check=True, capture_output=True).stdout


def _tags_before(day: str) -> list[tuple[str, str]]:
    lines = _real("for-each-ref", "refs/tags/RELEASE-*", "--format=%(refname:short) %(creatordate:short)").decode()
    return [(name, made) for name, made in (line.split() for line in lines.splitlines()) if made < day]


def _world(world: World, case: dict[str, Any]) -> tuple[bytes, str]:
    """The parent's file with the Makefile that the case names, on the case's branch, and the tags that are older."""
    text = _real("show", f"{case['parent']}:SUPPORT.md")
    makefile = _real("show", f"{case['commit']}:xen/Makefile")
    commit = world.commit(case["branch"], {"SUPPORT.md": text, "xen/Makefile": makefile})
    for name, made in _tags_before(case["date"]):
        world.tag(name, commit, made)
    return text, commit


@pytest.mark.parametrize("case", _CASES, ids=lambda case: f"{case['kind']}-{case['commit'][:12]}")
def test_a_case(case: dict[str, Any], world: World) -> None:
    before, commit = _world(world, case)
    done = world.run(*case["command"][1:], "--format", "json")
    (tree,) = done.json["trees"]
    assert tree["after"] == case["expected_after"]
    branch = f"support/{case['command'][case['command'].index('--tree') + 1]}"
    if case["commit"] in _REFUSED or case.get("refused"):
        assert done.status == 1 and tree["problems"] and world.file(branch) is None
        return
    assert (done.status, done.err) == (0, "")
    after = world.git("cat-file", "blob", f"{branch}:SUPPORT.md", data=None)
    source = Source("", after.encode())
    assert read_release(parse(source).document).values == case["expected_after"]
    assert world.git("rev-parse", f"{branch}^") == commit
    changed = [line for line in _diff(before.decode(), after) if line[:1] in "+-"]
    assert all(
        any(word in line for word in (*case["expected_after"], "Release Notes", "wiki")) or not line[1:]
        for line in changed
    )
    refs = world.refs()
    again = world.run(*case["command"][1:], "--format", "json")
    assert again.status == 0 and again.json["trees"][0]["changed"] == [] and world.refs() == refs


def _diff(before: str, after: str) -> list[str]:
    from difflib import unified_diff

    return list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))[2:]


# tag -> whether SUPPORT.md or what stands beside it said something false
@pytest.mark.skipif(not _TAGS, reason="needs shared/oracle and XEN_GIT")
def test_the_tags(world: World) -> None:
    ended = {"RELEASE-4.13.5", "RELEASE-4.14.6", "RELEASE-4.15.6", "RELEASE-4.15.7", "RELEASE-4.16.7", "RELEASE-4.17.6"}
    names = [tag["tag"] for tag in _TAGS]
    real = World(Path(_GIT), world.capsys)
    done = real.run("--check", *names, "--format", "json")
    assert done.status == 1
    for tag, ref in zip(_TAGS, done.json["refs"], strict=True):
        errors = [one["code"] for one in ref["findings"] if one["severity"] == "error"]
        assert bool(errors) == bool(tag["wrong"] or tag["other"]), tag["tag"]
        warnings = [one["code"] for one in ref["findings"] if one["severity"] != "error"]
        assert warnings == (["XS516"] if tag["tag"] in ended else []), tag["tag"]
        assert (ref["as"], ref["day"], ref["makefile"]) == (tag["tag"], tag["date"], tag["makefile"])


@pytest.mark.skipif(not _TAGS, reason="needs shared/oracle and XEN_GIT")
def test_all_tags_of_the_real_repository(world: World) -> None:
    listed = _real("tag", "--list").decode().split()
    texts = _real("for-each-ref", "refs/tags", "--format=%(refname:short)").decode().split()
    assert set(listed) == set(texts)
    from convert.trees import git
    from convert.trees.version import read_tag

    named = [name for name in listed if read_tag(name) is not None]
    has = git.identities(Path(_GIT), [f"{name}:SUPPORT.md" for name in named])
    names = [name for name, blob in zip(named, has, strict=True) if blob is not None]
    assert len(names) == 136
    real = World(Path(_GIT), world.capsys)
    refs = real.run("--check", *names, "--format", "json").json["refs"]
    wrong = {ref["ref"] for ref in refs if any(one["severity"] == "error" for one in ref["findings"])}
    assert len(wrong) == 26
    assert {ref["ref"] for ref in refs if ref["findings"]} - wrong == {
        "RELEASE-4.13.5", "RELEASE-4.14.6", "RELEASE-4.15.6", "RELEASE-4.15.7", "RELEASE-4.16.7", "RELEASE-4.17.6",
    }  # fmt: skip
