"""lint: what reviewers and Xen's own parser would find, found before the mail is sent."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence

from convert.commands.naming import add_aliases
from convert.failure import Failure, counted
from convert.lint.catalogue import chosen, known
from convert.lint.config import Settings, settings
from convert.lint.formats import FORMATS, Checked, writer
from convert.lint.session import Options, Session
from convert.lint.targets import Trees, default_name
from convert.output.terminal import Painter, add_color, clean, on_one_line
from convert.trees.arguments import one_input
from grammar.diagnostic import SEVERITIES, Severity

_RANK = {severity: n for n, severity in enumerate(SEVERITIES)}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "lint",
        help="what is wrong with a SUPPORT.md",
        description=(
            "Report what Xen's own tools would die on or lose in a SUPPORT.md, and what reviewers would ask to change. "
            "Exit status 1 for findings at or above --fail-on."
        ),
    )
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE|REF:PATH|T|A..B|-",
        help=(
            "a file, a file of a git ref, a tree (a version such as 4.20, unstable, a ref, a tag, an unpacked source"
            " tree), the commits of a range that touch SUPPORT.md, or standard input (default: SUPPORT.md here, or at"
            " the repository's top)"
        ),
    )
    which = parser.add_argument_group("rules")
    which.add_argument(
        "--select",
        metavar="RULES",
        action="append",
        help="only these rules, separated by commas: codes, names, beginnings of codes, `default`, `style`, `all`",
    )
    which.add_argument("--style", action="store_true", help="notes on style, too: full stops, long lines, headings ...")
    which.add_argument("--ignore", metavar="RULES", action="append", help="not these rules")
    which.add_argument(
        "--against",
        metavar="T",
        action="append",
        help="compare with other trees, separated by commas; `supported`: all that have security support today",
    )
    add_aliases(which)
    fixes = parser.add_argument_group("fixes")
    fixes.add_argument(
        "--fix", action="store_true", help="correct what can be corrected safely, in the files themselves"
    )
    fixes.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix or --diff: also corrections that may alter the meaning"
    )
    fixes.add_argument("--diff", action="store_true", help="write what --fix would do as a patch, and change nothing")
    old = parser.add_argument_group("known findings")
    old.add_argument("--new-only", metavar="REF", help="only findings that the work since REF introduces")
    old.add_argument(
        "--patch",
        action="store_true",
        help="standard input is a mailed patch: only findings that it introduces (for b4)",
    )
    old.add_argument(
        "--all", action="store_true", help="for a range or a patch: all findings, not only those that it introduces"
    )
    old.add_argument(
        "--baseline", metavar="FILE", help="leave out the findings that this file has, by rule, row and words"
    )
    old.add_argument("--write-baseline", metavar="FILE", help="write all findings to this file; exit status 0")
    output = parser.add_argument_group("output")
    output.add_argument(
        "--format",
        choices=tuple(FORMATS),
        default="text",
        metavar="FORMAT",
        help=f"output format: {', '.join(FORMATS)} (default: text)",
    )
    output.add_argument("--statistics", action="store_true", help="also count the findings of each rule")
    output.add_argument(
        "--fail-on", choices=SEVERITIES, help="the lowest severity that makes the exit status 1 (default: error)"
    )
    output.add_argument("--exit-zero", action="store_true", help="exit status 0 whatever is found")
    add_color(parser)
    where = parser.add_argument_group("where things are")
    where.add_argument("--config", metavar="FILE", help="a settings file that comes before all others")
    where.add_argument("--repo", metavar="DIR", help="the git repository (default: the current one)")
    where.add_argument("--remote", metavar="NAME", help="the remote of branches that are not local")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Check everything that is named, write what is found; 1 for findings at or above --fail-on, 2 for unreadable
    input.
    """
    _refuse(args)
    given = settings(args.config)
    fail_on: Severity = args.fail_on or given.fail_on or "error"
    one_input(args.files)
    session = Session(_options(args, given, fail_on), Trees(args.repo, args.remote, _tell()))
    checked, failed = _check(args, session)
    if args.write_baseline is not None and not failed:
        _write_baseline(args.write_baseline, checked)
        return 0
    checked += session.leftovers()
    if not args.diff:
        _write(args, checked)
    worst = min((_RANK[d.severity] for one in checked for d in one.diagnostics), default=len(_RANK))
    return 2 if failed else int(worst <= _RANK[fail_on] and not args.exit_zero)


def _options(args: argparse.Namespace, given: Settings, fail_on: Severity) -> Options:
    """What is wanted, by the command line, else by the settings."""
    select, ignore = _words(args.select), _words(args.ignore)
    select = given.select or () if select is None else select
    ignore = given.ignore or () if ignore is None else ignore
    style = args.style or (fail_on == "info" and not select)
    codes = chosen(select, ignore, touched=args.new_only is not None, style=style)
    hint = frozenset() if select or args.format != "text" else chosen(("style",), ignore) - codes
    return Options(
        codes, hint, _words(args.against) or (), args.aliases, args.no_aliases, args.new_only, args.all, args.baseline,
        given.allow, args.fix, args.diff, args.unsafe_fixes,
    )  # fmt: skip


def _check(args: argparse.Namespace, session: Session) -> tuple[list[Checked], bool]:
    """All inputs, checked, and whether one of them could not be read."""
    checked: list[Checked] = []
    failed = False
    for name in args.files or ["-" if args.patch else default_name(args.repo)]:
        try:
            checked += session.patch() if args.patch else session.each(name)
        except Failure as failure:
            print(f"xen-support: {on_one_line(failure)}", file=sys.stderr)
            failed = True
    return checked, failed


def _write_baseline(file: str, checked: Sequence[Checked]) -> None:
    from pathlib import Path

    from convert.lint import baseline

    count = baseline.write(Path(file), [one.result for one in checked if one.result is not None])
    print(f"xen-support: {clean(file)}: {counted(count, 'entry', 'entries')}", file=sys.stderr)


def _tell() -> Callable[[str], None]:
    said: set[str] = set()

    def tell(words: str) -> None:
        if words not in said:
            said.add(words)
            print(f"xen-support: {clean(words)}", file=sys.stderr)

    return tell


def _refuse(args: argparse.Namespace) -> None:
    """Raise Failure for options that contradict each other."""
    changing = args.fix or args.diff
    files = args.files not in ([], ["-"])
    wrong = (
        (args.unsafe_fixes and not changing, "--unsafe-fixes needs --fix or --diff"),
        (args.fix and args.diff, "--fix changes files, --diff does not; give one of them"),
        (
            args.patch and any((files, changing, args.new_only)),
            "--patch reads a patch from standard input and cannot be combined with files, --fix, --diff or --new-only",
        ),
        (
            args.all and any((args.new_only, changing)),
            "--all is for ranges and patches; it cannot be combined with --new-only, --fix or --diff",
        ),
        (
            args.write_baseline is not None and any((changing, args.baseline)),
            "--write-baseline cannot be combined with --fix, --diff or --baseline",
        ),
        (
            args.fix and len(args.files) > 1 and "-" in args.files,
            "--fix writes the corrected standard input to standard output; name no other files with it",
        ),
    )
    for is_wrong, words in wrong:
        if is_wrong:
            raise Failure(words)


def _words(values: Sequence[str] | None) -> tuple[str, ...] | None:
    if values is None:
        return None
    return tuple(word.strip() for value in values for word in value.split(",") if word.strip())


def _write(args: argparse.Namespace, checked: Sequence[Checked]) -> None:
    # corrected standard input goes to standard output, what is said about it to standard error
    out = sys.stderr if args.fix and args.files == ["-"] else sys.stdout
    paint = Painter(args.color, out)
    writer(args.format)(checked, out, paint)
    if args.format == "text":
        from convert.lint.formats.text import summary

        if words := summary(checked):
            print(words, file=out)
    if args.statistics:
        counts = Counter(diagnostic.code for one in checked for diagnostic in one.diagnostics)
        entries = known()
        stream = out if args.format in ("text", "concise") else sys.stderr
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            print(f"{count:6} {code} {entries[code].name} ({entries[code].severity})", file=stream)
