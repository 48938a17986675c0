"""What each step of a release makes of the release part: branch, rc, final, extend.

Source: docs/process/release-technician-checklist.txt, branching-checklist.txt and xen-release-management.pandoc of
xen.git.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from convert.lint.policy import Policy, policy_for
from convert.trees.state import INITIAL, SECURITY, SUPPORT, VERSION, iso_date
from convert.trees.version import Form, Makefile, form_of, version
from grammar.release import IN_LITERAL, NOTES, Values

Kind = Literal["branch", "rc", "final", "extend"]
KINDS: tuple[Kind, ...] = ("branch", "rc", "final", "extend")
URL = "https://wiki.xenproject.org/wiki/Xen_Project_{}_Release_Notes"
UNRELEASED: Values = {INITIAL: "n/a", SUPPORT: "TBD", SECURITY: "Unreleased - not yet security-supported"}
_NEAR_TAG, _NEAR_TODAY = 7, 30  # days from the day of the .0 tag, without a tag from today


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: the step, its days, the number of a newly unstable tree, whether ends may come earlier."""

    kind: Kind
    today: date
    day: date | None = None
    version: str | None = None
    shorten: bool = False

    @property
    def by(self) -> date:
        """The day whose policy holds."""
        return self.day or self.today


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the tree.

    `unstable`: it is the unstable tree; `made`: what its xen/Makefile says; `values`: its release part; `tagged`: the
    day of the tag RELEASE-X.Y.0, None without it.
    """

    unstable: bool
    made: Makefile
    values: Mapping[str, str]
    tagged: date | None = None

    @property
    def form(self) -> Form | None:
        """What XEN_EXTRAVERSION makes of the tree."""
        return form_of(self.made.extra)

    @property
    def dated(self) -> bool:
        """Whether a date is in the release part: the file says that it is released."""
        return any(iso_date(self.values.get(key)) for key in (INITIAL, SUPPORT, SECURITY))

    @property
    def shipped(self) -> bool:
        """Whether xen/Makefile says that the tree is released."""
        return self.form in ("release", "pre")


@dataclass(slots=True)
class Outcome:
    """What the release part is to say (None where that is not known), by which policy, and what forbids it."""

    wanted: Values | None = None
    policy: Policy | None = None
    problems: list[str] = field(default_factory=list)
    note: str | None = None


def outcome(asked: Asked, facts: Facts) -> Outcome:
    """What a step makes of a tree's release part, with everything that forbids it."""
    found = Outcome()
    if facts.form is None:
        says = f'XEN_EXTRAVERSION "{facts.made.extra}"' if facts.made.extra else "an empty XEN_EXTRAVERSION"
        found.problems.append(
            f"xen/Makefile has {says}, which is not one of -unstable, .0-rc, .Z, .Z-pre; correct that first"
        )
    number = _number(asked, facts, found)
    found.policy = policy_for(version(number), asked.by)
    _STEPS[asked.kind](asked, facts, number, found)
    return found


def _number(asked: Asked, facts: Facts, found: Outcome) -> str:
    """The X.Y that the tree has or gets; it is read from xen/Makefile, and what is given must agree."""
    number, given = facts.made.number, asked.version
    if given is None:
        return number
    if not re.fullmatch(r"[0-9]{1,3}\.[0-9]{1,3}", given):
        found.problems.append(f"--version {given}: not of the form X.Y")
        return number
    if given == number and not (asked.kind == "branch" and facts.form is not None and _is_old(facts)):
        return number
    if asked.kind == "branch" and version(given) > version(number) and _is_old(facts):
        return given
    next_one = "; the newly unstable tree gets a higher number" if asked.kind == "branch" and _is_old(facts) else ""
    found.problems.append(f"--version {given}, and xen/Makefile says {number}{facts.made.extra}{next_one}")
    return number


def _is_old(facts: Facts) -> bool:
    """Whether the Makefile of the unstable tree still has the number of the branch that was made from it."""
    return facts.form == "candidate" or facts.shipped


def _branch(asked: Asked, facts: Facts, number: str, found: Outcome) -> None:
    if not facts.unstable:
        found.problems.append(f"{facts.made.number} is a release tree; `release branch` is for the newly unstable one")
    if facts.dated:
        found.problems.append("SUPPORT.md has the dates of a release; `release branch` is for the newly unstable tree")
    if asked.version is None and facts.form is not None and _is_old(facts):
        found.problems.append(
            f"xen/Makefile still says {facts.made.number}{facts.made.extra}; which number does the newly unstable tree"
            " get? Give --version X.Y"
        )
    found.wanted = {VERSION: f"{number}-unstable", **UNRELEASED, NOTES: URL.format("X.YY")}


def _rc(asked: Asked, facts: Facts, number: str, found: Outcome) -> None:
    if facts.shipped:
        found.problems.append(f"xen/Makefile says {facts.made.number}{facts.made.extra}: it is released")
    elif facts.dated:
        found.problems.append(
            f"SUPPORT.md says that {number} is released ({INITIAL}: {facts.values.get(INITIAL, 'none')})"
        )
    stands = URL.format(number)
    kept = stands in (facts.values.get(NOTES), facts.values.get(IN_LITERAL, "").partition('"')[2].partition('"')[0])
    found.wanted = {VERSION: f"{number}-rc", **UNRELEASED, NOTES: stands if kept else URL.format("X.YY")}


def _final(asked: Asked, facts: Facts, number: str, found: Outcome) -> None:
    if facts.form == "unstable":
        found.problems.append(
            f"xen/Makefile says {facts.made.number}{facts.made.extra}: that is not about to be released"
        )
    if asked.day is None:
        found.problems.append("which day is the release announced? Give --date YYYY-MM-DD")
        return
    found.problems += _far(asked.day, asked.today, facts, number)
    if found.policy is None:
        found.problems.append(f"no policy says how long {number} is supported; see convert/lint/policy.toml")
        return
    ends = _ends(found.policy, asked.day, found)
    if ends is None:
        return
    # the day stays, so it is no correction: an extension that came since is not taken back
    keep = not asked.shorten and facts.values.get(INITIAL) == asked.day.isoformat()
    dates = _later(facts.values, ends) if keep else ends
    found.wanted = {VERSION: number, INITIAL: asked.day.isoformat(), **dates, NOTES: URL.format(number)}


def _far(day: date, today: date, facts: Facts, number: str) -> list[str]:
    if facts.tagged is not None:
        if abs((day - facts.tagged).days) > _NEAR_TAG:
            return [f"--date {day} is more than {_NEAR_TAG} days from the tag RELEASE-{number}.0 of {facts.tagged}"]
    elif abs((day - today).days) > _NEAR_TODAY:
        return [f"--date {day} is more than {_NEAR_TODAY} days from {today}, and there is no tag RELEASE-{number}.0"]
    return []


def _extend(asked: Asked, facts: Facts, number: str, found: Outcome) -> None:
    released = iso_date(facts.values.get(INITIAL))
    if facts.form in ("unstable", "candidate"):
        found.problems.append(f"xen/Makefile says {facts.made.number}{facts.made.extra}: it is not released yet")
    elif released is None:
        found.problems.append(
            f"SUPPORT.md has no day of the release ({INITIAL}: {facts.values.get(INITIAL, 'missing')}); `release final`"
            " first"
        )
    elif released > asked.by:
        found.problems.append(f"{INITIAL} is {released}, after {asked.by}: it is not released yet")
    if released is None:
        return
    if found.policy is None:
        found.problems.append(f"no policy says how long {number} is supported; see convert/lint/policy.toml")
        return
    ends = _ends(found.policy, released, found)
    if ends is None:
        return
    dates = ends if asked.shorten else _later(facts.values, ends)
    found.wanted = dict(dates)
    if IN_LITERAL in facts.values:
        inside = re.search(r"https?://[^\s\"'<>]+", facts.values[IN_LITERAL])
        found.wanted[NOTES] = inside[0] if inside else URL.format(number)
    elif NOTES not in facts.values:
        found.wanted[NOTES] = URL.format(number)
    if all(facts.values.get(key) == value for key, value in found.wanted.items()):
        found.note = f"nothing to extend; support until {dates[SUPPORT]}, security support until {dates[SECURITY]}"


def _ends(policy: Policy, released: date, found: Outcome) -> Values | None:
    try:
        support, security = policy.ends(released)
    except ValueError:
        found.problems.append(f"{released}: the ends of support lie beyond the year 9999")
        return None
    return {SUPPORT: support.isoformat(), SECURITY: security.isoformat()}


def _later(values: Mapping[str, str], ends: Values) -> Values:
    """The ends, or those that are where they are later."""
    return {
        key: max(end, stands) if iso_date(stands := values.get(key, "")) is not None else end
        for key, end in ends.items()
    }


_STEPS = {"branch": _branch, "rc": _rc, "final": _final, "extend": _extend}
