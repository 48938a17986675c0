"""history, blame: one feature through time, and who last changed each row's meaning; registers query too."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from convert.commands import query
from convert.commands.naming import chosen_aliases
from convert.commands.query import FORMATS, print_csv, print_json
from convert.commands.reading import add_repository, read_trees
from convert.failure import Failure
from convert.matrix import history as pure
from convert.matrix.build import Tree
from convert.names.aliases import Aliases
from convert.output.terminal import TOOL, Painter, add_color, clean
from convert.trees import git
from convert.trees.commit import Commit, read
from convert.trees.version import FILE


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three subcommands."""
    history = subparsers.add_parser(
        "history",
        help="one feature through all trees and all commits that changed its meaning",
        description="Print what each tree says of a feature, and every commit that changed its meaning, newest first.",
    )
    history.add_argument(
        "feature", metavar="FEATURE", help="a heading, an anchor such as x86-pv, or a row key such as x86-pv--arm"
    )
    history.add_argument(
        "--tree",
        metavar="T",
        action="append",
        help="only these trees (default: all release trees and the unstable one)",
    )
    history.set_defaults(func=run_history)
    blame = subparsers.add_parser(
        "blame",
        help="per row the last commit that changed its meaning",
        description="Print for each row of a tree the last commit that changed its meaning: its status or the caveats of its section. "
        "Wrapping, order and the case of a label are no change.",
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
    repo = args.repo or Path()
    trees = read_trees(args.tree or (), args.repo, args.remote, prose=False)
    aliases = chosen_aliases(args, [tree.version for tree in trees])
    tips = [tree.commit for tree in trees if tree.commit]
    graph = git.graph(repo, tips, FILE, everything=True) if tips else []
    _warn_of_a_shallow(repo)
    snapshots = _Snapshots(repo, graph)
    changed = pure.changes(graph, snapshots, args.feature, aliases)
    now = [_in_tree(tree, args.feature, aliases) for tree in trees]
    if not changed and not any(rows for _, rows in now):
        known = {name.casefold(): name for tree in trees for name in pure.names(_whole(tree))}
        close = [known[name] for name in get_close_matches(args.feature.casefold(), sorted(known), 3, 0.6)]
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise Failure(f'"{args.feature}": no such feature in any tree or commit{hint}')
    commits = _commits(repo, [commit for commit, _ in changed])
    value: dict[str, Any] = {
        "schema": "xen-support.history/1", "tool": TOOL, "feature": args.feature,
        "trees": [{"name": tree.name, "ref": tree.ref, "commit": tree.commit, "rows": rows} for tree, rows in now],
        "commits": [{**_commit(commits[name]), "changes": [asdict(step) for step in steps]} for name, steps in changed],
    }  # fmt: skip
    if args.format == "json":
        print_json(value)
    elif args.format == "csv":
        head = [
            "commit",
            "date",
            "author",
            "subject",
            "reviewers",
            "xsas",
            "cves",
            "kind",
            "key",
            "old",
            "new",
            "effect",
        ]
        print_csv(
            head,
            (
                [*_flat(c), *(step[k] or "" for k in ("kind", "key", "old", "new", "effect"))]
                for c in value["commits"]
                for step in c["changes"]
            ),
        )
    else:
        _print_history(value, Painter(args.color, sys.stdout))
    return 0


def run_blame(args: argparse.Namespace) -> int:
    """Who last changed each row's meaning."""
    repo = args.repo or Path()
    (tree,) = read_trees([args.tree], args.repo, args.remote, prose=False)
    aliases = chosen_aliases(args, [tree.version])
    if tree.commit is None:
        raise Failure(f"{args.tree}: an unpacked tree has no commits; name a branch, a tag or a commit")
    graph = git.graph(repo, [tree.commit], FILE, everything=False)
    _warn_of_a_shallow(repo)
    found = pure.blame(graph, _Snapshots(repo, graph), aliases)
    commits = _commits(repo, dict.fromkeys(blame.commit for blame in found))
    value: dict[str, Any] = {
        "schema": "xen-support.blame/1", "tool": TOOL, "tree": tree.name, "ref": tree.ref, "commit": tree.commit,
        "rows": [
            {"key": b.row.key, "path": list(b.row.path), "qualifier": b.row.qualifier, "status": b.row.status, "commit": _commit(commits[b.commit])}
            for b in found
        ],
    }  # fmt: skip
    if args.format == "json":
        print_json(value)
    elif args.format == "csv":
        head = ["key", "path", "status", "commit", "date", "author", "subject", "reviewers", "xsas", "cves"]
        print_csv(
            head, ([row["key"], " / ".join(row["path"]), row["status"], *_flat(row["commit"])] for row in value["rows"])
        )
    else:
        paint = Painter(args.color, sys.stdout)
        for row in value["rows"]:
            commit = row["commit"]
            print(
                f"{paint(commit['commit'][:12], 'warning')} {commit['date']} {clean(commit['author'])[:18]:<18} {clean(row['key'])}: {clean(row['status'])}"
            )
    return 0


def _warn_of_a_shallow(repo: Path) -> None:
    if git.shallow(repo):
        print(
            "xen-support: a shallow clone: what is older than its oldest commits is put down to them", file=sys.stderr
        )


class _Snapshots:
    """The SUPPORT.md of the commits of a history, each file read once however many commits have it."""

    def __init__(self, repo: Path, graph: pure.Graph) -> None:
        names = list(dict.fromkeys(name for commit, parents in graph for name in (commit, *parents)))
        found = git.identities(repo, [f"{name}:{FILE}" for name in names])
        self.blobs = dict(zip(names, found, strict=True))
        wanted = list(dict.fromkeys(blob for blob in found if blob is not None))
        self.data = dict(zip(wanted, git.batch(repo, wanted), strict=True)) if wanted else {}
        self.read = lru_cache(maxsize=None)(self._read)

    def __call__(self, commit: str) -> pure.Snapshot:
        blob = self.blobs.get(commit)
        return pure.EMPTY if blob is None else self.read(blob)

    def _read(self, blob: str) -> pure.Snapshot:
        return pure.snapshot(blob, self.data[blob] or b"")


def _whole(tree: Tree) -> pure.Snapshot:
    return pure.snapshot(tree.name, tree.source.data)


def _in_tree(tree: Tree, feature: str, aliases: Aliases) -> tuple[Tree, list[dict[str, Any]]]:
    """What a tree says of a feature now."""
    rows = [row for place in pure.locate(_whole(tree), feature, aliases) for row in place.rows().values()]
    return tree, [
        {
            "key": r.key,
            "path": list(r.path),
            "qualifier": r.qualifier,
            "status": r.status,
            "label": r.label,
            "security": r.security,
        }
        for r in rows
    ]


def _commits(repo: Path, names: Iterable[str]) -> dict[str, Commit]:
    wanted = list(names)
    return (
        {name: read(name, data or b"") for name, data in zip(wanted, git.batch(repo, wanted), strict=True)}
        if wanted
        else {}
    )


def _commit(commit: Commit) -> dict[str, Any]:
    return {
        "commit": commit.hash, "date": commit.date, "author": commit.author, "subject": commit.subject,
        "reviewers": list(commit.reviewers), "xsas": list(commit.xsas), "cves": list(commit.cves),
    }  # fmt: skip


def _flat(commit: Mapping[str, Any]) -> list[str]:
    lists = ("; ".join(commit[key]) for key in ("reviewers", "xsas", "cves"))
    return [commit["commit"], commit["date"], commit["author"], commit["subject"], *lists]


def _print_history(value: Mapping[str, Any], paint: Painter) -> None:
    width = max((len(tree["name"]) for tree in value["trees"]), default=0)
    for tree in value["trees"]:
        for n, row in enumerate(tree["rows"] or [None]):
            words = paint("-", "info") if row is None else paint(clean(row["status"]), row["security"])
            variant = f"{clean(row['qualifier'])}: " if row and row["qualifier"] else ""
            print(f"{clean(tree['name']) if n == 0 else '':<{width}}  {variant}{words}")
    for commit in value["commits"]:
        numbers = " ".join([*commit["xsas"], *commit["cves"]])
        print(
            f"\n{paint(commit['commit'][:12], 'warning')} {commit['date']} {clean(commit['author'])}{'  ' + numbers if numbers else ''}"
        )
        print(f"    {clean(commit['subject'])}")
        for reviewer in commit["reviewers"]:
            print(f"    reviewed: {clean(reviewer)}")
        for step in commit["changes"]:
            print(f"    {_step(step)}")


def _step(step: Mapping[str, Any]) -> str:
    key, old, new = (clean(str(step[name] or "")) for name in ("key", "old", "new"))
    kind = step["kind"]
    if kind in ("description", "caveat"):
        return f"{key}: {kind} {'added' if not old else 'removed' if not new else 'changed'}"
    if kind in ("status", "renamed", "moved"):
        effect = f" ({step['effect']})" if step["effect"] in ("better", "worse", "security-lost") else ""
        return f"{key}: {'' if kind == 'status' else kind + ', '}{old} -> {new}{effect}"
    why = ", by an error in the file" if kind == "lost" else ""
    return f"{key}: {kind}{why} ({new or old})"
