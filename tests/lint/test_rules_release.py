"""The rules of the release part: what must speak, and beside it what must not."""

from __future__ import annotations

from datetime import date

import pytest

from convert.lint.policy import months_later, policy_for
from tests.lint.frame import DAY, DEFINITIONS, FEATURES, TITLE, findings


def release(
    version: str,
    initial: str,
    support: str,
    security: str,
    notes: str | None = None,
    *,
    makefile: str | None = None,
    day: date = DAY,
) -> list[tuple[str, str]]:
    """(code, severity) of the findings in a file with such a release part."""
    notes = version.split("-")[0] if notes is None else notes
    text = (
        f"{TITLE}# Release Support\n\n    Xen-Version: {version}\n    Initial-Release: {initial}\n    Supported-Until: {support}\n"
        f"    Security-Support-Until: {security}\n\nRelease Notes\n"
        f': <a href="https://wiki.xenproject.org/wiki/Xen_Project_{notes}_Release_Notes">RN</a>\n\n{FEATURES}'
        f"### Feature\n\n    Status: Supported\n\n{DEFINITIONS}"
    )
    return [(d.code, d.severity) for d in findings(text, makefile=makefile, day=day)]


UNSTABLE = ("n/a", "TBD", "Unreleased - not yet security-supported")


@pytest.mark.parametrize(
    ("version", "dates", "codes"),
    [
        ("4.10", ("2017-12-13", "2019-06-13", "2020-12-13"), []),
        ("4.13", ("2019-12-18", "2021-06-18", "2022-12-18"), []),
        ("4.17", ("2022-12-12", "2024-06-12", "2027-12-12"), []),
        ("4.20", ("2025-03-05", "2028-03-05", "2030-03-05"), []),
        ("4.20.1", ("2025-03-05", "2028-03-05", "2030-03-05"), []),
        ("4.17", ("2022-12-12", "2024-06-12", "2025-12-12"), ["XS507"]),
        ("4.20", ("2025-03-05", "2026-09-05", "2030-03-05"), ["XS507"]),
        ("4.20", ("2025-03-05", "2028-03-05", "2028-03-04"), ["XS502", "XS507"]),
        ("4.20", ("2028-03-05", "2025-03-05", "2030-03-05"), ["XS503"]),
        ("4.20", ("2025-03-05", "TBD", "2030-03-05"), ["XS504"]),
        ("4.20", ("05.03.2025", "2028-03-05", "2030-03-05"), ["XS501"]),
        ("4.20", ("2025-02-30", "2028-03-05", "2030-03-05"), ["XS501"]),
        ("4.23-unstable", UNSTABLE, []),
        ("4.23-unstable", ("2025-03-05", "TBD", "TBD"), ["XS505"]),
        ("4.20-rc", UNSTABLE, []),
        ("4.20-rc", ("2025-03-05", "TBD", "TBD"), []),
        ("4.20-rc2", UNSTABLE, []),
        ("Xen 4.20", UNSTABLE, ["XS506"]),
        ("4", UNSTABLE, ["XS506"]),
    ],
)
def test_release_part(version: str, dates: tuple[str, str, str], codes: list[str]) -> None:
    assert [code for code, _ in release(version, *dates)] == codes


def test_only_contradictions_are_errors() -> None:
    assert ("XS502", "error") in release("4.20", "2025-03-05", "2028-03-05", "2027-03-05")
    assert ("XS503", "error") in release("4.20", "2028-03-05", "2025-03-05", "2030-03-05")
    assert release("4.20", "2025-03-05", "TBD", "2030-03-05") == [("XS504", "warning")]


def test_a_tag_is_judged_by_its_day() -> None:
    old = ("4.17", "2022-12-12", "2024-06-12", "2025-12-12")
    assert release(*old, day=date(2026, 2, 10)) == []
    assert release(*old, day=date(2026, 2, 11)) == [("XS507", "warning")]
    new = ("4.17", "2022-12-12", "2024-06-12", "2027-12-12")
    assert release(*new, day=date(2023, 1, 1)) == [("XS507", "warning")]


def test_release_notes() -> None:
    dates = ("2025-03-05", "2028-03-05", "2030-03-05")
    assert release("4.20", *dates, notes="4.19") == [("XS508", "warning")]
    assert release("4.20", *dates, notes="X.YY") == [("XS504", "warning")]
    assert release("4.23-unstable", *UNSTABLE, notes="X.YY") == []
    assert release("4.23-unstable", *UNSTABLE, notes="4.22") == [("XS508", "warning")]


def make(version: str, subversion: str, extra: str) -> str:
    return f"export XEN_VERSION = {version}\nexport XEN_SUBVERSION    = {subversion}\nexport XEN_EXTRAVERSION ?= {extra}$(XEN_VENDORVERSION)\n"


@pytest.mark.parametrize(
    ("version", "makefile", "speaks"),
    [
        ("4.23-unstable", make("4", "23", "-unstable"), False),
        ("4.22-unstable", make("4", "23", "-unstable"), True),
        ("4.23-unstable", make("4", "23", ".0"), True),
        ("4.23-unstable", make("4", "23", ".0-rc"), True),
        ("4.23-unstable", make("4", "23", "-rc"), True),
        ("4.23-rc", make("4", "23", "-unstable"), True),
        ("4.23-rc", make("4", "23", ".0"), True),
        ("4.23-rc", make("4", "23", ".1-pre"), True),
        ("4.23-rc", make("4", "23", ".0-rc4"), False),
        ("4.23", make("4", "23", ".0-rc4"), True),
        ("4.23", make("4", "23", "-unstable"), True),
        ("4.23", make("4", "23", ".0"), False),
        ("4.23", make("4", "23", ".1-pre"), False),
        ("4.23", make("4", "23", ".1-rc2"), False),
        ("4.23.1-pre", make("4", "23", ".1-pre"), False),
        ("4.23-unstable", make("4", "23", ".0-unstable"), False),
        ("unstable", make("4", "23", "-unstable"), True),
        ("Xen 4.23", make("4", "23", "-rc"), False),
        ("4.23-unstable", make("4", "23", "0-rc"), False),
        ("4.23-rc", make("4", "23", "-rc"), False),
        ("4.23-unstable", "nothing of that kind\n", False),
    ],
)
def test_makefile(version: str, makefile: str, speaks: bool) -> None:
    assert (("XS510", "error") in release(version, *UNSTABLE, makefile=makefile)) == speaks


def test_a_release_in_an_unstable_tree() -> None:
    dates = ("2025-03-05", "2028-03-05", "2030-03-05")
    assert release("4.20", *dates, makefile=make("4", "20", "-unstable")) == [("XS510", "error")]
    assert release("4.20", *dates, makefile=make("4", "20", ".2-pre")) == []


def test_policy() -> None:
    found = policy_for((4, 21), date(2026, 11, 23))
    assert found is not None and (found.support, found.security) == (36, 60)
    assert policy_for((2, 0), date(2026, 11, 23)) is None
    assert months_later(date(2024, 8, 31), 18) == date(2026, 2, 28)
    assert months_later(date(2022, 8, 31), 18) == date(2024, 2, 29)
    assert months_later(date(2022, 12, 12), 60) == date(2027, 12, 12)


@pytest.mark.parametrize(
    ("extra", "speaks"),
    [("0-rc", True), ("", True), ("-unstable-rc", True), (".1-pre", False), (".0-rc12", False), ("-rc", False)],
)
def test_the_form_of_the_makefile(extra: str, speaks: bool) -> None:
    codes = [code for code, _ in release("4.23-rc", *UNSTABLE, makefile=make("4", "23", extra))]
    assert ("XS511" in codes) == speaks
