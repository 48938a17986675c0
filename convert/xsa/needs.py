"""What must go in before an advisory's patches: its Prereqs, and what changed the same files since a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from convert.failure import Failure
from convert.output.terminal import clean
from convert.xsa.advisories import Advisory
from convert.xsa.history import Entry
from convert.xsa.judging import XEN, Judge
from convert.xsa.recipes import Recipe
from convert.xsa.refs import Ref


@dataclass(frozen=True, slots=True)
class Needed:
    """A commit that a patch stands on, and why: `touches FILE` or `XSA-N`."""

    commit: Entry
    why: str


def recipe_for(judge: Judge, advisory: Advisory, ref: Ref) -> Recipe:
    """The recipe of xen for a ref's version.  Raises Failure where there is none."""
    meta = judge.source.meta(advisory)
    recipe = (meta.recipes.get(ref.recipe) or {}).get(XEN) if meta else None
    if recipe is None:
        raise Failure(
            f"XSA-{advisory.number} has no recipe of xen for {ref.recipe}; without one nothing says what it needs"
        )
    return recipe


def needed(judge: Judge, advisory: Advisory, ref: Ref, tip: str, known: Mapping[int, Advisory]) -> list[Needed]:
    """The commits, oldest first, that a ref lacks: up to StableRef those that touch the patches' files, and the Prereqs'.

    `tip`: where the Prereqs are looked for, the branch of that version.  Raises Failure without a recipe or its StableRef.
    """
    recipe = recipe_for(judge, advisory, ref)
    history = judge.history
    stable = history.place(recipe.stable_ref) if recipe.stable_ref else None
    if stable is None or stable not in history.by_hash:
        raise Failure(
            f"XSA-{advisory.number}: its StableRef {clean(recipe.stable_ref) or '(none)'} is not in the repository; fetch it"
        )
    names = [name for pattern in recipe.patches for name in judge.source.expand(pattern, advisory)]
    files = judge.files([(name, advisory) for name in names])
    paths = frozenset().union(*(file.paths for name in names if (file := files[name]) is not None))
    has, there = history.view(ref.name, ref.sha).has, history.view("StableRef", stable).has
    found: dict[str, Needed] = {}
    for entry in history.entries:
        touched = paths.intersection(entry.paths)
        if touched and entry.hash in there and entry.hash not in has:
            found[entry.hash] = Needed(entry, f"touches {min(touched).decode('utf-8', 'replace')}")
    at_tip = Judge(
        judge.repo, [replace(ref, sha=tip, staging=None)], judge.source, judge.scope, keep=False, staging=False
    )
    before = [known[n] for n in recipe.prereqs if n in known and n != advisory.number]
    for row in at_tip.rows(before):
        for commit in (c for patch in row.patches for c in patch.finding.commits if patch.verdict == "applied"):
            if commit not in has and commit in history.by_hash:
                found[commit] = Needed(history.by_hash[commit], f"XSA-{row.advisory.number}")
    return sorted(found.values(), key=lambda one: -one.commit.at)
