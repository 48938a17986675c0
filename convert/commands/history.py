"""history, blame: one feature through time, and who last changed each row's meaning; registers query too."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from convert.commands import query
from convert.commands.days import add_today, day
from convert.commands.naming import chosen_aliases
from convert.commands.query import FORMATS, print_csv, print_json
from convert.commands.reading import add_repository, find_trees, read_all, read_trees
from convert.failure import Failure
from convert.matrix import history as pure
from convert.matrix import history_formats as formats
from convert.matrix.past import Past, joined
from convert.matrix.search import failing, matching
from convert.matrix.tree import Tree
from convert.names.aliases import Aliases
from convert.output.terminal import TOOL, Painter, add_color, clean
from convert.trees.all import Column, release_trees
from convert.trees.state import standing


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three subcommands."""
    history = subparsers.add_parser(
        "history",
        help="one feature through all trees and all commits that changed its meaning",
        description=(
            "Print what each tree says about a feature, and every change of its meaning, newest first: the commit, the"
            " trees that have it or a pick of it, the advisories that it is or mentions. Words that occur in only one"
            " feature's name will do."
        ),
    )
    history.add_argument(
        "feature",
        metavar="FEATURE",
        help="a heading, an anchor such as x86-pv, a row key such as x86-pv--arm, or words of a heading in any order",
    )
    history.add_argument(
        "--tree",
        metavar="T",
        action="append",
        help="only these trees (default: all release trees and the unstable one)",
    )
    add_today(history)
    history.set_defaults(func=run_history)
    blame = subparsers.add_parser(
        "blame",
        help="for each row, the last commit that changed its meaning",
        description=(
            "Print for each row of a tree the last commit that changed its meaning: its status or the caveats of its"
            " section. Changes of wrapping, order and the case of a label do not count."
        ),
    )
    blame.add_argument("tree", metavar="TREE", help="a version such as 4.20, unstable, a branch, a tag, a commit")
    blame.set_defaults(func=run_blame)
    query.register(subparsers)
    for parser in (history, blame):
        add_repository(parser)
        parser.add_argument("--format", choices=FORMATS, default="text", help="output format (default: text)")
        add_color(parser)


def run_history(args: argparse.Namespace) -> int:
    """What became of one feature.  Raises Failure where nobody has ever had it."""
    repo, today = args.repo or Path(), day(args.today)
    found = find_trees(args.tree or (), args.repo, args.remote)
    now = cache(lambda: _now(args, found))
    past = Past(repo, {column.name: column.commit for column in found if column.commit}, now)
    trees, aliases, tips, likely = now()
    past.arrange([tree.name for tree in trees])
    feature = args.feature if likely is None else _meant(args.feature, aliases, tips, likely, past)
    _warn_of_a_shallow(past)
    wanted = pure.Wanted(feature, aliases)
    changed = joined(pure.changes(past.graph, past.edges(aliases), wanted.step), past)
    if not changed and not any(wanted.known(tip) for tip in tips):
        names = [entry.name for tip in tips for entry in tip.root.walk() if entry.keys]
        raise Failure(f'"{feature}": no such feature in any tree or commit{_hint(feature, tips, names)}')
    value: dict[str, Any] = {
        "schema": "xen-support.history/1", "tool": TOOL, "feature": feature, "today": today.isoformat(),
        "trees": [
            formats.tree_json(tree, standing(tree.release, today), list(wanted.rows(tip)))
            for tree, tip in zip(trees, tips, strict=True)
        ],
        "commits": [
            {**formats.change_json(change, past), "changes": [formats.step_json(step) for step in steps]}
            for change, steps in changed
        ],
    }  # fmt: skip
    if args.format == "json":
        print_json(value)
    elif args.format == "csv":
        print_csv(formats.HISTORY_COLUMNS, formats.history_table(value))
    else:
        paint = Painter(args.color, sys.stdout)
        print("\n".join(formats.history_text(value, paint)))
    return 0


def _now(
    args: argparse.Namespace, found: Sequence[Column]
) -> tuple[tuple[Tree, ...], Aliases, list[pure.Snapshot], list[str] | None]:
    """What the trees say now: they themselves, newest first, the aliases among them, and the meaning of each.

    With it, where no tree has the feature that is asked for under its name, the one that its words occur in, if any.
    Raises Failure where they occur in several.
    """
    trees = read_all(found, prose=False)
    aliases = chosen_aliases(args, [tree.version for tree in trees])
    tips = [pure.of_document(tree.document) for tree in trees]
    wanted = pure.Wanted(args.feature, aliases)
    if any(wanted.known(tip) for tip in tips):
        return trees, aliases, tips, None
    names = {entry.name: " / ".join(entry.path) for tip in tips for entry in tip.root.walk() if entry.keys}
    likely = _by_words(args.feature, names)
    if len(likely) > 1:
        raise Failure(f'"{args.feature}": no feature has that name; features with these words: {_listed(likely)}')
    return trees, aliases, tips, likely


def _meant(asked: str, aliases: Aliases, tips: Sequence[pure.Snapshot], likely: Sequence[str], past: Past) -> str:
    """The feature that is asked for, where no tree has that name now.  Raises Failure with what is near where no commit
    has had it.

    Old files are read for their headings only.
    """
    before = past.headings()
    wanted, (anchor, mark, _) = aliases.canonical(asked), asked.rpartition("--")
    old = {aliases.canonical(name) for heading in before for name in (heading, _anchor(heading))}
    if {wanted, aliases.canonical(anchor) if mark else wanted} & old:
        return asked
    found = likely or _by_words(asked, {name: name for name in before})
    if len(found) == 1:
        print(f"xen-support: {clean(asked)}: taken for {clean(found[0])}", file=sys.stderr)
        return found[0]
    if found:
        raise Failure(f'"{asked}": no feature has that name; features that had these words: {_listed(found)}')
    now = [entry.name for tip in tips for entry in tip.root.walk() if entry.keys]
    raise Failure(f'"{asked}": no such feature in any tree or commit{_hint(asked, tips, [*now, *before])}')


def _by_words(asked: str, names: Mapping[str, str]) -> list[str]:
    """The names that have all the words, in their path too; where some have them in the name itself, only these."""
    here = matching(asked, names)
    paths = {path: name for name, path in names.items()}
    return here or [paths[path] for path in matching(asked, paths)]


def _anchor(heading: str) -> str:
    from grammar.inlines import anchor_of

    return anchor_of(heading)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown


def _hint(asked: str, tips: Sequence[pure.Snapshot], names: Sequence[str]) -> str:
    keys = (row.key for tip in tips for entry in tip.root.walk() for row in entry.rows)
    known = {name.casefold(): name for name in (*keys, *names)}
    lost = failing(asked, list(known)) if len(asked.split()) > 1 else []
    close = [known[name] for name in get_close_matches(asked.casefold(), sorted(known), 3, 0.6)]
    words = f"; no name has {' or '.join(lost)}" if lost else ""
    return f"{words}; did you mean {' or '.join(close)}?" if close else words


def run_blame(args: argparse.Namespace) -> int:
    """Who last changed each row's meaning."""
    repo = args.repo or Path()
    (tree,) = read_trees([args.tree], args.repo, args.remote, prose=False)
    aliases = chosen_aliases(args, [tree.version])
    if tree.commit is None:
        raise Failure(f"{args.tree}: an unpacked tree has no commits; name a branch, a tag or a commit")
    past = _around(tree, repo, args.remote)
    _warn_of_a_shallow(past)
    found = pure.blame(past.own(tree.name), past.snapshot, aliases)
    value: dict[str, Any] = {
        "schema": "xen-support.blame/1", "tool": TOOL, "tree": tree.name, "ref": tree.ref, "commit": tree.commit,
        "rows": [formats.blame_json(blame, past) for blame in found],
    }  # fmt: skip
    if args.format == "json":
        print_json(value)
    elif args.format == "csv":
        print_csv(formats.BLAME_COLUMNS, formats.blame_table(value))
    else:
        print("\n".join(formats.blame_text(value, Painter(args.color, sys.stdout), list(past.tips))))
    return 0


def _around(tree: Tree, repo: Path, remote: str | None) -> Past:
    """The history of a tree and of the release trees, which may have its commits, or picks of them, too."""
    assert tree.commit is not None
    try:
        from convert.trees.all import branch_of
        from convert.trees.version import tree_name, version

        found = {tree_name(branch_of(other)): other.commit for other in release_trees(repo, remote) if other.commit}
    except Failure:  # several remotes have a branch: then the tree's own commits are all that is said
        found = {}
    own = {} if tree.name in found else {tree.name: tree.commit}
    found |= {tree.name: tree.commit} if not own else {}
    order = sorted(found, key=lambda name: (name != "unstable", [-n for n in version(name)]))
    return Past(repo, own | {name: found[name] for name in order})


def _warn_of_a_shallow(past: Past) -> None:
    if past.shallow:
        print(
            "xen-support: a shallow clone: what is older than its oldest commits is attributed to them", file=sys.stderr
        )
