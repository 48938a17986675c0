"""Patches put together and cut again as a person did on the series' branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from convert.failure import Failure
from convert.series.earlier import JOINED, PART, Earlier
from convert.series.lineup import Item
from convert.series.split import Step
from convert.trees import git
from convert.trees.version import FILE
from convert.update.merging import merge


class Refusal(Failure):
    """A series that cannot be made as the branch has it; a person has to do something first."""


def arranged(repo: Path, tree: str, items: Sequence[Item], before: Earlier) -> list[Item]:
    """The items with those squashed and split that a person squashed and split before.  Raises Refusal."""
    out = list(items)
    for group in before.squashed:
        out = _squashed(tree, out, group)
    return [part for item in out for part in _parts(repo, tree, item, before)]


def _squashed(tree: str, items: list[Item], group: tuple[str, ...]) -> list[Item]:
    mine = [item for item in items if item.key in group]
    if len(mine) < 2:
        return items
    first = items.index(mine[0])
    order = [*items[:first], *mine, *(item for item in items[first:] if item not in mine)]
    moved = _replayed(tree, order) if order != items else order
    found = moved[first : first + len(mine)]
    key, old, new = JOINED.join(item.key for item in found), found[0].before, found[-1].after
    steps = [item.step for item in found if item.step is not None]
    sections = tuple(section for step in steps for section in step.sections)
    heading = ", ".join(step.heading for step in steps if step.heading)
    files = {path: at for item in found for path, at in item.files.items()}
    whole = Item(key, old, new, files, Step(key, "squashed", heading, old, new, sections))
    return [*moved[:first], whole, *moved[first + len(mine) :]]


def _replayed(tree: str, order: Sequence[Item]) -> list[Item]:
    """The items in another order, each with what it changes on top of the one before."""
    text, out = order[0].before, list[Item]()
    for item in order:
        after = _again(item.before, text, item.after)
        if after is None:
            raise Refusal(
                f"series/{tree}: the squashed patches are no longer together, as others between them change the same;"
                " undo the squashing there"
            )
        step = replace(item.step, before=text, after=after) if item.step is not None else None
        out.append(replace(item, before=text, after=after, step=step))
        text = after
    return out


def _again(old: str | None, text: str | None, new: str) -> str | None:
    """What leads from one text to another, done to a third one; None for a conflict."""
    if text == old:
        return new
    found = merge(*((one or "").encode() for one in (old, text, new)))
    return None if found.conflicts else found.data.decode()


def _parts(repo: Path, tree: str, item: Item, before: Earlier) -> list[Item]:
    count = before.split.get(item.key, 0)
    if not count:
        return [item]
    out, text = list[Item](), item.before
    for number in range(1, count + 1):
        key = f"{item.key}{PART}{number}"
        old = before.patches[key]
        texts = [git.object_of(repo, f"{at}:{FILE}") for at in (f"{old.commit}^", old.commit)]
        was, now = (None if data is None else data.decode("utf-8", "replace") for data in texts)
        after = item.after if number == count else _again(was, text, now or "")
        if after is None or after == text:
            raise Refusal(
                f"series/{tree}: what was split into {count} patches ({old.message.subject!r} ...) has changed, so that"
                " the parts no longer fit; squash them into one commit there, and split it again afterwards"
            )
        step = Step(key, "part", item.step.heading if item.step else "", text, after, (), None)
        out.append(
            replace(item, key=key, before=text, after=after, step=step, files=item.files if number == count else {})
        )
        text = after
    return out
