"""README and the guides show what the commands print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from convert import cli
from tests.helpers.walks import agrees, walks

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
GUIDES = {path.stem: path for path in sorted((ROOT / "convert/packaging/guides").glob("*.md"))}
SHEET = GUIDES["sheet"].read_text()


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, str]:
    """An environment in which `xen-support` is ours, and what it prints comes in the order in which it is said."""
    program = tmp_path / "bin" / "xen-support"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m convert.cli "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", "COLUMNS": "100", "SOURCE_DATE_EPOCH": "1767225600"}


def walk(step: tuple[str, tuple[str, ...]], folder: Path, programs: dict[str, str]) -> None:
    """Run a command as the README has it; what it prints is what the README shows."""
    command, shown = step
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=programs, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )  # fmt: skip
    assert agrees(shown, done.stdout.splitlines()), f"{command}\n{done.stdout}"


def test_the_walks_with_the_samples(tmp_path: Path, programs: dict[str, str]) -> None:
    recipe = re.search(r"^\t@\$\(BIN\)/(xen-support draft .*)$", (ROOT / "Makefile").read_text(), re.M)
    assert recipe is not None
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "samples").symlink_to(ROOT / "samples")
    for one in walks():
        for command, shown in one.steps if not one.in_xen else ():
            walk((recipe[1] if command == "make draft" else command, shown), folder, programs)


@pytest.mark.skipif(not os.environ.get("XEN_GIT"), reason="XEN_GIT names no xen.git")
def test_the_walks_in_xen(programs: dict[str, str]) -> None:
    for one in walks():
        for step in one.steps if one.in_xen else ():
            walk(step, Path(os.environ["XEN_GIT"]), programs)


def test_there_are_five_walks_of_about_ten_lines() -> None:
    assert [one.name for one in walks()] == ["start", "sheet", "review", "release", "security", "page"]
    for one in walks():
        lines = sum(1 + len(shown) for _, shown in one.steps)
        assert 5 <= lines <= 13 and not re.search(r"^\.\.\.$", one.steps[0][0])
    assert len(README.splitlines()) < 250


def test_a_walk_that_is_not_true_is_noticed() -> None:
    assert agrees(("a", "...", "d"), ["a", "b", "c", "d"]) and agrees(("...", "d"), ["d"]) and agrees((), [])
    assert agrees(("[x] *",), ["[x] *"]) and not agrees(("[x] *",), ["x y"])
    assert not agrees(("a", "d"), ["a", "b", "d"]) and not agrees((), ["a"]) and not agrees(("...", "d"), ["d", "e"])


def test_every_command_is_in_the_readme_and_every_file_it_names_exists() -> None:
    table = README.split("## Commands")[1].split("\n\n")[1]
    assert not [name for name in cli.COMMANDS if f"`{name}" not in table]
    for page in (ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *GUIDES.values()):
        for link in re.findall(r"\]\(([^)#:]+)[^)]*\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
    for name in GUIDES:
        assert f"(convert/packaging/guides/{name}.md)" in README.split("| guide | about |")[1]


def test_the_command_is_where_it_says_after_make_draft() -> None:
    makefile = (ROOT / "Makefile").read_text()
    venv = re.search(r"^VENV \?= (.*)$", makefile, re.M)
    assert (
        venv is not None
        and "BIN := $(VENV)/bin\n" in makefile
        and re.search(r"^draft: \$\(VENV\)/installed$", makefile, re.M)
    )
    assert f"`{venv[1]}/bin/xen-support`" in README and f"`PATH=$PWD/{venv[1]}/bin:$PATH`" in README


def test_the_title_of_a_guide_is_one_line() -> None:
    """It is the NAME of its man page; a second line would be lost."""
    for name, path in GUIDES.items():
        first, second, *_ = path.read_text().split("\n")
        assert first.startswith(f"# xen-support-{name} - ") and second == "", name


def test_the_columns_it_lists_are_those_of_the_default_layout() -> None:
    layout = (ROOT / "convert/sheet/default-layout.toml").read_text().casefold()
    table = SHEET.split("The default layout has three tabs.")[1].split("A status cell")[0]
    for name in re.findall(r"`([A-Z][A-Za-z-]+)`", table):
        assert f'"{name.casefold()}"' in layout, name


def test_its_layout_reads_a_sheet_of_that_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = SHEET.split("<!-- layout -->\n```toml\n")[1].split("```\n<!-- /layout -->")[0]
    assert len(block.splitlines()) == 10
    (tmp_path / "sheet.layout.toml").write_text(block)
    (tmp_path / "sheet.csv").write_text(
        "A draft,,\nSection,Thing,Status\n,,This release\nTools,xl,Supported\n,xs,Experimental\n"
    )
    assert cli.main(["draft", str(tmp_path / "sheet.csv"), "-o", str(tmp_path / "d")]) == 0, capsys.readouterr().err
    text = (tmp_path / "d/4.20/SUPPORT.md").read_text()
    assert "### xl\n\n    Status: Supported\n\n### xs\n\n    Status: Experimental\n" in text


def test_the_picture_is_of_the_sample() -> None:
    """What the script draws is what the workbook and its draft say; the picture itself is made by hand, with a browser."""
    from samples import picture

    page, text = picture.page(), "\n".join(picture.lines())
    assert [cells[1] for _, cells in picture.rows() if cells[1]] == list(picture.FEATURES)
    assert "### PVCalls (backend)" in text and "    Status: Supported, not security supported" in text
    assert "(Experimental?)" in page and "ARM/PCI Device Passthrough" not in text
    data = picture.PICTURE.read_bytes()
    assert data.startswith(b"\x89PNG") and len(data) < 300_000
    assert "![" in README and "](samples/features.png)" in README
