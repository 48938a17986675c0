"""What FILE arguments may name in a repository, what rules are told of the tree, ranges, --new-only, --patch, --against."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import grammar.catalogue
from convert.lint.registry import RULES, Context
from convert.lint.registry import rule as enter
from grammar.source import Source
from tests.lint_command.conftest import GOOD, Box, broken

STOP = broken("Status: Tech Preview", "Status: Tech Preview.")
BOTH = STOP.replace("Status, Arm: Experimental", "Status, Arm: Experimental.")
MAKEFILE = "export XEN_VERSION       = 4\nexport XEN_SUBVERSION    = 99\nexport XEN_EXTRAVERSION ?= -unstable\n"


@pytest.fixture
def told() -> Iterator[list[Context]]:
    """A rule that finds nothing and keeps what it was given."""
    seen: list[Context] = []

    def witness(node: Source, context: Context) -> Iterator[Any]:
        """Finds nothing."""
        seen.append(context)
        return iter(())

    from convert.lint import catalogue

    catalogue.known.cache_clear()
    enter("XS999", "witness", "info", Source)(witness)
    yield seen
    del RULES["XS999"], grammar.catalogue.CATALOGUE["XS999"]
    grammar.catalogue._NAMES.remove("witness")
    catalogue.known.cache_clear()


@pytest.fixture
def trees(box: Box) -> Box:
    """A repository with a version, the unstable tree, a tag and a clone that has them as remote branches."""
    box.commit(MAKEFILE.replace("99", "20"), "makefile", "xen/Makefile", day="2020-01-02")
    box.commit(GOOD.replace("4.99-unstable", "4.20.1"), "release", day="2020-01-02")
    box.git("tag", "RELEASE-4.20.1")
    box.git("branch", "stable-4.20")
    box.commit(MAKEFILE, "makefile", "xen/Makefile", day="2021-01-02")
    box.commit(STOP, "unstable", day="2021-01-02")
    return box


def test_arguments_that_name_a_tree(trees: Box, told: list[Context]) -> None:
    for name, day, stop in (
        ("4.20", date.today(), False), ("stable-4.20", date.today(), False), ("RELEASE-4.20.1", date(2020, 1, 2), False),
        ("unstable", date.today(), True), ("master", date.today(), True), ("HEAD", date(2021, 1, 2), True),
        ("HEAD~1:SUPPORT.md", date(2021, 1, 2), False), ("master:SUPPORT.md", date.today(), True), (".", date.today(), True),
        (str(trees.path), date.today(), True), ("SUPPORT.md", date.today(), True),
    ):  # fmt: skip
        told.clear()
        done = trees.lint("--select", "label-full-stop,witness", "--format", "concise", name)
        assert done.err == ""
        assert bool(done.out) is stop, name
        assert told[0].day == day, name
        assert told[0].makefile is not None and ("= 20" in told[0].makefile) is ("4.20" in name), name


def test_another_file_of_a_ref_has_no_makefile(trees: Box, told: list[Context]) -> None:
    trees.lint("--select", "witness", "HEAD:xen/Makefile")
    assert told[0].makefile is None


def test_a_tree_of_another_repository(trees: Box) -> None:
    trees.patch.chdir(trees.path.parent)
    assert "XS206" in trees.lint("--repo", str(trees.path), "master").out
    assert "XS206" in trees.lint("--repo", str(trees.path), "master:SUPPORT.md").out
    done = trees.lint("master")
    assert (done.status, done.out) == (2, "") and "not a git repository" in done.err


def test_branches_of_remotes(trees: Box) -> None:
    for name in ("one", "two"):
        trees.git("clone", "-q", "--bare", ".", f"../{name}.git")
        trees.git("remote", "add", name, f"../{name}.git")
        trees.git("fetch", "-q", name)
    trees.git("branch", "-D", "stable-4.20")
    done = trees.lint("4.20")
    assert done.status == 2
    assert "one/stable-4.20, two/stable-4.20" in done.err and "--remote" in done.err
    assert trees.lint("4.20", "--remote", "two").out.startswith("4.20:SUPPORT.md:")
    assert trees.lint("4.20", "--remote", "none").status == 2
    trees.commit(GOOD, "newer")
    done = trees.lint("unstable")
    assert done.status == 0 and done.err.startswith("xen-support: ") and "one/master" in done.err


def test_a_remote_head_is_not_head(trees: Box) -> None:
    trees.git("clone", "-q", ".", "../clone")
    trees.patch.chdir(trees.path.parent / "clone")
    trees.path = trees.path.parent / "clone"
    trees.commit(BOTH, "local work")
    assert trees.lint("--format", "concise", "HEAD").out.count("XS206") == 2


def test_what_is_not_there(trees: Box) -> None:
    for name in ("nope", "HEAD:nope", "9.99", "nope..HEAD", "HEAD...HEAD", "--", "HEAD:"):
        done = trees.lint("--", name)
        assert (done.status, done.out) == (2, ""), name
        assert done.err.count("\n") == 1 and done.err.startswith("xen-support: "), name


def test_a_range_names_each_commit_that_touches_the_file(trees: Box) -> None:
    start = trees.git("rev-parse", "HEAD")
    one = trees.commit(BOTH, "spoil \x1b[31mArm")
    trees.commit("x", "another file", "README")
    trees.commit(GOOD, "repair")
    introduced = trees.lint("--format", "concise", f"{start}..").lines
    assert introduced == [f"{one[:12]}:SUPPORT.md:24: WARNING: XS206 a label has no full stop"]
    done = trees.lint("--all", f"{start[:10]}..HEAD")
    assert done.lines[0] == f"commit {one} (spoil \\x1b[31mArm)"
    assert [line.split(":")[0] for line in done.lines if "XS206" in line] == [one[:12]]
    assert "    also on line 30" in done.lines
    concise = trees.lint("--all", "--format", "concise", f"{start}..").lines
    assert concise[0] == f"{one[:12]}:SUPPORT.md:24: WARNING: XS206 a label has no full stop"
    value = json.loads(trees.lint("--all", "--format", "json", f"{start}..").out)
    assert [entry["name"][12:] for entry in value["inputs"]] == [":SUPPORT.md", ":SUPPORT.md"]
    assert {(entry["path"], entry["commit"]) for entry in value["diagnostics"]} == {("SUPPORT.md", one)}
    only_new = trees.lint("--format", "concise", "--new-only", start, f"{start}..").lines
    assert only_new == concise[:1]


def test_a_commit_that_removes_the_file_is_told(trees: Box) -> None:
    start = trees.git("rev-parse", "HEAD")
    trees.git("rm", "-q", "SUPPORT.md")
    trees.git("commit", "-q", "-m", "remove")
    done = trees.lint(f"{start}..HEAD")
    assert (done.status, done.out) == (0, "")
    assert done.err.endswith("(remove): removes SUPPORT.md\n")


def test_a_range_in_a_shallow_clone_says_that_its_oldest_commit_counts_as_new(trees: Box) -> None:
    words = "the clone is shallow, and all of its oldest commit counts as new"
    trees.git("checkout", "-q", "--orphan", "apart")
    trees.git("commit", "-q", "-m", "a beginning of its own")
    trees.git("checkout", "-q", "master")
    assert words not in trees.lint("apart..master").err  # a first commit of a whole clone is new indeed
    (Path(trees.git("rev-parse", "--absolute-git-dir")) / "shallow").write_text(trees.git("rev-parse", "HEAD") + "\n")
    assert words in trees.lint("apart..master").err
    assert words not in trees.lint("HEAD..master").err


def test_a_range_of_merges_checks_what_the_merge_makes(trees: Box) -> None:
    start = trees.git("rev-parse", "HEAD")
    trees.git("checkout", "-q", "-b", "side")
    trees.commit(STOP.replace("first device", "1st device"), "side")
    trees.git("checkout", "-q", "master")
    trees.commit(STOP.replace("The second", "A second"), "main")
    trees.git("merge", "-q", "--no-edit", "side")
    names = {line.split(":")[0] for line in trees.lint("--all", "--format", "concise", f"{start}..").lines}
    assert trees.git("rev-parse", "HEAD")[:12] in names and len(names) == 3
    assert trees.lint("--format", "concise", f"{start}..").lines == []  # what both sides had is not the merge's


def test_new_only_is_about_rows_not_lines(trees: Box) -> None:
    trees.write(STOP.replace("The first device.", "More.\n\nThe first device."))
    assert trees.lint("--new-only", "HEAD").out == ""
    trees.write(BOTH)
    assert trees.lint("--new-only", "HEAD", "--format", "concise").lines == [
        "SUPPORT.md:24: WARNING: XS206 a label has no full stop"
    ]
    assert trees.lint("--new-only", "4.20", "--format", "concise").out.count("XS206") == 2
    assert trees.lint("--new-only", "HEAD", "master").out == ""


def test_of_equal_findings_the_new_one_is_told(trees: Box) -> None:
    twice = broken("The second device.", "The second device.  \nA line.  ")
    trees.commit(twice, "two of them")
    trees.write(twice.replace("The second device.", "A new line.  \nThe second device."))
    done = trees.lint("--new-only", "HEAD", "--select", "trailing-blanks", "--format", "concise")
    assert [line.split(":")[1] for line in done.lines] == ["28"]


def test_new_only_needs_a_repository(box: Box) -> None:
    box.write(GOOD)
    for argv in (["SUPPORT.md"], ["-"]):
        done = box.lint("--new-only", "HEAD", *argv, stdin=GOOD.encode())
        assert (done.status, done.out) == (2, "")
    assert "--new-only needs a file of a git repository" in done.err


def test_new_only_of_a_new_file_is_everything(trees: Box) -> None:
    trees.write(STOP, "docs/SUPPORT.md")
    assert "XS206" in trees.lint("--new-only", "HEAD", "docs/SUPPORT.md").out


def test_a_patch_as_b4_feeds_it(trees: Box) -> None:
    trees.commit(BOTH, "spoil")
    mail = trees.git("format-patch", "-1", "--stdout").encode()
    done = trees.lint("--patch", "--format", "concise", stdin=mail)
    assert done.lines == ["SUPPORT.md:24: WARNING: XS206 a label has no full stop"]
    assert done.err == ""
    trees.commit("x", "another file", "README")
    other = trees.git("format-patch", "-1", "--stdout").encode()
    assert (trees.lint("--patch", stdin=other).out, trees.lint("--patch", stdin=b"").status) == ("", 0)
    done = trees.lint("--patch", stdin=mail.replace(b"index ", b"index 0123456789abcdef0123..0123456789abcdef0123 "))
    assert done.status == 2 and "apply it first" in done.err
    done = trees.lint("--patch", stdin=mail.replace(b"index ", b"from "))
    assert done.status == 2 and "no index line" in done.err


@pytest.mark.parametrize("setting", ["noprefix", "mnemonicPrefix"])
def test_a_patch_with_prefixes_of_another_kind_is_read(trees: Box, setting: str) -> None:
    trees.commit(BOTH, "spoil")
    mail = trees.git("-c", f"diff.{setting}=true", "show").encode()
    assert len(trees.lint("--patch", "--format", "concise", stdin=mail).lines) == 1
    assert trees.lint("--patch", "SUPPORT.md", stdin=mail).status == 2


def test_standard_input_is_read_once(trees: Box) -> None:
    done = trees.lint("-", "-", stdin=GOOD.encode())
    assert done.status == 2 and "only once" in done.err


def test_a_patch_with_another_spelling_is_blamed_and_no_line_that_was_there(trees: Box) -> None:
    start = GOOD.index("# Format")
    text = f"{GOOD[:start]}### Old\n\nText.\n\n    Status, ARM64: Supported\n\n{GOOD[start:]}"
    trees.commit(text, "one spelling")
    more = "".join(f"### New {n}\n\nText.\n\n    Status, Arm64: Supported\n\n" for n in range(3))
    at = text.index("# Format")
    trees.commit(f"{text[:at]}{more}{text[at:]}", "another one, three times")
    mail = trees.git("format-patch", "-1", "--stdout").encode()
    found = trees.lint("--patch", "--select", "spelt-two-ways", "--format", "concise", stdin=mail).lines
    assert len(found) == 3 and all('"Arm64" is spelled "ARM64" elsewhere' in line for line in found)


def test_against_other_trees(trees: Box, told: list[Context]) -> None:
    trees.lint("--select", "witness", "--against", "4.20,RELEASE-4.20.1", "--against", "master", "SUPPORT.md")
    assert [(s.name, s.newer) for s in told[0].siblings] == [
        ("4.20", False),
        ("RELEASE-4.20.1", False),
    ]  # master is this
    trees.lint("--select", "witness", "--against", "unstable", "4.20")
    assert [(s.name, s.newer) for s in told[1].siblings] == [("unstable", True)]
    done = trees.lint("--against", "nope", "SUPPORT.md")
    assert (done.status, done.out) == (2, "")


def test_against_supported_trees(trees: Box, told: list[Context]) -> None:
    for version, ends in (("4.21", "2999-01-01"), ("4.19", "2001-01-01"), ("4.18", "2999-01-01")):
        trees.git("checkout", "-q", "-b", f"stable-{version}", "master")
        text = GOOD.replace("4.99-unstable", version).replace("Unreleased - not yet security-supported", ends)
        trees.commit(text, version)
        trees.commit(MAKEFILE.replace("99", version[2:]), "makefile", "xen/Makefile")
    trees.git("checkout", "-q", "stable-4.18")
    trees.lint("--select", "witness", "--against", "supported")
    assert [(s.name, s.newer) for s in told[0].siblings] == [("stable-4.21", True), ("master", True)]


def test_what_is_no_patch_is_said(trees: Box) -> None:
    done = trees.lint("--patch", stdin=GOOD.encode())
    assert (done.status, done.out) == (2, "") and "<stdin>: not a patch" in done.err
    letter = b"From 0123 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nSubject: [PATCH 0/2] two\n\nWhat they do.\n"
    done = trees.lint("--patch", stdin=letter)
    assert (done.status, done.out) == (0, "") and "a mail without a patch" in done.err


def test_of_two_branches_the_one_that_is_read_is_said(trees: Box) -> None:
    trees.git("update-ref", "refs/remotes/origin/master", "HEAD^")
    for name in ("master:SUPPORT.md", "unstable:SUPPORT.md"):
        done = trees.run("show", name)
        said = f"xen-support: {name.partition(':')[0]}: the local branch master is used; origin/master differs\n"
        assert (done.status, done.err) == (0, said)
    assert trees.run("show", "refs/heads/master:SUPPORT.md").err == ""
    assert trees.run("diff", "master:SUPPORT.md", "HEAD:SUPPORT.md").err.count("differs") == 1
    trees.git("tag", "master", "HEAD^")  # which git takes before a branch of that name
    assert "differs" not in trees.run("show", "master:SUPPORT.md").err
