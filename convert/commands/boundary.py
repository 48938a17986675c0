"""The boundary of the command line: whatever a command raises becomes one line on standard error and an exit status.

No exception reaches a terminal as a traceback, whoever made the mistake.  `XEN_SUPPORT_TRACEBACK=1` shows where it came
from, for developers.  Nothing that is printed here holds a token, key or password: of an exception that no code
expected, only its kind and place are told, as its words may hold anything that was in memory.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence

from convert.failure import Failure
from convert.output.terminal import clean

SHOW = "XEN_SUPPORT_TRACEBACK"
_SECRETS = ("XEN_SUPPORT_API_KEY",)  # environment variables whose values are never shown
_SECRET_OPTIONS = ("--api-key",)
_INTERRUPTED = 130


def told(error: BaseException, arguments: Sequence[str] = ()) -> int:
    """Tell people about what a command raised; the exit status.  Never raises.

    `arguments` are those of the command line, whose secrets are kept out of the message.
    """
    if isinstance(error, SystemExit) and (error.code is None or isinstance(error.code, int)):  # argparse has spoken
        return error.code or 0
    if isinstance(error, BrokenPipeError):  # the reader of our output has gone; Python would complain again at exit
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    with contextlib.suppress(OSError, ValueError, AttributeError):  # standard output or error may be gone
        if shows():
            print(_scrubbed("".join(traceback.format_exception(error)), arguments), file=sys.stderr)
        print(f"xen-support: {clean(_scrubbed(_line(error), arguments))}", file=sys.stderr)
    return _INTERRUPTED if isinstance(error, KeyboardInterrupt) else 2


def shows() -> bool:
    """Whether tracebacks are wanted."""
    return os.environ.get(SHOW, "0") not in ("", "0")


def _line(error: BaseException) -> str:
    """What is wrong and what to do, on one line."""
    if isinstance(error, Failure | SystemExit):
        return " ".join(str(error).split())
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, RecursionError):
        return "the input is nested too deeply"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this input"
    if isinstance(error, UnicodeEncodeError):
        return f"the output cannot be written in the encoding {error.encoding}; set PYTHONIOENCODING=utf-8"
    if isinstance(error, AttributeError) and sys.stdout is None:
        return "standard output is closed"
    if isinstance(error, OSError) and (error.strerror or error.filename):
        name = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        return " ".join(f"{name}{error.strerror or type(error).__name__}".split())
    return (
        f"this is a fault in xen-support: {type(error).__name__} {_place(error)}; please report it ({SHOW}=1 shows"
        " more)"
    )


def _place(error: BaseException) -> str:
    """The innermost line of our own code that the exception passed."""
    found = "at an unknown place"
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = frame.f_globals.get("__name__", "")
        if name.partition(".")[0] in ("convert", "grammar"):
            found = f"in {name}, line {line}"
    return found


def _scrubbed(text: str, arguments: Sequence[str]) -> str:
    """The text without anything secret: what looks like a token, and what the user gave as one."""
    try:
        from convert.sheet.google.faults import scrub
    except ModuleNotFoundError:  # the one-file xen-support, which signs in nowhere and takes no secret
        return text
    given = [os.environ.get(name) for name in _SECRETS]
    for n, argument in enumerate(arguments):
        option, equals, value = argument.partition("=")
        if option in _SECRET_OPTIONS:
            given.append(value if equals else next(iter(arguments[n + 1 :]), None))
    return scrub(text, *given)
