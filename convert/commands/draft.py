"""draft: a workbook -> DIR/<tree>/SUPPORT.md, validated."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from convert.commands.source import add_source, load, look_in
from convert.draft import definitions, draft
from convert.draft.definitions import Definitions
from convert.draft.leads import led_by
from convert.failure import Failure
from convert.output.terminal import Painter, add_color, clean, one_line
from convert.sheet.model import Categorisation, Tree
from convert.trees.arguments import read_source
from convert.trees.version import FILE
from grammar.source import Source


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "draft",
        help="a workbook -> DIR/<tree>/SUPPORT.md, validated",
        description="Draft a SUPPORT.md for each Xen tree of a categorisation workbook. A draft is read again before it is "
        "written, and not written where it does not say what the sheet says. Problems of the sheet block the trees "
        "that they touch (exit status 1) and no others.",
    )
    add_source(parser)
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("drafts"), metavar="DIR", help="where to write (default: drafts)"
    )
    parser.add_argument("--tree", action="append", metavar="T", help="only this tree of the workbook (repeatable)")
    parser.add_argument("--force", action="store_true", help="overwrite an existing SUPPORT.md that differs")
    parser.add_argument(
        "--definitions", metavar="FILE|REF:PATH", help="take the definitions part from there (default: from the tree, with --repo; "
        "else our template)",
    )  # fmt: skip
    parser.add_argument(
        "--repo", type=Path, metavar="DIR", help="a xen.git, whose branches' own definitions parts are kept"
    )
    parser.add_argument(
        "--explain",
        metavar="KEY",
        help="print the cell behind a row key, its text and what became of it; write nothing",
    )
    parser.add_argument(
        "--oracle", nargs="?", const="", metavar="SCRIPT", help="also compare with pandoc, and with this docs/parse-support-md (which "
        "is run)",
    )  # fmt: skip
    parser.add_argument(
        "--covers", action="append", default=[], metavar="FILE|REF:PATH", help="also say what of a text that lists what is "
        "supported (such as stable-4.9:docs/misc/qemu-xen-security) or of the wiki's table no draft has",
    )  # fmt: skip
    parser.add_argument(
        "--and-back", action="store_true", help="with --covers: also what it does not say of what a draft has"
    )
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Draft, print the table; 1 where a tree is blocked or a file is in the way."""
    if args.and_back and not args.covers:
        raise Failure("--and-back goes with --covers")
    covered = [read_source(name, args.repo) for name in args.covers]
    if covered:
        from convert.sources.covering import lacking

        lacking(covered, {})  # a text that says nothing is refused before anything is written
    categorisation = load(args, look_in(args.repo) if args.repo is not None else None)
    trees = _chosen(categorisation, args.tree)
    paint = Painter(args.color, sys.stderr)
    chosen = {tree.name for tree in trees}
    for problem in categorisation.problems:
        if not problem.trees or chosen & set(problem.trees):
            print(one_line(problem, None, categorisation.workbook, paint), file=sys.stderr)
    blocked = categorisation.blocked()
    made: dict[str, draft.Made] = {}
    refused: set[str] = set()
    for tree in trees:
        if tree.name in blocked:
            continue
        found = _make(args, categorisation, tree)
        if isinstance(found, draft.Made):
            made[tree.name] = found
        else:
            refused.add(tree.name)
            print(
                f"xen-support: {clean(tree.name)}: the draft does not say what the sheet says; nothing is written:",
                file=sys.stderr,
            )
            for line in found:
                print(f"  {clean(line)}", file=sys.stderr)
    if args.explain is not None:
        return _explain(args.explain, categorisation, trees, made)
    in_the_way = [] if args.force else [path for one in made.values() if (path := draft.in_the_way(args.output, one))]
    for path in in_the_way:
        print(
            f"xen-support: {clean(str(path))} differs from the draft and is not overwritten: --force overwrites it, and "
            "`xen-support update` merges a new draft into a branch and keeps what was changed by hand",
            file=sys.stderr,
        )
    kept = {path.parent for path in in_the_way}
    for one in made.values():
        if args.output / one.draft.tree.name not in kept:
            draft.write(args.output, one, categorisation)
            if one.draft.definitions.added:
                added = ", ".join(one.draft.definitions.added)
                print(
                    f"{clean(one.draft.tree.name)}: added to the definitions part, as it is in use: {added}",
                    file=sys.stderr,
                )
    questions = [q for q in categorisation.open_questions if q.tree in chosen]
    draft.write_questions(args.output, questions)
    print(_table(categorisation, trees, made, blocked | refused, in_the_way, args.output))
    if questions:
        print(
            f"{len(questions)} open questions: {args.output}/open-questions-public.txt; with the sheet's words and owners, not for "
            f"publication: {args.output}/open-questions.md",
            file=sys.stderr,
        )
    uncovered = _covers(args, covered, made)
    return int(bool((blocked & chosen) or refused or in_the_way or uncovered))


def _covers(args: argparse.Namespace, covered: list[Source], made: dict[str, draft.Made]) -> bool:
    """Print what of the texts of --covers a draft lacks; whether that is anything."""
    if not covered:
        return False
    from convert.sources import covering

    found = covering.lacking(covered, {name: one.draft.text for name, one in made.items()}, and_back=args.and_back)
    for line in found.lines:
        print(clean(line))
    print(f"xen-support: {clean(found.summary)}", file=sys.stderr)
    return found.any


def _chosen(categorisation: Categorisation, names: list[str] | None) -> list[Tree]:
    if not names:
        return list(categorisation.trees)
    known = {tree.name: tree for tree in categorisation.trees}
    missing = [name for name in names if name not in known]
    if missing:
        raise Failure(f"no tree {', '.join(missing)} in {categorisation.workbook}; it has {', '.join(known) or 'none'}")
    return [known[name] for name in dict.fromkeys(names)]


def _make(args: argparse.Namespace, categorisation: Categorisation, tree: Tree) -> draft.Made | list[str]:
    """The tree's validated draft, or what is wrong with it."""
    there = _there(args, tree)
    made = draft.make(categorisation, _led(tree, there), _definitions(args, there))
    if isinstance(made, list):
        return made
    wrong: list[str] = []
    if args.oracle is not None:
        from convert.draft import oracle
        from grammar.parser import parse_text
        from grammar.rows import read_rows

        pandoc = oracle.tree_of(made.draft.text)
        rows = read_rows(parse_text(made.draft.text).document).rows
        wrong = oracle.compare_pandoc(pandoc, rows)
        if args.oracle:
            wrong += oracle.compare_script(pandoc, rows, Path(args.oracle))
    return wrong or made


def _definitions(args: argparse.Namespace, there: Source | None) -> Definitions | None:
    """The definitions part that a tree's draft keeps; None: our template."""
    if args.definitions:
        source = read_source(args.definitions, args.repo)
        found = definitions.find(source, source.name)
        if found is None:
            raise Failure(f"{args.definitions}: has no definitions part")
        return found
    return None if there is None else definitions.find(there, there.name)


def _led(tree: Tree, there: Source | None) -> Tree:
    """The tree with the release part that its branch has: git leads; the cells that say something else are named."""
    if there is None:
        return tree
    led, said = led_by(tree, there.text, tree.branch or tree.name)
    for words in said:
        print(f"xen-support: {clean(words)}", file=sys.stderr)
    return led


def _there(args: argparse.Namespace, tree: Tree) -> Source | None:
    """The file that a tree's branch has, with --repo."""
    if args.repo is None or not tree.branch:
        return None
    from convert.trees import git, resolve

    where = resolve.resolve(tree.branch, args.repo, unpacked=False)
    if where.note:
        print(clean(where.note), file=sys.stderr)
    data = git.object_of(args.repo, f"{where.commit}:{FILE}")
    return None if data is None else Source(f"{tree.branch}:{FILE}", data)


def _table(
    categorisation: Categorisation, trees: list[Tree], made: dict[str, draft.Made], blocked: frozenset[str] | set[str],
    in_the_way: list[Path], folder: Path,
) -> str:  # fmt: skip
    from tabulate import tabulate

    waiting = {path.parent for path in in_the_way}
    rows = []
    for tree in trees:
        one = made.get(tree.name)
        questions = sum(q.tree == tree.name for q in categorisation.open_questions)
        findings = sum(tree.name in p.trees or not p.trees for p in categorisation.problems if p.severity != "info")
        if one is None:
            where = "blocked by errors" if tree.name in blocked else ""
        elif folder / tree.name in waiting:
            where = "not overwritten"
        else:
            where = str(folder / tree.name / FILE)
        counts = one.counts if one else ("-", "-", "-")
        rows.append([clean(tree.name), clean(tree.version), *counts, questions, findings, clean(where)])
    heads = ["tree", "version", "features", "statuses", "limits", "open questions", "findings", "file"]
    return tabulate(rows, heads, tablefmt="simple", disable_numparse=[0, 1, 7])


def _explain(key: str, categorisation: Categorisation, trees: list[Tree], made: dict[str, draft.Made]) -> int:
    """Print the cell behind a row key, its text, and what became of it, tree by tree."""
    from grammar.inlines import anchor_of
    from grammar.rows import key_of

    known = False
    for tree in trees:
        one = made.get(tree.name)
        row = next((row for row in one.rows if row.key == key), None) if one else None
        if one and row:
            known = True
            cell = one.cells.get(key)
            text = categorisation.cells.get(cell or "", "")
            print(f'{clean(tree.name)}: {clean(cell) if cell else "no cell"} "{clean(text)}"')
            print(f"    {clean(' / '.join(row.path))}: {clean(row.status)}")
            continue
        for question in categorisation.open_questions:
            anchor = anchor_of(question.feature or question.section)
            asked = key_of(anchor, question.variant) if question.variant else anchor
            if question.tree == tree.name and asked == key:
                known = True
                print(
                    f'{clean(tree.name)}: {clean(question.place)} "{clean(question.words)}"\n    undecided, so it is left out'
                )
    if not known:
        print(f"xen-support: no row {clean(key)} in the drafts; `xen-support show` prints the keys", file=sys.stderr)
    return int(not known)
