"""The rules of labels: what must speak, and beside it what must not."""

from __future__ import annotations

import pytest

from convert.names.spelling import misspelt
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
        ("Supported, security supported only when run de-privileged", ["XS205"]),
        ("Not supported.", ["XS206"]),
        ("Supported up to 12 TiB.", ["XS206"]),
    ],
)
def test_values(value: str, codes: list[str]) -> None:
    assert label(value) == codes


def test_up_to_n_of_a_part_is_no_unknown_label() -> None:
    assert label("Up to 512", "x86, regularly tested") == []
    assert label("Up to 512", "security supported") == []


def test_an_unknown_wording_is_reported_once() -> None:
    assert codes_of(in_feature("    Status: Fine\n    Status, x86: Fine\n    Status, Arm: Good\n")) == [
        "XS204",
        "XS204",
    ]


def test_no_label_is_taken_for_its_opposite() -> None:
    assert misspelt("Unsupported") is None
    assert misspelt("Supported, no caveats") is None
    assert misspelt("Security supported") is None


def test_caveats_need_a_paragraph_not_a_list() -> None:
    assert codes_of(in_feature("    Status: Supported, with caveats\n")) == ["XS207"]
    assert codes_of(in_feature("    Status: Supported, with caveats\n\n  * Not on Arm.\n")) == ["XS207"]
    assert codes_of(in_feature("    Status: Supported, with caveats\n\nNot on Arm.\n")) == []


def test_undefined_label_is_reported_once_and_only_where_there_are_definitions() -> None:
    body = "### A\n\n    Status: Obsolete\n\n### B\n\n    Status: Obsolete\n\n"
    assert codes_of(TITLE + RELEASE + FEATURES + body + DEFINITIONS) == ["XS208"]
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
