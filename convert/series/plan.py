"""Which commits a series has: where it starts, what it changes, and what is kept of the version before."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from convert.failure import Failure
from convert.mail import messages
from convert.mail.messages import Message
from convert.series import posted
from convert.series.posted import Record
from convert.trees import git, upstream
from convert.trees.version import FILE, UNSTABLE_NAMES
from convert.update import base as bases

Files = dict[str, tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Change:
    """What a tree's support branch changes against the branch that its patches are for.

    `base` is the latter's commit, `tip` the former's; `before` and `after` are SUPPORT.md there (before: None where it is
    new); `others` are further files that the support branch changes.
    """

    tree: str
    upstream: str
    base: str
    tip: str
    before: str | None
    after: str
    others: Files
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Old:
    """A patch of the series as it stands on its branch: its message, and how it was made."""

    commit: str
    message: Message
    made: posted.Made


@dataclass(frozen=True, slots=True)
class Earlier:
    """What there is from before: the record, the patches by key, versions that were posted, what people are to know."""

    record: Record | None
    patches: dict[str, Old]
    posted: dict[int, str]
    at: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why no series can be made of a tree."""

    why: str


def default_trees(repo: Path) -> list[str]:
    """The tree whose changes are proposed first: the unstable one.  Raises Failure where it has no support branch."""
    made = support_trees(repo)
    for name in UNSTABLE_NAMES:
        if name in made:
            return [name]
    there = f"there are {', '.join(made)}; choose with --tree" if made else "run `xen-support update` first"
    raise Failure(f"no branch support/master; {there}")


def support_trees(repo: Path) -> list[str]:
    """The trees that have a support branch."""
    return [name.removeprefix("refs/heads/support/") for name in git.refs(repo, "refs/heads/support/")]


def find(repo: Path, tree: str, remote: str | None = None, onto: str | None = None) -> Change | Blocked | None:
    """What a tree's series is to change; None where there is nothing to send.  Raises Failure where git cannot tell."""
    tip = git.commit(repo, f"refs/heads/support/{tree}")
    if tip is None:
        known = ", ".join(support_trees(repo)) or "none"
        raise Failure(f"{tree}: no branch support/{tree}; run `xen-support update` first (there are: {known})")
    base_ref = bases.load(repo, tree)
    found = upstream.find(repo, tree, base_ref.upstream if base_ref else None, remote, onto)
    name = upstream.name_of(found)
    base = found.commit or ""
    fork = git.merge_base(repo, tip, base)
    if fork is None:
        return Blocked(
            f"support/{tree} and {name} have no common history here; in a shallow clone, fetch more of it (git fetch --deepen)"
        )
    changed = git.changed_files(repo, fork, tip)
    there = git.changed_files(repo, fork, base)
    ours = {path: at for path, at in changed.items() if path not in there or there[path] != at}
    both = sorted(path for path in ours if path in there)
    if both:
        how = "run `xen-support update` first" if both == [FILE] else "merge them with git first"
        return Blocked(f"support/{tree} and {name} have both changed {', '.join(both[:5])}; {how}")
    if not ours:
        return None
    before, after = (git.object_of(repo, f"{commit}:{FILE}") for commit in (base, tip))
    if after is None:
        return Blocked(f"support/{tree} has no {FILE}")
    if FILE not in ours:
        after = before or after
    try:
        texts = before.decode() if before is not None else None, after.decode()
    except UnicodeDecodeError:
        return Blocked(f"{FILE} of support/{tree} or {name} is not UTF-8")
    ours.pop(FILE, None)
    return Change(tree, name, base, tip, *texts, ours, found.note)


def lines_of(repo: Path, old: str, new: str) -> str:
    """What tells whether a patch is the same as one before: the sha256 of the lines that it takes away and adds."""
    return hashlib.sha256(git.changed_lines(repo, old, new)).hexdigest()


def earlier(repo: Path, change: Change) -> Earlier | Blocked:
    """What there is of a tree's series from before.  Lost and rewritten branches are told, or stop it; none is guessed."""
    tree = change.tree
    record, branch = posted.load(repo, tree), posted.branch_of(tree)
    at, versions = git.commit(repo, branch), posted.posted(repo, tree)
    short = branch.removeprefix("refs/heads/")
    if record is None:
        if at is not None:
            return Blocked(f"{short} exists, and no record says that series made it; rename it, or delete it")
        lost = f"{tree}: v{max(versions, default=0)} was posted, but the record of its patches is lost; no words or tags are kept"
        return Earlier(None, {}, versions, None, (lost,) if versions else ())
    notes = _about_versions(tree, record, versions)
    tip = at
    if tip is None:
        notes.append(
            f"{tree}: {short} is gone; tags and words are those of the series as it was made, {record.tip[:12]}"
        )
        tip = record.tip
    start = (
        record.base if git.merge_base(repo, record.base, tip) == record.base else git.merge_base(repo, change.base, tip)
    )
    if start is None:
        return Blocked(f"{short} was rewritten: it has no common history with {change.upstream}")
    patches = _patches(repo, record, start, tip)
    if isinstance(patches, str):
        return Blocked(
            f"{short} was rewritten: its commit {patches} changes something else than series made it change; make such changes "
            f"on support/{tree}, and take {short} back to {record.tip[:12]} or delete it"
        )
    missing = [made.subject for made in record.patches if made.key not in patches]
    if missing:
        return Blocked(
            f"{short} was rewritten: {len(missing)} of its patches are gone ({missing[0]!r}); take it back to {record.tip[:12]} or "
            "delete it"
        )
    return Earlier(record, patches, versions, at, tuple(notes))


def _about_versions(tree: str, record: Record, versions: dict[int, str]) -> list[str]:
    notes = []
    missing = [f"v{n}" for n in range(1, max(versions, default=0)) if n not in versions and n not in record.posted]
    if missing:
        notes.append(f"{tree}: {', '.join(missing)} was never marked as posted")
    lost = [n for n in record.posted if n not in versions]
    if lost:
        notes.append(
            f"{tree}: v{lost[-1]} was posted, and its ref {posted.posted_ref(tree, lost[-1])} is lost: no change log against it"
        )
    if record.version in versions and versions[record.version] != record.tip:
        notes.append(f"{tree}: v{record.version} was posted as {versions[record.version][:12]}, and made again since")
    return list(dict.fromkeys(notes))


def _patches(repo: Path, record: Record, start: str, tip: str) -> dict[str, Old] | str:
    """The patches on the branch by key, told by what they change; or the first commit that series did not make."""
    waiting: dict[str, list[posted.Made]] = {}
    for made in record.patches:
        waiting.setdefault(made.lines, []).append(made)
    found: dict[str, Old] = {}
    for commit in git.history(repo, start, tip):
        data = git.raw_commit(repo, commit)
        known = waiting.get(lines_of(repo, f"{commit}^", commit))
        message = messages.read(data.partition(b"\n\n")[2].decode("utf-8", "replace"))
        if not known:
            return f"{commit[:12]} ({messages.one_line(message.subject)!r})"
        made = known.pop(0)
        found[made.key] = Old(commit, message, made)
    return found
