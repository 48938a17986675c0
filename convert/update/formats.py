"""A plan as text for people, and as the value of the schema xen-support.plan/1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from convert.merge import Change
from convert.output.terminal import TOOL, clean
from convert.update.plan import Blocked, Plan, proposal

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
    if branches.note:
        lines.append(f"  {clean(branches.note)}")
    if branches.support_at is None:
        lines.append("  the branch does not exist yet; it would be made")
    if found.adopted:
        lines.append("  first update: the file is taken over as it stands; below, where sheet and file disagree")
    if leads(found):
        lines.append("  committed upstream: git leads; where the two differ, change the sheet rather than the file")
    if len(branches.parents) > 1:
        lines.append(f"  {clean(_short(branches.upstream))} has moved; its changes would be merged too")
    if found.stuck:
        lines.append("  that merge has conflicts; the sheet's changes come after it")
    changed = [change for _, _, changes in sections(found) for change in changes]
    lines.append(f"  unchanged: {found.result.units - len(changed)}")
    for who, title, changes in sections(found):
        if changes:
            lines.append(f"  {title}: {len(changes)}")
            lines += [f"    {line}" for change in changes for line in _change(found, who, change)]
    return lines


def leads(found: Plan) -> bool:
    """Whether the tree's own branch has the file that we made or took over."""
    return bool(found.ours) and (found.adopted or found.branches.leads)


def _change(found: Plan, who: str, change: Change) -> Iterator[str]:
    place = change.place
    where = " / ".join(place.path[1:] or place.path) or "top of the file"
    what = "" if place.what == "status" else f" ({place.what})"
    cell = found.cells.get(place.key)
    yield clean(f"{where}{what} [{place.key}]")
    base, ours, theirs = map(_brief, (change.base, change.ours, change.theirs))
    if who == "theirs":
        yield clean(f"  {ours} -> {theirs}" + (f"  ({cell})" if cell else ""))
    elif who == "both":
        yield clean(f"  {base} -> {ours}")
    else:
        yield clean(f"  the file says {ours}, {'the other branch' if found.stuck else 'the sheet'} {theirs}")
        if not found.stuck:
            yield clean(f"  to agree again: {proposal(change, cell)[:200]}")
        if who == "conflict":
            yield clean(f"  or settle it: --ours '{place.key}' or --theirs '{place.key}'")


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
    return {
        "tree": found.tree, "blocked": None, "support": branches.support, "support_commit": branches.support_at,
        "upstream": branches.upstream, "upstream_commit": branches.upstream_at, "base": found.base.commit if found.base else None,
        "adopted": found.adopted, "git_leads": leads(found), "merges_upstream": len(branches.parents) > 1,
        "commits": found.commits and not found.result.conflicts, "unchanged": found.result.units - len(changed),
        "changes": [
            {
                "who": {"theirs": "sheet", "ours": "hand"}.get(who, who), "key": change.place.key, "what": change.place.what,
                "path": list(change.place.path), "base": change.base, "ours": change.ours, "theirs": change.theirs,
                "cell": found.cells.get(change.place.key), "settled": change.settled,
                "sheet_edit": proposal(change, found.cells.get(change.place.key)) if who in ("ours", "conflict") else None,
            }
            for who, _, changes in sections(found)
            for change in changes
        ],
    }  # fmt: skip
