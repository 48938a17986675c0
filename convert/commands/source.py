"""What a SOURCE argument names: a local workbook, a snapshot, or a Google address."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Set
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from convert.commands.fetch import add_google_options, google_settings
from convert.failure import Failure
from convert.sheet.cells import Workbook
from convert.sheet.layout import Layout, layout_beside, load_layout
from convert.sheet.model import Categorisation

if TYPE_CHECKING:
    from convert.sheet.standing import Look


def add_source(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Add SOURCE (which may be left out if `optional`: then it is None) and the options that say how it is read."""
    what = "a workbook (.xlsx, .ods, folder of .csv), a snapshot, or a Google URL or ID"
    if optional:
        parser.add_argument("source", metavar="SOURCE", nargs="?", help=what)
    else:
        parser.add_argument("source", metavar="SOURCE", help=what)
    parser.add_argument(
        "--layout", type=Path, metavar="FILE", help="a layout file (default: NAME.layout.toml beside the workbook)"
    )
    parser.add_argument(
        "--keep-unknown",
        action="store_true",
        help="write unknown statuses as they are, with a warning, instead of an error",
    )
    add_google_options(parser)


def load(args: argparse.Namespace, look: Look | None = None) -> Categorisation:
    """Read and categorise SOURCE; `look` finds what the trees' files state.  Raises Failure with a reason for
    people.
    """
    from convert.sheet.categorise import categorise
    from convert.sheet.standing import nothing

    workbook, layout = open_source(args)
    return categorise(workbook, layout, keep_unknown=args.keep_unknown, look=look or nothing)


def look_in(repo: Path, remote: str | None = None) -> Look:
    """How the statuses are found that a tree's file states today: its branch, the support branch, the last draft
    merged there.
    """
    from convert.sheet.model import Tree
    from convert.sheet.standing import Standing, standing
    from convert.trees import git, resolve
    from convert.trees.version import FILE
    from convert.update import base

    def look(tree: Tree) -> Standing:
        texts = []
        try:
            found = resolve.resolve(tree.name, repo, remote, {tree.name: tree.branch}, unpacked=False)
            for ref in (f"refs/heads/support/{tree.name}", found.commit, git.commit(repo, base.ref_of(tree.name))):
                texts.append(git.object_of(repo, f"{ref}:{FILE}") if ref else None)
        except Failure:  # the command says so when it comes to that tree
            return {}
        return standing(text for text in texts if text)

    return look


_UNKNOWN = "XS801"


def tell_problems(args: argparse.Namespace, categorisation: Categorisation, trees: Set[str]) -> None:
    """The problems of the sheet that touch some of these trees, a line each; then what would help, if that is known."""
    from convert.output.terminal import Painter, clean, one_line

    paint = Painter(args.color, sys.stderr)
    for problem in categorisation.problems:
        if not problem.trees or not categorisation.trees or not trees.isdisjoint(problem.trees):
            print(one_line(problem, None, categorisation.workbook, paint), file=sys.stderr)
    if any(problem.code == _UNKNOWN for problem in categorisation.problems):
        print(
            "xen-support: an unknown status is corrected in the sheet, or made known: in a layout's [synonyms], in the"
            " tab Labels, or with --keep-unknown, which writes it as it is",
            file=sys.stderr,
        )
    if categorisation.advice:
        print(clean(categorisation.advice), file=sys.stderr)
    elif not categorisation.trees:
        print("xen-support: no tree, so nothing is done", file=sys.stderr)


def open_source(args: argparse.Namespace) -> tuple[Workbook, Layout]:
    """SOURCE and the layout it is read by, not interpreted yet.  Raises Failure."""
    path = Path(args.source)
    try:
        local = path.exists()
    except (OSError, ValueError):
        local = False
    if find_spec("openpyxl") is None:  # the one-file xen-support
        raise Failure(f"{args.source}: a workbook needs the whole xen-support; this one reads no workbooks")
    if local or not _is_google(args.source):
        from convert.output.progress import progress
        from convert.sheet.workbook import open_workbook

        layout = load_layout(args.layout or layout_beside(path))
        with progress() as tell:
            return open_workbook(path, progress=tell), layout
    from convert.sheet.google import open_google

    return open_google(args.source, settings=google_settings(args)), load_layout(args.layout)


def _is_google(source: str) -> bool:
    from convert.sheet.google.address import is_google

    return is_google(source)
