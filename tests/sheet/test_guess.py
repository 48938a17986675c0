"""Workbooks that no layout maps yet: all problems at once, what is seen in them, and a layout file that is read by."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert import cli
from convert.sheet.categorise import categorise
from convert.sheet.cells import Cell, Row, Run, Tab, Workbook
from convert.sheet.guess import layout_text, version_of
from convert.sheet.layout import load_layout
from convert.sheet.model import Categorisation
from tests.sheet.builders import fields, tabs
from tests.sheet.test_tolerance import merged

DEFAULT = load_layout(None)


def workbook(text: str) -> Workbook:
    return Workbook("book.xlsx", "xlsx", "0" * 64, tuple(tabs(text)))


def by_guess(text: str, folder: Path) -> tuple[Categorisation, str]:
    """A workbook read by the layout that is guessed for it, and that layout."""
    book = workbook(text)
    found, _ = layout_text(book, DEFAULT)
    path = folder / "book.layout.toml"
    path.write_text(found, encoding="utf-8")
    return categorise(book, load_layout(path)), found


def csv_book(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "command",
    [["draft", "{}", "-o", "out"], ["update", "{}", "--repo", "."], ["update", "{}", "--repo", ".", "--plan"]],
)
@pytest.mark.parametrize("trees", [None, "Tree,Branch,Xen-Version\n"])
def test_no_tree_is_exit_1_with_all_problems_and_nothing_written(
    command: list[str], trees: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    import subprocess

    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "Features.csv").write_text("Section,Feature,4.20,4.19\nS,F,Supported,Suported\n,G,?,#REF!\n")
    if trees is not None:
        (folder / "Trees.csv").write_text(trees)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert cli.main([word.replace("{}", "book") for word in command]) == 1
    out, err = capsys.readouterr()
    assert out == "" and sorted(path.name for path in tmp_path.iterdir()) == before
    assert 'Features!D2: error: XS801 unknown status "Suported"' in err and "Features!D3: error: XS806" in err
    assert ("XS847" if trees else "XS821") in err and err.count("\nWhat is seen in the workbook:") == 1
    if trees is None:
        assert '[[tree]]\n    name = "4.20"\n    branch = "stable-4.20"  # guess\n    version = "4.20"' in err


TWO_ROWS = """Feature list (DRAFT)
Xen security coverage, a draft {1x7} |
Feature {2x1} | Arch {2x1} | Status {1x3} | | | Security supported? {2x1} | Comments {2x1}
| | 4.10 | staging | 4.9 | |
Memory {1x7} |
Ballooning | all | Supported | Supported | Supported | Y | ok
Sharing | x86 | Experimental | Experimental | n/a | N | why not drop?
| ARM | ? | Experimental | - | |
Scheduler {1x7} |
Credit 2 | all | Supported | Supported | Tech Preview | |
"""


def test_headings_of_two_rows_and_merged_sections(tmp_path: Path) -> None:
    found, text = by_guess(TWO_ROWS, tmp_path)
    assert "header_row = [2, 3]" in text and 'sections = "merged"  # guess' in text
    assert '# "n/a" = ""' in text and 'version = "4.11-unstable"  # guess' in text
    assert [tree.name for tree in found.trees] == ["4.10", "staging", "4.9"]
    assert fields(found, "staging")[0] == "Memory/Ballooning | all: Supported"
    assert [(p.name, p.place) for p in found.problems if p.severity == "error"] == [
        ("unknown-status", "Feature list (DRAFT)!E6")
    ]


@pytest.mark.parametrize(
    ("above", "rows"),
    [
        ("Feature {2x1} | Xen {1x2} |", "[1, 2]"),
        ("Feature {2x1} | |", "2"),
        ("Feature | Xen |", "2"),
        ("| Xen {1x2} |", "2"),
    ],
)
def test_a_row_above_the_versions_is_of_the_headings_if_two_cells_say_so(above: str, rows: str, tmp_path: Path) -> None:
    _, text = by_guess(f"Sheet1\n{above}\nName | 4.20 | 4.19\na | Supported | Experimental\nb | Supported | Supported", tmp_path)  # fmt: skip
    assert f"\nheader_row = {rows}" in text or (rows == "2" and "header_row = [" not in text), text


SHAPES = {
    "a row a tree": ("Sheet1\nArea | Item | Release | State\nBoot | a | 4.20 | Supported\n | a | 4.19 | Experimental\n | b | 4.19 | Supported", ["4.20", "4.19"]),
    "rows without status": ("Sheet1\nNo. | Requirement | 4.20 | 4.19\nV1 | Boot | | \n1.1 | secure | Supported | Supported\n1.2 | fast | Tech Preview | Experimental", ["4.20", "4.19"]),
    "alone": ("Sheet1\nName | 4.20\nBoot |\nfast | Supported\nslow | Experimental", ["4.20"]),
    "no sections": ("Sheet1\nDevice | Xen 4.20 | Xen 4.19\na | Supported | Supported\nb | Supported | Experimental", ["4.20", "4.19"]),
    "no headings": ("Sheet1\nBoot | fast | Supported\nBoot | slow | Experimental", ["c"]),
    "equal headings": ("Sheet1\nArea | Item | Status | Status\nBoot | a | Supported | Experimental\n | b | Supported | Supported", ["status"]),
    "ticks": ("Sheet1\nArea | Item | 4.20\nBoot | a | ✓\n | b | ✗\n | c | ½", ["4.20"]),
    "a tab a tree": ("4.20\nArea | Item | x86 | Arm\nBoot | a | Supported | Experimental\n4.19\nArea | Item | x86 | Arm\nBoot | a | Supported | Supported", ["4.20", "4.19"]),
    "several tabs": ("Boot\nItem | 4.20\na | Supported\nb | Supported\nRun\nItem | 4.20\nc | Supported\nMinutes\nWho | said\nIan | no", ["4.20"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_guessed_layout_reads_the_workbook(name: str, tmp_path: Path) -> None:
    text, trees = SHAPES[name]
    found, layout = by_guess(text, tmp_path)
    assert [tree.name for tree in found.trees][: len(trees)] == trees, layout
    stated = [field for tree in found.trees for field in fields(found, tree.name)]
    assert len(stated) >= 2, (layout, [p.message for p in found.problems])
    assert all(p.name in ("two-trees", "odd-version") for p in found.problems if p.severity == "error"), layout


def test_columns_of_crosses_are_seen_and_their_words_wait_for_a_meaning(tmp_path: Path) -> None:
    text = "Checks\nCategory | Detail | Level 1 | Level 2\nBoot | secure | x | x\nBoot | fast | | x\nRun | safe | | x"
    found, layout = by_guess(text, tmp_path)
    assert '"Level 1" = "level-1"  # guess' in layout and '# "x" = ""  # 4 cells; write "Supported"' in layout
    assert {p.name for p in found.problems if p.severity == "error"} == {"unknown-status"}
    path = tmp_path / "own.toml"
    path.write_text(layout.replace('# "x" = ""', '"x" = "Supported"'), encoding="utf-8")
    read = categorise(workbook(text), load_layout(path))
    assert fields(read, "level-2") == ["Boot/secure: Supported", "Boot/fast: Supported", "Run/safe: Supported"]


def test_the_trees_of_a_tab_are_not_written_again(tmp_path: Path) -> None:
    text = "Trees\nTree | Xen-Version\n4.20 | 4.20\nSheet1\nArea | Thing | 4.20\nBoot | a | Supported\n | b | Obsolete"
    found, layout = by_guess(text, tmp_path)
    assert "[[tree]]" not in layout and fields(found) == ["Boot/a: Supported", "Boot/b: Obsolete"]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("4.20", "4.20"), ("Xen 4.20", "4.20"), ("v4.20", "4.20"), ("4.20-unstable", "4.20"), ("4.20.1", "4.20"), ("Release 4.9", "4.9"), ("staging", "staging"),
        ("Unstable", "unstable"), ("2024", None), ("Status", None), ("x86", None), ("", None), ("4", None), ("4.20 and 4.19", None),
    ],
)  # fmt: skip
def test_versions(text: str, version: str | None) -> None:
    assert version_of(text) == version


def test_print_layout(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    default = (Path(cli.__file__).parent / "sheet" / "default-layout.toml").read_text(encoding="utf-8")
    for words in (["--print-layout"], ["--print-layout", "default"], ["no-such.xlsx", "--print-layout", "default"]):
        assert cli.main(["draft", *words]) == 0
        assert capsys.readouterr().out == default
    csv_book(tmp_path / "book.csv", "Area,Item,4.20\nBoot,a,Supported\n,b,Experimental\n")
    for words in (["book.csv", "--print-layout"], ["--print-layout", "book.csv"]):
        assert cli.main(["draft", *words]) == 0
        out, err = capsys.readouterr()
        assert tomllib.loads(out)["tree"][0]["name"] == "4.20" and "book.layout.toml" in err
    assert not (tmp_path / "drafts").exists()
    (tmp_path / "book.layout.toml").write_text(out)
    assert cli.main(["draft", "book.csv"]) == 0 and (tmp_path / "drafts/4.20/SUPPORT.md").exists()
    capsys.readouterr()
    csv_book(tmp_path / "other.csv", "Who,What\nIan,left\n")
    assert cli.main(["draft", "other.csv", "--print-layout"]) == 1
    out, err = capsys.readouterr()
    assert "no column of statuses is seen" in out and tomllib.loads(out) and "`missing`" in err
    assert cli.main(["draft", "book.csv", "--print-layout", "what"]) == 2
    assert cli.main(["draft"]) == 2 and "which workbook?" in capsys.readouterr().err


def test_a_damaged_workbook_has_a_layout_all_the_same(tmp_path: Path) -> None:
    book = merged(tmp_path / "a.xlsx", "B3:B4", "B2:B3")
    text, complete = layout_text(book, DEFAULT)
    assert complete and tomllib.loads(text)["tree"][0]["version"] == "4.20"


TEXT = st.sampled_from(
    [
        "",
        "Feature",
        "Section",
        "4.20",
        "4.1",
        "Supported",
        "?",
        "✓",
        "x86",
        "a\nb",
        '"',
        "\\",
        "[x]",
        "\x7f",
        "#REF!",
        "Status",
        "💥",
        "=1",
    ]
)
CELLS = st.builds(
    lambda text, number, rows, columns: Cell((Run(text),), number=number, rows=rows, columns=columns) if text else None,
    TEXT, st.booleans(), st.integers(1, 3), st.integers(1, 3),
)  # fmt: skip
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=5).map(tuple), max_size=6).map(
    lambda found: tuple(Row(n, cells) for n, cells in enumerate(found, 1))
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXT.filter(bool), ROWS), min_size=1, max_size=3, unique_by=lambda tab: tab[0].casefold()))
def test_any_workbook_has_a_layout_that_can_be_read(found: list[tuple[str, tuple[Row, ...]]]) -> None:
    book = Workbook("any.xlsx", "xlsx", "0" * 64, tuple(Tab(title, rows) for title, rows in found))
    text, _ = layout_text(book, DEFAULT)
    tomllib.loads(text)
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "any.toml")
        path.write_text(text, encoding="utf-8")
        categorise(book, load_layout(path))
