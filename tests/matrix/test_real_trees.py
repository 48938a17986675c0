"""Five real trees: each cell is what Xen's tools read there."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import pandoc
from tests.helpers.xen import Rejected, read_all
from tests.matrix.making import SHARED, run_json

ALIASES = '[[alias]]\nold = "Physical CPU Hotplug"\nnew = "ACPI CPU Hotplug"\n'


@pytest.fixture
def value(xen: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    return run_json(capsys, "matrix", "--repo", str(xen), "--no-aliases")


def text_of(xen: Path, tree: Any) -> bytes:
    return subprocess.run(
        ["/usr/bin/env", "git", "-C", str(xen), "show", f"{tree['commit']}:SUPPORT.md"], check=True, capture_output=True
    ).stdout


def read_by_reference(data: bytes) -> list[dict[str, Any]]:
    place = SHARED / "tools" / "reference.py"
    if not place.is_file():
        pytest.skip(f"{place} is not there")
    spec = importlib.util.spec_from_file_location("reference", place)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: list[dict[str, Any]] = module.read(data)
    return found


def test_all_trees_newest_first(value: Any) -> None:
    assert [(t["name"], t["version"], t["ref"].rpartition("/")[2]) for t in value["trees"]] == [
        ("unstable", "4.23", "master"), ("4.20", "4.20", "stable-4.20"), ("4.17", "4.17", "stable-4.17"),
        ("4.13", "4.13", "stable-4.13"), ("4.10", "4.10", "stable-4.10"),
    ]  # fmt: skip
    assert [t["errors"] for t in value["trees"]] == [[]] * 5


@pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here")
def test_cells_are_what_the_reference_reads(xen: Path, value: Any) -> None:
    for n, tree in enumerate(value["trees"]):
        expected = {
            tuple(row["path"]): (row["key"], row["anchor"], row["status"])
            for row in read_by_reference(text_of(xen, tree))
        }
        found = {
            tuple(r["path"]): (r["key"], r["anchor"], r["cells"][n]["status"])
            for r in value["rows"]
            if r["cells"][n]["status"] is not None
        }
        assert found == expected


@pytest.mark.skipif(not pandoc.HAVE, reason="no pandoc 2 here")
def test_cells_are_what_our_own_oracle_reads(xen: Path, value: Any) -> None:
    for n, rows in enumerate(read_all([text_of(xen, tree) for tree in value["trees"]])):
        assert not isinstance(rows, Rejected)
        found = sorted(
            (r["key"], r["cells"][n]["status"]) for r in value["rows"] if r["cells"][n]["status"] is not None
        )
        assert found == sorted((row["key"], row["status"]) for row in rows)


def test_unstables_rows_stand_in_its_own_order_but_unqualified_first(xen: Path, value: Any) -> None:
    from grammar.parser import parse
    from grammar.rows import read_rows
    from grammar.source import Source

    document = parse(Source("unstable", text_of(xen, value["trees"][0]))).document
    rows = [row.key for row in read_rows(document).rows]
    mine = [row["key"] for row in value["rows"] if row["cells"][0]["status"] is not None]
    assert sorted(mine) == sorted(rows)
    swapped = [key for key in rows if mine.index(key) != rows.index(key)]
    assert swapped == [] or all("--" in key or any(other.startswith(f"{key}--") for other in rows) for key in swapped)


def test_the_renamed_hotplug_is_two_rows_without_the_aliases_file_and_one_with_it(
    xen: Path, value: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = [row["key"] for row in value["rows"]]
    assert keys.index("acpi-cpu-hotplug--x86") - keys.index("physical-cpu-hotplug--x86") in (-1, 1)
    (tmp_path / "aliases.toml").write_text(ALIASES)
    own = ["--no-aliases", "--aliases", str(tmp_path / "aliases.toml")]
    joined = run_json(capsys, "matrix", "--repo", str(xen), *own)
    row = next(row for row in joined["rows"] if row["key"] == "acpi-cpu-hotplug--x86")
    assert [cell["status"] for cell in row["cells"]] == [
        "Experimental",
        "Experimental",
        "Supported",
        "Supported",
        "Supported",
    ]
    assert [cell["change"] for cell in row["cells"]] == ["same", "security-lost", "same", "same", None]
    assert "physical-cpu-hotplug--x86" not in [row["key"] for row in joined["rows"]]


def test_the_prose_only_section_is_shown_with_its_trees(value: Any) -> None:
    kconfig = next(section for section in value["sections"] if section["key"] == "kconfig")
    assert [part is not None for part in kconfig["trees"]] == [True, True, True, True, False]
    assert "not security supported" in kconfig["trees"][0]["description"]


@pytest.mark.slow
def test_blame_and_history_of_the_real_trees(xen: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "aliases.toml").write_text(ALIASES)
    found = run_json(
        capsys, "history", "ACPI CPU Hotplug", "--repo", str(xen), "--aliases", str(tmp_path / "aliases.toml")
    )
    assert [[step["kind"] for step in commit["changes"]] for commit in found["commits"]] == [
        ["renamed", "status"],
        ["added"],
    ]
    blamed = run_json(capsys, "blame", "4.17", "--repo", str(xen))
    subjects = {row["key"]: row["commit"]["subject"] for row in blamed["rows"]}
    assert subjects["x86-64"] == "state of stable-4.10"
    assert subjects["physical-memory--x86"] == "state of stable-4.17"
