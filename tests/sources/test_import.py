"""`import --from text|kconfig|docs`: a workbook that says no more than the source, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from convert import cli
from tests.sources.trees import KCONFIG, LIST, MAINTAINERS, SUPPORT, unpack

Rows = list[list[object]]


def book(path: Path) -> dict[str, Rows]:
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in load_workbook(path)}


def run(tmp_path: Path, *words: str) -> int:
    return cli.main(["import", *words, "-o", str(tmp_path / "book.xlsx")])


def test_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "qemu").write_text(LIST)
    assert run(tmp_path, str(tmp_path / "qemu")) == 2
    assert "looks like a list of what is supported; use --from text" in capsys.readouterr().err
    assert run(tmp_path, "--from", "text", str(tmp_path / "qemu"), "--name", "4.9") == 0
    sheets = book(tmp_path / "book.xlsx")
    rows = [row for row in sheets["Features"][1:] if row[2]]
    assert [(row[2], row[4]) for row in rows][:4] == [
        ("e1000", "Supported"), ("rtl8139", "Supported"), ("tulip", "Supported"), ("ne2000", "Not supported"),
    ]  # fmt: skip
    assert len(rows) == 11 and rows[4][-1] == "part of the framebuffer"
    assert sheets["Features"][1][:2] == ["Virtual Hardware, QEMU", None] and sheets["Trees"][1][2] == "4.9"
    assert cli.main(["draft", str(tmp_path / "book.xlsx"), "-o", str(tmp_path / "d")]) == 0
    assert (
        cli.main(["draft", str(tmp_path / "book.xlsx"), "-o", str(tmp_path / "d"), "--covers", str(tmp_path / "qemu")])
        == 1
    )


def test_a_list_of_no_known_version_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "qemu").write_text("- shiny: one\n")
    assert run(tmp_path, "--from", "text", str(tmp_path / "qemu")) == 0
    assert "qemu: its Xen-Version is not known" in capsys.readouterr().err
    assert book(tmp_path / "book.xlsx")["Features"][1][:5] == [
        "Virtual Hardware, QEMU",
        "Shiny",
        "one",
        None,
        "Supported",
    ]


@pytest.mark.parametrize("kind", [[], ["--from", "text"], ["--from", "wiki"]])
def test_what_is_nothing_of_the_kind_is_refused(
    kind: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words").write_text("Only words.\nAnd more.\n")
    assert run(tmp_path, *kind, str(tmp_path / "words")) == 2
    assert "nothing is written" in capsys.readouterr().err and not (tmp_path / "book.xlsx").exists()


@pytest.fixture
def tree(tmp_path: Path) -> str:
    return str(unpack(tmp_path / "4.20", {**KCONFIG, "SUPPORT.md": SUPPORT, "MAINTAINERS": MAINTAINERS}))


def test_kconfig(tree: str, tmp_path: Path) -> None:
    assert run(tmp_path, "--from", "kconfig", tree) == 0
    sheets = book(tmp_path / "book.xlsx")
    found = {(row[1], row[2]): (row[4], row[-1]) for row in sheets["Features"][1:] if row[4]}
    assert found["ARINC653 Scheduler", None] == ("No security support", "4.20: UNSUPPORTED (xen/common/Kconfig:12)")
    assert found["IOMMU", "ARM SMMUv3"][0] == "Experimental"
    assert found["TBOOT", None][0] == "No security support"
    assert sheets["Trees"][1][:3] == ["4.20", None, "4.20"]


def test_documents(tree: str, tmp_path: Path) -> None:
    unpack(
        Path(tree),
        {"docs/man/xl.1.pod.in": "=item B<remus>\n\nThis is experimental.\n\n=item B<x>\n\nA tech preview.\n"},
    )
    assert run(tmp_path, "--from", "docs", tree) == 0
    found = {row[1]: row[4] for row in book(tmp_path / "book.xlsx")["Features"][1:]}
    assert found == {"Remus Fault Tolerance": "Experimental", "x": "Tech Preview"}


def test_a_tree_that_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = unpack(tmp_path / "4.20", {"SUPPORT.md": SUPPORT})
    assert run(tmp_path, "--from", "docs", str(folder)) == 2
    assert "nothing there says anything about support" in capsys.readouterr().err
