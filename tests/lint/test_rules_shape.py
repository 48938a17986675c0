"""The rules of order and shape: what must speak, and beside it what must not."""

from __future__ import annotations

import pytest

from tests.lint.frame import DEFINITIONS, RELEASE, TITLE, codes_of, framed, in_feature


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("    Status: Supported\n\nDebugger to debug ELF guests.\n", ["XS320"]),
        ("    Status: Supported\n\nCompile time disabled for ARM by default.\n", []),
        ("    Status: Supported, with caveats\n\nRuns guests.\n", []),
        ("Runs guests.\n\n    Status: Supported\n\nRuns more guests.\n", []),
        ("    Status: Supported\n\n### Empty\n", ["XS323"]),
        ("    Status: Supported\n\n### Group\n\n#### Inside\n\n    Status: Supported\n", []),
        ("Text of a feature.\n", ["XS324"]),
        ("Text of a feature.\n\n#### Inside\n\n    Status: Supported\n", []),
        ("Text of a feature.\n\n    Supported, x86: ELF\n", []),
        ("    Status: Supported\n\n### Name:\n\n    Status: Supported\n", ["XS322"]),
        ("    Status: Supported\n\n### Name: more\n\n    Status: Supported\n", []),
        ("    Status: Supported\n\n### Feature\n\n    Status: Supported\n", ["XS325"]),
        ("    Status: Supported\n\n### Feature\n\nText.\n\n#### Inside\n\n    Status: Supported\n", []),
    ],
)
def test_below_a_feature(text: str, codes: list[str]) -> None:
    assert codes_of(in_feature(text)) == codes


def test_feature_at_section_level() -> None:
    head = TITLE + RELEASE + "# Feature Support\n\n"
    assert codes_of(head + "## Alone\n\n    Status: Supported\n\n" + DEFINITIONS) == ["XS321"]
    assert (
        codes_of(head + "## Group\n\n    Status: Supported\n\n### A\n\n    Status: Supported\n\n" + DEFINITIONS) == []
    )
    assert codes_of(head + "## Prose\n\nText.\n\n" + DEFINITIONS) == []


def test_the_definitions_part_is_left_alone() -> None:
    assert codes_of(in_feature("    Status: Supported\n") + "### Words\n\nJust a text.\n") == []


def test_headings_alike_with_an_identifier_of_their_own_are_told_apart() -> None:
    twice = "### Console\n\n    Status: Supported\n\n### Console{}\n\n    Status: Tech Preview\n"
    assert "XS325" in codes_of(framed(twice.format("")))
    assert "XS325" not in codes_of(framed(twice.format(" {#console-of-a-stub}")))
