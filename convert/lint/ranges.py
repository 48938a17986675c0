"""Findings and history: the commits of `A..B`, what a mailed patch does, and a file as it was at a ref."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from convert.failure import Failure
from convert.lint.targets import Target, Trees, decoded, makefile_of, texts_below, texts_of, work_tree
from convert.trees.arguments import source_of
from convert.trees.version import FILE, MAKEFILE

CHANGELOG = "CHANGELOG.md"
_PATCHED = re.compile(
    rb"^diff --git \S+ (?:[a-z]/)?SUPPORT\.md$(?:\n(?!diff --git ).*)*?\nindex ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})",
    re.M,
)
_HUNKS = re.compile(rb"^(?:diff --git |--- [^\r\n]*\r?\n\+\+\+ )", re.M)
_MAIL = re.compile(rb"\A(?:From |[A-Z][A-Za-z-]*:[ \t])(?:[^\r\n]+\r?\n)*?Subject:", re.M)
_FILES = re.compile(rb"^diff --git ", re.M)
_TOUCHED = re.compile(rb"^\+\+\+ (?:[a-z]/)?SUPPORT\.md\s*$", re.M)


class Step(NamedTuple):
    """What is under lint, and what it was made of: nothing for a new file, more than one state for a merge.

    Those states have the same name, and source, xen/Makefile and other files of their own tree.

    `logged`: whether the range that it is of has a change of CHANGELOG.md; None where there is no such file, or no
    range.
    """

    target: Target
    before: tuple[Target, ...]
    logged: bool | None = None


def split(name: str) -> tuple[str, str] | None:
    """(A, B) of `A..B`, an empty end being HEAD; None for what is no range.  Raises Failure for `A...B`."""
    old, dots, new = name.partition("..")
    if not dots or ":" in name or old.endswith("/") or new.startswith("/") or not (old or new):
        return None
    if new.startswith("."):
        raise Failure(f"{name}: for a range of commits write A..B")
    return old or "HEAD", new or "HEAD"


def commits(trees: Trees, old: str, new: str) -> Iterator[Step]:
    """SUPPORT.md as each commit after `old` up to `new` leaves it, where it touches that file; a deletion is told
    and skipped.
    """
    from convert.trees import git
    from convert.trees.commit import read

    first, last = trees.ref(old), trees.ref(new)
    found = git.commits(trees.repo, first.commit, last.commit, FILE)
    names = list(
        dict.fromkeys(name for commit, parents, _ in found for at in (commit, *parents) for name in _objects(at))
    )
    data = dict(zip(names, git.batch(trees.repo, names) if names else [], strict=True))
    logged = _logged(trees, first.commit, last.commit) if found else None
    if any(not parents for _, parents, _ in found) and git.shallow(trees.repo):
        trees.tell(
            "the clone is shallow, and all of its oldest commit counts as new; git fetch --unshallow gets the rest"
        )
    for commit, parents, subject in found:
        text, beside = (data[name] for name in _objects(commit)[:2])
        if text is None:
            trees.tell(f"{commit[:12]} ({subject}): removes {FILE}")
            continue
        name = f"{commit[:12]}:{FILE}"
        day = read(commit, data[commit] or b"").committed
        target = Target(
            name, FILE, source_of(name, text), date.fromisoformat(day) if day else date.today(), decoded(beside), None,
            FILE, commit, subject, commit[:12], texts=texts_of(trees.repo, commit),
        )  # fmt: skip
        before = []
        for parent in parents:
            was, made = (data[name] for name in _objects(parent)[:2])
            if was is not None:
                source = source_of(f"{parent[:12]}:{FILE}", was)
                before.append(
                    target._replace(source=source, makefile=decoded(made), texts=texts_of(trees.repo, parent))
                )
        yield Step(target, tuple(before), logged)


def _objects(commit: str) -> tuple[str, str, str]:
    return f"{commit}:{FILE}", f"{commit}:{MAKEFILE}", commit


def _logged(trees: Trees, old: str, new: str) -> bool | None:
    from convert.trees import git

    before, after = git.identities(trees.repo, [f"{old}:{CHANGELOG}", f"{new}:{CHANGELOG}"])
    return None if after is None else before != after


def before(trees: Trees, target: Target, ref: str) -> Target | None:
    """The target as a ref has it, with that tree's other files; None where it was not there.

    Raises Failure for a ref or a file outside a repository.
    """
    from convert.trees import git

    if target.inside is not None:
        repo, inside = trees.repo, target.inside
        commit = trees.ref(ref).commit
    else:
        top = work_tree(target.file) if target.file is not None else None
        if top is None or target.file is None:
            raise Failure(f"{target.name}: --new-only needs a file of a git repository")
        repo, inside = Path(top), os.path.relpath(os.path.realpath(target.file), top)
        commit = Trees(top, trees.remote, trees.tell).ref(ref).commit
    data = git.object_of(repo, f"{commit}:{inside}")
    if data is None:
        return None
    makefile = git.object_of(repo, f"{commit}:{MAKEFILE}") if inside == FILE else None
    texts = texts_of(repo, commit) if target.texts is not None else None
    return target._replace(source=source_of(f"{ref}:{inside}", data), makefile=decoded(makefile), texts=texts)


def _is_of(top: str, new: bytes, old: bytes | None) -> bool:
    """Whether the work tree's other files go with a patch: its SUPPORT.md is what the patch makes, or starts from.

    `old`: None where the patch changes other files too, which are not what it makes of them before it is applied.
    """
    try:
        with Path(top, FILE).open("rb") as file:
            return file.read(max(len(new), len(old or b"")) + 1) in (new, old)
    except OSError:
        return False


def is_patch(mail: bytes) -> bool:
    """Whether there is a diff in a text."""
    return _HUNKS.search(mail) is not None


def is_mail(mail: bytes) -> bool:
    """Whether a text begins with the headers of a mail, as a cover letter does."""
    return mail.startswith(b"Subject:") or _MAIL.match(mail) is not None


def patched(trees: Trees, mail: bytes) -> Step | None:
    """SUPPORT.md after a mailed patch, and before it; None where the patch leaves that file alone.

    The patch names both by their blobs, which the repository has where the patch was made (b4 prep) or applied.
    """
    from convert.trees import git

    found = _PATCHED.search(mail.replace(b"\r\n", b"\n"))
    if found is None and _TOUCHED.search(mail):
        raise Failure(
            f"the patch changes {FILE} and has no index line with its blobs; make it with git diff or format-patch"
        )
    if found is None or not found[2].strip(b"0"):
        return None
    data = git.object_of(trees.repo, found[2].decode())
    if data is None:
        raise Failure(
            f"the patch makes {FILE} the blob {found[2].decode()}, which the repository does not have; apply it first"
        )
    old = git.object_of(trees.repo, found[1].decode()) if found[1].strip(b"0") else None
    top = work_tree(trees.folder)
    text = makefile_of(top) if top is not None else None
    alone = len(_FILES.findall(mail)) == 1
    beside = texts_below(top) if top is not None and _is_of(top, data, old if alone else None) else None
    target = Target(FILE, FILE, source_of(FILE, data), date.today(), text, None, FILE, texts=beside)
    return Step(target, (target._replace(source=source_of(FILE, old)),) if old is not None else ())
