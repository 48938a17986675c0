"""The cover letter: what the series is, counts, what changes security support, limits, open questions; people's text
kept.

It lies in `branch.<name>.description`, where `git branch --edit-description` and `b4 prep --edit-cover` change it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from convert.diff.compare import Change as Meaning
from convert.diff.compare import severity
from convert.failure import counted
from convert.mail.messages import one_line, subject_of, wrapped
from convert.mail.statements import meaning
from convert.series.changelog import lines, sentences
from convert.series.plan import Change
from grammar.parser import parse_text
from grammar.rows import Limit, Row, limits, read_rows

_MOST = 40  # lines of one list
_RFC = (
    " It is meant for discussion and decides nothing by itself: the patches say what the categorisation says now, and"
    " every status in them is open to objection."
)
_GROUPS = ("Security support is lost:", "Security support may be lost:", "Security support is gained:")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a cover letter tells: the change, the trees prepared, open questions by place, what changed since which
    version.

    `left_out`: what of it is applied; `release`: the values of the release part that the first patch changes;
    `subject`: its subject, where it is the only one.
    """

    change: Change
    trees: tuple[str, ...]
    version: int
    questions: tuple[str, ...] | None
    posted: int | None
    since: tuple[Meaning, ...]
    left_out: tuple[str, ...] = ()
    rfc: bool = True
    release: tuple[str, ...] = ()
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A cover letter: its title, the person's paragraphs, and ours."""

    title: str
    own: tuple[str, ...]
    made: tuple[str, ...]

    def description(self) -> str:
        """The whole, as it lies in the branch's description."""
        return "\n\n".join((self.title, *self.own, *self.made)) + "\n"


def letter(facts: Facts, old: str | None, made: Sequence[str], title: str, given: str | None) -> Letter:
    """The letter of a version.

    `old` is the branch's description; what of it is not in `made` (the paragraphs made before) or `title` is a person's
    and stays, in front of ours.  `given` replaces it; its first line is the title where a blank line follows it and the
    line has no full stop.
    """
    there = paragraphs(old or "")
    ours = set(made)
    own_title = there[0] if there and there[0] not in (title, *ours) and "\n" not in there[0] else None
    kept = [text for text in there[1:] if text not in ours]
    if given is not None:
        kept = paragraphs(given)
        if len(kept) > 1 and "\n" not in kept[0] and not kept[0].endswith((".", ",", ":")):
            own_title = kept.pop(0)
    subject = one_line(own_title) if own_title else own_subject(facts)
    return Letter(subject, tuple(kept), tuple(_made(facts)))


def own_subject(facts: Facts) -> str:
    """The title that a letter gets where nobody wrote one."""
    if facts.subject is not None:
        return facts.subject
    verb = "state" if facts.change.before is None else "update"
    return subject_of(f"{verb} what is supported in {facts.change.tree}")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text."""
    return [part.strip("\n") for part in re.split(r"\n(?:[ \t]*\n)+", text.replace("\r\n", "\n")) if part.strip()]


def _made(facts: Facts) -> Iterator[str]:
    change = facts.change
    if facts.release:
        alone = "This sets" if facts.subject is not None else "The first patch sets"
        told = [line for value in facts.release for line in wrapped(one_line(value), "- ")]
        yield "\n".join([*wrapped(f"{alone} the release part of SUPPORT.md of {change.branch}:"), *told])
    if facts.subject is not None:
        return
    if facts.posted is not None:
        told = lines([*facts.left_out, *sentences(facts.since, section=True)])
        yield "\n".join([f"Changes since v{facts.posted}:", *_some(told or ["- none in meaning"])])
    yield _text(
        f"This series brings SUPPORT.md of {change.branch} in line with a categorisation of Xen's features that is"
        " being prepared." + _RFC * facts.rfc
    )
    yield from _state(change)
    yield from _questions(facts.questions)
    others = [tree for tree in facts.trees if tree != change.tree]
    rest = f" The same is prepared for {', '.join(others)}." if others else ""
    yield _text(f"Tree covered by this series: {change.tree}.{rest}")


def _state(change: Change) -> Iterator[str]:
    """Counts, what changes security support, limits, obsolete features."""
    new, old = _rows(change.after), _rows(change.before or "")
    yield "\n".join(["In numbers:", *_counts(change, old, new)])
    yield from _security(meaning(change.before, change.after), change.before is None)
    bounds = [line for limit in limits(list(new)) for line in _limit(limit, new)]
    if bounds:
        yield "\n".join(["Limits (maximum; tested; with security support):", *_some(bounds)])
    obsolete = [line for row in new if row.label == "Obsolete" for line in wrapped(_name(row), "- ")]
    if obsolete:
        yield "\n".join(["Obsolete, and so without security support:", *_some(obsolete)])


def _questions(questions: Sequence[str] | None) -> Iterator[str]:
    if questions:
        asked = [line for place in questions for line in wrapped(one_line(place), "- ")]
        yield "\n".join(["Open questions, not in the patches (section / feature / variant: tree):", *_some(asked)])
    elif questions is not None:
        yield "There are no open questions for this tree."


def _rows(text: str) -> list[Row]:
    return [row for row in read_rows(parse_text(text).document).rows if row.kind == "status"]


def _counts(change: Change, old: Sequence[Row], new: Sequence[Row]) -> Iterator[str]:
    sides = (
        [(change.tree, new)]
        if change.before is None
        else [(f"{change.tree}, before", old), (f"{change.tree}, after", new)]
    )
    for name, rows in sides:
        kinds = [sum(row.security == kind for row in rows) for kind in ("yes", "caveats", "no")]
        text = (
            f"{name}: {counted(len({row.anchor for row in rows}), 'feature')},"
            f" {counted(len(rows), 'status', 'statuses')}; security support: {kinds[0]} yes, {kinds[1]} with caveats,"
            f" {kinds[2]} no, {len(rows) - sum(kinds)} other; limits: {len(limits(list(rows)))}"
        )
        yield from wrapped(text, "- ")


def _security(found: Sequence[Meaning], new_file: bool) -> Iterator[str]:
    if new_file:
        yield _text(
            "The tree has no such file yet, so nothing is compared: each row states security support for the first"
            " time."
        )
        return
    for grade, title in enumerate(_GROUPS):
        group = [change for change in found if severity(change) == grade]
        if group:
            yield "\n".join([title, *_some(lines(sentences(group, section=True)))])
    if not any(severity(change) < len(_GROUPS) for change in found):
        yield "No change of security support."


def _limit(limit: Limit, rows: Sequence[Row]) -> list[str]:
    row = next((row for row in rows if row.key == limit.key or row.anchor == limit.anchor), None)
    name = " / ".join(one_line(part) for part in row.path[1 : -1 if row.qualifier else None]) if row else limit.anchor
    variant = f", {one_line(limit.variant)}" if limit.variant else ""
    figures = "; ".join(amount.text if amount else "-" for amount in (limit.maximum, limit.tested, limit.security))
    return wrapped(f"{name}{variant}: {figures}", "- ")


def _name(row: Row) -> str:
    return " / ".join(one_line(part) for part in row.path[1:])


def _some(found: Sequence[str]) -> list[str]:
    """The lines up to a bound that keeps a letter readable, and how many more there are."""
    if len(found) <= _MOST:
        return list(found)
    return [*found[:_MOST], f"- ... and {counted(len(found) - _MOST, 'more line')}; `git show` the series for all"]


def _text(words: str) -> str:
    return "\n".join(wrapped(words))
