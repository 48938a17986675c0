"""The shapes of the schemas as they were at the last release: each field with its types, and whether it is always there.

`python -m tests.helpers.shapes` records those of now; it is a step of a release (CONTRIBUTING).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).with_name("shapes.json")
FOLDER = Path(__file__).resolve().parents[2] / "convert/schemas"


def shapes(schema: dict[str, Any]) -> dict[str, str]:
    """Path of a field -> its types, with `?` where it may be missing; and the schema's own `$id`."""
    found: dict[str, set[str]] = {}
    for path, what in _walk(schema, schema, "", ""):
        found.setdefault(path, set()).add(what)
    return {"$id": schema["$id"], **{path: " ".join(sorted(what)) for path, what in sorted(found.items())}}


def _walk(part: Any, top: dict[str, Any], path: str, mark: str) -> Iterator[tuple[str, str]]:
    if "$ref" in part:
        part = top["$defs"][part["$ref"].rpartition("/")[2]]
    for choice in part.get("oneOf", part.get("anyOf", ())):
        yield from _walk(choice, top, path, mark)
    kinds = part.get("type", [] if "oneOf" in part or "anyOf" in part else "value")
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        yield path, kind + mark
    for name, below in part.get("properties", {}).items():
        yield from _walk(below, top, f"{path}.{name}", "" if name in part.get("required", ()) else "?")
    if isinstance(part.get("additionalProperties"), dict):
        yield from _walk(part["additionalProperties"], top, f"{path}.*", "?")
    if "items" in part:
        yield from _walk(part["items"], top, f"{path}[]", "")


def recorded() -> dict[str, dict[str, str]]:
    """The shapes of the last release by the names of their schemas."""
    value: dict[str, dict[str, str]] = json.loads(RECORDED.read_text())
    return value


if __name__ == "__main__":
    now = {path.stem: shapes(json.loads(path.read_text())) for path in sorted(FOLDER.glob("*.json"))}
    RECORDED.write_text(json.dumps(now, indent=1) + "\n")
