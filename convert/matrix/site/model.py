"""What a site is made of: the matrix, its features with their pages, and what changed each of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from convert.matrix.build import Line, Matrix
from convert.matrix.columns import Address
from convert.matrix.history import Step
from convert.matrix.lineage import Change
from convert.matrix.past import Past, joined
from convert.matrix.tree import Tree
from convert.names.aliases import Aliases

Changes = tuple[tuple[Change, tuple[Step, ...]], ...]
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._~-]{0,99}")


@dataclass(frozen=True, slots=True)
class Feature:
    """A heading with statuses or words: its line, the rows that it has (its own first), and its changes, newest first.

    `file`: the name of its page without `.html`; `old_files`: those of the names that it had before.
    """

    line: Line
    rows: tuple[Line, ...]
    changes: Changes
    file: str
    old_files: tuple[str, ...] = ()

    @property
    def section(self) -> tuple[str, ...]:
        """The headings above it, without the part of the file that all features are in."""
        return self.line.path[1:-1]


@dataclass(frozen=True, slots=True)
class Site:
    """All that pages, data and feed are made of.

    `releases`: what changed the release fields of the trees; `base`: the address that the site is served at, with a
    slash at its end, or empty; `urls`: where SUPPORT.html is; `latest`: for each version `X.Y` its newest point release
    and the day of its tag; `digests` are those of the trees' files.
    """

    matrix: Matrix
    digests: tuple[str, ...]
    features: tuple[Feature, ...]
    past: Past
    urls: Address
    releases: Changes = ()
    base: str = ""
    latest: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def tree_file(self, tree: Tree) -> str:
        """The name of a tree's page without `.html`."""
        return slug(tree.name)

    @property
    def names(self) -> list[str]:
        """The trees' names, newest first."""
        return [tree.name for tree in self.matrix.trees]


def slug(name: str) -> str:
    """A name as a file and in an address: as it is where it is plain, else what is plain of it with a part of its
    SHA-256.
    """
    if _PLAIN.fullmatch(name) and ".." not in name:
        return name
    plain = re.sub(r"[^a-z0-9]+", "-", name.casefold())[:60].strip("-")
    return f"{plain or 'x'}-{hashlib.sha256(name.encode(errors='surrogateescape')).hexdigest()[:10]}"


def features(matrix: Matrix, past: Past, aliases: Aliases) -> tuple[tuple[Feature, ...], Changes]:
    """The features of a matrix with their history, in its order, and what changed the release fields."""
    lines = list(_headings(matrix))
    released = {line.anchor for line in matrix.rows if line.kind == "release"}
    heads = [line for line in matrix.lines if line.parts and line.key in released]
    changes = _changes([*heads, *(line for line, _ in lines)], past, aliases)
    taken = {line.id for line, _ in lines}
    found = []
    for line, rows in lines:
        old = tuple(slug(key) for key in line.formerly if key not in taken)
        taken.update(line.formerly)
        found.append(Feature(line, rows, tuple(joined(changes.get(line.id, ()), past)), slug(line.id), old))
    of_releases = [change for line in heads for change in changes.get(line.id, ())]
    return tuple(found), tuple(joined(of_releases, past))


def _headings(matrix: Matrix) -> Iterator[tuple[Line, tuple[Line, ...]]]:
    """The headings that have statuses or words, each with its rows: below the top-level headings that have statuses."""
    tops = {line.path[0] for line in matrix.rows if line.kind != "release"}
    lines = [line for line in matrix.lines if line.path and line.path[0] in tops]
    for n, line in enumerate(lines):
        if not line.parts:
            continue
        below = next((m for m in range(n + 1, len(lines)) if lines[m].parts), len(lines))
        rows = tuple(row for row in lines[n:below] if row.stated and row.kind != "release")
        if rows or line.prose:
            yield line, rows


def _changes(lines: Sequence[Line], past: Past, aliases: Aliases) -> dict[str, list[tuple[str, tuple[Step, ...]]]]:
    """The changes of each line by its id, in one walk through the commits.

    A merge counts where it differs from each of its parents, as in `history`.
    """
    known: dict[str, str] = {}
    for line in lines:
        for anchor in (line.anchor, line.key, *line.formerly):
            known.setdefault(aliases.canonical(anchor), line.id)
        known.setdefault(aliases.canonical(line.name), line.id)
    edges = past.edges(aliases)
    found: dict[str, list[tuple[str, tuple[Step, ...]]]] = {}
    grouped: dict[int, dict[str, list[Step]]] = {}
    for commit, parents in past.graph:
        sides = []
        for parent in parents or (None,):
            steps = edges(commit, parent)
            if id(steps) not in grouped:
                grouped[id(steps)] = _by_line(steps, known, aliases)
            sides.append(grouped[id(steps)])
        for name in sides[0]:
            if all(name in side for side in sides[1:]):
                found.setdefault(name, []).append((commit, tuple(sides[0][name])))
    return found


def _by_line(steps: Sequence[Step], known: Mapping[str, str], aliases: Aliases) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for step in steps:
        names = (aliases.canonical(name) for place in step.places for name in (place.anchor, place.name))
        for line in dict.fromkeys(known[name] for name in names if name in known):
            found.setdefault(line, []).append(step)
    return found
