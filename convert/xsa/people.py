"""`xsa people`: the maintainers of what a patch changes, who are not on a given list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from convert.failure import Failure
from convert.output.files import read_given
from convert.output.terminal import clean
from convert.trees import git, maintainers
from convert.xsa.patches import FileDiff, Patch, for_patch_id, read

FILE = "MAINTAINERS"


def read_known(path: Path) -> frozenset[str]:
    """The addresses of a file (`-`: standard input), in lower case, with names or without.  Raises Failure."""
    text = read_given(path)[1].decode("utf-8", "replace")
    return frozenset(found.lower() for found in re.findall(r"[^\s<>,;:\"']+@[^\s<>,;:\"']+", text))


class Trees:
    """The trees whose MAINTAINERS are at hand: (name, repository, ref), xen's first."""

    def __init__(self, trees: Sequence[tuple[str, Path, str]]) -> None:
        self.trees = tuple(trees)
        self._read: dict[str, maintainers.Maintainers] = {}

    def of(self, paths: frozenset[bytes]) -> tuple[str, maintainers.Maintainers]:
        """The tree that has most of a patch's files, and its MAINTAINERS; the first of equals.  Raises Failure."""
        counts = []
        for name, repo, ref in self.trees:
            there = git.batch(repo, [f"{ref}:{path.decode('utf-8', 'replace')}" for path in sorted(paths)])
            counts.append((sum(data is not None for data in there), name, repo, ref))
        count, name, repo, ref = max(counts, key=lambda one: one[0])
        if count == 0 and len(self.trees) == 1:
            at_hand = ", ".join(name for name, _, _ in self.trees)
            raise Failure(
                f"{clean(min(paths).decode('utf-8', 'replace'))}: in none of the trees {at_hand}; name its tree with"
                " --tree qemuu=DIR"
            )
        if name not in self._read:
            text = git.object_of(repo, f"{ref}:{FILE}")
            if text is None:
                raise Failure(f"{name}: {clean(str(repo))} has no {FILE} at {clean(ref)}")
            self._read[name] = maintainers.read(text.decode("utf-8", "replace"))
        return name, self._read[name]


def people(path: Path, trees: Trees, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(person, file) of a patch file, `-` for standard input: the maintainers of each changed file who are not known.

    Raises Failure.
    """
    given, data = read_given(path)
    patches = read(data)
    if not patches:
        raise Failure(f"{clean(given)} is not a patch")
    _, listed = trees.of(frozenset().union(*(patch.paths for patch in patches)))
    keepers = {
        maintainers.address_of(p) for s in listed.sections for v in s.values("M") for p in maintainers.addresses(v)
    }
    seen: set[tuple[str, str]] = set()
    for file in (file for patch in patches for file in patch.files):
        name = file.path.decode("utf-8", "replace")
        for person in maintainers.recipients(listed, _alone(file)).people:
            address = maintainers.address_of(person)
            if address in keepers and address not in known and (address, name) not in seen:
                seen.add((address, name))
                yield person, name


def _alone(file: FileDiff) -> str:
    return for_patch_id(Patch((), (file,))).decode("utf-8", "replace")
