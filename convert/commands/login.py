"""`xen-support login`, `logout` and `whoami`: the user's sign-in to Google."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from convert.commands.fetch import add_google_options, google_settings
from convert.failure import Failure

if TYPE_CHECKING:
    from convert.sheet.google import GoogleSettings
    from convert.sheet.google.auth import Choice


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three subcommands."""
    login = subparsers.add_parser(
        "login",
        help="sign in to Google as a user",
        description="Sign in with a browser, for reading only; the token stays in the user's configuration directory.",
    )
    login.add_argument("--client-id-file", metavar="FILE", type=Path, help="OAuth client of a desktop application; "
                       "needed the first time")  # fmt: skip
    login.add_argument(
        "--downloads", action="store_true", help="also ask for drive.readonly, for uploaded Office files"
    )
    login.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    login.add_argument(
        "--timeout", metavar="SECONDS", type=float, default=300.0, help="how long to wait (default: 300)"
    )
    login.add_argument(
        "--port", metavar="N", type=int, default=0, help="await the answer of the browser on this port (default: any); "
        "over ssh: ssh -L N:127.0.0.1:N, and --no-browser --port N there"
    )  # fmt: skip
    login.set_defaults(func=run_login)
    logout = subparsers.add_parser("logout", help="forget the stored sign-in")
    logout.set_defaults(func=run_logout)
    whoami = subparsers.add_parser("whoami", help="say which sign-in would be used, and why")
    add_google_options(whoami)
    whoami.add_argument("--test", action="store_true", help="sign in with it, and ask Drive who that is")
    whoami.set_defaults(func=run_whoami)


def run(args: argparse.Namespace) -> int:
    """Run the one of the three that was asked for (`args.func`)."""
    function: Callable[[argparse.Namespace], int] = args.func
    return function(args)


def run_login(args: argparse.Namespace) -> int:
    """Sign in; exit status 0, or 2 with one message."""
    from convert.sheet.google.login import Manner, sign_in
    from convert.sheet.google.settings import token_file

    try:
        if not 0 < args.timeout <= 86_400:
            raise Failure("--timeout: give seconds, from 1 to 86400")
        if not 0 <= args.port <= 65_535:
            raise Failure("--port: give a number from 1 to 65535")
        manner = Manner(not args.no_browser, args.port, args.timeout)
        scopes = sign_in(args.client_id_file, downloads=args.downloads, manner=manner)
    except Failure as error:
        return _refused(error)
    print(f"signed in; scopes: {', '.join(scopes)}")
    print(f"stored in {token_file()}; `xen-support logout` removes and revokes it")
    return 0


def run_logout(args: argparse.Namespace) -> int:
    """Forget the sign-in; exit status 0, or 2 if there is none or it could not be revoked."""
    from convert.sheet.google.login import sign_out

    try:
        problem = sign_out(google_settings(args))
    except Failure as error:
        return _refused(error)
    if problem is not None:
        where = "https://myaccount.google.com/permissions"
        return _refused(Failure(f"removed from this machine, but not revoked ({problem}); revoke it at {where}"))
    print("signed out: the stored sign-in is removed and revoked")
    return 0


def run_whoami(args: argparse.Namespace) -> int:
    """Say which sign-in would be used, with `--test` whether it works; exit status 0, or 2 if there is none, or it
    does not.
    """
    from convert.failure import printable
    from convert.sheet.google.auth import choose

    try:
        settings = google_settings(args)
        choice, tested = _tested(settings) if args.test else (choose(settings), None)
    except Failure as error:
        return _refused(error)
    who = choice.identity
    print(printable(f"{who.kind}{f' {who.email}' if who.email else ''}: {choice.why}"))
    if choice.path is not None:
        print(printable(f"from {choice.path}"))
    print("scopes: " + (printable(", ".join(who.scopes)) or "none"))
    if tested is not None:
        print(printable(tested))
    return 0


def _tested(settings: GoogleSettings) -> tuple[Choice, str]:
    from convert.sheet.google.client import Client
    from convert.sheet.google.drive import account

    client = Client(settings)
    return client.choice, account(client)


def _refused(error: Exception) -> int:
    from convert.failure import printable
    from convert.sheet.google.faults import scrub

    print(f"xen-support: {scrub(printable(str(error)))}", file=sys.stderr)
    return 2
