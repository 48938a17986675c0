"""The engine by itself: which findings, in which order, about which rows."""

from __future__ import annotations

from datetime import date

import pytest

from convert.failure import Failure
from convert.lint.catalogue import chosen, find, known
from convert.lint.engine import lint, run
from grammar.source import Source
from tests.lint_command.conftest import GOOD, broken

DAY = date(2026, 3, 1)


def source(text: str) -> Source:
    return Source("SUPPORT.md", text.encode())


def test_a_good_file_has_no_findings() -> None:
    assert lint(source(GOOD), day=DAY) == []


def test_syntax_rows_and_rules_come_in_file_order() -> None:
    text = broken("Status, x86: Supported", "Status, Arm: Supported.").replace(
        "Status: Tech Preview", "Statsu: Tech Preview"
    )
    found = [(d.code, source(text).position(d.span.start)[0]) for d in lint(source(text), day=DAY) if d.span]
    assert [line for _, line in found] == sorted(line for _, line in found)
    assert {"XS120", "XS127", "XS206"} <= {code for code, _ in found}


def test_select_and_ignore() -> None:
    text = broken("Status, x86: Supported", "Status, x86: Supported.  ")
    assert [d.code for d in lint(source(text), day=DAY, select=["XS206"])] == ["XS206"]
    assert "XS206" not in [d.code for d in lint(source(text), day=DAY, ignore=["label-full-stop"])]
    with pytest.raises(Failure, match="did you mean label-full-stop"):
        lint(source(text), day=DAY, select=["label-fullstop"])


def test_every_finding_is_about_a_row_its_section_or_the_file() -> None:
    text = (
        GOOD.replace("This document", "This  document")
        .replace("The first", "The  first")
        .replace("x86: Supp", "x86: supp")
    )
    text = text.replace("The second", "The  second").replace("Bugs are", "Bugs  are")
    result = run(source(text), chosen(["double-blank", "label-case"], []), day=DAY)
    assert [result.keys(d) for d in result.diagnostics] == [
        ("",),
        ("alpha",),
        ("alpha--x86",),
        ("beta",),
        ("supported",),
    ]


def test_the_catalogue_is_sorted_and_unique() -> None:
    entries = list(known().values())
    assert [e.code for e in entries] == sorted({e.code for e in entries})
    assert len({e.name for e in entries}) == len(entries)
    for entry in entries:
        assert find(entry.code) == find(entry.name) == find(entry.code.lower()) == [entry]
        assert entry.summary.endswith(".") and "\n" not in entry.summary
        assert "Bad:" in entry.explanation and "Good:" in entry.explanation


def test_all_and_default() -> None:
    assert chosen(["all"], []) == frozenset(e.code for e in known().values() if not e.alone)
    assert chosen([], []) == chosen(["default"], []) == {e.code for e in known().values() if e.tier == "default"}
    assert chosen(["all"], ["all"]) == frozenset()
