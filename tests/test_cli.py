"""The command itself: help, version and usage errors load no subcommand; a subcommand loads itself alone."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from convert import cli
from convert.cli import COMMANDS, build_parser, main

MODULES = """
import sys
from convert.cli import main
status = main(sys.argv[1:])
print("loaded", status, *sorted(name for name in sys.modules if name.startswith(("convert.commands.", "grammar", "lark"))))
"""


def loaded(*arguments: str) -> list[str]:
    """The exit status, then the modules of subcommands and grammar that a run has loaded."""
    done = subprocess.run([sys.executable, "-c", MODULES, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["--version"], "0"), (["--help"], "0"), (["nonsense"], "2"), ([], "2"), (["--nonsense"], "2")],
)
def test_what_needs_no_subcommand_loads_none(arguments: list[str], status: str) -> None:
    assert loaded(*arguments) == [status]


def test_a_subcommand_loads_no_other() -> None:
    found = loaded("explain", "--help")
    assert found[0] == "0" and "convert.commands.explain" in found
    assert not {"convert.commands.matrix", "convert.commands.update", "lark"} & set(found)


def test_the_short_help_is_the_long_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert capsys.readouterr().out == build_parser().format_help()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_subcommand_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: xen-support {name} ")


@pytest.mark.parametrize(("columns", "width"), [("60", 58), ("200", 198), ("0", 78), ("-3", 78), ("x", 78), (None, 78)])
def test_help_is_as_wide_as_argparse_makes_it(
    columns: str | None, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.__stdout__", None)  # no terminal
    cli._width.cache_clear()
    assert cli._Formatter("x")._width == width
    if columns is not None:
        assert argparse.HelpFormatter("x")._width == width
    cli._width.cache_clear()
