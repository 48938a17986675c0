"""What the commands on several trees share: their arguments, and the trees read."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convert.commands.days import add_today
from convert.commands.naming import add_aliases
from convert.commands.show import release
from convert.failure import Failure
from convert.matrix.columns import Address
from convert.matrix.tree import Tree, newest_first
from convert.output.terminal import Painter, clean, one_line
from convert.trees.all import Column, columns
from grammar.diagnostic import Diagnostic
from grammar.named import NamedTuple
from grammar.nodes import Document
from grammar.parser import parse
from grammar.rows import Row, read_rows
from grammar.source import Source

XENBITS = ("https://xenbits.xen.org/docs/unstable/SUPPORT.html", "https://xenbits.xen.org/docs/NN-testing/SUPPORT.html")


def add_trees(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which trees, on which day."""
    parser.add_argument(
        "trees",
        nargs="*",
        metavar="TREE",
        help="a version such as 4.20, unstable, a branch, a tag, a commit, an unpacked source tree or its SUPPORT.md",
    )
    add_repository(parser)
    add_today(parser)


def add_repository(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say where trees come from and which features are the same."""
    parser.add_argument("--repo", type=Path, metavar="DIR", help="the git repository (default: the current one)")
    parser.add_argument("--remote", metavar="NAME", help="the remote of branches that are not local")
    add_aliases(parser)


def addresses(urls: Sequence[str] | None) -> Address:
    """Where the SUPPORT.html of trees are.  Raises Failure for what is no address of the web."""
    from convert.matrix.columns import Address

    given = urls if urls is not None else XENBITS
    for url in given:
        if not re.match(r"https?://[^\s/]|\.{0,2}/|[^\s:/?#]+(?:/|\.html?$|$)", url, re.I) or re.search(
            r"[\s\x00-\x1f]", url
        ):
            raise Failure(f"{url}: not an address of the form https://... and no relative one")
    release_tree = [url for url in given if "NN" in url]
    unstable = [url for url in given if "NN" not in url]
    if len(release_tree) > 1 or len(unstable) > 1:
        raise Failure(
            "--url twice of a kind; one address with NN is for the release trees, one without for the unstable tree"
        )
    return Address(next(iter(unstable), None), next(iter(release_tree), None))


def read_trees(names: Sequence[str], repo: Path | None, remote: str | None, *, prose: bool) -> tuple[Tree, ...]:
    """The trees, read, newest first; words about choices go to standard error."""
    return read_all(find_trees(names, repo, remote), prose=prose)


def find_trees(names: Sequence[str], repo: Path | None, remote: str | None) -> tuple[Column, ...]:
    """The trees that are meant, in no order; words about choices go to standard error."""
    return columns(names, repo, remote, lambda words: print(f"xen-support: {clean(words)}", file=sys.stderr))


def read_all(found: Sequence[Column], *, prose: bool) -> tuple[Tree, ...]:
    """The trees, read, newest first; with `prose` the words under their headings too."""
    texts: dict[bytes, _Text] = {}
    return newest_first([read(column, prose=prose, known=texts) for column in found])


class _Text(NamedTuple):
    """A SUPPORT.md, read; trees whose files are the same have it in common."""

    document: Document
    rows: tuple[Row, ...]
    facts: dict[str, Any]
    errors: tuple[Diagnostic, ...]


def read(column: Column, *, prose: bool, known: dict[bytes, _Text] | None = None) -> Tree:
    """One tree, read; with `prose` the words under its headings too.  `known`: the files that were read like this."""
    source = column.source or Source(column.name, b"")
    known = {} if known is None else known
    text = known.get(source.data) or known.setdefault(source.data, _text(source, prose))
    stated = re.match(r"[0-9]{1,6}\.[0-9]{1,6}", str(text.facts.get("Xen-Version", "")))
    return Tree(
        name=column.name,
        ref=column.ref,
        commit=column.commit,
        date=column.date,
        version=column.version or (stated[0] if stated else None),
        release=text.facts,
        source=source,
        document=text.document,
        rows=text.rows,
        errors=text.errors if column.source is not None else (),
        problem=column.problem,
        branch=column.branch,
    )


def _text(source: Source, prose: bool) -> _Text:
    parsed = parse(source, prose=prose)
    reading = read_rows(parsed.document, source)
    errors = [found for found in (*parsed.diagnostics, *reading.diagnostics) if found.severity == "error"]
    errors.sort(key=lambda found: found.span.start if found.span else 0)
    return _Text(parsed.document, tuple(reading.rows), release(parsed.document, reading.rows), tuple(errors))


def digests(trees: Sequence[Tree]) -> list[str]:
    """The SHA-256 of each tree's file."""
    import hashlib  # not for what only lists trees

    return [hashlib.sha256(tree.source.data).hexdigest() for tree in trees]


def tell_errors(trees: Sequence[Tree], color: str, zero: bool) -> int:
    """The errors of all files to standard error, a line each; the exit status."""
    paint = Painter(color, sys.stderr)
    for tree in trees:
        if tree.problem is not None:
            print(f"xen-support: {clean(tree.problem)}", file=sys.stderr)
        for error in tree.errors:
            print(one_line(error, tree.source, tree.source.name, paint), file=sys.stderr)
    return int(any(tree.errors or tree.problem is not None for tree in trees) and not zero)
