"""A qualifier with two swapped characters that was put right is one row, renamed; what may be another thing is not."""

from __future__ import annotations

import pytest

from tests.diff.documents import changes, only

TEXT = "# Feature Support\n\n## Network\n\n### Emulated\n\nCards.\n\n"


def text(*fields: tuple[str, str]) -> str:
    return TEXT + "".join(f"    Status, {name}: {status}\n" for name, status in fields)


def test_a_misspelt_qualifier_put_right_is_no_loss() -> None:
    old, new = (
        text(("e1000", "Supported"), ("rtl8193", "Supported")),
        text(("e1000", "Supported"), ("rtl8139", "Supported")),
    )
    found = only(changes(old, new))
    assert (found.kind, found.key, found.why) == ("renamed", "emulated--rtl8139", None)
    assert found.old is not None and found.old.endswith("Emulated / rtl8193")
    assert found.new is not None and found.new.endswith("Emulated / rtl8139")


def test_what_it_says_is_still_compared() -> None:
    found = changes(text(("rtl8193", "Supported")), text(("rtl8139", "Experimental")))
    assert {one.kind for one in found} == {"renamed", "security-lost"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["rtl8193"], ["rtl8129"]),  # another number
        (["rtl8193"], ["rtl9183"]),  # no neighbours
        (["v12"], ["v21"]),  # too short to be a slip
        (["rtl8193", "rtl8169"], ["rtl8139", "rtl8169"]),  # another one is near
        (["rtl8193"], ["rtl8139", "rtl8138"]),
    ],
)
def test_what_may_be_another_thing_is_gone_and_new(old: list[str], new: list[str]) -> None:
    before, after = (text(("e1000", "Supported"), *((name, "Supported") for name in names)) for names in (old, new))
    found = changes(before, after)
    kinds = [one.kind for one in found]
    assert "renamed" not in kinds and "removed" in kinds and any(one.why for one in found)
