"""Values as JSON for files that are kept and compared: a line for each item."""

from __future__ import annotations

import json
from collections.abc import Mapping

_encode = json.JSONEncoder(ensure_ascii=False).encode  # without an indent it is the fast one, and a row is a line


def json_bytes(value: object) -> bytes:
    """JSON in UTF-8, an LF at its end: a line for each name of the object, and for each item of its lists.

    So `diff` and git show what changed row by row.  What UTF-8 cannot hold becomes `?`.
    """
    text = _object(value) if isinstance(value, Mapping) else _list(value, "")
    return f"{text}\n".encode("utf-8", "replace")


def _object(value: Mapping[str, object]) -> str:
    lines = ",\n".join([f" {_encode(name)}: {_list(item, ' ')}" for name, item in value.items()])
    return f"{{\n{lines}\n}}" if lines else "{}"


def _list(value: object, margin: str) -> str:
    """A list of lists or objects with a line for each; everything else on one line."""
    if not isinstance(value, list | tuple) or not any(isinstance(item, list | tuple | Mapping) for item in value):
        return _encode(value)
    lines = ",\n".join([f"{margin} {_encode(item)}" for item in value])
    return f"[\n{lines}\n{margin}]"
