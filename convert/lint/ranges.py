"""Findings and history: the commits of `A..B`, what a mailed patch does, and which findings are new since a ref."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from convert.failure import Failure
from convert.lint.engine import Result
from convert.lint.targets import Found, Target, Trees, makefile_of, texts_of, work_tree
from convert.trees.arguments import source_of
from convert.trees.version import FILE
from grammar.diagnostic import Diagnostic
from grammar.source import Source

_LINES = re.compile(r"\blines? [0-9]+(?:(?:, | and )[0-9]+)*|(?<=\w):[0-9]+\b")
_PATCHED = re.compile(
    rb"^diff --git a/\S+ b/SUPPORT\.md$(?:\n(?!diff --git ).*)*?\nindex ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})", re.M
)


def split(name: str) -> tuple[str, str] | None:
    """(A, B) of `A..B`, an empty end being HEAD; None for what is no range.  Raises Failure for `A...B`."""
    old, dots, new = name.partition("..")
    if not dots or ":" in name or old.endswith("/") or new.startswith("/") or not (old or new):
        return None
    if new.startswith("."):
        raise Failure(f"{name}: for a range of commits write A..B")
    return old or "HEAD", new or "HEAD"


def commits(trees: Trees, old: str, new: str) -> Iterator[Target]:
    """SUPPORT.md as each commit after `old` up to `new` leaves it, where it touches that file; a deletion is told and skipped."""
    from convert.trees import git

    first, last = trees.ref(old), trees.ref(new)
    for commit, subject in git.commits(trees.repo, first.commit, last.commit, FILE):
        short = commit[:12]
        if git.object_of(trees.repo, f"{commit}:{FILE}") is None:
            trees.tell(f"{short} ({subject}): removes {FILE}")
            continue
        yield trees.at(Found(short, commit, False), FILE, f"{short}:{FILE}", subject)


def before(trees: Trees, target: Target, ref: str) -> Target | None:
    """The target as a ref has it, with that tree's other files; None where it was not there.  Raises Failure for a ref or a file outside a repository."""
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
    texts = texts_of(repo, commit) if target.texts is not None else None
    return target._replace(source=source_of(f"{ref}:{inside}", data), texts=texts)


def patched(trees: Trees, mail: bytes) -> tuple[Target, Source | None] | None:
    """SUPPORT.md after a mailed patch, and before it; None where the patch leaves that file alone.

    The patch names both by their blobs, which the repository has where the patch was made (b4 prep) or applied.
    """
    from convert.trees import git

    found = _PATCHED.search(mail.replace(b"\r\n", b"\n"))
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
    target = Target(FILE, FILE, source_of(FILE, data), date.today(), text, None, FILE)
    return target, source_of(FILE, old) if old is not None else None


def new_only(result: Result, old: Result | None) -> list[Diagnostic]:
    """The findings that an older state of the file does not have, told apart by rule, row and message, not by line.

    Of several equal ones those on unchanged lines are the old ones.
    """
    if old is None:
        return result.diagnostics
    known = Counter(_identity(old, d) for d in old.diagnostics)
    if not known or not result.diagnostics:
        return result.diagnostics
    changed = _changed(old.source, result.source)
    dropped: set[int] = set()
    for on_changed in (False, True):
        for n, diagnostic in enumerate(result.diagnostics):
            if (_line(result.source, diagnostic) in changed) is on_changed:
                identity = _identity(result, diagnostic)
                if known[identity] > 0:
                    known[identity] -= 1
                    dropped.add(n)
    return [d for n, d in enumerate(result.diagnostics) if n not in dropped]


def _identity(result: Result, diagnostic: Diagnostic) -> tuple[str, tuple[str, ...], str]:
    return diagnostic.code, result.keys(diagnostic), _LINES.sub("line", diagnostic.message)


def _line(source: Source, diagnostic: Diagnostic) -> int:
    return source.position(diagnostic.span.start)[0] if diagnostic.span else 0


def _changed(old: Source, new: Source) -> set[int]:
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, old.text.split("\n"), new.text.split("\n"))
    return {
        line for tag, _, _, first, end in matcher.get_opcodes() if tag != "equal" for line in range(first + 1, end + 1)
    }
