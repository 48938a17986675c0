"""The number in README's banner, which figlet draws in its font "standard": read digit by digit.

Source: the banners of xen.git's releases, and figlet's rule that neighbours overlap by a column where their strokes
allow it.
"""

from __future__ import annotations

_DIGITS = {
    "0": ("  ___  ", " / _ \\ ", "| | | |", "| |_| |", " \\___/ "),
    "1": (" _ ", "/ |", "| |", "| |", "|_|"),
    "2": (" ____  ", "|___ \\ ", "  __) |", " / __/ ", "|_____|"),
    "3": (" _____ ", "|___ / ", "  |_ \\ ", " ___) |", "|____/ "),
    "4": (" _  _   ", "| || |  ", "| || |_ ", "|__   _|", "   |_|  "),
    "5": (" ____  ", "| ___| ", "|___ \\ ", " ___) |", "|____/ "),
    "6": ("  __   ", " / /_  ", "| '_ \\ ", "| (_) |", " \\___/ "),
    "7": (" _____ ", "|___  |", "   / / ", "  / /  ", " /_/   "),
    "8": ("  ___  ", " ( _ ) ", " / _ \\ ", "| (_) |", " \\___/ "),
    "9": ("  ___  ", " / _ \\ ", "| (_) |", " \\__, |", "   /_/ "),
}
_DOT, _HEIGHT, _MOST = "(_)", 5, 3


def minor(banner: str) -> str | None:
    """The digits behind the dot of a version in a banner; None where none can be read."""
    lines = [line.rstrip() for line in banner.split("\n")]
    drawn = [line for line in lines if line and set(line) - set("#g ")]
    if len(drawn) < _HEIGHT or drawn[-1].count(_DOT) != 1:
        return None
    rows = drawn[-_HEIGHT:]
    at, found = drawn[-1].index(_DOT) + len(_DOT), ""
    while len(found) < _MOST:
        step = _digit(rows, at)
        if step is None:
            break
        digit, at = step
        found += digit
    return found or None


def _digit(rows: list[str], at: int) -> tuple[str, int] | None:
    """The digit that is drawn from about a column on, and the column behind it."""
    for start in range(max(0, at - 2), at + 2):  # the leftmost, as a 1 is narrow
        scores = {digit: score for digit, glyph in _DIGITS.items() if (score := _score(rows, glyph, start)) is not None}
        if scores:
            best = max(scores, key=lambda digit: scores[digit])
            return best, start + len(_DIGITS[best][0])
    return None


def _score(rows: list[str], glyph: tuple[str, ...], start: int) -> int | None:
    """How many strokes of a digit are there; None where one is missing that no neighbour can have covered."""
    score = 0
    for row, strokes in zip(rows, glyph, strict=True):
        for offset, stroke in enumerate(strokes):
            if stroke == " ":
                continue
            seen = row[start + offset] if start + offset < len(row) else " "
            if seen == stroke:
                score += 1
            elif seen == " " or 0 < offset < len(strokes) - 1:
                return None
    return score
