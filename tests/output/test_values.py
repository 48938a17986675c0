"""JSON in files: the same value for programs, a line a row for people and git."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from convert.output.values import json_bytes

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=30
)


@given(VALUES)
def test_any_value_is_read_back(value: object) -> None:
    text = json_bytes(value)
    assert text.endswith(b"\n")
    assert text.decode().count("\r") == 0
    if "?" not in json.dumps(value, ensure_ascii=False):
        assert json.loads(text) == value or b"?" in text  # what UTF-8 cannot hold becomes a question mark


def test_a_row_is_a_line() -> None:
    value = {"schema": "x/1", "tool": {"name": "é"}, "rows": [{"key": "a", "cells": [1, None]}, {"key": "b"}], "names": ["p", "q"], "none": []}  # fmt: skip
    assert json_bytes(value).decode() == (
        '{\n "schema": "x/1",\n "tool": {"name": "é"},\n "rows": [\n  {"key": "a", "cells": [1, null]},\n  {"key": "b"}\n ],\n'
        ' "names": ["p", "q"],\n "none": []\n}\n'
    )
    assert json_bytes([{"a": 1}, {"b": 2}]) == b'[\n {"a": 1},\n {"b": 2}\n]\n'
    assert json_bytes({}) == b"{}\n"
    assert json_bytes("\ud800") == b'"?"\n'
