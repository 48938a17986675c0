"""xsa log, xsa support, xsa people: what commits say of advisories, what SUPPORT.md owes them, whom a patch
concerns.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from convert.commands.xsa_source import add_source, new_scope, open_source, other_trees
from convert.failure import Failure
from convert.output.terminal import Painter, add_color, clean
from convert.trees import git
from convert.trees.all import branch_of, release_trees
from convert.trees.arguments import one_input
from convert.trees.resolve import resolve
from convert.xsa import changelog, refs


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three."""
    parser = subparsers.add_parser(
        "log",
        help="the advisories that a range of commits fixes",
        description=(
            "Say which advisories a range of commits fixes, by the messages; with --from by the patches, too. What a"
            " commit only mentions is listed apart."
        ),
    )
    parser.add_argument(
        "range", metavar="A..B", help="two branches, tags, commits or versions: RELEASE-4.20.0..stable-4.20"
    )
    add_source(parser)
    _add_repository(parser)
    parser.add_argument("--today", metavar="D", help="judge publication as of this day, YYYY-MM-DD")
    parser.add_argument(
        "--format", choices=("text", "debian", "markdown", "json"), default="text", help="output format (default: text)"
    )
    add_color(parser)
    parser.set_defaults(func=run_log)
    parser = subparsers.add_parser(
        "support",
        help="which advisory changed which row of SUPPORT.md, and where that is missing",
        description=(
            "Say which advisories changed SUPPORT.md, what they changed, and on which branches that statement is"
            " missing. Exit status 1 where one is."
        ),
    )
    parser.add_argument(
        "refs", nargs="*", metavar="REF", help="a branch, a tag, a version (default: master and all stable branches)"
    )
    _add_repository(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="output format (default: text)")
    add_color(parser)
    parser.set_defaults(func=run_support)
    parser = subparsers.add_parser(
        "people",
        help="the maintainers of what a patch changes who are not on a list",
        description=(
            "Print `name <address> file` for the maintainers, by the tree's MAINTAINERS, of each file that a patch"
            " changes, who are not on the list. Nothing is sent, fetched or kept."
        ),
    )
    parser.add_argument("patches", nargs="+", type=Path, metavar="PATCH", help="a patch file, or - for standard input")
    parser.add_argument(
        "--known",
        type=Path,
        metavar="FILE",
        help="the people who already know (-: standard input): addresses, such as the security team's",
    )
    _add_repository(parser)
    parser.add_argument("--ref", metavar="REF", help="the ref whose MAINTAINERS is read (default: master, else HEAD)")
    parser.add_argument(
        "--tree", metavar="NAME=DIR", action="append", help="the clone of another tree: --tree qemuu=DIR"
    )
    parser.set_defaults(func=run_people)


def _add_repository(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repo", type=Path, metavar="DIR", help="the clone of xen.git (default: the current one)")
    parser.add_argument("--remote", metavar="NAME", help="the remote of branches that are not local")


def run_log(args: argparse.Namespace) -> int:
    """Say what a range fixes."""
    from convert.trees.commits import incomplete
    from convert.xsa import log
    from convert.xsa.judging import Judge

    repo = args.repo or Path()
    names = log.split_range(args.range)
    old, new = (
        refs.read_refs(repo, list(names), args.remote)
        if names[0] != names[1]
        else (*refs.read_refs(repo, names[:1], args.remote),) * 2
    )
    why = incomplete(repo)
    if why:
        raise Failure(f"{clean(str(repo.resolve()))} is a {why} clone; commits of the range may be missing")
    found, _, _, entries = log.read(repo, old.sha, new.sha)
    problems: list[str] = []
    if args.source is not None or args.list is not None:
        scope, _ = new_scope(args)
        with open_source(args, scope) as source:
            judge = Judge(repo, [new], source, scope, remote=args.remote, keep=not scope.embargoed, staging=False)
            days = date.fromisoformat(old.day), date.fromisoformat(new.day)
            found = log.with_source(found, source, scope, judge, new, entries, days)
            problems = [*source.notes, *source.problems]
            bad = bool(source.problems)
    else:
        bad = False
        if args.format == "debian":
            problems = [
                "without --from there are no titles of advisories, and nothing about advisories that are not listed"
            ]
    for text in dict.fromkeys(problems):
        print(f"xen-support: {clean(text)}", file=sys.stderr)
    if args.format == "json":
        print(json.dumps(log.value(found), ensure_ascii=False, indent=1))
    else:
        paint = Painter(args.color, sys.stdout)
        lines = {
            "text": lambda: changelog.text(found, paint), "markdown": lambda: changelog.markdown(found),
            "debian": lambda: changelog.debian(found, log.describe(repo, new.sha)),
        }  # fmt: skip
        for line in lines[args.format]():
            print(line)
        if args.format == "debian":
            for number, entry, doubt in found.doubts:
                print(f"xen-support: XSA-{number}: {entry.hash[:10]}: {clean(doubt)}", file=sys.stderr)
    return 2 if bad else 0


def run_support(args: argparse.Namespace) -> int:
    """Advisories against SUPPORT.md; 1 where a statement is missing on a branch that had security support then."""
    from convert.xsa import statements

    repo = args.repo or Path()
    names = args.refs or [branch_of(tree) for tree in release_trees(repo, args.remote)]
    if not names:
        raise Failure(f"{clean(str(repo.resolve()))}: no branch master or stable-X.Y; name the refs")
    trees = sorted(
        refs.read_refs(repo, names, args.remote), key=lambda ref: [-int(n) for n in (ref.version or "0").split(".")]
    )
    found = statements.statements(repo, trees)
    linked = [(ref, statements.links(repo, ref)) for ref in trees]
    if args.format == "json":
        print(json.dumps(statements.value(found, linked), ensure_ascii=False, indent=1))
    else:
        paint = Painter(args.color, sys.stdout)
        for one in found:
            _print_statement(one, paint)
        for ref, places in linked[:1] if not args.refs else linked:
            for xsa, line in places:
                print(f"XSA-{xsa} in the text of {clean(ref.name)}, line {line}")
    return int(any(supported for one in found for _, supported in one.missing))


def _print_statement(one: object, paint: Painter) -> None:
    from convert.xsa.statements import Statement

    assert isinstance(one, Statement)
    first = one.commits[0]
    what = "is" if one.how == "is" else "is only mentioned by"
    print(
        f"{paint(f'XSA-{one.xsa}', 'bold')} {what} {first.hash[:10]} {clean(first.subject)}"
        + (f" ({len(one.commits)} commits)" if len(one.commits) > 1 else "")
    )
    if one.how != "is":
        return
    for change in one.changes:
        old_new = (
            f": {clean(change.old or '-')[:60]} -> {clean(change.new or '-')[:60]}"
            if change.kind not in ("description", "caveat")
            else ""
        )
        print(f"    {change.kind} {clean(' / '.join(change.path[1:] or change.path))}{old_new}")
    if not one.changes:
        print("    no row changed its meaning")
    print(f"    on {', '.join(clean(ref.name) for ref in one.on) or 'no ref'}")
    now = [clean(ref.name) for ref, supported in one.missing if supported]
    ended = [clean(ref.name) for ref, supported in one.missing if not supported]
    if now:
        print(f"    {paint('not on', 'no')} {', '.join(now)}")
    if ended:
        print(f"    not on {', '.join(ended)}, whose security support had ended")


def run_people(args: argparse.Namespace) -> int:
    """Whom a patch concerns.  Raises Failure."""
    from convert.xsa.people import Trees, people, read_known

    repo = args.repo or Path()
    if args.ref is not None:
        ref = resolve(args.ref, repo, args.remote, unpacked=False).commit or args.ref
    else:
        ref = refs.tip_of(repo, "master", args.remote) or git.commit(repo, "HEAD") or ""
        if not ref:
            raise Failure(
                f"{clean(str(repo.resolve()))}: neither a branch master nor a commit; name the clone with --repo"
            )
    trees = Trees([("xen", repo, ref), *((name, tree.path, "HEAD") for name, tree in other_trees(args.tree).items())])
    one_input([str(path) for path in (args.known, *args.patches) if path])
    known = read_known(args.known) if args.known else frozenset()
    for path in args.patches:
        for person, file in people(path, trees, known):
            print(f"{clean(person)} {clean(file)}")
    return 0
