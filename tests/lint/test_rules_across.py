"""The rules across trees: what must speak, and beside it what must not."""

from __future__ import annotations

import pytest

from convert.lint.registry import RULES, Sibling
from tests.lint.frame import findings, in_feature, sibling_of

ACROSS = [code for code in RULES if code.startswith("XS7")]


def compared(text: str, *siblings: Sibling) -> list[str]:
    return [d.code for d in findings(in_feature(text), ACROSS, siblings=siblings)]


def newer(text: str) -> Sibling:
    return sibling_of(in_feature(text), name="newer", newer=True)


def older(text: str) -> Sibling:
    return sibling_of(in_feature(text), name="older", newer=False)


def status(value: str) -> str:
    return f"    Status: {value}\n"


def test_without_siblings_all_are_silent() -> None:
    assert compared(status("Supported")) == []


@pytest.mark.parametrize(
    ("here", "there", "codes"),
    [
        ("### ARM: IOREQ", "### ARM/IOREQ", ["XS701"]),
        ("### Blktap", "### Blktab", ["XS701"]),
        ("### SMMUv1 driver", "### SMMUv2 driver", []),
        ("### One", "### Other", []),
    ],
)
def test_split_features(here: str, there: str, codes: list[str]) -> None:
    field = "\n\n" + status("Supported")
    assert compared(here + field, newer(there + field)) == codes


def test_split_qualifiers() -> None:
    assert compared("    Status, x86 HVM: Supported\n", newer("    Status, x86HVM: Supported\n")) == ["XS701"]
    assert compared("    Status, x86 HVM: Supported\n", newer("    Status, x86 PV: Supported\n")) == []
    both = "    Status, x86 HVM: Supported\n    Status, x86HVM: Supported\n"
    assert compared("    Status, x86 HVM: Supported\n", newer(both)) == []


@pytest.mark.parametrize(
    ("old", "new", "speaks"),
    [
        ("Supported", "Supported, not security supported", True),
        ("Supported", "Experimental", True),
        ("Supported", "Supported, security supported only when run de-privileged", True),
        ("Supported, with caveats", "Supported, not security supported", True),
        ("Supported up to 16", "Supported up to 8", True),
        ("Supported up to 8", "Supported up to 16", False),
        ("Supported up to 8 TiB", "Supported up to 16", False),
        ("Supported up to 8 TiB", "Supported up to 1024 GiB", True),
        ("Tech Preview", "Supported", False),
        ("Supported", "Supported", False),
        ("Supported", "Deprecated", False),
        ("Supported", "Something else", False),
    ],
)
def test_better_in_older(old: str, new: str, speaks: bool) -> None:
    assert compared(status(old), newer(status(new))) == (["XS702"] if speaks else [])
    assert compared(status(new), older(status(old))) == []  # the tree that promises more is the one that is told


def test_a_renamed_row_is_compared_by_its_alias() -> None:
    here = "### Hotplug\n\n" + status("Supported")
    there = newer("### ACPI Hotplug\n\n" + status("Experimental"))
    found = findings(in_feature(here), ACROSS, siblings=[there], aliases=[("Hotplug", "ACPI Hotplug")])
    assert [d.code for d in found] == ["XS702"] and 'for "ACPI Hotplug"' in found[0].message
    assert compared(here, there) == []


def test_odd_status() -> None:
    trees = (newer(status("Tech Preview")), older(status("Tech Preview")))
    assert compared(status("Supported"), *trees) == ["XS703"]
    assert compared(status("Something else"), *trees) == ["XS703"]
    assert compared(status("Experimental"), *trees) == []  # the others promise more
    assert compared(status("Tech Preview"), *trees) == []
    newest = (older(status("Tech Preview")), sibling_of(in_feature(status("Tech Preview")), name="oldest", newer=False))
    assert compared(status("Supported"), *newest) == []
    assert "XS703" not in compared(status("Supported"), newer(status("Tech Preview")), older(status("Supported")))


def test_caveat_in_sibling() -> None:
    with_caveat = status("Supported") + "\nNot with untrusted guests.\n"
    assert compared(status("Supported"), newer(with_caveat)) == ["XS704"]
    assert compared(with_caveat, newer(status("Supported"))) == []
    assert compared(with_caveat, newer(with_caveat)) == []
    assert compared(status("Supported"), older(with_caveat)) == []
    assert compared(status("Tech Preview"), newer(with_caveat)) == []  # this tree promises less already


def test_a_caveat_is_that_of_the_rows_with_caveats() -> None:
    rows = "    Status, domU: Supported\n    Status, dom0: {}\n"
    there = newer(rows.format("Supported, with caveats") + "\nSlow in dom0.\n")
    assert compared(rows.format("Experimental"), there) == []
    assert compared(rows.format("Supported"), there) == ["XS704", "XS702"]


@pytest.mark.parametrize(
    ("here", "there", "speaks"),
    [
        ("Not with untrusted guests.\n", "Not with untrusted guests.  Nor on Mondays.\n", True),
        ("Not with untrusted guests.\n", "Not with trusted guests.\n", True),
        ("Not on:\n\n * one\n", "Not on:\n\n * one\n * two\n", True),
        ("Not with untrusted guests.\nNor on Mondays.\n", "Nor on\nmondays.  Not with untrusted  guests\n", False),
        ("Not on:\n\n * one\n * two\n", "Not on:\n\n* two\n* one.\n", False),
        ("Not with untrusted guests.  Nor on Mondays.\n", "Nor on Mondays.\n", False),
        ("Missing are:\n\n * PCI SR-IOV and resizable BARs\n", "Missing are:\n\n * PCI SR-IOV.\n", False),
        ("See http://xenbits.xen.org/a.\n", "See https://xenbits.xen.org/a.\n", False),
    ],
)
def test_caveats_are_compared_sentence_by_sentence(here: str, there: str, speaks: bool) -> None:
    fields = status("Supported") + "\n"
    assert compared(fields + here, newer(fields + there)) == (["XS704"] * speaks)
    assert "XS704" not in compared(fields + here, newer(status("Experimental") + "\n" + there))


def test_a_sentence_in_the_description_is_not_lacking() -> None:
    fields = status("Supported")
    here = f"Not with untrusted guests.\n\n{fields}\nNor on Mondays.\n"
    assert compared(here, newer(f"{fields}\nNot with untrusted guests.\n\nNor on Mondays.\n")) == []


def test_row_gap() -> None:
    both = "    Status, x86: Supported\n    Status, Arm: Supported\n"
    one = "    Status, x86: Supported\n"
    assert compared(one, newer(both), older(both)) == ["XS705"]
    assert compared(one, newer(both), older(one)) == []
    assert compared(both, newer(one), older(one)) == []


def test_a_restriction_that_only_newer_trees_have() -> None:
    one = "    Status: Supported\n"
    more = one + "    Status, untrusted driver domains: Supported, not security supported\n"
    found = findings(in_feature(one), ACROSS, siblings=[newer(more)])
    assert [d.code for d in found] == ["XS706"]
    assert 'where this file has "Supported" for all of it' in found[0].message
    assert compared(one, older(more)) == []
    assert compared(more, newer(more)) == []
    assert compared(one, newer(one + "    Status, x86: Supported\n")) == []


@pytest.mark.parametrize(
    ("value", "speaks"),
    [
        ("Supported, not security supported", True),
        ("Supported, security supported only when run de-privileged", True),
        ("No security support, not recommended", True),
        ("Supported up to 8 TiB", True),
        ("Experimental", False),
        ("Tech Preview", False),
        ("Supported", False),
        ("Supported, Security support external", False),
    ],
)
def test_a_heading_that_only_newer_trees_have(value: str, speaks: bool) -> None:
    there = newer(status("Supported") + "\n### Other\n\nIt boots guests.\n\n" + status(value))
    assert compared(status("Supported"), there) == (["XS706"] if speaks else [])
    young = there._replace(younger=lambda keys: keys[-1] == "other")
    assert compared(status("Supported"), young) == []
    assert compared(status("Supported"), there._replace(younger=lambda keys: False)) == (["XS706"] if speaks else [])


def test_a_row_that_older_trees_have_too_is_a_gap() -> None:
    both = "    Status: Supported\n    Status, Arm: Supported, not security supported\n"
    assert compared("    Status: Supported\n", newer(both), older(both)) == ["XS705"]
