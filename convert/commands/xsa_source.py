"""What the xsa commands share: where advisories come from, on which day, and the other trees that are at hand."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from convert.commands import days
from convert.failure import Failure
from convert.output.terminal import clean
from convert.trees import git
from convert.xsa.advisories import end_of
from convert.xsa.judging import Tree
from convert.xsa.source import PUBLIC, Folder, ListFile, Scope, Source

DEFAULT_REQUESTS = 300


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where advisories come from."""
    parser.add_argument(
        "--from",
        dest="source",
        metavar="DIR|URL",
        help=f"a directory, a checkout of xsa.git, or an address (default: {PUBLIC})",
    )
    parser.add_argument(
        "--list",
        type=Path,
        metavar="FILE",
        help="a list of patches (-: standard input): number<TAB>path<TAB><TAB>subject",
    )
    parser.add_argument("--embargoed", action="store_true", help="show what is not public, of a local directory only")
    parser.add_argument(
        "--offline", action="store_true", help="ask nothing of the network; use what is cached, and say its age"
    )
    parser.add_argument(
        "--max-requests",
        type=int,
        default=DEFAULT_REQUESTS,
        metavar="N",
        help=f"stop after so many requests (default: {DEFAULT_REQUESTS})",
    )
    parser.add_argument(
        "--insecure-http", action="store_true", help="allow an http:// address that is not this machine's"
    )


def is_address(text: str) -> bool:
    """Whether a --from names a server."""
    return text.startswith(("https://", "http://"))


def new_scope(args: argparse.Namespace) -> tuple[Scope, date]:
    """What may be spoken of, and the day that counts as today.  Raises Failure."""
    if args.embargoed and (args.source is None or is_address(args.source)) and args.list is None:
        raise Failure("--embargoed is for a local directory; a public server has nothing to show that is not public")
    today = days.day(args.today if hasattr(args, "today") else None)
    now = datetime.now(UTC)
    return Scope(end_of(today) if today != now.date() else now, args.embargoed), today


@contextmanager
def open_source(args: argparse.Namespace, scope: Scope) -> Iterator[Source]:
    """The source that the options name, closed afterwards.  Raises Failure."""
    base: Source | None = None
    if args.source is not None or args.list is None:
        base = open_one(PUBLIC if args.source is None else args.source, args, scope)
    source = ListFile(args.list, base) if args.list is not None else base
    assert source is not None
    try:
        yield source
    finally:
        if base is not None:
            base.close()


def open_one(name: str, args: argparse.Namespace, scope: Scope) -> Source:
    """The source of one address or directory.  Raises Failure."""
    if not name:
        raise Failure("--from '': name a directory, a checkout of xsa.git or an address")
    if not is_address(name):
        if "://" in name:
            raise Failure(f"{name}: an address begins with https:// or http://")
        return Folder(Path(name))
    from convert.xsa.server import Server

    return Server(
        name, scope, offline=args.offline, most=args.max_requests, plain=args.insecure_http,
        tell=_progress if sys.stderr.isatty() else None,
    )  # fmt: skip


def _progress(text: str) -> None:
    sys.stderr.write(f"\r\x1b[K{clean(text)[:70]}" if text else "\r\x1b[K")
    sys.stderr.flush()


def other_trees(given: list[str] | None) -> dict[str, Tree]:
    """The repositories of `--tree NAME=DIR`.  Raises Failure."""
    found: dict[str, Tree] = {}
    for text in given or ():
        name, mark, path = text.partition("=")
        if not mark or not name or not path:
            raise Failure(f"{clean(text)}: not of the form NAME=DIR, such as qemuu=../qemu-xen")
        if git.run(Path(path), "rev-parse", "--git-dir").returncode:
            raise Failure(f"{clean(path)}: not a git repository")
        found[name] = Tree(Path(path))
    return found
