"""The README shows what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convert import cli

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def test_the_output_of_make_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    assert cli.main(["draft", "samples/categorisation.xlsx", "-o", "drafts"]) == 0
    out = capsys.readouterr()
    shown = README.split("<!-- make draft -->\n")[1].split("<!-- /make draft -->")[0]
    printed = sorted((out.err + out.out).splitlines())
    assert sorted(line.removeprefix("    ") for line in shown.splitlines()) == printed


def test_every_command_is_in_the_readme_and_every_file_it_names_exists() -> None:
    table = README.split("## Commands")[1].split("\n\n")[1]
    assert not [name for name in cli.COMMANDS if f"`{name}" not in table]
    for link in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / link).exists(), link


def test_the_columns_it_lists_are_those_of_the_default_layout() -> None:
    layout = (ROOT / "convert/sheet/default-layout.toml").read_text().casefold()
    table = README.split("The default layout has three tabs.")[1].split("A status cell")[0]
    for name in re.findall(r"`([A-Z][A-Za-z-]+)`", table):
        assert f'"{name.casefold()}"' in layout, name


def test_its_layout_reads_a_sheet_of_that_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = README.split("<!-- layout -->\n```toml\n")[1].split("```\n<!-- /layout -->")[0]
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
