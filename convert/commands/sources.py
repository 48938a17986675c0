"""sources: what else in a tree speaks of security support, held against its SUPPORT.md."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from convert.failure import Failure
from convert.output.terminal import TOOL, Painter, add_color, clean, one_line
from grammar.source import Source


class _Tree(NamedTuple):
    """A tree: its name, commit (None for an unpacked one), SUPPORT.md, and what reads its other files."""

    name: str
    commit: str | None
    source: Source
    texts: Callable[[], Mapping[str, str]]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "sources",
        help="what other files of a tree say about support, compared with SUPPORT.md",
        description=(
            "Read what Kconfig, docs/features, the command line, the man pages and MAINTAINERS of a tree say about"
            " security support, and compare it with the rows of its SUPPORT.md. Nothing in the tree is run. Exit"
            " status 1 where they contradict each other, have different labels, or one does not mention what the other"
            " does."
        ),
    )
    parser.add_argument(
        "tree",
        nargs="?",
        metavar="T",
        help="a version such as 4.20, unstable, a ref, a tag, an unpacked source tree (default: the one here)",
    )
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="FILE|REF:PATH",
        help=(
            "(repeatable) also a text that lists what is supported, such as stable-4.9:docs/misc/qemu-xen-security, or"
            " the wiki's table"
        ),
    )
    parser.add_argument(
        "--and-back", action="store_true", help="also the rows of the same kinds that none of --against names"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    parser.add_argument("--repo", type=Path, metavar="DIR", help="the git repository (default: the current one)")
    parser.add_argument("--remote", metavar="NAME", help="the remote of branches that are not local")
    parser.add_argument(
        "--aliases", type=Path, metavar="FILE", help="which features are the same under another name (TOML)"
    )
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Read, compare, print; 1 for findings or a SUPPORT.md with errors."""
    from convert.names.aliases import load, shipped
    from convert.sources import elsewhere, formats, match
    from convert.sources.mapping import shipped as shipped_map
    from convert.sources.reading import statements
    from convert.sources.rows import Rows
    from convert.trees.arguments import read_source
    from grammar.parser import parse
    from grammar.rows import read_rows

    if args.and_back and not args.against:
        raise Failure("--and-back needs --against")
    tree = _tree(args)
    known = shipped_map()
    others = [read_source(name, args.repo, args.remote) for name in args.against]
    parsed = parse(tree.source, prose=False)
    reading = read_rows(parsed.document, tree.source)
    wrong = [d for d in (*parsed.diagnostics, *reading.diagnostics) if d.severity == "error"]
    paint = Painter(args.color, sys.stderr)
    for diagnostic in wrong:
        print(one_line(diagnostic, tree.source, tree.source.name, paint), file=sys.stderr)
    _need(bool(reading.rows or wrong), tree.source.name)
    rows = Rows(tree.source, parsed.document, reading.rows, load(args.aliases, shipped()))
    listed = [statement for other in others for statement in statements(other, known, rows.version)]
    texts = tree.texts()
    held = list(match.lists(listed, rows, known))
    found = [*elsewhere.findings(texts, rows, known), *held]
    back = list(match.unnamed(listed, held, rows, known)) if args.and_back else []

    def owner(path: str) -> str:
        return elsewhere.owner(texts, path)

    if args.format == "json":
        value = {
            "schema": formats.SCHEMA,
            "tool": TOOL,
            "tree": tree.name,
            "commit": tree.commit,
            "sources": [
                {"name": one.name, "sha256": hashlib.sha256(one.data).hexdigest()} for one in (tree.source, *others)
            ],
            "statements": [formats.as_json(finding, owner) for finding in found],
            "unnamed": [{"row": one.row.key, "status": one.row.status, "line": one.line} for one in back],
        }
        print(json.dumps(value, indent=1))
    else:
        for line in [*(formats.unnamed_line(one) for one in back), *formats.text(found, owner)]:
            print(clean(line))
    return int(bool(wrong or back) or any(finding.kind in formats.FINDINGS for finding in found))


def _need(something: bool, name: str) -> None:
    """Raise Failure for a SUPPORT.md that says nothing."""
    if not something:
        raise Failure(f"{clean(name)}: no row in it, so there is nothing to compare with the other files")


def _tree(args: argparse.Namespace) -> _Tree:
    """The tree that is named, or the one around the current folder."""
    from convert.sources.texts import texts_below, texts_of
    from convert.trees.arguments import read_source
    from convert.trees.resolve import resolve

    name = args.tree
    if name is None:
        from convert.lint.targets import default_name

        file = Path(default_name(str(args.repo) if args.repo else None))
        if file.is_file():
            return _Tree(str(file.resolve().parent.name), None, read_source(str(file)), texts_below(file.parent))
        name = "HEAD"  # of a repository without a work tree
    found = resolve(name, args.repo, args.remote)
    if found.note:
        print(f"xen-support: {clean(found.note)}", file=sys.stderr)
    if found.file is not None:
        return _Tree(name, None, found.support(), texts_below(found.file.parent))
    repo, commit = args.repo or Path(), found.commit or ""
    return _Tree(name, commit, found.support(repo), texts_of(repo, commit))
