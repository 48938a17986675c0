"""All that is read out of a document, as text: nodes and findings with their spans, rows, limits."""

from __future__ import annotations

from grammar.parser import parse
from grammar.rows import Row, limits, read_rows
from grammar.source import Source


def record(data: bytes, *, prose: bool = True, keep: bool = True) -> str:
    """What is read out of the bytes of a document; two that are read alike have equal records."""
    source = Source("x", data)
    parsed = parse(source, prose=prose, keep=keep)
    reading = read_rows(parsed.document, source)
    rows = [tuple(getattr(row, name) for name in vars(Row)["__slots__"]) for row in reading.rows]
    parts = [repr(parsed.document), *map(repr, parsed.diagnostics), "rows", *map(repr, rows)]
    return "\n".join([*parts, *map(repr, limits(reading.rows)), *map(repr, reading.diagnostics)])
