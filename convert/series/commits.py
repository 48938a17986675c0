"""The commits of a series: real ones, on top of the branch that they are for, with messages that keep what people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from convert.diff.compare import Change as Meaning
from convert.mail.describe import compose
from convert.mail.messages import Message, read, subject_of, wrapped
from convert.series import changelog
from convert.series.plan import Change, Earlier, Files, Old, lines_of
from convert.series.posted import Made, dates
from convert.series.release import Release
from convert.series.split import FRAME, Step, steps
from convert.trees import git
from convert.trees.version import FILE
from grammar.parser import parse_text
from grammar.rows import read_rows

OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a run asks for: the version's number, a patch a section or one for all, tags to add."""

    version: int
    by_section: bool
    sign_off: bool = False
    backport: str | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """One commit of the series.  `changed`: against the version before, None where it is new; `dropped`: tags it lost."""

    commit: str
    key: str
    message: Message
    text: str
    made: Made
    changed: bool | None
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Commits:
    """A series that no ref has yet: its patches, the changes of meaning since the posted version, notes for people."""

    patches: tuple[Patch, ...]
    since: tuple[Meaning, ...]
    posted: tuple[int, str, str] | None
    notes: tuple[str, ...]

    @property
    def tip(self) -> str:
        """The last commit."""
        return self.patches[-1].commit


def make(repo: Path, change: Change, before: Earlier, wishes: Wishes, release: Release | None = None) -> Commits:
    """Make the commits of a series, that of the release part first.

    Raises Failure where git does not know who the user is, or cannot write.
    """
    person = git.identity(repo)
    planned = list(_planned(change, wishes, release))
    keys = [step.key for step, _ in planned]
    posted, since = _since(repo, change, before, wishes.version)
    notes = [f"{change.tree}: no version before v{wishes.version} is marked as posted, so there is no change log"]
    notes = notes if wishes.version > 1 and posted is None else []
    variables = dates(git.raw_commit(repo, change.tip))
    parent, patches = change.base, list[Patch]()
    for step, files in planned:
        old = before.patches.get(step.key)
        logged = changelog.of_step(since, step.key, keys)
        words = release.message if release is not None and step is release.step else None
        patch = _commit(
            repo, parent, step, files, old, logged, wishes, person, variables, words, new_version=posted is not None
        )
        notes += [f"{change.tree}: {patch.message.subject!r} has changed: dropped {tag}" for tag in patch.dropped]
        patches.append(patch)
        parent = patch.commit
    for key, old in before.patches.items():
        if key not in keys:
            notes.append(f"{change.tree}: {old.message.subject!r} is not in v{wishes.version}")
            notes += [f"{change.tree}: {old.message.subject!r}: dropped {tag}" for tag in old.message.reviews()]
    return Commits(tuple(patches), tuple(since), posted, tuple(notes))


def _planned(change: Change, wishes: Wishes, release: Release | None) -> Iterator[tuple[Step, Files]]:
    """The steps with the files that each sets beside SUPPORT.md."""
    if release is not None:
        yield release.step, {}
    found = steps(release.step.after if release else change.before, change.after, by_section=wishes.by_section)
    for step in found:
        yield step, {}
    if change.others:
        yield Step(OTHERS, OTHERS, "", change.after, change.after), change.others


def _since(
    repo: Path, change: Change, before: Earlier, version: int
) -> tuple[tuple[int, str, str] | None, list[Meaning]]:
    """The version that was posted before (number, base, tip), and what changed in meaning since."""
    number = max((n for n in before.posted if n < version), default=None)
    if number is None:
        return None, []
    tip = before.posted[number]
    base = git.merge_base(repo, change.base, tip)
    if base is None:
        return None, []
    old, there = (_text(repo, commit) for commit in (base, tip))
    return (number, base, tip), changelog.since((old, there or ""), (change.before, change.after))


def _text(repo: Path, commit: str) -> str | None:
    data = git.object_of(repo, f"{commit}:{FILE}")
    return data.decode("utf-8", "replace") if data is not None else None


def _commit(
    repo: Path, parent: str, step: Step, files: Files, old: Old | None, logged: Sequence[Meaning], wishes: Wishes,
    person: str, variables: dict[str, str], words: Message | None = None, *, new_version: bool,
) -> Patch:  # fmt: skip
    stored = git.store_files(repo, parent, files or {FILE: ("100644", git.store(repo, step.after.encode()))})
    lines = lines_of(repo, parent, stored)
    made = words or _message(step, files)
    same = old is not None and old.made.lines == lines
    message, log, dropped = made, list[str](), tuple[str, ...]()
    if old is not None and same:
        message, log = old.message, list(old.made.log)
    else:
        if old is not None:
            message, dropped = _kept(made, old), old.message.reviews()
        if new_version:
            told = changelog.sentences(logged, section=step.what not in ("section", "removal"))
            log = changelog.lines(told) if old is not None else ["- new patch"]
            written = old.message.below if old is not None else ""
            message = replace(
                message, below=changelog.below(written, wishes.version, log, old.made.log if old is not None else ())
            )
    if wishes.backport and words is None:  # a release part has no tag but those of people
        message = replace(message, tags=tuple(t for t in message.tags if not t.startswith("Backport:")))
        message = message.with_tag(f"Backport: {wishes.backport}")
    if wishes.sign_off:
        message = message.with_tag(f"Signed-off-by: {person}")
    people = {**variables, **_author(git.raw_commit(repo, old.commit))} if old is not None and same else variables
    commit = git.store_commit(repo, stored, [parent], message.text(), people)
    ours = old.made if old is not None and same else made
    record = Made(step.key, lines, ours.subject, ours.body, tuple(log))
    return Patch(commit, step.key, message, step.after, record, None if old is None else not same, dropped)


def _kept(made: Message, old: Old) -> Message:
    """The message of a changed patch: new words where the old ones were ours, a person's where they were not."""
    subject = made.subject if old.message.subject == old.made.subject else old.message.subject
    body = made.body if old.message.body == old.made.body else old.message.body
    return replace(old.message.without_reviews(), subject=subject, body=body)


def _message(step: Step, files: Files) -> Message:
    """The message that a step gets where nobody wrote one."""
    if step.what == OTHERS:
        names = ", ".join(sorted(files))
        return Message(subject_of(f"bring {names} in line"), "\n".join(wrapped(f"Changes of {names} that go with it.")))
    if step.before is not None and step.what != "removal" and not _is_new(step):
        composed = read(compose(step.before, step.after, None))
        features = re.match(r"SUPPORT\.md: update [0-9]+ features", composed.subject)
        if step.what == "section" and features:
            return replace(composed, subject=subject_of(f"update {step.heading}"))
        if step.what == FRAME and composed.body.startswith("Nothing changes in meaning"):
            return replace(composed, subject=subject_of("revise what stands around the sections"))
        return composed
    if step.what == FRAME:
        body = "The frame of the file: the fields of the release and the definitions of the labels. The sections follow one by one."
        return Message(subject_of("add release fields and definitions"), "\n".join(wrapped(body)))
    if step.what == "removal":
        return Message(subject_of(f"remove {step.heading}"), "\n".join(wrapped(f"Remove the section {step.heading}.")))
    what = f"Add the section {step.heading}" if step.heading else "Add a statement of what is supported"
    body = f"{what}: {_counted(step)}. The statuses are those of the categorisation that the cover letter describes."
    return Message(subject_of(f"add {step.heading or 'support statement'}"), "\n".join(wrapped(body)))


def _is_new(step: Step) -> bool:
    """Whether a section step adds its section as a whole."""
    if step.what != "section":
        return False
    count = sum(s.heading.text == step.heading for s in parse_text(step.before or "").document.walk())
    return count < sum(s.heading.text == step.heading for s in parse_text(step.after).document.walk())


def _counted(step: Step) -> str:
    """How many features, statuses and security-supported rows a step adds."""
    old, new = (
        [row for row in read_rows(parse_text(text).document).rows if row.kind == "status"]
        for text in (step.before or "", step.after)
    )
    known = {row.keys for row in old}
    fresh = [row for row in new if row.keys not in known]
    features = len({row.anchor for row in fresh})
    secure = sum(row.security == "yes" for row in fresh)
    return (
        f"{_plural(features, 'feature')}, {_plural(len(fresh), 'status', 'es')}, {secure} of them with security support"
    )


def _plural(number: int, noun: str, ending: str = "s") -> str:
    return f"{number} {noun}{'' if number == 1 else ending}"


def _author(commit: bytes) -> dict[str, str]:
    """The author of a commit with the time, for one that is made anew."""
    found = re.search(rb"^author (.*) <(.*)> (-?[0-9]+ [+-][0-9]{4})$", commit, re.M)
    if found is None:
        return {}
    name, address, time = (part.decode("utf-8", "replace") for part in found.groups())
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": address, "GIT_AUTHOR_DATE": f"@{time}"}
