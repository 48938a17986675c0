"""The formats of what is kept in a repository: older ones are read, newer ones refused by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from convert.failure import Failure


def number(value: object, name: str, newest: int, where: str) -> int | None:
    """The number N of a value's schema `xen-support.NAME/N`; None for what is no such value.

    Raises Failure for one that is newer than `newest`: a later version of the tool wrote it, and nothing of it is
    guessed.
    """
    if not isinstance(value, Mapping):
        return None
    schema = value.get("schema")
    found = re.fullmatch(rf"xen-support\.{name}/([1-9][0-9]{{0,3}})", schema) if isinstance(schema, str) else None
    if found is None:
        return None
    if int(found[1]) > newest:
        raise Failure(
            f"{where}: written by {_tool(value)}, a later version, as {found[0]}; this one reads up to "
            f"xen-support.{name}/{newest}. Update xen-support"
        )
    return int(found[1])


def _tool(value: Mapping[str, Any]) -> str:
    """The version of the tool that a value names: as text, or as name and version."""
    tool = value.get("tool")
    if isinstance(tool, Mapping):
        return " ".join(str(tool[key]) for key in ("name", "version") if key in tool) or "xen-support"
    return tool if isinstance(tool, str) else "xen-support"
