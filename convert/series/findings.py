"""A mail as it lies on disk, read again; what is expected of mails, and what is found about one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Email
from typing import Literal

from convert.mail import messages
from convert.series.plan import Change

Severity = Literal["error", "reminder"]
SUBJECT = re.compile(
    r"\[PATCH(?: RFC)?(?: (?:for-)?[0-9]+\.[0-9]+)?(?: v(?P<version>[0-9]+))?(?: 0*(?P<k>[0-9]+)/(?P<n>[0-9]+))?\]"
    r" (?P<text>.+)"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one mail.  An `error` is in the way of sending it; a `reminder` is for a person to judge."""

    mail: str
    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What the mails are to bring about: the change, the commits that they come from, words that no mail may have.

    `numbers`: the number of each mail, where they are some of a larger series, and `count` is how many patches that
    has. `release`: the first patch is that of the release part, which may come before xen/Makefile says the same.
    """

    change: Change
    commits: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    numbers: tuple[int, ...] | None = None
    count: int = 0
    release: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A mail in parts: its headers, the whole subject, the message that `git am` makes of it, the text under the
    headers.
    """

    headers: Email
    subject: str
    message: messages.Message
    body: str

    @property
    def author(self) -> str:
        """From whom the patch is: as the text begins, else as the header says."""
        return str(make_header(decode_header(str(self.headers.get("From", "")))))

    @property
    def version(self) -> int:
        """The version's number."""
        found = SUBJECT.fullmatch(self.subject)
        return int(found["version"] or 1) if found else 1


def read_mail(data: bytes) -> Read:
    """A mail's parts; bytes that are not UTF-8 are replaced."""
    headers = message_from_bytes(data.partition(b"\n")[2] if data.startswith(b"From ") else data)
    raw = re.sub(r"\r?\n[ \t]+", " ", str(headers.get("Subject", "")))
    subject = str(make_header(decode_header(raw)))
    body = data.decode("utf-8", "replace").partition("\n\n")[2]
    above, below = messages.split_below(body)
    log = re.split(r"^---[ \t]*$|^diff --git ", below, maxsplit=1, flags=re.M)[0] if below else ""
    message = messages.read(f"{subject.partition('] ')[2]}\n\n{above}")
    return Read(headers, subject, messages.Message(message.subject, message.body, message.tags, log), body)
