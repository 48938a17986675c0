"""A plan as text for people, and as the value of the schema xen-support.plan/1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from convert.merge import Change
from convert.output.terminal import TOOL, clean
from convert.update.plan import Blocked, Plan
from convert.update.renames import InSheet, Sheet

_TITLES = (
    ("conflict", "conflicts"),
    ("theirs", "from the sheet"),
    ("ours", "by hand only"),
    ("both", "the same on both sides"),
)
_MOST = 70


def sections(found: Plan) -> Iterator[tuple[str, str, list[Change]]]:
    """The changes by who made them: key, title, changes; one that is settled counts as that side's."""
    for who, title in _TITLES:
        yield who, title, [change for change in found.told if _who(change) == who]


def _who(change: Change) -> str:
    return change.settled if change.who == "conflict" and change.settled is not None else change.who


def as_text(found: Plan | Blocked) -> list[str]:
    """A tree's plan in lines."""
    if isinstance(found, Blocked):
        return [f"{clean(found.tree)}: blocked", *(f"  {clean(line)}" for line in found.why)]
    branches = found.branches
    lines = [f"{clean(found.tree)}: {clean(_short(branches.support))}, from {clean(_short(branches.upstream))}"]
    lines += [f"  {clean(note)}" for note in branches.notes]
    if branches.tip is None:
        lines.append("  the branch does not exist yet; it would be made")
    if found.adopted:
        disagree = "; below, where sheet and file disagree" if any(changes for _, _, changes in sections(found)) else ""
        lines.append(f"  first update: the file is taken over as it is{disagree}")
    if leads(found):
        lines.append("  committed upstream: git leads; where the two differ, change the sheet rather than the file")
    if len(branches.parents) > 1:
        lines.append(f"  {clean(_short(branches.upstream))} has moved; its changes would be merged too")
    if found.stuck:
        lines.append("  that merge has conflicts; the sheet's changes come after it")
    changed = [change for _, _, changes in sections(found) for change in changes]
    sheet = Sheet(found)
    lines.append(f"  unchanged: {found.result.units - len(changed)}")
    for who, title, changes in sections(found):
        if changes:
            lines.append(f"  {title}: {len(changes)}")
            lines += [f"    {line}" for change in changes for line in _change(found, sheet, who, change)]
    return lines


def leads(found: Plan) -> bool:
    """Whether the tree's own branch has the file that we made or took over."""
    return bool(found.ours) and (found.adopted or found.branches.leads)


def _change(found: Plan, sheet: Sheet, who: str, change: Change) -> Iterator[str]:
    place = change.place
    where = " / ".join(place.path[1:] or place.path) or "top of the file"
    what = "" if place.what == "status" else f" ({place.what})"
    there = sheet.at(change)
    cell = there.cell
    yield clean(f"{where}{what} [{place.key}]")
    base, ours, theirs = map(_brief, (change.base, change.ours, change.theirs))
    if who == "theirs":
        yield clean(f"  {ours} -> {theirs}" + (f"  ({cell})" if cell else ""))
    elif who == "both":
        yield clean(f"  {base} -> {ours}")
    else:
        yield clean(f"  the file says {ours}, {'the other branch' if found.stuck else 'the sheet'} {theirs}")
        if there.name and not found.stuck:
            yield clean(
                f'  renamed by hand: the sheet has it under the old name "{there.name}"{f", {cell}" if cell else ""}'
            )
        if not found.stuck:
            yield clean(f"  to agree again: {proposal(change, there)[:200]}")
        if who == "conflict":
            yield clean(f"  or settle it: --ours '{place.key}' or --theirs '{place.key}'")


def proposal(change: Change, there: InSheet) -> str:
    """What to change in the sheet so that it says what the file says."""
    where = f"cell {there.cell}" if there.cell else "the sheet (it has no such row)"
    if change.place.what in ("position", "heading", "feature"):
        if there.name and there.cell:
            where = f"the row of cell {there.cell}"
        return f"{where}: {change.place.what} as in the file: {' / '.join(change.place.path[1:]) or 'top'}"
    if there.name:
        return f'{where}, there "{there.name}": the name as in the file: {" / ".join(change.place.path[1:])}'
    if change.ours is None:
        return f"{where}: leave it blank"
    return f'{where}: "{" ".join(change.ours.split())}"'


def _brief(text: str | None) -> str:
    if text is None:
        return "nothing"
    words = " ".join(text.split())
    return f'"{words if len(words) <= _MOST else words[: _MOST - 3] + "..."}"'


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def as_json(plans: Sequence[Plan | Blocked], sha256: str) -> dict[str, Any]:
    """The value of the schema."""
    return {
        "schema": "xen-support.plan/1",
        "tool": TOOL,
        "source": {"sha256": sha256},
        "trees": [_tree(p) for p in plans],
    }


def _tree(found: Plan | Blocked) -> dict[str, Any]:
    if isinstance(found, Blocked):
        return {"tree": found.tree, "blocked": list(found.why)}
    branches = found.branches
    changed = [change for _, _, changes in sections(found) for change in changes]
    sheet = Sheet(found)
    return {
        "tree": found.tree,
        "blocked": None,
        "support": branches.support,
        "support_commit": branches.support_at,
        "upstream": branches.upstream,
        "upstream_commit": branches.upstream_at,
        "base": found.base.commit if found.base else None,
        "adopted": found.adopted,
        "git_leads": leads(found),
        "merges_upstream": len(branches.parents) > 1,
        "commits": found.commits and not found.result.conflicts,
        "unchanged": found.result.units - len(changed),
        "changes": [
            {
                "who": {"theirs": "sheet", "ours": "hand"}.get(who, who),
                "key": change.place.key,
                "what": change.place.what,
                "path": list(change.place.path),
                "base": change.base,
                "ours": change.ours,
                "theirs": change.theirs,
                "cell": sheet.at(change).cell,
                "settled": change.settled,
                "sheet_edit": proposal(change, sheet.at(change)) if who in ("ours", "conflict") else None,
            }
            for who, _, changes in sections(found)
            for change in changes
        ],
    }
