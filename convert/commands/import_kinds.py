"""import --from: what is no SUPPORT.md -> a workbook; nothing is guessed, and nothing written where a source is
refused.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from convert.commands.days import day
from convert.failure import Failure
from convert.importing import kinds, workbook
from convert.importing.gathered import Gathered
from convert.importing.tables import TreeFacts, TreeFile
from convert.importing.tables import tables as tables_of
from convert.output.files import write_atomic
from convert.output.terminal import clean
from convert.sheet.trees import refusal
from convert.sources import listed, reading, wiki
from convert.sources.mapping import shipped
from convert.sources.rows import Rows
from convert.sources.texts import texts_below, texts_of
from convert.sources.wiki_tables import looks_wiki
from convert.trees.arguments import read_source
from convert.trees.resolve import resolve
from convert.trees.version import version
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source

KINDS = ("wiki", "text", "kconfig", "docs")


def refuse(source: Source) -> None:
    """Raise Failure for a text that is no SUPPORT.md, with the kind that it looks like; so that nothing is guessed."""
    if looks_wiki(source):
        raise Failure(f"{source.name}: looks like the wiki's table of release features; use --from wiki")
    if listed.looks_listed(source):
        raise Failure(f"{source.name}: looks like a list of what is supported; use --from text")


def run(args: argparse.Namespace, output: Path) -> int:
    """Read what `args.files` name as `args.kind`, write the workbook; 1 where it cannot say all of it, 2 where a
    source is refused.
    """
    read = {"wiki": _wiki, "text": _texts}.get(args.kind, _trees)
    try:
        gathered = read(args)
    except Failure as failure:
        raise Failure(f"{failure}; nothing is written") from None
    if gathered is None:
        return 2
    tables = gathered.tables()
    try:
        data = workbook.write(tables, day(None))
    except ValueError as error:
        raise Failure(str(error)) from None
    with tempfile.TemporaryDirectory(prefix="xen-support-") as folder:
        book = Path(folder, "book.xlsx")
        book.write_bytes(data)
        lost = list(kinds.differences(tables, book))
    write_atomic(output, data)
    for line in gathered.remarks:
        print(f"xen-support: {clean(line)}", file=sys.stderr)
    for tree in tables.trees:
        if tree.version is None:
            print(
                f"xen-support: {clean(tree.name)}: its Xen-Version is not known; fill it in on the tab Trees before"
                " you make a draft",
                file=sys.stderr,
            )
    for line in lost:
        print(f"xen-support: not in the workbook: {clean(line)}", file=sys.stderr)
    print(workbook.summary(tables, output))
    return int(bool(lost))


def _names(args: argparse.Namespace, count: int, what: str) -> Sequence[str] | None:
    if args.name and len(args.name) != count:
        raise Failure(f"{len(args.name)} names for {count} {what}; give one --name for each")
    return args.name or None


def _checked(names: Sequence[str]) -> Sequence[str]:
    seen: set[str] = set()
    for name in names:
        if why := refusal(name):
            raise Failure(f"{name!r} cannot be a tree's name: {why}; choose one with --name")
        if name.casefold() in seen:
            raise Failure(f"two inputs are called {name}; give them different names with --name")
        seen.add(name.casefold())
    return names


def _wiki(args: argparse.Namespace) -> Gathered | None:
    if len(args.files) != 1:
        raise Failure("--from wiki reads one page; import several one by one")
    page = wiki.read(read_source(args.files[0], args.repo, args.remote))
    if page.errors:
        for error in page.errors:
            print(f"xen-support: {clean(error)}", file=sys.stderr)
        print("xen-support: nothing is written", file=sys.stderr)
        return None
    names = _names(args, len(page.releases), "releases") or [release.name for release in page.releases]
    return kinds.of_wiki(page, _checked(names))


def _texts(args: argparse.Namespace) -> Gathered:
    out, known = Gathered(), shipped()
    names = _names(args, len(args.files), "inputs") or [_called(argument) for argument in args.files]
    for argument, name in zip(args.files, _checked(names), strict=True):
        source = read_source(argument, args.repo, args.remote)
        listing = kinds.read_list(source, reading.path_of(source.name), known)
        number = version(name)
        stated = f"{number[0]}.{number[1]}" if number != (0, 0) else None
        kinds.of_list(out, listing, TreeFacts(name, _branch(argument), stated, None, None, None, "-"), known)
    return out


def _called(argument: str) -> str:
    """The name of the tree that a file is of: its ref's, else the file's own."""
    if argument == "-":
        return "tree"
    ref, colon, inside = argument.partition(":")
    if colon and ref and inside and not Path(argument).exists():
        return ref.rpartition("/")[2].removeprefix("stable-")
    return Path(argument).stem


def _branch(argument: str) -> str | None:
    name = argument.partition(":")[0].rpartition("/")[2]
    return name if name.startswith("stable-") and ":" in argument else None


def _trees(args: argparse.Namespace) -> Gathered:
    out = Gathered()
    names = _names(args, len(args.files), "trees") or [_tree_name(argument) for argument in args.files]
    for argument, name in zip(args.files, _checked(names), strict=True):
        found = resolve(argument, args.repo, args.remote)
        if found.note:
            print(f"xen-support: {clean(found.note)}", file=sys.stderr)
        source = found.support(args.repo)
        if found.file is not None:
            texts = texts_below(found.file.parent)()
        else:
            texts = texts_of(args.repo or Path(), found.commit or "")()
        document = parse(source).document
        rows = Rows(source, document, read_rows(document, source).rows)
        branch = found.ref.removeprefix("refs/heads/") if found.ref and found.ref.startswith("refs/heads/") else None
        (facts,) = tables_of([TreeFile(name, branch, document)]).trees
        kinds.of_tree(out, texts, rows, facts, args.kind)
    if not out.features:
        raise Failure(f"{', '.join(args.files)}: nothing there says anything about support")
    return out


def _tree_name(argument: str) -> str:
    return (
        Path(argument).resolve().name
        if Path(argument).exists()
        else argument.rpartition("/")[2].removeprefix("stable-")
    )
