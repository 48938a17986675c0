"""`xen-support fetch`: a Google spreadsheet or document as a local snapshot, with what changed since the last one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from convert.failure import Failure, counted

if TYPE_CHECKING:
    from convert.sheet.cells import Tab
    from convert.sheet.formats.snapshot import TabChange
    from convert.sheet.google import Fetched, GoogleSettings

_SHOWN_ROWS = 12


def add_google_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command that takes a Google address."""
    group = parser.add_argument_group("Google", "tried in this order, with the stored sign-in after --credentials")
    group.add_argument("--credentials", metavar="FILE", type=Path, help="key file of a service account")
    group.add_argument("--impersonate", metavar="ACCOUNT", help="act as this service account or person of the domain")
    group.add_argument("--api-key", metavar="KEY", help="API key, for files that anyone with the link can read; "
                       "XEN_SUPPORT_API_KEY does not show in the process list")  # fmt: skip
    group.add_argument("--anonymous", action="store_true", help="send no sign-in at all: the export of a shared link")
    group.add_argument("--api-endpoint", metavar="URL", help="send all that would go to Google there instead")
    group.add_argument("--offline", action="store_true", help="use the last snapshot only")
    group.add_argument("--budget", metavar="SECONDS", type=float, help="give up after this time, retries included")


def google_settings(args: argparse.Namespace) -> GoogleSettings:
    """The settings of a fetch from parsed options; options that a command lacks keep their defaults."""
    from convert.sheet.google import GoogleSettings
    from convert.sheet.google.settings import own_settings

    given = {
        name: value
        for name in ("credentials", "impersonate", "api_key", "api_endpoint")
        if (value := getattr(args, name, None)) is not None
    }
    budget = getattr(args, "budget", None)
    if budget is not None and not 0 < budget <= 86_400:
        raise Failure("--budget: give seconds, from 1 to 86400")
    settings = GoogleSettings(
        **(own_settings() | given),
        **({} if budget is None else {"budget": budget, "total": budget}),
        anonymous=bool(getattr(args, "anonymous", False)),
        offline=bool(getattr(args, "offline", False)),
    )
    return replace(settings, notice=_notice, progress=_progress() if sys.stderr.isatty() else settings.progress)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the `fetch` subcommand."""
    parser = subparsers.add_parser(
        "fetch",
        help="fetch a Google spreadsheet or document into a local snapshot",
        description="Read a Google spreadsheet, an uploaded .xlsx or .ods, or the tables of a Google document, and "
        "keep it as a snapshot: a directory of text files that the other commands read and that diffs well.",
    )
    parser.add_argument("sheet", metavar="SHEET", help="URL or id of the spreadsheet or document")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, help="snapshot directory (default: the user's cache)"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit status 1 if the sheet differs from the snapshot"
    )
    add_google_options(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Fetch, and print what there is and what changed.

    Exit status 0, with `--check` 1 if anything changed, or 2 with one message.
    """
    from convert.failure import printable
    from convert.output.terminal import one_line
    from convert.sheet.google import fetch
    from convert.sheet.google.faults import scrub

    try:
        if args.check and args.offline:
            raise Failure("--check asks Google, and --offline does not; leave one of them out")
        settings = replace(google_settings(args), directory=args.output, check=args.check)
        fetched = fetch(args.sheet, settings=settings)
    except Failure as error:
        _clear()
        print(f"xen-support: {scrub(printable(str(error)), args.api_key)}", file=sys.stderr)
        return 2
    _clear()
    for problem in fetched.workbook.problems:
        print(one_line(problem, None, fetched.workbook.name), file=sys.stderr)
    for line in report(fetched, check=args.check):
        print(line)
    return 1 if args.check and fetched.changed else 0


def report(fetched: Fetched, *, check: bool = False) -> list[str]:
    """What was fetched, a line a tab, fit for a terminal."""
    from convert.failure import printable

    book = fetched.workbook
    lines = [f"{printable(book.name)}: {len(book.tabs)} {_plural('tab', len(book.tabs))}, sha256 {book.sha256}"]
    changes = {change.title: change for change in fetched.changes}
    for tab in book.tabs:
        lines.append(f"  {printable(tab.title)}: {_counts(tab)}")
        if fetched.was_there and tab.title in changes:
            lines.append(f"    {_change(changes.pop(tab.title))}")
    if fetched.was_there:
        lines += [f"  {printable(title)}: removed" for title, change in changes.items() if change.kind == "removed"]
    where = printable(str(fetched.directory))
    if not check:
        return [*lines, f"snapshot: {where}"]
    if not fetched.was_there:
        return [*lines, f"there is no snapshot in {where} yet"]
    return [*lines, f"{'not as' if fetched.changed else 'as'} in the snapshot {where}, which stays as it was"]


def _counts(tab: Tab) -> str:
    cells = [cell for row in tab.rows for cell in row.cells if cell is not None]
    notes = sum(cell.note is not None for cell in cells)
    merges = sum((cell.rows, cell.columns) != (1, 1) for cell in cells)
    numbers = ((len(tab.rows), "row"), (notes, "note"), (merges, "merge"))
    return ", ".join(counted(n, word) for n, word in numbers) + (", hidden" if tab.hidden else "")


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _change(change: TabChange) -> str:
    if change.kind == "added":
        return "new tab"
    parts = [
        f"{_plural('row', len(rows))} {_numbers(rows)} {verb}"
        for verb, rows in (("changed", change.changed), ("added", change.added), ("removed", change.removed))
        if rows
    ]
    return "; ".join(parts) if parts else "unchanged" if change.kind == "same" else "hidden state or blank rows changed"


def _numbers(rows: tuple[int, ...]) -> str:
    more = f" and {len(rows) - _SHOWN_ROWS} more" if len(rows) > _SHOWN_ROWS else ""
    return ", ".join(map(str, rows[:_SHOWN_ROWS])) + more


def _notice(line: str) -> None:
    from convert.failure import printable

    _clear()
    print(f"xen-support: {printable(line)}", file=sys.stderr)


def _progress() -> Callable[[str], None]:
    from convert.failure import printable

    def show(line: str) -> None:
        print(f"\r\x1b[K{printable(line)[:70]}", end="", file=sys.stderr, flush=True)

    return show


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
