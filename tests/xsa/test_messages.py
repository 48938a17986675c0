"""What a commit's message says of advisories and reverts: every form met in xen.git, and what only looks like one."""

from __future__ import annotations

import pytest

from convert.xsa.messages import Claim, numbers, picked_from, read, reverted

FIXES = {
    "This is XSA-9.": [(9, (), False)],
    "This is part of XSA-9.": [(9, (), True)],
    "This is CVE-2021-28706 / part of XSA-385.": [(385, ("CVE-2021-28706",), True)],
    "This is CVE-2022-23824\nand CVE-2022-23825 /\nXSA-407.": [(407, ("CVE-2022-23824", "CVE-2022-23825"), False)],
    "This is XSA-9 / CVE-2016-xxxx.": [(9, (), False)],
    "This is part of XSA-9, CVE-2020-11740, CVE-2020-11741.": [(9, ("CVE-2020-11740", "CVE-2020-11741"), True)],
    "This CVE-2023-34323 / XSA-440.": [(440, ("CVE-2023-34323",), False)],
    "[ This is a security issue.  XSA#10. ]": [(10, (), False)],
    "This is part of XSA91.": [(91, (), True)],
    "This is part of the fix to a security issue, XSA-226.": [(226, (), True)],
    "This is a security issue, part of XSA-38 / CVE-2013-0215.": [(38, ("CVE-2013-0215",), True)],
    "This is CVE-2026-10001.\n\nAnd more.\n\nThis is CVE-2026-10002.\n\nEverything together is XSA-501.": [
        (501, ("CVE-2026-10001", "CVE-2026-10002"), False)
    ],
    "This is XSA-360\n\nSigned-off-by: A <a@example.org>": [(360, (), False)],
    "(This is XSA-9.)": [(9, (), False)],
    "This is an update to the fix for XSA-9.": [(9, (), False)],
    "This is XSA-295 (or XSA-93 re-born).": [(295, (), False)],
    "QEMU_TAG update (XSA-40 / CVE-2012-6075)": [(40, ("CVE-2012-6075",), False)],
    "This is part of XSA-5.\n\nThis is XSA-5 / CVE-2020-12345.": [(5, ("CVE-2020-12345",), False)],
}  # fmt: skip


@pytest.mark.parametrize("text", FIXES)
def test_a_claim_in_any_form(text: str) -> None:
    said = read(text if text.startswith("QEMU") else f"subject of a fix\n\n{text}\n")
    assert [(c.xsa, c.cves, c.part) for c in said.fixes] == FIXES[text]


@pytest.mark.parametrize(
    "text",
    [
        "This is similar to XSA-9.", "This is a followup to XSA-9 and XSA-10.", "This documents, but does not fix, XSA-9.",
        "While investigating XSA-9 more was found.", "This was introduced by XSA-9.", "This is (not really) XSA-9 (but simpler).",
        "There is no security impact, unlike XSA-9.", "Following XSA-9 the build broke.", "x86: fix the XSA-9 fix",
        "These reintroduce XSA-9 / CVE-2020-12345.", "This is XSA-9's fix, which was wrong.", "Note that per XSA-9, this is no issue.",
        "The fix for XSA-9 had a bug.", "This is the XSA-9 regression.",
    ],
)  # fmt: skip
def test_a_mention_is_no_claim(text: str) -> None:
    said = read(f"some subject here\n\n{text}\n")
    assert not said.fixes
    assert [m.xsa for m in said.mentions][:1] == [9]
    assert all("XSA-" in m.words for m in said.mentions)


def test_a_message_says_both() -> None:
    said = read("pygrub: only de-privileged\n\nXSA-443 and XSA-497 did some.\nThis is XSA-508.\n")
    assert said.fixes == (Claim(508, (), False),)
    assert [(m.xsa, m.words) for m in said.mentions] == [
        (443, "XSA-443 and XSA-497 did some"),
        (497, "XSA-443 and XSA-497 did some"),
    ]
    (first,) = read("Do what XSA-9 says. And more.\n\nWhy.\n").mentions
    assert first.words == "Do what XSA-9 says"
    assert read("XSAVE and XSAVEC") == read("") == read("no advisory")
    assert numbers("XSA-5, xsa#6 XSAVE XSA 7") == (5, 6, 7)


A, B, C = "0123456789abcdef0123456789abcdef01234567", "89abcdef01", "fedcba98765432100123456789abcdef01234567"
REVERTS = {
    f'Revert "one: two three"\n\nThis reverts commit {A}.': ((A,), ("one: two three",)),
    f'Revert "x"\n\nThis reverts commits {B},\n{C} and {A}.': ((B, C, A), ("x",)),
    f"Back out\n\nThis reverts commit {A}, as well as the\npartial fix attempt in {B}.": ((A, B), ()),
    f"Again\n\nThis reverts commit {A} and its\nprereq {C}.": ((A, C), ()),
    'Revert "a: b" and "c: d"': ((), ("a: b", "c: d")),
    'Revert "Revert "a: b c""': ((), ('Revert "a: b c"',)),
    'x86/vmx: Revert "x86/VMX: a thing"': ((), ("x86/VMX: a thing",)),
    f'Revert "x"\n\nThis reverts commit {A} ("x, (y)"), for\nbreaking the build since {C}.': ((A,), ("x",)),
}


@pytest.mark.parametrize("text", REVERTS)
def test_a_revert_names_what_it_undoes(text: str) -> None:
    found = reverted(text)
    assert found is not None
    assert (found.commits, found.subjects) == REVERTS[text]


@pytest.mark.parametrize(
    "text",
    [
        'Partially revert "x: y"', 'Revert part of "x: y"', f"x: y\n\nThis reverts most of commit {A}.", "x: revert to the old way",
        f"x\n\nThis is a partial revert of commit {A}.", "livepatch: pre-|post- apply|revert hooks", 'x86: Half revert "y"',
    ],
)  # fmt: skip
def test_a_part_of_a_revert_is_none(text: str) -> None:
    assert reverted(text) is None


def test_what_a_backport_was_picked_from() -> None:
    assert picked_from(f"s\n\nmaster commit: {A}\nmaster date: 2025\n") == (A,)
    assert picked_from(f"s\n\n(cherry picked from commit {C})\n(cherry-picked from {A})\n") == (C, A)
    assert picked_from("s\n\nA commit that was picked.\n") == ()
