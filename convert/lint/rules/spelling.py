"""Misspelled words: codespell's dictionary where that package is installed, else spelling.txt beside this file."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LOCAL = "spelling.txt"


@cache
def misspellings() -> dict[str, str]:
    """From a misspelt word in lower case to what it should be (`a, or b` where that is open)."""
    found = _read((pkgutil.get_data(__package__, LOCAL) or b"").decode())
    spec = find_spec("codespell_lib")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "data" / "dictionary.txt"
        if path.is_file():
            found = _read(path.read_text(encoding="utf-8")) | found
    return found


def _read(text: str) -> dict[str, str]:
    """Lines of the form `wrong->right` or `wrong->right, other,`."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        wrong, arrow, right = line.partition("->")
        if arrow and not wrong.startswith("#"):
            choices = [f'"{word.strip()}"' for word in right.split(",") if word.strip() and " " not in word.strip()]
            if choices:
                found[wrong.strip().lower()] = ", or ".join(choices)
    return found
