"""The aliases file: which features are the same under another name (TOML)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convert.failure import Failure
from grammar.escape import fold

_MAX = 1 << 20  # bytes of an aliases file
_KEYS = frozenset(("old", "new", "tree"))


@dataclass(frozen=True, slots=True)
class Alias:
    """`old` became `new`: headings or row keys as written; `tree` limits it to that tree."""

    old: str
    new: str
    tree: str | None = None


@dataclass(frozen=True, slots=True)
class Aliases:
    """All aliases of a file; without any, every name is its own."""

    entries: tuple[Alias, ...] = ()
    _next: dict[tuple[str, str | None], str] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        for alias in self.entries:
            self._next[_folded(alias.old), alias.tree] = _folded(alias.new)

    def canonical(self, name: str, tree: str | None = None) -> str:
        """The newest name of a heading or row key, folded for comparison.

        An alias of the tree itself comes before one of all trees.  `load` sees to it that the way has an end.
        """
        at, seen = _folded(name), set[str]()
        while at not in seen:
            seen.add(at)
            following = self._next.get((at, tree)) if tree is not None else None
            at = following or self._next.get((at, None), at)
        return at

    def same(self, old: str, new: str, trees: tuple[str | None, str | None] = (None, None)) -> bool:
        """Whether two headings or row keys, of the trees named, are one; the direction does not matter."""
        return bool(self.entries) and self.canonical(old, trees[0]) == self.canonical(new, trees[1])


def load(path: Path | None) -> Aliases:
    """The aliases of a TOML file, `[[alias]] old = "..." new = "..."`; none for None.  Failure with file and reason."""
    if path is None:
        return Aliases()
    try:
        with path.open("rb") as file:
            data = file.read(_MAX + 1)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None
    if len(data) > _MAX:
        raise Failure(f"{path}: larger than 1 MiB; that is no aliases file")
    try:
        found: dict[str, Any] = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Failure(f"{path}: no TOML: {error}") from None
    if unknown := sorted(set(found) - {"alias"}):
        raise Failure(f'{path}: unknown key "{unknown[0]}"; an aliases file has [[alias]] tables only')
    tables = found.get("alias", [])
    if not isinstance(tables, list):
        raise Failure(f"{path}: write [[alias]], with two brackets, before each alias")
    aliases = Aliases(tuple(_alias(table, number, path) for number, table in enumerate(tables, 1)))
    _check(aliases, path)
    return aliases


def _alias(table: object, number: int, path: Path) -> Alias:
    where = f"{path}: alias {number}"
    if not isinstance(table, dict):
        raise Failure(f"{where}: not a table")
    if unknown := sorted(set(table) - _KEYS):
        raise Failure(f'{where}: unknown key "{unknown[0]}"; an alias has old, new and tree')
    for key, value in table.items():
        if not isinstance(value, str) or not _folded(value):
            raise Failure(f"{where}: {key} must be a text in quotes that is not blank")
    if "old" not in table or "new" not in table:
        raise Failure(f"{where}: needs both old and new")
    return Alias(table["old"], table["new"], table.get("tree"))


def _check(aliases: Aliases, path: Path) -> None:
    """One name has one newer name, and no name leads back to itself."""
    seen: dict[tuple[str, str | None], Alias] = {}
    for alias in aliases.entries:
        at = (_folded(alias.old), alias.tree)
        if at in seen and _folded(seen[at].new) != _folded(alias.new):
            raise Failure(f'{path}: "{alias.old}" has two new names: "{seen[at].new}" and "{alias.new}"')
        seen[at] = alias
    for alias in aliases.entries:
        if _folded(alias.old) == _folded(alias.new):
            continue
        passed, name = {_folded(alias.old)}, _folded(alias.new)
        while (following := seen.get((name, alias.tree)) or seen.get((name, None))) is not None:
            if name in passed:
                raise Failure(f'{path}: the aliases of "{alias.old}" lead in a circle')
            passed.add(name)
            name = _folded(following.new)


def _folded(name: str) -> str:
    return fold(name).casefold()
