"""Rules of what a change brings: silent without the file as it was."""

from __future__ import annotations

import pytest

from tests.lint.frame import findings, in_feature

CODES = ["XS326", "XS327"]
OLD = in_feature("Text.\n\n    Status: Supported\n\n### Other\n\n    Status: Tech Preview\n")


def told(new: str, *aliases: tuple[str, str], before: str | None = OLD) -> list[str]:
    return [d.code for d in findings(new, CODES, before=before, aliases=aliases)]


def test_nothing_is_said_without_the_file_as_it_was() -> None:
    new = OLD.replace("### Other", "### Fresh").replace("Tech Preview", "Supported")
    assert told(new, before=None) == []
    assert told(OLD) == []


def test_a_new_feature_without_description() -> None:
    fresh = "### Fresh\n\n    Status: Supported\n\n"
    new = OLD.replace("### Other", fresh + "### Other")
    assert told(new) == ["XS326"]
    assert told(new.replace("### Fresh\n", "### Fresh\n\nWhat it is.\n")) == []
    assert told(OLD.replace("### Other", "### Renamed"), ("Other", "Renamed")) == []
    assert told(OLD.replace("### Other", "### Renamed")) == ["XS326"]
    assert told(OLD.replace("### Other", "### Heading without a status\n\n### Other")) == []


@pytest.mark.parametrize(
    ("old", "new", "speaks"),
    [
        ("Tech Preview", "Supported", True),
        ("Supported", "Experimental", True),
        ("Expermental", "Experimental", False),
        ("Suported", "Supported", False),
        ("Supported", "supported.", False),
    ],
)
def test_a_status_without_an_entry_in_the_changelog(old: str, new: str, speaks: bool) -> None:
    was, now = (in_feature(f"    Status: {value}\n") for value in (old, new))
    assert told(now, before=was) == (["XS327"] if speaks else [])


def test_a_renamed_row_is_compared_by_its_alias() -> None:
    new = OLD.replace("### Other", "### Renamed").replace("Tech Preview", "Supported")
    assert told(new, ("Other", "Renamed")) == ["XS327"]
