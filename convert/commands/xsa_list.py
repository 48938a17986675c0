"""xsa list and xsa compare: what is published, and what one place has and another has not."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from convert.commands.xsa_source import add_source, is_address, new_scope, open_one, open_source
from convert.failure import Failure
from convert.output.files import write_atomic
from convert.output.terminal import TOOL, clean
from convert.xsa import choosing, comparing, listing
from convert.xsa.source import PUBLIC


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `list` and `compare`."""
    parser = subparsers.add_parser(
        "list",
        help="the patches of advisories, by public date",
        description=(
            "Print one line a patch, number<TAB>path<TAB><TAB>subject, by public date, number and name. Exit status 2"
            " where something could not be read."
        ),
    )
    add_source(parser)
    parser.add_argument("--since", metavar="DATE|TAG", help="advisories public since then (default: all)")
    parser.add_argument("--xsa", metavar="N[,N]", action="append", help="only these advisories")
    parser.add_argument("--repo", type=Path, metavar="DIR", help="the clone of xen.git that has the tag of --since")
    parser.add_argument("--today", metavar="D", help="judge publication as of this day, YYYY-MM-DD")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write this file, whole or not at all (-: standard output)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    parser.set_defaults(func=run_list)
    parser = subparsers.add_parser(
        "compare",
        help="what one source has and another lacks",
        description=(
            "Compare two sources of advisories by content, and their recipes by meaning. An advisory that is only"
            " announced is listed as embargoed, not as forgotten. Exit status 1 on differences."
        ),
    )
    parser.add_argument("a", metavar="A", help="a directory, a checkout of xsa.git, or an address")
    parser.add_argument("b", metavar="B", nargs="?", default=PUBLIC, help=f"the other one (default: {PUBLIC})")
    add_source(parser)
    parser.add_argument("--today", metavar="D", help="judge publication as of this day, YYYY-MM-DD")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    parser.set_defaults(func=run_compare)


def run_list(args: argparse.Namespace) -> int:
    """List."""
    scope, _ = new_scope(args)
    with open_source(args, scope) as source:
        since = choosing.day_of(args.since, args.repo) if args.since else None
        wanted = choosing.numbers(args.xsa) if args.xsa else None
        chosen = choosing.choose(source, scope, wanted, since)
        found = list(listing.listed(source, scope, chosen))
        if args.format == "json":
            text = json.dumps(listing.value(source, found, chosen, scope), ensure_ascii=False, indent=1) + "\n"
        else:
            text = "".join(f"{listing.line(one)}\n" for one in found)
        problems = _told([*source.notes, *source.problems]) and bool(source.problems)
    if args.output is None or str(args.output) == "-":
        sys.stdout.write(text)
    elif problems:
        raise Failure(f"{args.output} is left as it was, as not everything could be read")
    else:
        write_atomic(args.output, text.encode("utf-8", "replace"))
    return 2 if problems else 0


def run_compare(args: argparse.Namespace) -> int:
    """Compare; 1 on differences, 2 where something could not be read."""
    if args.source is not None or args.list is not None:
        raise Failure("compare takes its two sources as A and B, without --from or --list")
    args.source = next((name for name in (args.a, args.b) if not is_address(name)), None)
    scope, _ = new_scope(args)
    a, b = (open_one(name, args, scope) for name in (args.a, args.b))
    try:
        found = comparing.compare(a, b, scope)
        problems = [*a.problems, *b.problems]
        _told([*a.notes, *b.notes, *problems])
    finally:
        a.close()
        b.close()
    if args.format == "json":
        value = {
            "schema": "xen-support.xsa-compare/1",
            "tool": TOOL,
            "a": a.url,
            "b": b.url,
            "only_a": found.only_a,
            "only_b": found.only_b,
            "differ": [{"name": name, "what": what} for name, what in found.differ],
            "embargoed": [{"xsa": one.number, "date": one.day} for one in found.embargoed],
            "embargoed_files": found.embargoed_files,
            "problems": [clean(text) for text in problems],
        }
        print(json.dumps(value, ensure_ascii=False, indent=1))
    else:
        for name in found.only_a:
            print(f"only in A: {clean(name)}")
        for name in found.only_b:
            print(f"only in B: {clean(name)}")
        for name, what in found.differ:
            print(f"differs: {clean(name)}: {what}")
        for one in found.embargoed:
            print(f"embargoed: XSA-{one.number}, {f'public on {one.day}' if one.day else 'no public date is known'}")
        for name in found.embargoed_files:
            print(f"embargoed: {clean(name)}")
        if not found.any:
            print("no differences")
    return 2 if problems else int(found.any)


def _told(texts: Iterable[str]) -> bool:
    every = list(dict.fromkeys(texts))
    for text in every:
        print(f"xen-support: {clean(text)}", file=sys.stderr)
    return bool(every)
