"""What a support branch did, in the order of the patches: what people committed, each as it is, and what the sheet
brought.

A person's commit stays a patch of its own: one of another author, one with a reason or tags (it was meant to be sent),
one that touches other files; the release part is another one.  A correction without either by whoever runs this belongs
to the patches that it corrects.  What `update` committed is one change, at the place of its first commit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from convert.mail import messages
from convert.mail.describe import DRAFT, NOTHING
from convert.mail.messages import Message
from convert.series.plan import Change, Files
from convert.series.release import Release
from convert.series.split import Step
from convert.trees import git
from convert.trees.maintainers import address_of
from convert.trees.version import FILE
from convert.update.merging import merge

_POINT = re.compile(
    r"- .+(?:, was |: new|: removed|: renamed from|: moved from|: now stands |the label |and [0-9]+ more)"
)
_BROUGHT = "This brings in the changes that "

Split = Callable[[str | None, str], list[Step]]


@dataclass(frozen=True, slots=True)
class Item:
    """One patch to be: a `step` of what the sheet brought, a person's commit (`source`, with its `message`), or other
    files.

    `before` and `after` are SUPPORT.md; `files` are others that it sets.  `release`: it is the patch of the release
    part.
    """

    key: str
    before: str | None
    after: str
    files: Files = field(default_factory=dict)
    step: Step | None = None
    source: str | None = None
    message: Message | None = None
    release: Release | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A commit of the support branch, with SUPPORT.md before and after it, and the other files that it changes."""

    commit: str
    message: Message | None  # of a person; None: what `update` did, or a correction
    before: str
    after: str
    files: Files


@dataclass(slots=True)
class _Replay:
    """The files as the patches so far leave them."""

    text: str | None
    files: Files
    items: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def merged(self, entry: _Entry) -> str | None:
        """SUPPORT.md with what a commit did; None where that is in conflict with what is there."""
        if entry.before == entry.after:
            return self.text or ""
        found = merge(*(text.encode() for text in (entry.before, self.text or "", entry.after)))
        return None if found.conflicts else found.data.decode()


def lineup(repo: Path, change: Change, split: Split, release: Release | None) -> tuple[list[Item], list[str]]:
    """The patches of a series, before what is kept of the version before; and what to tell people.

    That of the release part comes first.  Raises Failure.
    """
    entries = list(_entries(repo, change, release))
    people = [entry for entry in entries if entry.message is not None]
    first = next((n for n, entry in enumerate(entries) if entry.message is None), len(entries))
    early = [entry for entry in entries[:first] if entry.message is not None]
    late = [entry for entry in people if entry not in early]
    work = _Replay(change.before, {})
    if release is not None:
        work.text = release.step.after
        work.items.append(
            Item(release.step.key, change.before, work.text, {}, None, release.note.commit, release.message, release)
        )
    _people(work, change, early)
    start = work.text
    for entry in entries:
        if entry.message is None and (text := work.merged(entry)) is not None:
            work.text = text
    done = _Replay(work.text, dict(work.files))
    _people(done, change, late)
    if done.text != change.after:  # what is only in merges, or was in conflict: it belongs to what the sheet brought
        whole = _Entry("", None, done.text or "", change.after, {})
        work.text = work.merged(whole) or work.text
        done = _Replay(work.text, dict(work.files))
        _people(done, change, late)
    items = [
        *work.items,
        *_steps(start, work.text, split, ""),
        *done.items,
        *_steps(done.text, change.after, split, "later "),
    ]
    rest = {path: at for path, at in change.others.items() if done.files.get(path, False) != at}
    if rest:
        items.append(Item("others", change.after, change.after, rest))
    return _unique(items), [*work.notes, *done.notes]


def _people(work: _Replay, change: Change, entries: Sequence[_Entry]) -> None:
    """Put people's commits behind what is there."""
    for entry in entries:
        assert entry.message is not None
        text = work.merged(entry)
        if text is None:
            work.notes.append(
                f"{change.tree}: {entry.commit[:12]} ({entry.message.subject!r}) cannot be a patch of its own, as what"
                " it changes was changed again; it is part of the others"
            )
            continue
        files = {path: at for path, at in entry.files.items() if path in change.others}
        if text != (work.text or "") or files:
            key = f"commit {entry.message.subject}"
            work.items.append(Item(key, work.text, text, files, None, entry.commit, entry.message))
            work.text, work.files = text, {**work.files, **files}


def _steps(before: str | None, after: str | None, split: Split, mark: str) -> Iterator[Item]:
    if after is not None and before != after:
        yield from (Item(f"{mark}{step.key}", step.before, step.after, {}, step) for step in split(before, after))


def _unique(items: Sequence[Item]) -> list[Item]:
    """The items with keys that tell them apart."""
    from dataclasses import replace

    seen: dict[str, int] = {}
    out = []
    for item in items:
        seen[item.key] = count = seen.get(item.key, 0) + 1
        out.append(item if count == 1 else replace(item, key=f"{item.key} {count}"))
    return out


def _entries(repo: Path, change: Change, release: Release | None) -> Iterator[_Entry]:
    """The commits of the support branch that the branch for patches does not have, oldest first.

    Merges are left aside, and what sets the release part alone, if that is a patch of its own.
    """
    mine = address_of(git.identity(repo))
    own = git.messages(repo, change.tip, (change.fork, change.base))  # those of a colleague's merged branch, too
    for commit, _ in reversed(own):
        parents = git.parents(repo, commit)
        if len(parents) != 1:
            continue
        files = git.changed_files(repo, parents[0], commit)
        before, after = (
            (git.object_of(repo, f"{at}:{FILE}") or b"").decode("utf-8", "replace") for at in (parents[0], commit)
        )
        others = {path: at for path, at in files.items() if path != FILE}
        if release is not None and not others and _features(before) == _features(after):
            continue
        yield _Entry(commit, _message(git.raw_commit(repo, commit), mine, others), before, after, others)


def _features(text: str) -> str:
    """All that is behind the release part."""
    return text.partition("\n# Feature Support")[2]


def _message(data: bytes, mine: str, others: Files) -> Message | None:
    """The message of a person's commit that is to be a patch of its own; None for what belongs to the sheet's."""
    head, _, text = data.partition(b"\n\n")
    message = messages.read(text.decode("utf-8", "replace"))
    found = re.search(rb"^author .*<(.*)> ", head, re.M)
    author = found[1].decode("utf-8", "replace").lower() if found else mine
    if any(tag.startswith(f"{DRAFT}:") for tag in message.tags) or _is_generated(message):
        return None
    if author == mine and not (message.body or message.tags or others):
        return None
    return message


def _is_generated(message: Message) -> bool:
    """Whether version 0.1.0 of `update` made the message: it left no mark."""
    paragraphs = re.split(r"\n[ \t]*\n", message.body) if message.body else []
    return bool(paragraphs) and all(
        _POINT.match(" ".join(text.split())) or text.startswith(_BROUGHT) or text == NOTHING for text in paragraphs
    )
