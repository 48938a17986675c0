"""The .meta file of an advisory: which patches each version and tree needs, after which others, on top of which commit.

Source of the shape: the security team's xsatool, whose files have nested recipes: by version, then by tree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from convert.failure import Failure
from convert.trees.version import version as numbers_of
from convert.xsa.advisories import safe_name

MASTER = "master"
_MOST = 500  # patches of one recipe
_PATTERN = re.compile(r"[A-Za-z0-9_*?\[][\w.+,@=~%*?\[\]!-]*(?:/[A-Za-z0-9_*?\[][\w.+,@=~%*?\[\]!-]*){0,6}", re.A)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one version of one tree needs.  `patches` are names or globs; none: nothing is needed there."""

    stable_ref: str
    prereqs: tuple[int, ...]
    patches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meta:
    """A .meta file: `recipes` by version (`master`, `4.20`), then by tree (`xen`, `qemuu`)."""

    xsa: int | None
    supported: tuple[str, ...]
    trees: tuple[str, ...]
    recipes: Mapping[str, Mapping[str, Recipe]]

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that have a recipe, in the file's order."""
        return tuple(self.recipes)

    def all_patches(self) -> tuple[str, ...]:
        """The names and globs of all recipes, each once."""
        return tuple(dict.fromkeys(p for trees in self.recipes.values() for r in trees.values() for p in r.patches))

    def newest(self) -> tuple[int, int]:
        """The highest version that is listed; (0, 0) where there is only master."""
        return max((numbers_of(v) for v in (*self.recipes, *self.supported)), default=(0, 0))


def read_meta(name: str, data: bytes) -> Meta:
    """A .meta file.  Raises Failure with what is wrong with it."""
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except RecursionError:
        raise Failure(f"{name} is nested too deeply to be a recipe") from None
    except ValueError as error:
        raise Failure(f"{name} is not JSON: {str(error)[:100]}") from None
    if not isinstance(value, dict):
        raise Failure(f"{name} is not a JSON object")
    recipes = value.get("Recipes")
    if not isinstance(recipes, dict):
        raise Failure(f"{name} has no Recipes")
    number = value.get("XSA")
    read = {str(v): _by_tree(name, str(v), inner) for v, inner in recipes.items()}
    trees = _words(value.get("Trees")) or tuple(dict.fromkeys(tree for inner in read.values() for tree in inner))
    return Meta(number if isinstance(number, int) else None, _words(value.get("SupportedVersions")), trees, read)


def _words(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str) and len(v) <= 50) if isinstance(value, list) else ()


def _by_tree(name: str, version: str, value: Any) -> Mapping[str, Recipe]:  # noqa: ANN401
    inner = value.get("Recipes", value) if isinstance(value, dict) else None
    if not isinstance(inner, dict) or not re.fullmatch(r"[\w.-]{1,20}", version):
        raise Failure(f"{name}: the recipe of {version[:20]!r} has an unknown form")
    found: dict[str, Recipe] = {}
    for tree, recipe in inner.items():
        if isinstance(recipe, dict) and re.fullmatch(r"[\w .+-]{1,50}", str(tree)):
            found[str(tree)] = _recipe(name, recipe)
    return found


def _recipe(name: str, value: Mapping[str, Any]) -> Recipe:
    ref, prereqs, patches = value.get("StableRef"), value.get("Prereqs"), value.get("Patches")
    if patches is not None and not isinstance(patches, list):
        raise Failure(f"{name}: Patches is not a list")
    names = [patch for patch in patches or [] if isinstance(patch, str)]
    for patch in names:
        if not is_pattern(patch):
            raise Failure(f"{name} names a patch that is not a plain relative name: {patch[:80]!r}")
    if len(names) > _MOST or len(names) != len(patches or []):
        raise Failure(f"{name}: Patches is not a list of (at most {_MOST}) names")
    numbers = tuple(n for n in prereqs if isinstance(n, int)) if isinstance(prereqs, list) else ()
    return Recipe(ref if isinstance(ref, str) else "", numbers, tuple(names))


def is_pattern(text: str) -> bool:
    """Whether a text is a relative name or glob that may be looked for."""
    return len(text) <= 200 and _PATTERN.fullmatch(text) is not None and ".." not in text.split("/")


def expand(pattern: str, names: Iterable[str]) -> list[str]:
    """The listed names that a name or glob means, in numeric order; a glob's `*` does not cross a slash."""
    if not set(pattern) & set("*?["):
        return [pattern] if safe_name(pattern) else []
    parts = pattern.split("/")
    found = (name for name in names if _fits(name.split("/"), parts))
    return sorted(dict.fromkeys(found), key=natural)


def _fits(name: list[str], pattern: list[str]) -> bool:
    return len(name) == len(pattern) and all(fnmatchcase(n, p) for n, p in zip(name, pattern, strict=True))


def natural(name: str) -> list[tuple[int, int | str]]:
    """A key that sorts `-2` before `-10`."""
    return [(0, int(part)) if part.isdigit() else (1, part) for part in re.split(r"([0-9]{1,9})", name) if part]


def by_name(name: str) -> str:
    """A key that sorts as lists of advisories do: without `.patch`, so that the shorter of two comes first."""
    return name.removesuffix(".patch")
