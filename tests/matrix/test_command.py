"""The commands matrix, trees and query: formats, exit statuses, which trees, which words."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from convert.cli import main
from convert.matrix.html import schema
from tests.helpers.repositories import Commit, build, git
from tests.matrix.making import makefile, repository, run_json, support

FEATURES = "## S\n\n### A\n\n    Status: {}\n\n### B\n\n    Status, x86 HVM: Tech Preview\n    Status, Arm: Supported\n"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    return repository(
        tmp_path / "repo",
        v4_10=support("4.10", FEATURES.format("Supported"), "2020-01-01", "2021-01-01"),
        v4_9=support("4.9", FEATURES.format("Experimental"), "2020-01-01", "2021-01-01"),
        unstable=support("4.99-unstable", FEATURES.format("Supported, not security supported"), "TBD", "TBD"),
    )


def test_schemas_are_schemas() -> None:
    for name in ("matrix", "trees", "history", "blame", "query"):
        Draft202012Validator.check_schema(json.loads(schema(name)))


@pytest.mark.parametrize(
    "command", [["matrix"], ["trees"], ["query"], ["history", "A"], ["blame", "4.10"]], ids=lambda c: str(c[0])
)
def test_json_is_of_its_schema(repo: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    value = run_json(capsys, *command, "--repo", str(repo))
    validator = Draft202012Validator(json.loads(schema(command[0])))
    assert list(validator.iter_errors(value)) == []
    assert value["schema"] == f"xen-support.{command[0]}/1"
    assert list(validator.iter_errors({**value, "schema": "other/1"})) != []


def test_without_arguments_all_release_trees_newest_first(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = run_json(capsys, "matrix", "--repo", str(repo))
    assert [tree["name"] for tree in value["trees"]] == ["unstable", "4.10", "4.9"]
    cells = next(row for row in value["rows"] if row["key"] == "a")["cells"]
    assert [(c["status"], c["label"], c["security"], c["change"]) for c in cells] == [
        ("Supported, not security supported", "Supported, not security supported", "no", "security-lost"),
        ("Supported", "Supported", "yes", "better"),
        ("Experimental", "Experimental", "no", None),
    ]


def test_tags_commits_and_unpacked_trees_are_trees(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(repo, "tag", "RELEASE-4.10.0", "stable-4.10")
    unpacked = tmp_path / "xen-4.8"
    (unpacked / "xen").mkdir(parents=True)
    (unpacked / "SUPPORT.md").write_text(support("4.8", FEATURES.format("Supported")))
    (unpacked / "xen" / "Makefile").write_text(makefile("4.8"))
    commit = git(repo, "rev-parse", "stable-4.9")
    value = run_json(capsys, "matrix", str(unpacked), commit, "RELEASE-4.10.0", "unstable", "--repo", str(repo))
    assert [(t["name"], t["version"]) for t in value["trees"]] == [
        ("unstable", "4.99"), ("RELEASE-4.10.0", "4.10"), (commit, "4.9"), ("xen-4.8", "4.8"),
    ]  # fmt: skip
    assert value["trees"][3]["commit"] is None


def test_files_are_trees_but_a_branch_of_that_name_comes_first(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "4.7").mkdir()
    for path, version in (("4.7/SUPPORT.md", "4.7"), ("mine.md", "4.6"), ("stable-4.9", "4.5")):
        Path(path).write_text(support(version, FEATURES.format("Supported")))
    for inside in (True, False):
        value = run_json(
            capsys, "matrix", "mine.md", "4.7/SUPPORT.md", *(["stable-4.9", "--repo", str(repo)] if inside else [])
        )
        assert [(t["name"], t["commit"] is None) for t in value["trees"]] == [
            *([("4.9", False)] if inside else []), ("4.7", True), ("mine", True),
        ]  # fmt: skip
    assert main(["matrix", "none.md"]) == 2
    assert "none.md: no such file" in capsys.readouterr().err


def test_master_comes_before_staging_and_a_branch_without_the_file_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = support("4.5", FEATURES.format("Supported"))
    repo = build(
        tmp_path / "r",
        [
            Commit("old", {"xen/Makefile": makefile("4.4")}, "stable-4.4"),
            Commit("new", {"SUPPORT.md": text, "xen/Makefile": makefile("4.5")}, "staging"),
        ],
    )
    assert [tree["ref"] for tree in run_json(capsys, "matrix", "--repo", str(repo))["trees"]] == ["refs/heads/staging"]
    git(repo, "branch", "master")
    assert [tree["ref"] for tree in run_json(capsys, "matrix", "--repo", str(repo))["trees"]] == ["refs/heads/master"]
    assert main(["matrix", "4.4", "--repo", str(repo)]) == 2
    assert "SUPPORT.md" in capsys.readouterr().err


def test_a_branch_of_two_remotes_must_be_chosen(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for remote in ("origin", "other"):
        git(repo, "update-ref", f"refs/remotes/{remote}/stable-4.8", "stable-4.9")
    assert main(["matrix", "--repo", str(repo)]) == 2
    assert "origin/stable-4.8, other/stable-4.8" in capsys.readouterr().err
    names = [tree["ref"] for tree in run_json(capsys, "matrix", "--repo", str(repo), "--remote", "other")["trees"]]
    assert "refs/remotes/other/stable-4.8" in names


def test_a_local_branch_that_differs_is_named(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(repo, "update-ref", "refs/remotes/origin/stable-4.9", "stable-4.10")
    assert main(["matrix", "--repo", str(repo), "--format", "csv"]) == 0
    assert "the local branch stable-4.9 is used; origin/stable-4.9 differs" in capsys.readouterr().err


@pytest.mark.parametrize(
    "bad", [FEATURES.format("Supported").replace("Status: S", "Status:S"), "## S\n\n###A\n\n    Status: Supported\n"]
)
def test_a_file_with_errors_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    repo = repository(tmp_path / "r", v4_2=support("4.2", FEATURES.format("Supported")), v4_1=support("4.1", bad))
    value = run_json(capsys, "matrix", "--repo", str(repo), status=1)
    cells = next(row for row in value["rows"] if row["key"] == "a")["cells"]
    assert cells[0]["status"] == "Supported"
    assert value["trees"][0]["errors"] == []
    (error,) = value["trees"][1]["errors"]
    lines = support("4.1", bad).split("\n")
    assert error["code"].startswith("XS1") and lines[error["line"] - 1] in bad.split("\n")
    assert main(["matrix", "--repo", str(repo)]) == 1
    assert "4.1:SUPPORT.md:" in capsys.readouterr().err
    assert main(["matrix", "--repo", str(repo), "--exit-zero"]) == 0


def test_a_binary_file_is_a_column_that_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = repository(tmp_path / "r", v4_2=support("4.2", FEATURES.format("Supported")), v4_1="\0\1\2" * 500)
    value = run_json(capsys, "matrix", "--repo", str(repo), status=1)
    (error,) = value["trees"][1]["errors"]
    assert "binary" in error["message"] and error["line"] is None
    assert {row["cells"][1]["absence"] for row in value["rows"]} == {"unreadable"}


def test_the_four_arguments_of_xens_generator(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for branch in ("4.9", "4.10"):
        git(repo, "update-ref", f"refs/remotes/origin/stable-{branch}", f"stable-{branch}")
    git(
        repo, "update-ref", "refs/remotes/origin/stable-4.100", "stable-4.10"
    )  # newer than the first: not in the series
    monkeypatch.chdir(repo)
    arguments = [
        "refs/heads/master",
        "https://example.org/u/S.html",
        "refs/remotes/origin/stable-NN",
        "https://example.org/NN/S.html",
    ]
    assert main(["matrix", *arguments, "--today", "2020-06-01"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!DOCTYPE html>")
    head = page[page.index('<table class="matrix">') :]
    head = head[: head.index("</thead>")]
    assert [part.split('"')[0] for part in head.split('href="')[1:]] == [
        "https://example.org/u/S.html", "https://example.org/4.10/S.html", "https://example.org/4.9/S.html",
    ]  # fmt: skip
    assert main(["matrix", "-D", *arguments, "--format", "json"]) == 0
    assert [tree["version"] for tree in json.loads(capsys.readouterr().out)["trees"]] == ["4.99", "4.10", "4.9"]
    assert main(["matrix", "refs/heads/none", *arguments[1:]]) == 2


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//example.org/ x", "https://", "file:///etc/passwd", "https://a/\nb"],
)
def test_addresses_that_are_none_are_refused(repo: Path, capsys: pytest.CaptureFixture[str], url: str) -> None:
    assert main(["matrix", "--repo", str(repo), "--format", "html", "--url", url]) == 2
    assert "not an address" in capsys.readouterr().err


def test_csv_and_xlsx_have_the_same_cells_and_no_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from openpyxl import load_workbook

    nasty = ['=HYPERLINK("http://x","y")', "+1+cmd", "-2+3", "@SUM(A1)", "＝1+1"]
    text = "## S\n\n" + "".join(f"### F{n}\n\n    Status: {value}\n\n" for n, value in enumerate(nasty))
    text += "### =1+1\n\n    Status, =2+2: Supported\n"
    repo = repository(tmp_path / "r", v4_2=support("4.2", text))
    main(["matrix", "--repo", str(repo), "--format", "csv", "--exit-zero"])
    table = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert not [cell for row in table for cell in row if cell[:1] in tuple("=+-@＝\t\r")]
    assert {f"'{value}" for value in nasty} <= {cell for row in table for cell in row}
    out = tmp_path / "m.xlsx"
    main(["matrix", "--repo", str(repo), "-o", str(out), "--exit-zero"])
    sheet = load_workbook(out)["Matrix"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert set(nasty) <= {cell.value for cell in cells}
    assert all(cell.quotePrefix for cell in cells if str(cell.value)[:1] in tuple("=+-@＝"))


def test_a_control_character_in_a_cell_does_not_stop_the_workbook(tmp_path: Path) -> None:
    repo = repository(tmp_path / "r", v4_2=support("4.2", "## S\n\n### A\n\n    Status: Sup\x07ported\n"))
    main(["matrix", "--repo", str(repo), "-o", str(tmp_path / "m.xlsx")])
    assert (tmp_path / "m.xlsx").stat().st_size > 1000


def test_text_shows_no_terminal_codes_and_says_what_is_absent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = repository(
        tmp_path / "r",
        v4_2=support("4.2", "## S\n\n### A\n\n    Status: Supp\x1b[31morted\n"),
        v4_1=support("4.1", "## S\n\n### B\n\n    Status: Supported\n"),
    )
    main(["matrix", "--repo", str(repo)])
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\\x1b" in out
    assert "not yet" in out and "removed" in out
    assert "! security support lost" in out.splitlines()[-1]


def test_html_puts_the_json_and_its_schema_beside_it(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "web" / "support matrix.html"
    assert main(["matrix", "--repo", str(repo), "-o", str(out)]) == 0
    value = json.loads((out.parent / "support matrix.json").read_text())
    shown = json.loads((out.parent / "support matrix.schema.json").read_text())
    assert list(Draft202012Validator(shown).iter_errors(value)) == []
    assert 'href="support%20matrix.json"' in out.read_text()


def test_the_page_is_the_same_bytes_for_the_same_day(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = []
    for name in ("one", "two"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        main(["matrix", "--repo", str(repo), "-o", str(tmp_path / f"{name}" / "m.html")])
        pages.append((tmp_path / name / "m.html").read_bytes())
    assert pages[0] == pages[1]
    assert b"2023-11-14" in pages[0]
    main(["matrix", "--repo", str(repo), "-o", str(tmp_path / "m.html"), "--today", "2020-06-01"])
    assert b"2020-06-01" in (tmp_path / "m.html").read_bytes() != pages[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--today", "yesterday"),
        ("--today", "2020-02-30"),
        ("SOURCE_DATE_EPOCH", "soon"),
        ("SOURCE_DATE_EPOCH", "9" * 30),
    ],
)
def test_a_day_that_is_none_is_refused(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    if name != "--today":
        monkeypatch.setenv(name, value)
    assert main(["trees", "--repo", str(repo), *([name, value] if name == "--today" else [])]) == 2
    assert value in capsys.readouterr().err


def test_outside_a_repository_one_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.fspath(tmp_path))
    for command in (["matrix"], ["trees"], ["query"], ["history", "A"], ["blame", "4.20"]):
        assert main(command) == 2
        captured = capsys.readouterr()
        assert len(captured.err.splitlines()) == 1 and captured.out == ""


def test_an_empty_repository_has_no_trees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = build(tmp_path / "r", [Commit("nothing here")])
    assert main(["matrix", "--repo", str(repo)]) == 2
    assert "no branch master" in capsys.readouterr().err


@pytest.mark.parametrize("output", ["m.pdf", "m"])
def test_a_file_whose_name_says_no_format_is_refused(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], output: str
) -> None:
    assert main(["matrix", "--repo", str(repo), "-o", str(tmp_path / output)]) == 2
    assert "which format?" in capsys.readouterr().err and not (tmp_path / output).exists()


def test_a_pipe_is_written_into_and_stays_a_pipe(repo: Path, tmp_path: Path) -> None:
    from threading import Thread

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert main(["matrix", "--repo", str(repo), "-o", str(pipe), "--format", "html"]) == 0
    reader.join(10)
    assert got and got[0].startswith(b"<!DOCTYPE html>") and pipe.is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe", "repo"]


def test_a_folder_is_no_output(repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["matrix", "--repo", str(repo), "-o", str(tmp_path), "--format", "csv"]) == 2
    assert "Is a directory" in capsys.readouterr().err


def rows(value: Any) -> list[tuple[str, str]]:
    return [(row["tree"], row["key"]) for row in value["rows"]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--security", "yes", "--tree", "4.10"], [("4.10", "a"), ("4.10", "b--arm")]),
        (["--security", "yes", "--tree", "4.10", "--variant", "arm*"], [("4.10", "b--arm")]),
        (["--security", "yes", "--security", "no", "--tree", "4.9", "--variant", "X86*"], [("4.9", "b--x86-hvm")]),
        (["--variant", "arm", "--tree", "4.9", "--tree", "4.10"], [("4.10", "b--arm"), ("4.9", "b--arm")]),
        (["--variant", "", "--feature", "?", "--tree", "unstable"], [("unstable", "a")]),
        (["--status", "experimental"], [("4.9", "a")]),
        (["--section", "s", "--feature", "a", "--status", "*supported"], [("unstable", "a"), ("4.10", "a")]),
        (["--security", "external"], []),
    ],
)
def test_query(
    repo: Path, capsys: pytest.CaptureFixture[str], options: list[str], expected: list[tuple[str, str]]
) -> None:
    assert rows(run_json(capsys, "query", "--repo", str(repo), *options)) == expected
    assert main(["query", "--repo", str(repo), *options, "--format", "csv"]) == 0
    assert [tuple(row[:2]) for row in list(csv.reader(io.StringIO(capsys.readouterr().out)))[1:]] == expected
    assert main(["query", "--repo", str(repo), *options]) == 0
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == len(expected)
    assert ("no row matches" in printed.err) == (not expected)


def test_a_cell_is_read_with_the_state_of_its_tree(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for today, state, effective in (
        ("2019-12-31", "development", "no"), ("2020-01-01", "supported", "yes"), ("2021-01-01", "security", "yes"),
        ("2021-01-02", "ended", "no"),
    ):  # fmt: skip
        value = run_json(capsys, "matrix", "--repo", str(repo), "--today", today)
        assert value["today"] == today
        assert [tree["support"] for tree in value["trees"]] == ["development", state, state]
        assert value["trees"][1]["dates"] == {
            "initial_release": "2020-01-01", "supported_until": "2020-01-01", "security_support_until": "2021-01-01",
        }  # fmt: skip
        cells = {row["key"]: row["cells"] for row in value["rows"]}
        assert [(c["security"], c["effective"]) for c in cells["a"]] == [("no", "no"), ("yes", effective), ("no", "no")]
        assert [c["effective"] for c in cells["b--arm"]] == ["no", effective, effective]
    assert value["trees"][0]["dates"]["supported_until"] is None


def test_rows_say_of_what_kind_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "## S\n\n### A\n\n    Status: Supported up to 8\n    Supported, x86: bzImage\n    Status, Arm: Supported\n"
    repo = repository(tmp_path / "r", v4_2=support("4.2", text))
    value = run_json(capsys, "matrix", "--repo", str(repo))
    kinds = {row["key"]: row["kind"] for row in value["rows"]}
    assert {kinds[key] for key in kinds if key.startswith("release-support")} == {"release"} and len(kinds) == 8
    assert (kinds["a"], kinds["a--x86"], kinds["a--arm"]) == ("limit", "list", "status")
    found = run_json(capsys, "query", "--repo", str(repo))
    assert {row["key"]: row["kind"] for row in found["rows"]} == kinds
    assert rows(run_json(capsys, "query", "--repo", str(repo), "--status", "4.2*")) == []


def test_query_says_which_trees_have_no_support_and_leaves_them_out_where_asked(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["query", "--security", "yes", "--repo", str(repo), "--today", "2022-06-01"]
    assert main([*options, "--tree", "4.10"]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("4.10: S / ") == 2
    assert captured.err == (
        "xen-support: no security support on 2022-06-01, whatever the rows state: 4.10 ended 2021-01-01. "
        "--supported leaves these trees out.\n"
    )
    assert main([*options, "--supported"]) == 0
    assert capsys.readouterr() == ("", "xen-support: no row matches\n")
    assert main([*options[:-1], "2020-06-01", "--supported"]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("4.10: ") == 2 and captured.out.count("unstable") == 0 and captured.err == ""
    value = run_json(capsys, *options)
    assert value["today"] == "2022-06-01"
    assert {tree["name"]: tree["support"] for tree in value["trees"]} == {
        "unstable": "development", "4.10": "ended", "4.9": "ended",
    }  # fmt: skip
    assert {(row["tree"], row["security"], row["effective"], row["support"]) for row in value["rows"]} == {
        ("unstable", "yes", "no", "development"), ("4.10", "yes", "no", "ended"), ("4.9", "yes", "no", "ended"),
    }  # fmt: skip


def test_a_workbook_is_the_same_bytes_for_the_same_day(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1600000000")
    made = []
    for name in ("one", "two"):
        main(["matrix", "--repo", str(repo), "-o", str(tmp_path / f"{name}.xlsx")])
        made.append((tmp_path / f"{name}.xlsx").read_bytes())
        monkeypatch.setattr("openpyxl.packaging.core.datetime", SimpleNamespace(datetime=_Later, timezone=timezone))
    assert made[0] == made[1]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    main(["matrix", "--repo", str(repo), "-o", str(tmp_path / "other.xlsx")])
    assert (tmp_path / "other.xlsx").read_bytes() != made[0]


class _Later:
    """A clock that is wrong by years."""

    @staticmethod
    def now(tz: Any = None) -> datetime:
        return datetime(2040, 1, 1, tzinfo=tz)


def test_trees_say_what_is_supported_on_a_day(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = run_json(capsys, "trees", "--repo", str(repo), "--today", "2020-06-01")
    assert [(t["name"], t["support"], t["url"]) for t in value["trees"]] == [
        ("unstable", "development", "https://xenbits.xen.org/docs/unstable/SUPPORT.html"),
        ("4.10", "security", "https://xenbits.xen.org/docs/4.10-testing/SUPPORT.html"),
        ("4.9", "security", "https://xenbits.xen.org/docs/4.9-testing/SUPPORT.html"),
    ]
    value = run_json(capsys, "trees", "4.9", "--repo", str(repo), "--today", "2021-01-02")
    assert [t["support"] for t in value["trees"]] == ["ended"]


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ("text", "4.10      4.10           security support only  2020-01-01  2020-01-01       2021-01-01"),
        ("wiki", "| [https://xenbits.xen.org/docs/4.10-testing/SUPPORT.html SUPPORT]"),
        (
            "md",
            "| 4.10 | 4.10 | security support only | 2020-01-01 | 2020-01-01 | 2021-01-01 | refs/heads/stable-4.10 |",
        ),
        ("html", '<th scope="row"><a href="https://xenbits.xen.org/docs/4.10-testing/SUPPORT.html">4.10</a></th>'),
    ],
)
def test_trees_in_every_format(repo: Path, capsys: pytest.CaptureFixture[str], form: str, row: str) -> None:
    assert main(["trees", "--repo", str(repo), "--today", "2020-06-01", "--format", form]) == 0
    assert row in capsys.readouterr().out


def test_a_hostile_version_is_text_in_wiki_and_markdown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "4.2 |- [[File:x]] {{evil}} <script> [a](javascript:b) `c`"
    repo = repository(
        tmp_path / "r", v4_2=support("4.2", "## S\n").replace("Xen-Version: 4.2", f"Xen-Version: {hostile}")
    )
    main(["trees", "--repo", str(repo), "--format", "wiki"])
    wiki = capsys.readouterr().out
    assert not any(mark in wiki for mark in ("[[", "{{", "<script", "|- ["))
    main(["trees", "--repo", str(repo), "--format", "md"])
    line = capsys.readouterr().out.splitlines()[2]
    assert "\\|- \\[\\[File:x\\]\\] \\{\\{evil\\}\\} \\<script\\>" in line
    main(["trees", "--repo", str(repo), "--format", "html"])
    assert "<script>" not in capsys.readouterr().out
