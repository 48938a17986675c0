"""What must go in before an advisory's patches: its Prereqs, and what changed the same files since a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from convert.failure import Failure
from convert.output.terminal import clean
from convert.xsa.advisories import Advisory
from convert.xsa.history import Entry
from convert.xsa.judging import Judge
from convert.xsa.plans import XEN
from convert.xsa.recipes import Recipe
from convert.xsa.refs import Ref
from convert.xsa.rows import Row


@dataclass(frozen=True, slots=True)
class Needed:
    """A commit that a patch is on, and why: `touches FILE` or `XSA-N`."""

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
    """The commits, oldest first, that a ref lacks: up to StableRef those that touch the patches' files, and the
    Prereqs'.

    `tip`: where the Prereqs are looked for, the branch of that version.  Raises Failure without a recipe or its
    StableRef.
    """
    recipe = recipe_for(judge, advisory, ref)
    history = judge.history
    stable = history.place(recipe.stable_ref) if recipe.stable_ref else None
    if stable is None or stable not in history.by_hash:
        raise Failure(
            f"XSA-{advisory.number}: its StableRef {clean(recipe.stable_ref) or '(none)'} is not in the repository;"
            " fetch it"
        )
    has, there = history.view(ref.name, ref.sha).has, history.view("StableRef", stable).has
    paths = _paths(judge, advisory, recipe)
    found = {
        entry.hash: Needed(entry, f"touches {min(paths.intersection(entry.paths)).decode('utf-8', 'replace')}")
        for entry in history.entries
        if entry.hash in there and entry.hash not in has and paths.intersection(entry.paths)
    }
    at_tip = Judge(
        judge.repo, [replace(ref, sha=tip, staging=None)], judge.source, judge.scope, keep=False, staging=False
    )
    for row in at_tip.rows([known[n] for n in recipe.prereqs if n in known and n != advisory.number]):
        for commit in _commits(row):
            if commit not in has and commit in history.by_hash:
                found[commit] = Needed(history.by_hash[commit], f"XSA-{row.advisory.number}")
    return sorted(found.values(), key=lambda one: -one.commit.at)


def _paths(judge: Judge, advisory: Advisory, recipe: Recipe) -> frozenset[bytes]:
    """The files that a recipe's patches change."""
    names = [name for pattern in recipe.patches for name in judge.source.expand(pattern, advisory)]
    files = judge.files([(name, advisory) for name in names])
    return frozenset().union(*(file.paths for name in names if (file := files[name]) is not None))


def _commits(row: Row) -> list[str]:
    """The commits that a row's patches are in."""
    return [commit for patch in row.patches if patch.verdict == "applied" for commit in patch.finding.commits]
