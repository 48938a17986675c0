"""The rules of qualifiers and names: what must speak, and beside it what must not."""

from __future__ import annotations

import pytest

from convert.names.spelling import distance, one_edit
from tests.lint.frame import codes_of, findings, in_feature


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        (("Status, Arm64, x", "Status, Arm64, y", "Supported, ARM64"), ["XS401"]),
        (("Status, x86 HVM", "Status, x86-hvm, y"), ["XS401"]),
        (("Status, x86 HVM", "Status, x86 PV"), []),
        (("Status, Linux (xen-netback)", "Status, NetBSD (xennetback)"), []),
        (("Status, stgvga",), ["XS402"]),
        (("Status, rtl8193",), ["XS402"]),
        (("Status, rtl8139", "Status, e1000", "Status, e1000e", "Status, qcow2 format", "Status, qcow format"), []),
        (("Status, ARM SMMUv1", "Status, ARM SMMUv4", "Status, PL012 UART"), []),
        (("Status, x86 ", "Status, Arm"), ["XS404"]),
        (("Status, x86  HVM", "Status, Arm"), ["XS404"]),
        (("Status, ?", "Status, Arm"), ["XS405"]),
    ],
)
def test_qualifiers(fields: tuple[str, ...], codes: list[str]) -> None:
    text = "".join(f"    {key}: {'Experimental' if key.startswith('Status') else 'Image'}\n" for key in fields)
    assert codes_of(in_feature(text)) == codes


def test_the_name_is_what_is_marked() -> None:
    text = in_feature("    Status, a, rtl8193: Supported\n")
    (found,) = findings(text)
    assert found.span is not None and text[found.span.start : found.span.end] == "rtl8193"
    assert found.fix is not None and found.fix.edits[0].text == "rtl8139"


def test_heading_prefixes() -> None:
    def headings(*names: str) -> str:
        return "    Status: Supported\n\n" + "".join(f"### {name}\n\n    Status: Supported\n\n" for name in names)

    assert codes_of(in_feature(headings("ARM/A", "ARM/B", "Arm: C"))) == ["XS403"]
    assert codes_of(in_feature(headings("ARM/A", "ARM/B", "x86: C"))) == []
    assert codes_of(in_feature(headings("ARM A", "Argo: B", "Armada/C"))) == []


def test_distance() -> None:
    assert distance("rtl8193", "rtl8139", 2) == 1
    assert distance("stgvga", "stdvga", 2) == 1
    assert distance("abcdef", "fedcba", 2) == 3
    assert distance("", "abc", 2) == 3
    assert one_edit("blkfrnt", "blkfront") and not one_edit("smmuv1", "smmuv2") and not one_edit("e1000", "e10000")
