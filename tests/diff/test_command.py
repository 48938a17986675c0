"""The command line: what A and B may be, the formats, exit statuses."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from convert.commands import diff, import_
from convert.failure import Failure
from tests.diff.documents import features, status
from tests.helpers.repositories import Commit, build, git
from tests.importing.runs import command

OLD = features(A=status("Supported"), B="Words.\n\n" + status("Supported"))
NEW = features(A=status("Experimental"), B="Other words.\n\n" + status("Supported"))


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return build(
        tmp_path / "xen.git",
        [
            Commit("one", {"SUPPORT.md": OLD}, "stable-4.17", "RELEASE-4.17.0"),
            Commit("two", {"SUPPORT.md": NEW}, "master"),
        ],
    )


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = command(diff, ["diff", *argv])
    said = capsys.readouterr()
    return status, said.out, said.err


def keys(text: str) -> list[tuple[str, str]]:
    return [(change["kind"], change["key"]) for change in json.loads(text)["changes"]]


BOTH = [("security-lost", "a"), ("description", "b")]


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.md").write_text(OLD)
    (tmp_path / "new.md").write_text(NEW)
    got, out, err = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"))
    assert (got, err) == (1, "")
    assert out == (
        "Section / A\n  security-lost: Supported -> Experimental\n      was security supported, is not security supported\n\n"
        "Section / B\n  description: changed\n      - Words.\n      + Other words.\n\n"
        "2 changes in 2 features: security support lost 1, possibly lost 0, gained 0\n"
    )
    got, out, _ = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"), "--by", "change", "--security-only")
    assert (
        out.startswith("Security support lost\n  security-lost Section / A: Supported -> Experimental\n")
        and "Words" not in out
    )
    assert run(capsys, str(tmp_path / "old.md"), str(tmp_path / "old.md")) == (0, "no change of meaning\n", "")


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.md").write_text(OLD)
    (tmp_path / "new.md").write_text(NEW)
    got, out, _ = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"), "--format", "json")
    value: dict[str, Any] = json.loads(out)
    assert got == 1 and value["schema"] == "xen-support.diff/1" and value["tool"]["name"] == "xen-support"
    assert len(value["old"]["sha256"]) == 64 and value["new"]["name"] == str(tmp_path / "new.md")
    assert value["changes"][0] == {
        "kind": "security-lost", "key": "a", "path": ["Feature Support", "Section", "A"], "old": "Supported",
        "new": "Experimental", "security": {"old": "yes", "new": "no"}, "possible_loss": True,
        "why": "was security supported, is not security supported", "feature": ["Feature Support", "Section", "A"],
        "perhaps": None, "formerly": None, "with": {"description": None, "caveat": None},
    }  # fmt: skip


def test_markdown_holds_its_words_and_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = "Words with `code` and 1 < 2 that go on for a while, so that no line of the letter could hold them all. " * 2
    (tmp_path / "old.md").write_text(OLD)
    (tmp_path / "new.md").write_text(NEW + "\n" + long + "\n")
    _, out, _ = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"), "--format", "markdown")
    assert out.startswith(
        "### Section / A\n\n* **security-lost**: `Supported` became `Experimental` (was security\n  supported, is not"
    )
    assert max(map(len, out.splitlines())) <= 75
    assert "  * now: `Words with code and 1 < 2 that go on" in out


def test_trees_tags_refs_and_folders(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for old in (
        "4.17",
        "stable-4.17",
        "RELEASE-4.17.0",
        "4.17.0",
        "stable-4.17:SUPPORT.md",
        git(repo, "rev-parse", "stable-4.17"),
    ):
        for new in ("unstable", "master", "HEAD", str(repo)):
            got, out, _ = run(capsys, old, new, "--repo", str(repo), "--format", "json")
            assert (got, keys(out)) == (1, BOTH), (old, new)


def test_standard_input(repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(OLD.encode())))
    assert keys(run(capsys, "-", "master", "--repo", str(repo), "--format", "json")[1]) == BOTH


def test_standard_input_is_one_side_only() -> None:
    with pytest.raises(Failure, match=r"only once"):
        command(diff, ["diff", "-", "-"])


def test_workbooks(repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "book.xlsx"
    assert command(import_, ["import", "4.17", "master", "--repo", str(repo), "-o", str(book)]) == 0
    capsys.readouterr()
    common = ("--repo", str(repo), "--format", "json")
    for tree, branch in (("4.17", "stable-4.17"), ("master", "master")):
        assert keys(run(capsys, branch, str(book), *common)[1]) == []
        assert keys(run(capsys, str(book), f"{branch}:SUPPORT.md", "--tree", tree, *common)[1]) == []
    assert keys(run(capsys, "4.17", str(book), "--tree", "master", *common)[1]) == BOTH
    with pytest.raises(Failure, match=r"has the trees 4\.17, master; choose one with --tree"):
        run(capsys, "4.17:SUPPORT.md".replace("4.17", "stable-4.17"), str(book), *common)
    with pytest.raises(Failure, match=r"no tree 4\.99 in .*; it has the trees 4\.17, master"):
        run(capsys, "4.17", str(book), "--tree", "4.99", *common)


def test_last_draft_against_the_sheet(repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = tmp_path / "book.xlsx"
    command(import_, ["import", "4.17", "master", "--repo", str(repo), "-o", str(book)])
    capsys.readouterr()
    common = ("--repo", str(repo), "--format", "json", "--last-draft")
    with pytest.raises(Failure, match="no draft of it has been merged here"):
        run(capsys, "master", str(book), *common)
    git(repo, "update-ref", "refs/xen-support/master/base", "stable-4.17")
    assert keys(run(capsys, "master", str(book), *common)[1]) == BOTH


def test_aliases_file(repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "new.md").write_text(OLD.replace("### A", "### Zebra"))
    (tmp_path / "aliases.toml").write_text('[[alias]]\nold = "A"\nnew = "Zebra"\ntree = "4.17"\n')
    argv = ("4.17", str(tmp_path / "new.md"), "--repo", str(repo), "--format", "json")
    assert sorted(keys(run(capsys, *argv)[1])) == [("added", "zebra"), ("removed", "a")]
    assert keys(run(capsys, *argv, "--aliases", str(tmp_path / "aliases.toml"))[1]) == [("renamed", "zebra")]


def test_what_there_is_not(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("4.99", "no such thing", "a:b", "\0", "x" * 5000, "*"):
        with pytest.raises(Failure):
            run(capsys, name, "master", "--repo", str(repo))


def test_several_remotes(repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clone = build(tmp_path / "clone", [])
    for remote in ("one", "two"):
        git(clone, "remote", "add", remote, str(repo))
        git(clone, "fetch", "-q", remote)
    with pytest.raises(Failure, match=r"one/stable-4\.17, two/stable-4\.17; choose one with --remote"):
        run(capsys, "4.17", "unstable", "--repo", str(clone))
    argv = ("4.17", "unstable", "--repo", str(clone), "--remote", "two", "--format", "json")
    assert keys(run(capsys, *argv)[1]) == BOTH
    git(clone, "branch", "-q", "stable-4.17", "two/master")
    _, out, err = run(capsys, *argv)
    assert keys(out) == [] and "the local branch stable-4.17 is used; two/stable-4.17 differs" in err


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.md").write_text(OLD)
    (tmp_path / "new.md").write_text(OLD.replace("Words.", "\x1b[31mWords\u202e."))
    for form in ("text", "markdown"):
        _, out, _ = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"), "--format", form)
        assert "\x1b" not in out and "\u202e" not in out


def test_errors_of_a_side_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.md").write_text(OLD)
    (tmp_path / "new.md").write_text(OLD.replace("    Status: Supported", "    Status : Supported", 1))
    _, _, err = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"))
    assert "has 1 error, so that Xen's tools may read other rows" in err


HEAD = "% S\n\n# Feature Support\n\n## Section\n\n"


def test_what_comes_with_a_row_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Descriptions and caveats of new, removed and renamed features, once a feature, in text and Markdown."""
    a = "### A\n\nWhat A is.\n\n    Status: Supported\n    Status, x86: Experimental\n\nNo XSAs for A.\n\n"
    b = "### B\n\n    Status: Supported\n\nNo XSAs for B.\n\n"
    (tmp_path / "old.md").write_text(HEAD + b)
    (tmp_path / "new.md").write_text(HEAD + a)
    (tmp_path / "renamed.md").write_text(HEAD + b.replace("### B", "### Bee").replace("B.\n", "B.\n\nNor for dom0.\n"))
    (tmp_path / "aliases.toml").write_text('[[alias]]\nold = "B"\nnew = "Bee"\n')
    _, out, _ = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"))
    assert out.count("description: What A is.") == out.count("caveat: No XSAs for A.") == 1
    assert out.count("caveat: No XSAs for B.") == 1
    _, out, _ = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"), "--format", "markdown")
    assert "  * caveat: `No XSAs for A.`" in out
    _, out, _ = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"), "--format", "json")
    found = {change["key"]: change["with"] for change in json.loads(out)["changes"]}
    assert found["a"] == found["a--x86"] == {"description": "What A is.", "caveat": "No XSAs for A."}
    argv = [str(tmp_path / "old.md"), str(tmp_path / "renamed.md"), "--aliases", str(tmp_path / "aliases.toml")]
    _, out, _ = run(capsys, *argv)
    assert "renamed" in out and "+ Nor for dom0." in out and "possible loss: a caveat was added" in out


def test_a_successor_with_less_is_one_entry_and_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = "### Other\n\n    Status: {}\n\n"
    (tmp_path / "old.md").write_text(
        HEAD + other.format("Supported") + "### CPU Hotplug\n\n    Status, x86: Supported\n"
    )
    new = "### ACPI CPU Hotplug\n\n    Status, x86: Experimental\n\nBroken.\n"
    (tmp_path / "new.md").write_text(HEAD + other.format("Supported, with caveats") + new)
    _, out, _ = run(capsys, str(tmp_path / "old.md"), str(tmp_path / "new.md"))
    assert out.startswith(
        "Section / CPU Hotplug -> ACPI CPU Hotplug?\n  security-lost x86: Supported -> Experimental\n"
    )
    assert out.count("CPU Hotplug") == 2 and "caveat: Broken." in out


def test_shipped_aliases_are_used_beside_a_makefile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, heading in (("old", "Physical CPU Hotplug"), ("new", "ACPI CPU Hotplug")):
        (tmp_path / name / "xen").mkdir(parents=True)
        (tmp_path / name / "SUPPORT.md").write_text(f"{HEAD}### {heading}\n\n    Status: Supported\n")
    argv = [str(tmp_path / "old"), str(tmp_path / "new")]
    assert "renamed" not in run(capsys, *argv)[1]
    for name in ("old", "new"):
        (tmp_path / name / "xen" / "Makefile").write_text("export XEN_VERSION = 4\n")
    assert "renamed" in run(capsys, *argv)[1]
    assert "renamed" not in run(capsys, *argv, "--no-aliases")[1]
    assert "renamed" in run(capsys, *(f"{name}/SUPPORT.md" for name in argv))[1]


def test_json_is_valid_by_our_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    path = Path(__file__).resolve().parents[2] / "convert/schemas/diff.json"
    validator = jsonschema.Draft202012Validator(json.loads(path.read_text()))
    (tmp_path / "old.md").write_text(OLD)
    (tmp_path / "new.md").write_text(NEW)
    (tmp_path / "gone.md").write_text(HEAD + "### CPU Hotplug\n\n    Status: Supported\n")
    (tmp_path / "heir.md").write_text(HEAD + "### ACPI CPU Hotplug\n\nNew.\n\n    Status: Experimental\n")
    for old, new in (("old", "new"), ("new", "old"), ("gone", "heir"), ("heir", "gone"), ("old", "gone")):
        _, out, _ = run(capsys, str(tmp_path / f"{old}.md"), str(tmp_path / f"{new}.md"), "--format", "json")
        value = json.loads(out)
        assert value["changes"] and [error.message for error in validator.iter_errors(value)] == []
        value["changes"][0]["kind"] = "else"
        assert list(validator.iter_errors(value))


def test_head_is_that_of_the_work_tree_and_no_remotes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import subprocess

    def git(folder: Path, *words: str) -> None:
        named = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=master"]
        subprocess.run(["git", "-C", str(folder), *named, *words], check=True, capture_output=True)

    first, clone = tmp_path / "first", tmp_path / "clone"
    first.mkdir()
    git(first, "init", "-q")
    (first / "SUPPORT.md").write_text(OLD)
    git(first, "add", "-A")
    git(first, "commit", "-q", "-m", "one")
    git(tmp_path, "clone", "-q", str(first), str(clone))
    (clone / "SUPPORT.md").write_text(NEW)
    git(clone, "commit", "-q", "-a", "-m", "two")
    got, out, _ = run(capsys, "HEAD~1", "HEAD", "--repo", str(clone))
    assert got == 1 and "security-lost" in out
    assert run(capsys, "origin/HEAD", "HEAD~1", "--repo", str(clone))[0] == 0
