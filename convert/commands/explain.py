"""explain: a rule, its reason, an example."""

from __future__ import annotations

import argparse
import sys

from convert.lint.catalogue import Known, everything, find
from convert.output.terminal import Painter, add_color, clean

_TIERS = {"default": "", "style": ", a note on style: --style", "selected": ", off unless selected"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "explain",
        help="a rule, its reason, an example",
        description=(
            "Print what a code means, why it is there, and an example of what it finds and what is right: for rules of"
            " lint, and for what is reported about workbooks. Without CODE, a list of all."
        ),
    )
    parser.add_argument(
        "codes",
        nargs="*",
        metavar="CODE",
        help="the code, the name, or the beginning of the codes of rules (XS120, XS12)",
    )
    parser.add_argument("--all", action="store_true", help="every explanation, in the order of the codes")
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Print; exit status 0, or 2 (by Failure) for a code that does not exist."""
    paint = Painter(args.color, sys.stdout)
    if args.all:
        print("\n\n".join(_entry(entry, paint) for entry in everything().values()))
        return 0
    if not args.codes:
        for entry in everything().values():
            print(f"{entry.code} {paint(f'{entry.severity:<7}', entry.severity)} {entry.name}: {clean(entry.summary)}")
        return 0
    entries = [entry for code in args.codes for entry in find(code, everything())]
    print("\n\n".join(_entry(entry, paint) for entry in entries))
    return 0


def _entry(entry: Known, paint: Painter) -> str:
    head = (
        f"{paint(f'{entry.code} {entry.name}', 'bold')} ({paint(entry.severity, entry.severity)}{_TIERS[entry.tier]})"
    )
    return f"{head}\n\n{clean(entry.explanation)}"
