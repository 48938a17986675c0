"""`xsa log A..B`: the advisories that a range of commits fixes, by what the messages say, and by patches where they
are at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from convert.failure import Failure, counted
from convert.output.terminal import TOOL, clean
from convert.trees import git
from convert.trees.version import version as numbers_of
from convert.xsa.advisories import Advisory
from convert.xsa.history import Entry, History, View
from convert.xsa.judging import Judge
from convert.xsa.messages import Claim
from convert.xsa.refs import Ref
from convert.xsa.rows import Row
from convert.xsa.source import Scope, Source

LATE = timedelta(days=150)  # from an advisory's public day to a commit that says it is its fix
_BEFORE = timedelta(days=400)  # a fix can be public before its advisory


@dataclass(frozen=True, slots=True)
class Fixed:
    """An advisory that the range fixes.  `part`: no commit says that it is all of it; `how`: message or patch."""

    xsa: int
    cves: tuple[str, ...]
    title: str | None
    commits: tuple[Entry, ...]
    part: bool
    how: str


@dataclass(frozen=True, slots=True)
class Undone:
    """A fix that the range takes out: the commit, and the reverts of it."""

    xsa: int
    commit: Entry
    by: tuple[Entry, ...]


@dataclass(slots=True)
class Log:
    """What a range says.  `doubts`: (advisory, commit, why its message may be wrong); `left`: (row, why it is not
    listed).
    """

    range: tuple[str, str]
    fixed: list[Fixed] = field(default_factory=list)
    mentions: list[tuple[int, Entry, str]] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    doubts: list[tuple[int, Entry, str]] = field(default_factory=list)
    left: list[tuple[Advisory, str]] = field(default_factory=list)


def read(repo: Path, old: str, new: str) -> tuple[Log, History, View, list[Entry]]:
    """What the messages of the commits after `old` up to `new` (hashes) say, with the history.  Raises Failure."""
    history = History(repo, [new, old])
    view = history.view(new, new)
    before = history.view(old, old).has
    entries = [entry for entry in reversed(history.entries) if entry.hash in view.has and entry.hash not in before]
    log = Log((old, new))
    claims: dict[int, list[tuple[Entry, Claim]]] = {}
    for entry in entries:
        for claim in entry.said.fixes if not _is_revert(entry, history) else ():
            if view.live(entry.hash):
                claims.setdefault(claim.xsa, []).append((entry, claim))
            else:
                log.undone.append(Undone(claim.xsa, entry, tuple(view.undone_by[entry.hash])))
    log.fixed = [_fixed(number, found) for number, found in sorted(claims.items())]
    log.mentions = [(m.xsa, entry, m.words) for entry in entries for m in entry.said.mentions if m.xsa not in claims]
    log.undone += _taken_out(history, view, before, frozenset(entry.hash for entry in entries))
    return log, history, view, entries


def _fixed(number: int, found: Sequence[tuple[Entry, Claim]]) -> Fixed:
    cves = dict.fromkeys(cve for _, claim in found for cve in claim.cves)
    commits = tuple(dict.fromkeys(entry for entry, _ in found))
    return Fixed(number, tuple(sorted(cves)), None, commits, all(claim.part for _, claim in found), "message")


def _taken_out(history: History, view: View, before: frozenset[str], inside: frozenset[str]) -> Iterator[Undone]:
    """The fixes of before the range that a commit of the range reverts."""
    for commit, reverts in view.undone_by.items():
        fresh = tuple(revert for revert in reverts if revert.hash in inside and view.live(revert.hash))
        if commit in before and fresh:
            target = history.by_hash[commit]
            yield from (Undone(claim.xsa, target, fresh) for claim in target.said.fixes)


def _is_revert(entry: Entry, history: History) -> bool:
    """Whether a commit reverts another one: what its message quotes is no claim of its own."""
    return entry.subject.startswith(("Revert ", "revert ")) and any(e is entry for e, _ in history.reverts)


def with_source(
    log: Log, source: Source, scope: Scope, judge: Judge, ref: Ref, entries: Sequence[Entry], days: tuple[date, date]
) -> Log:
    """The log with what advisories add: titles, CVEs, patches that no message names, doubts, and what is not listed.

    `ref`: the tree at the end of the range; `days`: those of its two commits.  Raises Failure.
    """
    public = [one for one in source.advisories.values() if scope.open(one) and not one.is_unused]
    recent = [a for a in public if a.public is None or days[0] - _BEFORE <= a.public.date() <= days[1] + _BEFORE]
    named = {fixed.xsa for fixed in log.fixed}
    chosen = {a.number: a for a in (*recent, *(a for a in public if a.number in named))}
    rows = {row.advisory.number: row for row in judge.rows([chosen[n] for n in sorted(chosen)])}
    inside = {entry.hash: entry for entry in entries}
    fixed = [*replace_all(log.fixed, source.advisories, scope), *_unnamed(rows, inside, named)]
    log.fixed = sorted(fixed, key=lambda one: one.xsa)
    log.doubts = [*_late(log, source.advisories), *_others(log, rows)]
    listed = {one.xsa for one in log.fixed}
    log.left = [
        (one, why_not(rows[one.number]))
        for one in sorted(recent, key=lambda one: one.number)
        if one.public is not None and days[0] <= one.public.date() <= days[1] and one.number not in listed
    ]
    return log


def _unnamed(rows: Mapping[int, Row], inside: Mapping[str, Entry], named: Set[int]) -> Iterator[Fixed]:
    """The advisories whose patches are in the range, in commits that name no advisory."""
    for number, row in rows.items():
        found = dict.fromkeys(
            inside[c] for p in row.patches if p.verdict == "applied" for c in p.finding.commits if c in inside
        )
        if found and number not in named and not any(entry.said.fixes for entry in found):
            one = row.advisory
            yield Fixed(number, one.cves, one.title, tuple(found), row.verdict != "applied", "patch")


def replace_all(fixed: Sequence[Fixed], known: Mapping[int, Advisory], scope: Scope) -> list[Fixed]:
    """Titles and CVEs from the advisories, where these are public."""
    done = []
    for one in fixed:
        advisory = known.get(one.xsa)
        if advisory is not None and scope.open(advisory):
            one = replace(one, title=advisory.title, cves=advisory.cves or one.cves)
        done.append(one)
    return done


def _late(log: Log, known: Mapping[int, Advisory]) -> list[tuple[int, Entry, str]]:
    found = []
    for fixed in log.fixed:
        advisory = known.get(fixed.xsa)
        for entry in fixed.commits if advisory and advisory.public else ():
            assert advisory is not None
            assert advisory.public is not None
            committed = datetime.fromtimestamp(entry.time, UTC)
            if committed - advisory.public > LATE:
                days = (committed - advisory.public).days
                found.append(
                    (fixed.xsa, entry, f"XSA-{fixed.xsa} was public {counted(days, 'day')} before this commit")
                )
    return found


def _others(log: Log, rows: Mapping[int, Row]) -> list[tuple[int, Entry, str]]:
    """Commits that say they are one advisory's, and are by their content another one's."""
    owners: dict[str, set[int]] = {}
    for number, row in rows.items():
        for patch in row.patches:
            for commit in patch.finding.commits if patch.verdict == "applied" else ():
                owners.setdefault(commit, set()).add(number)
    return [
        (fixed.xsa, entry, f"by its content it is XSA-{min(owners[entry.hash])}'s, not XSA-{fixed.xsa}'s")
        for fixed in log.fixed if fixed.how == "message" and fixed.xsa in rows
        for entry in fixed.commits if fixed.xsa not in owners.get(entry.hash, {fixed.xsa})
    ]  # fmt: skip


_TREES = {
    "linux": "the Linux kernel",
    "qemuu": "QEMU",
    "qemut": "qemu-traditional",
    "xapi": "xapi",
    "winpv": "the Windows PV drivers",
}


def why_not(row: Row) -> str:
    """Why an advisory that became public in the range's time is not among what it fixes, in the words of a
    changelog.
    """
    version = row.ref.version or row.ref.name
    if row.verdict == "other-tree":
        return f"has patches for {' and '.join(_TREES.get(tree, tree) for tree in row.trees)}"
    if row.verdict == "applied":
        return "was fixed before this range"
    if row.verdict == "not-needed":
        listed = [word.strip() for word in row.why.partition("lists ")[2].split(",")]
        numbers = sorted(numbers_of(word) for word in listed if "." in word)
        mine = numbers_of(version)
        if numbers and numbers[0] > mine:
            return f"only applies to Xen {numbers[0][0]}.{numbers[0][1]} and later"
        if not numbers and "master" in listed:
            return f"only applies to versions after Xen {version}"
        if numbers and numbers[-1] < mine and "master" not in listed:
            return f"only applies to Xen {numbers[-1][0]}.{numbers[-1][1]}" + (
                " and before" if len(numbers) > 1 else ""
            )
        return f"needs no change in Xen {version}"
    if row.unchecked or row.verdict == "unchecked":
        return f"has patches for {' and '.join(_TREES.get(t, t) for t in row.unchecked)}, which was not looked at"
    words = {
        "missing": f"is not fixed in Xen {version} here",
        "partial": f"is only partly fixed here ({row.have} of {row.of} patches)",
        "reverted": "was fixed and reverted",
        "unsupported": row.why,
        "unknown": "has no patch that could be found here",
        "unsure": "may be fixed here: a commit has its patch's subject, not its content",
        "staging": "is not pushed yet",
    }
    return words.get(row.verdict, row.verdict)


def describe(repo: Path, commit: str) -> str:
    """`4.17.3+10-g091466ba55`: the last release that a commit has, and how far it is from there; else its short
    hash.
    """
    done = git.run(repo, "describe", "--tags", "--match", "RELEASE-*", "--abbrev=10", commit)
    text = done.stdout.decode(errors="replace").strip().removeprefix("RELEASE-") if done.returncode == 0 else ""
    if not text:
        return commit[:10]
    start, mark, rest = text.partition("-")
    return f"{start}+{rest}" if mark else start


def split_range(text: str) -> tuple[str, str]:
    """The two names of `A..B`.  Raises Failure."""
    old, mark, new = text.partition("..")
    if not mark or not old or not new or new.startswith("."):
        raise Failure(f"{clean(text)}: not a range; write A..B, such as RELEASE-4.20.0..stable-4.20")
    return old, new


def value(log: Log) -> dict[str, Any]:
    """The value of the schema xen-support.xsa-log/1."""
    return {
        "schema": "xen-support.xsa-log/1",
        "tool": TOOL,
        "range": list(log.range),
        "xsas": [
            {
                "xsa": f.xsa,
                "cves": list(f.cves),
                "title": f.title,
                "commits": [e.hash for e in f.commits],
                "part": f.part,
                "how": f.how,
            }
            for f in log.fixed
        ],
        "mentions": [{"xsa": number, "commit": entry.hash, "words": words} for number, entry, words in log.mentions],
        "reverts": [{"xsa": u.xsa, "commit": u.commit.hash, "by": [e.hash for e in u.by]} for u in log.undone],
        "not_listed": [{"xsa": one.number, "why": why} for one, why in log.left],
        "doubts": [{"xsa": number, "commit": entry.hash, "why": why} for number, entry, why in log.doubts],
    }
