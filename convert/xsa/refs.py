"""The trees that are checked: which commit a name means, its version, until when it has security support, what it
pins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from convert.failure import Failure
from convert.trees import git
from convert.trees.all import release_trees
from convert.trees.resolve import Found, resolve
from convert.trees.state import INITIAL, SECURITY, iso_date, quick_fields
from convert.trees.version import FILE, MAKEFILE, form_of, read_makefile, stable_version
from convert.xsa.recipes import MASTER

CONFIG = "Config.mk"
# what a recipe calls a tree -> the setting of Config.mk that says which commit of it is part of a release
PINS = {
    "qemuu": "QEMU_UPSTREAM_REVISION", "qemut": "QEMU_TRADITIONAL_REVISION", "mini-os": "MINIOS_UPSTREAM_REVISION",
    "minios": "MINIOS_UPSTREAM_REVISION", "ovmf": "OVMF_UPSTREAM_REVISION", "seabios": "SEABIOS_UPSTREAM_REVISION",
}  # fmt: skip
_DESCRIBED = re.compile(r".*-g([0-9a-f]{7,40})(?:-[\w.~+]{1,30})?")


@dataclass(frozen=True, slots=True)
class Ref:
    """A tree as it was asked for.

    `version` as `4.20`; `recipe`: the version whose recipe counts, `master` for an unreleased one; `until`: the day
    until which it has security support, None where its SUPPORT.md says none; `initial`: that of X.Y.0, likewise;
    `branch`: the name of a branch, None for tags and commits; `staging`: the branch from which it is pushed, and its
    commit; `pins`: the trees that its Config.mk pins, with the revision.
    """

    name: str
    full: str
    sha: str
    day: str
    version: str | None
    recipe: str
    until: date | None
    initial: date | None
    released: bool
    branch: str | None
    staging: tuple[str, str] | None
    pins: dict[str, str]
    note: str | None = None

    def supported(self, day: date) -> bool:
        """Whether it has security support on a day; an unreleased tree counts as supported."""
        return not self.released or (self.until is not None and day <= self.until)


def read_refs(repo: Path, names: Sequence[str], remote: str | None = None, *, for_release: bool = False) -> list[Ref]:
    """The trees that names mean; two names of one branch (`4.20`, `stable-4.20`) are one.  Raises Failure for one
    that is not there.
    """
    found = [_ref(repo, _found(repo, name, remote, for_release), remote) for name in dict.fromkeys(names)]
    return list({ref.name: ref for ref in found}.values())


def supported(repo: Path, today: date, remote: str | None = None) -> list[str]:
    """master and the stable branches with security support on a day, newest first.  Raises Failure where there are
    none.
    """
    trees = [_ref(repo, tree, remote) for tree in release_trees(repo, remote)]
    kept = [ref for ref in trees if ref.supported(today) and ref.version is not None]
    if not kept:
        raise Failure(
            f"{repo.resolve()}: no branch master or stable-X.Y has security support on {today}; name the refs"
        )
    kept.sort(key=lambda ref: [int(n) for n in (ref.version or "0").split(".")], reverse=True)
    return [ref.branch or ref.name for ref in kept]


def _found(repo: Path, name: str, remote: str | None, for_release: bool) -> Found:
    described = _DESCRIBED.fullmatch(name)
    if described and git.commit(repo, name) is None and (commit := git.commit(repo, described[1])):
        return Found(name, commit, commit)  # 4.17.5+72-g01140da4e8 is its hash
    found = resolve(name, repo, remote, unpacked=False)
    if not for_release:
        return found
    version = stable_version(_branch(found.ref) or "")
    if version is None:
        return found
    try:
        staging = resolve(f"staging-{version}", repo, remote, unpacked=False)
    except Failure:
        raise Failure(
            f"{name}: there is no staging-{version}, from which the tag is made; name the commit to be tagged"
        ) from None
    return Found(
        staging.name, staging.ref, staging.commit, note=f"{name}: staging-{version} is judged, from which tags are made"
    )


def _branch(ref: str | None) -> str | None:
    """The branch that a full name means, of whichever remote."""
    if ref is None:
        return None
    if ref.startswith("refs/heads/"):
        return ref.removeprefix("refs/heads/")
    return ref.split("/", 3)[-1] if ref.startswith("refs/remotes/") else None


def _ref(repo: Path, found: Found, remote: str | None) -> Ref:
    commit = found.commit
    assert commit is not None
    files = git.batch(repo, [f"{commit}:{MAKEFILE}", f"{commit}:{CONFIG}"])
    made = read_makefile(files[0])
    form = form_of(made.extra) if made else None
    unstable = form == "unstable" or (made is None and _branch(found.ref) in ("master", "staging"))
    released = not unstable and form != "candidate"
    version = made.number if made else None
    branch = _branch(found.ref)
    return Ref(
        name=branch or found.name, full=found.ref or commit, sha=commit, day=git.day(repo, commit), version=version,
        recipe=MASTER if unstable or version is None else version,
        until=_day(SECURITY, repo, version, commit, remote),
        initial=_day(INITIAL, repo, version, commit, remote),
        released=released, branch=branch, staging=_staging(repo, branch, commit, remote),
        pins=_pins(files[1]), note=found.note,
    )  # fmt: skip


def _day(field: str, repo: Path, version: str | None, commit: str, remote: str | None) -> date | None:
    """A day by the SUPPORT.md of the version's branch, else by the commit's own; None where neither has one."""
    for ref in (_tip(repo, f"stable-{version}", remote), commit):
        data = git.object_of(repo, f"{ref}:{FILE}") if ref else None
        day = iso_date(quick_fields(data).get(field)) if data else None
        if day is not None:
            return day
    return None


@lru_cache(maxsize=200)
def _tip(repo: Path, branch: str, remote: str | None) -> str | None:
    try:
        found = resolve(branch, repo, remote, unpacked=False)
    except Failure:
        return None
    return found.commit if _branch(found.ref) == branch else None


def _staging(repo: Path, branch: str | None, commit: str, remote: str | None) -> tuple[str, str] | None:
    """The branch that is pushed to a stable one or master once it passed its tests."""
    version = stable_version(branch or "")
    name = f"staging-{version}" if version else "staging" if branch == MASTER else None
    tip = _tip(repo, name, remote) if name else None
    return (name, tip) if name and tip and tip != commit else None


def _pins(config: bytes | None) -> dict[str, str]:
    text = (config or b"").decode("utf-8", "replace")
    found: dict[str, str] = {}
    for tree, key in PINS.items():
        line = re.search(rf"^[ \t]*{key}[ \t]*[?:]?=[ \t]*(\S{{1,100}})[ \t]*$", text, re.M)
        if line and "$" not in line[1]:
            found[tree] = line[1]
    return found


def tip_of(repo: Path, branch: str, remote: str | None = None) -> str | None:
    """The commit of a branch, local or of the one remote that has it; None where there is none."""
    return _tip(repo, branch, remote)


def release_tag(repo: Path, version: str, point: int = 0) -> str | None:
    """The commit of the tag RELEASE-X.Y.Z; None where there is none."""
    return git.commit(repo, f"refs/tags/RELEASE-{version}.{point}")


def since_default(repo: Path, ref: Ref) -> date | None:
    """The day of the release before the one that a tree is of, X.(Y-1).0; None where that tag is not there.

    Fixes come late, too: XSA-59's came a year after a .0, so that the day of X.Y.0 itself is too late.
    """
    if ref.version is None:
        return None
    major, minor = (int(part) for part in ref.version.split("."))
    commit = release_tag(repo, f"{major}.{minor - 1}") if minor else None
    return date.fromisoformat(git.day(repo, commit)) if commit else None
