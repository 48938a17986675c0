"""What reads sources: a tree's own files, and texts that an argument names.  The rules of lint never import this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from convert.sources import listed
from convert.sources.elsewhere import FOLDERS, files
from convert.sources.mapping import Map, shipped
from convert.sources.statement import Statement
from convert.trees.texts import of_commit, of_folder
from grammar.source import Source


def texts_of(repo: Path, commit: str) -> Callable[[], Mapping[str, str]]:
    """What reads the files of a commit that speak of support, path -> text."""
    return lambda: of_commit(repo, commit, FOLDERS, files)


def texts_below(folder: Path) -> Callable[[], Mapping[str, str]]:
    """What reads the same files of an unpacked tree."""
    return lambda: of_folder(folder, FOLDERS, files)


def path_of(name: str) -> str:
    """The path in `REF:PATH`, a file's own name otherwise."""
    ref, colon, inside = name.partition(":")
    return inside if colon and ref and inside and not Path(name).exists() else name


def statements(source: Source, known: Map | None = None) -> tuple[Statement, ...]:
    """What a text says that stands for itself.  Raises Failure where it says nothing."""
    return listed.read(source, path_of(source.name), known or shipped()).statements
