"""A line on standard error that says how far a long job is, where a person is there to read it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from convert.failure import counted


@contextmanager
def progress() -> Iterator[Callable[[str, int], None] | None]:
    """A function that takes a tab's title and its rows so far; None where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from convert.output.terminal import clean

    def tell(title: str, rows: int) -> None:
        sys.stderr.write(f"\r\x1b[K{clean(title)[:40]}: {counted(rows, 'row')}")
        sys.stderr.flush()

    try:
        yield tell
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
