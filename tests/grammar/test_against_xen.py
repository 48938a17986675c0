"""The parser held against Xen's tools on thousands of generated documents: the same rows, an error where they die."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grammar.parser import parse
from grammar.problems import FATAL
from grammar.rows import read_rows
from grammar.source import Source
from tests.grammar import documents
from tests.helpers import pandoc, xen

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "tools" / "reference.py"
LEFT = {"XS110", "XS112", "XS113"}  # outside the mark-up: rows may differ, and that is said

pytestmark = pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here")


def read(data: bytes) -> tuple[list[dict[str, Any]], set[str], bool]:
    """Our rows, the codes of our findings, whether there is an error."""
    source = Source("made.md", data)
    parsed = parse(source)
    reading = read_rows(parsed.document, source)
    found = [*parsed.diagnostics, *reading.diagnostics]
    rows = [
        {
            "key": r.key,
            "path": list(r.path),
            "anchor": r.anchor,
            "status": r.status,
            "described": r.described,
            "caveat": r.caveat,
        }
        for r in reading.rows
    ]
    return rows, {d.code for d in found}, any(d.severity == "error" for d in found)


def disagreements(texts: Sequence[str], oracle: Callable[[Sequence[bytes]], list[Any]]) -> tuple[list[str], int]:
    """What is wrong, and how many documents were compared row by row."""
    data = [text.encode() for text in texts]
    wrong: list[str] = []
    compared = 0
    for text, blob, theirs in zip(texts, data, oracle(data), strict=True):
        rows, codes, error = read(blob)
        if isinstance(theirs, Exception):
            if not error:
                wrong.append(f"Xen's tools die ({theirs}), no error: {text!r}")
        elif not codes & LEFT:
            compared += 1
            if rows != theirs:
                wrong.append(f"rows {rows} for {theirs}: {text!r}")
            elif error and codes & FATAL:
                wrong.append(f"said to be fatal ({codes & FATAL}), and is not: {text!r}")
    return wrong, compared


SETS: dict[str, tuple[Callable[[], Iterator[str]], int]] = {
    "pairs": (documents.pairs, 3000),
    "indented": (documents.indented, 1500),
    "scripts": (lambda: documents.scripts(2026, 3000), 2000),
    "mixed": (lambda: documents.mixed(2026, 3000), 200),
    "soup": (lambda: documents.soup(2026, 3000), 1000),
    "found": (lambda: iter(documents.FOUND), 0),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_generated_documents(name: str) -> None:
    make, at_least = SETS[name]
    wrong, compared = disagreements(list(make()), xen.read_all)
    assert not wrong, "\n".join(wrong[:10])
    assert compared >= at_least  # the comparison is about rows, not about what is outside the mark-up


def test_some_documents_of_each_kind() -> None:
    """What `make test` has time for, in one pandoc: of every kind some, of what was once found wrong all."""
    texts = [
        *islice(documents.pairs(), 0, None, 97), *islice(documents.indented(), 0, None, 41), *documents.scripts(3, 60),
        *documents.mixed(3, 60), *documents.soup(3, 60), *documents.FOUND,
    ]  # fmt: skip
    wrong, compared = disagreements(texts, xen.read_all)
    assert not wrong, "\n".join(wrong[:10])
    assert compared > 100


def _reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", REFERENCE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
@pytest.mark.skipif(not REFERENCE.exists(), reason="no ../shared here")
def test_the_other_account_of_xens_tools_agrees() -> None:
    reference = _reference()
    texts = [*islice(documents.pairs(), 0, None, 11), *documents.scripts(7, 1000), *documents.mixed(7, 1000)]

    def oracle(data: Sequence[bytes]) -> list[Any]:
        out: list[Any] = []
        for tree in pandoc.read([xen.as_pandoc_sees(blob) for blob in data]):
            if isinstance(tree, pandoc.PandocError):
                out.append(tree)
                continue
            setattr(reference, "pandoc", lambda md, tree=tree: tree)  # noqa: B010 - a module loaded by path has no attributes for mypy
            try:
                out.append(reference.read(b""))
            except reference.Rejected as rejected:
                out.append(rejected)
        return out

    wrong, compared = disagreements(texts, oracle)
    assert not wrong, "\n".join(wrong[:10])
    assert compared > 900
    data = [text.encode() for text in texts]
    assert [str(type(r)) if isinstance(r, Exception) else r for r in oracle(data)] == [
        str(reference.Rejected) if isinstance(r, xen.Rejected) and not str(r).startswith("pandoc:") else str(pandoc.PandocError)
        if isinstance(r, Exception) else r
        for r in xen.read_all(data)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"# A\r\n\r\n    Status: X\r\n", b"# A\n\n    Status, a: X\r    Status, b: Y\n", b"\xef\xbb\xbf# A\n\n    Status: X\n",
        b"# A\n\n\tStatus: X\n\tStatus, y:\tZ\n", b"# A\n\n   \tStatus: X\n", b"# \xe9\n\n    Status: X\n", b"# A\n\n    Status: X",
        b"# A\n    Status: X\n\t\n    Status, q: Y\n", b"# A\tB\n\n    Status, a\tb: c\td\n",
    ],
)  # fmt: skip
def test_bytes_as_pandocs_command_line_takes_them(data: bytes) -> None:
    (theirs,) = xen.read_all([data])
    assert read(data)[0] == theirs
