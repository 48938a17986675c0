"""The direction of the data: a module imports only from rooms above its own (CONTRIBUTING.md)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# rooms in order; a module's room is the first prefix that fits
ROOMS = (
    ("grammar", 0), ("convert.failure", 1), ("convert.output.files", 1), ("convert.__version__", 0), ("convert.sheet", 1), ("convert.draft.definitions", 2),
    ("convert.draft.translate", 2), ("convert.commands", 9), ("convert.cli", 10), ("convert.packaging.manual", 10), ("convert", 5),
)  # fmt: skip
HEAVY = ("googleapiclient", "google", "httplib2", "openpyxl", "jinja2", "tabulate", "odf", "wikitextparser")


def modules() -> list[Path]:
    return sorted(path for folder in ("grammar", "convert") for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room(module: str) -> int:
    return next(number for prefix, number in ROOMS if module == prefix or module.startswith(prefix + "."))


def imports(path: Path, *, top_only: bool = False) -> list[str]:
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_only else list(ast.walk(tree))
    found = []
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = node.module in ("convert", "grammar", "convert.sheet", "convert.lint")
            found += [f"{node.module}.{alias.name}" for alias in node.names] if inside else [node.module]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_go_upwards(path: Path) -> None:
    mine = room(name_of(path))
    for other in imports(path):
        if other.split(".")[0] in ("grammar", "convert"):
            assert room(other) <= mine, f"{name_of(path)} imports {other}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_grammar_knows_no_sheet_git_or_network_and_only_git_runs_git(path: Path) -> None:
    used = imports(path)
    if name_of(path).startswith("grammar"):
        roots = {name.split(".")[0] for name in used}
        assert not roots & {"subprocess", "socket", "http", "openpyxl", "convert"} and "urllib.request" not in used
    text = path.read_text()
    if name_of(path) != "convert.trees.git":
        assert '["git"' not in text and "'git'," not in text, "git is run by convert.trees.git alone"


def test_no_module_holds_a_column_heading() -> None:
    for path in (ROOT / "convert" / "sheet").rglob("*.py"):
        constants = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
        assert not constants & {"Description", "Caveats", "Restrictions", "Qualifier", "Maintainer"}, path


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    if name_of(path).startswith("convert.sheet.google.") or name_of(path) in ("convert.sheet.google",):
        return  # imported only by what fetches
    assert not {name.split(".")[0] for name in imports(path, top_only=True)} & set(HEAVY)
