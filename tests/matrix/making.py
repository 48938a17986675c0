"""Trees and repositories for the tests of the matrix."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from convert.cli import main
from convert.commands.reading import read
from convert.matrix import build as model
from convert.matrix.tree import Tree
from convert.names.aliases import Alias, Aliases
from convert.trees.all import Column
from grammar.source import Source
from tests.helpers.repositories import Commit, build

TODAY = date(2025, 6, 1)
SHARED = Path(__file__).resolve().parents[3] / "shared"


def support(version: str, features: str, until: str = "2030-01-01", security: str = "2032-01-01") -> str:
    """A SUPPORT.md of a version with these features."""
    return (
        f"% Support statement\n\nWhat is supported.\n\n# Release Support\n\n    Xen-Version: {version}\n    Initial-Release: 2020-01-01\n"
        f"    Supported-Until: {until}\n    Security-Support-Until: {security}\n\nRelease Notes\n"
        f': <a href="https://wiki.xenproject.org/wiki/Xen_{version}">RN</a>\n\n# Feature Support\n\n{features.strip()}\n'
    )


def makefile(version: str) -> str:
    major, minor = version.split("-")[0].split(".")
    return f"export XEN_VERSION       = {major}\nexport XEN_SUBVERSION    = {minor}\n"


def tree(version: str, features: str, name: str | None = None) -> Tree:
    """A tree, read."""
    text = support(version, features)
    return read(Column(name or version, None, None, None, version, Source(version, text.encode())), prose=True)


def built(*trees: Tree, aliases: Sequence[tuple[str, str]] = ()) -> model.Matrix:
    """The matrix of trees, newest first."""
    return model.build(trees, TODAY, Aliases(tuple(Alias(old, new) for old, new in aliases)))


def keys(found: model.Matrix) -> list[str]:
    """The keys of the rows below Feature Support, in order."""
    return [line.key for line in found.rows if line.path[0] == "Feature Support"]


def line(found: model.Matrix, key: str) -> model.Line:
    return next(line for line in found.lines if line.key == key)


def repository(path: Path, **trees: str) -> Path:
    """A repository with a branch a tree (`v4_20` is stable-4.20, `unstable` is master), each with its SUPPORT.md and xen/Makefile."""
    commits = []
    for name, text in trees.items():
        version = "4.99" if name == "unstable" else name.removeprefix("v").replace("_", ".")
        branch = "master" if name == "unstable" else f"stable-{version}"
        commits.append(Commit(f"state of {branch}", {"SUPPORT.md": text, "xen/Makefile": makefile(version)}, branch))
    return build(path, commits)


def run_json(capsys: Any, *arguments: str, status: int = 0) -> Any:
    """What a command prints as JSON."""
    assert main([*arguments, "--format", "json"]) == status
    return json.loads(capsys.readouterr().out)
