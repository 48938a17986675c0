"""The rules of xen.git's docs/process/sending-patches.pandoc for one patch's subject, message and tags, a function a
rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr

from convert.mail.messages import BODY, SUBJECT, Message, is_tags, too_long
from convert.series.bodies import WHY


@dataclass(frozen=True, slots=True)
class Sent:
    """A patch as it is mailed: the author as `Name <address>`, the message, the number of the version (1 without
    any).
    """

    author: str
    message: Message
    version: int = 1


Rule = Callable[[Sent], Iterator[str]]
_COMPONENT = re.compile(r"[A-Za-z0-9][\w./+,{}*-]*(?: [\w./+-]+)?: \S")
_COMMIT = re.compile(r"\bcommit ([0-9a-f]{6,64})\b(?P<subject>\s*\(\")?")
_PERSON = r"[^<>@]*[^<>@\s][^<>@]* <[^<>@\s]+@[^<>@\s]+>"
_FORMS = {
    "Fixes": re.compile(r'[0-9a-f]{12,} \(".+"\)'),
    "Amends": re.compile(r'[0-9a-f]{12,} \(".+"\)'),
    "Origin": re.compile(r"\S+ [0-9a-f]{12}"),
    "Resolves": re.compile(r"https?://\S+"),
    "Backport": re.compile(r"[0-9]+\.[0-9]+\+?(?: # .+)?"),
    "Assisted-by": re.compile(r"[^\s:,]+:[^\s:,]+(?:, [^\s:,]+:[^\s:,]+)*"),
    **dict.fromkeys(
        ("Signed-off-by", "Reported-by", "Suggested-by", "Requested-by", "Tested-by", "Cc"), re.compile(_PERSON)
    ),
    **dict.fromkeys(("Reviewed-by", "Acked-by"), re.compile(rf"{_PERSON}(?: # .+)?")),
}
_EXAMPLES = {
    "Fixes": '123456789abc ("subject")',
    "Amends": '123456789abc ("subject")',
    "Origin": "URL 123456789abc",
    "Resolves": "URL",
    "Backport": "4.20+",
    "Assisted-by": "AGENT:MODEL, and is for AI tools",
}


def component(sent: Sent) -> Iterator[str]:
    """The subject begins with what it touches: `<component>: <description>`."""
    if not _COMPONENT.match(sent.message.subject):
        yield f"subject without its component, as in `SUPPORT.md: {sent.message.subject[:40]}`"


def short_subject(sent: Sent) -> Iterator[str]:
    """The subject is not longer than 80 columns."""
    if len(sent.message.subject) > SUBJECT:
        yield f"subject of {len(sent.message.subject)} columns, longer than {SUBJECT}"


def text(sent: Sent) -> Iterator[str]:
    """There is a text under the subject."""
    if not sent.message.body.strip():
        yield "no text under the subject"


def wrapped(sent: Sent) -> Iterator[str]:
    """Lines of the text are not longer than 75 columns."""
    for line in too_long(sent.message.body.split("\n")):
        yield f"line longer than {BODY} columns: {line[:50]!r}..."


def named_commits(sent: Sent) -> Iterator[str]:
    """Another patch is named by at least 12 digits and its subject, unless a tag names it."""
    for found in _COMMIT.finditer(sent.message.body):
        if len(found[1]) < 12:
            yield f"names commit {found[1]} by fewer than 12 digits"
        elif not found["subject"] and not any(found[1][:12] in tag for tag in sent.message.tags):
            yield f'names commit {found[1][:12]} without its subject, as in commit {found[1][:12]} ("subject")'


def tags_last(sent: Sent) -> Iterator[str]:
    """Tags are the last paragraph, a line each."""
    if any(re.match(r"(?:Signed-off|Reviewed|Acked|Tested)-by:", line) for line in sent.message.body.split("\n")):
        yield "a tag is within the text; tags are the last paragraph, a line each"


def tag_forms(sent: Sent) -> Iterator[str]:
    """Each tag has the form that is written for it, on one line."""
    for tag in sent.message.tags:
        name, _, value = tag.partition(": ")
        form = _FORMS.get(name)
        if form is not None and not form.fullmatch(value.strip()):
            yield f"{tag[:60]!r} is not of the form {name}: {_EXAMPLES.get(name, 'Name <address>')}"
        elif not is_tags(tag):
            yield f"{tag[:60]!r} is not a tag"


def signed_off(sent: Sent) -> Iterator[str]:
    """The author has signed the patch off."""
    signed = [tag.partition(": ")[2] for tag in sent.message.tags if tag.startswith("Signed-off-by: ")]
    if not signed:
        yield "no Signed-off-by, which xen.git asks for; add yours with `git rebase --signoff`, or series --signoff"
    elif parseaddr(sent.author)[1].lower() not in [parseaddr(one)[1].lower() for one in signed]:
        yield (
            f"no Signed-off-by of its author, {sent.author}; it is for the author to give, on the commit of the support"
            " branch"
        )


def chronological(sent: Sent) -> Iterator[str]:
    """A review comes after the Signed-off-by."""
    tags = sent.message.tags
    signed = next((n for n, tag in enumerate(tags) if tag.startswith("Signed-off-by: ")), None)
    first = next((n for n, tag in enumerate(tags) if tag in sent.message.reviews()), None)
    if signed is not None and first is not None and first < signed:
        yield "a reviewer's tag is before the Signed-off-by"


def not_picked(sent: Sent) -> Iterator[str]:
    """Only committers write where a backport comes from."""
    if "(cherry picked from" in sent.message.text():
        yield "has a line (cherry picked from ...), which is the committers' to write"


def log_of_versions(sent: Sent) -> Iterator[str]:
    """A log of what changed is below a line `---`, by version."""
    if re.search(r"^(?:Changes in|Changed in|Changes since) v[0-9]+", sent.message.body, re.M | re.I):
        yield "the log of versions is in the text; it belongs below a line ---"
    for number in re.findall(r"^Changes in v([0-9]+):", sent.message.below, re.M):
        if int(number) > sent.version:
            yield f"has a log of v{number}, and is v{sent.version}"


RULES: tuple[Rule, ...] = (
    component, short_subject, text, wrapped, named_commits, tags_last, tag_forms, signed_off, chronological, not_picked,
    log_of_versions,
)  # fmt: skip


def errors(sent: Sent) -> Iterator[str]:
    """What is in the way of sending a patch."""
    for rule in RULES:
        yield from rule(sent)


def reminders(sent: Sent) -> Iterator[str]:
    """What a person is to judge: a message describes why."""
    if WHY in sent.message.body:
        yield "does not say why it changes: the marked place in its text is empty"
