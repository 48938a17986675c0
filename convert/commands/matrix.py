"""matrix: all trees side by side."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from convert.commands.days import day
from convert.commands.naming import chosen_aliases
from convert.commands.reading import add_trees, addresses, digests, read_trees, tell_errors
from convert.failure import Failure, counted
from convert.matrix import build as pure
from convert.matrix.columns import Address
from convert.names.aliases import Aliases
from convert.output.files import write_atomic
from convert.output.terminal import TOOL, Painter, add_color, clean
from convert.output.values import json_bytes
from convert.trees.all import matching
from convert.trees.version import FILE, MAKEFILE, read_makefile

FORMATS = ("html", "json", "csv", "xlsx", "text")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "matrix",
        help="all trees side by side",
        description=(
            "Print the support status of every feature in all trees, newest first. Without arguments: master (or"
            " staging) and each stable-X.Y of the repository that has SUPPORT.md. A file with errors does not stop the"
            " others; exit status 1 says that there are some. The arguments of xen.git's docs/support-matrix-generate,"
            " REF URL REF-NN URL-NN, work too."
        ),
    )
    add_trees(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="write to a file; with html, the JSON and its schema go beside it",
    )
    parser.add_argument("--format", choices=FORMATS, help="output format (default: by the name of FILE, else text)")
    parser.add_argument(
        "--site",
        type=Path,
        metavar="DIR",
        help=(
            "make or renew a static site: index, matrix, a page for each feature with its history, a page for each"
            " tree, JSON, an Atom feed"
        ),
    )
    parser.add_argument(
        "--site-url",
        metavar="URL",
        help="with --site: where the site is served, for the feed, the policy page's fragment and canonical addresses",
    )
    parser.add_argument(
        "--url",
        action="append",
        metavar="URL",
        help=(
            "where a tree's SUPPORT.html is: with NN for the version of a release tree, without for the unstable one "
            "(default: those of xenbits.xen.org)"
        ),
    )
    parser.add_argument(
        "--xsas",
        action="store_true",
        help=(
            "with html: link each feature to the advisories that changed it, by the history of SUPPORT.md (--site does"
            " so always)"
        ),
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit status 0 even where a file has errors, for cron")
    parser.add_argument("-D", dest="debug", action="store_true", help=argparse.SUPPRESS)  # of support-matrix-generate
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Read the trees, write the matrix; 1 where a tree's file has errors."""
    base = _site_base(args)
    chosen = "html" if args.site else args.format or _by_name(args.output)
    urls = addresses(args.url)
    names: Sequence[str] = args.trees
    if _is_generator_call(names):
        if args.url:
            raise Failure("--url goes with names of trees, not with the arguments of support-matrix-generate")
        urls = addresses([names[1], names[3]])
        names = _generator_trees(names[0], names[2], args.repo or Path())
        chosen = args.format or (_by_name(args.output) if args.output else "html")
    today = day(args.today)
    trees = read_trees(names, args.repo, args.remote, prose=chosen in ("html", "json"))
    aliases = chosen_aliases(args, [tree.version for tree in trees])
    built = pure.build(trees, today, aliases)
    if args.site:
        _site(args, built, aliases, urls, base)
    else:
        _write(args, chosen, built, urls)
    return tell_errors(trees, args.color, args.exit_zero)


def _site_base(args: argparse.Namespace) -> str:
    """The address of --site-url with a slash at its end, or empty.  Raises Failure for what does not go together."""
    if args.site and (args.output or args.format):
        raise Failure("--site makes all its files itself: leave out -o and --format")
    if args.site_url is None:
        return ""
    if not args.site:
        raise Failure("--site-url needs --site")
    if not re.fullmatch(r"https?://[^\s/?#\"'<>]+(?:/[^\s?#\"'<>]*)?", args.site_url):
        raise Failure(f"{args.site_url}: not an address of the form https://...")
    return f"{args.site_url.rstrip('/')}/"


def _site(args: argparse.Namespace, built: pure.Matrix, aliases: Aliases, urls: Address, base: str) -> None:
    from convert.matrix.site.making import make, write

    if args.site.exists() and not args.site.is_dir():
        raise Failure(f"{args.site}: not a folder")
    site = make(built, digests(built.trees), args.repo or Path(), aliases, urls, base)
    count, written, left = write(site, args.site)
    print(f"xen-support: {args.site}: {counted(count, 'file')}, {written} of them new or changed", file=sys.stderr)
    if left:
        names = ", ".join(left[:5]) + (" ..." if len(left) > 5 else "")
        print(
            f"xen-support: kept, but no longer made: {counted(len(left), 'file')} of an earlier run: {clean(names)}",
            file=sys.stderr,
        )


def _by_name(output: Path | None) -> str:
    """The format that a file's name asks for."""
    if output is None or str(output) == "-":
        return "text"
    suffix = output.suffix.lower().removeprefix(".")
    found = {"htm": "html", "txt": "text"}.get(suffix, suffix)
    if found not in FORMATS:
        raise Failure(f"{output}: which format? name the file .html, .json, .csv, .xlsx or .txt, or give --format")
    return found


def _is_generator_call(names: Sequence[str]) -> bool:
    return len(names) == 4 and all("://" in url for url in (names[1], names[3])) and "NN" in names[2]


def _generator_trees(first: str, pattern: str, repo: Path) -> list[str]:
    """The trees of support-matrix-generate: the first ref, then each older version that the pattern has."""
    from convert.trees import git

    commit = git.commit(repo, first)
    if commit is None:
        raise Failure(f"{first}: no such ref")
    made = read_makefile(git.object_of(repo, f"{commit}:{MAKEFILE}"))
    if made is None:
        raise Failure(f"{first}: its xen/Makefile does not say which version it is")
    found = matching(pattern, repo)
    older = [v for v in found if _pair(v) < made.numbers and git.object_of(repo, f"{found[v]}:{FILE}") is not None]
    return [first, *(found[v] for v in sorted(older, key=_pair, reverse=True))]


def _pair(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _write(args: argparse.Namespace, chosen: str, built: pure.Matrix, urls: Address) -> None:
    output = None if args.output is None or str(args.output) == "-" else args.output
    data = _html(args, built, urls, output) if chosen == "html" else _data(args, chosen, built, output)
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    elif _is_special(output):
        with output.open("wb") as file:
            file.write(data)
    else:
        write_atomic(output, data)


def _data(args: argparse.Namespace, chosen: str, built: pure.Matrix, output: Path | None) -> bytes:
    """The matrix in a format other than HTML."""
    from convert.matrix import formats

    if chosen == "text":
        import shutil  # with all that it can unpack

        width = shutil.get_terminal_size((160, 24)).columns
        paint = Painter(args.color if output is None else "never", sys.stdout)
        return (formats.as_text(built, paint, width) + "\n").encode()
    if chosen == "csv":
        from convert.matrix.spreadsheet import to_csv

        return to_csv(formats.table(built)).encode("utf-8", "replace")
    if chosen == "xlsx":
        from convert.matrix.spreadsheet import to_xlsx

        return to_xlsx({"Matrix": formats.table(built), "Trees": formats.tree_table(built)}, built.today)
    value = formats.as_json(built, TOOL, digests(built.trees))
    return json_bytes(value)


def _html(args: argparse.Namespace, built: pure.Matrix, urls: Address, output: Path | None) -> bytes:
    """The page; the JSON and its schema are written beside it where it goes to a file."""
    from convert.matrix.formats import as_json
    from convert.matrix.html import schema
    from convert.matrix.page import render

    published: tuple[str, ...] = ()
    if output is not None and not _is_special(output):
        published = (f"{output.stem}.json", f"{output.stem}.schema.json")
        write_atomic(output.parent / published[0], json_bytes(as_json(built, TOOL, digests(built.trees))))
        write_atomic(output.parent / published[1], schema("matrix"))
    pages = _advisories(args.repo or Path(), built) if args.xsas else None
    return render(built, urls, published=published, pages=pages).encode("utf-8", "replace")


def _advisories(repo: Path, built: pure.Matrix) -> Callable[[pure.Line], tuple[str, list[str]]]:
    """For the page: no page of a line's own, and the advisories that changed it or a row below it."""
    from convert.xsa.statements import by_row

    known = by_row(repo, [tree.commit for tree in built.trees if tree.commit])

    def find(line: pure.Line) -> tuple[str, list[str]]:
        keys = (key for key in known if key == line.key or key.startswith(f"{line.key}--"))
        return "", [f"XSA-{number}" for number in sorted({n for key in keys for n in known[key]}, reverse=True)]

    return find


def _is_special(output: Path) -> bool:
    """Whether a name is that of a device or pipe: something to write into, never to put a file in the place of."""
    return output.exists() and not output.is_file()
