"""One tree's series, from its branches to the mails on disk: all of it made first, then written."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from convert.failure import Failure
from convert.mail import get_maintainer, messages
from convert.output.files import write_atomic
from convert.series import accepted, commits, cover, mails, plan, posted
from convert.series import release as releases
from convert.series.arrange import Refusal
from convert.series.commits import Commits, Patch, Wishes
from convert.series.cover import Facts, Letter
from convert.series.earlier import Earlier, earlier
from convert.series.mails import Mail, Series
from convert.series.plan import Blocked, Change
from convert.series.release import Release
from convert.series.themes import Theme
from convert.trees import git, maintainers
from convert.trees.version import MAKEFILE, freeze


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for one tree.

    `split`: section, theme, none, or None for the default; `version` None for the next one; `release`: the X.Y of
    `for-X.Y`; `cover`: a person's text; `questions`: the open questions by place, None where nobody asked for them;
    `new`: a series of its own begins, whatever became of the one before.
    """

    tree: str
    version: int | None = None
    split: str | None = None
    themes: tuple[Theme, ...] = ()
    rfc: bool = True
    release: str | None = None
    onto: str | None = None
    remote: str | None = None
    sign_off: bool = False
    backport: str | None = None
    cover: str | None = None
    questions: tuple[str, ...] | None = None
    cc: tuple[str, ...] = ()
    maintainers: bool = True
    run_script: bool = False
    new: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """A series that is made, and of which nothing is written yet but objects.

    `release`: it is the patch of the release part, and that alone.
    """

    change: Change
    before: Earlier
    version: int
    commits: Commits
    letter: Letter
    mails: tuple[Mail, ...]
    notes: tuple[str, ...]
    release: Release | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A tree of which there is nothing to send, and what became of the series before."""

    notes: tuple[str, ...]


def prepare(repo: Path, request: Request) -> Ready | Blocked | Nothing:
    """Make a series.  Raises Failure."""
    change = plan.find(repo, request.tree, request.remote, request.onto)
    if isinstance(change, Blocked):
        return change
    if change.empty:
        return Nothing(_became(repo, change))
    before = earlier(repo, change, new=request.new)
    if isinstance(before, Blocked):
        return before
    version = _version(request, before)
    how = request.split or ("theme" if change.before is None else "none")
    wishes = Wishes(version, how, request.themes, request.sign_off, request.backport)
    release = releases.find(repo, change)
    try:
        made = commits.make(repo, change, before, wishes, release)
    except Refusal as refusal:
        return Blocked(str(refusal))
    rfc = request.rfc and any(patch.release is None for patch in made.patches)
    alone = release if len(made.patches) == 1 else None
    letter = _letter(repo, change, before, version, made, request, rfc=rfc)
    notes = [*before.notes, *made.notes, *([change.note] if change.note else []), *_left_behind(repo, before, request)]
    copies = _copies(repo, change, request, notes)
    series = Series(
        change.base, made.tip, mails.prefix(rfc=rfc, release=_in_freeze(repo, change, request.release)), version,
        tuple(_own_prefix(patch, request) for patch in made.patches),
        letter if len(made.patches) > 1 or letter.own or request.questions else None, made.posted,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="xen-support-") as folder:
        written = mails.write(repo, Path(folder), series, copies)
    return Ready(change, before, version, made, letter, tuple(written), tuple(dict.fromkeys(notes)), alone)


def _own_prefix(patch: Patch, request: Request) -> str | None:
    """The words in the brackets of the patch of the release part; None for any other."""
    if patch.release is None:
        return None
    return mails.prefix(rfc=False, release=request.release) if request.release else patch.release.prefix


def _became(repo: Path, change: Change) -> tuple[str, ...]:
    """What became of the series that was made last."""
    record = posted.load(repo, change.tree)
    if record is None or record.ended:
        return ()
    found = accepted.outcome(repo, change, record, posted.posted(repo, change.tree, record.number))
    return tuple(f"{change.tree}: {line}" for line in found.told()) if found is not None else ()


def _version(request: Request, before: Earlier) -> int:
    ended = before.record is None or before.number != before.record.number
    done = {*before.posted, *(() if ended or before.record is None else before.record.posted)}
    following = max(done, default=0) + 1
    version = request.version or following
    if version < following:
        raise Failure(
            f"{request.tree}: v{following - 1 if version not in done else version} has been posted; the next one is"
            f" v{following}"
        )
    return version


def _in_freeze(repo: Path, change: Change, release: str | None) -> str | None:
    if release is not None:
        makefile = git.object_of(repo, f"{change.base}:{MAKEFILE}")
        why = freeze(makefile.decode("utf-8", "replace") if makefile else None, release)
        if why is not None:
            raise Failure(f"{change.tree}: {why}")
    return release


def _letter(
    repo: Path, change: Change, before: Earlier, version: int, made: Commits, request: Request, *, rfc: bool
) -> Letter:
    facts = Facts(
        change,
        tuple(plan.support_trees(repo)),
        version,
        request.questions,
        made.posted[0] if made.posted else None,
        made.since,
        made.left_out,
        rfc,
        *_about_release(made),
    )
    old = git.config(repo, f"branch.series/{change.tree}.description")
    record = before.record
    if (
        record is not None and before.number != record.number
    ):  # the letter of a series that is done; new words in it stay
        kept = cover.letter(facts, old, (*record.cover, *_own_of(repo, change.tree)), record.title, request.cover)
        return kept
    return cover.letter(facts, old, record.cover if record else (), record.title if record else "", request.cover)


def _about_release(made: Commits) -> tuple[tuple[str, ...], str | None]:
    """The values that the patch of the release part sets, and its subject where it is the only one."""
    released = next((patch for patch in made.patches if patch.release is not None), None)
    if released is None or released.release is None:
        return (), None
    return released.release.lines, released.message.subject if len(made.patches) == 1 else None


def _left_behind(repo: Path, before: Earlier, request: Request) -> list[str]:
    """That a person's words in the letter of the series before are not taken over, where there are any."""
    record = before.record
    if record is None or record.number == before.number or request.cover is not None:
        return []
    own = [text for text in _own_of(repo, request.tree)[1:] if text not in record.cover]
    said = (
        f"{request.tree}: what you wrote into the cover letter of the previous series is not taken over; give --cover"
        " FILE for this one"
    )
    return [said] if own else []


def _own_of(repo: Path, tree: str) -> tuple[str, ...]:
    """What a person had written into the letter of the series that is done: it belongs to that one."""
    old = git.config(repo, f"branch.series/{tree}.description")
    return tuple(cover.paragraphs(old or ""))


def _copies(repo: Path, change: Change, request: Request, notes: list[str]) -> Callable[[str], Sequence[str]]:
    """What says who gets a copy of a mail."""
    extra = [one for text in request.cc for one in maintainers.addresses(text)]
    if len(extra) < len(request.cc):
        raise Failure(f"--cc: not an address: {next(text for text in request.cc if not maintainers.addresses(text))}")
    me = maintainers.address_of(git.identity(repo))
    text = git.object_of(repo, f"{change.base}:MAINTAINERS") if request.maintainers else None
    if text is None:
        if request.maintainers:
            notes.append(f"{change.tree}: {change.upstream} has no MAINTAINERS, so nobody is copied in; give --cc")
        return lambda mail: [*_tagged(mail, me), *extra]
    known = maintainers.read(text.decode("utf-8", "replace"))
    code = git.object_of(repo, f"{change.base}:scripts/get_maintainer.pl")
    script = maintainers.read_script(code.decode("utf-8", "replace") if code else None)

    def copies(mail: str) -> Sequence[str]:
        found = maintainers.recipients(known, mail, script)
        notes.extend(f"{change.tree}: MAINTAINERS: pattern not read: {pattern}" for pattern in found.unread)
        people = [*found.people, *found.lists]
        if request.run_script:
            people = [*get_maintainer.recipients(repo, change.base, mail), *known.stable]
        return list(
            {maintainers.address_of(person): person for person in (*people, *_tagged(mail, me), *extra)}.values()
        )

    return copies


def _tagged(mail: str, me: str) -> list[str]:
    """The people whom the tags of a patch name, but for its author and whoever sends it."""
    head, _, body = mail.partition("\n\n")
    found = re.search(r"^From: .*<(.*)>$", head, re.M)
    message = messages.read(f"subject\n\n{messages.split_below(body)[0]}")
    people = [one for text in messages.named_people(message) for one in maintainers.addresses(text)]
    author = found[1].lower() if found else ""
    return [person for person in people if maintainers.address_of(person) not in (author, me)]


def write(repo: Path, ready: Ready, folder: Path, *, force: bool) -> list[Path]:
    """Write the mails, then move the branch and the record; the files in order.  Raises Failure, with nothing
    changed.
    """
    tree, record = ready.change.tree, ready.before.record
    branch = posted.branch_of(tree)
    tip = ready.commits.tip
    folder_of = git.checkouts(repo).get(branch)
    if folder_of is not None and ready.before.at != tip:
        raise Failure(f"series/{tree} is checked out in {folder_of}; check out something else first")
    stale = _stale(folder, ready, force)
    hashes = [hashlib.sha256(mail.data).hexdigest() for mail in ready.mails]
    new = posted.Record(
        ready.version, ready.change.base, tip, tuple(patch.made for patch in ready.commits.patches), ready.letter.title,
        ready.letter.made, tuple(dict.fromkeys((*(record.mails if record else ()), *hashes))),
        record.posted if record and record.number == ready.before.number else (), ready.before.number, False,
        record.commit if record else "",
    )  # fmt: skip
    if record != new or ready.before.at != tip:
        _move(repo, tree, new, ready)
    git.set_config(repo, f"branch.series/{tree}.description", ready.letter.description())
    git.set_config(repo, f"branch.series/{tree}.b4-prep-cover-strategy", "branch-description")  # for `b4 prep --enroll`
    for file in stale:
        file.unlink()
    for mail in ready.mails:
        write_atomic(folder / mail.name, mail.data)
    return [folder / mail.name for mail in ready.mails]


def _move(repo: Path, tree: str, new: posted.Record, ready: Ready) -> None:
    stored = posted.store(repo, new, git.raw_commit(repo, new.tip))
    branch, old = posted.branch_of(tree), ready.before
    moves: list[tuple[str, str, str | None]] = [
        (posted.record_ref(tree), stored, old.record.commit if old.record else None)
    ]
    if old.at != new.tip:
        moves.insert(0, (branch, new.tip, old.at))
    git.move_refs_or_fail(repo, moves, tree)


def _stale(folder: Path, ready: Ready, force: bool) -> list[Path]:
    """The mails in the folder that are of no use any more.  Raises Failure where one is not ours as we wrote it."""
    known = set(ready.before.record.mails if ready.before.record else ())
    new = {mail.name: hashlib.sha256(mail.data).hexdigest() for mail in ready.mails}
    stale = []
    for file in sorted(folder.glob("*.patch")):
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != new.get(file.name):
            if found not in known and not force:
                tree = ready.change.tree
                place = (
                    f"the description of the branch: git branch --edit-description series/{tree}"
                    if re.fullmatch(r"(?:v[0-9]+-)?0000-.*", file.name)
                    else f"the commits of series/{tree}"
                )
                raise Failure(
                    f"{file} is not as series wrote it; what is edited there would be lost: put it into {place}; or"
                    " choose another folder, or give --force"
                )
            stale.append(file)
    return stale
