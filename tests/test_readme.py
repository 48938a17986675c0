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
