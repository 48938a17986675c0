"""Single cases: what is merged, what is in conflict, and which bytes change."""

from __future__ import annotations

import difflib

import pytest

from convert.merge import Labels, Merged, Side, left_over
from convert.merge.sequence import align
from convert.trees.git import merge_file
from tests.merge.with_git import merge

HEAD = "# Feature Support\n\n## Memory\n\n"
TEXT = HEAD + (
    "### Paging\n\nWords about it. They are\nwrapped by hand.\n\n\tStatus: Supported\n\tSupported, x86: Tech Preview\n\n"
    "Only for some:\n\n  * one guest\n  * two guests,\n    with care\n\n### Sharing\n\n    Status: Experimental\n\n"
    "### Ballooning\n\n    Status: Supported\n"
)


def versions(ours: tuple[str, str], theirs: tuple[str, str], base: str = TEXT) -> tuple[bytes, bytes, bytes]:
    assert ours[0] in base and theirs[0] in base
    return base.encode(), base.replace(*ours, 1).encode(), base.replace(*theirs, 1).encode()


def changed(old: bytes, new: bytes) -> list[str]:
    lines = difflib.ndiff(old.decode().split("\n"), new.decode().split("\n"))
    return [line for line in lines if line[0] in "+-"]


def test_one_value_changes_one_line_and_keeps_tab_and_keyword() -> None:
    base = TEXT.replace("\t", "    ").replace("Supported, x86", "Status, x86").encode()
    theirs = base.replace(b"Tech Preview", b"Experimental")
    merged = merge(base, TEXT.encode(), theirs)
    assert changed(TEXT.encode(), merged.data) == [
        "- \tSupported, x86: Tech Preview",
        "+ \tSupported, x86: Experimental",
    ]
    assert [(change.place.key, change.who) for change in merged.changes] == [("paging--x86", "theirs")]


def test_a_moved_feature_whose_status_changed_is_clean_and_git_conflicts() -> None:
    feature = "### Sharing\n\n    Status: Experimental\n\n"
    base = TEXT
    ours = TEXT.replace(feature, "").replace("### Paging", feature + "### Paging")
    theirs = TEXT.replace("Status: Experimental", "Status: Tech Preview")
    merged = merge(base.encode(), ours.encode(), theirs.encode())
    assert not merged.conflicts
    assert merged.data.decode() == ours.replace("Status: Experimental", "Status: Tech Preview")
    assert merge_file(ours, base, theirs, ("a", "b", "c"))[1] > 0
    other = merge(base.encode(), theirs.encode(), ours.encode())
    assert other.data == merged.data


def test_a_feature_moved_to_another_section_takes_its_level_along() -> None:
    base = (
        "# A\n\n## B\n\n### Foo\n\n    Status: Supported\n\n### Bar\n\n    Status: Supported\n\n# C\n\n### D\n".replace(
            "### D", "## D"
        )
    )
    foo = "### Foo\n\n    Status: Supported\n\n"
    theirs = base.replace(foo, "").rstrip("\n") + "\n\n## Foo\n\n    Status: Supported\n"
    ours = base.replace("### Foo\n\n    Status: Supported", "### Foo\n\n    Status: Deprecated")
    merged = merge(base.encode(), ours.encode(), theirs.encode())
    assert merged.data.decode() == theirs.replace("## Foo\n\n    Status: Supported", "## Foo\n\n    Status: Deprecated")


def test_two_values_of_one_row_are_a_conflict_with_its_labels() -> None:
    labels = Labels("support/4.20 abc", "last draft def", "sheet", {"sharing": "Features!F23"})
    base, ours, theirs = versions(("Experimental", "Supported"), ("Experimental", "Deprecated"))
    merged = merge(base, ours, theirs, labels=labels)
    assert merged.data.decode() == TEXT.replace(
        "    Status: Experimental",
        "<<<<<<< support/4.20 abc\n    Status: Supported\n||||||| last draft def\n    Status: Experimental\n=======\n"
        "    Status: Deprecated\n>>>>>>> sheet Features!F23 [sharing]",
    )
    assert len(left_over(merged.data.decode())) == 4
    (conflict,) = merged.conflicts
    assert (conflict.place.key, conflict.base, conflict.ours, conflict.theirs) == (
        "sharing",
        "Experimental",
        "Supported",
        "Deprecated",
    )


@pytest.mark.parametrize(("side", "value"), [("ours", "Supported"), ("theirs", "Deprecated")])
def test_a_rule_settles_one_row_only(side: Side, value: str) -> None:
    base, ours, theirs = versions(("Experimental", "Supported"), ("Experimental", "Deprecated"))
    merged = merge(base, ours, theirs, rule=lambda place: side if place.key == "sharing" else None)
    assert merged.data.decode() == TEXT.replace("Experimental", value)


def test_different_sentences_of_one_paragraph_merge_and_the_same_one_does_not() -> None:
    base, ours, theirs = versions(("Words about", "Sentences about"), ("by hand", "by machine"))
    merged = merge(base, ours, theirs)
    assert not merged.conflicts
    assert "Sentences about it.\nThey are wrapped by machine.\n" in merged.data.decode()
    base, ours, theirs = versions(("about it", "about them"), ("about it", "about us"))
    merged = merge(base, ours, theirs)
    assert [change.place.key for change in merged.conflicts] == ["paging:description"]
    assert merged.data.count(b"<<<<<<<") == 1 and b"=======\nWords about us." in merged.data


def test_a_pure_rewrap_is_no_change() -> None:
    base, ours, theirs = versions(
        ("They are\nwrapped by hand.", "They\nare wrapped by hand."), ("by hand.", "by machine.")
    )
    merged = merge(base, ours, theirs)
    assert not merged.conflicts and b"by machine." in merged.data
    assert merge(base, ours, base).changes == ()


def test_items_of_a_list_are_merged_one_by_one_in_our_layout() -> None:
    base, _, theirs = versions(("x", "x"), ("one guest", "one guest at most"), TEXT + "x\n")
    ours = base.replace(
        b"  * one guest\n  * two guests,\n    with care", b"- one guest\n\n- two guests,\n  with great care"
    )
    merged = merge(base, ours, theirs)
    assert not merged.conflicts
    assert b"- one guest at most\n\n- two guests,\n  with great care\n" in merged.data
    added = base.replace(b"    with care\n", b"    with care\n  * three\n    guests\n")
    assert b"with great care\n\n- three\n  guests\n\n" in merge(base, ours, added).data


def test_a_feature_removed_here_and_changed_there_is_a_conflict() -> None:
    feature = "### Sharing\n\n    Status: Experimental\n\n"
    base, ours, theirs = versions((feature, ""), ("Experimental", "Supported"))
    merged = merge(base, ours, theirs)
    assert [change.place.key for change in merged.conflicts] == ["sharing:feature"]
    assert b"<<<<<<< ours\n||||||| base\n### Sharing\n" in merged.data
    other = merge(base, theirs, ours)
    assert b"<<<<<<< ours\n### Sharing\n\n    Status: Supported\n||||||| base\n" in other.data
    kept = merge(base, theirs, ours, rule=lambda place: "ours" if place.what == "feature" else None)
    assert kept.data == theirs
    gone = merge(base, theirs, ours, rule=lambda place: "theirs" if place.what == "feature" else None)
    assert gone.data == ours


def test_what_both_removed_or_added_alike_is_no_conflict() -> None:
    base, ours, _ = versions(("### Sharing\n\n    Status: Experimental\n\n", ""), ("x86", "x86"))
    assert merge(base, ours, ours).data == ours
    new = "### New\n\n    Status: Supported\n\n### Sharing"
    base, ours, theirs = versions(("### Sharing", new), ("### Sharing", new.replace("Supported", "supported.")))
    merged = merge(base, ours, theirs)
    assert merged.data == ours and not merged.conflicts


def test_a_list_that_comes_to_stand_before_a_literal_does_not_swallow_it() -> None:
    base = HEAD + "### X\n\n  * one\n\nThen this.\n\n    Status: Supported\n"
    ours = base.replace("\n\nThen this.", "").replace("  * one", "   * one")
    merged = merge(base.encode(), ours.encode(), base.replace("* one", "* two").encode())
    assert b"   * two\n\n    Status: Supported\n" in merged.data
    gone = merge(
        base.encode(),
        base.replace("* one", "* two").encode(),
        base.replace("Then this.\n\n", "").replace("  * one", "   * one").encode(),
    )
    assert not gone.conflicts and b"   * two\n\n    Status: Supported\n" in gone.data


def test_a_caveat_that_a_label_needs_is_not_lost_in_silence() -> None:
    base = HEAD + "### X\n\n    Status, a: Supported, with caveats\n    Status, b: Experimental\n\nThe caveat.\n"
    ours = base.replace("Supported, with caveats", "Supported").replace("\n\nThe caveat.", "")
    theirs = base.replace("Experimental", "Supported, with caveats")
    merged = merge(base.encode(), ours.encode(), theirs.encode())
    assert [change.place.key for change in merged.conflicts] == ["x:text"]
    for side, wanted in (("ours", ours), ("theirs", theirs)):
        chosen: Side = "ours" if side == "ours" else "theirs"
        settled = merge(
            base.encode(),
            ours.encode(),
            theirs.encode(),
            rule=lambda p, s=chosen: s if p.what == "text" else None,  # type: ignore[misc]
        )
        assert settled.data.decode() == wanted and not settled.conflicts


def test_line_ends_of_windows_stay() -> None:
    base, _, theirs = versions(("x86", "x86"), ("Experimental", "Deprecated"))
    ours = base.replace(b"\n", b"\r\n")
    assert merge(base, ours, theirs).data == theirs.replace(b"\n", b"\r\n")


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(ValueError, match="not UTF-8"):
        merge(b"", b"# \xff\n", b"")


def test_two_features_below_each_other_do_not_chase_their_tails() -> None:
    base = "# A\n\n## B\n\ntext b\n\n## C\n\ntext c\n"
    ours = "# A\n\n## B\n\ntext b\n\n### C\n\ntext c\n"
    theirs = "# A\n\n## C\n\ntext c\n\n### B\n\ntext b\n"
    merged = merge(base.encode(), ours.encode(), theirs.encode())
    assert merged.data.count(b"text b") == merged.data.count(b"text c") == 1


def test_a_feature_that_both_sides_moved_apart_is_a_conflict() -> None:
    base = "# A\n\n## B\n\n### Foo\n\n    Status: Supported\n\n## C\n\n## D\n"
    foo = "### Foo\n\n    Status: Supported\n\n"
    ours = base.replace(foo, "").replace("## D\n", f"{foo}## D\n")
    theirs = base.replace(foo, "") + "\n" + foo.rstrip("\n") + "\n"
    merged = merge(base.encode(), ours.encode(), theirs.encode())
    assert [change.place.key for change in merged.conflicts] == ["foo:position"]
    assert (
        b"### Foo  (below ## C)\n||||||| base\n### Foo  (below ## B)\n=======\n### Foo  (below ## D)\n" in merged.data
    )
    for side, text in (("ours", ours), ("theirs", theirs)):
        chosen: Side = "ours" if side == "ours" else "theirs"
        assert merge(base.encode(), ours.encode(), theirs.encode(), rule=lambda _, s=chosen: s).data == text.encode()  # type: ignore[misc]


def test_a_section_that_the_two_sides_emptied_goes_too() -> None:
    base = "# A\n\n## B\n\n### X\n\n    Status: Supported\n\n### Y\n\n    Status: Supported\n\n## C\n\n    Status: Supported\n"
    ours = base.replace("### X\n\n    Status: Supported\n\n", "")
    theirs = base.replace("### Y\n\n    Status: Supported\n\n", "")
    merged = merge(base.encode(), ours.encode(), theirs.encode())
    assert merged.data.decode() == "# A\n\n## C\n\n    Status: Supported\n" and not merged.conflicts


SHARING = "### Sharing\n\n    Status: Experimental\n"
RENAMED = "### Page Sharing\n\n    Status: Tech Preview\n"


def keys(merged: Merged) -> list[str]:
    return [change.place.key for change in merged.conflicts]


def test_renamed_and_changed_here_and_deleted_there_is_a_conflict() -> None:
    base, ours, theirs = versions((SHARING, RENAMED), (SHARING + "\n", ""))
    assert keys(merge(base, ours, theirs)) == ["page-sharing:feature"] == keys(merge(base, theirs, ours))
    for side, text in (("ours", ours), ("theirs", theirs)):
        chosen: Side = "ours" if side == "ours" else "theirs"
        assert merge(base, ours, theirs, rule=lambda _, s=chosen: s).data == text  # type: ignore[misc]


@pytest.mark.parametrize("to", ["another heading", "another place"])
def test_moved_here_and_deleted_there_is_a_conflict(to: str) -> None:
    text = TEXT + "\n### Swapping\n\n    Status: Deprecated\n\n## Storage\n\n### Disks\n\n    Status: Supported\n"
    gone = text.replace(SHARING + "\n", "")
    moved = gone.replace("### Disks", SHARING + "\n### Disks") if to == "another heading" else ""
    moved = moved or gone.replace("## Storage", SHARING + "\n## Storage")
    base, ours, theirs = text.encode(), moved.encode(), gone.encode()
    assert keys(merge(base, ours, theirs)) == ["sharing:feature"] == keys(merge(base, theirs, ours))
    assert merge(base, ours, theirs, rule=lambda _: "theirs").data == theirs


def test_two_neighbours_swapped_here_and_one_deleted_there_is_no_conflict() -> None:
    ballooning = "### Ballooning\n\n    Status: Supported\n"
    swapped = TEXT.replace(f"{SHARING}\n{ballooning}", f"{ballooning}\n{SHARING}")
    assert swapped != TEXT
    merged = merge(TEXT.encode(), swapped.encode(), TEXT.replace(SHARING + "\n", "").encode())
    assert not merged.conflicts and b"Sharing" not in merged.data


def test_two_features_renamed_to_one_name_are_a_conflict() -> None:
    base, ours, theirs = versions(("### Sharing", "### Dedup"), ("### Ballooning", "### Dedup"))
    merged = merge(base, ours, theirs)
    assert keys(merged) == ["dedup:heading", "ballooning:heading"]
    assert b"<<<<<<< ours\n### Dedup\n||||||| base\n### Sharing\n=======\n### Sharing\n" in merged.data
    assert merge(base, ours, theirs, rule=lambda _: "ours").data == ours
    assert merge(base, ours, theirs, rule=lambda _: "theirs").data == theirs
    added = base.replace(b"### Sharing", b"### Dedup\n\n    Status: Supported\n\n### Sharing")
    assert keys(merge(base, theirs, added)) == ["dedup:heading"]


@pytest.mark.parametrize(
    ("what", "to"),
    [
        (SHARING, RENAMED),
        (SHARING, "### Dedup\n\n    Status: Tech Preview\n"),
        ("### Paging\n\nWords about it.", "### Swapping of pages\n\nOther words about it."),
    ],
)
def test_a_rename_with_a_change_is_a_rename(what: str, to: str) -> None:
    name = what.split("\n")[0]
    base, ours, theirs = versions((what, to), ("x86: Tech Preview", "x86: Deprecated"))
    merged = merge(base, ours, theirs)
    assert not merged.conflicts and merged.data == ours.replace(b"x86: Tech Preview", b"x86: Deprecated")
    other = base.replace(f"{name}\n".encode(), f"{name}\n\nMore to say.\n".encode())
    merged = merge(base, ours, other)
    assert not merged.conflicts and b"More to say." in merged.data and f"{name}\n".encode() not in merged.data


@pytest.mark.parametrize(("likeness", "paired"), [(0.39, False), (0.4, True), (0.6, True), (0.9, True)])
def test_two_elements_are_one_from_a_likeness_of_two_fifths(likeness: float, paired: bool) -> None:
    pairs = align(["a", "b", "z"], ["c", "d", "z"], lambda a, b: likeness if a == b else 0.0)
    assert pairs == ({0: 0, 1: 1, 2: 2} if paired else {2: 2})


def test_a_paragraph_that_was_half_rewritten_is_still_the_one_that_the_other_side_moved() -> None:
    base = (
        HEAD + "### A\n\nThe first of four words here.\n\nAnother paragraph stands below it.\n\n    Status: Supported\n"
    )
    ours = base.replace("The first of four words here.", "The first of many other words.")
    theirs = base.replace("Another paragraph stands below it.", "Another paragraph stands above all of it.")
    merged = merge(base.encode(), ours.encode(), theirs.encode())
    assert not merged.conflicts
    assert b"many other words" in merged.data and b"above all of it" in merged.data
    assert b"four words here" not in merged.data and b"below it" not in merged.data
