"""draft: what is written, what is refused, what is reported; one run of the real command each."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from convert import cli
from convert.draft import definitions, draft, translate, validate
from convert.sheet.categorise import categorise
from convert.sheet.layout import load_layout
from convert.sheet.workbook import open_workbook
from grammar import printer
from grammar.parser import parse_text
from grammar.rows import read_rows
from tests.helpers import pandoc
from tests.helpers.repositories import Commit, build, git

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "categorisation.xlsx"
TREES: list[list[Any]] = [
    ["Tree", "Branch", "Xen-Version", "Initial-Release", "Supported-Until", "Security-Support-Until", "Release-Notes"],
    ["master", "master", "4.23-unstable", None, None, None, None],
    ["4.20", "stable-4.20", "4.20", "2025-03-05", "2028-03-05", "2030-03-05", "-"],
]
HEAD = ["Section", "Feature", "Variant", "Description", "master", "4.20", "Caveats", "Owner", "Discussion"]
ROWS: list[list[Any]] = [
    ["Host", "CPUs", "x86", "How many there may be.", "Supported", "Supported", None, None, "Argued about."],
    [None, None, "Arm", None, "(Tech Preview?)", "Experimental", None, "ARM maintainers", None],
    [None, "Old thing", None, None, "Obsolete", "Deprecated", "- may be gone\n- soon", None, None],
]


def book(folder: Path, rows: list[list[Any]], trees: list[list[Any]] = TREES, head: list[str] = HEAD) -> Path:
    workbook = openpyxl.Workbook()
    for title, content in (("Trees", trees), ("Features", [head, *rows])):
        sheet = workbook.create_sheet(title)
        for row in content:
            sheet.append(row)
    workbook.remove(workbook.worksheets[0])
    path = folder / "book.xlsx"
    workbook.save(path)
    return path


def run(path: Path, out: Path, *more: str) -> int:
    return cli.main(["draft", str(path), "-o", str(out), *more])


def test_golden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(book(tmp_path, ROWS), tmp_path / "d") == 0
    text = (tmp_path / "d/4.20/SUPPORT.md").read_text()
    assert text[: text.index("# Format")] == (
        "% Support status of this Xen tree\n\n"
        "This file says which features of the Xen tree that it stands in are supported,\n"
        "and which of them get security support.\n\n"
        "The labels are defined at its end.\n\n"
        "# Release Support\n\n"
        "    Xen-Version: 4.20\n    Initial-Release: 2025-03-05\n    Supported-Until: 2028-03-05\n    Security-Support-Until: 2030-03-05\n\n"
        "# Feature Support\n\n"
        "## Host\n\n"
        "### CPUs\n\n"
        "How many there may be.\n\n"
        "    Status, x86: Supported\n    Status, Arm: Experimental\n\n"
        "### Old thing\n\n"
        "    Status: Deprecated\n\n"
        "Note:\n\n"
        "  * may be gone\n  * soon\n\n"
    )
    out = capsys.readouterr()
    assert out.out.splitlines()[2].split() == [
        "master",
        "4.23-unstable",
        "2",
        "2",
        "0",
        "1",
        "1",
        str(tmp_path / "d/master/SUPPORT.md"),
    ]


def test_obsolete_reads_back_as_no_security_support(tmp_path: Path) -> None:
    run(book(tmp_path, ROWS), tmp_path / "d")
    rows = read_rows(parse_text((tmp_path / "d/master/SUPPORT.md").read_text()).document).rows
    assert [r.security for r in rows if r.status == "Obsolete"] == ["no"]


def test_discussion_owner_and_undecided_words_are_published_nowhere(tmp_path: Path) -> None:
    run(book(tmp_path, ROWS), tmp_path / "d")
    private = tmp_path / "d/open-questions.md"
    for path in (tmp_path / "d").rglob("*"):
        if path.is_file() and path != private:
            text = path.read_text()
            assert "Argued" not in text and "maintainers" not in text and "Preview?" not in text, path
    assert "ARM maintainers" in private.read_text() and "`(Tech Preview?)`" in private.read_text()
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert (tmp_path / "d/open-questions-public.txt").read_text().endswith("\nHost / CPUs / Arm: master\n")


def test_provenance_and_explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = book(tmp_path, ROWS)
    run(path, tmp_path / "d")
    value = json.loads((tmp_path / "d/4.20/provenance.json").read_text())
    assert value["schema"] == "xen-support.provenance/1" and value["source"]["name"] == "book.xlsx"
    assert value["rows"]["cpus--x86"] == "Features!F2" and value["rows"]["release-support--xen-version"] == "Trees!C3"
    capsys.readouterr()
    assert run(path, tmp_path / "e", "--explain", "cpus--arm") == 0
    assert capsys.readouterr().out == (
        'master: Features!E3 "(Tech Preview?)"\n    undecided, so it is left out\n'
        '4.20: Features!F3 "Experimental"\n    Feature Support / Host / CPUs / Arm: Experimental\n'
    )
    assert not (tmp_path / "e").exists()
    assert run(path, tmp_path / "e", "--explain", "nothing") == 1


def test_errors_block_the_trees_they_touch_and_no_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        *ROWS,
        [None, "New", None, None, "Suported", "Supported", None, None, None],
        [None, "Next", "a:b", None, None, "Experimental", None, None, None],
    ]
    trees = [*TREES, ["4.19", "stable-4.19", "4.19", None, None, None, None]]
    head = [*HEAD, "4.19"]
    assert run(book(tmp_path, [[*row, "Supported"] for row in rows[:4]] + [rows[4]], trees, head), tmp_path / "d") == 1
    out = capsys.readouterr()
    assert 'Features!E5: error: XS801 unknown status "Suported"; did you mean "Supported"?' in out.err
    assert "Features!C6: error:" in out.err  # both problems in one run
    assert not (tmp_path / "d/master").exists()
    assert "blocked by errors" in out.out


def test_an_existing_file_that_differs_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, file = book(tmp_path, ROWS), tmp_path / "d/4.20/SUPPORT.md"
    assert run(path, tmp_path / "d") == 0
    assert run(path, tmp_path / "d") == 0  # the same again is no conflict
    file.write_text("by hand\n")
    capsys.readouterr()
    assert run(path, tmp_path / "d") == 1
    assert file.read_text() == "by hand\n"
    assert "xen-support update" in capsys.readouterr().err
    assert run(path, tmp_path / "d", "--force") == 0
    assert file.read_text().startswith("% ")


def test_same_input_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert run(SAMPLE, tmp_path / name) == 0
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(files) == 12
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)


def test_the_other_sample_drafts_by_the_layout_beside_it(tmp_path: Path) -> None:
    assert run(SAMPLE.with_name("per-tree.xlsx"), tmp_path / "d") == 0
    assert len(list((tmp_path / "d").glob("*/SUPPORT.md"))) == 3


def _draft(tmp_path: Path) -> translate.Draft:
    categorisation = categorise(open_workbook(book(tmp_path, ROWS)), load_layout(None))
    return translate.translate(categorisation, categorisation.trees[1])


def test_a_right_draft_has_no_differences(tmp_path: Path) -> None:
    assert validate.differences(_draft(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "find", "put"),
    [
        ("a dropped field", "    Status, Arm: Experimental\n", ""),
        ("a swallowed literal", "How many there may be.\n\n    Status", "How many there may be.\n    Status"),
        ("a literal swallowed by a list", "How many there may be.\n", "* How many there may be.\n"),
        (
            "joined paragraphs",
            "and which of them get security support.\n\nThe",
            "and which of them get security support.\nThe",
        ),
        ("a lost caveat", "Note:\n\n  * may be gone\n  * soon\n\n", ""),
        ("a lost item", "  * soon\n", ""),
        ("a changed value", "Status: Deprecated", "Status: Supported"),
        ("a renamed heading", "### Old thing", "### Other thing"),
        ("a lost heading", "### Old thing\n", ""),
        ("an added row", "    Status: Deprecated\n", "    Status: Deprecated\n    Status, x: Supported\n"),
        ("a lost release field", "    Initial-Release: 2025-03-05\n", ""),
        ("a word changed in prose", "there may be", "there can be"),
        ("a changed definition", "Security supported: Yes", "Security supported: No"),
    ],
)
def test_a_printers_fault_is_refused(
    name: str, find: str, put: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = translate.translate

    def faulty(*args: Any) -> translate.Draft:
        made = real(*args)
        if made.tree.name == "master":
            return made
        assert find in made.text, name
        text = made.text.replace(find, put, 1)
        return replace(made, text=text)

    monkeypatch.setattr(draft, "translate", faulty)
    assert run(book(tmp_path, ROWS), tmp_path / "d") == 1
    assert not (tmp_path / "d/4.20").exists() and (tmp_path / "d/master/SUPPORT.md").exists()
    assert "nothing is written" in capsys.readouterr().err


def test_a_printer_that_escapes_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["Host", "CPUs", None, "1. this is *no* list\n# nor a heading", "Supported", "Supported", None, None, None]]
    assert run(book(tmp_path, rows), tmp_path / "a") == 0
    monkeypatch.setattr(printer, "spell", lambda words, **_: "".join(getattr(w, "text", "") for w in words))
    assert run(book(tmp_path, rows), tmp_path / "b") == 1


def test_definitions_of_the_tree_are_kept_and_labels_in_use_are_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = "# Format and definitions\n\nOur words,  kept   as they are.\n\n## Labels\n\n### Supported\n\n    Functional completeness: Yes\n\n### Deprecated\n\n    Functional completeness: Yes\n\nThe end.\n"
    (tmp_path / "old.md").write_text("# A\n\n" + own)
    assert run(book(tmp_path, ROWS), tmp_path / "d", "--definitions", str(tmp_path / "old.md")) == 0
    kept = (tmp_path / "d/4.20/SUPPORT.md").read_text()
    assert "Our words,  kept   as they are." in kept and kept.endswith("The end.\n") and "### Experimental" in kept
    master = (tmp_path / "d/master/SUPPORT.md").read_text()
    assert "### Obsolete\n\n    Functional completeness" in master and "### Experimental" not in master
    assert "added to the definitions part, as it is in use: Obsolete" in capsys.readouterr().err
    found = definitions.find(parse_text("# A\n\n" + own).source, "x")
    assert found is not None and found.text == own


@pytest.mark.parametrize(("heading", "kept"), [("Tech Preview", True), ("Experimental", False)])
def test_a_label_is_defined_where_its_heading_is(heading: str, kept: bool) -> None:
    """`Tech Preview, with limited support` comes under `Tech Preview`."""
    label = "Tech Preview, with limited support"
    entry = re.search(rf"^### {label}\n\n(?: {{4}}.*\n)+", definitions.template("definitions.md"), re.M)
    assert entry is not None
    own = definitions.Definitions(f"# Format and definitions\n\n{entry[0]}", "a")
    theirs = definitions.Definitions(f"# Format and definitions\n\n### {heading}\n\n    Stable: No\n", "b")
    assert (label in definitions.without_own(own, theirs).text) is kept


def test_definitions_come_from_the_one_remote_that_has_the_branch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "# A\n\n# Format and definitions\n\nTheir own words.\n\n## Labels\n"
    xen = build(tmp_path / "xen", [Commit("add", {"SUPPORT.md": text})])
    commit = git(xen, "rev-parse", "HEAD")
    git(xen, "update-ref", "refs/remotes/xenbits/stable-4.20", commit)
    arguments = (book(tmp_path, ROWS), tmp_path / "d", "--tree", "4.20", "--repo", str(xen))
    assert run(*arguments) == 0
    assert "Their own words." in (tmp_path / "d/4.20/SUPPORT.md").read_text()
    git(xen, "update-ref", "refs/remotes/other/stable-4.20", commit)
    assert run(*arguments) == 2  # two remotes have it: which one is for the user to say
    assert "other" in capsys.readouterr().err


@pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here")
def test_oracle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = book(tmp_path, ROWS)
    assert run(path, tmp_path / "d", "--oracle") == 0
    script = tmp_path / "parse-support-md"
    script.write_text(
        'open F, "<", $ARGV[0]; local $/; $_ = <F>; die "no blocks" unless /"blocks"/; print "<td>Supported</td>";\n'
    )
    assert run(path, tmp_path / "e", "--oracle", str(script)) == 1
    assert 'shows "Deprecated" 0 times, we read it 1 times' in capsys.readouterr().err
    script.write_text('die "cannot parse\\n";\n')
    assert run(path, tmp_path / "e", "--oracle", str(script)) == 1
    assert "dies: cannot parse" in capsys.readouterr().err and not (tmp_path / "e/master").exists()
    script.write_text("use No::Such::Module;\n")
    assert run(path, tmp_path / "e", "--oracle", str(script)) == 2
    assert "needs the Perl module No::Such::Module, which is not installed\n" in capsys.readouterr().err
    assert run(path, tmp_path / "e", "--oracle", str(tmp_path / "missing")) == 2
    assert "missing: no such file\n" in capsys.readouterr().err


@pytest.mark.skipif(not pandoc.PANDOC_3, reason="no pandoc 3 here")
def test_the_oracle_with_pandoc_3_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft is inside the mark-up, in which both versions read the same."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pandoc").symlink_to(str(pandoc.PANDOC_3))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert run(SAMPLE, tmp_path / "d", "--oracle") == 0, capsys.readouterr().err
    assert (tmp_path / "d/master/SUPPORT.md").exists()


@pytest.mark.parametrize("printed", ["pandoc 3.1", "[]", "{}", ""])
def test_an_oracle_that_is_no_pandoc(
    printed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/pandoc"
    program.write_text(f"#!/bin/sh\n/bin/cat > /dev/null\necho '{printed}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    assert run(book(tmp_path, ROWS), tmp_path / "d", "--oracle") == 2
    said = capsys.readouterr().err
    assert "is the `pandoc` on PATH the real one?" in said and "fault in xen-support" not in said
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.xlsx"],
        ["."],
        ["x.txt"],
        [str(SAMPLE), "--tree", "9.9"],
        [str(SAMPLE), "--layout", "missing.toml"],
        [str(SAMPLE), "--definitions", "none.md"],
        [],
    ],
)
def test_wrong_arguments(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.txt").write_bytes(os.urandom(999))
    assert cli.main(["draft", *arguments]) == 2
    said = [
        line for line in capsys.readouterr().err.splitlines() if ": info: " not in line and ": warning: " not in line
    ]
    assert 1 <= len(said) <= 2 and said[0].startswith("xen-support"), said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.txt"]
