"""update: new drafts merged into each tree's branch, hand edits kept."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from convert.commands.source import add_source, load, look_in, tell_problems
from convert.failure import Failure, counted, naming
from convert.merge import Side
from convert.output.terminal import add_color, clean, on_one_line
from convert.sheet.model import Categorisation, Tree
from convert.trees import git
from convert.update import pending, resolve
from convert.update.apply import Options, begin, carry_out, obstacle, step_of
from convert.update.branches import Wishes, push_command, shared_with
from convert.update.formats import as_json, as_text
from convert.update.plan import Blocked, Plan, plan


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "update",
        help="new drafts merged into each tree's branch, hand edits kept",
        description=(
            "Merge a new draft of each tree into SUPPORT.md on the branch support/TREE, and keep what was changed by"
            " hand. What changed since the last draft is merged unit by unit: a status, a paragraph, a list item, a"
            " heading. Only that branch and the tool's own refs are written; work tree and index stay as they are."
            " Exit status 1 where there are conflicts or blocked trees, with --plan also where there is anything to"
            " do."
        ),
    )
    add_source(parser, optional=True)
    parser.add_argument(
        "--repo", type=Path, default=Path(), metavar="DIR", help="the xen.git (default: the current one)"
    )
    parser.add_argument("--tree", action="append", metavar="T", help="only this tree (repeatable)")
    parser.add_argument("--plan", action="store_true", help="say what would be done, and write nothing")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="output format of --plan (default: text)"
    )
    parser.add_argument(
        "--continue", action="store_true", dest="go_on", help="commit the merges that waited for you and are resolved"
    )
    parser.add_argument(
        "--abort", action="store_true", help="give up the merges that wait; all is as it was before them"
    )
    parser.add_argument(
        "--ours",
        action="append",
        default=[],
        metavar="KEY",
        help="keep what the file says there (repeatable; ANCHOR:* for all of a heading)",
    )
    parser.add_argument(
        "--theirs", action="append", default=[], metavar="KEY", help="take what the sheet says there (repeatable)"
    )
    parser.add_argument("-s", "--signoff", action="store_true", help="add your Signed-off-by")
    parser.add_argument(
        "--checkout", action="store_true", help="if the branch is checked out and clean, update that too"
    )
    parser.add_argument("--remote", metavar="R", help="the remote whose branch is meant, where several have it")
    parser.add_argument(
        "--onto",
        metavar="REF",
        help="the branch that patches are made against (default: staging or staging-X.Y, else the sheet's)",
    )
    parser.add_argument(
        "--adopt", action="store_true", help="take the file over as it is, without the base that belongs to the branch"
    )  # fmt: skip
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Plan, update, or finish what waits."""
    both = sorted(set(args.ours) & set(args.theirs))
    if both:
        raise Failure(f"both --ours and --theirs for {both[0]}")
    settled: dict[str, Side] = {**dict.fromkeys(args.ours, "ours"), **dict.fromkeys(args.theirs, "theirs")}
    if args.go_on and args.abort:
        raise Failure("--continue or --abort, not both")
    if args.source is None:
        return _finish(args, settled)
    if args.go_on or args.abort:
        raise Failure("--continue and --abort take no SOURCE: they finish the merge that waits")
    return _update(args, settled)


def _finish(args: argparse.Namespace, settled: dict[str, Side]) -> int:
    """Settle, conclude or give up the merges that wait."""
    if args.plan:
        raise Failure("--plan needs SOURCE")
    if not (args.go_on or args.abort or settled):
        raise Failure("which workbook? Give SOURCE, or --continue or --abort for a merge that waits")
    names = args.tree or pending.all_trees(args.repo)
    if not names:
        raise Failure("no merge is waiting")
    if args.abort:
        return _each(names, lambda name: _abort(args, name))
    if settled and len(names) > 1:
        raise Failure(f"several merges are waiting; name one with --tree: {', '.join(names)}")
    status = _each(names, lambda name: _settle(args, name, settled)) if settled else 0
    return _each(names, lambda name: _conclude(args, name)) if args.go_on and not status else status


def _each(names: list[str], action: Callable[[str], int]) -> int:
    """Do something for each tree, whatever becomes of the others; the highest exit status."""
    status = 0
    for name in names:
        try:
            status = max(status, action(name))
        except Failure as failure:
            print(f"xen-support: {on_one_line(naming(name, failure))}", file=sys.stderr)
            status = 2
    return status


def _abort(args: argparse.Namespace, name: str) -> int:
    pending.tidy(args.repo, name)
    if pending.find(args.repo, name) is None:
        raise Failure(f"{name}: no merge is waiting")
    pending.drop(args.repo, name)
    print(f"{clean(name)}: given up; nothing was changed")
    return 0


def _settle(args: argparse.Namespace, name: str, settled: dict[str, Side]) -> int:
    left = resolve.settle(args.repo, name, settled)
    print(f"{clean(name)}: {len(left)} conflicts left{': ' + clean(', '.join(left)) if left else ''}")
    return 0


def _conclude(args: argparse.Namespace, name: str) -> int:
    pending.tidy(args.repo, name)
    if pending.find(args.repo, name) is None:
        print(f"{clean(name)}: no merge is waiting (any more)")
        return 0
    stuck = pending.load(args.repo, name).new_base is None
    found = resolve.conclude(args.repo, name, _options(args))
    if isinstance(found, resolve.Refused):
        for line in found.why:
            print(f"xen-support: {clean(line)}", file=sys.stderr)
        return 1
    print(f"{clean(name)}: {f'committed {found[:12]} to support/{clean(name)}' if found else 'nothing to commit'}")
    if stuck:
        print(f"{clean(name)}: the sheet's changes are not in it yet; run update again", file=sys.stderr)
    return 0


def _options(args: argparse.Namespace) -> Options:
    return Options(args.signoff, args.checkout)


def _update(args: argparse.Namespace, settled: dict[str, Side]) -> int:
    git.common_dir(args.repo)  # not a repository: said before a long read
    categorisation = load(args, look_in(args.repo, args.remote))
    chosen = _chosen(categorisation, args.tree)
    tell_problems(args, categorisation, {tree.name for tree in chosen})
    if not chosen:
        return 1
    blocked = categorisation.blocked()
    remote = shared_with(args.repo)
    wishes = Wishes(args.remote, args.onto, args.adopt)
    plans: list[Plan | Blocked] = []
    status = 0
    for tree in chosen:
        if tree.name in blocked:
            plans.append(Blocked(tree.name, ("the sheet has errors that touch this tree; they are listed above",)))
        else:
            if not args.plan:
                pending.tidy(args.repo, tree.name)
            try:
                plans.append(plan(args.repo, categorisation, tree, settled=settled, wishes=wishes))
            except Failure as failure:  # the others go on
                print(f"xen-support: {on_one_line(naming(tree.name, failure))}", file=sys.stderr)
                status = 2
                continue
            _tell_cells(plans[-1])
        if not args.plan:
            found = plans[-1]
            status = max(status, _each([tree.name], lambda _, found=found: _apply(args, found)))  # type: ignore[misc]
    _check_keys(plans, settled)
    if args.plan:
        return max(status, _show(args, plans, categorisation.sha256))
    if remote is not None:
        print(f"to share: {clean(push_command(remote))}", file=sys.stderr)
    return status


def _tell_cells(found: Plan | Blocked) -> None:
    """Name the cells of the Trees tab that say something else than git does, which leads."""
    for words in found.said if isinstance(found, Plan) else ():
        print(f"xen-support: {clean(words)}", file=sys.stderr)


def _show(args: argparse.Namespace, plans: list[Plan | Blocked], sha256: str) -> int:
    """Print the plans."""
    if args.format == "json":
        json.dump(as_json(plans, sha256), sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        for found in plans:
            print("\n".join(as_text(found)))
            if pending.find(args.repo, found.tree) is not None:
                print("  a merge of it is waiting for you; --continue or --abort comes first")
    return int(any(isinstance(found, Blocked) or not found.in_step for found in plans))


def _check_keys(plans: list[Plan | Blocked], settled: dict[str, Side]) -> None:
    """Say which keys of --ours and --theirs name nothing that differs."""
    known = {c.place.key for found in plans if isinstance(found, Plan) for c in found.result.changes}
    for key in settled:
        if not key.endswith(":*") and key not in known:
            print(f"xen-support: {clean(key)}: nothing of that key differs", file=sys.stderr)


def _chosen(categorisation: Categorisation, names: list[str] | None) -> list[Tree]:
    known = {tree.name: tree for tree in categorisation.trees}
    if not names or not known:
        return list(categorisation.trees)
    missing = [name for name in names if name not in known]
    if missing:
        raise Failure(f"no tree {', '.join(missing)} in {categorisation.workbook}; it has {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)]


def _apply(args: argparse.Namespace, found: Plan | Blocked) -> int:
    """Carry out one tree's plan and say what was done."""
    if isinstance(found, Blocked):
        begun = begin(args.repo, found)
        if begun:
            print(f"{clean(found.tree)}: {clean(begun)}")
        for number, line in enumerate(found.why):
            print(
                f"xen-support: {clean(found.tree)}: {clean(line)}" if not number else f"    {clean(line)}",
                file=sys.stderr,
            )
        return 1
    name = clean(found.tree)
    for note in found.branches.notes:
        print(f"xen-support: {clean(note)}", file=sys.stderr)
    wrong = obstacle(args.repo, found, _options(args))
    if wrong:
        print(f"xen-support: {name}: {clean(wrong)}", file=sys.stderr)
        return 1
    if found.result.conflicts:
        folder = resolve.keep(args.repo, found)
        keys = ", ".join(dict.fromkeys(change.place.key for change in found.result.conflicts))
        print(
            f"{name}: {counted(len(found.result.conflicts), 'conflict')}: {clean(keys)}\n"
            f"  edit {clean(str(folder / 'SUPPORT.md'))}, then: xen-support update --continue --tree {name}\n"
            f"  or settle one by name: xen-support update --tree {name} --ours KEY | --theirs KEY; give up: --abort"
        )
        return 1
    by_hand = sum(change.who == "ours" for change in found.told)
    new = carry_out(args.repo, step_of(found), _options(args))
    if found.adopted:
        done = f"taken over as it is; sheet and file differ in {counted(by_hand, 'place')} (--plan lists them)"
    elif found.commits:
        done = f"committed {(new or '')[:12]} to support/{name}"
    elif found.moves_base or new:
        done = "no change of the file"
    else:
        done = "up to date"
    print(f"{name}: {done}")
    return 0
