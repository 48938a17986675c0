"""What is new and what was there: every occurrence has an identity, in --new-only, ranges, patches, baselines, fingerprints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.lint_command.conftest import GOOD, Box, broken

FUNKY = broken("Status: Tech Preview", "Status: Funky")
LOST = "   Status, y: Supported\n"


def spelt(*forms: str) -> str:
    """The good file with fields of some qualifiers in a section of their own."""
    fields = "".join(f"    Supported, {form}: Image\n" for form in forms)
    return broken("### Beta\n", f"### Formats\n\nWhat boots.\n\n{fields}\n### Beta\n")


def new(box: Box, old: str, text: str, *argv: str) -> list[str]:
    """The codes and lines of what is new between two commits: by --new-only, by the range, and by the patch, which agree."""
    base = box.commit(old, "old")
    box.commit(text, "new")
    options = ("--format", "concise", *argv)
    by_ref = [line.partition(":")[2] for line in box.lint("--new-only", base, *options, "SUPPORT.md").lines]
    by_range = [line.partition(":")[2].removeprefix("SUPPORT.md:") for line in box.lint(f"{base}..", *options).lines]
    mail = box.git("format-patch", "-1", "--stdout").encode()
    by_patch = [line.partition(":")[2] for line in box.lint("--patch", *options, stdin=mail).lines]
    assert by_ref == by_range == by_patch
    return [f"{line.split()[2]} {line.split(':')[0]}" for line in by_ref]


@pytest.mark.parametrize(
    ("old", "text", "argv", "told"),
    [
        (FUNKY, FUNKY.replace("Status, Arm: Experimental", "Status, Arm: Funky"), (), ["XS204 24"]),
        (FUNKY, FUNKY.replace("The first", "A new line.\n\nThe first"), (), []),
        (spelt("Arm64 a", "Arm64 a", "ARM64 a"), spelt("Arm64 a", "Arm64 a", "ARM64 a", "ARM64 a"), ("--select", "XS401"), ["XS401 33"]),
        (spelt("Arm64 a", "Arm64 a", "ARM64 a"), spelt("Arm64 a", "Arm64 a", "ARM64 a", "Arm64 a"), ("--select", "XS401"), []),
        (
            broken("The second device.", "Not on:\n\n- one\n"), broken("The second device.", "Not on:\n\n- one\n- two\n"),
            ("--select", "XS603"), ["XS603 31"],
        ),
        (
            broken("The second device.", "The second device.\n\n" + LOST), broken("The second device.", "The second device.\n\n" + LOST + LOST.replace("y", "z")),
            (), ["XS126 31"],
        ),
        (
            broken("Status: Tech Preview", "Status: Tech Preview\n    Status: Experimental"),
            broken("Status: Tech Preview", "Status: Tech Preview\n    Status: Experimental\n    Status: Supported"), (), ["XS127 32"],
        ),
        (
            broken("Status: Tech Preview", "Status: Tech Preview\n    Status: Experimental"),
            broken("Status: Tech Preview", "Status: Tech Preview\n    Status: Supported"), (), [],
        ),
        (broken("The first device.", "XXX one.\nXXX two."), broken("The first device.", "XXX one.\nXXX two.\nXXX one."), (), ["XS613 23"]),
    ],
)  # fmt: skip
def test_what_is_new(box: Box, old: str, text: str, argv: tuple[str, ...], told: list[str]) -> None:
    assert new(box, old, text, *argv) == told


def test_an_old_line_below_another_heading_is_not_new(box: Box) -> None:
    text = FUNKY.replace("### Beta\n", "### Gamma\n")
    assert [one for one in new(box, FUNKY, text) if "XS204" in one] == []


def test_the_new_one_of_equal_findings_is_told_wherever_it_is(box: Box) -> None:
    text = FUNKY.replace("### Beta\n", "### Beta\n\n    Status, first: Funky\n")
    assert new(box, FUNKY, text) == ["XS204 28"]


def test_a_range_is_what_its_commits_introduce(box: Box) -> None:
    base = box.commit(FUNKY, "base")
    box.commit(FUNKY.replace("The first", "A first"), "words")
    spoilt = box.commit(FUNKY.replace("Status, Arm: Experimental", "Status, Arm: Odd"), "spoil")
    box.commit(FUNKY, "repair")
    done = box.lint("--format", "concise", f"{base}..HEAD")
    assert [line.split(":")[0] for line in done.lines] == [spoilt[:12]]
    everything = box.lint("--format", "concise", "--all", f"{base}..HEAD").lines
    assert len(everything) == 4 and sum("Funky" in line for line in everything) == 3
    for argv in (("--all", "--fix"), ("--all", "--new-only", base)):
        assert box.lint(*argv).status == 2


def test_a_changelog_entry_anywhere_in_the_range_will_do(box: Box) -> None:
    box.commit("# Changelog\n", "changelog", "CHANGELOG.md")
    base = box.commit(GOOD, "base")
    box.commit(broken("Status: Tech Preview", "Status: Supported"), "promote")
    told = [line.split()[2] for line in box.lint("--format", "concise", f"{base}..").lines]
    assert told == ["XS327"]
    box.commit("# Changelog\n\n- Beta is supported\n", "log", "CHANGELOG.md")
    assert box.lint("--format", "concise", f"{base}..").lines == []


def marks(box: Box, *argv: str) -> list[str]:
    return [entry["fingerprint"] for entry in json.loads(box.lint("--format", "gitlab", *argv).out)]


def test_fingerprints_stay_in_a_rebase(box: Box) -> None:
    base = box.commit(GOOD, "base")
    box.commit(FUNKY, "spoil")
    before = marks(box, f"{base}..")
    sarif = json.loads(box.lint("--format", "sarif", f"{base}..").out)["runs"][0]["results"]
    box.git("checkout", "-q", "-b", "other", base)
    again = box.commit(broken("This document", "This whole document"), "another base")
    box.git("checkout", "-q", "master")
    box.git("rebase", "-q", "other")
    assert before and marks(box, f"{again}..") == before
    after = json.loads(box.lint("--format", "sarif", f"{again}..").out)["runs"][0]["results"]
    assert [r["partialFingerprints"] for r in after] == [r["partialFingerprints"] for r in sarif]
    assert marks(box, "SUPPORT.md") == before  # nor does it matter how the file is named


def test_equal_findings_have_fingerprints_of_their_own(box: Box) -> None:
    box.write(FUNKY.replace("Status, Arm: Experimental", "Status, Arm: Funky").replace("### Beta", "### Alpha"))
    found = marks(box)
    assert len(found) == len(set(found)) >= 2


def test_several_trees_say_which_one_a_finding_is_from(box: Box) -> None:
    box.commit(FUNKY, "one")
    box.git("branch", "stable-4.20")
    box.git("tag", "RELEASE-4.20.0")
    value = json.loads(box.lint("4.20", "master", "RELEASE-4.20.0:SUPPORT.md", "SUPPORT.md", "--format", "json").out)
    assert [d["tree"] for d in value["diagnostics"]] == ["4.20", "master", "RELEASE-4.20.0", None]
    assert [d["instance"] for d in value["diagnostics"]] == ["XS204 beta: Funky"] * 4
    assert [i["tree"] for i in value["inputs"]] == ["4.20", "master", "RELEASE-4.20.0", None]
    found = marks(box, "4.20", "master")
    assert len(set(found)) == 2
    lines = [json.loads(line) for line in box.lint("4.20", "master", "--format", "jsonl").lines]
    assert [line["tree"] for line in lines[1:]] == ["4.20", "master"]
    results = json.loads(box.lint("4.20", "master", "--format", "sarif").out)["runs"][0]["results"]
    assert [result["properties"]["tree"] for result in results] == ["4.20", "master"]
    assert box.lint("4.20", "master", "--format", "github").out.count("(4.20)") == 1


@pytest.mark.parametrize("argv", [(), ("../../SUPPORT.md",), ("HEAD:SUPPORT.md",), ("HEAD~1..HEAD",), ("master",)])
def test_paths_are_relative_to_the_top_from_any_folder(box: Box, argv: tuple[str, ...]) -> None:
    box.commit(GOOD, "good")
    box.commit(FUNKY, "bad")
    inside = box.path / "xen" / "arch"
    inside.mkdir(parents=True)
    box.patch.chdir(inside)
    (entry,) = json.loads(box.lint("--format", "gitlab", *argv).out)
    assert entry["location"]["path"] == "SUPPORT.md"
    (result,) = json.loads(box.lint("--format", "sarif", *argv).out)["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "SUPPORT.md"
    assert "file=SUPPORT.md," in box.lint("--format", "github", *argv).out


def test_an_absolute_path_too_and_one_outside_a_repository_stays(box: Box) -> None:
    box.commit(GOOD, "good")
    path = box.write(FUNKY, "docs/SUPPORT.md")
    (entry,) = json.loads(box.lint("--format", "gitlab", str(path)).out)
    assert entry["location"]["path"] == "docs/SUPPORT.md"
    outside = Path(str(box.path) + "-else")
    outside.mkdir()
    (outside / "S.md").write_text(FUNKY)
    (entry,) = json.loads(box.lint("--format", "gitlab", str(outside / "S.md")).out)
    assert entry["location"]["path"] == str(outside / "S.md")


def test_the_patch_of_diff_applies_from_any_folder(box: Box) -> None:
    box.commit(broken("Status: Tech Preview", "Status: Tech Preview."), "one")
    inside = box.path / "xen"
    inside.mkdir()
    box.patch.chdir(inside)
    box.write(box.lint("--diff").data, "fix.patch")
    box.git("apply", "fix.patch")
    assert (box.path / "SUPPORT.md").read_text() == GOOD


def test_the_first_run_is_quiet(box: Box) -> None:
    noisy = FUNKY.replace("The first device.", "The  first device without a stop\n\nAnd http://xenproject.org/ here")
    box.write(noisy.replace("Status, Arm: Experimental", "Status, Arm: Experimental."))
    done = box.lint()
    assert done.lines[-1] == "2 warnings; 1 can be fixed with --fix; 4 notes on style: --style"
    assert "info" not in done.out
    assert box.lint("--style").lines[-1] == "2 warnings, 4 notes; 2 can be fixed with --fix"
    assert box.lint("--select", "style").lines[-1] == "4 notes; 1 can be fixed with --fix"
    assert [line.split()[2] for line in box.lint("--format", "concise").lines] == ["XS206", "XS204"]
    box.write(broken("The first device.", "The first device"))
    assert box.lint().lines == ["1 note on style: --style"]
    box.write(GOOD)
    assert box.lint().out == ""


def test_equal_findings_are_printed_once(box: Box) -> None:
    box.write(FUNKY.replace("Status, Arm: Experimental", "Status, Arm: Funky"))
    done = box.lint()
    assert done.out.count("XS204") == 1 and "    also on line 30" in done.lines and done.lines[-1] == "2 warnings"
    many = "".join(f"    Status, n{n}: Funky\n" for n in range(30))
    box.write(broken("    Status: Tech Preview\n", many))
    assert " and 17 more" in box.lint().out


def test_a_read_only_file_is_not_rewritten(box: Box) -> None:
    path = box.write(broken("Status: Tech Preview", "Status: Tech Preview."))
    before = path.read_bytes()
    path.chmod(0o444)
    done = box.lint("--fix")
    assert done.status == 2 and "SUPPORT.md: is read-only" in done.err
    assert path.read_bytes() == before and path.stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "\ufeff\r\n"])
def test_an_empty_file_is_an_error(box: Box, text: str) -> None:
    box.write(text)
    done = box.lint("--format", "concise")
    assert done.status == 1 and "ERROR: XS310 the file is empty" in done.out


def test_forced_colours(box: Box) -> None:
    box.write(FUNKY)
    assert "\x1b" not in box.lint().out
    box.patch.setenv("FORCE_COLOR", "1")
    assert "\x1b[33mwarning" in box.lint().out
    assert "\x1b" not in box.lint("--color", "never").out
    box.patch.setenv("NO_COLOR", "1")
    assert "\x1b" not in box.lint().out
    box.patch.delenv("NO_COLOR")
    box.patch.setenv("FORCE_COLOR", "0")
    assert "\x1b" not in box.lint().out
