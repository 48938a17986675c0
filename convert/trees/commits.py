"""Many commits at once: their messages and files, patch ids, diffs.  Nothing of the user's git settings reaches
them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from convert.failure import Failure
from convert.trees import git

_PLAIN = (
    "-c",
    "diff.suppressBlankEmpty=false",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "diff.orderFile=/dev/null",
    "-c",
    "log.showRoot=true",
    "-c",
    "diff.submodule=short",
    "-c",
    "core.quotePath=true",
    "-c",
    "diff.indentHeuristic=true",
    "-c",
    "log.mailmap=false",
    "-c",
    "diff.relative=false",
)
_DIFF = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--diff-algorithm=myers",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--no-color",
    "--no-notes",
    "--no-show-signature",
    "--inter-hunk-context=0",
)
_AT_ONCE = 1000  # commits whose diffs are held in memory together


class Logged(NamedTuple):
    """A commit: hash, parents, seconds since 1970 of its committing, message, and the files that it changes."""

    hash: str
    parents: tuple[str, ...]
    time: int
    message: str
    paths: tuple[bytes, ...]


def log(repo: Path, tips: Sequence[str], without: Sequence[str] = ()) -> Iterator[Logged]:
    """All commits that the tips have and `without` has not, children before parents; merges have no files.

    Raises Failure where git cannot walk them.
    """
    done = git.run(
        repo,
        "--no-replace-objects",
        *_PLAIN,
        "log",
        "-z",
        "--topo-order",
        "--name-only",
        *_DIFF,
        "--format=%x00%H %ct %P%n%B",
        "--stdin",
        data="".join([*(f"{tip}\n" for tip in tips), *(f"^{one}\n" for one in without)]).encode(),
    )
    if done.returncode:
        raise Failure(f"git log: {_said(done.stderr)}")
    words = iter(done.stdout.split(b"\0"))
    head: bytes | None = None
    paths: list[bytes] = []
    for word in words:
        if word:
            paths.append(word.removeprefix(b"\n"))
            continue
        if head is not None:
            yield _logged(head, paths)
        head, paths = next(words, None), []
    if head is not None:
        yield _logged(head, paths)


def _logged(head: bytes, paths: Sequence[bytes]) -> Logged:
    first, _, message = head.partition(b"\n")
    name, time, *parents = first.decode("ascii", "replace").split(" ")
    return Logged(
        name,
        tuple(p for p in parents if p),
        int(time),
        message.decode("utf-8", "replace"),
        tuple(p for p in paths if p),
    )


def ancestors(repo: Path, tip: str, without: Sequence[str] = ()) -> list[str]:
    """The commits that a tip has, itself included, and `without` has not.  Raises Failure."""
    done = git.run(repo, "--no-replace-objects", "rev-list", tip, *(f"^{one}" for one in without), "--")
    if done.returncode:
        raise Failure(f"git rev-list {tip}: {_said(done.stderr)}")
    return done.stdout.decode("ascii", "replace").split()


def common(repo: Path, tips: Sequence[str]) -> str | None:
    """A commit that all tips have; None where there is none."""
    done = git.run(repo, "--no-replace-objects", "merge-base", "--octopus", "--end-of-options", *tips)
    return done.stdout.decode("ascii", "replace").split("\n")[0] or None if done.returncode == 0 else None


def incomplete(repo: Path) -> str | None:
    """Why the repository has not its whole history: "shallow" or "partial"; None where it has."""
    if git.shallow(repo):
        return "shallow"
    done = git.run(
        repo, "config", "--get-regexp", r"^(remote\..*\.(promisor|partialclonefilter)|extensions\.partialclone)$"
    )
    return "partial" if done.returncode == 0 and done.stdout.strip() else None


def patch_ids(repo: Path, commits: Sequence[str]) -> dict[str, str]:
    """The stable patch id of each commit; those without a diff (merges, empty ones) are left out.  Raises Failure."""
    found: dict[str, str] = {}
    for at in range(0, len(commits), _AT_ONCE):
        text = _diffs(repo, commits[at : at + _AT_ONCE], "-U3", "--format=commit %H")
        found |= {commit: identity for identity, commit in _patch_ids(repo, text)}
    return found


def patch_ids_of(repo: Path, texts: Sequence[bytes]) -> list[str | None]:
    """The stable patch id of each text that `patches.for_patch_id` made; None where git sees no patch in it."""
    named = [b"commit %040x\n%s" % (number + 1, text) for number, text in enumerate(texts)]
    found = {int(commit, 16) - 1: identity for identity, commit in _patch_ids(repo, b"".join(named))} if texts else {}
    return [found.get(number) for number in range(len(texts))]


def _patch_ids(repo: Path, text: bytes) -> list[tuple[str, str]]:
    done = git.run(repo, "patch-id", "--stable", data=text)
    if done.returncode:
        raise Failure(f"git patch-id: {_said(done.stderr)}")
    pairs = (line.split() for line in done.stdout.decode("ascii", "replace").splitlines())
    return [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]


def diffs(repo: Path, commits: Sequence[str], context: int = 0) -> Iterator[tuple[str, bytes]]:
    """Each commit with its diff as git shows it with so many lines of context.  Raises Failure."""
    for at in range(0, len(commits), _AT_ONCE):
        text = _diffs(repo, commits[at : at + _AT_ONCE], f"-U{context}", "--format=%x00%H")
        for part in text.split(b"\0")[1:]:
            name, _, diff = part.partition(b"\n")
            if len(name) in (40, 64):
                yield name.decode("ascii", "replace"), diff


def _diffs(repo: Path, commits: Sequence[str], *options: str) -> bytes:
    done = git.run(
        repo,
        "--no-replace-objects",
        *_PLAIN,
        "log",
        "-p",
        "--no-walk=unsorted",
        "--no-merges",
        *_DIFF,
        *options,
        "--stdin",
        data="".join(f"{name}\n" for name in commits).encode(),
    )
    if done.returncode:
        raise Failure(f"git log: {_said(done.stderr)}")
    return done.stdout


def tree_at(repo: Path, commit: str, paths: Sequence[str]) -> list[bytes | None]:
    """The files of a commit; None for one that it has not."""
    return git.batch(repo, [f"{commit}:{path}" for path in paths]) if paths else []


def _said(error: bytes) -> str:
    lines = os.fsdecode(error).strip().splitlines()
    return lines[-1].removeprefix("fatal: ") if lines else "git failed"
