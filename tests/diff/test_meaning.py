"""What is no change, and what is a change of name or place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grammar.parser import parse_text
from tests.diff.documents import changes, features, only, status
from tests.helpers.effort import many

WORDS = st.lists(
    st.sampled_from(("one", "two.", "*three*", "`four`", "five,", "[six](http://a.example/)")), min_size=1, max_size=12
)


@settings(max_examples=many(100), deadline=None)
@given(WORDS, st.data())
def test_a_rewrap_is_no_change(words: list[str], data: st.DataObject) -> None:
    def wrapped() -> str:
        breaks = data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
        return (
            "Words "
            + "".join(f"{word}{chr(10) if end else ' '}" for word, end in zip(words, breaks, strict=True)).rstrip()
        )

    old, new = (features(F=f"{wrapped()}\n\n{status('Supported')}\n{wrapped()}\n\n  * {words[0]}\n") for _ in range(2))
    assert changes(old, new) == []


def test_spelling_that_means_the_same() -> None:
    old = features(F="A *word*.\n\n    Status, x86 HVM: Not supported.\n    Status:  supported\n")
    new = features(F="A word.\n\n```\nStatus, x86 HVM: Not Supported\nStatus: Supported\n```\n")
    assert changes(old, new) == []


def test_order_is_no_change() -> None:
    one, two = status("Supported"), status("Experimental")
    assert changes(features(A=one, B=two), features(B=two, A=one)) == []


def test_address_of_a_link_is_one() -> None:
    old = features(F="See [it](http://a.example/).\n\n" + status("Supported"))
    assert only(changes(old, old.replace("a.example", "b.example"))).kind == "description"


def test_moved_with_its_status_changed() -> None:
    old = features(A=status("Supported"), B=status("Supported"))
    new = features(A=status("Supported")) + "\n## Other\n\n### B\n\n    Status: Experimental\n"
    lost, moved = changes(old, new)
    assert (lost.kind, lost.key) == ("security-lost", "b")
    assert (moved.kind, moved.old, moved.new) == (
        "moved",
        "Feature Support / Section / B",
        "Feature Support / Other / B",
    )


def test_equal_names_at_two_places_are_not_taken_for_each_other() -> None:
    two = "\n## Second\n\n### B\n\n    Status: Experimental\n\n## Third\n\n### B\n\n    Status: Experimental\n"
    found = changes(features(A=status("Supported"), B=status("Supported")), features(A=status("Supported")) + two)
    assert sorted(c.kind for c in found) == ["added", "added", "removed"]


def test_another_case_is_a_new_name_of_the_same() -> None:
    change = only(changes(features(ARM_SMMU=status("Supported")), features(Arm_SMMU=status("Supported"))))
    assert (change.kind, change.key, change.possible_loss) == ("renamed", "arm-smmu", False)


def test_alias_settles_a_rename() -> None:
    old = features(Physical_CPU_Hotplug=status("x86: Supported"))
    new = features(ACPI_CPU_Hotplug=status("x86: Experimental"))
    lost, renamed = changes(old, new, ("physical cpu hotplug", "ACPI CPU Hotplug"))
    assert (lost.kind, lost.key) == ("security-lost", "acpi-cpu-hotplug--x86")
    assert renamed.kind == "renamed" and renamed.old == "Feature Support / Section / Physical CPU Hotplug"
    back = changes(new, old, ("Physical CPU Hotplug", "ACPI CPU Hotplug"))
    assert sorted(c.kind for c in back) == ["renamed", "security-gained"]


def test_alias_of_row_keys() -> None:
    old, new = features(F=status("x86: Supported")), features(F=status("Intel: Supported"))
    change = only(changes(old, new, ("f--x86", "f--intel")))
    assert (change.kind, change.key, change.possible_loss) == ("renamed", "f--intel", False)
    across = only(changes(features(F=status("x86: Supported")), features(G=status("Supported")), ("f--x86", "g")))
    assert (across.kind, across.key) == ("renamed", "g")


def test_alias_of_a_section_moves_nothing() -> None:
    old = features(A=status("Supported"))
    change = only(changes(old, old.replace("## Section", "## Part"), ("Section", "Part")))
    assert change.kind == "renamed" and change.key == "part"


def test_two_equal_files_have_no_difference() -> None:
    text = features(
        A="Words.\n\n" + status("Supported", "x86: Supported up to 8") + "\nMore.\n", B=status("Experimental")
    )
    assert changes(text, text) == []
    assert changes("", text) != [] and changes(text, "") != []
    assert parse_text(text).diagnostics == []


@pytest.mark.slow
def test_many_headings_take_no_time() -> None:
    old = features(**{f"Device_number_{n}": status("Supported") for n in range(800)})
    new = features(**{f"Device_no_{n}": status("Experimental") for n in range(800)})
    found = changes(old, new)  # every pair of names takes minutes, and the run is ended
    assert sum(c.kind in ("removed", "security-lost") for c in found) == 800
