"""Rules of the gate before a tag: the tag's name, xen/Makefile, CHANGELOG.md and README, held against the release
part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from convert.failure import counted
from convert.lint.registry import Context, rule
from convert.lint.rules.release import STATES, Found, release_facts
from convert.trees.state import INITIAL, SECURITY, SUPPORT
from convert.trees.version import MAKEFILE, Tag, form_of, read_makefile, read_tag
from grammar.nodes import Document

CHANGELOG, README = "CHANGELOG.md", "README"
# which file a rule is about, where that is not SUPPORT.md
PATHS = {"XS511": MAKEFILE, "XS512": MAKEFILE, "XS514": CHANGELOG, "XS515": README}
# findings that may be meant; the gate leaves them as they are graded here
SOFT = frozenset({"XS516", "XS518", "XS519"})
_SOON = 60  # days
_EARLY, _LATE = -1, 7  # days from the tag to the announcement; in 13 releases -1 to +3
_SECTION = r"(?m)^##[ \t]+\[(?P<title>[^\]\n]*)\](?:\((?P<link>[^)\n]*)\))?(?P<rest>[^\n]*)$"


def stage(context: Context) -> Tag | None:
    """What a commit is tagged as or is about to be: by the tag, else by xen/Makefile; None for -unstable, and
    unknown.
    """
    if context.gate is None:
        return None
    if context.gate.tag is not None:
        return read_tag(context.gate.tag)
    made = read_makefile(context.makefile)
    if (
        made is None or form_of(made.extra) != "release" or context.gate.tags is not None
    ):  # a branch is not about to be tagged
        return None
    return Tag(made.number, int(made.extra[1:]))


def _day(context: Context) -> date:
    """The day of the tag: the one on which it was made, else the day by which the file is judged."""
    return context.gate.tagged if context.gate is not None and context.gate.tagged is not None else context.day


@rule("XS511", "makefile-form", "warning", Document, framed=True)
def makefile_form(document: Document, context: Context) -> Iterator[Found]:
    """XEN_EXTRAVERSION in xen/Makefile has a form that release-technician-checklist.txt does not know.

    What the hypervisor says about its version is then wrong: 4.19.0-rc1 called itself 4.190-rc.  The forms are
    -unstable, -rc or .0-rc with or without a number, .Z and .Z-pre.

    Bad:
        export XEN_VERSION       = 4
        export XEN_SUBVERSION    = 23
        export XEN_EXTRAVERSION ?= -unstable-rc$(XEN_VENDORVERSION)
    Good:
        export XEN_VERSION       = 4
        export XEN_SUBVERSION    = 23
        export XEN_EXTRAVERSION ?= -unstable$(XEN_VENDORVERSION)
    """
    made = read_makefile(context.makefile)
    if made is not None and form_of(made.extra) is None:
        what = f'XEN_EXTRAVERSION "{made.extra}"' if made.extra else "an empty XEN_EXTRAVERSION"
        yield (
            None,
            (
                f"xen/Makefile: {what} is not one of -unstable, .0-rc, .Z, .Z-pre; the version reads"
                f" {made.number}{made.extra}"
            ),
        )
    elif made is None and context.gate is not None:
        yield None, "xen/Makefile is missing, or says no version: XEN_VERSION and XEN_SUBVERSION must be numbers"


@rule("XS512", "tag-version", "error", Document, framed=True)
def tag_version(document: Document, context: Context) -> Iterator[Found]:
    """The tag's name contradicts xen/Makefile of the commit.

    A release candidate then calls itself -unstable, or a point release has the number of another.  Only `release
    --check` looks at tags.

    Bad:
        4.23.0-rc1
    Good:
        4.20.1-rc1
    """
    made, tag = read_makefile(context.makefile), stage(context)
    if made is None or tag is None or context.gate is None or context.gate.tag is None:
        return
    form, numbered = form_of(made.extra), re.search(r"-rc([0-9]+)$", made.extra)
    wrong = made.number != tag.number or (form is not None and form != tag.form)
    wrong = wrong or (form == "release" and made.extra != f".{tag.point}")
    if wrong or (form == "candidate" and numbered and int(numbered[1]) != tag.candidate):
        yield None, f"the tag is {context.gate.tag}, and xen/Makefile says {made.number}{made.extra}"
    facts = release_facts(context)
    if facts and form is not None and facts.state == STATES[form] != STATES[tag.form]:  # else XS510 has it
        span = facts.fields["Xen-Version"].value_span
        yield span, f"the tag is {context.gate.tag}, and Xen-Version is {facts.fields['Xen-Version'].value}"


@rule("XS513", "release-day", "error", Document, framed=True)
def release_day(document: Document, context: Context) -> Iterator[Found]:
    """Initial-Release of an X.Y.0 is not the day of the release.

    It is the day of the announcement: at the earliest the day before the tag, at the latest a week after it.  All
    support lengths count from it.  Only `release --check` looks at tags.

    Bad:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2026-11-24
            Supported-Until: 2029-11-24
            Security-Support-Until: 2031-11-24

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    """
    facts, tag = release_facts(context), stage(context)
    if facts is None or tag is None or tag.form != "release" or tag.point or INITIAL not in facts.dates:
        return
    day = _day(context)
    days = (facts.dates[INITIAL] - day).days
    if not _EARLY <= days <= _LATE:
        when = f"{counted(abs(days), 'day')} {'after' if days > 0 else 'before'} {day}"
        what = f"the day of {tag.number}.0; from one day before it to {_LATE} after it is right"
        yield facts.fields[INITIAL].value_span, f"{INITIAL} {facts.dates[INITIAL]} is {when}, {what}"


@rule("XS514", "changelog-release", "error", Document, framed=True)
def changelog_release(document: Document, context: Context) -> Iterator[Found]:
    """CHANGELOG.md has no finished section for an X.Y.0.

    Its heading has the version without UNRELEASED, a link with h=RELEASE-X.Y.0, and the day of Initial-Release.  Only
    `release --check` looks at CHANGELOG.md.

    Bad:
        ## [4.20.0 UNRELEASED](https://xenbits.xenproject.org/gitweb/?p=xen.git;a=shortlog;h=staging) - TBD
    Good:
        ## [4.20.0](https://xenbits.xenproject.org/gitweb/?p=xen.git;a=shortlog;h=RELEASE-4.20.0) - 2025-03-05
    """
    tag = stage(context)
    if tag is None or tag.form != "release" or tag.point or context.gate is None or context.gate.changelog is None:
        return
    version = f"{tag.number}.0"
    sections = list(re.finditer(_SECTION, context.gate.changelog))
    section = next((found for found in sections if found["title"].split()[:1] == [version]), None)
    if section is None:
        first = f'; the first is "{sections[0]["title"]}"' if sections else ""
        yield None, f"{CHANGELOG}: no section for {version}{first}"
        return
    facts = release_facts(context)
    wrong = list(_wrong_in(section, version, str(facts.dates[INITIAL]) if facts and INITIAL in facts.dates else None))
    if wrong:
        yield None, f"{CHANGELOG}: the section for {version}: {'; '.join(wrong)}"


def _wrong_in(section: re.Match[str], version: str, released: str | None) -> Iterator[str]:
    if "unreleased" in section["title"].casefold():
        yield "it says UNRELEASED"
    link = re.search(r"[;?&]h=([^;&]*)", section["link"] or "")
    if link is None or link[1] != f"RELEASE-{version}":
        yield f"the link has {f'h={link[1]}' if link else 'no h='}, not h=RELEASE-{version}"
    day = re.search(r"\d{4}-\d\d-\d\d", section["rest"], re.ASCII)
    if released is not None and (day is None or day[0] != released):
        yield f"the day is {day[0] if day else 'missing'}, not {released} as {INITIAL} has it"


@rule("XS515", "readme-banner", "error", Document, framed=True)
def readme_banner(document: Document, context: Context) -> Iterator[Found]:
    """The banner of README has a different version from xen/Makefile, or a different form of it.

    figlet writes it: "Xen 4.20" in releases and on stable branches, "Xen 4.20-rc" in release candidates, "Xen-unstable"
    before that.  Only `release --check` looks at README.

    Bad:
        ###############
              _ __ ___
         ____| '__/ __|
        |____| | | (__
             |_|  \\___|
        ###############
    Good:
        ###############
         ____   ___
        |___ \\ / _ \\
          __) | | | |
         / __/| |_| |
        |_____|\\___/
        ###############
    """
    made = read_makefile(context.makefile)
    form = form_of(made.extra) if made is not None else None
    if context.gate is None or context.gate.readme is None or made is None or form is None:
        return
    from convert.lint.banner import minor  # the gate alone looks at README

    banner = context.gate.readme[:4096].partition("http")[0]
    suffix = next((name for name, drawn in _DRAWN if drawn in banner), "") if _is_figlet(banner) else None
    wanted = {"candidate": "-rc", "unstable": "-unstable"}.get(form, "")
    # a clone of -unstable may keep the number alone; what says -rc or -unstable must be that
    if suffix is not None and suffix != wanted:
        said = f"says {suffix}" if suffix else "is that of a release"
        yield None, f"{README}: the banner {said}, and xen/Makefile says {made.number}{made.extra}"
    drawn = minor(banner) if suffix is not None else None
    if drawn is not None and drawn != made.number.partition(".")[2]:
        yield (
            None,
            f"{README}: the banner says .{drawn} after the dot, and xen/Makefile says {made.number}{made.extra}",
        )


_DRAWN = (("-rc", "| '__/ __|"), ("-unstable", "/ __| __/ _` | '_ \\"))


def _is_figlet(banner: str) -> bool:
    return banner.count("|") > 5 and banner.count("_") > 5


@rule("XS516", "support-ended", "warning", Document, framed=True)
def support_ended(document: Document, context: Context) -> Iterator[Found]:
    """A point release is made after security support has ended.

    It has happened six times.  If it is meant, say so in the announcement; if the project decided to extend support,
    `release extend` comes first.  Only `release --check` looks at tags.

    Bad:
        # Release Support

            Xen-Version: 4.16
            Initial-Release: 2021-12-02
            Supported-Until: 2023-06-02
            Security-Support-Until: 2024-12-02

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.16_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    """
    facts, tag = release_facts(context), stage(context)
    ended = facts.dates.get(SECURITY) if facts else None
    day = _day(context)
    if facts and ended and tag and tag.form == "release" and tag.point and ended < day:
        span = facts.fields[SECURITY].value_span
        yield span, f"security support ended on {ended}, before {tag.number}.{tag.point} ({day})"


@rule("XS517", "number-of-a-branch", "error", Document, framed=True)
def number_of_a_branch(document: Document, context: Context) -> Iterator[Found]:
    """The unstable tree has the number of a tree that has branched.

    master has been stale like this four times, for up to 88 days: `release branch --tree unstable` sets the next
    number.  Only `release --check --branches` looks at branches.

    Bad:
        # Release Support

            Xen-Version: 4.22-rc
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
    facts, numbers = release_facts(context), context.gate.numbers if context.gate else None
    if facts and numbers and facts.state in ("unstable", "candidate") and facts.number in numbers:
        made = read_makefile(context.makefile)
        if made is None or form_of(made.extra) != "pre":
            span = facts.fields["Xen-Version"].value_span
            yield span, f"stable-{facts.number} has that number already; release branch sets the next one"


@rule("XS518", "release-without-tag", "warning", Document, framed=True)
def release_without_tag(document: Document, context: Context) -> Iterator[Found]:
    """The file has a release date, but there is no tag for that release.

    This is right for a few days before the release, and an error a week after it.  Only `release --check --branches`
    looks for tags.

    Bad:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2025-03-05
            Supported-Until: 2028-03-05
            Security-Support-Until: 2030-03-05

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.20_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.21
            Initial-Release: 2025-11-19
            Supported-Until: 2028-11-19
            Security-Support-Until: 2030-11-19

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_4.21_Release_Notes">RN</a>
    """
    facts, tags = release_facts(context), context.gate.tags if context.gate else None
    if facts is None or tags is None or facts.number is None or INITIAL not in facts.dates:
        return
    if f"RELEASE-{facts.number}.0" not in tags:
        late = (context.day - facts.dates[INITIAL]).days > _LATE
        message = f"{INITIAL} is {facts.dates[INITIAL]}, and there is no tag RELEASE-{facts.number}.0"
        yield facts.fields[INITIAL].value_span, message, {"severity": "error" if late else "warning"}


@rule("XS519", "support-ends-soon", "warning", Document, framed=True)
def support_ends_soon(document: Document, context: Context) -> Iterator[Found]:
    """Support or security support ends within 60 days.

    Time to announce it, or for `release extend`.  Only `release --check --branches` says so.

    Bad:
        # Release Support

            Xen-Version: 4.20
            Initial-Release: 2021-12-24
            Supported-Until: 2024-12-24
            Security-Support-Until: 2026-12-24

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
    if facts is None or context.gate is None or context.gate.tags is None:
        return
    for key in (SUPPORT, SECURITY):
        days = (facts.dates[key] - context.day).days if key in facts.dates else -1
        if 0 <= days <= _SOON:
            yield facts.fields[key].value_span, f"{key}: ends in {counted(days, 'day')}, on {facts.dates[key]}"
