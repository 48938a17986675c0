"""Values as JSON for files that are kept and compared: a line for each item."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

_ENCODER = json.JSONEncoder(ensure_ascii=False)  # without an indent it is the fast one, and a row is a line


def json_bytes(value: object) -> bytes:
    """JSON in UTF-8, an LF at its end: a line for each name of the object, and for each item of its lists.

    So `diff` and git show what changed row by row.  What UTF-8 cannot hold becomes `?`.
    """
    return b"".join([*(_object(value) if isinstance(value, Mapping) else _list(value, b"")), b"\n"])


def _encode(value: object) -> bytes:
    return _ENCODER.encode(value).encode("utf-8", "replace")


def _object(value: Mapping[str, object]) -> Iterator[bytes]:
    yield b"{"
    before = b"\n"
    for name, item in value.items():
        yield b"%s %s: " % (before, _encode(name))
        yield from _list(item, b" ")
        before = b",\n"
    yield b"\n}" if value else b"}"


def _list(value: object, margin: bytes) -> Iterator[bytes]:
    """A list of lists or objects with a line for each; everything else on one line."""
    if not isinstance(value, list | tuple) or not any(isinstance(item, list | tuple | Mapping) for item in value):
        yield _encode(value)
        return
    yield b"["
    before = b"\n"
    for item in value:
        yield b"%s%s %s" % (before, margin, _encode(item))
        before = b",\n"
    yield b"\n%s]" % margin
