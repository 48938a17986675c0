"""The drafts of the workbook that was built from five real trees, held against those trees.  Skipped where shared/ is absent."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from convert import cli
from grammar.fold import fold
from tests.helpers import pandoc

SHARED = Path(__file__).resolve().parents[2] / "shared"
BOOK = SHARED / "sheets" / "xen-five-trees.xlsx"
BUNDLE = SHARED / "xen-five-trees.bundle"
TREES = {"master": "master", "4.20": "stable-4.20", "4.17": "stable-4.17", "4.13": "stable-4.13", "4.10": "stable-4.10"}

pytestmark = [
    pytest.mark.skipif(not BOOK.exists() or not BUNDLE.exists(), reason="no ../shared here"),
    pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here"),
]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", SHARED / "tools" / "reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("bundle") / "xen.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(BUNDLE), str(folder)], check=True)
    return {
        tree: subprocess.run(
            ["git", "-C", str(folder), "show", f"{branch}:SUPPORT.md"], check=True, capture_output=True
        ).stdout
        for tree, branch in TREES.items()
    }


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("drafts")
    assert cli.main(["draft", str(BOOK), "--keep-unknown", "-o", str(folder)]) == 0
    return {tree: (folder / tree / "SUPPORT.md").read_bytes() for tree in TREES}


def _value(status: str) -> str:
    return " ".join(status.split()).casefold().rstrip(".")


@pytest.mark.parametrize("tree", TREES)
def test_rows(tree: str, drafts: dict[str, bytes], real: dict[str, bytes], reference: ModuleType) -> None:
    def rows(data: bytes) -> dict[str, Any]:
        return {r["key"]: (_value(r["status"]), r["described"], r["caveat"]) for r in reference.read(data)}

    assert rows(drafts[tree]) == rows(real[tree])


def _prose(data: bytes) -> dict[str, tuple[list[str], list[str]]]:
    """Words of the paragraphs and lists of each section, before and after its first literal; by anchor."""
    (tree,) = pandoc.read([data.expandtabs(4)])
    assert not isinstance(tree, pandoc.PandocError)
    out: dict[str, tuple[list[str], list[str]]] = {}
    here: tuple[list[str], list[str]] = ([], [])
    seen, inside = 0, False
    for block in tree["blocks"]:
        if block["t"] == "Header":
            level, (anchor, _, _), _ = block["c"]
            if level == 1:
                inside = anchor == "feature-support"
            here, seen = ([], []), 0
            if inside:
                out[anchor] = here
        elif block["t"] == "CodeBlock":
            seen = 1
        else:
            here[seen].extend(re.findall(r"\S+", fold(_words(block["c"]))))
    return {anchor: parts for anchor, parts in out.items() if parts != ([], [])}


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "".join(_words(v) for v in value)
    if not isinstance(value, dict):
        return ""
    kind = value.get("t")
    if kind == "Str":
        return str(value["c"])
    if kind in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if kind == "Code":
        return str(value["c"][1])
    if kind == "Quoted":
        mark = "'" if value["c"][0]["t"] == "SingleQuote" else '"'
        return mark + _words(value["c"][1]) + mark
    inner = _words(value.get("c"))
    return f" {inner} " if kind in ("Para", "Plain") else inner


@pytest.mark.parametrize("tree", TREES)
def test_words(tree: str, drafts: dict[str, bytes], real: dict[str, bytes]) -> None:
    assert _prose(drafts[tree]) == _prose(real[tree])
