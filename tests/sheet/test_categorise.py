"""Cells in, categorisation out: the sentences of the sheet's description, one by one."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from convert.sheet.categorise import categorise
from convert.sheet.cells import Cell, Row, Run, Tab, Workbook
from convert.sheet.layout import load_layout
from convert.sheet.limits import read_figure
from convert.sheet.model import rows_of
from convert.sheet.trees import refusal, standard_release_notes
from convert.sheet.workbook import open_workbook
from grammar.diagnostic import Diagnostic
from tests.helpers.effort import many
from tests.sheet.builders import book, feature, fields, headings, lines, read, said, tabs

ROOT = Path(__file__).resolve().parent.parent.parent
FIVE_TREES = ROOT.parent / "shared" / "sheets" / "xen-five-trees.xlsx"
TWO = "Trees\nTree | Xen-Version\n4.20 | 4.20\n4.17 | 4.17\n"


def two(text: str) -> str:
    """A Features tab for two trees."""
    return f"{TWO}Features\n{text}"


# ---- trees ------------------------------------------------------------------------------------------------------------------
def test_the_facts_of_a_tree() -> None:
    found = read("""
Trees
Notes | Supported-until | TREE | Branch | xen-version | Initial-Release | Security-Support-Until | Release-Notes
secret | 2028-03-05 | 4.20 | stable-4.20 | 4.20 | 2025-03-05 | 2030-03-05 |
| TBD | master | master | 4.21-unstable | n/a | Unreleased - not yet security-supported | -
| - | own/4.19 | | 4.19-rc | | | [notes](https://example.org/4.19)
""")
    first, second, third = found.trees
    assert (first.name, first.branch, first.version, first.initial_release) == (
        "4.20",
        "stable-4.20",
        "4.20",
        "2025-03-05",
    )
    assert (first.supported_until, first.security_support_until) == ("2028-03-05", "2030-03-05")
    assert first.release_notes == "https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes"
    assert (second.supported_until, second.initial_release, second.release_notes) == ("TBD", "n/a", None)
    assert second.security_support_until == "Unreleased - not yet security-supported"
    assert (third.branch, third.supported_until, third.release_notes) == (None, None, "https://example.org/4.19")
    assert (first.place, first.places["version"], third.places["version"]) == ("Trees!C2", "Trees!E2", "Trees!E4")
    assert found.cells["Trees!E2"] == "4.20"
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("version", "page"),
    [("4.20", "4.20"), ("4.20.1", "4.20"), ("4.21-rc", "4.21"), ("4.21-unstable", "X.YY"), ("4", None), ("next", None)],
)
def test_the_standard_page_of_a_version(version: str, page: str | None) -> None:
    url = f"https://wiki.xenproject.org/wiki/Xen_Project_{page}_Release_Notes" if page else None
    assert standard_release_notes(version) == url


NAMES = st.text(
    st.one_of(st.sampled_from("ab/.@{}~^:?*[\\- \t\x7flock"), st.characters(codec="utf-8", exclude_characters="\0")),
    max_size=12,
)


@given(NAMES)
@example("a.lock/b")
@example("a.lock")
@example("@")
@example("-a")
@example("a@{b")
@example("HEAD")
@example("")
@settings(max_examples=many(100), deadline=None)
def test_names_of_trees_are_what_git_takes(name: str) -> None:
    ways = (["--branch", name], ["--allow-onelevel", name])
    git = [subprocess.run(["git", "check-ref-format", *way], capture_output=True, check=False, cwd="/") for way in ways]
    assert (refusal(name) is None) == all(run.returncode == 0 for run in git), refusal(name)


def test_a_version_stored_as_a_number() -> None:
    found = read(
        "Trees\nTree | Xen-Version\n4.20 | #4.2\n#4.1 | 4.10\n4.17 | #4.17\nFeatures\nSection | Feature | 4.20 | 4.1 | 4.17"
    )
    assert [p for p in said(found) if p[0] == "number-for-version"] == [
        ("number-for-version", "Trees!B2", ("4.20",)),
        ("number-for-version", "Trees!A3", ("4.1",)),
    ]
    assert found.problems[0].message == "4.2 is stored as a number; 4.2 or 4.20? make it text"
    assert found.blocked() == {"4.20", "4.1"}


def test_a_heading_stored_as_a_number() -> None:
    found = read(two("Section | Feature | #4.2 | #4.17\nTools | xl | Supported | Supported"))
    assert said(found) == [("number-for-version", "Features!C1", ("4.20",))]
    assert fields(found, "4.17") == ["Tools/xl: Supported"]


def test_trees_from_the_layout_file_where_there_is_no_tab(tmp_path: Path) -> None:
    path = tmp_path / "l.toml"
    path.write_text("[[tree]]\nname = '4.20'\nversion = '4.20'\n[[tree]]\nname = 'a b'\n")
    tab = tabs("Features\nSection | Feature | 4.20 | a b\nTools | xl | Supported | Supported")
    found = categorise(Workbook("b", "xlsx", "", tuple(tab)), load_layout(path))
    assert said(found) == [
        ("bad-ref-name", "l.toml, tree a b", ("a b",)),
        ("tree-without-version", "l.toml, tree a b", ("a b",)),
    ]
    assert fields(found) == ["Tools/xl: Supported"]


def test_no_trees_at_all() -> None:
    found = categorise(Workbook("b", "xlsx", "", tuple(tabs("Features\nSection | Feature\na | b"))), load_layout(None))
    assert [p.message for p in found.problems if p.severity == "error"] == [
        'no tab for the trees; looked for one called "Trees", found "Features"; rename the tab or name it in a layout file'
    ]


# ---- tabs and columns -------------------------------------------------------------------------------------------------------
def test_columns_are_found_by_their_headings_wherever_they_are() -> None:
    found = read("""
Features
Everything about Xen | |
as of today | |
4.20 | AREA | Priority | restrictions: | what\u00a0it  is | Item | arch
Supported | Tools | high | Slow. | The tool. | xl | x86
""")
    assert fields(found) == ["Tools/xl | x86: Supported"]
    xl = feature(found, "xl")
    assert (lines(xl.description["4.20"]), lines(xl.caveats["4.20"])) == (["The tool."], ["Slow."])
    assert said(found, severity="info") == [("unclaimed-column", "Features!C3", ())]


def test_tabs_are_found_by_their_headings_where_no_title_fits() -> None:
    text = "Sheet1\nTree | Xen-Version\n4.20 | 4.20\nSheet2\nSection | Feature | 4.20\nTools | xl | Supported\n"
    text += "Sheet3\nSection | Limit | Unit | 4.20\nTools | xl per host | | 3"
    found = categorise(Workbook("b", "xlsx", "", tuple(tabs(text))), load_layout(None))
    assert fields(found) == ["Tools/xl: Supported", "Tools/xl per host: Supported up to 3"]
    twice = tabs(text.replace("Sheet3\nSection | Limit | Unit", "Sheet3\nSection | Feature | Notes"))
    found = categorise(Workbook("b", "xlsx", "", tuple(twice)), load_layout(None))
    assert said(found) == [("missing-tab", None, ())]


def test_the_tables_of_a_document_are_one_with_the_heading_above_as_section() -> None:
    found = tabs(
        "Trees\nTree | Xen-Version\n4.20 | 4.20\nTools\nFeature | 4.20\nxl | Supported\nGuests\nFeature | 4.20\nPV | ?\nHVM | Supported"
    )
    document = [found[0], *(replace(tab, section=tab.title) for tab in found[1:])]
    said_by = categorise(Workbook("b", "document", "", tuple(document)), load_layout(None))
    assert fields(said_by) == ["Tools/xl: Supported", "Guests/HVM: Supported"]
    assert not said(said_by)


def test_missing_columns_name_what_was_looked_for_and_found() -> None:
    found = read("Features\nPart | Feature | 4.20\nTools | xl | Supported")
    assert [(p.place, p.message) for p in found.problems if p.severity == "error"] == [
        (
            "Features",
            'no column for the section; looked for "Section", "Category", "Area", the headings found are '
            '"Part", "Feature", "4.20"; rename the column or name it in a layout file',
        )
    ]


def test_two_columns_for_one_role() -> None:
    found = read(
        two(
            "Section | Feature | 4.20 | 4.17 | 4.20 | Caveats (4.17) | Restrictions (4.17, 4.20) | Item | Notes | Comments\nTools | xl"
        )
    )
    assert said(found) == [
        ("two-columns", "Features!E1", ("4.20",)),
        ("two-columns", "Features!G1", ("4.17",)),
        ("two-columns", "Features!H1", ()),
    ]


def test_a_column_for_trees_that_are_none() -> None:
    found = read(
        two(
            "Section | Feature | 4.20 | 4.17 | Caveats (4.2) | Description (4.17, 4.18)\nTools | xl | Supported | Supported | x | y"
        )
    )
    assert said(found, severity="warning") == [
        ("override-of-no-tree", "Features!E1", ()),
        ("override-of-no-tree", "Features!F1", ()),
    ]
    assert 'did you mean "4.20"?' in found.problems[0].message
    assert {tree: lines(text) for tree, text in feature(found, "xl").description.items()} == {"4.17": ["y"]}


def test_a_column_without_heading_is_named() -> None:
    found = read("Features\nSection | Feature | 4.20\nTools | xl | Supported | | see below")
    assert said(found, severity="info") == [("unclaimed-column", "Features!E1", ())]


def test_unclaimed_columns_and_discussion_are_never_in_the_model() -> None:
    found = read("""
Features
Section | Feature | 4.20 | Owner | Discussion | Notes | Notes (4.20) | Secret plan
Tools | xl | Supported | Ian | secret 1 | secret 2 | secret 3 | secret 4
""")
    assert "secret" not in str(found.sections) + str(found.cells) + str(found.problems)
    assert "Ian" not in str(found)


# ---- sections, features, variants -------------------------------------------------------------------------------------------
def test_blank_and_merged_cells_are_as_above() -> None:
    found = read("""
Features
Section | Feature | Variant | 4.20
Tools {4x1} | xl {2x1} | | Supported
| | Arm | Experimental
| xs | | Supported
| | live update | Tech Preview
Tools | xl save | | Supported

Guests | | | Supported
| | on Arm | Tech Preview
| PV | | Deprecated
Empty | | |
""")
    assert fields(found) == [
        "Tools/xl: Supported",
        "Tools/xl | Arm: Experimental",
        "Tools/xs: Supported",
        "Tools/xs | live update: Tech Preview",
        "Tools/xl save: Supported",
        "Guests: Supported",
        "Guests | on Arm: Tech Preview",
        "Guests/PV: Deprecated",
    ]
    assert [section.title for section in found.sections] == ["Tools", "Guests"]
    assert (found.sections[0].place, feature(found, "xs").place) == ("Features!A2", "Features!B4")


def test_a_repeated_section_name_is_not_a_new_section() -> None:
    found = read("Features\nSection | Feature | Variant | 4.20\nTools | xl | | Supported\nTools | | Arm | Experimental")
    assert fields(found) == ["Tools/xl: Supported", "Tools/xl | Arm: Experimental"]


def test_a_feature_or_section_that_occurs_again_continues_the_first() -> None:
    found = read("""
Features
Section | Feature | Variant | 4.20 | Caveats
Tools | xl | | Supported | One.
| xs | | Supported |
Guests | PV | | Supported |
Tools | xl | Arm | Experimental | Two.
| new | | Supported |
""")
    assert fields(found) == [
        "Tools/xl: Supported",
        "Tools/xl | Arm: Experimental",
        "Tools/xs: Supported",
        "Tools/new: Supported",
        "Guests/PV: Supported",
    ]
    assert lines(feature(found, "xl").caveats["4.20"]) == ["One.", "Two."]


def test_the_trees_of_a_heading() -> None:
    found = read(
        two("""Section | Feature | Variant | 4.20 | 4.17 | Description
Both | | | | | In all.
| one | | Supported | - | One.
| text | | text | | Text.
| nothing | | | | Nothing said.
| asked | | ? | | Undecided.
| struck | | ~~Supported~~ | | Gone.
Old | gone | | | Supported |""")
    )
    assert headings(found, "4.20") == ["Both", "Both/one", "Both/text", "Both/nothing"]
    assert headings(found, "4.17") == ["Both", "Both/nothing", "Old/gone"]
    assert feature(found, "text").texts == {"4.20"}
    assert feature(found, "one").description.keys() == {"4.20"}
    assert [section.trees for section in found.sections] == [{"4.20", "4.17"}, {"4.17"}]


def test_text_beside_statuses_of_other_trees() -> None:
    found = read(two("Section | Feature | 4.20 | 4.17 | Caveats\nTools | xl | Supported | Text | Slow."))
    assert fields(found, "4.17") == []
    assert headings(found, "4.17") == ["Tools/xl"]
    assert feature(found, "xl").caveats.keys() == {"4.20", "4.17"}


def test_text_for_single_trees_replaces_the_common_one() -> None:
    found = read(
        two("""Section | Feature | 4.20 | 4.17 | Caveats | Caveats (4.17) | Description (4.20, 4.17)
Tools | xl | Supported | Supported | Common. | Own. | -
| xs | Supported | Supported | Common. | – | Both.
| xm | Supported | Supported | Common. | ~~Gone.~~ |""")
    )
    texts = [{tree: lines(text) for tree, text in feature(found, name).caveats.items()} for name in ("xl", "xs", "xm")]
    assert texts == [
        {"4.20": ["Common."], "4.17": ["Own."]},
        {"4.20": ["Common."]},
        {"4.20": ["Common."], "4.17": ["Common."]},
    ]
    assert not feature(found, "xl").description
    assert feature(found, "xs").description.keys() == {"4.20", "4.17"}


def test_the_text_of_all_rows_is_the_feature_s_and_a_repetition_counts_once() -> None:
    found = read(
        two("""Section | Feature | Variant | 4.20 | 4.17 | Caveats
Tools | xl | | | Supported | First.
| | x86 | Supported | | First.
| | Arm | Supported | | Second.""")
    )
    caveats = feature(found, "xl").caveats
    assert {tree: lines(text) for tree, text in caveats.items()} == {
        tree: ["First.", "Second."] for tree in ("4.20", "4.17")
    }
    assert said(found, severity="info") == [("prose-of-unlisted-row", "Features!F4", ("4.17",))]


@pytest.mark.parametrize("variant", ["x86: PV", "x86\\nPV"])
def test_a_variant_that_can_be_none(variant: str) -> None:
    found = read(two(f"Section | Feature | Variant | 4.20 | 4.17\nTools | xl | {variant} | Supported |"))
    assert said(found) == [("bad-variant", "Features!C2", ("4.20",))]


def test_equal_keys() -> None:
    found = read(
        two("""Section | Feature | Variant | 4.20 | 4.17
Tools | xl | x86 HVM | Supported | Supported
| | x86  hvm! | Tech Preview |
| xs | | Supported |
Tools | xs | | ? | Supported
| xm | Arm | Supported |
| | ARM | | Supported
Limits
Section | Limit | Variant | 4.20 | 4.17 | Tested
Tools | xl | x86 HVM | 12 | | 6
| xm | x86 | 12 | 12 |
""")
    )
    assert said(found) == [
        ("equal-row-keys", "Features!C3", ("4.20",)),
        ("equal-row-keys", "Limits!C2", ("4.20",)),
        ("equal-row-keys", "Features!C5", ("4.20",)),
    ]
    assert found.problems[0].message == (
        'the variant "x86 hvm!" and the variant "x86 HVM" (Features!C2) of Tools / xl have equal keys; rename or remove one'
    )
    assert found.blocked() == {"4.20"}
    assert "Tools/xm | ARM: Supported" in fields(found, "4.17")
    assert "Tools/xm | x86: Supported up to 12" in fields(found, "4.17")


# ---- statuses ---------------------------------------------------------------------------------------------------------------
def test_an_unknown_status_names_cell_words_and_what_to_do() -> None:
    text = two("Section | Feature | 4.20 | 4.17\nTools | xl | Suported | bzImage, ELF")
    found = read(text)
    assert [(p.place, p.message, p.trees) for p in found.problems] == [
        ("Features!C2", 'unknown status "Suported"; did you mean "Supported"?', ("4.20",)),
        ("Features!D2", 'unknown status "bzImage, ELF"; use a label, or add it to the layout\'s synonyms', ("4.17",)),
    ]
    kept = read(text, keep_unknown=True)
    assert not said(kept)
    assert said(kept, severity="warning") == [
        ("kept-status", "Features!C2", ("4.20",)),
        ("kept-status", "Features!D2", ("4.17",)),
    ]
    assert (fields(kept), fields(kept, "4.17")) == (["Tools/xl: Suported"], ["Tools/xl: bzImage, ELF"])
    assert feature(kept, "xl").variants[0].statements[0].label is None


def test_a_statement_knows_label_place_and_original() -> None:
    found = read("Features\nSection | Feature | 4.20\nTools | xl |  ✓ Preview. ~~(why?)~~")
    (statement,) = feature(found, "xl").variants[0].statements
    assert (statement.value, statement.label, statement.place) == ("Tech Preview", "Tech Preview", "Features!C2")
    assert statement.original == "✓ Preview."
    assert found.cells["Features!C2"] == "✓ Preview. (why?)"


def test_a_merged_status_counts_for_all_its_trees_and_rows() -> None:
    found = read(
        two("""Section | Feature | Variant | 4.20 | 4.17 | Caveats
Tools | xl | | Supported {2x2} | |
| | Arm | | |
| | PPC | | |""")
    )
    assert fields(found, "4.20") == fields(found, "4.17") == ["Tools/xl: Supported", "Tools/xl | Arm: Supported"]
    wrong = read(two("Section | Feature | 4.20 | 4.17\nTools | xl | Suported {1x2} |"))
    assert said(wrong) == [("unknown-status", "Features!C2", ("4.20", "4.17"))]
    row = read(two("Section | Feature | 4.20 | 4.17\nTools {1x4} | | |\n| xl | Supported |"))
    assert not said(row)


def test_a_merge_far_below_the_table() -> None:
    text = two("Section | Feature | 4.20 | 4.17\nTools | xl | Supported {100000x2} |")
    assert fields(read(text), "4.17") == ["Tools/xl: Supported"]


def test_the_security_column() -> None:
    text = """Section | Feature | 4.20 | 4.17 | Security
Tools | a | Supported | Tech Preview | no
| b | Supported | | external
| c | Experimental | Supported | yes
| d | Supported | | (no?)
| e | Supported | - | maybe
| f | bzImage | | no"""
    found = read(two(text))
    assert [p for p in said(found) if p[1] != "Features!C7"] == [
        ("security-contradiction", "Features!C4", ("4.20",)),
        ("unknown-security", "Features!E6", ("4.20", "4.17")),
    ]
    assert fields(found) == [
        "Tools/a: Supported, not security supported",
        "Tools/b: Supported, Security support external",
    ]
    assert [(q.feature, q.role, q.words, q.place) for q in found.open_questions] == [
        ("d", "security", "(no?)", "Features!E5")
    ]
    kept = read(two(text), keep_unknown=True)
    assert ("security-contradiction", "Features!C7", ("4.20",)) in said(kept)


def test_open_questions() -> None:
    found = read(
        two("""Section | Feature | Variant | 4.20 | 4.17 | Caveats | Owner | Discussion
Tools | xl | | Supported | TBD | TODO write this | Ian | secret
| | Arm | (Supported?) | discuss on the list | | |
Limits
Section | Limit | Unit | 4.20 | 4.17 | Tested | Owner
Guests | CPUs | | ? | 128 | TBD | Jan""")
    )
    assert [
        (q.section, q.feature, q.variant, q.tree, q.role, q.owner, q.words, q.place) for q in found.open_questions
    ] == [
        ("Tools", "xl", None, "4.17", "status", "Ian", "TBD", "Features!E2"),
        ("Tools", "xl", "Arm", "4.20", "status", None, "(Supported?)", "Features!D3"),
        ("Tools", "xl", "Arm", "4.17", "status", None, "discuss on the list", "Features!E3"),
        ("Tools", "xl", None, "4.20", "caveats", "Ian", "TODO write this", "Features!F2"),
        ("Guests", "CPUs", None, "4.20", "maximum", "Jan", "?", "Limits!D2"),
        ("Guests", "CPUs", None, "4.17", "tested", "Jan", "TBD", "Limits!F2"),
    ]
    assert not feature(found, "xl").caveats
    assert fields(found) == ["Tools/xl: Supported"]
    assert not said(found)


def test_struck_text() -> None:
    found = read("""
Features
Section | Feature | Variant | 4.20 | Caveats
Tools | xl ~~old~~ | | ~~Experimental~~ Supported | ~~Gone.~~
| ~~xm~~ | | Supported | Text.
| | Arm | Supported |
| xs | ~~x86~~ | Supported |
| | Arm | ~~Supported~~ |
| | PPC | Supported |
| xend | ~~x86~~ | Supported |
~~Guests~~ | PV | | Supported |
| HVM | | Supported |
Security | Flask | | Supported |
""")
    assert fields(found) == ["Tools/xl: Supported", "Tools/xs | PPC: Supported", "Security/Flask: Supported"]
    assert said(found, severity="warning") == [
        ("partly-struck", "Features!B2", ()),
        ("partly-struck", "Features!D2", ("4.20",)),
        ("withdrawn", "Features!B3", ()),
        ("withdrawn", "Features!C5", ("4.20",)),
        ("withdrawn", "Features!C8", ("4.20",)),
        ("withdrawn", "Features!A9", ()),
    ]
    assert said(found, severity="info") == [("struck", "Features!E2", ()), ("struck", "Features!D6", ("4.20",))]
    assert "Tools/xend" not in headings(found, "4.20")


def test_hidden_rows_columns_and_tabs_are_read_and_reported() -> None:
    workbook = book(
        "(hidden) Features\nSection | Feature | 4.20 | Notes\n(hidden) Tools | xl | Supported\n(hidden) | xs | Supported\n| xm | Obsolete\n(hidden) | xe | Supported"
    )
    tab = replace(workbook.tabs[1], hidden_columns=frozenset({2, 3}))
    found = categorise(replace(workbook, tabs=(workbook.tabs[0], tab)), load_layout(None))
    assert len(fields(found)) == 4
    assert [(p.name, p.place, p.message) for p in found.problems] == [
        ("hidden", "Features", "hidden, but read like the rest: the tab; column C; rows 2-3, 5")
    ]


def test_cells_without_a_value() -> None:
    found = read(
        two(
            "Section | Feature | 4.20 | 4.17 | Caveats | Caveats (4.17) | Notes\nTools | xl | !#REF! | Supported | !#N/A | !no value | !x"
        )
    )
    assert said(found) == [
        ("unreadable-cell", "Features!C2", ("4.20",)),
        ("unreadable-cell", "Features!E2", ()),
        ("unreadable-cell", "Features!F2", ("4.17",)),
    ]


def test_problems_of_the_reader_come_along_and_are_not_said_twice() -> None:
    problem = Diagnostic("W001", "long-cell", "error", "too long", place="Features!C2")
    workbook = replace(book("Features\nSection | Feature | 4.20\nTools | xl | !too long"), problems=(problem,))
    assert said(categorise(workbook, load_layout(None))) == [("long-cell", "Features!C2", ())]


def test_rows_above_the_first_section() -> None:
    found = read("Features\nSection | Feature | 4.20\n| xl | Supported\nTools | xs | Supported")
    assert said(found) == [("no-section", "Features!B2", ())]
    assert fields(found) == ["Tools/xs: Supported"]


def test_links_that_cannot_be_written_are_named() -> None:
    found = read("Features\nSection | Feature | 4.20 | Caveats\nTools | xl | Supported | See [there](#A1).")
    assert said(found, severity="warning") == [("dropped-link", "Features!D2", ())]
    assert lines(feature(found, "xl").caveats["4.20"]) == ["See there."]


def test_all_problems_come_at_once_with_their_trees() -> None:
    found = read("""
Trees
Tree | Xen-Version
4.20 | 4.20
4.17 |
4.13 | 4.13
4.10 | 4.10
Features
Section | Feature | Variant | 4.20 | 4.17 | 4.13
Tools | xl | | Suported | Supported | Supported
| | a:b | | | Supported
Limits
Section | Limit | 4.20 | 4.17
Tools | xl | |
Tools | xs | many | 3
""")
    assert said(found) == [
        ("tree-without-version", "Trees!B3", ("4.17",)),
        ("missing-tree-column", "Features", ("4.10",)),
        ("unknown-status", "Features!D2", ("4.20",)),
        ("bad-variant", "Features!C3", ("4.13",)),
        ("bad-limit", "Limits!C3", ("4.20",)),
    ]
    assert found.blocked() == {"4.20", "4.17", "4.13", "4.10"}


# ---- limits -----------------------------------------------------------------------------------------------------------------
def test_limits_follow_the_section_and_are_three_rows() -> None:
    found = read(
        two("""Section | Feature | 4.20 | 4.17
Host | CPU hotplug | Supported | Supported
Guests | PV | Supported | Supported
Limits
Section | Limit | Variant | Unit | 4.20 | 4.17 | Tested | Tested (4.17) | Security | Caveats
Host | CPUs | x86 | | #4096.0 | 4095 | 512 | - | 1024 | Much memory.
| | Arm | vCPUs | 128 | - | 128 | | 128 |
| Memory | | TiB | 16. Ask before you buy. | 12 TiB | 512 GiB | | yes |
New | Disks | | | 4,096 | | | | |""")
    )
    assert fields(found) == [
        "Host/CPU hotplug: Supported",
        "Host/CPUs | x86: Supported up to 4096",
        "Host/CPUs | x86, regularly tested: Up to 512",
        "Host/CPUs | x86, security supported: Up to 1024",
        "Host/CPUs | Arm: Supported up to 128 vCPUs",
        "Host/CPUs | Arm, regularly tested: Up to 128 vCPUs",
        "Host/Memory: Supported up to 16 TiB. Ask before you buy.",
        "Host/Memory | regularly tested: Up to 512 GiB",
        "Guests/PV: Supported",
        "New/Disks: Supported up to 4,096",
    ]
    assert fields(found, "4.17") == [
        "Host/CPU hotplug: Supported",
        "Host/CPUs | x86: Supported up to 4095",
        "Host/CPUs | x86, security supported: Up to 1024",
        "Host/Memory: Supported up to 12 TiB",
        "Host/Memory | regularly tested: Up to 512 GiB",
        "Guests/PV: Supported",
    ]
    (limit, _) = feature(found, "CPUs").limits
    assert rows_of(limit, "4.17") == (
        ("x86", "Supported up to 4095", "Limits!F2"),
        ("x86, security supported", "Up to 1024", "Limits!I2"),
    )
    assert rows_of(limit, "4.13") == ()
    assert {tree: lines(text) for tree, text in feature(found, "CPUs").caveats.items()} == {
        "4.20": ["Much memory."],
        "4.17": ["Much memory."],
    }
    assert not said(found)


@pytest.mark.parametrize(
    ("cell", "unit", "text"),
    [
        ("4096", None, "4096"),
        ("4096.0", None, "4096"),
        ("0.25", "TiB", "0.25 TiB"),
        ("12 TiB", "GiB", "12 TiB"),
        ("12TiB", None, "12 TiB"),
        ("Supported up to 12 TiB.", None, "12 TiB"),
        ("up to 8", "vCPUs per guest", "8 vCPUs per guest"),
        ("16 000", None, "16 000"),
        ("many", None, None),
        ("12 (or so)", None, None),
        ("-1", None, None),
        ("12", "TiB (raw)", None),
        ("no", None, None),
    ],
)
def test_figures(cell: str, unit: str | None, text: str | None) -> None:
    found = read_figure(cell, unit)
    assert (found[0].text if found else None) == text


def test_limits_that_contradict_each_other() -> None:
    found = read(
        two("""Section | Feature | 4.20 | 4.17
Limits
Section | Limit | Unit | 4.20 | 4.17 | Tested | Security
Host | Memory | TiB | 16 | 12 | 13 | 1
| Disks | | 3 | 3 | 1 KiB | no""")
    )
    assert said(found) == [
        ("limit-above-maximum", "Limits!F2", ("4.17",)),
        ("bad-limit", "Limits!G3", ("4.20", "4.17")),
    ]


# ---- real files -------------------------------------------------------------------------------------------------------------
def test_the_sample_says_what_it_should() -> None:
    found = categorise(open_workbook(ROOT / "samples" / "categorisation.xlsx"), load_layout(None))
    assert not said(found)
    assert [tree.name for tree in found.trees] == ["master", "4.20", "4.19", "4.18", "4.17"]
    features = [f for section in found.sections for _, f in section.walk() if f.name is not None]
    assert len(features) >= 120
    assert all(len(fields(found, tree.name)) >= 200 for tree in found.trees)
    assert len(found.open_questions) > 20
    assert any(q.owner for q in found.open_questions)
    assert any(limit.security for f in features for limit in f.limits)
    assert any(value.endswith(": Obsolete") for value in fields(found, "master"))
    places = {p for f in features for v in f.variants for p in (s.place for s in v.statements)}
    assert places <= found.cells.keys()


@pytest.mark.skipif(not FIVE_TREES.is_file(), reason="there is no ../shared/sheets")
def test_five_real_trees() -> None:
    found = categorise(open_workbook(FIVE_TREES), load_layout(None), keep_unknown=True)
    assert not said(found)
    assert not found.open_questions
    assert len([p for p in found.problems if p.name == "kept-status"]) == len(found.problems) == 26
    counts = {tree.name: (len(headings(found, tree.name)), len(fields(found, tree.name))) for tree in found.trees}
    assert counts == {
        "master": (136, 211),
        "4.20": (134, 207),
        "4.17": (121, 187),
        "4.13": (105, 159),
        "4.10": (96, 146),
    }
    strict = categorise(open_workbook(FIVE_TREES), load_layout(None))
    assert [p.name for p in strict.problems] == ["unknown-status"] * 26


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.text(max_size=8),
                st.sampled_from(
                    [
                        "Supported",
                        "4.20",
                        "Section",
                        "Feature",
                        "Limit",
                        "text",
                        "-",
                        "?",
                        "12 TiB",
                        "Tree",
                        "Caveats (4.20)",
                    ]
                ),
            ),
            max_size=7,
        ),
        max_size=8,
    ),
    st.sampled_from(["Features", "Limits", "Trees", "Other"]),
    st.integers(1, 3),
    st.booleans(),
)
@settings(max_examples=many(150), deadline=None)
def test_no_content_raises(rows: list[list[str | None]], title: str, merge: int, number: bool) -> None:
    cells = [
        Row(
            n + 1,
            tuple(
                None if text is None else Cell((Run(text),), number=number, rows=merge, columns=merge) for text in row
            ),
        )
        for n, row in enumerate(rows)
    ]
    base = [
        tab for tab in book("Features\nSection | Feature | 4.20\nTools | xl | Supported").tabs if tab.title != title
    ]
    found = categorise(Workbook("b", "xlsx", "", (*base, Tab(title, tuple(cells)))), load_layout(None))
    assert not any(category(char) in ("Cc", "Cs") for p in found.problems for char in p.message)
    assert found.blocked() <= {tree.name for tree in found.trees} | {t for p in found.problems for t in p.trees}
