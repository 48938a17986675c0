"""What reads a tree's own files that speak of support.  The rules of lint never import this: it runs git."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from convert.sources.elsewhere import FOLDERS, files
from convert.trees.texts import of_commit, of_folder


def texts_of(repo: Path, commit: str) -> Callable[[], Mapping[str, str]]:
    """What reads the files of a commit that speak of support, path -> text."""
    return lambda: of_commit(repo, commit, FOLDERS, files)


def texts_below(folder: Path) -> Callable[[], Mapping[str, str]]:
    """What reads the same files of an unpacked tree."""
    return lambda: of_folder(folder, FOLDERS, files)
