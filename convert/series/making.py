"""One tree's series, from its branches to the mails on disk: all of it made first, then written."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from convert.failure import Failure
from convert.mail import get_maintainer
from convert.output.files import write_atomic
from convert.series import commits, cover, mails, plan, posted
from convert.series import release as releases
from convert.series.commits import Commits, Wishes
from convert.series.cover import Facts, Letter
from convert.series.mails import Mail
from convert.series.plan import Blocked, Change, Earlier
from convert.series.release import Release
from convert.trees import git, maintainers
from convert.trees.version import MAKEFILE, freeze


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for one tree.

    `split`: section, none, or None for the default; `version` None for the next one; `release`: the X.Y of `for-X.Y`;
    `cover`: a person's text; `questions`: the open questions by place, None where nobody asked for them.
    """

    tree: str
    version: int | None = None
    split: str | None = None
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


def prepare(repo: Path, request: Request) -> Ready | Blocked | None:
    """Make a series; None where there is nothing to send.  Raises Failure."""
    change = plan.find(repo, request.tree, request.remote, request.onto)
    if change is None or isinstance(change, Blocked):
        return change
    before = plan.earlier(repo, change)
    if isinstance(before, Blocked):
        return before
    version = _version(request, before)
    release = releases.find(repo, change)
    by_section = request.split == "section" if request.split else change.before is None
    made = commits.make(repo, change, before, Wishes(version, by_section, request.sign_off, request.backport), release)
    own = _own_prefix(release, request)
    alone = release is not None and len(made.patches) == 1
    prefix = mails.prefix(rfc=request.rfc, release=_in_freeze(repo, change, request.release))
    heading = own if own is not None and alone else prefix, version
    letter = _letter(repo, change, before, version, made, request, release)
    notes = [*before.notes, *made.notes, *([change.note] if change.note else [])]
    copies = _copies(repo, change, request, notes)
    with tempfile.TemporaryDirectory(prefix="xen-support-") as folder:
        written = mails.write(repo, Path(folder), (change.base, made.tip), heading, letter, made.posted, copies, own)
    return Ready(
        change, before, version, made, letter, tuple(written), tuple(dict.fromkeys(notes)), release if alone else None
    )


def _own_prefix(release: Release | None, request: Request) -> str | None:
    """The words in the brackets of the patch of the release part; None where there is none."""
    if release is None:
        return None
    return mails.prefix(rfc=False, release=request.release) if request.release else release.prefix


def _version(request: Request, before: Earlier) -> int:
    done = {*before.posted, *(before.record.posted if before.record else ())}
    following = max(done, default=0) + 1
    version = request.version or following
    if version in done:
        raise Failure(f"{request.tree}: v{version} has been posted; the next one is v{following}")
    if version < following:
        raise Failure(f"{request.tree}: v{following - 1} has been posted; the next one is v{following}")
    return version


def _in_freeze(repo: Path, change: Change, release: str | None) -> str | None:
    if release is not None:
        makefile = git.object_of(repo, f"{change.base}:{MAKEFILE}")
        why = freeze(makefile.decode("utf-8", "replace") if makefile else None, release)
        if why is not None:
            raise Failure(f"{change.tree}: {why}")
    return release


def _letter(
    repo: Path, change: Change, before: Earlier, version: int, made: Commits, request: Request, release: Release | None
) -> Letter:  # fmt: skip
    facts = Facts(
        change, tuple(plan.support_trees(repo)), version, request.questions, made.posted[0] if made.posted else None, made.since,
        release.lines if release else (), release.message.subject if release and len(made.patches) == 1 else None,
    )  # fmt: skip
    old = git.config(repo, f"branch.series/{change.tree}.description")
    record = before.record
    return cover.letter(facts, old, record.cover if record else (), record.title if record else "", request.cover)


def _copies(repo: Path, change: Change, request: Request, notes: list[str]) -> Callable[[str], Sequence[str]]:
    """What says who gets a copy of a mail."""
    extra = [one for text in request.cc for one in maintainers.addresses(text)]
    if len(extra) < len(request.cc):
        raise Failure(f"--cc: not an address: {next(text for text in request.cc if not maintainers.addresses(text))}")
    text = git.object_of(repo, f"{change.base}:MAINTAINERS") if request.maintainers else None
    if text is None:
        if request.maintainers:
            notes.append(f"{change.tree}: {change.upstream} has no MAINTAINERS, so nobody is copied in; give --cc")
        return lambda mail: extra
    known = maintainers.read(text.decode("utf-8", "replace"))

    def copies(mail: str) -> Sequence[str]:
        found = maintainers.recipients(known, mail)
        notes.extend(f"{change.tree}: MAINTAINERS: pattern not read: {pattern}" for pattern in found.unread)
        people = [*found.people, *found.lists]
        if request.run_script:
            people = [*get_maintainer.recipients(repo, change.base, mail), *known.stable]
        return list({maintainers.address_of(person): person for person in (*people, *extra)}.values())

    return copies


def write(repo: Path, ready: Ready, folder: Path, *, force: bool) -> list[Path]:
    """Write the mails, then move the branch and the record; the files in order.  Raises Failure, with nothing changed."""
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
        ready.letter.made, tuple(dict.fromkeys((*(record.mails if record else ()), *hashes))), record.posted if record else (),
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
    refused = git.move_refs(repo, moves)
    if refused is not None:
        raise Failure(
            f"{tree}: something else has changed its refs meanwhile, so nothing was changed; run it again ({refused})"
        )


def _stale(folder: Path, ready: Ready, force: bool) -> list[Path]:
    """The mails in the folder that are of no use any more.  Raises Failure where one is not ours as we wrote it."""
    known = set(ready.before.record.mails if ready.before.record else ())
    new = {mail.name: hashlib.sha256(mail.data).hexdigest() for mail in ready.mails}
    stale = []
    for file in sorted(folder.glob("*.patch")):
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != new.get(file.name):
            if found not in known and not force:
                raise Failure(
                    f"{file} is not as series wrote it; what is edited there would be lost: put it into the commits of "
                    f"series/{ready.change.tree}, or choose another folder, or give --force"
                )
            stale.append(file)
    return stale
