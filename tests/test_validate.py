"""A draft whose text is not what the sheet says is noticed, whichever part of it differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convert.draft.draft import make
from convert.draft.translate import Draft, translate
from convert.draft.validate import differences
from tests.sheet.builders import read

BOOK = """Features
Section | Feature | Variant | Description | 4.20 | Caveats
Tools | xl | | Starts guests. | Supported | Not as root.
| xentop | x86 | Shows them. | Tech Preview |

Limits
Section | Limit | Variant | Unit | 4.20 | Tested | Security
Memory | Guest RAM | x86 | GiB | 16 | 8 | 12"""


@pytest.fixture(scope="module")
def draft() -> Draft:
    model = read(BOOK)
    return translate(model, model.trees[0])


def test_a_right_draft_has_no_difference(draft: Draft) -> None:
    assert differences(draft) == []


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("Status: Supported", "Status: Experimental", 'reads back as "Experimental", not "Supported"'),
        ("Status, x86: Tech Preview", "Status, Arm: Tech Preview", "is lost"),
        ("Up to 8 GiB", "Up to 9 GiB", 'reads back as "Up to 9 GiB", not "Up to 8 GiB"'),
        ("Up to 12 GiB", "Up to 13 GiB", 'reads back as "Up to 13 GiB"'),
        ("Supported up to 16 GiB", "Supported up to 17 GiB", "reads back as"),
        ("Not as root.", "", "caveat is not read back"),
        ("Starts guests.\n", "\n", "description is not read back"),
        ("Starts guests.", "Starts *guests*.", "is not read back as it was written"),
        ("Shows them.", "Shows all.", "is not read back as it was written"),
        ("### xentop", "#### xentop", "another level"),
        ("### xentop", "### xenstat", "is lost"),
        ("## Memory", "## Memory\n\n### Other\n\n    Status: Supported\n", "is read in its place"),
    ],
)
def test_what_differs_is_said(draft: Draft, written: str, instead: str, said: str) -> None:
    assert draft.text.count(written) == 1
    found = differences(replace(draft, text=draft.text.replace(written, instead)))
    assert any(said in difference.words for difference in found), found


def test_another_definitions_part_is_said(draft: Draft) -> None:
    spoilt = draft.text.replace(draft.definitions.text, draft.definitions.text + "\nMore.\n")
    assert [d.words for d in differences(replace(draft, text=spoilt))] == [
        "the definitions part is not what it should be"
    ]


def test_a_line_outside_the_markup_is_told_with_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that breaks lines badly: pandoc reads the same words, but the line looks like a quotation."""
    model = read(BOOK.replace("Shows them.", "Shows > them."))
    right = translate(model, model.trees[0])
    written = next(line for line in right.text.split("\n") if line.startswith("Shows "))
    badly = replace(right, text=right.text.replace(written, "Shows\n> them."))
    monkeypatch.setattr("convert.draft.draft.translate", lambda *_: badly)
    assert differences(badly) == []
    assert make(model, model.trees[0], None) == [
        'Features!D3: is written as a line that is outside the SUPPORT mark-up; the cell says "Shows > them."'
    ]
