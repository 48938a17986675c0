"""The generated paragraphs of a body: made, replaced inside what a person wrote, and held against what a patch does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convert.diff.compare import Change
from convert.mail.describe import statements
from convert.mail.messages import Message, one_line, wrapped
from convert.mail.statements import meaning, name, short_name, statement
from grammar.parser import parse_text
from grammar.rows import read_rows

# the place where a person says why; a body without it has been written by a person, who is not asked again
WHY = "(Why this changes: to be written here, in place of this line.)"
_CLAIM = re.compile(r"(?P<name>\S.*?): (?P<new>.+), was (?P<old>.+?)\.?")
_BULLET = re.compile(r"- (?=\S)")


def listed(changes: Sequence[Change]) -> str:
    """A body for changes: the place for why, then what changed."""
    return "\n\n".join([WHY, "\n".join(statements(changes))])


def asking(text: str) -> str:
    """A body of one sentence on what is done, with the place for why."""
    return "\n\n".join([WHY, "\n".join(wrapped(text))])


def replaced(body: str, old: str, new: str) -> str:
    """A person's body with the words that were made before (`old`) replaced by those that are made now.

    Points of a list are told one by one; a paragraph or list that is none of ours stays as it is.
    """
    if body == old:
        return new
    known = {one_line(item) for text in _paragraphs(old) for item in _items(text)}
    fresh = [text for text in _paragraphs(new) if text != WHY]
    out: list[str] = []
    placed = False
    for text in _paragraphs(body):
        items = list(_items(text))
        kept = [item for item in items if one_line(item) not in known or item == WHY]
        if len(kept) == len(items):
            out.append(text)
            continue
        if not placed:
            first = next(n for n, item in enumerate(items) if item not in kept)
            kept[first:first] = [item for part in fresh for item in _items(part)] if _is_list(text) else []
            out += [] if _is_list(text) else fresh
            placed = True
        if kept:
            out.append("\n".join(kept))
    return "\n\n".join(out)


def _paragraphs(body: str) -> list[str]:
    return [part for part in re.split(r"\n[ \t]*\n", body.strip("\n")) if part.strip()]


def _is_list(text: str) -> bool:
    return text.startswith("- ")


def _items(text: str) -> Iterator[str]:
    """The points of a list, else the paragraph as a whole."""
    if not _is_list(text):
        yield text
        return
    item: list[str] = []
    for line in text.split("\n"):
        if _BULLET.match(line) and item:
            yield "\n".join(item)
            item = []
        item.append(line)
    yield "\n".join(item)


def stale(message: Message, before: str | None, after: str) -> list[str]:
    """What a message says of rows that the patch does not do: `NAME: NEW, was OLD` that is not so, as sentences for
    people.
    """
    changes = meaning(before, after)
    done: dict[str, set[str]] = {}
    for change in changes:
        for called in {short_name(change), name(change), name(change, first=2)}:
            done.setdefault(called.casefold(), set()).add(one_line(statement(change, called)))
    rows = _row_names(before) | _row_names(after)
    said = [item for text in _paragraphs(message.body) for item in _items(text)]
    found = []
    for item in [message.subject.partition(": ")[2], *said]:
        words = one_line(_BULLET.sub("", item, count=1))
        claim = _CLAIM.fullmatch(words)
        if claim is None or words.endswith("...") or not {claim["name"].casefold()} & (rows | set(done)):
            continue
        truth = done.get(claim["name"].casefold(), set())
        if words.rstrip(".") not in {one.rstrip(".") for one in truth}:
            so = f"it does: {'; '.join(sorted(truth))}" if truth else "it leaves that row alone"
            found.append(f'says "{words}", which the patch does not do ({so})')
    return found


def _row_names(text: str | None) -> set[str]:
    """What rows are called in statements, in lower case."""
    found: set[str] = set()
    for row in read_rows(parse_text(text or "").document).rows:
        path = [one_line(part) for part in row.path]
        found |= {" / ".join(path[1:]), " / ".join(path[2:]), ", ".join(path[-2:]) if row.qualifier else path[-1]}
    return {one.casefold() for one in found if one}
