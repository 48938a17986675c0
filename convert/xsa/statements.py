"""`xsa support`: which advisory changed which row of SUPPORT.md, and where that statement is missing.

Only commits and the file's own text link an advisory to a row; none is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from convert.diff.compare import Change, compare
from convert.output.terminal import TOOL
from convert.trees import git
from convert.trees.kept import Histories
from convert.trees.version import FILE
from convert.xsa.history import Entry, History
from convert.xsa.messages import numbers, read
from convert.xsa.refs import Ref
from grammar.parser import parse
from grammar.source import Source

_LINK = re.compile(r"xenbits\.[\w.]+/xsa/(?:advisory|xsa)-?(\d{1,4})\b", re.I)


@dataclass(frozen=True, slots=True)
class Statement:
    """An advisory and its commits to SUPPORT.md.

    `how`: is, where the statement is (part of) the fix, or mentions; `on` and `missing`: the refs that have one of the
    commits, and those that have none (of `is` only), each with whether it had security support on that day.
    """

    xsa: int
    how: str
    commits: tuple[Entry, ...]
    changes: tuple[Change, ...]
    on: tuple[Ref, ...]
    missing: tuple[tuple[Ref, bool], ...]
    words: str = ""


def statements(repo: Path, refs: Sequence[Ref]) -> list[Statement]:
    """The statements of all commits to SUPPORT.md that the refs have, by advisory.  Raises Failure."""
    history = History(repo, [ref.sha for ref in refs])
    views = {ref.name: history.view(ref.name, ref.sha) for ref in refs}
    has_file = {ref.name: git.object_of(repo, f"{ref.sha}:{FILE}") is not None for ref in refs}
    found: dict[tuple[int, str], list[Entry]] = {}
    words: dict[tuple[int, str], str] = {}
    for entry in history.entries:
        if FILE.encode() in entry.paths and any(entry.hash in view.has for view in views.values()):
            for claim in entry.said.fixes:
                found.setdefault((claim.xsa, "is"), []).append(entry)
            for mention in entry.said.mentions:
                found.setdefault((mention.xsa, "mentions"), []).append(entry)
                words.setdefault((mention.xsa, "mentions"), mention.words)
    done: list[Statement] = []
    for (number, how), entries in sorted(found.items()):
        on = [
            ref for ref in refs if any(e.hash in views[ref.name].has and views[ref.name].live(e.hash) for e in entries)
        ]
        first = date.fromtimestamp(min(entry.time for entry in entries))
        missing = [(r, r.supported(first)) for r in refs if r not in on and has_file[r.name] and how == "is"]
        changes = changed_rows(repo, entries[0])
        done.append(
            Statement(number, how, tuple(entries), changes, tuple(on), tuple(missing), words.get((number, how), ""))
        )
    return done


def changed_rows(repo: Path, entry: Entry) -> tuple[Change, ...]:
    """What a commit changed in the meaning of SUPPORT.md, against its first parent."""
    return _changes(repo, entry.parents[0] if entry.parents else entry.hash, entry.hash)


def _changes(repo: Path, parent: str, commit: str) -> tuple[Change, ...]:
    old, new = (Source(f"{name}:{FILE}", git.object_of(repo, f"{name}:{FILE}") or b"") for name in (parent, commit))
    return tuple(compare(parse(old).document, parse(new).document))


def by_row(repo: Path, tips: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Row key (of show and matrix) -> the advisories whose statement in SUPPORT.md changed it, by commits that the tips
    have.

    Only commits that are (part of) an advisory's fix count.  It is read from the history of that one file, and so is
    quick enough for `matrix`; nothing is guessed from other commits.  Raises Failure.
    """
    graph = Histories(repo).history(tips, FILE).graph if tips else []
    names = [name for name, _ in graph]
    parents = dict(graph)
    found: dict[str, set[int]] = {}
    for name, data in zip(names, git.batch(repo, names) if names else [], strict=True):
        message = (data or b"").partition(b"\n\n")[2].decode("utf-8", "replace")
        fixed = [claim.xsa for claim in read(message).fixes]
        if fixed and len(parents[name]) == 1:
            for change in _changes(repo, parents[name][0], name):
                found.setdefault(change.key, set()).update(fixed)
    return {key: tuple(sorted(numbers)) for key, numbers in found.items()}


def links(repo: Path, ref: Ref) -> list[tuple[int, int]]:
    """The advisories that a ref's SUPPORT.md links to or names by number, each with the line, from 1."""
    text = (git.object_of(repo, f"{ref.sha}:{FILE}") or b"").decode("utf-8", "replace")
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        for xsa in dict.fromkeys([*numbers(line), *map(int, _LINK.findall(line))]):
            found.append((xsa, number))
    return found


def value(found: Iterable[Statement], linked: Sequence[tuple[Ref, list[tuple[int, int]]]]) -> dict[str, Any]:
    """The value of the schema xen-support.xsa-support/1."""
    return {
        "schema": "xen-support.xsa-support/1",
        "tool": TOOL,
        "statements": [
            {
                "xsa": s.xsa,
                "how": s.how,
                "commits": [e.hash for e in s.commits],
                "words": s.words,
                "changes": [
                    {
                        "kind": c.kind,
                        "key": c.key,
                        "path": list(c.path),
                        "old": c.old,
                        "new": c.new,
                        "security": list(c.security),
                    }
                    for c in s.changes
                ],
                "on": [ref.name for ref in s.on],
                "missing": [{"ref": ref.name, "supported": supported} for ref, supported in s.missing],
            }
            for s in found
        ],
        "links": [{"ref": ref.name, "xsa": xsa, "line": line} for ref, lines in linked for xsa, line in lines],
    }
