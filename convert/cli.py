"""xen-support: the one command.  Each subcommand is a module of convert.commands, imported when it runs."""

from __future__ import annotations

import argparse
import codecs
import contextlib
import gc
import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

from convert import __version__

_ESCAPED = "xen-support.escaped"

# subcommand -> (module, one line of help); `--help` and the man page list them in this order
COMMANDS: dict[str, tuple[str, str]] = {
    "fetch": ("fetch", "fetch a Google spreadsheet or document into a local snapshot"),
    "login": ("login", "sign in to Google as a user"),
    "logout": ("login", "forget the stored sign-in"),
    "whoami": ("login", "say which sign-in would be used, and why"),
    "draft": ("draft", "a workbook -> DIR/<tree>/SUPPORT.md, validated"),
    "update": ("update", "new drafts merged into each tree's branch, hand edits kept"),
    "series": ("series", "patches ready to mail"),
    "release": ("release", "version, dates, release-notes link; the gate before a tag"),
    "show": ("show", "what a SUPPORT.md says"),
    "lint": ("lint", "what is wrong with a SUPPORT.md"),
    "explain": ("explain", "a rule, its reason, an example"),
    "diff": ("diff", "what changed in meaning, security losses first"),
    "import": ("import_", "SUPPORT files -> a workbook in the default layout"),
    "sources": ("sources", "what other files of a tree say about support, compared with SUPPORT.md"),
    "trees": ("trees", "the trees, their versions, dates, and what is supported today"),
    "matrix": ("matrix", "all trees side by side"),
    "history": ("history", "one feature through all trees and all commits that changed its meaning"),
    "blame": ("history", "for each row, the last commit that changed its meaning"),
    "xsa": ("xsa", "which Xen Security Advisories are in which tree"),
    "query": ("history", "the rows that answer a question"),
}


@cache
def _width() -> int:
    """The columns for help, as `argparse` finds them, which imports `shutil` with all that it can unpack for that."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    if columns <= 0 and sys.__stdout__ is not None:
        with contextlib.suppress(ValueError, OSError):  # no terminal
            columns = os.get_terminal_size(sys.__stdout__.fileno()).columns
    return (columns if columns > 0 else 80) - 2


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width())


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - those of argparse
        super().__init__(**{"formatter_class": _Formatter, **options})

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\nTry '{self.prog} --help'.\n")


def build_parser(names: Sequence[str] | None = None, *, alone: bool = False) -> argparse.ArgumentParser:
    """The argument parser; of the subcommands only `names` (default: all of them) have their arguments, the others a
    line of help, or nothing where `names` are `alone`.
    """
    parser = _Parser(
        prog="xen-support",
        description="From the Xen feature categorisation sheet to SUPPORT.md files, and what people do with them.",
        epilog=(
            "Exit status: 0 done; 1 findings, differences, conflicts or blocked trees; 2 usage, unreadable input or a "
            "failing environment."
        ),
    )
    parser.add_argument("--version", action="version", version=f"xen-support {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    chosen = {COMMANDS[name][0] for name in (COMMANDS if names is None else names)}
    for module in dict.fromkeys(module for module, _ in COMMANDS.values()):
        if module in chosen:
            import_module(f"convert.commands.{module}").register(subparsers)
            continue
        for name, (home, words) in COMMANDS.items():
            if home == module and not alone:
                subparsers.add_parser(name, help=words)
    return parser


def _escaping() -> None:
    """What the encoding of standard output or error lacks is escaped; a locale without UTF-8 ends no command."""
    codecs.register_error(_ESCAPED, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            utf8 = codecs.lookup(stream.encoding).name == "utf-8"
            if stream.errors == "strict" or (stream.errors in ("surrogateescape", "backslashreplace") and not utf8):
                stream.reconfigure(errors=_ESCAPED)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """`\\uNNNN` for each character that cannot be encoded, two of them above U+FFFF: what JSON reads back as it was."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{lacking[n : n + 4]}" for n in range(0, len(lacking), 4)), error.end


def _chosen(argv: Sequence[str]) -> list[str]:
    """The subcommand that the arguments name; none where there is help, the version or an error message to print."""
    first = next((word for word in argv if not word.startswith("-")), None)
    return [first] if first in COMMANDS else []


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's); the exit status."""
    gc.set_threshold(200_000, 50, 100)  # a short process with few cycles: collecting took a tenth of its time
    arguments = sys.argv[1:] if argv is None else list(argv)
    _escaping()
    try:
        parser = build_parser(_chosen(arguments), alone=bool(arguments) and arguments[0] in COMMANDS)
        if "grammar" in sys.modules and getattr(sys.modules["grammar"], "PROJECT", None) != "xen-support":
            raise ImportError("grammar")  # of another package; the boundary says where it is
        args = parser.parse_args(arguments)
        if args.command is None:
            parser.print_help(sys.stderr)
            return 2
        status: int = args.func(args)
        sys.stdout.flush()
        return status
    except BaseException as error:  # the boundary: nothing passes it as a traceback
        if isinstance(error, SystemExit) and isinstance(error.code, int):  # argparse has spoken
            return error.code
        if isinstance(error, ImportError | AttributeError | SyntaxError):
            from convert.commands.alone import foreign

            strange = foreign()
            if strange is not None:
                print(f"xen-support: {strange}", file=sys.stderr)
                return 2
        from convert.commands.boundary import told

        return told(error, arguments)


def entry() -> NoReturn:
    """The installed command: `main`, then out at once.

    Taking the interpreter down module by module takes an eighth of the time that `show` takes, and gives nothing back.
    """
    sys.unraisablehook = _unraisable
    status = main()
    threading = sys.modules.get("threading")
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):  # closed, or never there
        status = status or 2
    if threading is not None and threading.active_count() > 1:
        sys.exit(status)
    os._exit(status)


def _unraisable(caught: sys.UnraisableHookArgs) -> None:
    """What a finaliser raised: it changes nothing any more, and its traceback is for developers."""
    from convert.commands.boundary import shows

    if shows():
        sys.__unraisablehook__(caught)


if __name__ == "__main__":
    entry()
