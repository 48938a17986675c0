"""What the commands that compare trees share: which features are the same under another name."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from convert.names.aliases import Aliases, load, shipped

if TYPE_CHECKING:
    from pathlib import Path


def add_aliases(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add the options `--aliases` and `--no-aliases`."""
    parser.add_argument(
        "--aliases",
        type=_path,
        metavar="FILE",
        help=(
            'features under new names (TOML): [[alias]] old = "..." new = "..."; besides those that are shipped for'
            " xen.git"
        ),
    )
    parser.add_argument(
        "--no-aliases",
        action="store_true",
        help="not the renamed features of xen.git that are shipped with this command",
    )


def _path(text: str) -> Path:
    from pathlib import Path  # a twentieth of the time that lint takes

    return Path(text)


def chosen_aliases(args: argparse.Namespace, makefiles: Iterable[object]) -> Aliases:
    """The aliases of a run: those of `--aliases`, and the shipped ones where a SUPPORT.md is beside xen/Makefile.

    `makefiles`: for each tree what says that it has a xen/Makefile (its text or version, None without).  Raises Failure
    for a file that is no aliases file.
    """
    use = not args.no_aliases and any(makefile is not None for makefile in makefiles)
    return load(args.aliases, shipped() if use else None)
