"""query: the rows that answer a question."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from convert.commands.days import add_today, day
from convert.commands.reading import add_repository, digests, read_trees, tell_errors
from convert.matrix.build import kind
from convert.matrix.formats import tree_json
from convert.matrix.tree import Tree
from convert.matrix.words import effective, standing_words
from convert.output.terminal import TOOL, Painter, add_color, clean
from convert.trees.state import Standing, standing
from grammar.rows import Row

SECURITIES = ("yes", "no", "external", "caveats", "limited", "unstated")
FORMATS = ("text", "json", "csv")
_COLUMNS = ("tree", "key", "path", "qualifier", "status", "label", "security", "effective", "support", "kind")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    query = subparsers.add_parser(
        "query",
        help="the rows that answer a question",
        description=(
            "Print the rows of all trees that match every option given; an option given twice matches either value."
            " Patterns are shell globs, and case does not matter. What a status states holds only while its tree has"
            " support: trees without support on that day are named on standard error. Exit status 1 when a file has"
            " errors."
        ),
    )
    query.add_argument(
        "--tree",
        metavar="T",
        action="append",
        help="only these trees (default: all release trees and the unstable one)",
    )
    query.add_argument(
        "--supported", action="store_true", help="only trees that have security support on the day (see --today)"
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
    add_today(query)
    query.add_argument("--format", choices=FORMATS, default="text", help="output format (default: text)")
    add_color(query)


def run_query(args: argparse.Namespace) -> int:
    """The rows that match; 1 where a file has errors, for then rows may be missing."""
    today = day(args.today)
    trees = read_trees(args.tree or (), args.repo, args.remote, prose=False)
    standings = {tree.name: standing(tree.release, today) for tree in trees}
    asked = [tree for tree in trees if not args.supported or standings[tree.name].security_supported]
    found = [(tree, row) for tree in asked for row in tree.rows if _matches(args, row)]
    _tell_standings({tree.name: standings[tree.name] for tree, _ in found})
    if args.format == "json":
        each = zip(trees, digests(trees), strict=True)
        value = {
            "schema": "xen-support.query/1", "tool": TOOL, "today": today.isoformat(),
            "trees": [tree_json(tree, standings[tree.name], digest) for tree, digest in each],
            "rows": [_row(tree, row, standings[tree.name]) for tree, row in found],
        }  # fmt: skip
        print_json(value)
    elif args.format == "csv":
        rows = (_row(tree, row, standings[tree.name]) for tree, row in found)
        print_csv(_COLUMNS, ([_cell(row[name]) for name in _COLUMNS] for row in rows))
    else:
        paint = Painter(args.color, sys.stdout)
        for tree, row in found:
            colour = effective(row.security, standings[tree.name])
            words = clean(" / ".join(row.path[1:] or row.path))
            print(f"{paint(clean(tree.name), 'bold')}: {words}: {paint(clean(row.status), colour)}")
    if not found:
        print("xen-support: no row matches", file=sys.stderr)
    return tell_errors(trees, args.color, False)


def _row(tree: Tree, row: Row, standing: Standing) -> dict[str, Any]:
    what = kind(row)
    return {
        "tree": tree.name, "support": standing.state, "key": row.key, "path": list(row.path), "anchor": row.anchor,
        "qualifier": row.qualifier, "kind": what, "status": row.status, "label": row.label, "security": row.security,
        "effective": row.security if what == "release" else effective(row.security, standing),
        "line": tree.source.position(row.span.start)[0],
    }  # fmt: skip


def _cell(value: object) -> str:
    return " / ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _tell_standings(found: Mapping[str, Standing]) -> None:
    """Say of which trees the rows are that give no security support on the day, whatever they state."""
    words = [f"{name} {standing_words(s)}" for name, s in found.items() if not s.security_supported]
    if words:
        today = next(iter(found.values())).day
        print(
            f"xen-support: no security support on {today}, whatever the rows state: {clean('; '.join(words))}. "
            "--supported leaves these trees out.",
            file=sys.stderr,
        )


def _matches(args: argparse.Namespace, row: Row) -> bool:
    heads = row.path if row.qualifier is None else row.path[:-1]
    of_status = kind(row) != "release" or (args.security is None and args.status is None)
    return (
        of_status
        and (args.security is None or (row.kind == "status" and row.security in args.security))
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
