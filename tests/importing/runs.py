"""Running import and draft in tests, and small SUPPORT files."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import ModuleType

from convert import cli

HEAD = """% Support statement for this release

# Release Support

    Xen-Version: {version}
    Initial-Release: 2025-03-05

# Feature Support

"""


def support(body: str, version: str = "4.20") -> str:
    """A whole SUPPORT.md around the features of `body`."""
    return HEAD.format(version=version) + body.strip("\n") + "\n"


def command(module: ModuleType, argv: list[str]) -> int:
    """Run one subcommand's module."""
    parser = argparse.ArgumentParser()
    module.register(parser.add_subparsers())
    args = parser.parse_args(argv)
    status: int = args.func(args)
    return status


def drafts(book: Path, folder: Path) -> dict[str, bytes]:
    """The drafts of a workbook by tree, unknown statuses kept."""
    assert cli.main(["draft", str(book), "--keep-unknown", "-o", str(folder)]) == 0
    return {path.parent.name: path.read_bytes() for path in folder.glob("*/SUPPORT.md")}
