"""What a tree is on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.trees.state import quick_fields, standing

RELEASED = {
    "Xen-Version": "4.20",
    "Initial-Release": "2025-03-05",
    "Supported-Until": "2028-03-05",
    "Security-Support-Until": "2030-03-05",
}


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2025-01-01", "development"),
        ("2025-03-04", "development"),
        ("2025-03-05", "supported"),
        ("2028-03-05", "supported"),
        ("2028-03-06", "security"),
        ("2030-03-05", "security"),
        ("2030-03-06", "ended"),
    ],
)
def test_the_days_of_a_release(day: str, state: str) -> None:
    found = standing(RELEASED, date.fromisoformat(day))
    assert found.state == state
    assert found.security_supported == (state in ("supported", "security"))
    assert (found.released, found.security) == (date(2025, 3, 5), date(2030, 3, 5)) and found.contradiction is None


@pytest.mark.parametrize("version", ["4.23-unstable", "unstable", "4.22-rc", "4.22.0-rc1", "4.22.1-pre"])
def test_what_is_not_released_is_in_development(version: str) -> None:
    assert standing({**RELEASED, "Xen-Version": version}, date(2026, 1, 1)).state == "development"


def test_nothing_is_known_without_dates() -> None:
    words = {
        "Xen-Version": "4.20",
        "Initial-Release": "n/a",
        "Supported-Until": "TBD",
        "Security-Support-Until": "2025",
    }
    assert standing(words, date(2026, 1, 1)).state == "unknown"
    assert standing({}, date(2026, 1, 1)).state == "unknown"


def test_support_beyond_security_support_is_said_and_promises_none() -> None:
    swapped = {**RELEASED, "Supported-Until": "2030-03-05", "Security-Support-Until": "2028-03-05"}
    found = standing(swapped, date(2029, 1, 1))
    assert found.contradiction and "2030-03-05" in found.contradiction and "2028-03-05" in found.contradiction
    assert not found.security_supported
    assert standing({**RELEASED, "Supported-Until": "2025-01-01"}, date(2026, 1, 1)).contradiction


@given(st.dictionaries(st.sampled_from(sorted(RELEASED)), st.text() | st.dates().map(str)), st.dates())
def test_any_fields_have_a_state_and_time_only_takes_support_away(fields: dict[str, str], day: date) -> None:
    order = ["development", "supported", "security", "ended"]
    now = standing(fields, day).state
    later = standing(fields, day + timedelta(days=1)).state if day < date.max else now
    if later == "unknown":  # released, and no other day is stated
        assert now in ("development", "unknown")
    else:
        assert order.index(later) >= order.index(now)


def test_fields_without_a_parse() -> None:
    text = b"# R\r\n\r\n    Xen-Version: 4.20\r\n    Security-Support-Until: 2028-03-05 \n    Supported-Until:\n"
    assert quick_fields(text) == {"Xen-Version": "4.20", "Security-Support-Until": "2028-03-05"}
    assert quick_fields(b"   Xen-Version: 4.20\n\xff") == {}
