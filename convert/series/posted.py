"""What series remembers in the repository: the patches as it made them last, and the versions that were posted.

`refs/heads/series/<tree>` is the series for people, who may reword commits and add tags there.
`refs/xen-support/<tree>/series` is a commit of one file, `series.json`, on top of the series as it was made (so that
whatever people did since is told apart) and of the record before it.  `refs/xen-support/<tree>/posted/vN` is the last
commit of a version that was posted; of the second series of a tree, once the first is done, `posted/2/vN`, and so on.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from convert.failure import Failure
from convert.output.terminal import TOOL
from convert.trees import git
from convert.trees.version import private_ref
from convert.update import schema

_VERSION = 2  # 1: without `number` and `ended`
FILE = "series.json"


@dataclass(frozen=True, slots=True)
class Made:
    """One patch as it was made: the step's key, the sha256 of its changed lines, the words that are not a person's.

    A patch of several steps has their keys, a line each; one of several patches of a step its key, a tab and its
    number.
    """

    key: str
    lines: str
    subject: str
    body: str
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A series as it was made last.

    `mails` are the sha256 of every mail that was ever written for this tree; `cover` the paragraphs of the cover
    letter; `posted` the numbers of the versions that were posted, should one of their refs get lost.  `number` counts
    the series of a tree; `ended`: a person gave this one up.
    """

    version: int
    base: str
    tip: str
    patches: tuple[Made, ...]
    title: str = ""
    cover: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    posted: tuple[int, ...] = ()
    number: int = 1
    ended: bool = False
    commit: str = field(default="", compare=False)


def branch_of(tree: str) -> str:
    """The ref of the branch with a tree's series."""
    return f"refs/heads/series/{tree}"


def record_ref(tree: str) -> str:
    """The ref of the record."""
    return private_ref(tree, "series")


def posted_ref(tree: str, version: int, number: int = 1) -> str:
    """The ref of a version that was posted; `number`: of which series of the tree."""
    return private_ref(tree, f"posted/{f'{number}/' if number > 1 else ''}v{version}")


def posted(repo: Path, tree: str, number: int = 1) -> dict[int, str]:
    """The versions of a series that were posted, each with its last commit."""
    refs = git.refs(repo, private_ref(tree, "posted/"))
    start = posted_ref(tree, 0, number).removesuffix("0")
    numbered = ((re.fullmatch(rf"{re.escape(start)}([1-9][0-9]{{0,3}})", name), at) for name, at in refs.items())
    return dict(sorted((int(found[1]), commit) for found, commit in numbered if found))


def load(repo: Path, tree: str) -> Record | None:
    """The record of a tree's series; None where there is none.  Raises Failure for a ref that holds something else."""
    commit = git.commit(repo, record_ref(tree))
    if commit is None:
        return None
    try:
        value: Any = json.loads(git.object_of(repo, f"{commit}:{FILE}") or b"")
    except (ValueError, RecursionError):
        value = None
    record = _read(value, commit) if schema.number(value, "series", _VERSION, record_ref(tree)) is not None else None
    if record is None:
        raise Failure(
            f"{record_ref(tree)}: not a record of series; if nothing else needs it: git update-ref -d"
            f" {record_ref(tree)}"
        )
    return record


def _read(value: dict[str, Any], commit: str) -> Record | None:
    try:
        patches = tuple(Made(p["key"], p["lines"], p["subject"], p["body"], tuple(p["log"])) for p in value["patches"])
        return Record(
            int(value["version"]),
            str(value["base"]),
            str(value["tip"]),
            patches,
            str(value["title"]),
            tuple(value["cover"]),
            tuple(value["mails"]),
            tuple(map(int, value["posted"])),
            int(value.get("number", 1)),
            bool(value.get("ended")),
            commit,
        )
    except (ValueError, KeyError, TypeError):
        return None


def store(repo: Path, record: Record, tip: bytes) -> str:
    """The commit of a record, which no ref has yet; `tip` is the series' last commit, whose time it gets.

    `record.commit` is that of the record before it, from which it goes on.
    """
    value = {"schema": f"xen-support.series/{_VERSION}", "tool": TOOL, **asdict(record)}
    del value["commit"]
    data = (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
    tree = git.store_tree(repo, {FILE: git.store(repo, data)})
    above = [record.tip, *([record.commit] if record.commit else [])]
    return git.store_commit(repo, tree, above, f"series v{record.version}\n", dates(tip))


def abandon(repo: Path, tree: str) -> str:
    """Give the series up that was made last; what to tell people.  Its branch and refs stay.  Raises Failure."""
    record = load(repo, tree)
    if record is None:
        raise Failure(f"{tree}: no series was made of it here")
    if record.ended:
        return "was given up before"
    stored = store(repo, replace(record, ended=True), git.raw_commit(repo, record.tip))
    git.move_refs_or_fail(repo, [(record_ref(tree), stored, record.commit)], tree)
    return f"v{record.version} is given up; the next series begins at v1"


def dates(commit: bytes) -> dict[str, str]:
    """The time of a commit as the time of those made from it: equal input gives equal commits."""
    found = re.search(rb"^committer .*> (-?[0-9]+) ([+-][0-9]{4})$", commit, re.M)
    stamp = f"@{found[1].decode()} {found[2].decode()}" if found else "@0 +0000"
    return {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}


def mark(repo: Path, tree: str, version: int | None) -> tuple[int, str]:
    """Note that the series as it was made last has been posted; its version, and what to tell people.  Raises
    Failure.
    """
    record = load(repo, tree)
    if record is None:
        raise Failure(f"{tree}: no series was made of it here; run `xen-support series` first")
    if version is not None and version != record.version:
        raise Failure(f"{tree}: the series made last is v{record.version}, not v{version}")
    if record.ended:
        raise Failure(f"{tree}: the series was given up; run `xen-support series` for the next one")
    ref = posted_ref(tree, record.version, record.number)
    there = git.commit(repo, ref)
    if there == record.tip:
        return record.version, "was marked as posted before"
    if there is not None:
        raise Failure(f"{tree}: v{record.version} was posted as another series, {there[:12]}")
    new = replace(record, posted=tuple(sorted({*record.posted, record.version})))
    moves = [
        (ref, record.tip, None),
        (record_ref(tree), store(repo, new, git.raw_commit(repo, record.tip)), record.commit),
    ]
    git.move_refs_or_fail(repo, moves, tree)
    now = git.commit(repo, branch_of(tree))
    note = (
        ""
        if now == record.tip
        else f"; series/{tree} has changed since its mails were written, the mails' state was marked"
    )
    return record.version, f"marked as posted{note}"
