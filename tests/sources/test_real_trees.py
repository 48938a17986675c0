"""The real xen.git: the counts of every tree, and no entry of the map that no tree uses."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from convert.cli import main
from convert.names.aliases import shipped as aliases
from convert.sources import elsewhere, listed, match
from convert.sources.mapping import shipped
from convert.sources.rows import Rows
from convert.sources.statement import Finding
from convert.sources.texts import texts_of
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source
from tests.helpers import xengit

pytestmark = [pytest.mark.slow, xengit.needed]
ORACLE = Path(os.environ.get("XEN_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "oracle" / "sources.json"
TREES = (*(f"stable-4.{n}" for n in range(10, 23)), "master")
# (contradictions, labels, missing, unmarked) of Kconfig; (missing, labels, agreements) of documents
KCONFIG = {
    "stable-4.10": (1, 0, 1, 2), "stable-4.11": (1, 0, 2, 2), "stable-4.12": (1, 0, 3, 4), "stable-4.13": (1, 0, 4, 4),
    "stable-4.14": (1, 0, 4, 4), "stable-4.15": (1, 1, 5, 5), "stable-4.16": (1, 1, 6, 5), "stable-4.17": (1, 1, 7, 5),
    "stable-4.18": (1, 1, 8, 5), "stable-4.19": (1, 1, 8, 6), "stable-4.20": (1, 1, 9, 8), "stable-4.21": (1, 1, 11, 9),
    "stable-4.22": (1, 1, 10, 10), "master": (1, 1, 11, 10),
}  # fmt: skip
DOCS = {"stable-4.20": (6, 4, 15), "master": (7, 4, 15)}


def rows(commit: str) -> Rows:
    source = Source("SUPPORT.md", (xengit.text(commit, "SUPPORT.md") or "").encode())
    document = parse(source, prose=False).document
    return Rows(source, document, read_rows(document, source).rows, aliases())


def findings(tree: str) -> list[Finding]:
    commit = xengit.ref(tree)
    if not commit:
        pytest.skip(f"no {tree} here")
    return elsewhere.findings(texts_of(Path(xengit.PATH), commit)(), rows(commit))


@pytest.mark.parametrize("tree", TREES)
def test_kconfig_of_a_tree(tree: str) -> None:
    found = [finding for finding in findings(tree) if finding.statement.group == "kconfig"]
    counts = Counter(finding.kind for finding in found)
    assert (counts["contradiction"], counts["label"], counts["missing"], counts["unmarked"]) == KCONFIG[tree]
    assert [f.row for f in found if f.kind == "contradiction"] == ["arinc653-scheduler"]


@pytest.mark.parametrize("tree", TREES)
def test_documents_of_a_tree(tree: str) -> None:
    counts = Counter(finding.kind for finding in findings(tree) if finding.statement.group == "docs")
    assert counts["contradiction"] == 0
    assert tree not in DOCS or (counts["missing"], counts["label"], counts["agrees"]) == DOCS[tree]


def qemu(tree: str) -> listed.Listing:
    text = xengit.text(xengit.ref_of(tree), "docs/misc/qemu-xen-security")
    if text is None:
        pytest.skip(f"no {tree} here")
    return listed.read(Source("qemu-xen-security", text.encode()), "qemu-xen-security", shipped())


def test_the_facts_of_the_text_that_was_replaced() -> None:
    assert (len(qemu("stable-4.9").statements), len(qemu("stable-4.7").statements)) == (26, 22)


@pytest.mark.parametrize("tree", TREES)
def test_two_digits_are_swapped_since_2017(tree: str) -> None:
    statements = qemu("stable-4.9").statements
    commit = xengit.ref(tree)
    if not commit:
        pytest.skip(f"no {tree} here")
    found = list(match.lists(statements, rows(commit), shipped()))
    lacking = {f.statement.subject: f.near and f.near.name for f in found if f.kind not in ("agrees", "near")}
    assert lacking == {"rtl8139": "rtl8193", "USB keyboard": None}
    assert {f.statement.subject: f.row for f in found if f.kind == "near"} == {
        "cirris-vga": "x86emulated-graphics-qemu--cirrus-vga"
    }
    assert [one.row.qualifier for one in match.unnamed(statements, found, rows(commit), shipped())] == ["usbtablet"]


def test_every_entry_of_the_map_is_used_by_a_tree() -> None:
    known = shipped()
    known.used.clear()
    seen = [tree for tree in TREES if xengit.ref(tree)]
    if len(seen) < len(TREES):
        pytest.skip("not all trees are here")
    for tree in seen:
        commit = xengit.ref(tree)
        elsewhere.findings(texts_of(Path(xengit.PATH), commit)(), rows(commit))
    list(match.lists(qemu("stable-4.9").statements, rows(xengit.ref("master")), known))
    assert sorted(set(known.entries()) - known.used) == []


def _oracle(part: str) -> list[dict[str, Any]]:
    if not ORACLE.exists():
        return []
    found: list[dict[str, Any]] = json.loads(ORACLE.read_text())[part]
    return found


def test_json_of_a_real_tree(capsys: pytest.CaptureFixture[str]) -> None:
    schema = Path(__file__).resolve().parents[2] / "convert/schemas/sources.json"
    words = [
        "--repo",
        str(xengit.PATH),
        "--against",
        f"{xengit.ref_of('stable-4.9')}:docs/misc/qemu-xen-security",
        "--and-back",
    ]
    assert main(["sources", xengit.ref("master"), *words, "--format", "json"]) == 1
    value = json.loads(capsys.readouterr().out)
    Draft202012Validator(json.loads(schema.read_text())).validate(value)
    assert {one["kind"] for one in value["statements"]} == {
        "agrees", "contradiction", "label", "missing", "unmarked", "near",
    }  # fmt: skip
    assert [one["row"] for one in value["unnamed"]] == ["x86emulated-input-qemu--usbtablet"]


@pytest.mark.parametrize("tree", TREES)
def test_what_people_found_by_hand(tree: str) -> None:
    if not ORACLE.exists():
        pytest.skip("no ../shared here")
    found = {
        (f.statement.subject, str(f.statement.place), f.kind, f.row, f.line, f.statement.says) for f in findings(tree)
    }
    wanted = [
        (one["symbol"], one["kconfig"], one["kind"], one["row"], one["line"], one["kconfig_says"])
        for one in _oracle("kconfig")
        if one["ref"] == tree
    ] + [
        (one["subject"], f"{one['file']}:{one['line']}", one["kind"], one["row"], one["support_line"], one["says"])
        for one in _oracle("docs")
        if one["ref"] == tree
    ]
    assert [one for one in wanted if one not in found] == []
