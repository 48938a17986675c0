"""draft: a workbook -> DIR/<tree>/SUPPORT.md, validated."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from convert.commands.source import add_source, load, look_in, tell_problems
from convert.draft import definitions, draft
from convert.draft.definitions import Definitions
from convert.draft.leads import led_by
from convert.failure import Failure, counted
from convert.output.terminal import add_color, clean, on_one_line
from convert.sheet.model import Categorisation, OpenQuestion, Tree
from convert.trees import git
from convert.trees.arguments import read_source
from convert.trees.version import FILE
from grammar.diagnostic import Diagnostic
from grammar.source import Source


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "draft",
        help="a workbook -> DIR/<tree>/SUPPORT.md, validated",
        description=(
            "Draft a SUPPORT.md for each Xen tree of a categorisation workbook. A draft is read again before it is"
            " written, and is not written unless it says what the sheet says; what lint finds in it is reported by"
            " cell, and an error among these findings makes the exit status 1. Problems of the sheet block the trees"
            " that they touch (exit status 1) and no others."
        ),
    )
    add_source(parser, optional=True)
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("drafts"), metavar="DIR", help="where to write (default: drafts)"
    )
    parser.add_argument("--tree", action="append", metavar="T", help="only this tree of the workbook (repeatable)")
    parser.add_argument("--force", action="store_true", help="overwrite an existing SUPPORT.md that differs")
    parser.add_argument(
        "--definitions",
        metavar="FILE|REF:PATH",
        help="take the definitions part from there (default: from the tree, with --repo; else our template)",
    )
    parser.add_argument(
        "--repo",
        type=Path,
        metavar="DIR",
        help=(
            "a xen.git: a draft for a tree that has a SUPPORT.md there keeps that file's title, "
            "preamble, definitions, line breaks and spelling, and statuses that it has in the same row are known"
        ),
    )
    parser.add_argument(
        "--remote", metavar="R", help="with --repo: the remote whose branch is meant, where several have it"
    )
    parser.add_argument(
        "--print-layout",
        nargs="?",
        const="",
        metavar="default",
        help=(
            "print a layout file for what is seen in SOURCE, guesses marked, or "
            "(`default`, and without SOURCE) the default layout, which explains all keys; write nothing"
        ),
    )
    parser.add_argument(
        "--explain",
        metavar="KEY",
        help="print the cell behind a row key, its text and what became of it; write nothing",
    )
    parser.add_argument(
        "--oracle",
        nargs="?",
        const="",
        metavar="SCRIPT",
        help="also compare with pandoc, and with this docs/parse-support-md (which is run)",
    )
    parser.add_argument(
        "--covers",
        action="append",
        default=[],
        metavar="FILE|REF:PATH",
        help=(
            "(repeatable) also say which entries of a text that lists what is supported (such as"
            " stable-4.9:docs/misc/qemu-xen-security), or of the wiki's table, are in no draft"
        ),
    )
    parser.add_argument(
        "--and-back", action="store_true", help="with --covers: also the rows of the drafts that it does not have"
    )
    add_color(parser)
    parser.set_defaults(func=run)


@dataclass(slots=True)
class _Outcome:
    """What became of the trees: the drafts, those that are blocked, those that differ from a file that is there."""

    made: dict[str, draft.Made] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    in_the_way: list[Path] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether a tree has no file that says what the sheet says, or one in which lint finds an error."""
        errors = any(finding.severity == "error" for one in self.made.values() for finding in one.findings)
        return bool(self.blocked or self.refused or self.in_the_way or errors)


def run(args: argparse.Namespace) -> int:
    """Draft, print the table; 1 where a tree is blocked or a file is in the way."""
    if args.print_layout is not None:
        return _print_layout(args)
    if args.source is None:
        raise Failure(
            "which workbook? Give SOURCE: an .xlsx, .ods, .csv, a folder of .csv, a snapshot, or a Google address"
        )
    if args.remote is not None and args.repo is None:
        raise Failure("--remote needs --repo")
    covered = _covered(args)
    look = None
    if args.repo is not None:
        git.common_dir(args.repo)  # not a repository: said before a long read
        look = look_in(args.repo, args.remote)
    categorisation = load(args, look)
    trees = _chosen(categorisation, args.tree)
    chosen = {tree.name for tree in trees}
    tell_problems(args, categorisation, chosen)
    if not trees:
        return 1
    outcome = _Outcome(blocked=set(categorisation.blocked() & chosen))
    shared = draft.Shared(_linter())
    for tree in trees:
        if tree.name not in outcome.blocked:
            _draft(args, categorisation, tree, outcome, shared)
    _tell_findings(args, outcome)
    if args.explain is not None:
        return _explain(args.explain, categorisation, trees, outcome.made)
    questions = [q for q in categorisation.open_questions if q.tree in chosen]
    _write(args, categorisation, outcome, questions)
    print(_table(categorisation, trees, outcome, args.output))
    if questions:
        print(
            f"{len(questions)} open questions: {args.output}/open-questions-public.txt; with the sheet's words and"
            f" owners, not for publication: {args.output}/open-questions.md",
            file=sys.stderr,
        )
    uncovered = _covers(args, covered, outcome.made)
    return int(outcome.failed or uncovered)


def _print_layout(args: argparse.Namespace) -> int:
    """Print the default layout, or one for what is seen in a workbook."""
    from convert.commands.source import open_source
    from convert.sheet.guess import layout_text
    from convert.sheet.layout import DEFAULT

    if args.source is None and args.print_layout not in ("", "default"):
        args.source, args.print_layout = args.print_layout, ""
    if args.source is None or args.print_layout == "default":
        print(DEFAULT.read_text(encoding="utf-8"), end="")
        return 0
    if args.print_layout:
        raise Failure(f"--print-layout {args.print_layout}: give SOURCE --print-layout, or --print-layout default")
    workbook, layout = open_source(args)
    text, complete = layout_text(workbook, layout)
    print(text, end="")
    name = Path(args.source).name.rpartition(".")[0] or Path(args.source).name
    print(
        f"xen-support: save it as {clean(name)}.layout.toml beside the workbook, and look at the lines marked `guess`"
        + ("" if complete else "; what was not found is marked `missing`"),
        file=sys.stderr,
    )
    return int(not complete)


def _draft(
    args: argparse.Namespace, categorisation: Categorisation, tree: Tree, outcome: _Outcome, shared: draft.Shared
) -> None:
    """One tree's draft into the outcome, or what is wrong with it to standard error."""
    found = _make(args, categorisation, tree, shared)
    if isinstance(found, draft.Made):
        outcome.made[tree.name] = found
        return
    outcome.refused.add(tree.name)
    print(
        f"xen-support: {clean(tree.name)}: the draft does not say what the sheet says; nothing is written:",
        file=sys.stderr,
    )
    for line in found:
        print(f"  {clean(line)}", file=sys.stderr)


def _tell_findings(args: argparse.Namespace, outcome: _Outcome) -> None:
    """What lint finds in the drafts, each once for all the trees that have it at that cell; notes on style by number
    only.
    """
    from convert.output.terminal import Painter, one_line

    paint = Painter(args.color, sys.stderr)
    told: dict[tuple[str | None, str], Diagnostic] = {}
    for one in outcome.made.values():
        for finding in one.findings:
            if finding.severity != "info":
                told.setdefault((finding.place, finding.message), finding)
    for finding in told.values():
        print(one_line(finding, None, "", paint), file=sys.stderr)
    notes = Counter(f.code for one in outcome.made.values() for f in one.findings if f.severity == "info")
    if notes:
        shown = ", ".join(
            f"{code} {counted(count, 'time')}" if count > 1 else code for code, count in sorted(notes.items())[:5]
        )
        count = sum(notes.values())
        print(
            f"lint has {counted(count, 'note')} on style ({shown}): `xen-support lint FILE` shows them", file=sys.stderr
        )


def _write(
    args: argparse.Namespace, categorisation: Categorisation, outcome: _Outcome, questions: list[OpenQuestion]
) -> None:
    """Write the drafts that are right, unless another file is in the way, and the lists of open questions beside
    them.
    """
    fine = [one for name, one in outcome.made.items() if name not in outcome.refused]
    if not args.force:
        outcome.in_the_way += [path for one in fine if (path := draft.in_the_way(args.output, one))]
    for path in outcome.in_the_way:
        print(
            f"xen-support: {clean(str(path))} differs from the draft and is not overwritten: --force overwrites it, and"
            " `xen-support update` merges a new draft into a branch and keeps what was changed by hand",
            file=sys.stderr,
        )
    kept = {path.parent for path in outcome.in_the_way}
    for one in fine:
        if args.output / one.draft.tree.name in kept:
            continue
        draft.write(args.output, one, categorisation)
        if one.draft.definitions.added:
            added = ", ".join(one.draft.definitions.added)
            print(
                f"{clean(one.draft.tree.name)}: added to the definitions part, as it is in use: {added}",
                file=sys.stderr,
            )
    if fine:
        draft.write_questions(args.output, questions)


def _covered(args: argparse.Namespace) -> list[Source]:
    """The texts of --covers; one that says nothing is refused before anything is written."""
    if args.and_back and not args.covers:
        raise Failure("--and-back needs --covers")
    sources = [read_source(name, args.repo, args.remote) for name in args.covers]
    if sources:
        from convert.sources.covering import lacking

        lacking(sources, {})
    return sources


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
    if not names or not categorisation.trees:
        return list(categorisation.trees)
    known = {tree.name: tree for tree in categorisation.trees}
    missing = [name for name in names if name not in known]
    if missing:
        raise Failure(f"no tree {', '.join(missing)} in {categorisation.workbook}; it has {', '.join(known) or 'none'}")
    return [known[name] for name in dict.fromkeys(names)]


def _make(
    args: argparse.Namespace, categorisation: Categorisation, tree: Tree, shared: draft.Shared
) -> draft.Made | list[str]:
    """The tree's validated draft, or what is wrong with it."""
    own = _file(args, tree)
    kept = _definitions(args, own)
    made = draft.make(categorisation, _led(tree, own), kept, own, shared)
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


def _linter() -> draft.Lint:
    """Lint as `xen-support lint` runs it: by the same settings, for a file without a tree around it."""
    from datetime import date

    from convert.draft.glance import Frame
    from convert.lint import engine
    from convert.lint.apart import Apart
    from convert.lint.catalogue import chosen
    from convert.lint.config import settings
    from convert.lint.exceptions import Exceptions
    from grammar.parser import Parsed
    from grammar.rows import Reading

    given = settings(None)
    codes = chosen(given.select or (), given.ignore or ())
    day = date.today()
    exceptions = Exceptions(given.allow, codes, day)

    def whole(parsed: Parsed, reading: Reading, held: bool) -> list[Diagnostic]:
        result = engine.run(parsed.source, codes, day=day, read=(parsed, reading), held=held)
        return exceptions.remaining(result, result.diagnostics)

    def framed(parsed: Parsed, reading: Reading, frame: Frame) -> list[Diagnostic]:
        read = parsed, reading
        found = engine.run(parsed.source, codes, day=day, read=read, held=True, rest=frame.rest, more=frame.more)
        return found.diagnostics

    apart = Apart(codes, day)
    return draft.Lint(whole, framed, apart if apart.able and not given.allow else None)


def _file(args: argparse.Namespace, tree: Tree) -> Source | None:
    """The SUPPORT.md that a tree has in the repository; None where it has none, which is said."""
    if args.repo is None:
        return None
    from convert.trees import resolve

    try:
        where = resolve.resolve(tree.name, args.repo, args.remote, {tree.name: tree.branch}, unpacked=False)
    except Failure as failure:
        if tree.branch:
            raise
        print(f"xen-support: {on_one_line(failure)}; drafted as a new file", file=sys.stderr)
        return None
    if where.note:
        print(f"xen-support: {clean(where.note)}", file=sys.stderr)
    data = git.object_of(args.repo, f"{where.commit}:{FILE}")
    return None if data is None else Source(f"{tree.branch or tree.name}:{FILE}", data)


def _definitions(args: argparse.Namespace, own: Source | None) -> Definitions | None:
    """The definitions part that a tree's draft keeps; None: our template."""
    if args.definitions:
        source = read_source(args.definitions, args.repo, args.remote)
        found = definitions.find(source, source.name)
        if found is None:
            raise Failure(f"{args.definitions}: no definitions part in it")
        return found
    return None if own is None else definitions.find(own, own.name)


def _led(tree: Tree, own: Source | None) -> Tree:
    """The tree with the release part that its file has: git leads; the cells that say something else are named."""
    if own is None:
        return tree
    led, said = led_by(tree, own.text, tree.branch or tree.name)
    for words in said:
        print(f"xen-support: {clean(words)}", file=sys.stderr)
    return led


def _table(categorisation: Categorisation, trees: list[Tree], outcome: _Outcome, folder: Path) -> str:
    from tabulate import tabulate

    waiting = {path.parent for path in outcome.in_the_way}
    rows = []
    for tree in trees:
        one = None if tree.name in outcome.refused else outcome.made.get(tree.name)
        questions = sum(q.tree == tree.name for q in categorisation.open_questions)
        counts = one.counts if one else ("-", "-", "-")
        where = str(folder / tree.name / FILE)
        if one is None:
            where = "blocked by errors"
        elif folder / tree.name in waiting:
            where = "not overwritten"
        findings = _findings(categorisation.problems, tree.name, outcome.made.get(tree.name))
        rows.append([clean(tree.name), clean(tree.version), *counts, questions, findings, clean(where)])
    heads = ["tree", "version", "features", "statuses", "limits", "open questions", "findings", "file"]
    return tabulate(rows, heads, tablefmt="simple", disable_numparse=[0, 1, 7])


def _findings(problems: Iterable[Diagnostic], tree: str, made: draft.Made | None) -> int:
    """How many errors and warnings a tree has, of the sheet and of lint."""
    of_sheet = sum(tree in p.trees or not p.trees for p in problems if p.severity != "info")
    return of_sheet + sum(f.severity != "info" for f in (made.findings if made else ()))


def _explain(key: str, categorisation: Categorisation, trees: list[Tree], made: dict[str, draft.Made]) -> int:
    """Print the cell behind a row key, its text, and what became of it, tree by tree."""
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
            if question.tree == tree.name and _asked(question) == key:
                known = True
                print(
                    f'{clean(tree.name)}: {clean(question.place)} "{clean(question.words)}"\n    undecided, so it is'
                    " left out"
                )
    if not known:
        print(f"xen-support: no row {clean(key)} in the drafts; `xen-support show` prints the keys", file=sys.stderr)
    return int(not known)


def _asked(question: OpenQuestion) -> str:
    """The key of the row that an undecided cell would make."""
    from grammar.inlines import anchor_of
    from grammar.rows import key_of

    anchor = anchor_of(question.feature or question.section)
    return key_of(anchor, question.variant) if question.variant else anchor
