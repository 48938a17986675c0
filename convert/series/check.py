"""What is wrong with the mails of a series: they are applied as a committer would, and held to the rules for patches.

Source of the rules: docs/process/sending-patches.pandoc of xen.git (rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from convert.draft import definitions
from convert.mail import messages
from convert.series import rules
from convert.series.applying import applied
from convert.series.findings import SUBJECT, Expected, Finding, Read, Severity, read_mail
from convert.series.mails import LIST
from convert.series.plan import Change
from grammar.source import Source

_COVER = re.compile(r"(?:v[0-9]+-)?0000-")
_ADDRESS = re.compile(r"\b(?:docs|drive|sheets)\.google\.com\b|\bspreadsheets/d/", re.I)
_LONGEST_HEADER = 998  # octets of one header line (RFC 5322, 2.1.1)
_Said = tuple[Severity, str]


def check(repo: Path, files: Sequence[Path], expected: Expected) -> list[Finding]:
    """All findings about mails as they lie on disk, the cover letter first, if any.  Raises Failure where git cannot
    work.
    """
    mails = [(file, file.read_bytes()) for file in files]
    covered = bool(files) and _COVER.match(files[0].name) is not None
    patches = files[1:] if covered else files
    numbers = expected.numbers if expected.numbers is not None else range(1 - covered, len(patches) + 1)
    count = len(patches) if expected.numbers is None else expected.count
    found: list[Finding] = []
    for number, (file, data) in zip(numbers, mails, strict=True):
        said = _mail(data, number, count, covered, expected)
        found += [Finding(file.name, severity, text) for severity, text in said]
    found += applied(repo, patches, expected)
    if not (expected.release and len(patches) == 1):
        found += _reminders(mails, covered, expected.change)
    return found


def _mail(data: bytes, number: int, count: int, covered: bool, expected: Expected) -> Iterator[_Said]:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        yield "error", "not UTF-8"
        return
    mail = read_mail(data)
    yield from _headers(mail, data)
    yield from _subject(mail, number, count, covered)
    if _ADDRESS.search(text):
        yield "error", "has the address of a Google document"
    for words in expected.private:
        if words in text:
            yield "error", f"has the name of the document, {words!r}"
    if not number:
        yield from _letter(mail)
        return
    sent = rules.Sent(mail.author, mail.message, mail.version)
    for said in rules.errors(sent):
        yield "error", said
    for said in rules.reminders(sent):
        yield "reminder", said


def _letter(mail: Read) -> Iterator[_Said]:
    letter = re.split(r"^[^\n]+ \([0-9]+\):\n  ", mail.body, maxsplit=1, flags=re.M)[0]
    for line in messages.too_long(letter.split("\n")):
        yield "error", f"line longer than {messages.BODY} columns: {line[:50]!r}..."
    if "*** " in mail.body and " HERE ***" in mail.body:
        yield "error", "a placeholder is left"
    if len(mail.message.subject) > messages.SUBJECT:
        yield "error", f"subject of {len(mail.message.subject)} columns, longer than {messages.SUBJECT}"


def _headers(mail: Read, data: bytes) -> Iterator[_Said]:
    for name in ("To", "Cc"):
        lines = mail.headers.get_all(name, [])
        if len(lines) > 1 or (name == "To" and not lines):
            yield "error", f"{len(lines)} {name} headers; there must be one"
    if LIST not in str(mail.headers.get("To", "")):
        yield "error", f"not to {LIST}"
    head = data.partition(b"\n\n")[0]
    if not head.isascii():
        yield "error", "a header is not encoded as MIME asks for"
    if any(len(line) > _LONGEST_HEADER for line in head.split(b"\n")):
        yield "error", f"a header line is longer than {_LONGEST_HEADER} octets"
    encoding = mail.headers.get_content_charset(), mail.headers.get("Content-Transfer-Encoding")
    if not data.isascii() and encoding != ("utf-8", "8bit"):
        yield "error", "has characters beyond ASCII and does not say that it is UTF-8, 8bit"


def _subject(mail: Read, number: int, count: int, covered: bool) -> Iterator[_Said]:
    found = SUBJECT.fullmatch(mail.subject)
    if found is None:
        yield "error", f"subject not of the form [PATCH RFC vN k/n] text: {mail.subject!r}"
    elif found["k"] is None:
        if covered or count != 1:
            yield "error", f"is not numbered, and is {number}/{count}"
    elif (int(found["k"]), int(found["n"])) != (number, count):
        yield "error", f"is numbered {found['k']}/{found['n']}, and is {number}/{count}"


def _reminders(mails: Sequence[tuple[Path, bytes]], covered: bool, change: Change) -> Iterator[Finding]:
    first = mails[0][0].name if mails else ""
    patches = [(file.name, data.decode("utf-8", "replace")) for file, data in mails[covered:]]
    if not any("\n+++ b/CHANGELOG.md" in text for _, text in patches):
        yield Finding(first, "reminder", "CHANGELOG.md is left as it is; is a change of support worth an entry?")
    own = definitions.own().text
    part = definitions.find(Source("", change.after.encode()), "")
    if part is None or _opening(own) not in part.text or (change.before and _opening(own) in change.before):
        return
    for name, text in patches:
        if _opening(own) in re.sub(r"^\+", "", text, flags=re.M):
            yield Finding(name, "reminder", "the definitions are this tool's template; say so in the text of the patch")


def _opening(template: str) -> str:
    """The first paragraph of the template, by which it is known again."""
    return template.split("\n\n")[1]
