"""history and blame in a repository with a merge, a revert, a renamed feature and a row lost by indentation."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from convert.cli import main
from convert.trees import commit
from tests.helpers.repositories import Commit, build, git
from tests.matrix.making import makefile, run_json, support

REVIEWS = "This is XSA-123 / CVE-2024-31145.\n\nSee also XSA-99.\n\nReviewed-by: Julia Reviewer <julia@example.org>\nAcked-by: Karl <karl@example.org>\n"
OTHER = "### Other\n\n    Status: Supported\n"
LONG = "Mind the gap between the train and the platform, for it is wider than it looks."


def a(status: str, name: str = "Thing", indent: int = 4, caveat: str = LONG, arm: str = "Experimental") -> str:
    return f"### {name}\n\n    Status, Arm: {arm}\n\n{' ' * indent}Status, x86: {status}\n\n{caveat}\n"


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Subjects say what each commit does to the feature Thing."""

    def files(*features: str) -> dict[str, str | None]:
        return {
            "SUPPORT.md": support("4.99-unstable", "## S\n\n" + "\n".join(features)),
            "xen/Makefile": makefile("4.99"),
        }

    path = build(
        tmp_path_factory.mktemp("history") / "r",
        [
            Commit("Other alone", files(OTHER)),
            Commit("add Thing", files(OTHER, a("Tech Preview"))),
            Commit(
                "wrap and reorder",
                files(a("tech preview.", caveat=LONG.replace("gap ", "gap\n"), arm="Experimental"), OTHER),
            ),
            Commit(f"support it\n\n{REVIEWS}", files(a("Supported"), OTHER)),
            Commit('Revert "support it"', files(a("Tech Preview"), OTHER)),
            Commit("a side branch: deprecate", files(a("Deprecated"), OTHER), "side"),
            Commit(
                "meanwhile Other changes",
                files(a("Tech Preview"), OTHER.replace("Supported", "Experimental")),
                "master",
            ),
        ],
    )
    git(path, "merge", "-q", "--no-ff", "--no-commit", "side", minute=8)
    git(path, "commit", "-q", "-m", "merge side", minute=8)
    later = [
        ("lose the x86 row", files(a("Deprecated", indent=3), OTHER.replace("Supported", "Experimental"))),
        ("find it again", files(a("Deprecated"), OTHER.replace("Supported", "Experimental"))),
        ("rename Thing to Object", files(a("Deprecated", "Object"), OTHER.replace("Supported", "Experimental"))),
        ("caveat", files(a("Deprecated", "Object", caveat="No gap."), OTHER.replace("Supported", "Experimental"))),
    ]
    for minute, (subject, content) in enumerate(later, 9):
        for name, text in content.items():
            (path / name).write_text(text or "")
        git(path, "add", "-A")
        git(path, "commit", "-q", "-m", subject, minute=minute)
    git(path, "branch", "stable-4.98", "HEAD~3")
    return path


@pytest.fixture
def aliases(tmp_path: Path) -> str:
    (tmp_path / "aliases.toml").write_text('[[alias]]\nold = "Thing"\nnew = "Object"\n')
    return str(tmp_path / "aliases.toml")


def steps(value: Any) -> list[tuple[str, list[tuple[str, str, str | None, str | None]]]]:
    return [(c["subject"], [(s["kind"], s["key"], s["old"], s["new"]) for s in c["changes"]]) for c in value["commits"]]


def test_history_follows_the_alias_and_lists_what_changed_the_meaning(
    repo: Path, aliases: str, capsys: pytest.CaptureFixture[str]
) -> None:
    value = run_json(capsys, "history", "Object", "--repo", str(repo), "--aliases", aliases)
    assert steps(value) == [
        ("caveat", [("caveat", "object", LONG, "No gap.")]),
        ("rename Thing to Object", [("renamed", "object", "Thing", "Object")]),
        ("find it again", [("added", "thing--x86", None, "Deprecated")]),
        ("lose the x86 row", [("lost", "thing--x86", "Deprecated", None)]),
        ("a side branch: deprecate", [("status", "thing--x86", "Tech Preview", "Deprecated")]),
        ('Revert "support it"', [("status", "thing--x86", "Supported", "Tech Preview")]),
        ("support it", [("status", "thing--x86", "tech preview.", "Supported")]),
        ("add Thing", [("added", "thing--arm", None, "Experimental"), ("added", "thing--x86", None, "Tech Preview")]),
    ]
    assert [tree["name"] for tree in value["trees"]] == ["unstable", "4.98"]


@pytest.mark.parametrize("feature", ["object", "other"])
def test_the_site_has_the_same_history(
    repo: Path, aliases: str, feature: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a merge it has what differs from each parent, so not what a side branch brought."""
    main(["matrix", "--repo", str(repo), "--aliases", aliases, "--site", str(tmp_path / "site")])
    capsys.readouterr()
    page = json.loads((tmp_path / "site" / "feature" / f"{feature}.json").read_text())
    value = run_json(capsys, "history", feature, "--repo", str(repo), "--aliases", aliases)
    assert [c["subject"] for c in page["commits"]] == [c["subject"] for c in value["commits"]] != []


def test_history_says_who_when_and_which_advisory(repo: Path, aliases: str, capsys: pytest.CaptureFixture[str]) -> None:
    value = run_json(capsys, "history", "Object", "--repo", str(repo), "--aliases", aliases)
    commit = next(c for c in value["commits"] if c["subject"] == "support it")
    assert (commit["xsas"], commit["mentions"], commit["cves"]) == (["XSA-123"], ["XSA-99"], ["CVE-2024-31145"])
    assert (commit["trees"], commit["picks"]) == (["unstable", "4.98"], [])
    assert commit["reviewers"] == ["Julia Reviewer <julia@example.org>", "Karl <karl@example.org>"]
    assert (commit["author"], commit["date"]) == ("Test Author", "2023-11-14")
    assert commit["commit"] == git(repo, "log", "-1", "--format=%H", "--grep=^support it")
    effects = {c["subject"]: c["changes"][0]["effect"] for c in value["commits"]}
    assert effects["support it"] == "better" and effects['Revert "support it"'] == "security-lost"


def test_without_the_alias_a_renamed_feature_ends_and_another_begins(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = run_json(capsys, "history", "thing", "--repo", str(repo))
    assert steps(value)[0] == (
        "rename Thing to Object",
        [("removed", "thing--arm", "Experimental", None), ("removed", "thing--x86", "Deprecated", None)],
    )
    assert [tree["rows"] != [] for tree in value["trees"]] == [False, True]


def test_history_of_one_row_leaves_the_other_and_the_words_out(
    repo: Path, aliases: str, capsys: pytest.CaptureFixture[str]
) -> None:
    value = run_json(capsys, "history", "object--arm", "--repo", str(repo), "--aliases", aliases)
    assert steps(value) == [
        ("rename Thing to Object", [("renamed", "object", "Thing", "Object")]),
        ("add Thing", [("added", "thing--arm", None, "Experimental")]),
    ]
    assert [[row["status"] for row in tree["rows"]] for tree in value["trees"]] == [["Experimental"], ["Experimental"]]


def test_history_as_text_and_csv(repo: Path, aliases: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "Object", "--repo", str(repo), "--aliases", aliases]) == 0
    out = capsys.readouterr().out
    assert "thing--x86: Supported -> Tech Preview (security-lost)" in out
    assert "thing--x86: lost, by an error in the file (Deprecated)" in out
    assert "Test Author  is XSA-123  mentions XSA-99  CVE-2024-31145" in out
    main(["history", "Object", "--repo", str(repo), "--aliases", aliases, "--format", "csv"])
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["kind"] for row in table] == [
        "caveat",
        "renamed",
        "added",
        "lost",
        "status",
        "status",
        "status",
        "added",
        "added",
    ]


def test_a_feature_that_nobody_had_is_refused_with_a_suggestion(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "OBJEKT", "--repo", str(repo)]) == 2
    captured = capsys.readouterr()
    assert "no such feature" in captured.err and "Object" in captured.err and captured.out == ""


@pytest.fixture(scope="module")
def picked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fix on master and its picks on two branches, one by git's words, one by the maintainers'; another change like it."""

    def files(status: str, version: str = "4.99-unstable") -> dict[str, str | None]:
        text = f"## S\n\n### Boot loader\n\n    Status: {status}\n"
        return {"SUPPORT.md": support(version, text), "xen/Makefile": makefile(version)}

    path = build(tmp_path_factory.mktemp("picked") / "r", [Commit("begin", files("Supported"))])
    git(path, "branch", "stable-4.98")
    git(path, "branch", "stable-4.97")

    def commit(branch: str, status: str, message: str, minute: int) -> str:
        git(path, "checkout", "-q", branch)
        for name, text in files(
            status, branch.replace("stable-", "") if branch != "master" else "4.99-unstable"
        ).items():
            (path / name).write_text(text or "")
        git(path, "commit", "-q", "-a", "-m", message, minute=minute)
        return git(path, "rev-parse", "HEAD")

    message = "boot loader: no security support\n\nXSA-9 addressed one issue. This is XSA-10.\n"
    fix = commit("master", "Supported, not security supported", message, 5)
    commit("stable-4.98", "Supported, not security supported", f"{message}\n(cherry picked from commit {fix})", 6)
    commit("stable-4.97", "Supported, not security supported", f"another subject\n\nmaster commit: {fix}\n", 7)
    commit("master", "Supported", "boot loader: as before", 8)
    commit("master", "Supported, not security supported", message, 9)
    return path


def test_picks_of_one_change_are_one_and_all_its_trees_are_named(
    picked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = run_json(capsys, "history", "Boot loader", "--repo", str(picked))
    assert [(c["subject"], c["trees"], [p["trees"] for p in c["picks"]]) for c in value["commits"]] == [
        ("boot loader: no security support", ["unstable"], []),
        ("boot loader: as before", ["unstable"], []),
        ("boot loader: no security support", ["unstable", "4.98", "4.97"], [["4.98"], ["4.97"]]),
        ("begin", ["unstable", "4.98", "4.97"], []),
    ]
    assert main(["history", "Boot loader", "--repo", str(picked)]) == 0
    out = capsys.readouterr().out
    pick = git(picked, "rev-parse", "stable-4.98")[:12]
    assert (
        f"is XSA-10  mentions XSA-9\n    boot loader: no security support\n    in all trees; picked: 4.98 {pick}, 4.97 "
        in out
    )


def test_blame_names_the_trees_and_the_picks(picked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = run_json(capsys, "blame", "4.98", "--repo", str(picked))
    commit = next(row["commit"] for row in value["rows"] if row["key"] == "boot-loader")
    assert commit["commit"] == git(picked, "rev-parse", "stable-4.98")
    assert commit["trees"] == ["unstable", "4.98", "4.97"] and len(commit["picks"]) == 2
    assert (commit["xsas"], commit["mentions"]) == (["XSA-10"], ["XSA-9"])
    assert main(["blame", "4.98", "--repo", str(picked)]) == 0
    assert (
        "boot-loader: Supported, not security supported  is XSA-10  in all trees, 2 of them by picks"
        in capsys.readouterr().out
    )


def test_what_vanished_says_what_it_may_have_become_both_ways(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def files(name: str, status: str) -> dict[str, str | None]:
        return {"SUPPORT.md": support("4.99-unstable", f"## S\n\n### {name}\n\n    Status, x86: {status}\n")}

    repo = build(
        tmp_path / "r",
        [
            Commit("begin", files("Physical CPU Hotplug", "Supported")),
            Commit("turn", files("ACPI CPU Hotplug", "Experimental")),
        ],
    )
    gone, new = (
        run_json(capsys, "history", name, "--no-aliases", "--repo", str(repo))["commits"][0]
        for name in ("Physical CPU Hotplug", "ACPI CPU Hotplug")
    )
    assert [(s["kind"], s["perhaps"]) for s in gone["changes"]] == [
        ("removed", {"key": "acpi-cpu-hotplug--x86", "path": ["Feature Support", "S", "ACPI CPU Hotplug", "x86"], "status": "Experimental", "security": "less"}),
    ]  # fmt: skip
    assert new["changes"][0]["perhaps"]["key"] == "physical-cpu-hotplug--x86"
    assert main(["history", "physical-cpu-hotplug--x86", "--no-aliases", "--repo", str(repo)]) == 0
    words = (
        "perhaps continued as S / ACPI CPU Hotplug / x86 (acpi-cpu-hotplug--x86: Experimental), less security support"
    )
    assert words in capsys.readouterr().out
    row = run_json(capsys, "blame", "master", "--no-aliases", "--repo", str(repo))["rows"][-1]
    assert (row["key"], row["perhaps"]["key"]) == ("acpi-cpu-hotplug--x86", "physical-cpu-hotplug--x86")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("loader", "Boot loader"),
        ("LOADER boot", "Boot loader"),
        ("bootloader", "Boot loader"),
        ("boot-loader", "boot-loader"),
    ],
)
def test_words_of_a_name_do(picked: Path, capsys: pytest.CaptureFixture[str], asked: str, meant: str) -> None:
    assert run_json(capsys, "history", asked, "--repo", str(picked))["feature"] == meant


def test_a_wrong_name_is_answered_without_parsing_the_history(
    picked: Path, repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise AssertionError("a file of the history was parsed")

    monkeypatch.setattr("convert.matrix.history.snapshot", fail)
    for asked, words in (
        (
            "frobnicate loader",
            "no such feature in any tree or commit; no name has frobnicate; did you mean Boot loader",
        ),
        ("Boot laoder", "did you mean Boot loader"),
    ):
        assert main(["history", asked, "--repo", str(picked)]) == 2
        assert words in capsys.readouterr().err
    monkeypatch.undo()
    assert main(["history", "boot-loader--arm", "--repo", str(picked)]) == 2
    assert "no such feature in any tree or commit; did you mean boot-loader or Boot loader?" in capsys.readouterr().err
    assert main(["history", "e", "--repo", str(repo)]) == 2
    assert "features with these words: " in capsys.readouterr().err


def blamed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    value = run_json(capsys, "blame", *arguments)
    return {row["key"]: row["commit"]["subject"] for row in value["rows"] if row["path"][0] == "Feature Support"}


def test_blame_passes_over_wrapping_and_order(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = git(repo, "log", "-1", "--format=%H", "--grep=^wrap and reorder")
    assert blamed(capsys, before, "--repo", str(repo)) == {
        "thing--x86": "add Thing",
        "thing--arm": "add Thing",
        "other": "Other alone",
    }


def test_blame_goes_through_the_merge_to_either_side(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    merge = git(repo, "log", "-1", "--format=%H", "--grep=^merge side")
    assert blamed(capsys, merge, "--repo", str(repo)) == {
        "thing--x86": "a side branch: deprecate", "thing--arm": "add Thing", "other": "meanwhile Other changes",
    }  # fmt: skip


def test_blame_follows_a_rename_by_the_aliases_file_only(
    repo: Path, aliases: str, capsys: pytest.CaptureFixture[str]
) -> None:
    renamed = git(repo, "log", "-1", "--format=%H", "--grep=^rename Thing")
    assert blamed(capsys, renamed, "--repo", str(repo), "--aliases", aliases)["object--arm"] == "add Thing"
    assert blamed(capsys, renamed, "--repo", str(repo))["object--arm"] == "rename Thing to Object"


def test_a_caveat_changes_the_meaning_of_its_sections_rows(
    repo: Path, aliases: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = blamed(capsys, "unstable", "--repo", str(repo), "--aliases", aliases)
    assert found == {"object--x86": "caveat", "object--arm": "caveat", "other": "meanwhile Other changes"}


def test_blame_as_text_and_csv(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["blame", "4.98", "--repo", str(repo), "--format", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["key"] for row in table][-1] == "other" and table[-1]["subject"] == "meanwhile Other changes"
    assert main(["blame", "4.98", "--repo", str(repo)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(table)


def test_an_unpacked_tree_has_nobody_to_blame(tmp_path: Path, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "SUPPORT.md").write_text(support("4.1", OTHER))
    assert main(["blame", str(tmp_path), "--repo", str(repo)]) == 2
    assert "no commits" in capsys.readouterr().err


def test_a_shallow_clone_ends_where_it_ends(repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clone = tmp_path / "shallow"
    git(repo, "clone", "-q", "--depth", "2", f"file://{repo}", str(clone))
    assert main(["blame", "unstable", "--repo", str(clone)]) == 0
    assert "a shallow clone" in capsys.readouterr().err
    found = blamed(capsys, "unstable", "--repo", str(clone))
    assert found["other"] == "rename Thing to Object" and found["object--x86"] == "caveat"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ("", "", "")),
        (b"author nobody\n\nx", ("", "nobody", "x")),
        (b"author A <a> 999999999999 +0000\n\nsubject\nfolded\n\nbody", ("", "A", "subject folded")),
        (b"author A <a> 0 +9999\n\ns", ("", "A", "s")),
        ("encoding ISO-8859-1\nauthor Jürgen <j> 0 -0100\n\nß".encode("latin-1"), ("1969-12-31", "Jürgen", "ß")),
        (b"encoding no-such\nauthor A <a> 0 +0000\n\n\xff", ("1970-01-01", "A", "�")),
    ],
)
def test_commits_of_any_shape_are_read(data: bytes, expected: tuple[str, str, str]) -> None:
    found = commit.read("0" * 40, data)
    assert (found.date, found.author, found.subject) == expected
