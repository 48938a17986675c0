"""What a tree is on a day, by the release fields of its SUPPORT.md: in development, supported, security support only,
ended.

docs/process/xen-release-management.pandoc of xen.git has the dates set on the day of the release; until that day a tree
is in development, whatever its fields promise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Literal

from grammar.record import record

State = Literal["development", "supported", "security", "ended", "unknown"]
INITIAL, SUPPORT, SECURITY = DATES = ("Initial-Release", "Supported-Until", "Security-Support-Until")
VERSION = "Xen-Version"
_UNRELEASED = r"(?is)unstable|.*-(?:unstable|rc|pre)(?![a-z]).*"


@record(frozen=True)
class Standing:
    """A tree on a day.

    `released`, `support` and `security`: the day of the release, the last day of support and that of security support;
    None where the file has no readable one.  `contradiction`: what is false in the dates, for people; None where
    nothing is.
    """

    day: date
    state: State
    released: date | None = None
    support: date | None = None
    security: date | None = None
    contradiction: str | None = None

    @property
    def security_supported(self) -> bool:
        """Whether the project promises security support on that day."""
        if self.state not in ("supported", "security"):
            return False
        return self.security is None or self.day <= self.security


def standing(release: Mapping[str, object], day: date) -> Standing:
    """What a tree is on a day.

    `release`: its release fields by name (`Xen-Version`, `Initial-Release`, ...), as they are; what is missing or no
    date counts as not stated.  The last day of support counts.  Nothing is raised for any value.
    """
    released, support, security = (iso_date(release.get(key)) for key in DATES)
    state = _state(str(release.get(VERSION, "")), released, support, security, day)
    return Standing(day, state, released, support, security, _contradiction(released, support, security))


def _state(version: str, released: date | None, support: date | None, security: date | None, day: date) -> State:
    if re.fullmatch(_UNRELEASED, version.strip()) or (released is not None and day < released):
        return "development"
    if support is not None and day <= support:
        return "supported"
    if security is not None:
        return "security" if day <= security else "ended"
    return "ended" if support is not None else "unknown"


def _contradiction(released: date | None, support: date | None, security: date | None) -> str | None:
    if support is not None and security is not None and security < support:
        return f"{SUPPORT} ({support}) is after {SECURITY} ({security}); one of the two is false"
    for key, end in ((SUPPORT, support), (SECURITY, security)):
        if released is not None and end is not None and end <= released:
            return f"{key} ({end}) is not after {INITIAL} ({released}); one of the two is false"
    return None


_FIELD = rb"(?m)^    (Xen-Version|Initial-Release|Supported-Until|Security-Support-Until):[ \t]+(\S[^\r\n]*?)[ \t]*\r?$"


def quick_fields(support: bytes) -> dict[str, str]:
    """The release fields of a SUPPORT.md without parsing it, to choose among trees by: the first of each, as it is."""
    found: dict[str, str] = {}
    for key, value in re.findall(_FIELD, support):
        found.setdefault(key.decode(), value.decode(errors="replace"))
    return found


def iso_date(value: object) -> date | None:
    """The day that a text of the form YYYY-MM-DD names; None for anything else, and where there is no such day."""
    text = str(value)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
