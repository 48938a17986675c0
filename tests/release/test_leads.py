"""The sheet follows: git's release part is kept, cells that say something else are named, and printed to be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from convert.cli import main
from convert.draft.leads import led_by
from convert.sheet.model import Tree
from tests.release.worlds import World, support, url

DATES = ("2026-07-30", "2029-07-30", "2031-07-30")
TREES = """Tree,Branch,Xen-Version,Initial-Release,Supported-Until,Security-Support-Until,Release-Notes
4.22,stable-4.22,4.22,2026-07-30,2029-07-30,2032-07-30,
unstable,master,4.22-unstable,n/a,TBD,Unreleased - not yet security-supported,
4.99,stable-4.99,4.99,2030-01-01,,2035-01-01,
"""
FEATURES = "Section,Feature,Variant,Description,4.22,unstable,4.99\nSection,Feature,,,Supported,Supported,Supported\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "Trees.csv").write_text(TREES)
    (folder / "Features.csv").write_text(FEATURES)
    return folder


@pytest.fixture
def filled(world: World) -> World:
    world.tree("master", "4.23-unstable", support("4.23-unstable"))
    world.tree("stable-4.22", "4.22.0", support("4.22", *DATES, notes="4.22"))
    return world


def test_git_is_kept_and_the_cell_is_named() -> None:
    places = {"security_support_until": "Trees!F2", "version": "Trees!C2"}
    tree = Tree("4.22", "stable-4.22", "4.22", DATES[0], DATES[1], "2032-07-30", url("4.22"), "Trees!A2", places)
    led, said = led_by(tree, support("4.22", *DATES, notes="4.22"), "stable-4.22")
    assert said == ["Trees!F2: 2031-07-30 in SUPPORT.md of stable-4.22, 2032-07-30 in the sheet; git's is kept"]
    assert (led.security_support_until, led.release_notes) == ("2031-07-30", url("4.22"))
    assert led_by(tree, "% No release part\n", "x") == (tree, [])
    assert led_by(led, support("4.22", *DATES, notes="4.22"), "x") == (led, [])


def test_update_keeps_what_git_says(filled: World, book: Path) -> None:
    status = main(["update", str(book), "--repo", str(filled.repo), "--tree", "4.22", "--tree", "unstable"])
    said = filled.capsys.readouterr()
    assert status == 0 and "Trees!F2: 2031-07-30 in SUPPORT.md of stable-4.22, 2032-07-30 in the sheet" in said.err
    assert "Trees!C3: 4.23-unstable in SUPPORT.md of master" in said.err
    text = filled.file("support/4.22")
    assert text is not None and "Security-Support-Until: 2031-07-30\n" in text


def test_draft_keeps_what_git_says_and_leads_where_git_has_nothing(filled: World, book: Path, tmp_path: Path) -> None:
    filled.commit("stable-4.99", {"README": "x"})
    status = main(["draft", str(book), "-o", str(tmp_path / "d"), "--repo", str(filled.repo)])
    said = filled.capsys.readouterr()
    assert status == 0 and said.err.count("git's is kept") == 2
    assert "Security-Support-Until: 2031-07-30\n" in (tmp_path / "d/4.22/SUPPORT.md").read_text()
    assert "Xen-Version: 4.99\n" in (tmp_path / "d/4.99/SUPPORT.md").read_text()


def test_the_cells_to_change_are_printed_and_no_workbook_is_written(filled: World, book: Path) -> None:
    before = (book / "Trees.csv").read_bytes()
    alone = filled.run("--sheet", str(book))
    assert (
        alone.status == 0 and alone.out == "Trees!F2\t2032-07-30\t2031-07-30\nTrees!C3\t4.22-unstable\t4.23-unstable\n"
    )
    assert "4.99" in alone.err and (book / "Trees.csv").read_bytes() == before
    step = filled.run("rc", "--tree", "unstable", "--sheet", str(book))
    assert step.status == 0 and "Trees!C3\t4.22-unstable\t4.23-rc\n" in step.out
    value = filled.run("rc", "--tree", "unstable", "--sheet", str(book), "--format", "json")
    assert value.json["trees"] and "Trees!C3\t" in value.err


def test_a_blank_cell_has_an_address(filled: World, book: Path) -> None:
    filled.tree("stable-4.99", "4.99.0", support("4.99", "2030-01-01", "2033-01-01", "2035-01-01", notes="4.99"))
    done = filled.run("--sheet", str(book), "--tree", "4.99")
    assert done.out == "Trees!E4\t\t2033-01-01\n"
