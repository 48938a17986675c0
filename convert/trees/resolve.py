"""What people call a tree: a workbook's name, a version, `unstable`, a branch, ref or tag, an unpacked source tree
or its SUPPORT.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from convert.failure import Failure
from convert.trees import git
from convert.trees.arguments import read_source, source_of
from convert.trees.version import FILE, UNSTABLE
from grammar.record import record
from grammar.source import Source

_VERSION = re.compile(r"[0-9]+\.[0-9]+")
_RELEASE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:-rc[0-9]+)?")


@record(frozen=True)
class Found:
    """A tree that was found: as it was called, its full ref and commit (None for an unpacked tree), the file of an
    unpacked one.

    `note` says which of two branches was used where a local and a remote one differ.
    """

    name: str
    ref: str | None = None
    commit: str | None = None
    file: Path | None = None
    note: str | None = None

    def support(self, repo: Path | None = None) -> Source:
        """Its SUPPORT.md.  Raises Failure where it has none."""
        if self.file is not None:
            return read_source(str(self.file))
        data = git.object_of(repo or Path(), f"{self.commit}:{FILE}")
        if data is None:
            raise Failure(f"{self.name}: this tree has no {FILE}; it came with Xen 4.10")
        return source_of(f"{self.name}:{FILE}", data)


class Refs:
    """The refs of a repository, read at once when the first is asked for, and held while names are looked up."""

    def __init__(self, repo: Path | None = None) -> None:
        self.repo = repo or Path()

    @cached_property
    def found(self) -> Mapping[str, tuple[str, str | None]] | None:
        """Full names -> (object, commit); None where this is no repository."""
        return git.ref_commits(self.repo)

    def get(self, ref: str) -> str | None:
        """The object of a ref by its full name."""
        return (self.found or {}).get(ref, (None, None))[0]

    def remotes(self, branch: str) -> dict[str, str]:
        """The remotes that have a branch, each with the commit."""
        ends = f"/{branch}"
        there = (ref.removeprefix("refs/remotes/") for ref in self.found or {} if ref.startswith("refs/remotes/"))
        places = {ref.removesuffix(ends) for ref in there if ref.endswith(ends)}
        return {r: own for r in sorted(places) if "/" not in r and (own := self.get(f"refs/remotes/{r}{ends}"))}

    def commit(self, name: str) -> tuple[str, str] | None:
        """The full name (or the name itself) and the commit of a tag, hash or expression; None for what is none."""
        known = (self.found or {}).get(name)
        if known is not None and known[1] is not None:
            return name, known[1]
        commit = git.commit(self.repo, name)
        return (git.full_name(self.repo, name) or name, commit) if commit is not None else None


def resolve(
    name: str, repo: Path | None = None, remote: str | None = None, branches: Mapping[str, str | None] | None = None,
    *, unpacked: bool = True, refs: Refs | None = None,
) -> Found:  # fmt: skip
    """The tree that a name means.

    `branches` gives the branch of each name of a workbook; `remote` chooses among remotes that have a branch; `refs`
    are those of the repository, where several names are looked up.  A folder with a SUPPORT.md comes first, a file
    last, unless `unpacked` is false.  A branch is refs/heads/B, else that of the one remote that has it.  Raises
    Failure with the candidates where it is not one, or with what was tried.
    """
    if not name or "\0" in name:
        raise Failure(f"{name!r}: not the name of a tree")
    where = repo or Path()
    path = Path(name)
    if unpacked and _is_file(path / FILE):
        return Found(name, file=path / FILE)
    refs = refs or Refs(where)
    inside = refs.found is not None
    tried = list(dict.fromkeys(_candidates(name, branches or {}))) if inside else []
    for candidate in tried:
        found = _branch(name, candidate, refs, remote)
        if found is not None:
            return found
        for ref in _tags(candidate):
            known = refs.commit(ref)
            if known is not None:
                return Found(name, *known)
    if unpacked and _is_file(path):
        return Found(name, file=path)
    if not inside:
        raise Failure(f"{name}: no such file, and {where.resolve()} is not a git repository; name one with --repo")
    others = f"; tried {', '.join(tried)}" if tried != [name] else ""
    raise Failure(f"{name}: no such file, branch, tag or commit{others}")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _candidates(name: str, branches: Mapping[str, str | None]) -> Iterator[str]:
    """The names of branches, tags and commits that a tree's name may mean, likeliest first."""
    branch = branches.get(name)
    if branch:
        yield branch
    if name.casefold() in ("unstable", "xen-unstable"):
        yield from UNSTABLE
    if _VERSION.fullmatch(name):
        yield f"stable-{name}"
        yield f"RELEASE-{name}.0"
    if _RELEASE.fullmatch(name):
        yield f"RELEASE-{name}"
    yield name


def _branch(name: str, branch: str, refs: Refs, remote: str | None) -> Found | None:
    """The branch of a name: the local one, else that of the one remote that has it."""
    if branch == "HEAD":  # no branch, though remotes have a ref of that name
        return None
    local, there = refs.get(f"refs/heads/{branch}"), refs.remotes(branch)
    if remote is not None:
        there = {r: at for r, at in there.items() if r == remote}
    if local is not None:
        others = [f"{r}/{branch}" for r, at in there.items() if at != local]
        note = f"{name}: the local branch {branch} is used; {', '.join(others)} differs" if others else None
        return Found(name, f"refs/heads/{branch}", local, note=note)
    if len(there) > 1:
        candidates = ", ".join(f"{r}/{branch}" for r in there)
        raise Failure(f"{name}: several remotes have the branch {branch}: {candidates}; choose one with --remote")
    for r, at in there.items():
        return Found(name, f"refs/remotes/{r}/{branch}", at)
    return None


def _tags(name: str) -> Iterator[str]:
    yield f"refs/tags/{name}"
    yield name
