"""query: the rows that answer a question."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from convert.commands.reading import add_repository, read_trees, tell_errors
from convert.output.terminal import TOOL, Painter, add_color, clean
from grammar.rows import Row

SECURITIES = ("yes", "no", "external", "caveats", "limited", "unstated")
FORMATS = ("text", "json", "csv")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    query = subparsers.add_parser(
        "query",
        help="the rows that answer a question",
        description="Print the rows of all trees that match every option given; of an option given twice, either value. Patterns are "
        "shell globs of any case. Exit status 1 when a file has errors.",
    )
    query.add_argument(
        "--tree",
        metavar="T",
        action="append",
        help="only these trees (default: all release trees and the unstable one)",
    )
    query.add_argument(
        "--security", choices=SECURITIES, action="append", help="what the status means for security support"
    )
    query.add_argument("--status", metavar="GLOB", action="append", help="the status as written, or its label")
    query.add_argument("--variant", metavar="GLOB", action="append", help="the words between `Status,` and `:`")
    query.add_argument("--feature", metavar="GLOB", action="append", help="the words of the heading")
    query.add_argument("--section", metavar="GLOB", action="append", help="the words of a heading above")
    query.set_defaults(func=run_query)
    add_repository(query)
    query.add_argument("--format", choices=FORMATS, default="text", help="output format (default: text)")
    add_color(query)


def run_query(args: argparse.Namespace) -> int:
    """The rows that match; 1 where a file has errors, for then rows may be missing."""
    trees = read_trees(args.tree or (), args.repo, args.remote, prose=False)
    found = [(tree, row) for tree in trees for row in tree.rows if _matches(args, row)]
    if args.format == "json":
        rows = [
            {
                "tree": t.name, "key": r.key, "path": list(r.path), "anchor": r.anchor, "qualifier": r.qualifier, "status": r.status,
                "label": r.label, "security": r.security, "line": t.source.position(r.span.start)[0],
            }
            for t, r in found
        ]  # fmt: skip
        print_json({"schema": "xen-support.query/1", "tool": TOOL, "trees": [t.name for t in trees], "rows": rows})
    elif args.format == "csv":
        head = ["tree", "key", "path", "qualifier", "status", "label", "security"]
        print_csv(
            head,
            (
                [t.name, r.key, " / ".join(r.path), r.qualifier or "", r.status, r.label or "", r.security]
                for t, r in found
            ),
        )
    else:
        paint = Painter(args.color, sys.stdout)
        for tree, row in found:
            print(
                f"{paint(clean(tree.name), 'bold')}: {clean(' / '.join(row.path[1:] or row.path))}: {paint(clean(row.status), row.security)}"
            )
    return tell_errors(trees, args.color, False)


def _matches(args: argparse.Namespace, row: Row) -> bool:
    heads = row.path if row.qualifier is None else row.path[:-1]
    return (
        (args.security is None or (row.kind == "status" and row.security in args.security))
        and _glob(args.status, (row.status, row.label or ""))
        and _glob(args.variant, (row.qualifier or "",))
        and _glob(args.feature, heads[-1:])
        and _glob(args.section, heads[:-1])
    )


def _glob(patterns: Sequence[str] | None, texts: Iterable[str]) -> bool:
    return patterns is None or any(
        fnmatchcase(text.casefold(), pattern.casefold()) for text in texts for pattern in patterns
    )


def print_json(value: Mapping[str, Any]) -> None:
    """A value as JSON to standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    print()


def print_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as CSV to standard output."""
    from convert.matrix.spreadsheet import to_csv

    sys.stdout.write(to_csv([head, *rows]))
