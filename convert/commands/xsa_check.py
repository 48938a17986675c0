"""xsa check: which advisories are in which tree, before the tag."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from convert.commands.xsa_source import add_source, new_scope, open_source, other_trees
from convert.failure import Failure
from convert.output.files import shown
from convert.output.terminal import Painter, add_color, clean
from convert.trees import commits
from convert.trees.arguments import one_input
from convert.xsa import choosing, formats, refs, report
from convert.xsa.advisories import Advisory
from convert.xsa.judging import Judge
from convert.xsa.refs import Ref
from convert.xsa.rows import beside
from convert.xsa.source import Scope, Source


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `check`."""
    parser = subparsers.add_parser(
        "check",
        help="which advisories are in which tree",
        description=(
            "Say for each advisory whether its patches are in a tree, by their content. Exit status 0 only where"
            " nothing is open; 1 for missing, partial, reverted, unpushed, unsure or unknown ones; 2 where something"
            " could not be looked at."
        ),
    )
    parser.add_argument(
        "refs",
        nargs="*",
        metavar="REF",
        help=(
            "a branch, a tag, a commit, a version such as 4.20 (default, and `supported`: master and the branches with"
            " security support)"
        ),
    )
    add_source(parser)
    parser.add_argument("--repo", type=Path, metavar="DIR", help="the clone of xen.git (default: the current one)")
    parser.add_argument("--remote", metavar="NAME", help="the remote of branches that are not local")
    parser.add_argument(
        "--since", metavar="DATE|TAG", help="advisories public since then (default: since the release X.(Y-1).0)"
    )
    parser.add_argument("--xsa", metavar="N[,N]", action="append", help="only these advisories")
    parser.add_argument("--today", metavar="D", help="judge support and publication as of this day, YYYY-MM-DD")
    parser.add_argument(
        "--tree",
        metavar="NAME=DIR",
        action="append",
        help=(
            "the clone of another tree that advisories have patches for: --tree qemuu=DIR, read at the revision that"
            " Config.mk pins"
        ),
    )
    parser.add_argument(
        "--for-release",
        action="store_true",
        help="judge the commit to be tagged (of stable-X.Y: staging-X.Y) and its QEMU",
    )
    parser.add_argument(
        "--with", dest="beside", type=Path, metavar="DIR", help="count these patches, too: a tag plus my own patches"
    )
    parser.add_argument(
        "--patches", type=Path, metavar="DIR", help="say which of these patches the ref already has; exit status 0"
    )
    parser.add_argument(
        "--needs",
        metavar="XSA",
        help="what must go in before the patches of this advisory; REF is the tag to start from",
    )
    parser.add_argument(
        "--accept",
        type=Path,
        metavar="FILE",
        help="reviewed decisions (-: standard input), a line each: XSA ref patch verdict reason",
    )
    parser.add_argument("-v", "--verbose", action="count", default=0, help="a line for each advisory that is fine, too")
    parser.add_argument("--format", choices=formats.NAMES, default="text", help="output format (default: text)")
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Check and print."""
    repo = args.repo or Path()
    _whole(repo)
    if args.patches is not None or args.needs is not None:
        from convert.commands import xsa_patches

        return (xsa_patches.run_needs if args.patches is None else xsa_patches.run_patches)(args)
    scope, today = new_scope(args)
    others = other_trees(args.tree)
    for tree in others.values():
        _whole(tree.path)
    one_input([str(path) for path in (args.accept, args.list) if path])
    decisions = report.read_decisions(args.accept) if args.accept else []
    trees = _refs(args, repo, today)
    with open_source(args, scope) as source:
        chosen = _chosen(args, source, scope, trees, repo)
        judge = Judge(
            repo, trees, source, scope, others=others, on=today if args.today else None, remote=args.remote,
            keep=not scope.embargoed, staging=not args.for_release,
        )  # fmt: skip
        rows = judge.rows(chosen)
        if args.beside is not None:
            from convert.commands.xsa_patches import own_patches

            mine = own_patches(args.beside, judge.history)
            rows = [beside(row, mine) for row in rows]
        found = report.Report(
            trees,
            rows,
            source.url,
            source.read_at,
            source.digest,
            scope.now,
            tuple(dict.fromkeys(source.problems)),
            source.notes,
        )
        found.introduced, found.places = judge.origins(rows)
    report.settle(found, decisions)
    _tell(found, args)
    for line in formats.writer(args.format)(found, Painter(args.color, sys.stdout), args.verbose):
        print(line)
    return found.status


def _whole(repo: Path) -> None:
    """Raise Failure for a repository that has not all of its history: its answer would be from half the data."""
    why = commits.incomplete(repo)
    if why:
        mend = "git fetch --unshallow" if why == "shallow" else "clone without --filter"
        raise Failure(
            f"{clean(str(repo.resolve()))} is a {why} clone; what is missing there is not missing in the tree: {mend}"
        )


def _refs(args: argparse.Namespace, repo: Path, today: date) -> list[Ref]:
    names = list(args.refs)
    if not names or "supported" in names:
        names = [n for n in names if n != "supported"] + refs.supported(repo, today, args.remote)
    found = refs.read_refs(repo, names, args.remote, for_release=args.for_release)
    for ref in found:
        if ref.note:
            print(f"xen-support: {clean(ref.note)}", file=sys.stderr)
    return found


def _chosen(args: argparse.Namespace, source: Source, scope: Scope, trees: Sequence[Ref], repo: Path) -> list[Advisory]:
    if args.xsa:
        return choosing.choose(source, scope, choosing.numbers(args.xsa), None)
    if not getattr(source, "has_list", True):
        raise Failure(f"{clean(source.url)} has no xsa.json or index.html, and so no dates; choose with --xsa N[,N]")
    since = choosing.day_of(args.since, repo) if args.since else _since(trees, repo)
    return choosing.choose(source, scope, None, since)


def _since(trees: Sequence[Ref], repo: Path) -> date | None:
    days = [refs.since_default(repo, ref) for ref in trees]
    return None if None in days else min((day for day in days if day), default=None)


def _tell(found: report.Report, args: argparse.Namespace) -> None:
    """What is not part of the answer, but has to be known with it."""
    for note in found.notes:
        print(f"xen-support: {clean(note)}", file=sys.stderr)
    for problem in found.problems:
        print(f"xen-support: {clean(problem)}", file=sys.stderr)
    for decision in found.idle:
        print(
            f"xen-support: {shown(args.accept)}:{decision.line}: warning: the decision on XSA-{decision.xsa} at"
            f" {clean(decision.ref)} no longer matters",
            file=sys.stderr,
        )
    if args.for_release:
        for row in found.soon():
            print(
                f"xen-support: warning: XSA-{row.advisory.number} becomes public on {row.advisory.day}", file=sys.stderr
            )
