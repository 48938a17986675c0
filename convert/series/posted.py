"""What series remembers in the repository: the patches as it made them last, and the versions that were posted.

`refs/heads/series/<tree>` is the series for people, who may reword commits and add tags there.
`refs/xen-support/<tree>/series` is a commit of one file, `series.json`, on top of the series as it was made: so that whatever
people did since is told apart.  `refs/xen-support/<tree>/posted/vN` is the last commit of a version that was posted.
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

SCHEMA = "xen-support.series/1"
FILE = "series.json"


@dataclass(frozen=True, slots=True)
class Made:
    """One patch as it was made: the step's key, the sha256 of its changed lines, the words that are not a person's."""

    key: str
    lines: str
    subject: str
    body: str
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A series as it was made last.

    `mails` are the sha256 of every mail that was ever written for this tree; `cover` the paragraphs of the cover letter;
    `posted` the numbers of the versions that were posted, should one of their refs get lost.
    """

    version: int
    base: str
    tip: str
    patches: tuple[Made, ...]
    title: str = ""
    cover: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    posted: tuple[int, ...] = ()
    commit: str = field(default="", compare=False)


def branch_of(tree: str) -> str:
    """The ref of the branch with a tree's series."""
    return f"refs/heads/series/{tree}"


def record_ref(tree: str) -> str:
    """The ref of the record."""
    return f"refs/xen-support/{tree}/series"


def posted_ref(tree: str, version: int) -> str:
    """The ref of a version that was posted."""
    return f"refs/xen-support/{tree}/posted/v{version}"


def posted(repo: Path, tree: str) -> dict[int, str]:
    """The versions that were posted, each with its last commit."""
    refs = git.refs(repo, f"refs/xen-support/{tree}/posted/")
    numbered = ((re.fullmatch(r".*/posted/v([1-9][0-9]{0,3})", name), commit) for name, commit in refs.items())
    return dict(sorted((int(found[1]), commit) for found, commit in numbered if found))


def load(repo: Path, tree: str) -> Record | None:
    """The record of a tree's series; None where there is none.  Raises Failure for a ref that holds something else."""
    commit = git.commit(repo, record_ref(tree))
    if commit is None:
        return None
    try:
        value: dict[str, Any] = json.loads(git.object_of(repo, f"{commit}:{FILE}") or b"")
        patches = tuple(Made(p["key"], p["lines"], p["subject"], p["body"], tuple(p["log"])) for p in value["patches"])
        record = Record(
            int(value["version"]), str(value["base"]), str(value["tip"]), patches, str(value["title"]), tuple(value["cover"]),
            tuple(value["mails"]), tuple(map(int, value["posted"])), commit,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError):
        record = None
    if record is None or value["schema"] != SCHEMA:
        raise Failure(
            f"{record_ref(tree)}: not a record of series; if nothing else needs it: git update-ref -d {record_ref(tree)}"
        )
    return record


def store(repo: Path, record: Record, tip: bytes) -> str:
    """The commit of a record, which no ref has yet; `tip` is the series' last commit, whose time it gets."""
    value = {"schema": SCHEMA, "tool": TOOL, **asdict(record)}
    del value["commit"]
    data = (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
    tree = git.store_tree(repo, {FILE: git.store(repo, data)})
    return git.store_commit(repo, tree, [record.tip], f"series v{record.version}\n", dates(tip))


def dates(commit: bytes) -> dict[str, str]:
    """The time of a commit as the time of those made from it: equal input gives equal commits."""
    found = re.search(rb"^committer .*> (-?[0-9]+) ([+-][0-9]{4})$", commit, re.M)
    stamp = f"@{found[1].decode()} {found[2].decode()}" if found else "@0 +0000"
    return {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}


def mark(repo: Path, tree: str, version: int | None) -> tuple[int, str]:
    """Note that the series as it was made last has been posted; its version, and what to tell people.  Raises Failure."""
    record = load(repo, tree)
    if record is None:
        raise Failure(f"{tree}: no series was made of it here; run `xen-support series` first")
    if version is not None and version != record.version:
        raise Failure(f"{tree}: the series made last is v{record.version}, not v{version}")
    ref = posted_ref(tree, record.version)
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
    refused = git.move_refs(repo, moves)
    if refused is not None:
        raise Failure(f"{tree}: {ref}: {refused}")
    now = git.commit(repo, branch_of(tree))
    note = (
        ""
        if now == record.tip
        else f"; series/{tree} has changed since its mails were written, the mails' state was marked"
    )
    return record.version, f"marked as posted{note}"
