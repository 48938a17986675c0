"""The gate before a tag: commits judged as if they had their tags, with xen/Makefile, README and CHANGELOG.md beside
SUPPORT.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from convert.failure import Failure
from convert.lint import engine
from convert.lint.catalogue import chosen
from convert.lint.policy import policies_for
from convert.lint.registry import Gate
from convert.lint.rules.tags import CHANGELOG, PATHS, README, SOFT
from convert.trees import git, resolve
from convert.trees.all import branch_of, release_trees
from convert.trees.arguments import source_of
from convert.trees.resolve import Found
from convert.trees.state import INITIAL, SECURITY, SUPPORT, iso_date, quick_fields, standing
from convert.trees.version import (
    FILE,
    MAKEFILE,
    MAX_MAKEFILE,
    read_makefile,
    read_tag,
    stable_version,
    version,
)
from grammar.diagnostic import Diagnostic
from grammar.release import Values, read_release
from grammar.source import Source

_GRACE = 30  # days in which a stable tree may still have the dates of the policy before
_FILES = (FILE, MAKEFILE, README, CHANGELOG)


@dataclass(frozen=True, slots=True)
class Judged:
    """A commit that was judged.

    `name`: as it was called; `tag`: the tag that it has, or is judged as if it had; `makefile`: as `4.20.0-rc5`;
    `release`: the values of its release part; `findings`: of SUPPORT.md and of what is beside it, errors and all.
    """

    name: str
    ref: str | None
    tag: str | None
    commit: str
    day: date
    makefile: str | None
    release: Values
    source: Source
    findings: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """A commit to judge: as it was called, its full ref, the tag that it has or is to have, the day by which it is
    judged.
    """

    name: str
    ref: str | None
    commit: str
    tag: str | None
    day: date

    def _same(self, other: Subject) -> bool:
        """Whether both are judged alike: one ref under two names, not two refs at one commit."""
        return replace(self, name="") == replace(other, name="")


@dataclass(frozen=True, slots=True)
class Around:
    """What `--branches` knows besides: the numbers that have a branch of their own, the tags that there are."""

    numbers: frozenset[str]
    tags: frozenset[str]


def subjects(
    repo: Path, names: Sequence[str], tag: str | None, today: date, remote: str | None, *, told: bool = False
) -> list[Subject | Failure]:
    """What arguments name, in their order, a tree with two names once; a Failure where one names nothing.

    A tag of a release implies `tag` and its day; without names it is the commit of the current branch.  `told`: a
    person has said which day is today.
    """
    days = git.tag_days(repo) if names or tag else {}
    found: list[Subject | Failure] = []
    for name in names or ["HEAD"]:
        try:
            subject = _subject(repo, name, tag, today, remote, days, told=told)
            if not any(isinstance(one, Subject) and one._same(subject) for one in found):
                found.append(subject)
        except Failure as failure:
            found.append(failure)
    return found


def _subject(
    repo: Path, name: str, tag: str | None, today: date, remote: str | None, days: Mapping[str, str],
    *, told: bool,
) -> Subject:  # fmt: skip
    if name == "HEAD":  # no branch, though remotes have a ref of that name
        commit = git.commit(repo, name)
        if commit is None:
            raise Failure(f"{repo}: no commit here; name a tree, a tag or a ref")
        found = Found(name, git.full_name(repo, name) or None, commit)
    else:
        found = resolve.resolve(name, repo, remote, unpacked=False)
    ref = found.ref or ""
    own = ref.removeprefix("refs/tags/") if ref.startswith("refs/tags/") else None
    made = iso_date(days.get(own, "")) if own is not None else None
    implied = own if own is not None and read_tag(own) is not None else None
    if tag is not None:  # the commit of that very tag is judged by the tag's day
        made = iso_date(days.get(tag)) if git.commit(repo, f"refs/tags/{tag}") == found.commit else None
    day = made if made is not None and (tag is None or not told) else today
    return Subject(name, found.ref, found.commit or "", tag or implied, day)


def branches(repo: Path, today: date, remote: str | None) -> tuple[list[Subject], Around]:
    """The unstable tree and the release trees whose security support has not ended, newest first; what is known
    besides.

    One whose file has no days is among them: that is what the gate is to find.
    """
    trees = sorted(release_trees(repo, remote), key=lambda tree: version(tree.name), reverse=True)
    if not trees:
        raise Failure(f"{repo.resolve()}: no branch master, staging or stable-X.Y")
    unstable = [tree for tree in trees if stable_version(branch_of(tree)) is None]
    stable = [tree for tree in trees if tree not in unstable]
    data = git.batch(repo, [f"{tree.commit}:{FILE}" for tree in stable])
    alive = [
        tree
        for tree, text in zip(stable, data, strict=True)
        if text is not None and standing(quick_fields(text), today).state != "ended"
    ]
    asked = [Subject(branch_of(tree), tree.ref, tree.commit or "", None, today) for tree in (*unstable, *alive)]
    return asked, Around(frozenset(tree.name for tree in stable), frozenset(git.tag_days(repo, "RELEASE-*")))


def judge(repo: Path, asked: Sequence[Subject], around: Around | None = None) -> list[Judged | Failure]:
    """Judge commits, in their order; a Failure for one that has no SUPPORT.md, or one that cannot be read."""
    names = [f"{subject.commit}:{path}" for subject in asked for path in _FILES]
    data = dict(zip(names, git.batch(repo, names) if names else [], strict=True))
    codes = chosen(_RULES, ())
    days = git.tag_days(repo) if asked else {}
    found: list[Judged | Failure] = []
    for subject in asked:
        texts = {path: data[f"{subject.commit}:{path}"] for path in _FILES}
        try:
            found.append(_judge(subject, texts, codes, around, days))
        except Failure as failure:
            found.append(failure)
    return found


# of XS3xx those that are about the release part, and conflict markers; the others are about features and definitions
_RULES = ("XS301", "XS302", "XS303", "XS304", "XS309", "XS5")


def _judge(
    subject: Subject, texts: Mapping[str, bytes | None], codes: frozenset[str], around: Around | None,
    days: Mapping[str, str],
) -> Judged:  # fmt: skip
    name = f"{subject.name}:{FILE}"
    text = texts[FILE]
    if text is None:
        raise Failure(f"{name}: no such file, or far too large a one")
    source = source_of(name, text)
    makefile = _decoded(texts[MAKEFILE])
    made = read_makefile(makefile)
    tag = subject.tag or (f"RELEASE-{made.number}{made.extra}" if made is not None else "")
    gate = Gate(
        subject.tag, _decoded(texts[CHANGELOG]), _decoded(texts[README]), around.numbers if around else None,
        around.tags if around else None, iso_date(days.get(tag)),
    )  # fmt: skip
    result = engine.run(source, codes, day=subject.day, makefile=makefile, gate=gate)
    values = read_release(result.parsed.document).values
    return Judged(
        subject.name,
        subject.ref,
        subject.tag,
        subject.commit,
        subject.day,
        f"{made.number}{made.extra}" if made else None,
        values,
        source,
        tuple(_raised(d, values, subject.day) for d in result.diagnostics),
    )


def _decoded(data: bytes | None) -> str | None:
    return None if data is None else data[:MAX_MAKEFILE].decode(errors="replace")


def _raised(finding: Diagnostic, values: Values, day: date) -> Diagnostic:
    """A finding as the gate grades it: what lint leaves a warning is an error here, but for what may be meant."""
    if finding.code in SOFT or (finding.code == "XS507" and _late(values, day)):
        return finding
    return finding._replace(severity="error")


def _late(values: Values, day: date) -> bool:
    """Whether the dates are those of the policy before, and the present one is young: `extend` is to come."""
    released = iso_date(values.get(INITIAL))
    number = version(values.get("Xen-Version", ""))
    policies = policies_for(number, day)
    if released is None or len(policies) < 2 or (day - policies[0].since).days > _GRACE:
        return False
    stands = iso_date(values.get(SUPPORT)), iso_date(values.get(SECURITY))
    try:
        return any(policy.ends(released) == stands for policy in policies[1:])
    except ValueError:
        return False


def path_of(finding: Diagnostic) -> str:
    """The file that a finding is about."""
    return FILE if finding.span is not None else PATHS.get(finding.code, FILE)
