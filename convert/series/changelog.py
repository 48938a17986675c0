"""What changed since the version that was posted before, in meaning, and the text below `---` that says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convert.diff.compare import Change
from convert.mail.messages import wrapped
from convert.mail.statements import meaning, name, statement
from convert.series.lineup import Item

_HEAD = re.compile(r"Changes in v([1-9][0-9]*):[ \t]*")


def since(
    posted: tuple[str | None, str], now: tuple[str | None, str], own: Sequence[tuple[str | None, str]] = ()
) -> list[Change]:
    """What changed in meaning from a posted series to this one, each (file before it, file after it).

    What the tree's own branch has changed meanwhile is no change of the series, nor what patches of people do (`own`),
    which have words of their own.
    """
    others = {_identity(change) for texts in ((posted[0], now[0]), *own) for change in meaning(*texts)}
    return [change for change in meaning(posted[1], now[1]) if _identity(change) not in others]


def _identity(change: Change) -> tuple[str, str, str | None, str | None]:
    return change.kind, change.key, change.old, change.new


def of_item(changes: Sequence[Change], item: Item, items: Sequence[Item]) -> list[Change]:
    """Those of the changes that the patch of an item makes; `items` are all of the series."""
    return [change for change in changes if _owner(change, items) is item]


def _owner(change: Change, items: Sequence[Item]) -> Item | None:
    """The item that makes a change: the rows of a variant before the section, the frame or whole for what is in
    none.
    """
    steps = [(item, item.step) for item in items if item.step is not None]
    for item, step in sorted(steps, key=lambda pair: pair[1].theme is None):
        if step.makes(change):
            return item
    rest = [item for item, step in steps if not step.sections and step.theme is None]
    return next(iter(rest or [item for item, _ in steps]), None)


def sentences(changes: Sequence[Change], *, section: bool) -> list[str]:
    """A line of a change log for each change, losses of security support first; `section`: with the section's name."""
    return [statement(change, name(change, first=1 if section else 2)) for change in changes]


def lines(found: Sequence[str]) -> list[str]:
    """The sentences as lines of a mail."""
    return [line for text in found for line in wrapped(text, "- ")]


def below(old: str, version: int, new: Sequence[str], made: Sequence[str]) -> str:
    """The text below `---` of a new version.

    `old` is the text as it is, with what people wrote; `new` are the lines that are made now, `made` those that were
    made before for the same version.  Other lines of this version stay, behind the new ones; what is before all
    versions stays there, and other versions stay as they are, newest first.
    """
    blocks = _blocks(old)
    own = [line for line in blocks.pop(version, [])[1:] if line not in made]
    here = [f"Changes in v{version}:", *new, *own] if new or any(line.strip() for line in own) else []
    others = [blocks.pop(0, []), here, *(blocks[number] for number in sorted(blocks, reverse=True))]
    return "\n\n".join(text for block in others if (text := "\n".join(block).strip("\n")))


def _blocks(text: str) -> dict[int, list[str]]:
    """The lines by version, each with its heading; 0: those before any."""
    found: dict[int, list[str]] = {}
    number = 0
    for line in text.split("\n"):
        head = _HEAD.fullmatch(line)
        number = int(head[1]) if head else number
        found.setdefault(number, []).append(line)
    return found
