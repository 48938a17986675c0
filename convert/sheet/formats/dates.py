"""Dates and times of a workbook: a count of days, shown by a date format (ECMA-376 part 1, 18.8.31)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

ISO = "yyyy-mm-dd"
_LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE | re.DOTALL)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]'
    r"|(?P<half>am/pm|a/p)|(?P<part>y+|m+|d+|h+|s+)|(?P<fraction>\.0+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905


def is_date(section: str) -> bool:
    """Whether a section of a number format shows a date or a time."""
    bare = _LITERAL.sub("", section).lower()
    return "general" not in bare and any(letter in bare for letter in "ymdhs")


def render_date(serial: float, section: str, *, epoch_1904: bool = False) -> str | None:
    """The date `serial` (days from the epoch) under a date format; None where no date has that number.

    The formats "date" and "time" of the user's own locale (`[$-F800]`, `[$-F400]`) give yyyy-mm-dd and hh:mm:ss.
    """
    lower = section.lower()
    if "[$-f800]" in lower or "[$-x-sysdate]" in lower:
        section = ISO
    elif "[$-f400]" in lower or "[$-x-systime]" in lower:
        section = "hh:mm:ss"
    tokens = [match for match in _TOKEN.finditer(section) if match.lastgroup]
    places = max((len(match[0]) - 1 for match in tokens if match.lastgroup == "fraction"), default=0)
    moment = _moment(serial, places, epoch_1904=epoch_1904)
    if moment is None:
        return None
    return "".join(_piece(tokens, index, moment, serial) for index in range(len(tokens))).strip()


def _moment(serial: float, places: int, *, epoch_1904: bool) -> datetime | None:
    if not 0 <= serial < 2958466:  # the day after 9999-12-31
        return None
    # Day 60 is 1900-02-29, which never was; days before it count from a day later.
    epoch = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 31 if serial < 60 else 30)
    seconds = round(serial * 86400, min(places, 6))
    try:
        return epoch + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _piece(tokens: list[re.Match[str]], index: int, moment: datetime, serial: float) -> str:
    match = tokens[index]
    kind = match.lastgroup or ""
    text = match[kind]
    if kind == "fraction":
        places = len(text) - 1
        return "." + f"{moment.microsecond:06d}".ljust(places, "0")[:places]
    if kind == "elapsed":
        unit = {"h": 3600, "m": 60, "s": 1}[text[0].lower()]
        return str(round(serial * 86400) // unit).zfill(len(text))
    if kind == "half":
        return text.split("/")[moment.hour >= 12].upper()
    if kind != "part":
        return text
    letter = text[0].lower()
    if letter == "m" and _is_minute(tokens, index):
        return str(moment.minute).zfill(min(len(text), 2))
    half = any(other.lastgroup == "half" for other in tokens)
    return _field(letter, len(text), moment, half_days=half)


def _is_minute(tokens: list[re.Match[str]], index: int) -> bool:
    """`m` is minutes directly after hours or before seconds, other parts only counted."""
    if len(tokens[index]["part"]) > 2:
        return False
    parts = [number for number, match in enumerate(tokens) if match.lastgroup in ("part", "elapsed")]
    at = parts.index(index)
    before = tokens[parts[at - 1]][0].strip("[").lower() if at else ""
    after = tokens[parts[at + 1]][0].strip("[").lower() if at + 1 < len(parts) else ""
    return before.startswith("h") or after.startswith("s")


def _field(letter: str, width: int, moment: datetime, *, half_days: bool) -> str:
    if letter == "y":
        return f"{moment.year % 100:02d}" if width < 3 else f"{moment.year:04d}"
    if letter == "m":
        name = _MONTHS[moment.month - 1]
        return {3: name[:3], 4: name, 5: name[:1]}.get(width) or (str(moment.month).zfill(width) if width < 3 else name)
    if letter == "d":
        name = _DAYS[moment.weekday()]
        return str(moment.day).zfill(width) if width < 3 else name[:3] if width == 3 else name
    if letter == "h":
        hour = (moment.hour % 12 or 12) if half_days else moment.hour
        return str(hour).zfill(min(width, 2))
    return str(moment.second).zfill(min(width, 2))
