"""show: text for a person, JSON for a machine, exit statuses; hostile arguments get one line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from convert import cli
from tests.helpers.repositories import Commit, build, git

GOOD = """% A tree

# Release Support

    Xen-Version: 4.20
    Initial-Release: 2025-03-05

Release Notes
: <a href="https://example.org/notes">RN</a>

# Feature Support

## Host

### CPUs

Words.

    Status, x86: Supported up to 4096
    Status, x86, regularly tested: Up to 512
    Status, Arm: Tech Preview

### Old thing

    Status: Obsolete
"""


MAKEFILE = (
    "export XEN_VERSION      = 4\nexport XEN_SUBVERSION   = 20\nexport XEN_EXTRAVERSION ?= .1$(XEN_VENDORVERSION)\n"
)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "SUPPORT.md"
    path.write_text(GOOD)
    return path


def test_a_file_of_a_branch_that_only_a_remote_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As in any clone: only the branch that was checked out is local."""
    build(tmp_path / "xen.git", [Commit("a", {"SUPPORT.md": GOOD}, "stable-4.20"), Commit("b", {"x": "y"}, "master")])
    git(tmp_path, "clone", "-q", str(tmp_path / "xen.git"), "clone")
    repo = ("--repo", str(tmp_path / "clone"))
    for name in ("stable-4.20:SUPPORT.md", "4.20:SUPPORT.md", "origin/stable-4.20:SUPPORT.md"):
        assert cli.main(["show", name, *repo]) == 0
        assert capsys.readouterr().out.startswith("A tree\n")
    assert cli.main(["diff", "stable-4.20:SUPPORT.md", "HEAD:SUPPORT.md", *repo]) == 0
    git(tmp_path / "clone", "remote", "add", "fork", str(tmp_path / "xen.git"))
    git(tmp_path / "clone", "fetch", "-q", "fork")
    for name, words in (
        ("stable-4.20:x", "several remotes have the branch stable-4.20: fork/stable-4.20, origin/stable-4.20"),
        ("stable-4.99:x", "stable-4.99: no such file, branch, tag or commit"),
        ("4.*:x", "4.*: no such file, branch, tag or commit"),
    ):
        assert cli.main(["show", name, *repo]) == 2
        assert words in capsys.readouterr().err
    assert cli.main(["show", "stable-4.20:nosuch", *repo, "--remote", "fork"]) == 2
    assert capsys.readouterr().err == "xen-support: stable-4.20:nosuch: stable-4.20 has no file nosuch\n"
    assert cli.main(["show", "stable-4.20:SUPPORT.md", *repo, "--remote", "fork"]) == 0


def test_a_tree_whose_file_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """None at all, a folder of that name, a binary one: exit status 2 and the tree's name from whoever reads it."""
    repo = build(tmp_path / "repo", [
        Commit("a", {"xen/Makefile": MAKEFILE}, "none"), Commit("b", {"SUPPORT.md/a": "a"}, "folder"),
        Commit("c", {"SUPPORT.md/a": None, "x": "y"}, "binary"),
    ])  # fmt: skip
    (repo / "SUPPORT.md").write_bytes(bytes(range(256)) * 40)
    git(repo, "add", "SUPPORT.md")
    git(repo, "commit", "-q", "-m", "d")
    for tree, words in (
        ("none", ("no such file", "no SUPPORT.md")),
        ("folder", ("no such file", "no SUPPORT.md")),
        ("binary", ("a binary file",)),
    ):
        for command in (["show"], ["sources"], ["release", "--check"], ["import", "-o", str(tmp_path / "book.xlsx")]):
            assert cli.main([*command, tree, "--repo", str(repo)]) == 2, command
            said = capsys.readouterr()
            assert said.out == "" and said.err.startswith(f"xen-support: {tree}:"), said.err
            assert any(one in said.err for one in words)


def test_a_repository_that_is_named_has_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where lint and sources are told no file: of its work tree, and of its HEAD where there is none."""
    build(tmp_path / "work", [Commit("a", {"SUPPORT.md": GOOD, "sub/x": "y"}, "master")])
    git(tmp_path, "clone", "-q", "--bare", "work", "bare")
    for repo, name in (("work", "work/SUPPORT.md:"), ("work/sub", "work/SUPPORT.md:"), ("bare", "HEAD:SUPPORT.md:")):
        cli.main(["lint", "--format", "concise", "--repo", str(tmp_path / repo)])
        assert name in capsys.readouterr().out
        assert cli.main(["sources", "--repo", str(tmp_path / repo)]) == 0
        assert capsys.readouterr().out == "nothing else says anything about support\n"
    assert cli.main(["lint", "--repo", str(tmp_path)]) == 2


def test_a_tree_is_shown_as_lint_takes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = str(
        build(tmp_path / "repo", [Commit("a", {"SUPPORT.md": GOOD}, "stable-4.20"), Commit("b", {"x": "y"}, "master")])
    )
    git(tmp_path / "repo", "tag", "RELEASE-4.20.0", "stable-4.20")
    git(tmp_path / "repo", "update-ref", "refs/remotes/origin/stable-4.20", "master")
    for name in ("4.20", "stable-4.20", "RELEASE-4.20.0", "4.20.0", "stable-4.20:SUPPORT.md", str(tmp_path / "repo")):
        assert cli.main(["show", name, "--repo", repo]) == 0
        assert capsys.readouterr().out.startswith("A tree\n")
    assert cli.main(["show", "4.20", "--repo", repo]) == 0
    assert "the local branch stable-4.20 is used; origin/stable-4.20 differs" in capsys.readouterr().err
    for name, words in (
        ("4.19", "tried stable-4.19, RELEASE-4.19.0, 4.19"),
        ("no-such", "no such file, branch, tag or commit\n"),  # and not that "no-such" was tried
    ):
        assert cli.main(["show", name, "--repo", repo]) == 2
        assert words in capsys.readouterr().err


def test_text(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", str(good)]) == 0
    out = capsys.readouterr()
    assert out.err == ""
    assert out.out == (
        "A tree\n"
        "  Xen-Version      4.20\n"
        "  Initial-Release  2025-03-05\n"
        "  Release notes    https://example.org/notes\n"
        "\nFeature Support\n"
        "\n  Host\n"
        "    CPUs\n"
        "        x86                    Supported up to 4096  [security support up to 4096; tested up to 512]\n"
        "        x86, regularly tested  Up to 512\n"
        "        Arm                    Tech Preview  [no security support]\n"
        "    Old thing\n"
        "        Obsolete  [no security support]\n"
    )


def test_json(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["show", str(good), "--format", "json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert list(value) == ["schema", "tool", "source", "title", "release", "rows", "limits", "diagnostics"]
    assert value["schema"] == "xen-support.show/1"
    assert value["release"] == {
        "Xen-Version": "4.20", "Initial-Release": "2025-03-05", "release_notes": {"text": "RN", "url": "https://example.org/notes"},
    }  # fmt: skip
    assert value["rows"][3] == {
        "key": "cpus--x86", "path": ["Feature Support", "Host", "CPUs", "x86"], "anchor": "cpus", "status": "Supported up to 4096",
        "described": True, "caveat": False, "qualifier": "x86", "label": "Supported up to N", "security": "yes", "line": 19,
    }  # fmt: skip
    assert value["limits"] == [
        {
            "key": "cpus--x86", "anchor": "cpus", "variant": "x86", "maximum": {"value": 4096, "unit": None, "text": "4096"},
            "security": None, "tested": {"value": 512, "unit": None, "text": "512"},
        }
    ]  # fmt: skip
    assert value["rows"][-1]["security"] == "no"  # Obsolete


def test_errors_are_shown_and_rows_printed_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.md"
    path.write_text("# A\n\n    Status: Supported\n    Sttaus: X\n")
    assert cli.main(["show", str(path)]) == 1
    out = capsys.readouterr()
    assert "Supported" in out.out
    assert out.err == f'{path}:4:5: error: XS120 unknown key "Sttaus": Xen\'s tools die here; did you mean "Status"?\n'


def test_terminal_escapes_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(b"# A\x1b]0;title\x07\n\n    Status, \x1b[31mred: X\xe2\x80\xae\n")
    cli.main(["show", str(path)])
    out = capsys.readouterr()
    assert "\x1b" not in out.out + out.err and "\u202e" not in out.out and "\\x1b" in out.out


def test_standard_input_directory_and_ref(
    good: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.main(["show", str(good.parent)]) == 0
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["branch", "-M", "staging"]):
        subprocess.run(["git", "-C", str(good.parent), *command], check=True)
    good.write_text("# changed\n")
    capsys.readouterr()
    assert cli.main(["show", "staging:SUPPORT.md", "--repo", str(good.parent)]) == 0
    assert "Old thing" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["shwo"], ["show"], ["show", "missing.md"], ["show", "nothing:SUPPORT.md"], ["show", "--output=x:y"], ["show", "a\0b"],
        ["show", "--upload-pack=x:y"], ["show", "."], ["show", "SUPPORT.md", "--format", "xml"], ["show", "bin"],
    ],
)  # fmt: skip
def test_wrong_arguments(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").write_bytes(bytes(range(256)) * 100)
    assert cli.main(arguments) == 2
    out = capsys.readouterr()
    assert out.out == "" and out.err and "Traceback" not in out.err


@pytest.mark.parametrize(
    ("choice", "environment", "coloured"), [("always", {}, True), ("never", {}, False), ("auto", {}, False)]
)
def test_colour(
    choice: str, environment: dict[str, str], coloured: bool, good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["show", str(good), "--color", choice])
    assert ("\x1b[" in capsys.readouterr().out) is coloured
