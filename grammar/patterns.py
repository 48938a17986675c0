"""A long regular expression, compiled once a machine: what CPython's compiler makes of it is kept in the user's cache.

The lexer's pattern of support.lark takes longer to compile than all else that reads a file.  Its code is for one build
of CPython, whose stamp is in the file's name, and CPython looks through a code before it takes it; where any of this is
missing the pattern is compiled as usual.
"""

from __future__ import annotations

import re
import sys
import zlib
from array import array
from binascii import a2b_base64, b2a_base64
from functools import cache
from importlib import import_module
from typing import Any

from grammar import cache as cache_file

_BROKEN = (ImportError, AttributeError, KeyError, TypeError, ValueError, OverflowError, RuntimeError, zlib.error)


@cache
def compiled(text: str) -> re.Pattern[str]:
    """`re.compile(text)`, from the cache where it is kept."""
    try:
        engine: Any = import_module("_sre")
        stamp = f"{sys.implementation.cache_tag}-{sys.hexversion:x}-{engine.MAGIC}-{engine.CODESIZE}"
        path = cache_file.place(f"pattern-{stamp}-{zlib.crc32(text.encode()):08x}.json")
    except _BROKEN:
        path = None
    if path is None:
        return re.compile(text)
    try:
        return _read(engine, text, cache_file.kept(path))
    except _BROKEN:
        pass
    try:
        made = _made(text)
        pattern = _read(engine, text, made)
    except _BROKEN:
        return re.compile(text)
    cache_file.keep(path, made)
    return pattern


def _made(text: str) -> dict[str, Any]:
    """A pattern as plain values, by the steps of `re.compile`."""
    parser: Any = import_module("re._parser")
    compiler: Any = import_module("re._compiler")
    parsed = parser.parse(text, 0)
    code = array("I", compiler._code(parsed, 0))
    return {
        "pattern": text,
        "flags": parsed.state.flags,
        "groups": parsed.state.groups - 1,
        "names": dict(parsed.state.groupdict),
        "code": b2a_base64(zlib.compress(code.tobytes()), newline=False).decode(),
    }


def _read(engine: Any, text: str, kept: dict[str, Any]) -> re.Pattern[str]:  # noqa: ANN401 - CPython's own module
    """The pattern out of such values.  Raises one of `_BROKEN` where they are no code, or that of another pattern."""
    if kept["pattern"] != text:
        raise ValueError(text)
    code = array("I", zlib.decompress(a2b_base64(kept["code"])))
    by_number: list[str | None] = [None] * (kept["groups"] + 1)
    for name, number in kept["names"].items():
        by_number[number] = name
    pattern: re.Pattern[str] = engine.compile(
        text, kept["flags"], code.tolist(), kept["groups"], kept["names"], tuple(by_number)
    )
    return pattern
