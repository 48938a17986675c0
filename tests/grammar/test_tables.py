"""The driver and its tables, held against Lark; and where the tables are kept."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from lark import Token as LarkToken
from lark import Tree as LarkTree
from lark.exceptions import UnexpectedInput

from grammar import lalr, larktables, tables
from grammar.lalr import Refused, Token, Tree, parse
from tests.grammar.test_pieces import CORPUS, mutations, real_sections
from tests.grammar.test_support import GOOD

VALUES = (
    "Supported", "Supported up to 4096", "up to 1.5 TiB. More is not.", "Supported up to 12 GiB, not security supported", "Supported, security supported only when x",
    "security support when", "No", "Up to 5", "up to", "supported up to x", "a, security supported unless b", "é", "Supported up to 1 000 CPUs (tested)", "",
)  # fmt: skip


def text_of(name: str) -> str:
    return (pkgutil.get_data("grammar", f"{name}.lark") or b"").decode()


def as_ours(tree: LarkTree[LarkToken]) -> Tree:
    children = [
        Token(child.type, str(child), child.start_pos or 0) if isinstance(child, LarkToken) else as_ours(child)
        for child in tree.children
    ]
    return Tree(str(tree.data), children)


@pytest.mark.parametrize(("name", "contextual"), [("support", False), ("status", True)])
def test_lark_reads_the_same(name: str, contextual: bool) -> None:
    lark = larktables.build(text_of(name), contextual=contextual)
    made = tables.tables(name, contextual=contextual)
    texts = (
        list(VALUES)
        if name == "status"
        else [GOOD, *mutations(real_sections(), 3, 80), *(p.read_text() for p in CORPUS.glob("accepted/*.md"))]
    )
    taken = 0
    for text in texts:
        shown = text if name == "status" else text + "\n\n"
        try:
            theirs: Tree | None = as_ours(lark.parse(shown))
        except UnexpectedInput:
            theirs = None
        try:
            ours: Tree | None = parse(made, shown)
        except Refused:
            ours = None
        assert ours == theirs, text
        taken += ours is not None
    assert taken > 5  # fmt: skip


def test_every_terminal_decides_something() -> None:
    made = tables.tables("support")
    used = {symbol for state in made.states for symbol in state}
    assert {name for name, _ in made.terminals} <= used


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    tables.tables.cache_clear()
    return tmp_path / "xen-support"


def kept(cache: Path) -> list[Path]:
    return sorted(cache.glob("*")) if cache.exists() else []


def test_tables_are_kept_as_json_and_read_back(cache: Path) -> None:
    first = tables.tables("status", contextual=True)
    (file,) = kept(cache)
    assert json.loads(file.read_text())["contextual"] is True
    tables.tables.cache_clear()
    assert tables.tables("status", contextual=True) == first


@pytest.mark.parametrize(
    "planted", [b"", b"{}", b"[]", b"\x80\x04K\x01.", b'{"states": [{"a": "x"}]}', b"[" * 100_000, b"\xff"]
)
def test_what_is_no_table_is_made_again(cache: Path, planted: bytes) -> None:
    right = tables.tables("status", contextual=True)
    (file,) = kept(cache)
    file.write_bytes(planted)
    tables.tables.cache_clear()
    assert tables.tables("status", contextual=True) == right
    assert json.loads(file.read_text())["rules"]


def test_a_folder_where_others_write_is_not_used(cache: Path) -> None:
    cache.mkdir(mode=0o700)
    cache.chmod(0o770)
    assert tables.tables("status", contextual=True).rules
    assert kept(cache) == []


def test_without_a_home_it_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    tables.tables.cache_clear()
    assert tables.tables("status", contextual=True).rules
    tables.tables.cache_clear()


def test_a_second_run_imports_no_lark(cache: Path, tmp_path: Path) -> None:
    path = tmp_path / "SUPPORT.md"
    path.write_text(GOOD)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    code = "import sys; from convert.cli import main; main(sys.argv[1:]); print('lark' in sys.modules, file=sys.stderr)"
    for command in ("show", "lint"):
        said = [
            subprocess.run([sys.executable, "-c", code, command, str(path)], capture_output=True, env=environment, check=True).stderr
            for _ in range(2)
        ]  # fmt: skip
        assert said[1].endswith(b"False\n"), said


@pytest.mark.parametrize("name", ["support", "status"])
def test_terminals_of_a_lines_beginning_come_before_the_others(name: str) -> None:
    """So the driver tries them first, and not at all within a line."""
    made = tables.tables(name, contextual=name == "status")
    begins = [pattern.startswith(lalr._BEGINNING) for _, pattern in made.terminals]
    assert begins == sorted(begins, reverse=True)
    assert any(begins) == (name == "support")
