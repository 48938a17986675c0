"""What a step of a release does to one tree, found out without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from convert.failure import Failure
from convert.lint import engine
from convert.lint.catalogue import known
from convert.lint.policy import Policy
from convert.mail.messages import Message
from convert.merge import merge
from convert.release import note as notes
from convert.release import part as parts
from convert.release.kinds import Asked, Facts, outcome
from convert.release.message import message
from convert.release.part import Part
from convert.trees import git
from convert.trees import upstream as upstreams
from convert.trees.resolve import Found
from convert.trees.state import iso_date
from convert.trees.version import FILE, MAKEFILE, UNSTABLE, Makefile, read_makefile
from convert.update import pending
from grammar.release import IN_LITERAL, NOTES, Values, differing
from grammar.source import Source


@dataclass(slots=True)
class Plan:
    """One tree's step.

    `tree` is the name as it was given; `upstream` the branch it is made from; `makefile` as `4.20.0-rc5`; `before` and
    `after` are the release part's values; `parent`: what the commit is made on, `at`: where the support branch must
    still be (None: not there); `text`: the new file, None where nothing changes or something forbids it; `problems`
    forbid it; `written`: the commit.
    """

    tree: str
    upstream: Found
    asked: Asked
    makefile: str | None = None
    number: str = ""
    policy: Policy | None = None
    before: Values = field(default_factory=dict)
    after: Values | None = None
    message: Message | None = None
    at: str | None = None
    parent: str = ""
    text: bytes | None = None
    tagged: bool = False
    note: str | None = None
    problems: list[str] = field(default_factory=list)
    written: str | None = None

    @property
    def ref(self) -> str:
        """The full name of the branch that it is made from."""
        return self.upstream.ref or self.upstream.name

    @property
    def support(self) -> str:
        """The full name of the branch that is written."""
        return f"refs/heads/support/{self.tree}"

    @property
    def changed(self) -> list[str]:
        """The names of the values that change."""
        return [] if self.after is None else differing(self.before, self.after)


def trees(
    repo: Path, names: Sequence[str], asked: Asked, remote: str | None
) -> tuple[list[tuple[str, Found]], list[Failure]]:
    """The trees that are named, each once under the first name it has, and a Failure for each name that means none."""
    found: dict[str, tuple[str, Found]] = {}
    missing: list[Failure] = []
    for name in dict.fromkeys(names):
        try:
            tree = upstreams.branch(repo, name, remote, asked.version)
        except Failure as failure:
            missing.append(failure)
        else:
            found.setdefault(tree.ref or name, (name, tree))
    return list(found.values()), missing


def plan(repo: Path, name: str, upstream: Found, asked: Asked, reason: str | None = None) -> Plan:
    """What a step does to a tree.  Raises Failure where git cannot read the repository."""
    found = Plan(name, upstream, asked)
    made = read_makefile(git.object_of(repo, f"{upstream.commit}:{MAKEFILE}"))
    if made is None:
        found.problems.append(
            f"{MAKEFILE} of {_short(found.ref)} gives no version, so the step cannot be compared with it"
        )
    else:
        found.makefile, found.number = f"{made.number}{made.extra}", made.number
    if pending.find(repo, name) is not None:
        found.problems.append(
            f"a merge of it is waiting; `xen-support update --continue --tree {name}` or --abort comes first"
        )
    found.at = git.commit(repo, found.support)
    found.parent = _parent(repo, found)
    before = list(found.problems)
    _look(repo, found, made, reason)
    if found.text is not None and _is_redone(repo, found):
        found.parent, found.problems = upstream.commit or "", before
        _look(repo, found, made, reason)
    return found


def _look(repo: Path, found: Plan, made: Makefile | None, reason: str | None) -> None:
    """What the step does to the file at the parent."""
    found.text = found.after = found.message = None
    data = git.object_of(repo, f"{found.parent}:{FILE}")
    name = f"{_short(found.support if found.parent == found.at else found.ref)}:{FILE}"
    if data is None:
        found.problems.append(f"{name}: no such file")
        return
    part = parts.read(Source(name, data))
    found.before = part.read.values
    found.problems += _wrong_in(part, found.asked.today)
    if made is not None:
        _decide(repo, found, part, made, reason)
    if found.problems:
        found.text = None


def _decide(repo: Path, found: Plan, part: Part, made: Makefile, reason: str | None) -> None:
    """The new values, the new file and the message."""
    tags = git.tag_days(repo, f"RELEASE-{made.number}.0")
    branch = _short(found.ref).rpartition("/")[2]
    facts = Facts(branch in UNSTABLE, made, part.read.values, iso_date(next(iter(tags.values()), None)))
    done = outcome(found.asked, facts)
    found.problems += done.problems
    found.policy, found.note, found.tagged = done.policy, done.note, facts.tagged is not None
    if done.wanted is None:
        return
    found.number = done.wanted.get("Xen-Version", made.number).partition("-")[0]
    after = {key: value for key, value in part.read.values.items() if key != IN_LITERAL or NOTES not in done.wanted}
    found.after = after | done.wanted
    found.message = message(found.asked, facts, found.after, found.policy, reason)
    if found.problems or not found.changed:
        return
    try:
        found.text = parts.edited(part, done.wanted)
    except ValueError as error:
        found.problems.append(str(error))


def _wrong_in(part: Part, day: date) -> list[str]:
    """What is wrong with the release part before the step: what the step is not there to mend."""
    source = part.source
    if not source.utf8:
        return [f"{source.name} is not UTF-8"]
    if len(part.read.literals) != 1:
        count = "no release literal" if not part.read.literals else f"{len(part.read.literals)} release literals"
        return [f'{source.name} has {count}; there must be one, "Xen-Version: ..." and its dates']
    result = engine.run(source, _codes(), day=day)
    assert part.read.literal is not None
    around = _section(result, part.read.literal.span.start)
    return [
        f"{source.name}:{source.position(d.span.start)[0] if d.span else 1}: {d.code} {d.message}"
        for d in result.diagnostics
        if d.severity == "error"
        and (d.code.startswith(("XS3", "XS5")) or (d.span and around[0] <= d.span.start < around[1]))
    ]


def _section(result: engine.Result, offset: int) -> tuple[int, int]:
    """Where the level-1 section begins and ends that an offset is in."""
    starts = [section.heading.span.start for section in result.parsed.document.sections]
    first = max((start for start in starts if start <= offset), default=0)
    return first, min((start for start in starts if start > offset), default=len(result.source.text) + 1)


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for code in known() if code.startswith(("XS1", "XS3", "XS5")) and code != "XS510")


def _parent(repo: Path, found: Plan) -> str:
    """The commit that the step is made on: the tree's own branch, or the support branch where that has something else.

    A commit of the same step that nobody has built on is made anew.
    """
    up, tip = found.upstream.commit or "", found.at
    if tip is None:
        return up
    fork = git.merge_base(repo, tip, up)
    if fork is None:
        found.problems.append(f"support/{found.tree} and {_short(found.ref)} have no common history here")
        return tip
    if fork == tip or _contained(repo, fork, up, tip):
        return up
    if fork != up and git.object_of(repo, f"{fork}:{FILE}") != git.object_of(repo, f"{up}:{FILE}"):
        found.problems.append(
            f"support/{found.tree} and {_short(found.ref)} have both changed {FILE}; run `xen-support update` first"
        )
    return tip


def _contained(repo: Path, fork: str, up: str, tip: str) -> bool:
    """Whether all that a support branch has changed has arrived in the tree's own branch meanwhile."""
    if fork == up or set(git.changed_files(repo, fork, tip)) != {FILE}:
        return False
    blobs = [f"{commit}:{FILE}" for commit in (tip, *(commit for commit, _, _ in git.commits(repo, fork, up, FILE)))]
    sent, *since = git.identities(repo, blobs)
    if sent in since:
        return True
    base, ours, theirs = (git.object_of(repo, f"{commit}:{FILE}") or b"" for commit in (fork, up, tip))
    try:
        done = merge(base, ours, theirs, merge_text=git.merge_file)
    except ValueError:
        return False
    return not done.conflicts and done.data == ours


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def _is_redone(repo: Path, found: Plan) -> bool:
    """Whether the support branch's last commit, and all that it has, is that of the same step: it is made anew."""
    if found.at is None or found.parent != found.at:
        return False
    note = notes.load(repo, found.tree)
    if note is None or note.commit != found.at or note.kind != found.asked.kind:
        return False
    before = git.commit(repo, f"{found.at}^")
    return before is not None and git.merge_base(repo, before, found.upstream.commit or "") == before
