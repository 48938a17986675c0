"""The support lengths of Xen releases, from policy.toml beside this file."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from datetime import date
from functools import cache

Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Policy:
    """Months of support and of security support, for versions `first` to `last` (None: all later ones), from a day on.

    `source`: the address where it was announced.
    """

    since: date
    first: Version
    last: Version | None
    support: int
    security: int
    source: str

    def ends(self, released: date) -> tuple[date, date]:
        """The last day of support and that of security support of a release.  Raises ValueError beyond the year
        9999.
        """
        return months_later(released, self.support), months_later(released, self.security)

    def __str__(self) -> str:
        versions = f"{_dotted(self.first)} to {_dotted(self.last)}" if self.last else f"{_dotted(self.first)} and later"
        return f"{self.support} months of support, {self.security} of security support ({versions}, since {self.since})"


def _dotted(number: Version) -> str:
    return ".".join(map(str, number))


def version(text: str) -> Version:
    """`4.20` as (4, 20).  Raises ValueError for other texts."""
    major, minor = text.split(".")
    return int(major), int(minor)


@cache
def policies() -> tuple[Policy, ...]:
    """All policies, the latest first."""
    import tomllib

    data = tomllib.loads((pkgutil.get_data(__package__, "policy.toml") or b"").decode())
    found = [
        Policy(
            entry["since"],
            version(entry["first"]),
            version(entry["last"]) if "last" in entry else None,
            entry["support"],
            entry["security"],
            entry["source"],
        )
        for entry in data["policy"]
    ]
    return tuple(sorted(found, key=lambda policy: policy.since, reverse=True))


def policy_for(number: Version, day: date) -> Policy | None:
    """The policy that holds for a version on a day."""
    return next(iter(policies_for(number, day)), None)


def policies_for(number: Version, day: date) -> list[Policy]:
    """The policies that hold or held for a version up to a day, the latest first."""
    return [
        policy
        for policy in policies()
        if policy.since <= day and policy.first <= number and (policy.last is None or number <= policy.last)
    ]


def months_later(day: date, months: int) -> date:
    """The same day of the month so many months later; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError(f"{day} and {months} months")  # not reached: 28 is a day of every month
