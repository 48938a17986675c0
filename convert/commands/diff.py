"""diff: what changed in meaning, security losses first."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from convert.commands.fetch import add_google_options
from convert.commands.naming import add_aliases, chosen_aliases
from convert.commands.source import load
from convert.diff import formats
from convert.diff.compare import Change, compare
from convert.diff.operands import Means, Operand, documents, read_both
from convert.failure import counted
from convert.output.terminal import TOOL, Painter, add_color, clean
from convert.sheet.model import Categorisation
from grammar.parser import parse


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "diff",
        help="what changed in meaning, security losses first",
        description=(
            "Print what changed in meaning from A to B, feature by feature: rows, limits, headings, descriptions and"
            " caveats, with what loses security support, or may lose it, first. Changes of wrapping and mark-up do not"
            " count. Exit status 1 where there are differences (with --security-only: differences in security"
            " support)."
        ),
    )
    what = "a SUPPORT.md, a file of a git ref, a tree (version, branch, tag, unpacked source), a workbook, or -"
    parser.add_argument("old", metavar="A", help=what)
    parser.add_argument("new", metavar="B", help=what)
    parser.add_argument(
        "--format", choices=("text", "json", "markdown"), default="text", help="output format (default: text)"
    )
    parser.add_argument(
        "--by", choices=("feature", "change"), default="feature", help="how to group (default: feature)"
    )
    parser.add_argument("--security-only", action="store_true", help="only what changes security support, or may")
    add_aliases(parser)
    parser.add_argument(
        "--last-draft", action="store_true", help="A is a tree: compare the last draft that was merged for it"
    )
    parser.add_argument("--tree", metavar="T", help="the tree of a workbook that has several")
    parser.add_argument(
        "--repo", type=Path, metavar="DIR", help="the git repository of refs and trees (default: the current one)"
    )
    parser.add_argument("--remote", metavar="R", help="the remote whose branch is meant, where several have it")
    parser.add_argument("--layout", type=Path, metavar="FILE", help="a layout file for the workbooks")
    parser.add_argument("--keep-unknown", action="store_true", help="take a workbook's unknown statuses as they are")
    add_google_options(parser)
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Compare, print, and 1 where there are differences."""

    def open_book(source: str) -> Categorisation:
        return load(argparse.Namespace(**{**vars(args), "source": source}))

    means = Means(open_book, args.repo, args.remote, args.tree)
    old, new = read_both(args.old, args.new, means, last_draft=args.last_draft)
    for operand in (old, new):
        _warn(operand)
    known = chosen_aliases(args, [old.makefile, new.makefile])
    found = compare(*documents(old, new), known, (old.tree, new.tree))
    if args.security_only:
        found = [change for change in found if change.about_security]
    if args.format == "json":
        groups = formats.ordered(found, args.by)
        json.dump(
            _report(old, new, [c for _, group in groups for c in group]), sys.stdout, ensure_ascii=False, indent=1
        )
        print()
    else:
        lines = (
            formats.text(found, args.by, Painter(args.color, sys.stdout))
            if args.format == "text"
            else formats.markdown(found, args.by)
        )
        for line in lines:
            print(line)
    return int(bool(found))


def _warn(operand: Operand) -> None:
    """What people are to know about a side before they trust the comparison."""
    for note in operand.notes:
        print(f"xen-support: {clean(note)}", file=sys.stderr)
    if not operand.source.text.strip("\ufeff \t\r\n"):
        print(
            f"xen-support: {clean(operand.name)} is empty, so every row is reported as added or removed",
            file=sys.stderr,
        )
    errors = sum(d.severity == "error" for d in parse(operand.source, prose=False).diagnostics)
    if errors:
        print(
            f"xen-support: {clean(operand.name)} has {counted(errors, 'error')}, so that Xen's tools may read "
            "other rows; `xen-support lint` shows them",
            file=sys.stderr,
        )


def _report(old: Operand, new: Operand, found: list[Change]) -> dict[str, Any]:
    """The value of the schema xen-support.diff/1."""
    return {
        "schema": "xen-support.diff/1",
        "tool": TOOL,
        "old": _side(old),
        "new": _side(new),
        "changes": [formats.as_json(change) for change in found],
    }


def _side(operand: Operand) -> dict[str, Any]:
    return {"name": operand.name, "sha256": hashlib.sha256(operand.source.data).hexdigest(), "tree": operand.tree}
