"""The rules of labels: what must speak, and beside it what must not."""

from __future__ import annotations

import pytest

from convert.names.spelling import misspelt
from grammar.status import has_label, read_status
from tests.lint.frame import DEFINITIONS, FEATURES, RELEASE, TITLE, codes_of, findings, in_feature


def label(value: str, qualifier: str = "") -> list[str]:
    """The codes that a Status value gets."""
    key = f"Status, {qualifier}" if qualifier else "Status"
    return codes_of(in_feature(f"    {key}: {value}\n\nNot for everybody.\n"))


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("Supported", []),
        ("Supported, not security supported", []),
        ("Supported, Security support external", []),
        ("Supported, with caveats", []),
        ("Tech Preview, with limited support", []),
        ("Supported up to 12 TiB", []),
        ("Supported up to 12 TiB. Hosts with more memory are supported, but not security supported.", []),
        ("No security support, not recommended", []),
        ("Not supported", []),
        ("Not implemented", []),
        ("Expermental", ["XS201"]),
        ("Experimenal", ["XS201"]),
        ("Supported, not securty supported", ["XS201"]),
        ("Depreciated", ["XS201"]),
        ("Supported, Not security supported", ["XS202"]),
        ("Supported, security support external", ["XS202"]),
        ("TECH PREVIEW", ["XS202"]),
        ("Tech-Preview", ["XS202"]),
        ("supported up to 12 TiB", ["XS202"]),
        ("Technology Preview", ["XS203"]),
        ("Supported (with caveats)", ["XS202"]),
        ("Unsupported", ["XS203"]),
        ("Security supported", ["XS204"]),
        ("Support scope restricted", ["XS204"]),
        ("Up to 512", ["XS204"]),
        ("Supported on x86", ["XS205"]),
        ("Supported (x86 only)", ["XS205"]),
        ("Supported, security supported only when run de-privileged", []),
        ("Not supported.", ["XS206"]),
        ("Supported up to 12 TiB.", ["XS206"]),
    ],
)
def test_values(value: str, codes: list[str]) -> None:
    assert label(value) == codes


def test_up_to_n_of_a_part_is_no_unknown_label() -> None:
    assert label("Up to 512", "x86, regularly tested") == []
    assert label("Up to 512", "security supported") == []


def test_each_unknown_wording_is_reported() -> None:
    text = in_feature("    Status: Fine\n    Status, x86: Fine\n    Status, Arm: Good\n")
    assert codes_of(text) == ["XS204"] * 3


def test_no_label_is_taken_for_its_opposite() -> None:
    assert misspelt("Unsupported") is None
    assert misspelt("Supported, no caveats") is None
    assert misspelt("Security supported") is None


def test_caveats_need_a_paragraph_not_a_list() -> None:
    assert codes_of(in_feature("    Status: Supported, with caveats\n")) == ["XS207"]
    assert codes_of(in_feature("    Status: Supported, with caveats\n\n  * Not on Arm.\n")) == ["XS207"]
    assert codes_of(in_feature("    Status: Supported, with caveats\n\nNot on Arm.\n")) == []


def test_each_undefined_label_is_reported_only_where_there_are_definitions() -> None:
    body = "### A\n\n    Status: Obsolete\n\n### B\n\n    Status: Obsolete\n\n"
    assert codes_of(TITLE + RELEASE + FEATURES + body + DEFINITIONS) == ["XS208", "XS208"]
    defined = DEFINITIONS + "### Obsolete\n\nGone soon.\n"
    assert codes_of(TITLE + RELEASE + FEATURES + body + defined) == []
    assert "XS208" not in codes_of(TITLE + RELEASE + FEATURES + body)


def test_a_list_after_supported_is_fine() -> None:
    assert codes_of(in_feature("    Supported, x86: bzImage, ELF\n")) == []
    assert codes_of(in_feature("    Supported, x86: Experimental\n")) == ["XS209"]


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("    Status: Supported    Status, x86: Fine\n", True),
        ("    Status: Supported\n\nText.    Status, x86: Fine\n", True),
        ("    Status: Supported\n\nText. Status: Experimental\n", True),
        ("    Status: Supported\n\nThe meaning of Status: see below.\n", False),
        ("    Status: Supported\n\nBugs after **Security-Support-Until** are public.\n", False),
    ],
)
def test_joined_lines(text: str, speaks: bool) -> None:
    found = [d for d in findings(in_feature(text)) if d.code == "XS210"]
    assert bool(found) == speaks
    assert all(d.severity == "error" and "Status" in d.message for d in found)


@pytest.mark.parametrize("field", ["  Status: Supported", "  Status, x: No", "  Xen-Version: 4.20"])
def test_joined_lines_say_as_much_of_a_long_line_as_of_a_short_one(field: str) -> None:
    few, many = (
        [d for d in findings(in_feature(f"    Status: Supported{field * count}\n")) if d.code == "XS210"]
        for count in (50, 100)
    )
    assert 49 <= len(few) <= 50 and len(many) == len(few) + 50
    said = [sum(len(d.message) for d in found) / len(found) for found in (few, many)]
    assert said[1] <= 1.5 * said[0]


@pytest.mark.parametrize(
    "value",
    [
        "Supported",
        "No security support, {}",
        "Supported, security supported only when {}",
        "Supported {}",
        "up to 5 {}",
    ],
)
@pytest.mark.parametrize("words", [0, 1, 10, 300, 980, 995, 1000, 1005, 3000])
def test_the_label_of_a_long_value_is_found_in_its_beginning(value: str, words: int) -> None:
    text = value.format(" ".join(["a"] * words))
    assert has_label(text) is (read_status(text).label is not None)


@pytest.mark.parametrize(
    ("fields", "caveat", "codes"),
    [
        ("Supported", "No XSAs will be issued for it.", ["XS211"]),
        ("Supported", "This is not security\nsupported: see the advisory.", ["XS211"]),
        ("Supported", "Bugs that only hit the guest will not be regarded a security issue.", ["XS211"]),
        ("Supported", "  * excluded from security support: all of it", ["XS211"]),
        ("Supported", "Only with an IOMMU.", []),
        ("Supported", "It is security supported.", []),
        ("Supported, with caveats", "No XSAs will be issued for it.", []),
        ("Supported, not security supported", "This is not security supported.", []),
        ("Tech Preview", "No XSAs will be issued for it.", []),
    ],
)
def test_a_caveat_that_denies_security_support(fields: str, caveat: str, codes: list[str]) -> None:
    assert codes_of(in_feature(f"    Status: {fields}\n\n{caveat}\n")) == codes
    assert "XS211" not in codes_of(in_feature(f"{caveat}\n\n    Status: {fields}\n"))


def test_a_caveat_of_another_row_denies_nothing() -> None:
    text = "    Status, Linux: Supported\n    Status, Windows: Supported, with caveats\n\nWindows: no XSAs.\n"
    assert codes_of(in_feature(text)) == []
    both = "    Status, Linux: Supported\n    Status, Windows: Supported\n\nNo XSAs for either.\n"
    assert codes_of(in_feature(both)) == ["XS211", "XS211"]


@pytest.mark.parametrize(
    ("host", "guest", "speaks"),
    [
        ("x86: Supported up to 8 TiB", "x86: Supported up to 12 TiB", True),
        ("x86: Supported up to 8 TiB", "x86 HVM: Supported up to 8200 GiB", True),
        ("x86: Supported up to 8 TiB", "x86: Supported up to 8192 GiB", False),
        ("x86: Supported up to 8 TiB", "Arm64: Supported up to 12 TiB", False),
        ("x86: Supported up to 8 TiB", "x86: Supported up to 12", False),
    ],
)
def test_a_guest_with_more_than_the_host(host: str, guest: str, speaks: bool) -> None:
    text = f"{TITLE}{RELEASE}# Feature Support\n\n## Host hardware\n\n### Physical Memory\n\n    Status, {host}\n\n"
    text += f"## Guest Limits\n\n### Memory\n\n    Status, {guest}\n\n{DEFINITIONS}"
    assert codes_of(text) == (["XS212"] if speaks else [])


def test_a_limit_of_the_part_itself_is_no_guests_and_no_hosts() -> None:
    text = in_feature("    Status: Supported\n").replace(
        "# Feature Support\n", "# Feature Support\n\n    Status, x86: Supported up to 8 GiB\n", 1
    )
    assert "XS212" not in codes_of(text)
