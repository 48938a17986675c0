"""import: SUPPORT files of one or many trees -> a workbook in the default layout, read again before it is written."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from convert.commands.days import day
from convert.commands.import_kinds import KINDS, refuse
from convert.commands.import_kinds import run as run_kind
from convert.failure import Failure
from convert.importing import workbook
from convert.importing.tables import Tables, TreeFile
from convert.importing.tables import tables as tables_of
from convert.importing.verify import differences
from convert.output.files import write_atomic
from convert.output.terminal import Painter, add_color, clean, one_line
from convert.sheet.trees import refusal
from convert.trees import resolve
from convert.trees.arguments import one_input, read_source
from convert.trees.version import FILE
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source

_BRANCH = re.compile(r"(?:refs/heads/|refs/remotes/[^/]+/|origin/)?(.+)")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "import",
        help="SUPPORT files -> a workbook in the default layout",
        description=(
            "Make a workbook in the default layout out of the SUPPORT.md of one or many trees: trees, rows, limits,"
            " texts, and texts that differ between trees in columns of their own. It is read again before it is"
            " written: what a draft made from it would say differently is reported (exit status 1), as are errors in"
            " the files."
        ),
    )
    parser.add_argument(
        "files",
        metavar="FILE|REF:PATH|T",
        nargs="+",
        help=(
            "a SUPPORT.md, a file of a git ref, a tree (version, branch, tag, unpacked source), or -; with --from what"
            " that names"
        ),
    )
    parser.add_argument(
        "--from",
        dest="kind",
        choices=KINDS,
        metavar="KIND",
        help=(
            "what the inputs are instead: wiki (the wiki's page of release features, as wiki text or with tabs or bars"
            " between cells), text (a list such as docs/misc/qemu-xen-security), kconfig or docs (what a tree's"
            " Kconfig, its documents say)"
        ),
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="BOOK", help="the workbook to write, .xlsx")
    parser.add_argument("--force", action="store_true", help="overwrite an existing workbook")
    parser.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="NAME",
        help="the tree's name in the workbook, one for each input in turn (--from wiki: for each release)",
    )
    parser.add_argument(
        "--repo", type=Path, metavar="DIR", help="the git repository of refs and trees (default: the current one)"
    )
    parser.add_argument("--remote", metavar="R", help="the remote whose branch is meant, where several have it")
    add_color(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Read, write, report; 1 where a file has errors or the workbook cannot say all of it."""
    output: Path = args.output
    if output.suffix.lower() != ".xlsx":
        raise Failure(f"{output}: the workbook's name must end in .xlsx")
    if output.exists() and not args.force:
        raise Failure(f"{output} is there already; --force overwrites it")
    if args.kind is not None:
        return run_kind(args, output)
    if args.name and len(args.name) != len(args.files):
        raise Failure(f"{len(args.name)} names for {len(args.files)} inputs; give one --name for each")
    one_input(args.files)
    files: list[TreeFile] = []
    errors = 0
    for number, argument in enumerate(args.files):
        found, wrong = _read(args, argument, args.name[number] if args.name else None)
        files += found
        errors += wrong
    try:
        tables = tables_of(files)
        data = workbook.write(tables, day(None))
    except ValueError as error:
        raise Failure(str(error)) from None
    lost = _check(files, tables, data)
    write_atomic(output, data)
    if tables.separator is not None:
        layout = output.with_name(f"{output.stem}.layout.toml")
        write_atomic(layout, _layout(tables.separator).encode())
        print(f"{clean(str(layout))}: the layout, since there are headings below level 3", file=sys.stderr)
    for line in lost:
        print(f"xen-support: not in the workbook: {clean(line)}", file=sys.stderr)
    links = workbook.lost_links(tables)
    for name, url in links:
        print(
            f"xen-support: {clean(name)}: the words of a link are kept, not its address {clean(url)}", file=sys.stderr
        )
    print(workbook.summary(tables, output))
    return int(bool(errors or lost or links))


def _read(args: argparse.Namespace, argument: str, name: str | None) -> tuple[list[TreeFile], int]:
    """The trees that an argument stands for, and how many errors its file has."""
    source, called, branch = _source(args, argument)
    refuse(source)
    parsed = parse(source)
    if not parsed.document.sections:
        raise Failure(
            f"{source.name}: not a SUPPORT.md, as it has no headings; --from reads lists and the wiki's table; nothing"
            " is written"
        )
    found_in_rows = read_rows(parsed.document, source).diagnostics
    wrong = [d for d in (*parsed.diagnostics, *found_in_rows) if d.severity == "error"]
    paint = Painter(args.color, sys.stderr)
    for diagnostic in wrong:
        print(one_line(diagnostic, source, source.name, paint), file=sys.stderr)
    tree = name or called
    if why := refusal(tree):
        raise Failure(f"{argument}: {tree!r} cannot be a tree's name: {why}; choose one with --name")
    return [TreeFile(tree, branch, parsed.document)], len(wrong)


def _source(args: argparse.Namespace, argument: str) -> tuple[Source, str, str | None]:
    """An argument's text, the name of its tree, and its branch where that is known."""
    path = Path(argument)
    try:
        local = argument == "-" or path.exists()
    except (OSError, ValueError):
        local = False
    if local:
        file = path / FILE if path.is_dir() else path
        inside = file.stem == Path(FILE).stem
        called = (file.resolve().parent.name if inside else file.stem) if argument != "-" else "tree"
        return read_source(argument, args.repo), called, None
    ref, colon, _ = argument.partition(":")
    if colon:
        called = _branch(ref)
        return read_source(argument, args.repo, args.remote), called.removeprefix("stable-"), called
    found = resolve.resolve(argument, args.repo, args.remote)
    if found.note:
        print(f"xen-support: {clean(found.note)}", file=sys.stderr)
    branch = _branch(found.ref) if found.ref and not found.ref.startswith("refs/tags/") else None
    return found.support(args.repo), _branch(argument).removeprefix("stable-"), branch


def _branch(ref: str) -> str:
    found = _BRANCH.fullmatch(ref)
    return found[1] if found else ref


def _check(files: Sequence[TreeFile], tables: Tables, data: bytes) -> list[str]:
    """What the workbook, read again, does not say of the files."""
    with tempfile.TemporaryDirectory(prefix="xen-support-") as folder:
        book = Path(folder, "book.xlsx")
        book.write_bytes(data)
        layout = None
        if tables.separator is not None:
            layout = Path(folder, "book.layout.toml")
            layout.write_text(_layout(tables.separator), encoding="utf-8")
        return list(differences(files, book, layout))


def _layout(separator: str) -> str:
    return (
        "# Headings below level 3: what follows this in a Feature name is a deeper"
        f' heading.\n[features]\nheading_separator = "{separator}"\n'
    )
