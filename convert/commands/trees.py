"""trees: which trees there are, how old they are, and what is supported on a day."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from convert.commands.days import add_today, day
from convert.commands.reading import add_repository, addresses, digests, read_trees, tell_errors
from convert.failure import Failure
from convert.matrix.columns import Address
from convert.matrix.tree import Tree
from convert.matrix.words import STATES
from convert.output.terminal import TOOL, Painter, add_color, clean
from convert.trees.resolve import resolve
from convert.trees.state import SECURITY, SUPPORT, standing
from grammar.parser import parse
from grammar.release import read_release

_HEAD = (
    "Tree",
    "Version",
    "Support",
    "Released",
    "Supported until",
    "Security support until",
    "Ref",
    "Date",
    "SUPPORT.html",
)
_COLOURS = {"supported": "yes", "security": "caveats", "ended": "no", "development": "external"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "trees",
        help="the trees, their versions, dates, and what is supported today",
        description=(
            "List the trees of a repository with their versions and dates, and whether they are supported, get security"
            " support only, or have ended. Exit status 1 when a file has errors."
        ),
    )
    parser.add_argument(
        "trees",
        nargs="*",
        metavar="TREE",
        help="a version, a ref, a tag, an unpacked source tree or its SUPPORT.md (default: all)",
    )
    add_repository(parser)
    add_today(parser)
    parser.add_argument(
        "--url", action="append", metavar="URL", help="where a tree's SUPPORT.html is, as in `xen-support matrix`"
    )
    parser.add_argument(
        "--format", choices=("text", "json", "html", "wiki", "md"), default="text", help="output format (default: text)"
    )
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Read the trees and print them; 1 where a file has errors."""
    urls, today = addresses(args.url), day(args.today)
    trees = read_trees(args.trees, args.repo, args.remote, prose=False)
    said = {tree.name: notes(tree, args.repo, args.remote, today) for tree in trees}
    for name, words in said.items():
        for note in words:
            print(f"xen-support: {clean(name)}: {clean(note)}", file=sys.stderr)
    if args.format == "json":
        json.dump(as_json(trees, urls, today, said), sys.stdout, ensure_ascii=False, indent=1)
        print()
    elif args.format == "html":
        from convert.matrix.page import render_trees

        print(render_trees(trees, urls, today), end="")
    else:
        rows = [_row(tree, urls, today) for tree in trees]
        print(_WRITERS[args.format](rows, Painter(args.color, sys.stdout)))
    return tell_errors(trees, args.color, False)


def notes(tree: Tree, repo: Path | None, remote: str | None, today: date) -> list[str]:
    """What is to be known of a tree's days: where they contradict each other, and where its branch says later ones now.

    A tag, or any commit of a release, has the days that were right when it was made; support may have been extended
    since.
    """
    now = standing(tree.release, today)
    found = [now.contradiction] if now.contradiction else []
    if tree.branch or tree.commit is None or tree.version is None:
        return found
    try:
        branch = resolve(f"stable-{tree.version}", repo, remote, unpacked=False)
        source = branch.support(repo)
    except Failure:
        return found
    later = standing(read_release(parse(source, prose=False).document).values, today)
    name = f"stable-{tree.version}"
    for key, old, new in ((SUPPORT, now.support, later.support), (SECURITY, now.security, later.security)):
        if new is not None and old is not None and new > old:
            found.append(f"{key}: {old} here; {name} now says {new}")
    return found


def as_json(
    trees: Sequence[Tree], urls: Address, today: date, said: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """The value of the schema xen-support.trees/1."""
    return {
        "schema": "xen-support.trees/1",
        "tool": TOOL,
        "today": today.isoformat(),
        "trees": [
            {
                "name": t.name,
                "version": t.version,
                "ref": t.ref,
                "commit": t.commit,
                "date": t.date,
                "release": dict(t.release),
                "support": standing(t.release, today).state,
                "url": urls.of(t),
                "sha256": digest,
                "errors": len(t.errors) + (t.problem is not None),
                "notes": list((said or {}).get(t.name, ())),
            }
            for t, digest in zip(trees, digests(trees), strict=True)
        ],
    }


def _row(tree: Tree, urls: Address, today: date) -> list[str]:
    fields = [tree.release.get(key, "") for key in ("Initial-Release", "Supported-Until", "Security-Support-Until")]
    version = tree.release.get("Xen-Version") or tree.version or ""
    cells = [
        tree.name,
        version,
        STATES[standing(tree.release, today).state],
        *fields,
        tree.ref or "",
        tree.date or "",
        urls.of(tree) or "",
    ]
    return [clean(str(cell)) for cell in cells]


def _text(rows: Sequence[Sequence[str]], paint: Painter) -> str:
    colours = {STATES[name]: colour for name, colour in _COLOURS.items() if name in STATES}
    rows = [[" ".join(cell.splitlines()) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    lines = []
    for row in (_HEAD, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[2] = cells[2].replace(row[2], paint(row[2], colours.get(row[2], "")), 1)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _wiki(rows: Sequence[Sequence[str]], paint: Painter) -> str:
    """A MediaWiki table; nothing in a cell acts as mark-up."""
    lines = ['{| class="wikitable sortable"', "! " + " !! ".join(_HEAD)]
    for row in rows:
        lines += ["|-", *(f"| {_wiki_cell(cell)}" for cell in row)]
    return "\n".join([*lines, "|}"])


def _wiki_cell(text: str) -> str:
    if text.startswith(("https://", "http://")) and not set(text) & set("[]{}|<> '\""):
        return f"[{text} SUPPORT]"
    escaped = "".join(c if c.isalnum() or (c in " .,/_-" and text[:1] not in "-+") else f"&#{ord(c)};" for c in text)
    return escaped or "&nbsp;"


def _markdown(rows: Sequence[Sequence[str]], paint: Painter) -> str:
    """A table of GitHub's markdown; nothing in a cell acts as mark-up."""
    lines = ["| " + " | ".join(_HEAD) + " |", "|" + " --- |" * len(_HEAD)]
    return "\n".join([*lines, *("| " + " | ".join(_md_cell(cell) for cell in row) + " |" for row in rows)])


def _md_cell(text: str) -> str:
    if text.startswith(("https://", "http://")) and not set(text) & set("[]()|<> \\"):
        return f"[SUPPORT]({text})"
    return "".join(
        f"\\{c}" if c in "\\`*_{}[]<>()#!|~" else "&amp;" if c == "&" else " " if c in "\r\n\t" else c for c in text
    )


_WRITERS = {"text": _text, "wiki": _wiki, "md": _markdown}
