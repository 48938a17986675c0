"""Rules of the release part: version, dates, support lengths, release notes, the tree's Makefile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from convert.lint.registry import Context, rule
from convert.lint.rules.parts import fix
from convert.lint.rules.structure import release_literals
from convert.trees.state import DATES, INITIAL, SECURITY, SUPPORT, iso_date
from convert.trees.version import Form, form_of, read_makefile
from grammar.named import NamedTuple
from grammar.nodes import Document, ParsedField, Term
from grammar.release import read_release
from grammar.source import Span

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]
_VERSION = r"(\d{1,3}\.\d{1,3})(?:\.\d{1,3})?(-unstable|-rc\.?\d*|-pre)?"
_PLACEHOLDERS = frozenset(("n/a", "na", "n.a.", "tbd", "tba", "tbc", "unknown", "none", "-", "?", "unreleased"))


class Facts(NamedTuple):
    """The release part read: `number` as `4.20`, `state` is released, unstable, candidate or (unreadable version)
    unknown.

    `notes`: the entry for the release notes and the address in it.
    """

    fields: dict[str, ParsedField]
    number: str | None
    state: str
    dates: dict[str, date]
    notes: tuple[Term, str] | None


def release_facts(context: Context) -> Facts | None:
    """What the release part of a file says; None where it has no release literal."""
    if "release" not in context.memo:
        context.memo["release"] = _read(context)
    found: Facts | None = context.memo["release"]
    return found


def _read(context: Context) -> Facts | None:
    part = read_release(context.parsed.document)
    if not part.literals:
        return None
    fields = dict(part.fields)
    version = re.fullmatch(_VERSION, fields["Xen-Version"].value) if "Xen-Version" in fields else None
    state = "unknown"
    if version:
        suffix = version[2] or ""
        state = (
            "unstable" if suffix == "-unstable" else "candidate" if "rc" in suffix or suffix == "-pre" else "released"
        )
    dates = {key: day for key in DATES if key in fields and (day := iso_date(fields[key].value)) is not None}
    notes = (part.notes, part.url or "") if part.notes is not None else None
    return Facts(fields, version[1] if version else None, state, dates, notes)


def _placeholder(value: str) -> bool:
    low = value.casefold()
    return low in _PLACEHOLDERS or "x.yy" in low or low.startswith(("unreleased", "not yet", "tbd", "yyyy"))


@rule("XS501", "date-form", "warning", Document, framed=True)
def date_form(document: Document, context: Context) -> Iterator[Found]:
    """A release date is not YYYY-MM-DD, or is not a real date.

    Tools cannot read it, and 01/02/2025 means different days in different countries.

    Bad:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 5 March 2025
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    for key in DATES if facts else ():
        field = facts.fields.get(key) if facts else None
        if facts and field and key not in facts.dates and not _placeholder(field.value):
            yield field.value_span, f'{key}: "{field.value}" is not a date of the form YYYY-MM-DD'


@rule("XS502", "security-before-support", "error", Document, framed=True)
def security_before_support(document: Document, context: Context) -> Iterator[Found]:
    """Security support ends before support ends.

    Security support is never shorter than support; one of the two dates is wrong.

    Bad:
        # Release Support

            Xen-Version: 4.20-rc
            Initial-Release: 2025-03-05
            Supported-Until: 2030-03-05
            Security-Support-Until: 2028-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.20-rc
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    if facts and SUPPORT in facts.dates and SECURITY in facts.dates and facts.dates[SECURITY] < facts.dates[SUPPORT]:
        span = facts.fields[SECURITY].value_span
        yield span, f"security support ends ({facts.dates[SECURITY]}) before support does ({facts.dates[SUPPORT]})"


@rule("XS503", "swapped-dates", "error", Document, framed=True)
def swapped_dates(document: Document, context: Context) -> Iterator[Found]:
    """Support ends before the release.

    The dates are swapped, or one of them is wrong.

    Bad:
        # Release Support

            Xen-Version: 4.20-rc
            Initial-Release: 2028-03-05
            Supported-Until: 2025-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.20-rc
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    if facts and INITIAL in facts.dates:
        first = facts.dates[INITIAL]
        early = [key for key in (SUPPORT, SECURITY) if key in facts.dates and facts.dates[key] <= first]
        if early:
            span = facts.fields[early[0]].value_span
            yield (
                span,
                f"{' and '.join(early)} before Initial-Release ({first}): the dates are swapped, or one is false",
            )


@rule("XS504", "placeholder", "warning", Document, framed=True)
def placeholder(document: Document, context: Context) -> Iterator[Found]:
    """A released version has a placeholder for a date or version.

    "n/a", "TBD" and "X.YY" belong to -unstable; with the release come the dates.

    Bad:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: TBD
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    if not facts or facts.state != "released":
        return
    for key in DATES:
        field = facts.fields.get(key)
        if field and _placeholder(field.value):
            yield field.value_span, f'{key}: "{field.value}" on the released version {facts.number}'
    if facts.notes and "x.yy" in facts.notes[1].casefold():
        yield facts.notes[0].span, f"the link to the release notes has X.YY on the released version {facts.number}"


@rule("XS505", "date-on-unstable", "warning", Document, framed=True)
def date_on_unstable(document: Document, context: Context) -> Iterator[Found]:
    """An -unstable version has a date.

    It is not released: it has no release date yet, and no end of support.

    Bad:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: 2025-03-05
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    if facts and facts.state == "unstable":
        for key in facts.dates:
            yield facts.fields[key].value_span, f"{key} has a date on {facts.number}-unstable, which is not released"


@rule("XS506", "version-form", "warning", Document, framed=True)
def version_form(document: Document, context: Context) -> Iterator[Found]:
    """Xen-Version has an unusual form.

    The forms are 4.20, 4.20.1, 4.20-rc, 4.20-rc2 and 4.20-unstable.

    Bad:
        # Release Support

            Xen-Version: Xen 4.23
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    if facts and facts.state == "unknown" and "Xen-Version" in facts.fields:
        field = facts.fields["Xen-Version"]
        yield field.value_span, f'Xen-Version: "{field.value}" is not of the form 4.20, 4.20-rc2 or 4.20-unstable'


@rule("XS507", "support-length", "warning", Document, framed=True)
def support_length(document: Document, context: Context) -> Iterator[Found]:
    """The dates do not fit the project's support lengths.

    Support and security support last a fixed number of months from the initial release: 18 and 36; 18 and 60 for 4.17
    to 4.19; 36 and 60 from 4.20 on.  The longer ones were announced on 2026-02-11; an older tag is judged by the policy
    of its day.

    Bad:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2029-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    if not facts or facts.state != "released" or facts.number is None or INITIAL not in facts.dates:
        return
    from convert.lint.policy import months_later, policy_for, version

    first = facts.dates[INITIAL]
    policy = policy_for(version(facts.number), context.day)
    if policy is None or any(day <= first for key, day in facts.dates.items() if key != INITIAL):
        return
    for key, months in ((SUPPORT, policy.support), (SECURITY, policy.security)):
        if key not in facts.dates or first.year + months // 12 + 1 > 9999:
            continue
        due = months_later(first, months)
        if facts.dates[key] != due:
            span = facts.fields[key].value_span
            message = (
                f"{key}: {months} months from {first} on are {due}, not {facts.dates[key]} ({facts.number}, policy"
                f" since {policy.since})"
            )
            yield span, message, {"fix": fix(False, (span.start, span.end, due.isoformat()))}


@rule("XS508", "release-notes-version", "warning", Document, framed=True)
def release_notes_version(document: Document, context: Context) -> Iterator[Found]:
    """The link to the release notes names another version.

    The reader gets the notes of another release.

    Bad:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.19_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    if facts and facts.notes and facts.number:
        named = re.search(r"(?<![\d.])\d+\.\d+(?![\d.])", facts.notes[1].rpartition("/")[2])
        if named and named[0] != facts.number:
            yield facts.notes[0].span, f"the link to the release notes is that of {named[0]}, not of {facts.number}"
        elif not named and context.gate and facts.state == "released" and "x.yy" not in facts.notes[1].casefold():
            yield facts.notes[0].span, f"the link to the release notes does not name {facts.number}"


@rule("XS509", "release-notes-missing", "info", Document, framed=True)
def release_notes_missing(document: Document, context: Context) -> Iterator[Found]:
    """There is no link to the release notes.

    Xen's matrix shows it in the column of the release.  It is a definition list below the release literal.

    Bad:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported
    Good:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    if facts and facts.notes is None and "Release_Notes" not in context.source.text:
        yield release_literals(context)[0].span, "no link to the release notes below the release literal"


@rule("XS510", "makefile-version", "error", Document, framed=True)
def makefile_version(document: Document, context: Context) -> Iterator[Found]:
    """Xen-Version contradicts xen/Makefile of the same tree.

    The file is then about a different version from the tree that it is in: another number, or a release where the tree
    is a candidate or -unstable, or the other way round.

    Bad:
        # Release Support

            Xen-Version: 4.19
            Initial-Release: 2024-07-29
            Supported-Until: 2026-01-29
            Security-Support-Until: 2029-07-29

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.19_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    """
    facts = release_facts(context)
    made = read_makefile(context.makefile)
    field = facts.fields.get("Xen-Version") if facts else None
    if facts is None or made is None or field is None:
        return
    says = f"xen/Makefile says {made.number}{made.extra}"
    if facts.number is None:
        if made.number not in field.value:  # otherwise XS506 has it
            yield field.value_span, f'Xen-Version: "{field.value}" has no number, and {says}'
    elif made.number != facts.number:
        yield field.value_span, f"Xen-Version is {facts.number}, and {says}"
    elif (form := form_of(made.extra)) is not None and facts.state != STATES[form]:
        if form == "pre" and field.value.endswith("-pre"):
            return
        article = "the release " if facts.state == "released" else ""
        yield (
            field.value_span,
            f"Xen-Version is {article}{field.value}, and {says}; write {_written(made.number, form)}",
        )


# what Xen-Version says where xen/Makefile has a form
STATES = {"unstable": "unstable", "candidate": "candidate", "release": "released", "pre": "released"}


def _written(number: str, form: Form) -> str:
    """What Xen-Version says where the Makefile has a form."""
    return f"{number}-unstable" if form == "unstable" else f"{number}-rc" if form == "candidate" else number
