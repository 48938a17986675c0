"""`xsa compare`: what one source of advisories has and another has not, by content; recipes by meaning."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from convert.failure import Failure
from convert.output.terminal import clean
from convert.xsa.advisories import Advisory, read_text
from convert.xsa.recipes import Meta, natural, read_meta
from convert.xsa.source import Scope, Source

_PAGES = (".txt", ".html", ".htm")


@dataclass(slots=True)
class Differences:
    """What differs: names only in A, only in B, (name, what) of both; numbers that one of them only announces."""

    only_a: list[str] = field(default_factory=list)
    only_b: list[str] = field(default_factory=list)
    differ: list[tuple[str, str]] = field(default_factory=list)
    embargoed: list[Advisory] = field(default_factory=list)
    embargoed_files: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.only_a or self.only_b or self.differ)


def compare(a: Source, b: Source, scope: Scope) -> Differences:
    """Hold two sources against each other.  Raises Failure.

    An advisory that is public in neither is left out unless `scope` opens it; of one that the other side only announces
    it is said that it is embargoed.  global.meta and the team's tools are no part of the comparison.
    """
    found = Differences()
    mine, theirs = a.advisories, b.advisories
    # two private checkouts have no dates, and are held against each other by whoever may read both
    undated = scope.embargoed or not (_lists(a) or _lists(b))
    for number in sorted(mine.keys() | theirs.keys()):
        both = [one for one in (mine.get(number), theirs.get(number)) if one is not None]
        known = next((one for one in both if one.public is not None), Advisory(number))
        if any(one.is_public(scope.now) for one in both) or (known.public is None and undated):
            _one(found, a, b, mine.get(number), theirs.get(number), known)
        else:
            found.embargoed.append(known.bare())
            found.embargoed_files += _hidden(a, b, number) if scope.embargoed else []
    return found


def _hidden(a: Source, b: Source, number: int) -> list[str]:
    """What the local ones of two sources have of an advisory that is not public."""
    sides = [(side, source) for side, source in (("A", a), ("B", b)) if source.local]
    return [f"{side}: {name}" for side, source in sides for name in _files(source, Advisory(number))]


def _lists(source: Source) -> bool:
    return bool(getattr(source, "has_list", True))


def _files(source: Source, one: Advisory | None) -> dict[str, None]:
    """The patches and recipes of an advisory; its text and pages are compared by version."""
    if one is None:
        return {}
    more = (
        () if source.local else source.patches(one)
    )  # a folder has what it has; a page may leave to the .meta what it names
    return dict.fromkeys(sorted((n for n in {*source.names(one), *more} if not n.endswith(_PAGES)), key=natural))


def _one(
    found: Differences, a: Source, b: Source, one: Advisory | None, other: Advisory | None, public: Advisory
) -> None:
    ours, theirs = one or Advisory(public.number, public=public.public), other
    mine, yours = _files(a, ours), _files(b, theirs)
    found.only_a += [name for name in mine if name not in yours]
    found.only_b += [name for name in yours if name not in mine]
    for name in mine:
        if name in yours and theirs is not None:
            one_data, other_data = a.data(name, ours), b.data(name, theirs)
            if one_data is not None and other_data is not None and one_data != other_data:
                found.differ += [(name, what) for what in _difference(name, one_data, other_data)]
    versions = _version(a, ours), _version(b, theirs) if theirs is not None else None
    if None not in versions and versions[0] != versions[1]:
        found.differ.append((f"advisory-{public.number}", f"version {versions[0]} in A, {versions[1]} in B"))


def _version(source: Source, one: Advisory) -> int | None:
    """An advisory's version: its text's where that is at hand, else the list's."""
    name = f"advisory-{one.number}.txt"
    if source.local and name in source.names(one):
        data = source.data(name, one)
        version = read_text(data).version if data else None
        return version or one.version
    return one.version


def _difference(name: str, one: bytes, other: bytes) -> Iterator[str]:
    if not name.endswith(".meta"):
        yield f"sha256 {hashlib.sha256(one).hexdigest()[:12]} in A, {hashlib.sha256(other).hexdigest()[:12]} in B"
        return
    try:
        first, second = read_meta(name, one), read_meta(name, other)
    except Failure as failure:
        yield clean(str(failure))
        return
    a, b = _flat(first), _flat(second)
    for key in dict.fromkeys((*a, *b)):
        if a.get(key) != b.get(key):
            yield f"{key}: {_short(a.get(key))} in A, {_short(b.get(key))} in B"


def _flat(meta: Meta) -> dict[str, Any]:
    """A recipe's meaning by key; null and [] mean the same, and the order of versions means nothing."""
    values: dict[str, Any] = {"XSA": meta.xsa, "SupportedVersions": sorted(meta.supported), "Trees": sorted(meta.trees)}
    for version in sorted(meta.recipes):
        for tree, recipe in sorted(meta.recipes[version].items()):
            start = f"Recipes.{version}.{tree}"
            values |= {
                f"{start}.StableRef": recipe.stable_ref,
                f"{start}.Prereqs": list(recipe.prereqs),
                f"{start}.Patches": list(recipe.patches),
            }
    return values


def _short(value: Any) -> str:  # noqa: ANN401
    if value is None:
        return "nothing"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return clean(text)[:100] or "nothing"
