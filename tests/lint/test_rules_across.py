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
        ("Supported up to 16", "Supported up to 8", True),
        ("Supported up to 8", "Supported up to 16", False),
        ("Supported up to 8 TiB", "Supported up to 16", False),
        ("Tech Preview", "Supported", False),
        ("Supported", "Supported", False),
        ("Supported", "Deprecated", False),
        ("Supported", "Something else", False),
    ],
)
def test_better_in_older(old: str, new: str, speaks: bool) -> None:
    assert compared(status(old), newer(status(new))) == (["XS702"] if speaks else [])
    assert compared(status(new), older(status(old))) == (["XS702"] if speaks else [])


def test_odd_status() -> None:
    trees = (newer(status("Tech Preview")), older(status("Tech Preview")))
    assert "XS703" in compared(status("Experimental"), *trees)
    assert compared(status("Tech Preview"), *trees) == []
    assert "XS703" not in compared(status("Experimental"), newer(status("Tech Preview")), older(status("Experimental")))


def test_caveat_in_sibling() -> None:
    with_caveat = status("Supported") + "\nNot with untrusted guests.\n"
    assert compared(status("Supported"), newer(with_caveat)) == ["XS704"]
    assert compared(with_caveat, newer(status("Supported"))) == []
    assert compared(with_caveat, newer(with_caveat)) == []


@pytest.mark.parametrize(
    ("here", "there", "speaks"),
    [
        ("Not with untrusted guests.\n", "Not with untrusted guests.  Nor on Mondays.\n", True),
        ("Not with untrusted guests.\n", "Not with trusted guests.\n", True),
        ("Not on:\n\n * one\n", "Not on:\n\n * one\n * two\n", True),
        ("Not with untrusted guests.\nNor on Mondays.\n", "Nor on\nmondays.  Not with untrusted  guests\n", False),
        ("Not on:\n\n * one\n * two\n", "Not on:\n\n* two\n* one.\n", False),
        ("Not with untrusted guests.  Nor on Mondays.\n", "Nor on Mondays.\n", False),
    ],
)
def test_caveats_are_compared_sentence_by_sentence(here: str, there: str, speaks: bool) -> None:
    fields = status("Supported") + "\n"
    assert compared(fields + here, newer(fields + there)) == (["XS704"] if speaks else [])
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
