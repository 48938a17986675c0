"""What an argument of lint names: a file, `REF:PATH`, standard input, or a tree: a version, a ref, a tag, an
unpacked source tree.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from convert.failure import Failure
from convert.trees.arguments import read_source, source_of
from convert.trees.state import quick_fields, standing
from convert.trees.version import FILE, MAKEFILE, MAX_MAKEFILE, stable_version, version
from grammar.named import NamedTuple
from grammar.source import Source

if TYPE_CHECKING:
    from pathlib import Path


class Target(NamedTuple):
    """One input with what is known about it.

    `name`: as people are told; `path`: the file's path without a ref; `day`: by which policies are judged; `makefile`:
    the text of the tree's xen/Makefile; `file`: where it can be written; `inside`: its path in the repository it came
    out of; `commit`, `subject`: the commit it was read at; `tree`: what the tree was called, `named`: by a branch or
    tag, not by a commit; `texts` reads the tree's other files that speak of support, path -> text, when a rule asks for
    them.
    """

    name: str
    path: str
    source: Source
    day: date
    makefile: str | None = None
    file: str | None = None
    inside: str | None = None
    commit: str | None = None
    subject: str | None = None
    tree: str | None = None
    named: bool = False
    texts: Callable[[], Mapping[str, str]] | None = None

    @property
    def top(self) -> str:
        """Its path from the top of its repository; outside any, as it was named."""
        if self.inside is not None:
            return os.path.normpath(self.inside)
        folder = work_tree(self.file) if self.file is not None else None
        if folder is None or self.file is None:
            return os.path.normpath(self.path)
        return os.path.relpath(os.path.realpath(self.file), folder)


class Found(NamedTuple):
    """A ref: its commit, whether it is a branch, what to tell people about the choice, whether it has a name of its
    own.
    """

    name: str
    commit: str
    branch: bool
    note: str | None = None
    named: bool = False


def work_tree(path: str) -> str | None:
    """The top of the git work tree that a path lies in, found without git."""
    place, above = "", os.path.realpath(path)
    while above != place:
        place, above = above, os.path.dirname(above)
        if os.path.exists(os.path.join(place, ".git")):
            return place
    return None


def default_name(repo: str | None = None) -> str:
    """SUPPORT.md here, or in `repo`, else at the top of the repository.  Raises Failure where there is neither.

    A repository that is named and has no such file in a work tree (a bare one has none) means its HEAD.
    """
    folder = repo or "."
    if os.path.isfile(os.path.join(folder, FILE)):
        return os.path.normpath(os.path.join(folder, FILE))
    top = work_tree(folder)
    if top is not None and os.path.isfile(os.path.join(top, FILE)):
        return os.path.relpath(os.path.join(top, FILE))
    if repo is not None:
        return f"HEAD:{FILE}"
    raise Failure("no SUPPORT.md here, nor at the top of a git repository; name a file")


class Trees:
    """Reads what arguments name, of one repository (`repo`, default: the current one), once each.

    `remote`: where branches come from that are not local; `tell` gets the words about a choice that was made.
    """

    def __init__(self, repo: str | None, remote: str | None, tell: Callable[[str], None]) -> None:
        self.folder = repo or "."
        self.remote = remote
        self.tell = tell
        self.ref = cache(self._ref)

    @property
    def repo(self) -> Path:
        """The repository, for git."""
        import pathlib

        return pathlib.Path(self.folder)

    def target(self, name: str) -> Target:
        """The input that an argument names; a file of that name comes first.  Raises Failure with a reason for
        people.
        """
        if name == "-":
            source = read_source(name)
            return Target(source.name, source.name, source, date.today())
        if os.path.exists(name):
            return self._file(read_source(name))
        ref, colon, inside = name.partition(":")
        if not ref or ref.startswith("-") or (colon and not inside):
            raise Failure(f"{name}: no such file, and not REF:PATH of a git repository")
        found = self.ref(ref)
        if found.note:
            self.tell(found.note)
        return self.at(found, inside or FILE, name if colon else f"{name}:{FILE}")

    def at(self, found: Found, inside: str, name: str, subject: str | None = None) -> Target:
        """A file of a commit.  Raises Failure where the commit has none."""
        from convert.trees import git

        data = git.object_of(self.repo, f"{found.commit}:{inside}")
        if data is None:
            raise Failure(f"{name}: {found.name} has no file {inside}")
        source = source_of(name, data)
        day = date.today() if found.branch else date.fromisoformat(git.day(self.repo, found.commit))
        makefile = git.object_of(self.repo, f"{found.commit}:{MAKEFILE}") if inside == FILE else None
        texts = texts_of(self.repo, found.commit) if inside == FILE else None
        return Target(
            name,
            inside,
            source,
            day,
            decoded(makefile),
            None,
            inside,
            found.commit,
            subject,
            found.name,
            found.named,
            texts,
        )

    def supported(self, day: date) -> Iterator[str]:
        """The branches of the release trees whose SUPPORT.md promises security support on a day, and the unstable
        one's.
        """
        from convert.trees import git
        from convert.trees.all import branch_of, release_trees

        trees = release_trees(self.repo, self.remote)
        stable = [tree for tree in trees if stable_version(branch_of(tree)) is not None]
        for tree in sorted(stable, key=lambda tree: version(tree.name), reverse=True):
            data = git.object_of(self.repo, f"{tree.commit}:{FILE}")
            if data is not None and standing(quick_fields(data), day).security_supported:
                yield branch_of(tree)
        yield from (branch_of(tree) for tree in trees if tree not in stable)

    def _file(self, source: Source) -> Target:
        folder, name = os.path.split(source.name)
        text = makefile_of(folder) if name == FILE else None
        tree = os.path.basename(os.path.abspath(folder)) if text is not None else None
        texts = texts_below(folder or ".") if name == FILE else None
        return Target(source.name, source.name, source, date.today(), text, source.name, tree=tree, texts=texts)

    def _ref(self, name: str) -> Found:
        from convert.trees import git
        from convert.trees.resolve import resolve

        if name == "HEAD":  # no branch, though remotes have a ref of that name
            commit = git.commit(self.repo, name)
            if commit is None:
                raise Failure(f"{self.repo}: not a git repository, or one without commits")
            return Found(name, commit, False)
        found = resolve(name, self.repo, self.remote)
        if found.commit is None:
            raise Failure(f"{name}: a folder or file, where a ref is needed")
        ref = found.ref or ""
        branch = ref.startswith(("refs/heads/", "refs/remotes/"))
        return Found(name, found.commit, branch, found.note, ref.startswith("refs/"))


def texts_of(repo: Path, commit: str) -> Callable[[], Mapping[str, str]]:
    """What reads the other files of a commit that speak of support, when they are asked for."""

    def read() -> Mapping[str, str]:
        from convert.sources import texts

        return texts.texts_of(repo, commit)()

    return read


def texts_below(folder: str) -> Callable[[], Mapping[str, str]]:
    """What reads the same files of an unpacked tree."""

    def read() -> Mapping[str, str]:
        import pathlib

        from convert.sources import texts

        return texts.texts_below(pathlib.Path(folder))()

    return read


def decoded(makefile: bytes | None) -> str | None:
    """The text of a xen/Makefile."""
    return makefile[:MAX_MAKEFILE].decode(errors="replace") if makefile is not None else None


def makefile_of(folder: str) -> str | None:
    """The text of the xen/Makefile of an unpacked tree; None where there is none."""
    path = os.path.join(folder, MAKEFILE)
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as file:
        return file.read(MAX_MAKEFILE).decode(errors="replace")
