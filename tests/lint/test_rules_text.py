"""The rules of the text: what must speak, and beside it what must not."""

from __future__ import annotations

import pytest

from convert.lint.rules.spelling import misspellings
from tests.lint.frame import codes_of, findings, in_feature

LONG = "A line of prose that is longer than the eighty columns that terminals and mails have got."


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Fine. \n", ["XS601"]),
        ("    Status: Supported \n", ["XS601"]),
        ("A\ttab.\n", ["XS602"]),
        ("  * one\n  * two\n    goes on\n", []),
        ("   * one\n     goes on\n", []),
        ("* one\n* two\n", ["XS603", "XS603"]),
        ("  - one\n", ["XS603"]),
        ("  * one\n   goes on\n  * two\n  goes on\n", ["XS604", "XS604"]),
        ("  * one\n\n    A second paragraph.\n", []),
        (f"{LONG}\n", ["XS605"]),
        (f"  * {LONG}\n", ["XS605"]),
        ("  * two  blanks\n", ["XS606"]),
        (f"https://example.org/{'x' * 80}\n", []),
        ("Two  blanks.\n", ["XS606"]),
        ("One sentence.  Another.\n", []),
        ("Code `a  b` here.\n", []),
        ("No full stop\n", ["XS607"]),
        ("Here:\n\n  * one\n", []),
        ("See https://example.org\n", []),
        ("Is it (or not)\n", ["XS607"]),
        ("Stable!\n", []),
        ("See http://xenbits.xen.org/xsa/ for more.\n", ["XS609"]),
        ("See http://example.org/ for more.\n", []),
        ("See http://notxen.org/ for more.\n", []),
    ],
)
def test_text(text: str, codes: list[str]) -> None:
    below = "    Status: Supported\n\nNot for everybody.\n\n" if "Status" not in text else ""
    assert codes_of(in_feature(below + text)) == codes


def test_fields_and_headings_may_be_long() -> None:
    assert (
        codes_of(in_feature(f"    Status: Supported up to 12 TiB. {LONG}\n\n### {LONG}\n\n    Status: Supported\n"))
        == []
    )


@pytest.mark.parametrize(
    ("field", "speaks"),
    [
        ("Status, x86: Supported", False),
        ("Status,x86: Supported", True),
        ("Status:  Supported", True),
        ("Status,  x: Supported", True),
    ],
)
def test_blanks_in_fields(field: str, speaks: bool) -> None:
    assert codes_of(in_feature(f"    {field}\n")) == (["XS612"] if speaks else [])


def test_what_is_off_speaks_when_selected() -> None:
    text = in_feature("    Status: Supported\n\nNot one. Not two, e.g. This.\n")
    assert codes_of(text) == []
    assert codes_of(text, ["XS610"]) == ["XS610"]
    wrong = in_feature("    Status: Supported\n\nNot virtulization, but Virtualization.\n")
    assert codes_of(wrong) == []
    assert codes_of(wrong, ["XS611"]) == ["XS611"]


def test_every_local_misspelling_differs_from_what_it_should_be() -> None:
    known = misspellings()
    assert known["teh"] == '"the"'
    assert not [word for word, right in known.items() if right == f'"{word}"']


def test_file_end() -> None:
    text = in_feature("    Status: Supported\n")
    assert codes_of(text.rstrip("\n")) == ["XS608"]
    assert codes_of(text) == []
    (found,) = findings(text.rstrip("\n"))
    assert found.fix is not None and not found.fix.safe
