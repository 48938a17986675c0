"""release: version, dates and release-notes link of SUPPORT.md, step by step of a release; the gate before a tag."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from convert.commands.days import day, given_day
from convert.failure import Failure, naming
from convert.output.terminal import Painter, add_color, clean, on_one_line
from convert.release.kinds import KINDS, Asked, Kind
from convert.trees import git
from convert.trees.version import read_tag
from grammar.diagnostic import SEVERITIES

if TYPE_CHECKING:
    from convert.release.gate import Judged
    from convert.release.plan import Plan
    from convert.sheet.model import Categorisation

_STEP_ONLY = ("tree", "date", "version", "shorten", "sheet", "plan", "signoff", "reason")
_CHECK_ONLY = ("as_tag", "branches", "fail_on")
_NAMES = {"as_tag": "--as", "fail_on": "--fail-on", "signoff": "-s"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "release",
        help="version, dates, release-notes link; the gate before a tag",
        usage=(
            "xen-support release branch|rc|final|extend --tree T... [options]\n"
            "       xen-support release --sheet BOOK [--tree T...]\n"
            "       xen-support release --check [REF|TAG|T ...] [options]"
        ),
        description=(
            "Set the release part of SUPPORT.md as a step of a release requires, in one commit on support/TREE;"
            " nothing else in the file changes, nor do the work tree and the index. Or judge commits before they are"
            " tagged. Exit status 1 where a tree is refused, or --check finds something at or above --fail-on."
        ),
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="KIND|REF",
        help=(
            "the step: branch (the newly unstable tree), rc (the first candidate), final (X.Y.0), extend "
            "(longer support); with --check what to judge (default: the commit of the current branch)"
        ),
    )
    where = parser.add_argument_group("where")
    where.add_argument(
        "--repo", type=Path, default=Path(), metavar="DIR", help="the xen.git (default: the current one)"
    )
    where.add_argument("--remote", metavar="R", help="the remote whose branch is meant, where several have it")
    where.add_argument("--today", metavar="DATE", help="the present day (default: SOURCE_DATE_EPOCH, else today)")
    step = parser.add_argument_group("a step")
    step.add_argument(
        "--tree",
        action="extend",
        nargs="+",
        metavar="T",
        help="the trees: 4.20, unstable, a branch; X.Y without a branch is the unstable tree",
    )
    step.add_argument("--date", metavar="D", help="final: the day of the announcement; else the day whose policy holds")
    step.add_argument("--version", metavar="X.Y", help="branch: the next number, while xen/Makefile says the old one")
    step.add_argument("--shorten", action="store_true", help="let support end earlier than the file says")
    step.add_argument("--reason", metavar="TEXT|URL", help="why, as the text of the commit")
    step.add_argument("-s", "--signoff", action="store_true", help="add your Signed-off-by")
    step.add_argument("--plan", action="store_true", help="say what would be done, and write nothing")
    step.add_argument("--sheet", metavar="BOOK", help="also print the cells of its Trees tab to change: cell, old, new")
    step.add_argument("--layout", type=Path, metavar="FILE", help="a layout file of the workbook")
    gate = parser.add_argument_group("the gate")
    gate.add_argument("--check", action="store_true", help="judge commits")
    gate.add_argument("--as", dest="as_tag", metavar="TAG", help="as if it had the tag RELEASE-X.Y.Z or X.Y.Z-rcN")
    gate.add_argument("--branches", action="store_true", help="all supported trees and the unstable one")
    gate.add_argument(
        "--fail-on", choices=SEVERITIES, help="the lowest severity that makes the exit status 1 (default: error)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Carry out a step, judge commits, or hold a sheet against git."""
    git.common_dir(args.repo)  # no repository: said first
    if args.check or args.branches:
        _refuse(args, _STEP_ONLY, "--check takes no {}: it is for a step")
        return _check(args, day(args.today))
    _refuse(args, _CHECK_ONLY, "{} needs --check")
    _take_kind(args)
    if not args.words and args.sheet:
        return _sheet_alone(args)
    if len(args.words) != 1 or args.words[0] not in KINDS:
        raise Failure(f"which step? One of {', '.join(KINDS)}, or --check{_unknown(args.words)}")
    if not args.tree:
        raise Failure("which trees? Give --tree T, for example --tree 4.20 or --tree unstable")
    return _step(args, cast(Kind, args.words[0]))


def _refuse(args: argparse.Namespace, names: Sequence[str], message: str) -> None:
    for name in names:
        if getattr(args, name):
            raise Failure(message.format(_NAMES.get(name, f"--{name}")))


def _take_kind(args: argparse.Namespace) -> None:
    """`--tree 4.20 final`: the step is no tree."""
    if not args.words and args.tree and args.tree[-1] in KINDS:
        args.words = [args.tree.pop()]


def _unknown(words: Sequence[str]) -> str:
    return f"; not {clean(' '.join(words))}" if words else ""


def _step(args: argparse.Namespace, kind: Kind) -> int:
    from convert.release.apply import carry_out
    from convert.release.plan import plan, trees

    asked = Asked(kind, day(args.today), given_day(args.date) if args.date else None, args.version, args.shorten)
    chosen, failures = trees(args.repo, args.tree, asked, args.remote)
    plans = []
    for name, upstream in chosen:
        if upstream.note:
            print(f"xen-support: {clean(upstream.note)}", file=sys.stderr)
        try:
            found = plan(args.repo, name, upstream, asked, args.reason)
            if not args.plan:
                carry_out(args.repo, found, sign_off=args.signoff)
        except Failure as failure:  # the others go on
            failures.append(naming(name, failure))
        else:
            plans.append(found)
    for wrong in failures:
        print(f"xen-support: {on_one_line(wrong)}", file=sys.stderr)
    _tell(args, plans)
    if args.sheet:
        _tell_cells(args, plans)
    return 2 if failures else int(any(found.problems for found in plans))


def _tell(args: argparse.Namespace, plans: Sequence[Plan]) -> None:
    """What was done, and all that forbids something."""
    from convert.release.formats import as_json, as_text

    for found in plans:
        for problem in found.problems:
            print(f"xen-support: {clean(found.tree)}: {clean(problem)}", file=sys.stderr)
    if args.format == "json":
        _dump(as_json(plans))
    else:
        for found in plans:
            print("\n".join(as_text(found, planned=args.plan)))


def _tell_cells(args: argparse.Namespace, plans: Sequence[Plan]) -> None:
    """The cells of the sheet that are to follow; where JSON is on standard output, on standard error."""
    book = _book(args)
    from convert.release.sheet import cells

    stream = sys.stderr if args.format == "json" else sys.stdout
    for found in plans:
        if not found.problems:
            _print_cells(cells(book, found.tree, found.ref, found.after or found.before), stream)


def _sheet_alone(args: argparse.Namespace) -> int:
    """The cells that differ from what git has, for all trees of the sheet or those named."""
    book = _book(args)
    from convert.release.part import read
    from convert.release.sheet import cells
    from convert.trees import upstream as upstreams
    from convert.trees.version import FILE
    from grammar.source import Source

    status = 0
    names = args.tree or [tree.name for tree in book.trees]
    for name in dict.fromkeys(names):
        sheet = book.tree(name)
        try:
            upstream = upstreams.branch(args.repo, (sheet.branch if sheet else None) or name, args.remote)
        except Failure as failure:
            leads = "" if args.tree else "; the sheet leads"
            print(f"xen-support: {on_one_line(failure)}{leads}", file=sys.stderr)
            status = 2 if args.tree else status
            continue
        data = git.object_of(args.repo, f"{upstream.commit}:{FILE}")
        if data is not None:
            found = cells(book, name, upstream.ref or "", read(Source(name, data)).read.values)
            _print_cells(found, sys.stdout)
    return status


def _book(args: argparse.Namespace) -> Categorisation:
    from convert.commands.source import load

    return load(argparse.Namespace(**{**vars(args), "source": args.sheet, "offline": True, "keep_unknown": True}))


def _print_cells(found: Sequence[tuple[str, str, str]], stream: IO[str]) -> None:
    for cell, old, new in found:
        print("\t".join(clean(word) for word in (cell, old, new)), file=stream)


def _check(args: argparse.Namespace, today: date) -> int:
    from convert.release import gate

    _refuse_check(args)
    around = None
    asked: list[gate.Subject | Failure]
    if args.branches:
        chosen, around = gate.branches(args.repo, today, args.remote)
        asked = list(chosen)
    else:
        asked = gate.subjects(
            args.repo, list(dict.fromkeys(args.words)), args.as_tag, today, args.remote, told=args.today is not None
        )
    done = gate.judge(args.repo, [one for one in asked if isinstance(one, gate.Subject)], around)
    failures = [one for one in (*asked, *done) if isinstance(one, Failure)]
    for failure in failures:
        print(f"xen-support: {on_one_line(failure)}", file=sys.stderr)
    status = _verdict(args, [one for one in done if isinstance(one, gate.Judged)])
    return 2 if failures else status


def _refuse_check(args: argparse.Namespace) -> None:
    if args.as_tag is not None and read_tag(args.as_tag) is None:
        raise Failure(f"--as {args.as_tag}: not of the form RELEASE-X.Y.Z or X.Y.Z-rcN")
    if args.branches and (args.words or args.as_tag):
        raise Failure("--branches judges all supported trees; it cannot be combined with REF or --as")
    if args.words[:1] and args.words[0] in KINDS and git.commit(args.repo, args.words[0]) is None:
        raise Failure(f"a step or --check, not both: {args.words[0]}")


def _verdict(args: argparse.Namespace, judged: Sequence[Judged]) -> int:
    """Print what the gate found; 1 for findings at or above --fail-on."""
    from convert.release.verdict import as_json, write

    if args.format == "json":
        _dump(as_json(judged))
    else:
        write(judged, sys.stdout, Painter(args.color, sys.stdout))
    enough = SEVERITIES[: SEVERITIES.index(args.fail_on or "error") + 1]
    return int(any(finding.severity in enough for one in judged for finding in one.findings))


def _dump(value: dict[str, Any]) -> None:
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    print()
