"""The commits of a series: real ones, on top of the branch that they are for, with messages that keep what people
wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from convert.diff.compare import Change as Meaning
from convert.mail.describe import DRAFT
from convert.mail.messages import Message
from convert.series import accepted, bodies, changelog
from convert.series.arrange import arranged
from convert.series.earlier import Earlier, Old
from convert.series.lineup import Item, lineup
from convert.series.plan import Change, lines_of
from convert.series.posted import Made, dates
from convert.series.release import Release
from convert.series.split import steps
from convert.series.themes import Theme
from convert.series.words import made_message
from convert.trees import git
from convert.trees.version import FILE


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a run asks for: the version's number, how to split (section, theme, none), tags to add."""

    version: int
    how: str
    themes: tuple[Theme, ...] = ()
    sign_off: bool = False
    backport: str | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """One commit of the series.

    `changed`: against the version before, None where it is new; `dropped`: tags it lost; `release`: it is that of the
    release part.
    """

    commit: str
    key: str
    message: Message
    text: str
    made: Made
    changed: bool | None
    dropped: tuple[str, ...] = ()
    release: Release | None = None


@dataclass(frozen=True, slots=True)
class Commits:
    """A series that no ref has yet: its patches, the changes since the posted version in words, notes for people."""

    patches: tuple[Patch, ...]
    since: tuple[Meaning, ...]
    left_out: tuple[str, ...]
    posted: tuple[int, str, str] | None
    notes: tuple[str, ...]

    @property
    def tip(self) -> str:
        """The last commit."""
        return self.patches[-1].commit


@dataclass(frozen=True, slots=True)
class _Run:
    """What all patches of one run share."""

    repo: Path
    before: Earlier
    wishes: Wishes
    person: str
    variables: dict[str, str]
    new_version: bool
    left_out: tuple[str, ...]  # lines of the log of a single patch, which has no cover letter for them


def make(repo: Path, change: Change, before: Earlier, wishes: Wishes, release: Release | None = None) -> Commits:
    """Make the commits of a series, that of the release part first.

    Raises Failure where git does not know who the user is, or cannot write, and Refusal.
    """
    found, said = lineup(repo, change, partial(steps, how=wishes.how, themes=wishes.themes), release)
    items = arranged(repo, change.tree, found, before)
    posted, since = _since(repo, change, before, wishes.version, items)
    run = _Run(
        repo, before, wishes, git.identity(repo), dates(git.raw_commit(repo, change.tip)), posted is not None,
        tuple(accepted.left_out(before.outcome)) if len(items) == 1 else (),
    )  # fmt: skip
    notes = list(said)
    if wishes.version > 1 and posted is None:
        notes.append(
            f"{change.tree}: no version before v{wishes.version} is marked as posted, so there is no change log"
        )
    parent, patches = change.base, list[Patch]()
    for item in items:
        patch = _commit(run, parent, item, changelog.of_item(since, item, items))
        notes += [f"{change.tree}: {patch.message.subject!r} has changed: dropped {tag}" for tag in patch.dropped]
        patches.append(patch)
        parent = patch.commit
    notes += _gone(change.tree, before, {item.key for item in items}, wishes.version)
    return Commits(tuple(patches), tuple(since), tuple(accepted.left_out(before.outcome)), posted, tuple(notes))


def _gone(tree: str, before: Earlier, keys: set[str], version: int) -> list[str]:
    """The patches of before that are no more, and what they had; those that upstream took are told elsewhere."""
    taken = {patch.key for patch in before.outcome.taken} if before.outcome is not None else set()
    notes = []
    for key, old in before.patches.items():
        if key not in keys and key not in taken:
            notes.append(f"{tree}: {old.message.subject!r} is not in v{version}")
            notes += [f"{tree}: {old.message.subject!r}: dropped {tag}" for tag in old.message.reviews()]
    return notes


def _since(
    repo: Path, change: Change, before: Earlier, version: int, items: Sequence[Item]
) -> tuple[tuple[int, str, str] | None, list[Meaning]]:
    """The version that was posted before (number, base, tip), and what changed in meaning since, but for people's
    patches.
    """
    number = max((n for n in before.posted if n < version), default=None)
    if number is None:
        return None, []
    tip = before.posted[number]
    base = git.merge_base(repo, change.base, tip)
    if base is None:
        return None, []
    old, there = (_text(repo, commit) for commit in (base, tip))
    own = [(item.before, item.after) for item in items if item.step is None]
    return (number, base, tip), changelog.since((old, there or ""), (change.before, change.after), own)


def _text(repo: Path, commit: str) -> str | None:
    data = git.object_of(repo, f"{commit}:{FILE}")
    return data.decode("utf-8", "replace") if data is not None else None


def _commit(run: _Run, parent: str, item: Item, logged: Sequence[Meaning]) -> Patch:
    repo, old = run.repo, run.before.patches.get(item.key)
    own = {} if item.before == item.after else {FILE: ("100644", git.store(repo, item.after.encode()))}
    stored = git.store_files(repo, parent, {**item.files, **own})
    lines = lines_of(repo, parent, stored)
    made = _without_mark(item.message) if item.message is not None else made_message(item)
    same = old is not None and old.made.lines == lines
    message, dropped = _words(item, made, old, same=same)
    log = list(old.made.log) if old is not None and same else list[str]()
    if run.new_version and (not same or run.left_out):
        told = changelog.sentences(logged, section=item.step is not None and len(item.step.sections) != 1)
        log = changelog.lines([*run.left_out, *told]) if old is not None else ["- new patch"]
        written = old.message.below if old is not None else message.below
        below = changelog.below(written, run.wishes.version, log, old.made.log if old is not None else ())
        message = replace(message, below=below)
    message = _tagged(run, message, released=item.release is not None)
    people = {**run.variables, **_author(run, item, old if same else None)}
    commit = git.store_commit(repo, stored, [parent], message.text(), people)
    words = old.made if old is not None and same and item.message is None else made
    record = Made(item.key, lines, words.subject, words.body, tuple(log))
    changed = None if old is None else not same
    return Patch(commit, item.key, message, item.after, record, changed, dropped, item.release)


def _words(item: Item, made: Message, old: Old | None, *, same: bool) -> tuple[Message, tuple[str, ...]]:
    """The message of a patch, and the reviewers' tags that it lost.

    Words that were ours are made anew, a person's are kept, and ours among a person's are replaced.
    """
    if old is None:
        return made, ()
    if same and item.message is None:
        return old.message, ()
    subject = made.subject if old.message.subject == old.made.subject else old.message.subject
    if item.message is not None:
        body = made.body if old.message.body == old.made.body else old.message.body
    else:
        body = bodies.replaced(old.message.body, old.made.body, made.body)
    kept = old.message if same else old.message.without_reviews()
    tags = tuple(dict.fromkeys((*made.tags, *kept.tags)))
    dropped = () if same else tuple(tag for tag in old.message.reviews() if tag not in tags)
    return replace(old.message, subject=subject, body=body, tags=tags), dropped


def _without_mark(message: Message) -> Message:
    """A person's message without the trailer of `update`, should it have got there by squashing."""
    return replace(message, tags=tuple(tag for tag in message.tags if not tag.startswith(f"{DRAFT}:")))


def _tagged(run: _Run, message: Message, *, released: bool) -> Message:
    if run.wishes.backport and not released:  # a release part has no tag but those of people
        message = replace(message, tags=tuple(t for t in message.tags if not t.startswith("Backport:")))
        message = message.with_tag(f"Backport: {run.wishes.backport}")
    return message.with_tag(f"Signed-off-by: {run.person}") if run.wishes.sign_off else message


def _author(run: _Run, item: Item, old: Old | None) -> dict[str, str]:
    """The author of a patch with the time: of the person's commit, or of the one as it was; else whoever runs this."""
    source = item.source or (old.commit if old is not None else None)
    if source is None:
        return {}
    found = re.search(rb"^author (.*) <(.*)> (-?[0-9]+ [+-][0-9]{4})$", git.raw_commit(run.repo, source), re.M)
    if found is None:
        return {}
    name, address, time = (part.decode("utf-8", "replace") for part in found.groups())
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": address, "GIT_AUTHOR_DATE": f"@{time}"}
