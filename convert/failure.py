"""The failure that every command turns into one line and exit status 2, and how all rooms word what they say."""

from __future__ import annotations

import re

_CONTROL = "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"


class Failure(Exception):
    """Usage, unreadable input or a failing environment; the message is for people, without terminal codes or
    secrets.
    """


def naming(tree: str, failure: Failure) -> Failure:
    """The failure with the tree that it is about, where its words do not begin with it."""
    words = str(failure)
    return failure if words.startswith(f"{tree}:") else Failure(f"{tree}: {words}")


def printable(text: str) -> str:
    """A text for a terminal: control and direction characters are shown as `\\x1b`, never sent."""
    return text if text.isprintable() else re.sub(_CONTROL, lambda match: ascii(match[0])[1:-1], text)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: `1 tree`, `2 trees`, `0 trees`; `many` where the plural is no mere s."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def installing(extra: str) -> str:
    """How to get the packages of an extra, as this project is on no index: `in its source: pipx install --force
    '.[http]'`.
    """
    return (
        f"install xen-support with them, in its source: pipx install --force '.[{extra}]' (or pip install '.[{extra}]')"
    )
