"""What draft says of a cell: what lint finds in the draft, what cannot be written; the face of a tree's own file."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from convert import cli
from convert.draft import draft, translate
from tests.helpers.repositories import Commit, build
from tests.importing.runs import support
from tests.test_first_hour import BUNDLE

SHEET = BUNDLE.parent / "sheets" / "xen-five-trees.xlsx"


def book(path: Path, *rows: list[str | None], heads: list[str] | None = None) -> Path:
    made = Workbook()
    trees = made.active
    assert trees is not None
    trees.title = "Trees"
    for facts in (
        ["Tree", "Branch", "Xen-Version", "Initial-Release", "Supported-Until", "Security-Support-Until"],
        ["4.20", "stable-4.20", "4.20", "2025-03-05", "2028-03-05", "2030-03-05"],
    ):
        trees.append(facts)
    sheet = made.create_sheet("Features")
    sheet.append(heads or ["Section", "Feature", "Variant", "Description", "4.20", "Caveats"])
    for row in rows:
        sheet.append(row)
    made.save(path)
    return path


def run(*words: str) -> int:
    return cli.main(["draft", *words])


def test_lint_speaks_at_the_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = book(
        tmp_path / "book.xlsx", ["Boot", "Fast", None, None, "Supported, with caveats", None], ["Boot", "Slow", None, "Words.", "Supported", None],
    )  # fmt: skip
    assert run(str(path), "-o", str(tmp_path / "d")) == 0
    out, err = capsys.readouterr()
    assert 'Features!E2: warning: XS207 "with caveats", but no paragraph after the fields gives them' in err
    assert out.splitlines()[2].split()[6] == "1", "the column `findings` counts it"
    assert cli.main(["lint", str(tmp_path / "d/4.20/SUPPORT.md"), "--select", "XS207"]) == 0
    assert "XS207" in capsys.readouterr().out


def test_lint_is_the_users_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "xen-support.toml").write_text('[lint]\nignore = ["XS207"]\n')
    path = book(tmp_path / "book.xlsx", ["Boot", "Fast", None, None, "Supported, with caveats", None])
    assert run(str(path)) == 0 and "XS207" not in capsys.readouterr().err


def test_an_error_of_lint_is_exit_1_at_its_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = book(tmp_path / "book.xlsx", ["Boot", "Fast", None, None, "Supported", None])
    from openpyxl import load_workbook

    made = load_workbook(path)
    made["Trees"]["F2"] = "2020-01-01"
    made.save(path)
    assert run(str(path), "-o", str(tmp_path / "d")) == 1
    err = capsys.readouterr().err
    assert "Trees!" in err and "error: XS50" in err
    assert "2020-01-01" in (tmp_path / "d/4.20/SUPPORT.md").read_text(), "the draft says what the sheet says"


@pytest.mark.parametrize("sign", list("½²₂Ⅳ①〇५x三é"))
def test_a_less_than_sign_before_anything(sign: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = f"Boots in <{sign} s, mostly."
    path = book(tmp_path / "book.xlsx", ["Boot", "Fast", None, words, "Supported", None])
    assert run(str(path), "-o", str(tmp_path / "d")) == 0, capsys.readouterr().err
    assert f"<{sign} s, mostly." in (tmp_path / "d/4.20/SUPPORT.md").read_text().replace("\\", "")


def test_a_status_kept_as_it_stands_blocks_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = book(tmp_path / "book.xlsx", ["CPUs", "Guest", None, None, "up to 64", None])
    assert run(str(path), "-o", str(tmp_path / "d")) == 1
    assert (
        'Features!E2: error: XS801 unknown status "up to 64"; did you mean "Supported up to 64"?'
        in capsys.readouterr().err
    )
    assert run(str(path), "-o", str(tmp_path / "d"), "--keep-unknown") == 0
    assert "    Status: up to 64\n" in (tmp_path / "d/4.20/SUPPORT.md").read_text()


@pytest.mark.parametrize(
    ("old", "new", "cell"),
    [
        ("Status, Arm: Experimental", "Status, Arm: Supported", 'Features!E3: row "Host / CPUs / Arm" reads back'),
        ("    Status, Arm: Experimental\n", "", 'Features!E3: row "Host / CPUs / Arm" is lost; the cell says "Experimental"'),
        ("How many there may be.", "How many <b there may be.", "Features!D2: an unclosed tag is outside"),
        ("Only on Mondays.", "Only on <b Mondays.", "Features!F3: an unclosed tag is outside"),
        ("### CPUs", "### CPUs <b", "Features!B2: "),
        ("stands in are", "stands in <b are", "SUPPORT.md, line 3: an unclosed tag"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_cell_and_its_words(
    old: str, new: str, cell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = translate.translate

    def faulty(*args: Any) -> translate.Draft:
        made = real(*args)
        assert old in made.text
        return replace(made, text=made.text.replace(old, new))

    monkeypatch.setattr(draft, "translate", faulty)
    path = book(
        tmp_path / "book.xlsx", ["Host", "CPUs", "x86", "How many there may be.", "Supported", None],
        ["Host", "CPUs", "Arm", None, "Experimental", "Only on Mondays."],
    )  # fmt: skip
    assert run(str(path), "-o", str(tmp_path / "d")) == 1
    err = capsys.readouterr().err
    assert cell in err, err
    assert not (tmp_path / "d").exists()


OWN = support(
    """
## Host   ##

### CPUs

How many there
may be; see
_elsewhere_ and [there](https://a.example/).

    Status, x86: supported.
    Supported, Arm64: Image

### Gone

    Status: Obsolete
"""
).replace("% Support statement for this release", "% Their own title\n\nTheir own\nwords.")


def differences(one: str, other: str) -> list[str]:
    lines = unified_diff(one.splitlines(), other.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_a_draft_for_a_tree_that_has_a_file_keeps_its_face(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = build(
        tmp_path / "xen",
        [Commit("xen", {"SUPPORT.md": OWN + "\n# Format and definitions\n\nTheir own.\n"}, "stable-4.20")],
    )
    path = book(
        tmp_path / "book.xlsx", ["Host", "CPUs", "x86", "How many there may be; see elsewhere and there.", "Supported", None],
        [None, None, "Arm64", None, "Image", None], [None, None, "Arm32", None, "Experimental", None],
    )  # fmt: skip
    assert run(str(path), "-o", str(tmp_path / "d"), "--repo", str(repo)) == 0, capsys.readouterr().err
    made = (tmp_path / "d/4.20/SUPPORT.md").read_text()
    changed = [line for line in differences(OWN, made) if line[1:] in OWN or "Until" not in line]
    assert (
        "+    Status, Arm32: Experimental" in changed and "-    Status: Obsolete" in changed and "-### Gone" in changed
    )
    assert not [
        line for line in changed if "x86" in line or "Arm64" in line or "see" in line or "Their own title" in line
    ]
    assert "How many there\nmay be; see\n_elsewhere_ and [there](https://a.example/).\n" in made


def test_drafts_of_the_real_trees_differ_in_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not SHEET.exists():
        pytest.skip("no ../shared here")
    subprocess.run(["git", "clone", "-q", str(BUNDLE), str(tmp_path / "xen")], check=True)
    assert run(str(SHEET), "-o", str(tmp_path / "d"), "--repo", str(tmp_path / "xen")) == 0, capsys.readouterr().err
    for tree in ("master", "4.20", "4.17", "4.13", "4.10"):
        branch = "master" if tree == "master" else f"origin/stable-{tree}"
        done = subprocess.run(
            ["git", "-C", str(tmp_path / "xen"), "show", f"{branch}:SUPPORT.md"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert differences(done.stdout, (tmp_path / "d" / tree / "SUPPORT.md").read_text()) == []


@pytest.mark.slow
def test_drafts_of_every_release_tree_differ_in_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    xen = os.environ.get("XEN_GIT")
    if not xen:
        pytest.skip("XEN_GIT names no xen.git")
    for tree in ("master", *(f"4.{n}" for n in range(10, 23))):
        branch = "master" if tree == "master" else f"stable-{tree}"
        sheet = tmp_path / f"{tree}.xlsx"
        cli.main(["import", branch, "--repo", xen, "-o", str(sheet)])
        assert run(str(sheet), "-o", str(tmp_path / "d"), "--repo", xen) == 0, capsys.readouterr().err
        done = subprocess.run(
            ["git", "-C", xen, "show", f"{branch}:SUPPORT.md"], capture_output=True, text=True, check=True
        )
        left = differences(done.stdout, (tmp_path / "d" / tree / "SUPPORT.md").read_text())
        twice = (
            ['-    Status, Linux: Supported (outside of "backend allocation" mode)'] if tree in ("4.15", "4.16") else []
        )
        assert left == twice or tree == "4.21", left
