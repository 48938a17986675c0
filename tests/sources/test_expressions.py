"""Expressions of Kconfig: what they mean, and that none of them is run or breaks the reader."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.sources.expressions import OPEN, Expression, evaluate, expand, needs, parse, possible, symbols

_VARIABLES = {"ARCH": "arm64", "SRCARCH": "arm"}


def read(text: str) -> Expression:
    return parse(text, _VARIABLES.get)


@pytest.mark.parametrize(
    ("text", "on", "holds"),
    [
        ("A && !B", {"A"}, True),
        ("A && !B", {"A", "B"}, False),
        ("A || B && C", {"B"}, False),
        ("(A || B) && C", {"B", "C"}, True),
        ('EXPERT = "y"', {"EXPERT"}, True),
        ('EXPERT = "y"', set(), False),
        ("A != n", {"A"}, True),
        ('"$(ARCH)" = "arm32"', set(), False),
        ('$ARCH = "arm64"', set(), True),
        ("y", set(), True),
        ("n", {"n"}, False),
        (" n ", {"n"}, False),  # blanks around: what stands before an `if`
        (" A && B\t", {"A"}, False),
        ('"$(WHO_KNOWS)" = "y"', set(), True),
        ("GCC_VERSION < 110500", set(), True),
        ("$(success,rm -rf /)", set(), True),
        ("!$(success,true)", set(), True),
    ],
)
def test_values(text: str, on: set[str], holds: bool) -> None:
    assert evaluate(read(text), on.__contains__) is holds


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("EXPERT", True),
        ("EXPERT && !X86", True),
        ('A && EXPERT = "y"', True),
        ("DEBUG || EXPERT", False),
        ("!EXPERT", False),
        ("!(!EXPERT || A)", True),
        ("(EXPERT && A) || (EXPERT && B)", True),
        ("$(call,EXPERT)", False),
    ],
)
def test_needs(text: str, needed: bool) -> None:
    assert needs(read(text), "EXPERT") is needed


def test_possible_with_some_symbols_fixed() -> None:
    assert not possible(read("EXPERT && !X86"), {"X86": True})
    assert possible(read("EXPERT && !X86"), {"X86": False})
    assert possible(read("A"), {})


def test_symbols_that_must_be_on() -> None:
    assert symbols(read("A && (B || C) && !D && E")) == ("A", "E")


@pytest.mark.parametrize("text", ["(", "A &&", "A B", "&& A", "(" * 500 + "A", "A " * 4000, ")", '"', "= y", "A = "])
def test_what_cannot_be_read_is_open(text: str) -> None:
    assert read(text) == OPEN


def test_a_call_is_not_made(tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    assert expand(f"$(shell,touch {flag}) and $(ARCH)", _VARIABLES.get) == "? and arm64"
    assert read(f"$(shell,touch {flag})") == OPEN
    assert not flag.exists()


@given(st.text(alphabet='AB!&|()="$ yn<>', max_size=40))
def test_any_text_is_read_and_a_needed_symbol_is_needed(text: str) -> None:
    found = read(text)
    if needs(found, "A"):
        assert not evaluate(found, lambda name: name != "A") or "open" in str(found)
