"""Themes: which sections make one patch, and which variants have patches of their own, for the maintainers of an
architecture.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path

from convert.failure import Failure
from convert.output.files import read_small
from grammar.fold import fold

_KEYS = {"sections", "variants"}
REST = "further features"


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme's name, and patterns (with * and ?, any case) of sections, and of variants and features."""

    name: str
    sections: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()

    def has_section(self, heading: str) -> bool:
        """Whether a section is this theme's."""
        return _any(self.sections, heading)

    def has_variant(self, name: str) -> bool:
        """Whether a row's qualifier, or a feature's name, is this theme's."""
        return bool(name) and _any(self.variants, name)


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(fnmatchcase(fold(text).casefold(), pattern.casefold()) for pattern in patterns)


def load(path: Path | None) -> tuple[Theme, ...]:
    """The themes of a TOML file, a table a theme with `sections` and `variants`; the built-in ones for None.

    Raises Failure with file and reason.
    """
    if path is None:
        return _read(files("convert.series").joinpath("themes.toml").read_text(encoding="utf-8"), "the built-in themes")
    data = read_small(path, "a file of themes")
    try:
        return _read(data.decode(), str(path))
    except UnicodeDecodeError:
        raise Failure(f"{path}: not UTF-8") from None


def _read(text: str, where: str) -> tuple[Theme, ...]:
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # no TOML, a number of thousands of digits
        raise Failure(f"{where}: not TOML: {error}") from None
    if not tables:
        raise Failure(
            f'{where}: no themes; write a table for each, as ["memory management"] with sections = ["Memory*"]'
        )
    return tuple(_theme(name, table, where) for name, table in tables.items())


def _theme(name: str, table: object, where: str) -> Theme:
    if not isinstance(table, dict):
        raise Failure(
            f'{where}: "{name}" is not a table; write ["{name}"] and below it sections = [...] or variants = [...]'
        )
    if unknown := sorted(set(table) - _KEYS):
        raise Failure(f'{where}: theme "{name}": unknown key "{unknown[0]}"; a theme has sections and variants')
    found = {}
    for key in _KEYS & set(table):
        value = table[key]
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise Failure(f'{where}: theme "{name}": {key} must be a list of patterns in quotes')
        found[key] = tuple(value)
    if not found or not fold(name):
        raise Failure(f'{where}: theme "{name}": needs a name, and sections or variants')
    return Theme(" ".join(name.split()), found.get("sections", ()), found.get("variants", ()))
