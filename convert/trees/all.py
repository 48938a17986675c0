"""The trees that are side by side in a matrix: which they are, and their files, read by few git processes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from convert.failure import Failure
from convert.trees import git
from convert.trees.arguments import read_source, source_of
from convert.trees.commit import read as read_commit
from convert.trees.resolve import Found, Refs, resolve
from convert.trees.version import FILE, MAKEFILE, MAX_MAKEFILE, is_release_branch, read_makefile, tree_name
from grammar.record import record
from grammar.source import Source

_LOCAL = "refs/heads/"


@record(frozen=True)
class Column:
    """One tree as it was found.

    `ref`, `commit` and `date` (of the commit, YYYY-MM-DD) are None for an unpacked tree; `version` is what its
    xen/Makefile says, as `4.20`; `problem` tells why there is no `source`; `branch`: it is the tip of a branch.
    """

    name: str
    ref: str | None
    commit: str | None
    date: str | None
    version: str | None
    source: Source | None
    problem: str | None = None
    branch: bool = False


def columns(
    names: Sequence[str], repo: Path | None, remote: str | None, tell: Callable[[str], None]
) -> tuple[Column, ...]:
    """The trees that are named, or all release trees and the unstable one of a repository, in no order yet.

    `remote` chooses among remotes; `tell` gets the words about a choice that was made.  Raises Failure for a tree that
    is not there or has no SUPPORT.md, and where a repository has none at all.
    """
    where = repo or Path()
    refs = Refs(where)
    trees = (
        [resolve(name, where, remote, refs=refs) for name in dict.fromkeys(names)]
        if names
        else release_trees(where, remote)
    )
    for tree in trees:
        if tree.note:
            tell(tree.note)
    read = _read(where, trees)
    if names:
        missing = [tree.name for tree, column in zip(trees, read, strict=True) if column is None]
        if missing:
            raise Failure(f"{', '.join(missing)}: without {FILE}")
    found = tuple(column for column in read if column is not None)
    if not found:
        raise Failure(f"{where.resolve()}: no branch master, staging or stable-X.Y with {FILE}; name the trees")
    return found


def release_trees(repo: Path, remote: str | None) -> list[Found]:
    """The unstable tree and each stable-X.Y of a repository; `wip/stable-4.20` is none.  Raises Failure as `columns`
    does.
    """
    return list(_all(git.refs(repo, "refs/heads", "refs/remotes"), remote))


def branch_of(tree: Found) -> str:
    """The branch of a tree found by its ref, without the remote."""
    ref = tree.ref or tree.name
    return ref.removeprefix(_LOCAL) if ref.startswith(_LOCAL) else ref.split("/", 3)[-1]


def _all(refs: Mapping[str, str], remote: str | None) -> Iterable[Found]:
    """master, else staging, and each stable-X.Y: the local branch, else that of the one remote that has it."""
    by_branch: dict[str, dict[str, str]] = {}
    for ref in refs:
        local = ref.startswith(_LOCAL)
        place, _, branch = (
            ref.removeprefix("refs/remotes/").partition("/") if not local else ("", "", ref[len(_LOCAL) :])
        )
        if is_release_branch(branch):
            if not local and remote is not None and place != remote:
                continue
            by_branch.setdefault(branch, {})[place] = ref
    if "master" in by_branch:
        by_branch.pop("staging", None)
    for branch, places in by_branch.items():
        name = tree_name(branch)
        ref = places.get("") or next(iter(places.values()))
        if "" not in places and len(places) > 1:
            candidates = ", ".join(f"{place}/{branch}" for place in sorted(places))
            raise Failure(f"{name}: several remotes have the branch {branch}: {candidates}; choose one with --remote")
        others = [f"{place}/{branch}" for place, other in places.items() if refs[other] != refs[ref]]
        note = f"{name}: the local branch {branch} is used; {', '.join(others)} differs" if others else None
        yield Found(name, ref, refs[ref], note=note)


def matching(pattern: str, repo: Path) -> dict[str, str]:
    """The versions that the `NN` of a ref pattern stands for in a repository, each with its ref."""
    expression = re.compile(re.escape(pattern).replace("NN", r"(?P<v>[0-9]{1,6}\.[0-9]{1,6})", 1))
    found: dict[str, str] = {}
    for ref in git.refs(repo):
        for name in (ref, ref.split("/", 1)[1], ref.split("/", 2)[-1]):
            match = expression.fullmatch(name)
            if match:
                found.setdefault(match["v"], ref)
    return found


def _read(repo: Path, trees: Sequence[Found]) -> list[Column | None]:
    """The trees with their files; None for one that has no SUPPORT.md."""
    objects = [
        name
        for commit in (tree.commit for tree in trees)
        if commit
        for name in (commit, f"{commit}:{FILE}", f"{commit}:{MAKEFILE}")
    ]
    data = dict(zip(objects, git.batch(repo, objects) if objects else [], strict=True))
    return [_unpacked(tree) if tree.commit is None else _committed(tree, tree.commit, data) for tree in trees]


def _committed(tree: Found, commit: str, data: Mapping[str, bytes | None]) -> Column | None:
    text = data[f"{commit}:{FILE}"]
    if text is None:
        return None
    ref = tree.ref or tree.name
    branch = ref.startswith((_LOCAL, "refs/remotes/"))
    name = tree_name(branch_of(tree)) if branch else tree.name
    version = _number(data[f"{commit}:{MAKEFILE}"])
    day = read_commit(commit, data[commit] or b"").committed or None
    try:
        return Column(name, ref, commit, day, version, source_of(f"{name}:{FILE}", text), branch=branch)
    except Failure as failure:
        return Column(name, ref, commit, day, version, None, str(failure), branch)


def _unpacked(tree: Found) -> Column:
    file = tree.file
    assert file is not None
    whole = file.name == FILE  # else a file by itself, and a Makefile beside it says nothing
    name = (file.resolve().parent.name if whole else file.stem) or tree.name
    name = name.encode(errors="replace").decode()
    makefile = file.parent / MAKEFILE
    version = None
    if whole and makefile.is_file():
        with makefile.open("rb") as stream:
            version = _number(stream.read(MAX_MAKEFILE))
    try:
        return Column(name, None, None, None, version, read_source(str(file)))
    except Failure as failure:
        return Column(name, None, None, None, version, None, str(failure))


def _number(makefile: bytes | None) -> str | None:
    made = read_makefile(makefile)
    return made.number if made else None
