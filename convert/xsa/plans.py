"""What decides about an advisory at a ref: which recipe counts for its version, and what is to be looked for in
which tree.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from convert.trees.version import version as numbers_of
from convert.xsa.advisories import Advisory
from convert.xsa.recipes import MASTER, Meta, Recipe
from convert.xsa.refs import Ref
from convert.xsa.source import Scope, Source

XEN = "xen"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be looked for: by tree the recipe and its files; or a verdict that needs no look.

    `any`: one file that is found will do (no .meta); `absent`: the version has no recipe, and this is the verdict
    unless all files are found.
    """

    verdict: str | None = None
    why: str = ""
    parts: tuple[tuple[str, str, tuple[str, ...]], ...] = ()  # (tree, StableRef, files)
    other: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    any: bool = False
    absent: str | None = None

    @property
    def trees(self) -> tuple[str, ...]:
        """The trees that are looked at."""
        return tuple(tree for tree, _, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans.  `at_hand`: the trees given with --tree; `on`: the day on which support is judged, None: each
    advisory's.
    """

    source: Source
    scope: Scope
    at_hand: Collection[str] = ()
    on: date | None = None

    def plan(self, advisory: Advisory, ref: Ref) -> Plan:
        """What decides about an advisory at a ref."""
        if not self.scope.open(advisory) and not (advisory.public is None and advisory.is_unused):
            return Plan("embargoed", "announced, not public" if advisory.public else "its public date is not known")
        if advisory.is_unused:
            return Plan("unused", advisory.title or "")
        meta = self.source.meta(advisory)
        if meta is None:
            return self._without_meta(advisory)
        recipes, why = _recipes(meta, ref, advisory)
        if recipes is not None:
            return self._with(recipes, advisory, ref, why)
        if not any(tree == XEN or tree in ref.pins or tree in self.at_hand for tree in meta.trees):
            return Plan("other-tree", f"for {', '.join(meta.trees) or 'no tree that is named'}", other=meta.trees)
        if ref.recipe in meta.supported:
            return Plan("unknown", f"the .meta lists {ref.recipe} as supported, but has no recipe for it")
        return self._absent(meta, advisory, ref)

    def _without_meta(self, advisory: Advisory) -> Plan:
        if self.source.has_meta(advisory):
            return Plan("unknown", "its .meta could not be read")
        names = self.source.patches(advisory)
        if not names:
            unread = self.source.unread(advisory)
            return Plan("unknown", "its page could not be read" if unread else "neither a .meta nor a patch is listed")
        return Plan(parts=((XEN, "", names),), any=True)

    def _with(self, recipes: Mapping[str, Recipe], advisory: Advisory, ref: Ref, why: str) -> Plan:
        parts: list[tuple[str, str, tuple[str, ...]]] = []
        other: list[str] = []
        unchecked: list[str] = []
        for tree, recipe in recipes.items():
            if not recipe.patches and (tree == XEN or tree in self.at_hand):
                parts.append((tree, recipe.stable_ref, ()))
            elif tree == XEN or tree in self.at_hand:
                names = [
                    name for pattern in recipe.patches for name in self.source.expand(pattern, advisory) or [pattern]
                ]
                parts.append((tree, recipe.stable_ref, tuple(dict.fromkeys(names))))
            elif tree in ref.pins and recipe.patches:
                unchecked.append(tree)
            elif recipe.patches:
                other.append(tree)
        return Plan(None, why, tuple(parts), tuple(other), tuple(unchecked))

    def _absent(self, meta: Meta, advisory: Advisory, ref: Ref) -> Plan:
        """A version without a recipe: not needed where it had security support then, else not supported."""
        day = self.on or (advisory.public.date() if advisory.public else self.scope.now.date())
        if ref.supported(day):
            verdict, why = "not-needed", f"lists {', '.join(meta.versions) or 'no version'}"
        else:
            until = f"ended on {ref.until}" if ref.until else "is promised by no SUPPORT.md of that branch"
            verdict, why = "unsupported", f"security support of {ref.version} {until}; lists {', '.join(meta.versions)}"
        near = _nearest(meta, ref)
        names = [n for p in near.patches for n in self.source.expand(p, advisory)] if near else []
        parts = ((XEN, near.stable_ref, tuple(dict.fromkeys(names))),) if near and names else ()
        return Plan(verdict, why, parts, absent=verdict)

    # -- the verdicts


def _recipes(meta: Meta, ref: Ref, advisory: Advisory) -> tuple[Mapping[str, Recipe] | None, str]:
    """The recipes of a ref's version; master's for a version that is newer than every one listed."""
    if ref.recipe in meta.recipes:
        return meta.recipes[ref.recipe], ""
    if ref.version and MASTER in meta.recipes and _is_newer(meta, ref, advisory):
        return meta.recipes[MASTER], f"{ref.version} is newer than every version listed: the recipe of master"
    return None, ""


def _is_newer(meta: Meta, ref: Ref, advisory: Advisory) -> bool:
    """Whether a version came after those that are listed; where only master is, whether it was released later."""
    newest = meta.newest()
    if newest != (0, 0):
        return numbers_of(ref.version or "") > newest
    if not ref.released or advisory.public is None:
        return not ref.released
    return ref.initial is not None and ref.initial > advisory.public.date()


def _nearest(meta: Meta, ref: Ref) -> Recipe | None:
    """The recipe that may hold for a version that has none: master's, else that of the nearest version."""
    with_xen = {
        version: recipes[XEN] for version, recipes in meta.recipes.items() if XEN in recipes and recipes[XEN].patches
    }
    if MASTER in with_xen or not with_xen:
        return with_xen.get(MASTER)
    mine = numbers_of(ref.version or "")
    return with_xen[min(with_xen, key=lambda v: (abs(numbers_of(v)[1] - mine[1]), v))]
