"""import of small files: what stands where in the workbook, and what a draft of it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from convert.commands import import_
from convert.failure import Failure
from convert.importing.order import merged_order
from grammar.parser import parse_text
from grammar.rows import read_rows
from tests.helpers.repositories import Commit, build
from tests.importing.runs import command, drafts, support

OLD = """
## Host

### CPU Pools

Groups
of CPUs.

    Status: Supported

### Shared *and* odd

A **bold** word.

    Status, x86: Tech Preview
    Status, ARM: Experimental

Only in the old one:

  * one
  * two
      * nested

## Text only

Not security supported.
"""
NEW = """
## Host

### CPU Pools

Groups of CPUs.

    Status: Supported, not security supported

### New one

    Status, x86: Supported

### Shared *and* odd

Another word.

    Status, x86: Supported
    Status, RISC-V: Experimental
    Status, ARM: Experimental
"""


def write(folder: Path, **files: str) -> list[str]:
    paths = []
    for name, text in files.items():
        path = folder / f"{name}.md"
        path.write_text(text)
        paths.append(str(path))
    return paths


def book_of(folder: Path, **files: str) -> Path:
    book = folder / "book.xlsx"
    assert command(import_, ["import", *write(folder, **files), "-o", str(book)]) == 0
    return book


def table(sheet: Worksheet) -> list[list[object]]:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [[value if not isinstance(value, list) else str(value) for value in row] for row in rows]


def test_one_tree_is_said_in_the_singular(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book_of(tmp_path, new=support(NEW))
    assert "xlsx: 1 tree, " in capsys.readouterr().out


def test_standard_input_is_one_tree_only(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"only once"):
        command(import_, ["import", "-", "-", "-o", str(tmp_path / "book.xlsx")])


def test_two_trees(tmp_path: Path) -> None:
    book = book_of(tmp_path, old=support(OLD, "4.17"), new=support(NEW))
    rows = table(load_workbook(book)["Features"])
    listed = "Only in the old one:\n- one\n- two\n  - nested"
    assert rows[0][:4] == ["Section", "Feature", "Variant", "Description"]
    assert rows[0][4:] == ["old", "new", "Caveats", "Description (new)", "Caveats (new)", "Owner", "Discussion"]
    assert [row[:9] for row in rows[1:]] == [
        [
            "Host",
            "CPU Pools",
            None,
            "Groups of CPUs.",
            "Supported",
            "Supported, not security supported",
            None,
            None,
            None,
        ],
        [None, "New one", "x86", None, None, "Supported", None, None, None],
        [None, "Shared and odd", "x86", "A bold word.", "Tech Preview", "Supported", listed, "Another word.", "-"],
        [None, None, "RISC-V", None, None, "Experimental", None, None, None],
        [None, None, "ARM", None, "Experimental", "Experimental", None, None, None],
        ["Text only", None, None, "Not security supported.", "text", None, None, None, None],
    ]


def test_rows_are_high_enough_for_a_text_merged_over_them(tmp_path: Path) -> None:
    book = book_of(tmp_path, old=support(OLD.replace("A **bold** word.", "word " * 200), "4.17"), new=support(NEW))
    sheet = load_workbook(book)["Features"]
    assert [sheet.row_dimensions[row].height for row in (2, 3)] == [None, None]
    assert sum(sheet.row_dimensions[row].height or 0 for row in (4, 5, 6)) == 15 * (999 // 52 + 1)


def test_the_text_of_most_trees_is_the_common_one(tmp_path: Path) -> None:
    other = OLD.replace("Groups\nof", "Pools of")
    book = book_of(tmp_path, a=support(NEW), b=support(other), c=support(OLD), d=support(other), e=support(other))
    rows = table(load_workbook(book)["Features"])
    assert "Description (a)" in rows[0] and "Description (c)" in rows[0] and "Caveats (a)" in rows[0]
    assert rows[1][3] == "Pools of CPUs." and rows[1][rows[0].index("Description (c)")] == "Groups of CPUs."


def test_trees_that_always_agree_share_a_column(tmp_path: Path) -> None:
    other = OLD.replace("Groups\nof", "Pools of")
    book = book_of(tmp_path, a=support(other), b=support(OLD), c=support(other), d=support(OLD), e=support(OLD))
    assert "Description (a, c)" in table(load_workbook(book)["Features"])[0]


def test_drafts_say_the_same(tmp_path: Path) -> None:
    book = book_of(tmp_path, old=support(OLD, "4.17"), new=support(NEW))
    texts = drafts(book, tmp_path / "drafts")
    for name, text in (("old", support(OLD, "4.17")), ("new", support(NEW))):
        rows = [
            [(row.key, row.status, row.described, row.caveat) for row in read_rows(parse_text(one).document).rows]
            for one in (text, texts[name].decode())
        ]
        assert [row for row in rows[1] if "release-notes" not in row[0]] == rows[0]
    old = texts["old"].decode()
    assert (
        "A **bold** word.\n" in old
        and "  * two\n      * nested\n" in old
        and "## Text only\n\nNot security supported.\n" in old
    )


LIMITS = """
## Guests

### vCPUs

    Status, x86: Supported up to 512
    Status, x86, regularly tested: Up to 128
    Status, x86, security supported: Up to 256

### Steal time

    Status: Supported

### Memory

    Status, x86: Supported up to 12 TiB. More is not security supported.
    Status, ARM: Supported up to 1 TiB

Counted with ballooning.
"""


def test_limits(tmp_path: Path) -> None:
    lower = LIMITS.replace("tested: Up to 128", "tested: Up to 64").replace("512", "4096")
    book = book_of(tmp_path, one=support(LIMITS), two=support(lower))
    sheets = load_workbook(book)
    assert table(sheets["Limits"]) == [
        ["Section", "Limit", "Variant", "Unit", "one", "two", "Tested", "Security", "Caveats", "Tested (two)", "Owner", "Discussion"],
        ["Guests", "vCPUs", "x86", None, 512, 4096, 128, 256, None, 64, None, None],
        [None, "Memory", "x86", "TiB", "12. More is not security supported.", "12. More is not security supported.", None, None,
         "Counted with ballooning.", None, None, None],
        [None, None, "ARM", "TiB", 1, 1, None, None, None, None, None, None],
    ]  # fmt: skip
    features = table(sheets["Features"])
    assert features[1][:6] == ["Guests", "vCPUs", None, None, "text", "text"] and features[2][1] == "Steal time"
    text = drafts(book, tmp_path / "drafts")["one"].decode()
    assert "### vCPUs\n\n    Status, x86: Supported up to 512\n    Status, x86, regularly tested: Up to 128\n" in text
    assert "    Status, x86: Supported up to 12 TiB. More is not security supported.\n" in text


def test_cells_are_text_whatever_they_begin_with(tmp_path: Path) -> None:
    body = "## =1+1\n\n### +cmd\n\n=HYPERLINK(1) is no formula.\n\n    Status, @x: Supported\n"
    book = book_of(tmp_path, one=support(body))
    cells = [
        cell for row in load_workbook(book)["Features"].iter_rows(min_row=2) for cell in row if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} == {"s"}
    assert (
        "### +cmd\n\n=HYPERLINK(1) is no formula.\n\n    Status, @x: Supported\n"
        in drafts(book, tmp_path / "d")["one"].decode()
    )


def test_deeper_headings_bring_a_layout(tmp_path: Path) -> None:
    body = "## A\n\n### B\n\n    Status: Supported\n\n#### C\n\n    Status: Experimental\n"
    book = book_of(tmp_path, one=support(body))
    assert (tmp_path / "book.layout.toml").is_file()
    assert (
        "### B\n\n    Status: Supported\n\n#### C\n\n    Status: Experimental\n"
        in drafts(book, tmp_path / "d")["one"].decode()
    )


def test_links_and_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "## A\n\n[All of it](https://a.example/).\n\n### B\n\n[All](https://b.example/)\n\n    Status: Supported\n"
    text = support(body).replace(
        "2025-03-05\n", '2025-03-05\n\nRelease Notes\n: <a href="https://a.example/RN">RN</a>\n'
    )
    book = tmp_path / "book.xlsx"
    assert command(import_, ["import", *write(tmp_path, one=text, two=support(body)), "-o", str(book)]) == 1
    assert "A: the words of a link are kept, not its address https://a.example/" in capsys.readouterr().err
    sheets = load_workbook(book)
    assert [row[6] for row in table(sheets["Trees"])] == ["Release-Notes", "https://a.example/RN", "-"]
    (link,) = [cell.hyperlink for row in sheets["Features"].iter_rows() for cell in row if cell.hyperlink]
    assert link.target == "https://b.example/"


def test_what_the_workbook_cannot_say_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "## A\n\n### B {#other}\n\n    Status: Supported\n\n### C\n\n    Status: yes\n"
    argv = ["import", *write(tmp_path, one=support(body)), "-o", str(tmp_path / "book.xlsx")]
    assert command(import_, argv) == 1
    err = capsys.readouterr().err
    assert 'one: the row other ("Supported") is lost' in err
    assert 'one: the row c: reads back as "Supported", not "yes"' in err
    assert (tmp_path / "book.xlsx").is_file()


def test_trees_of_a_repository(tmp_path: Path) -> None:
    repo = build(
        tmp_path / "xen",
        [
            Commit("a", {"SUPPORT.md": support(OLD, "4.17")}, "stable-4.17", "RELEASE-4.17.0"),
            Commit("b", {"SUPPORT.md": support(NEW)}),
        ],
    )
    book = tmp_path / "book.xlsx"
    argv = ["import", "4.17", "master", "stable-4.17:SUPPORT.md", "--repo", str(repo), "-o", str(book)]
    with pytest.raises(Failure, match=r"two inputs are called 4\.17; give them different names with --name"):
        command(import_, argv)
    names = [word for name in ("first", "second", "third") for word in ("--name", name)]
    assert command(import_, [*argv, *names]) == 0
    assert [row[:3] for row in table(load_workbook(book)["Trees"])[1:]] == [
        ["first", "stable-4.17", "4.17"], ["second", "master", "4.20"], ["third", "stable-4.17", "4.17"],
    ]  # fmt: skip


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    book = book_of(tmp_path, one=support(NEW))
    with pytest.raises(Failure, match="is there already; --force overwrites it"):
        command(import_, ["import", str(tmp_path / "one.md"), "-o", str(book)])
    assert command(import_, ["import", str(tmp_path / "one.md"), "-o", str(book), "--force"]) == 0


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["-o", "book.ods"], "must end in .xlsx"),
        (["-o", "book.xlsx", "--name", "a", "--name", "b"], "2 names for 1 inputs"),
        (["-o", "book.xlsx", "--name", "a b"], "cannot be a tree's name"),
    ],
)
def test_usage(tmp_path: Path, argv: list[str], said: str) -> None:
    (path,) = write(tmp_path, one=support(NEW))
    with pytest.raises(Failure, match=said):
        command(
            import_, ["import", path, *(str(tmp_path / word) if word.startswith("book") else word for word in argv)]
        )


def test_a_text_too_long_for_a_cell(tmp_path: Path) -> None:
    (path,) = write(tmp_path, one=support(f"## A\n\n{'word ' * 7000}\n"))
    with pytest.raises(Failure, match="A: a text of 34999 characters; a cell holds 32767"):
        command(import_, ["import", path, "-o", str(tmp_path / "book.xlsx")])
    assert not (tmp_path / "book.xlsx").exists()


def test_order_of_several_lists() -> None:
    assert merged_order([["a", "c"], ["a", "b", "c", "d"], ["z", "a"]]) == ["z", "a", "b", "c", "d"]
    assert merged_order([[None, "x"], ["y", None, "w", "x"]]) == ["y", None, "w", "x"]
    assert merged_order([["a", "b"], ["b", "c", "a"]]) == ["a", "b", "c"]
    assert merged_order([["a", "c"], ["b", "c"], ["a", "b"]]) == ["a", "b", "c"]
    assert merged_order([]) == []
