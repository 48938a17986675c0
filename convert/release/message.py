"""The message of a commit of the release part, in the words that the real ones have."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping

from convert.lint.policy import Policy
from convert.mail.messages import BODY, Message, one_line, subject_of
from convert.release.kinds import Asked, Facts
from convert.trees.state import INITIAL, SECURITY, SUPPORT, VERSION, iso_date
from grammar.release import NOTES


def message(
    asked: Asked, facts: Facts, after: Mapping[str, str], policy: Policy | None, reason: str | None
) -> Message:  # fmt: skip
    """The message of a step that changes something; `reason`: a person's words or an address, in place of ours."""
    body = _reason(reason) if reason else _BODIES[asked.kind](facts, after, policy)
    return Message(_subject(asked, facts, after), body)


def _subject(asked: Asked, facts: Facts, after: Mapping[str, str]) -> str:
    if asked.kind in ("branch", "rc"):
        return subject_of(f"update version to {after[VERSION]}")
    if asked.kind == "final":
        return subject_of("define support lifetime")
    security = iso_date(facts.values.get(SECURITY))
    if security is not None and security < asked.by:
        return subject_of('revive for extended security support "lifetime"')
    if facts.values.get(SUPPORT) == after.get(SUPPORT):
        return subject_of('extend security support "lifetime"')
    return subject_of('extend "lifetime"')


def _branched(facts: Facts, after: Mapping[str, str], policy: Policy | None) -> str:
    major, minor = re.findall("[0-9]+", after[VERSION])[:2]
    old = re.match(r"[0-9]+\.[0-9]+", facts.values.get(VERSION, ""))
    number = old[0] if old and old[0] != f"{major}.{minor}" else f"{major}.{int(minor) - 1}" if int(minor) else None
    return f"Xen {number} has branched." if number else "The tree before it has branched."


def _candidate(facts: Facts, after: Mapping[str, str], policy: Policy | None) -> str:
    return _wrapped(f"The release candidates of Xen {facts.made.number} begin.")


def _defined(facts: Facts, after: Mapping[str, str], policy: Policy | None) -> str:
    months = f" ({policy.support} and {policy.security} months)" if policy else ""
    return _wrapped(
        f"Xen {after[VERSION]} is released on {after[INITIAL]}, supported until {after[SUPPORT]}, and security"
        f" supported until {after[SECURITY]}{months}. Its release notes are at {after[NOTES]}."
    )


def _extended(facts: Facts, after: Mapping[str, str], policy: Policy | None) -> str:
    return _as_per(policy.source) if policy else ""


def _as_per(address: str) -> str:
    return _wrapped(f"As per {address}.")


def _reason(text: str) -> str:
    words = text.strip()
    if re.fullmatch(r"https?://\S+", words):
        return _as_per(one_line(words))
    paragraphs = (one_line(part) for part in re.split(r"\n[ \t]*\n", words))
    return "\n\n".join(_wrapped(part) for part in paragraphs if part)


def _wrapped(text: str) -> str:
    """Lines of a mail; an address is never broken."""
    return "\n".join(textwrap.wrap(text, BODY, break_long_words=False, break_on_hyphens=False))


_BODIES = {"branch": _branched, "rc": _candidate, "final": _defined, "extend": _extended}
