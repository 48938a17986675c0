"""The aliases file: which features are the same under another name (TOML); the one for xen.git is shipped,
xen-aliases.toml.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from convert.failure import Failure
from grammar.fold import fold
from grammar.record import field, record

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = 8192  # that are remembered with what they lead to
_KEYS = ("old", "new", "tree", "commit")
SHIPPED = "xen-aliases.toml"


@record(frozen=True)
class Alias:
    """`old` became `new`: headings or row keys as written; `tree` limits it to that tree; `commit` is what renamed
    it.
    """

    old: str
    new: str
    tree: str | None = None
    commit: str | None = None


@record(frozen=True)
class Aliases:
    """All aliases of a file; without any, every name is its own."""

    entries: tuple[Alias, ...] = ()
    _next: dict[tuple[str, str | None], str] = field(default_factory=dict, init=False, compare=False, repr=False)
    _known: dict[tuple[str, str | None], str] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        for alias in self.entries:
            self._next[_folded(alias.old), alias.tree] = _folded(alias.new)

    def canonical(self, name: str, tree: str | None = None) -> str:
        """The newest name of a heading or row key, folded for comparison.

        An alias of the tree itself comes before one of all trees.  `load` sees to it that the way has an end.
        """
        known = self._known.get((name, tree))
        if known is not None:
            return known
        at, seen = _folded(name), set[str]()
        while at not in seen:
            seen.add(at)
            following = self._next.get((at, tree)) if tree is not None else None
            at = following or self._next.get((at, None), at)
        if len(self._known) < _NAMES:
            self._known[name, tree] = at
        return at

    def leads(self, name: str, to: str) -> bool:
        """Whether a name goes, by these aliases, through another one."""
        at, seen = _folded(name), set[str]()
        while at not in seen:
            if at == _folded(to):
                return True
            seen.add(at)
            at = self._next.get((at, None), at)
        return False

    def same(self, old: str, new: str, trees: tuple[str | None, str | None] = (None, None)) -> bool:
        """Whether two headings or row keys, of the trees named, are one; the direction does not matter."""
        return bool(self.entries) and self.canonical(old, trees[0]) == self.canonical(new, trees[1])


def load(path: Path | None, more: Aliases | None = None) -> Aliases:
    """The aliases of a TOML file, `[[alias]] old = "..." new = "..."`, none for None; Failure with file and reason.

    `more`: the shipped ones; the file's own come first, and one of `more` that the file contradicts is left out.
    """
    return joined(read(path), more)


def read(path: Path | None) -> Aliases | None:
    """The aliases of a TOML file alone; None for None.  Raises Failure as `load` does."""
    if path is None:
        return None
    from convert.output.files import read_small

    return _read(read_small(path, "an aliases file"), str(path))


def joined(own: Aliases | None, more: Aliases | None) -> Aliases:
    """A file's aliases with the shipped ones behind them, as `load` joins them."""
    if own is None:
        return more or Aliases()
    known = {_folded(alias.old) for alias in own.entries if alias.tree is None}
    found = own
    for alias in more.entries if more else ():
        if _folded(alias.old) not in known and not found.leads(alias.new, alias.old):
            found = Aliases((*found.entries, alias))
    return found


@cache
def shipped() -> Aliases:
    """The aliases of the real xen.git's SUPPORT.md, for trees that have a xen/Makefile beside it."""
    import pkgutil

    return _read(pkgutil.get_data(__package__, SHIPPED) or b"", SHIPPED)


def _read(data: bytes, name: str) -> Aliases:
    """The aliases in the bytes of a file of that name."""
    import tomllib

    try:
        found: dict[str, Any] = tomllib.loads(data.decode())
    except UnicodeDecodeError:
        raise Failure(f"{name}: not UTF-8; that is not an aliases file") from None
    except (ValueError, RecursionError) as error:  # no TOML, a number of thousands of digits
        raise Failure(f"{name}: not TOML: {error}") from None
    if unknown := sorted(set(found) - {"alias"}):
        raise Failure(f'{name}: unknown key "{unknown[0]}"; an aliases file has [[alias]] tables only')
    tables = found.get("alias", [])
    if not isinstance(tables, list):
        raise Failure(f"{name}: write [[alias]], with two brackets, before each alias")
    aliases = Aliases(tuple(_alias(table, number, name) for number, table in enumerate(tables, 1)))
    _check(aliases, name)
    return aliases


def _alias(table: object, number: int, path: str) -> Alias:
    where = f"{path}: alias {number}"
    if not isinstance(table, dict):
        raise Failure(f"{where}: not a table")
    if unknown := sorted(set(table) - set(_KEYS)):
        raise Failure(f'{where}: unknown key "{unknown[0]}"; an alias has {", ".join(_KEYS[:-1])} and {_KEYS[-1]}')
    for key, value in table.items():
        if not isinstance(value, str) or not _folded(value):
            raise Failure(f"{where}: {key} must be a text in quotes that is not blank")
    if "old" not in table or "new" not in table:
        raise Failure(f"{where}: needs both old and new")
    return Alias(table["old"], table["new"], table.get("tree"), table.get("commit"))


def _check(aliases: Aliases, path: str) -> None:
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


@lru_cache(maxsize=8192)
def _folded(name: str) -> str:
    return fold(name).casefold()
