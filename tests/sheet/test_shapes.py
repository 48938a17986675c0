"""Shapes of real sheets that a layout maps: headings of two rows, letters, filters, a row a tree, footnotes, wrapped lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convert.sheet.cells import SheetError
from convert.sheet.layout import Layout, load_layout
from tests.sheet.builders import feature, fields, headings, lines, read, said

Write = Callable[[str], Layout]
TWO = """Trees
Tree | Xen-Version
4.20 | 4.20
4.19 | 4.19
"""


@pytest.fixture
def layout(tmp_path: Path) -> Write:
    def write(text: str) -> Layout:
        path = tmp_path / "own.layout.toml"
        path.write_text(text, encoding="utf-8")
        return load_layout(path)

    return write


TWO_ROWS = (
    TWO
    + """Features
Categories, a draft {1x6} |
Section {2x1} | Feature {2x1} | Status {1x2} | | Talk {1x2} |
| | 4.20 | 4.19 | Ian | Jan
Tools | xl | Supported | Experimental | why? | no
| xs | Supported | - | |
"""
)


@pytest.mark.parametrize("head", ["", "header_row = [2, 3]\n"])
def test_headings_of_two_rows(layout: Write, head: str) -> None:
    found = read(TWO_ROWS, layout(f"[features]\n{head}[features.columns]\ndiscussion = ['Talk']\n"))
    assert fields(found) == ["Tools/xl: Supported", "Tools/xs: Supported"]
    assert fields(found, "4.19") == ["Tools/xl: Experimental"]
    assert not [p for p in found.problems if p.name == "unclaimed-column"], "what is below Talk is discussion"


def test_headings_of_two_rows_that_nothing_merges_and_joined_names(layout: Write) -> None:
    text = (
        TWO + "Features\nSection | Feature | Old | New\n | | Status | Status\nTools | xl | Experimental | Supported\n"
    )
    columns = "[features.tree_columns]\n'New Status' = '4.20'\n'Old Status' = '4.19'\n"
    found = read(text, layout(f"[features]\nheader_row = [1, 2]\n{columns}"))
    assert fields(found) == ["Tools/xl: Supported"] and fields(found, "4.19") == ["Tools/xl: Experimental"]


@pytest.mark.parametrize("rows", ["[]", "[2, 4]", "[3, 2]", "[0, 1]", "['2']", "[1, 2, 3, 4]", "[true]"])
def test_rows_of_headings_that_cannot_be(layout: Write, rows: str) -> None:
    if rows == "[]":
        assert layout("[features]\nheader_row = []\n").features.header_rows == ()
        return
    with pytest.raises(SheetError, match=r"own\.layout\.toml: features\.header_row: (neighbouring|at most)"):
        layout(f"[features]\nheader_row = {rows}\n")


def test_columns_by_letter_without_any_headings(layout: Write) -> None:
    own = layout(
        "[features]\nfirst_row = 2\n[features.columns]\nsection = ['@A']\nfeature = ['@B']\n[features.tree_columns]\n'@C' = '4.20'\n"
    )
    found = read("Features\nsome | words | here\nTools | xl | Supported\n | xs | Experimental", own)
    assert fields(found) == ["Tools/xl: Supported", "Tools/xs: Experimental"] and not said(found)
    under = layout("[features.columns]\nfeature = ['@b']\n[features.tree_columns]\n'@C' = '4.20'\n")
    assert fields(read("Features\nSection | | Next\nTools | xl | Supported", under)) == ["Tools/xl: Supported"]
    number = read("Features\nSection | | #4.2\nTools | xl | Supported", under)  # a letter leaves no doubt
    assert fields(number) == ["Tools/xl: Supported"] and not said(number)


def test_filters_by_the_value_of_a_column(layout: Write) -> None:
    text = (
        "Features\nSection | Feature | 4.20 | State\nTools | xl | Supported | Agreed\n | xs | Supported | draft {2x1}\n"
        " | xm | Experimental |\nOther | a | Supported | draft\n | b | Obsolete | agreed"
    )
    wanted = ["Tools/xl: Supported", "Other/b: Obsolete"]
    kept = read(text, layout("[features.keep]\nState = ['agreed']\n"))
    dropped = read(text, layout("[features.drop]\n'@D' = ['draft']\n"))
    assert fields(kept) == fields(dropped) == wanted, "a name in a row that is left out counts for the rows below"
    assert [p.message for p in kept.problems] == ["left out, as the layout says: rows 3-5"]
    missing = read(text, layout("[features.keep]\nStat = ['agreed']\n"))
    assert [p.name for p in missing.problems if p.severity == "error"] == ["missing-column"]


@pytest.mark.parametrize("first", ["V1 | Boot", "Boot | V1", "Boot |"])
def test_sections_are_rows_without_a_status(layout: Write, first: str) -> None:
    own = layout("[features]\nsections = 'no-status'\n[features.columns]\nfeature = ['Name']\n")
    text = f"Features\nNo. | Name | 4.20 | Notes\n{first} | |\n1.1 | secure boot | Supported |\n1.2 | fast boot | ? |\nV2 | Run | |\n2.1 | x | -|\n2.2 | y | Obsolete |"
    found = read(text, own)
    if first.startswith("Boot | V1"):
        assert fields(found)[0].endswith("V1/secure boot: Supported"), "the cell of the features comes first"
    else:
        assert fields(found) == ["Boot/secure boot: Supported", "Run/y: Obsolete"]
    assert not said(found)


def test_a_row_a_tree(layout: Write) -> None:
    own = layout("[features]\ntrees_in = 'rows'\n[features.tree_columns]\n'old one' = '4.19'\n")
    text = (
        TWO
        + "Features\nSection | Feature | Release | Status | Caveats\nTools | xl | 4.20 | Supported |\n | | Old one | Experimental | Slow.\n"
        " | xs | 4.20, 4.19 | Obsolete |\n | xm | 4.2 | Supported |\n | xn | | Supported |\n | xo | ~~4.20~~ | Supported |"
    )
    found = read(text, own)
    assert fields(found) == ["Tools/xl: Supported", "Tools/xs: Obsolete"]
    assert fields(found, "4.19") == ["Tools/xl: Experimental", "Tools/xs: Obsolete"]
    assert lines(feature(found, "xl").caveats.get("4.19")) == ["Slow."] and "4.20" not in feature(found, "xl").caveats
    assert said(found) == [("row-of-no-tree", "Features!C5", ()), ("row-of-no-tree", "Features!C6", ())]
    assert 'did you mean "4.20"?' in next(p.message for p in found.problems if p.place == "Features!C5")


def test_hand_wrapped_lines_are_joined(layout: Write) -> None:
    text = r"Features\nSection".replace(r"\n", "\n") + " | Feature | 4.20 | Description\nTools | xl | Supported | "
    text += r"One sentence that\nsomebody wrapped.\n\nAnother.\n- an item\nthat goes on\n- two"
    assert lines(feature(read(text), "xl").description["4.20"])[:2] == ["One sentence that", "somebody wrapped."]
    joined = read(text, layout("[features]\nwrapped = true\n"))
    assert lines(feature(joined, "xl").description["4.20"]) == [
        "One sentence that somebody wrapped.", "Another.", "* an item that goes on", "* two",
    ]  # fmt: skip


NOTES = TWO + (
    "Features\nSection | Feature | 4.20 | 4.19\nTools | xl | Supported [1] | Supported\n | xs | Experimental¹ ² | Obsolete (2)\n"
    " | xm | Supported [7] | -\n[1] Only on x86. | | |\n2 | Needs firmware. | |"
)


def test_footnotes_become_caveats(layout: Write) -> None:
    found = read(NOTES, layout("[features]\nfootnotes = true\n"))
    assert fields(found) == ["Tools/xl: Supported", "Tools/xs: Experimental", "Tools/xm: Supported"]
    assert (
        lines(feature(found, "xl").caveats["4.20"]) == ["Only on x86."] and "4.19" not in feature(found, "xl").caveats
    )
    assert lines(feature(found, "xs").caveats["4.20"]) == ["Only on x86.", "Needs firmware."]
    assert lines(feature(found, "xs").caveats["4.19"]) == ["Needs firmware."]
    assert said(found) == [("no-footnote", "Features!C4", ("4.20",))]
    given = read(NOTES, layout("[footnotes]\n7 = 'Seven.'\n"))
    assert not said(given) and lines(feature(given, "xm").caveats["4.20"]) == ["Seven."]
    assert [name for name, _, _ in said(read(NOTES))][:2] == ["unknown-status", "unknown-status"]


def test_words_and_marks_add_to_the_defaults(layout: Write) -> None:
    own = layout("[words]\nundecided = ['to be seen', '!TODO']\nnothing = ['n/a']\n[marks]\ntick = ['🟢']\n")
    text = "Features\nSection | Feature | 4.20\nTools | a | 🟢\n | b | n/a\n | c | -\n | d | to be seen\n | e | TBD\n | f | TODO\n | g | ✓"
    found = read(text, own)
    assert fields(found) == ["Tools/a: Supported", "Tools/g: Supported"]
    assert [q.feature for q in found.open_questions] == ["d", "e"]
    assert said(found) == [("unknown-status", "Features!C7", ("4.20",))]
    with pytest.raises(SheetError, match=r"words\.nothing: 'nix' is not there"):
        layout("[words]\nnothing = ['!nix']\n")


HINTS = {
    "TRUE": 'write "Supported"; for check boxes', "FALSE": 'write "Not supported"', "⚠": "[marks]", "🟢": "[marks]", "N/A": 'write "-"',
    "none": 'write "-"', "planned": "what is there now", "WIP": "what is there now", "Supported (x86 only)": 'the Variant "x86"',
    "Supported since 4.12": '"since 4.12" belongs in Description', "Tech Preview on Arm only": 'the Variant "Arm"', "up to 64": '"Supported up to 64"',
    "beta": '"Tech Preview"', "removed": '"Obsolete"', "Suported": '"Supported"', "quux": "add it to the layout's synonyms",
    "Supported [1]": "footnotes = true", "list:": "add it to", "some": "into Caveats", "Experimental, x86 only": 'the Variant "x86"',
    "max. 4096": '"Supported up to 4096"', "#1": "add it to", "Supported!": "did you mean",
}  # fmt: skip


@pytest.mark.parametrize("status", HINTS)
def test_each_unknown_status_has_a_hint(status: str) -> None:
    text = f"Features\nSection | Feature | 4.20\nTools | a | {status.replace('#', chr(35) + chr(35))}"
    (problem,) = [p for p in read(text).problems if p.severity == "error"]
    assert problem.name == "unknown-status" and HINTS[status] in problem.message, problem.message


def test_what_the_layout_says_for_nobody(layout: Write) -> None:
    own = layout("[features.tree_columns]\nNew = '4.21'\n[[tree]]\nname = '4.20'\nversion = '4.20'\n")
    found = read("Features\nSection | Feature | 4.20 | New\nTools | a | Supported | Supported", own)
    assert [(p.name, p.place) for p in found.problems if p.severity == "warning"] == [
        ("trees-twice", "own.layout.toml, tree 4.20"), ("column-of-no-tree", "own.layout.toml, features.tree_columns"),
    ]  # fmt: skip
    assert 'did you mean "4.20"?' in next(p.message for p in found.problems if p.name == "column-of-no-tree")


def test_a_missing_tree_column_names_the_key_that_maps_it() -> None:
    found = read(TWO + "Features\nSection | Feature | 4.20 | Nineteen\nTools | a | Supported | Supported")
    (problem,) = [p for p in found.problems if p.name == "missing-tree-column"]
    assert '[features.tree_columns] "HEADING" = "4.19"' in problem.message


def test_many_rows_without_a_section_are_one_message() -> None:
    rows = "\n".join(f" | f{n} | Supported" for n in range(200))
    found = read(f"Features\nSection | Feature | 4.20\n{rows}")
    assert said(found) == [("no-section", "Features!B2", ())]
    assert "rows 2-201," in next(p.message for p in found.problems if p.name == "no-section")


def test_names_that_differ_in_case_only_are_said() -> None:
    found = read(
        "Features\nSection | Feature | 4.20\nTools | Foo | Supported\n | foo | Experimental\nTOOLS | x | Supported"
    )
    twins = [(p.place, p.severity) for p in found.problems if p.name == "case-twins"]
    assert sorted(twins) == [("Features!A4", "warning"), ("Features!B3", "warning")]
    assert headings(found) == ["Tools/Foo", "Tools/foo", "TOOLS/x"]


@pytest.mark.parametrize("word", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "Err:502", "#ERROR!"])
@pytest.mark.parametrize("column", ["Section", "Feature", "Variant", "Description", "4.20", "Caveats", "Security"])
def test_the_words_of_a_failed_formula_are_errors_in_every_published_column(word: str, column: str) -> None:
    heads = ["Section", "Feature", "Variant", "Description", "4.20", "Caveats", "Security"]
    row = ["Tools", "a", "x86", "Words.", "Supported", "Slow.", "yes"]
    row[heads.index(column)] = f" {word.replace('#', chr(35) + chr(35))}"
    found = read(f"Features\n{' | '.join(heads)}\n{' | '.join(row)}\n | b | | | Supported | |")
    assert ("unreadable-cell", f"Features!{'ABCDEFG'[heads.index(column)]}2") in [(n, p) for n, p, _ in said(found)]
