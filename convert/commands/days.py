"""The day that a command works by: `--today`, SOURCE_DATE_EPOCH, or the present one."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, date, datetime

from convert.failure import Failure
from convert.trees.state import iso_date


def add_today(parser: argparse.ArgumentParser) -> None:
    """Add the option `--today`."""
    parser.add_argument(
        "--today",
        metavar="DATE",
        help="the day, YYYY-MM-DD, by which support has ended (default: SOURCE_DATE_EPOCH, else today)",
    )


def day(text: str | None) -> date:
    """The day of `--today`, else of SOURCE_DATE_EPOCH, else the present one (UTC).  Raises Failure."""
    if text is not None:
        return given_day(text)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date() if epoch else datetime.now(UTC).date()
    except (ValueError, OverflowError, OSError):
        raise Failure(f"SOURCE_DATE_EPOCH={epoch}: not a time") from None


def given_day(text: str) -> date:
    """A day as an option names it.  Raises Failure."""
    found = iso_date(text)
    if found is None:
        raise Failure(f"{text}: not a day; write YYYY-MM-DD")
    return found
