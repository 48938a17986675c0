"""Fixes applied until nothing changes, and the difference as a patch."""

from __future__ import annotations

from collections.abc import Callable

from convert.lint.engine import Result
from convert.lint.fixes.apply import apply
from convert.lint.fixes.unified import unified
from grammar.diagnostic import Diagnostic
from grammar.source import Source

_ROUNDS = 10
Found = tuple[Result, list[Diagnostic]]
Look = Callable[[Source], Found]


def fixed(source: Source, look: Look, *, unsafe: bool) -> tuple[Found, Found]:
    """What was found in a source, and what is left after its fixes; `look` gives the findings that are to be fixed.

    One fix may uncover another, so it goes on until a round changes nothing, ten rounds at most.
    """
    first = last = look(source)
    for _ in range(_ROUNDS):
        result, kept = last
        data = apply(result.source, kept, unsafe=unsafe)
        if data == result.source.data:
            break
        last = look(Source(source.name, data))
    return first, last


def patch(path: str, old: bytes, new: bytes) -> bytes:
    """The difference of two states of a file as a unified diff that `git apply` and `patch -p1` take."""
    name = path.encode("utf-8", "surrogateescape").replace(b"\n", b"?").lstrip(b"/")
    lines = unified(_lines(old), _lines(new), b"a/" + name, b"b/" + name)
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in data.split(b"\n")]  # LF alone ends a line; splitlines would end it at CR and more
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
