"""What people call a tree: a workbook's name, a version, `unstable`, a branch, ref or tag, an unpacked source tree
or its SUPPORT.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from convert.failure import Failure
from convert.trees import git
from convert.trees.arguments import read_source, source_of
from convert.trees.version import FILE, UNSTABLE
from grammar.source import Source

_VERSION = re.compile(r"[0-9]+\.[0-9]+")
_RELEASE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:-rc[0-9]+)?")


@dataclass(frozen=True, slots=True)
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


def resolve(
    name: str, repo: Path | None = None, remote: str | None = None, branches: Mapping[str, str | None] | None = None,
    *, unpacked: bool = True,
) -> Found:  # fmt: skip
    """The tree that a name means.

    `branches` gives the branch of each name of a workbook; `remote` chooses among remotes that have a branch.  A folder
    with a SUPPORT.md comes first, a file last, unless `unpacked` is false.  A branch is refs/heads/B, else that of the
    one remote that has it.  Raises Failure with the candidates where it is not one, or with what was tried.
    """
    if not name or "\0" in name:
        raise Failure(f"{name!r}: not the name of a tree")
    where = repo or Path()
    path = Path(name)
    if unpacked and _is_file(path / FILE):
        return Found(name, file=path / FILE)
    inside = git.run(where, "rev-parse", "--git-dir").returncode == 0
    tried = list(dict.fromkeys(_candidates(name, branches or {}))) if inside else []
    for candidate in tried:
        found = _branch(name, candidate, where, remote)
        if found is not None:
            return found
        for ref in _tags(candidate):
            commit = git.commit(where, ref)
            if commit is not None:
                return Found(name, git.full_name(where, ref) or ref, commit)
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


def _branch(name: str, branch: str, repo: Path, remote: str | None) -> Found | None:
    """The branch of a name: the local one, else that of the one remote that has it."""
    if branch == "HEAD":  # no branch, though remotes have a ref of that name
        return None
    if re.search(r"[*?\[\\\x00-\x20]", branch):  # no branch's name, and for-each-ref would take it for a pattern
        return None
    refs = git.refs(repo, f"refs/heads/{branch}", f"refs/remotes/*/{branch}")
    local = refs.get(f"refs/heads/{branch}")
    there = {
        ref.removeprefix("refs/remotes/").removesuffix(f"/{branch}"): at
        for ref, at in refs.items()
        if ref.startswith("refs/remotes/") and ref.endswith(f"/{branch}")
    }
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
