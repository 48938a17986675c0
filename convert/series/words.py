"""The message that a patch gets where nobody wrote one."""

from __future__ import annotations

from convert.failure import counted
from convert.mail.describe import NOTHING, compose
from convert.mail.messages import Message, read, subject_of, wrapped
from convert.mail.statements import meaning
from convert.series import bodies
from convert.series.lineup import Item
from convert.series.split import FRAME, Step
from grammar.parser import parse_text
from grammar.rows import read_rows


def made_message(item: Item) -> Message:
    """The message of an item that no person committed."""
    if item.step is None:
        return _about_files(item)
    step = item.step
    if step.before is None and step.what == FRAME:
        body = (
            "The frame of the file: the fields of the release and the definitions of the labels. The rest follows patch"
            " by patch."
        )
        return Message(subject_of("add release fields and definitions"), "\n".join(wrapped(body)))
    if step.what == "removal":
        return Message(subject_of(f"remove {step.heading}"), bodies.asking(f"Remove the section {step.heading}."))
    if _adds(step):
        return Message(subject_of(f"add {_called(step)}"), bodies.asking(f"{_what(step)}: {_counted(step)}."))
    return _about_changes(step)


def _about_files(item: Item) -> Message:
    """The message for files beside SUPPORT.md, which have a component of their own."""
    names = sorted(item.files)
    component = names[0] if len(names) == 1 else "docs"
    body = f"Changes of {', '.join(names)} that go with those of SUPPORT.md."
    return Message(subject_of("bring in line with SUPPORT.md", component), bodies.asking(body))


def _about_changes(step: Step) -> Message:
    changes = meaning(step.before, step.after)
    subject = read(compose(step.before or "", step.after, None)).subject
    if not changes:
        words = "revise what is around the sections" if step.what == FRAME else None
        return Message(subject_of(words) if words else subject, "\n".join(wrapped(NOTHING)))
    if len({change.feature for change in changes}) > 1 and step.heading and step.what != "part":
        subject = subject_of(
            f"update {step.heading}" if step.theme is None else f"update what is specific to {step.heading}"
        )
    return Message(subject, bodies.listed(changes))


def _called(step: Step) -> str:
    return f"what is specific to {step.heading}" if step.theme is not None else step.heading or "support statement"


def _what(step: Step) -> str:
    """What a step adds, in a sentence's beginning."""
    if step.theme is not None:
        return f"Add the rows and features that are specific to {step.heading}"
    names = [key.partition(" / ")[2] for key in step.sections]
    if step.what == "theme" and names:
        return f"Add {step.heading}, {'the section' if len(names) == 1 else 'the sections'} {', '.join(names)}"
    return f"Add the section {step.heading}" if step.heading else "Add a statement of what is supported"


def _adds(step: Step) -> bool:
    """Whether a step does nothing but add rows and sections that were not there."""
    if step.before is None:
        return True
    if step.what not in ("section", "theme", "variants"):
        return False
    was, now = (read_rows(parse_text(text).document).rows for text in (step.before, step.after))
    after = {row.keys: row.status for row in now}
    if any(after.get(row.keys) != row.status for row in was):
        return False
    old, new = (
        {(section.heading.text, section.heading.level) for section in parse_text(text).document.walk()}
        for text in (step.before, step.after)
    )
    if step.what == "variants":
        return len(now) > len(was) and all(
            change.kind in ("added", "text-added") for change in meaning(step.before, step.after)
        )
    return bool(step.sections) and all((key.partition(" / ")[2], 2) in new - old for key in step.sections)


def _counted(step: Step) -> str:
    """How many features, statuses and security-supported rows a step adds."""
    old, new = (
        [row for row in read_rows(parse_text(text).document).rows if row.kind == "status"]
        for text in (step.before or "", step.after)
    )
    known = {row.keys for row in old}
    fresh = [row for row in new if row.keys not in known]
    if not fresh:
        return "text only, without a status"
    features = len({row.anchor for row in fresh})
    secure = sum(row.security == "yes" for row in fresh)
    with_security = f", {secure} of them with security support" if secure else ", none of them with security support"
    return f"{counted(features, 'feature')}, {counted(len(fresh), 'status', 'statuses')}{with_security}"
