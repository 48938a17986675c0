"""Rows, order, cells: what stands side by side, in memory."""

from __future__ import annotations

from datetime import date

import pytest

from convert.matrix.tree import newest_first
from convert.trees.state import standing
from tests.matrix.making import built, keys, line, tree

A = "## S\n\n### A\n\n    Status: Supported\n"
B = "### B\n\n    Status: Tech Preview\n"
C = "### C\n\n    Status, x86: Experimental\n    Status: Supported\n"


def test_rows_are_in_the_newest_trees_order_and_a_row_it_lacks_stands_after_its_preceding_sibling() -> None:
    newest = tree("4.3", A + "\n" + C)
    older = tree("4.2", A + "\n" + B + "\n" + C + "\n### D\n\n    Status: Supported\n\n## T\n\n    Status: Supported\n")
    assert keys(built(newest, older)) == ["a", "b", "c", "c--x86", "d", "t"]


def test_a_row_that_comes_first_in_the_older_tree_comes_first() -> None:
    assert keys(built(tree("4.3", A), tree("4.2", "## S\n\n### Z\n\n    Status: Supported\n\n" + A[6:]))) == ["z", "a"]


def test_a_new_subsection_never_comes_between_a_heading_and_its_variants() -> None:
    newest = tree("4.3", "## S\n\n    Status, x86: Supported\n\n### B\n\n    Status: Supported\n")
    older = tree("4.2", "## S\n\n### A\n\n    Status: Supported\n\n### B\n\n    Status: Supported\n")
    assert keys(built(newest, older)) == ["s--x86", "a", "b"]


def test_a_variant_that_the_newest_tree_lacks_stands_after_the_one_before_it() -> None:
    newest = tree("4.3", "## S\n\n### A\n\n    Status, x86: Supported\n    Status, Arm: Supported\n")
    older = tree(
        "4.2",
        "## S\n\n### A\n\n    Status, PPC: Supported\n    Status, x86: Supported\n    Status, RISC-V: Supported\n    Status, Arm: Supported\n",
    )
    assert keys(built(newest, older)) == ["a--ppc", "a--x86", "a--risc-v", "a--arm"]


def test_what_an_alias_finds_elsewhere_moves_nothing_beside_it() -> None:
    newest = tree("4.3", "## S\n\n### X\n\n    Status: Supported\n\n## T\n\n### A\n\n    Status, x86: Supported\n")
    older = tree(
        "4.2",
        "## S\n\n### X\n\n    Status: Supported\n    Status, b: Supported\n    Status, c: Supported\n\n"
        "### Old\n\n    Status: Supported\n\n### Z\n\n    Status: Supported\n",
    )
    found = built(newest, older, aliases=[("Old", "A"), ("x--b", "a--x86")])
    assert keys(found) == ["x", "x--c", "z", "a", "a--x86"]
    assert [cell.status for cell in line(found, "a--x86").cells] == ["Supported", "Supported"]


def test_a_key_on_two_paths_is_two_rows_and_the_first_has_the_plain_id() -> None:
    newest = tree("4.3", "## S\n\n### A\n\n    Status: Supported\n\n## T\n\n")
    older = tree("4.2", "## S\n\n## T\n\n### A\n\n    Status: Experimental\n")
    rows = [row for row in built(newest, older).rows if row.key == "a"]
    assert [(row.id, row.path[1]) for row in rows] == [("a", "S"), ("a~2", "T")]
    assert [[cell.status for cell in row.cells] for row in rows] == [["Supported", None], [None, "Experimental"]]


def test_equal_words_in_another_place_are_never_joined_without_an_alias() -> None:
    found = built(
        tree("4.3", "## S\n\n### New name\n\n    Status: Supported\n"),
        tree("4.2", "## S\n\n### Old name\n\n    Status: Supported\n"),
    )
    assert keys(found) == ["old-name", "new-name"]


@pytest.mark.parametrize("alias", [("Old name", "New name"), ("old-name", "new-name")])
def test_an_alias_joins_a_renamed_feature_with_its_variants_and_keeps_the_old_id(alias: tuple[str, str]) -> None:
    newest = tree("4.3", "## S\n\n### New name\n\n    Status: Supported\n    Status, x86: Supported\n")
    older = tree("4.2", "## S\n\n### Old name\n\n    Status: Experimental\n    Status, x86: Tech Preview\n")
    found = built(newest, older, aliases=[alias])
    assert keys(found) == ["new-name", "new-name--x86"]
    assert [cell.status for cell in line(found, "new-name--x86").cells] == ["Supported", "Tech Preview"]
    assert line(found, "new-name").formerly == ("old-name",)
    assert line(found, "new-name--x86").formerly == ("old-name--x86",)


def test_an_alias_of_a_row_key_joins_a_renamed_variant() -> None:
    newest = tree("4.3", "## S\n\n### A\n\n    Status, Arm: Supported\n")
    older = tree("4.2", "## S\n\n### A\n\n    Status, ARM v8: Experimental\n")
    assert keys(built(newest, older, aliases=[("a--arm-v8", "a--arm")])) == ["a--arm"]


def test_an_alias_finds_a_feature_that_moved_to_another_section_too() -> None:
    newest = tree("4.3", "## S\n\n## T\n\n### New\n\n    Status: Supported\n")
    older = tree("4.2", "## S\n\n### Old\n\n    Status: Supported\n")
    assert keys(built(newest, older, aliases=[("Old", "New")])) == ["new"]


def test_a_tree_with_both_names_keeps_both_rows() -> None:
    both = "## S\n\n### New\n\n    Status: Supported\n\n### Old\n\n    Status: Experimental\n"
    found = built(
        tree("4.3", "## S\n\n### New\n\n    Status: Supported\n"), tree("4.2", both), aliases=[("Old", "New")]
    )
    assert keys(found) == ["new", "old"]


def test_a_tree_that_has_the_new_name_further_down_keeps_both_rows_too() -> None:
    newest = tree("4.3", "## S\n\n## T\n\n### New\n\n    Status: Supported\n")
    older = tree("4.2", "## S\n\n### Old\n\n    Status: Experimental\n\n## T\n\n### New\n\n    Status: Tech Preview\n")
    found = built(newest, older, aliases=[("Old", "New")])
    assert [(row.key, row.cells[1].status) for row in found.rows if row.key in ("old", "new")] == [
        ("old", "Experimental"),
        ("new", "Tech Preview"),
    ]


def test_an_alias_elsewhere_does_not_join_equal_words() -> None:
    newest = tree("4.3", "## S\n\n### A\n\n    Status: Supported\n\n## T\n\n")
    older = tree("4.2", "## S\n\n## T\n\n### A\n\n    Status: Experimental\n")
    assert keys(built(newest, older, aliases=[("Something", "Else")])) == ["a", "a"]


def test_absence_says_what_kind_it_is() -> None:
    none, has = "## S\n\n### Other\n\n    Status: Supported\n", A
    found = built(tree("4.5", none), tree("4.4", has), tree("4.3", none), tree("4.2", has), tree("4.1", none))
    assert [cell.absence for cell in line(found, "a").cells] == ["removed", None, "gap", None, "not-yet"]


@pytest.mark.parametrize(
    "broken",
    [
        "## S\n\n### A\n\n    Status: Supported\n\n###B\n\n    Status: Tech Preview\n\n### C\n\n    Status: Supported\n",
        "## S\n\n### A\n\n    Status: Supported\n\n### B\n\n   Status: Tech Preview\n\n### C\n\n    Status: Supported\n",
    ],
    ids=["heading", "indentation"],
)
def test_a_status_that_an_error_hides_is_unreadable_and_nothing_else_is(broken: str) -> None:
    good = "## S\n\n### A\n\n    Status: Supported\n\n### B\n\n    Status: Tech Preview\n\n### C\n\n    Status: Supported\n\n### D\n\n    Status: Supported\n"
    older = tree("4.2", broken)
    found = built(tree("4.3", good), older)
    assert older.errors
    assert line(found, "b").cells[1].absence == "unreadable"
    assert line(found, "c").cells[1].status == "Supported"
    assert line(found, "d").cells[1].absence == "not-yet"


def test_a_file_that_cannot_be_read_is_unreadable_everywhere() -> None:
    from dataclasses import replace

    lost = replace(tree("4.2", ""), problem="4.2:SUPPORT.md: a binary file, not a SUPPORT.md")
    assert {line.cells[1].absence for line in built(tree("4.3", A), lost).rows if line.key == "a"} == {"unreadable"}


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("Supported", "supported.", "same"),
        ("Supported", "Experimental", "security-lost"),
        ("Supported, with caveats", "Not supported", "security-lost"),
        ("Supported", "Supported, with caveats", "worse"),
        ("Supported", "Deprecated", "worse"),
        ("Tech Preview", "Experimental", "worse"),
        ("Experimental", "Tech Preview", "better"),
        ("Experimental", "Supported", "better"),
        ("Supported up to 12 TiB", "Supported up to 16 TiB", "better"),
        ("Supported up to 2 TiB", "Supported up to 512 GiB", "worse"),
        ("Supported", "Supported up to 8", "worse"),
        ("Not supported", "Whatever this is", "text"),
        ("One wording", "Another wording", "text"),
        ("Supported", "Some wording", "worse"),
    ],
)
def test_change_against_the_next_older_tree(old: str, new: str, change: str) -> None:
    text = "## S\n\n### A\n\n    Status: {}\n"
    found = built(tree("4.3", text.format(new)), tree("4.2", "## S\n\ntext\n"), tree("4.1", text.format(old)))
    assert [cell.change for cell in line(found, "a").cells] == [change, None, None]


def test_lists_of_what_is_supported_are_rows_and_change_in_words_only() -> None:
    text = "## S\n\n### A\n\n    Supported, x86: {}\n"
    found = built(tree("4.3", text.format("bzImage, ELF")), tree("4.2", text.format("bzImage")))
    cell = line(found, "a--x86").cells[0]
    assert (cell.status, cell.label, cell.security, cell.change) == ("bzImage, ELF", None, "unstated", "text")


def test_sections_of_words_alone_are_lines_but_no_rows() -> None:
    found = built(
        tree("4.3", "## Kconfig\n\nEXPERT options are not supported.\n\n## S\n\n### A\n\n    Status: Supported\n"),
        tree("4.2", A),
    )
    kconfig = line(found, "kconfig")
    assert not kconfig.stated and kconfig.prose
    assert kconfig.parts[0] is not None and kconfig.parts[0].description == "EXPERT options are not supported."
    assert [cell.absence for cell in kconfig.cells] == [None, "not-yet"]
    assert "kconfig" not in keys(found)


def test_every_cell_has_its_line_and_its_caveats() -> None:
    found = built(tree("4.3", "## S\n\n### A\n\n    Status: Supported\n\nBut mind this.\n"))
    cell = line(found, "a").cells[0]
    part = line(found, "a").parts[0]
    assert (cell.line, cell.text) == (21, True)
    assert part is not None and part.caveats == "But mind this."


def test_an_identifier_given_twice_is_one_line_with_the_words_of_both() -> None:
    found = built(tree("4.3", "## S\n\n### A {#x}\n\nfirst\n\n### B {#x}\n\nsecond\n\n    Status: Supported\n"))
    part = line(found, "x").parts[0]
    assert part is not None and part.description == "first\nsecond"
    assert [row.key for row in found.rows].count("x") == 1


def test_newest_first_by_version_then_date() -> None:
    from dataclasses import replace

    trees = [
        tree("4.9", A),
        tree("4.10", A),
        replace(tree("4.10", A, "tag"), date="2025-01-01"),
        replace(tree("4.1", A), version=None),
    ]
    assert [t.name for t in newest_first(trees)] == ["tag", "4.10", "4.9", "4.1"]


@pytest.mark.parametrize(
    ("version", "until", "security", "what"),
    [
        ("4.20", "2025-06-01", "2027-06-01", "supported"),
        ("4.20", "2025-05-31", "2025-06-01", "security"),
        ("4.20", "2024-05-31", "2025-05-31", "ended"),
        ("4.20", "2024-02-30", "2025-05-32", "unknown"),
        ("4.20", "TBD", "TBD", "unknown"),
        ("4.20-unstable", "TBD", "Unreleased - not yet security-supported", "development"),
        ("4.20-rc", "2020-01-01", "2021-01-01", "development"),
    ],
)
def test_state_of_a_tree_on_a_day(version: str, until: str, security: str, what: str) -> None:
    release = {"Xen-Version": version, "Supported-Until": until, "Security-Support-Until": security}
    assert standing(release, date(2025, 6, 1)).state == what
