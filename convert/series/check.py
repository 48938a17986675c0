"""What is wrong with the mails of a series: they are applied as a committer would, and held to the rules for patches.

Source of the rules: docs/process/sending-patches.pandoc of xen.git.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message as Email
from pathlib import Path
from typing import Literal

from convert.draft import definitions
from convert.lint import engine
from convert.lint.catalogue import chosen
from convert.lint.identity import new_only
from convert.mail import messages
from convert.series.mails import LIST
from convert.series.plan import Change
from convert.trees import git
from convert.trees.version import FILE, MAKEFILE
from grammar.source import Source

_SUBJECT = re.compile(r"\[PATCH(?: RFC)?(?: (?:for-)?[0-9]+\.[0-9]+)?(?: v([0-9]+))? 0*([0-9]+)/([0-9]+)\] (.+)")
_ADDRESS = re.compile(r"\b(?:docs|drive|sheets)\.google\.com\b|\bspreadsheets/d/", re.I)
_NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "xen-support"), ("EMAIL", "xen-support@localhost"))
}
_LONGEST_HEADER = 998  # octets of one header line (RFC 5322, 2.1.1)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one mail.  An `error` is in the way of sending it; a `reminder` is for a person to judge."""

    mail: str
    severity: Literal["error", "reminder"]
    text: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What the mails are to bring about: the change, the commits that they come from, words that no mail may have.

    `numbers`: the number of each mail, where they are some of a larger series, and `count` is how many patches that has.
    `release`: the first patch is that of the release part, which may come before xen/Makefile says the same.
    """

    change: Change
    commits: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    numbers: tuple[int, ...] | None = None
    count: int = 0
    release: bool = False


def check(repo: Path, files: Sequence[Path], expected: Expected) -> list[Finding]:
    """All findings about mails as they lie on disk, the cover letter first.  Raises Failure where git cannot work."""
    mails = [(file, file.read_bytes()) for file in files]
    found: list[Finding] = []
    numbers = expected.numbers if expected.numbers is not None else range(len(mails))
    count = len(mails) if expected.numbers is None else expected.count + 1
    for number, (file, data) in zip(numbers, mails, strict=True):
        found += [Finding(file.name, severity, text) for severity, text in _mail(data, number, count, expected)]
    found += _applied(repo, files[1:], expected)
    if not (expected.release and len(mails) == 2):
        found += _reminders(mails, expected.change)
    return found


_Said = tuple[Literal["error", "reminder"], str]


def _mail(data: bytes, number: int, count: int, expected: Expected) -> Iterator[_Said]:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        yield "error", "not UTF-8"
        return
    mail = message_from_bytes(data.partition(b"\n")[2] if data.startswith(b"From ") else data)
    yield from _headers(mail, data, number, count)
    if _ADDRESS.search(text):
        yield "error", "has the address of a Google document"
    for words in expected.private:
        if words in text:
            yield "error", f"has the name of the document, {words!r}"
    body = text.partition("\n\n")[2]
    if number == 0:
        letter = re.split(r"^[^\n]+ \([0-9]+\):\n  ", body, maxsplit=1, flags=re.M)[0]
        for line in messages.too_long(letter.split("\n")):
            yield "error", f"line longer than {messages.BODY} columns: {line[:50]!r}..."
        if "*** " in body and " HERE ***" in body:
            yield "error", "a placeholder is left"
        return
    yield from _message(messages.read(f"{_subject(mail)}\n\n{messages.split_below(body)[0]}"))


def _headers(mail: Email, data: bytes, number: int, count: int) -> Iterator[_Said]:
    for name in ("To", "Cc"):
        lines = mail.get_all(name, [])
        if len(lines) > 1 or (name == "To" and not lines):
            yield "error", f"{len(lines)} {name} headers; there is to be one"
    if LIST not in str(mail.get("To", "")):
        yield "error", f"not to {LIST}"
    head = data.partition(b"\n\n")[0]
    if not head.isascii():
        yield "error", "a header is not encoded as MIME asks for"
    if any(len(line) > _LONGEST_HEADER for line in head.split(b"\n")):
        yield "error", f"a header line is longer than {_LONGEST_HEADER} octets"
    if not data.isascii() and (
        mail.get_content_charset() != "utf-8" or mail.get("Content-Transfer-Encoding") != "8bit"
    ):
        yield "error", "has other than ASCII and does not say that it is UTF-8, 8bit"
    found = _SUBJECT.fullmatch(_whole_subject(mail))
    if found is None:
        yield "error", f"subject not of the form [PATCH RFC vN k/n] text: {_whole_subject(mail)!r}"
    else:
        if (int(found[2]), int(found[3])) != (number, count - 1):
            yield "error", f"is numbered {found[2]}/{found[3]}, and is {number}/{count - 1}"
        if len(found[4]) > messages.SUBJECT:
            yield "error", f"subject of {len(found[4])} columns, longer than {messages.SUBJECT}"


def _whole_subject(mail: Email) -> str:
    raw = re.sub(r"\r?\n[ \t]+", " ", str(mail.get("Subject", "")))
    return str(make_header(decode_header(raw)))


def _subject(mail: Email) -> str:
    return _whole_subject(mail).partition("] ")[2]


def _message(message: messages.Message) -> Iterator[_Said]:
    for line in messages.too_long(message.body.split("\n")):
        yield "error", f"line longer than {messages.BODY} columns: {line[:50]!r}..."
    if not message.body.strip():
        yield "error", "no text under the subject"
    signed = [n for n, tag in enumerate(message.tags) if tag.startswith("Signed-off-by: ")]
    if not signed:
        yield (
            "error",
            "no Signed-off-by, which xen.git asks for; add yours with `git rebase --signoff`, or series --signoff",
        )
    first = next((n for n, tag in enumerate(message.tags) if tag in message.reviews()), None)
    if signed and first is not None and first < signed[0]:
        yield "error", "a reviewer's tag stands before the Signed-off-by"
    if "(cherry picked from" in message.text():
        yield "error", "has a line (cherry picked from ...), which is the committers' to write"
    if any(re.match(r"(?:Signed-off|Reviewed|Acked|Tested)-by:", line) for line in message.body.split("\n")):
        yield "error", "a tag stands within the text; tags are the last paragraph, a line each"


def _applied(repo: Path, files: Sequence[Path], expected: Expected) -> Iterator[Finding]:
    """The patches applied in order, each step linted and compared with its commit, the last with the support branch."""
    change = expected.change
    paths = (*((FILE,) if change.after != change.before else ()), *change.others)
    if len(files) != len(expected.commits):
        last = files[-1].name if files else ""
        yield Finding(
            last, "error", f"{len(files)} patches, and series/{change.tree} has {len(expected.commits)} commits"
        )
    with tempfile.TemporaryDirectory(prefix="xen-support-") as name:
        folder = Path(name)
        git.scratch(repo, change.base, [FILE, *change.others], folder)
        before = (
            engine.run(Source(FILE, change.before.encode()), chosen((), ()), day=date.today())
            if change.before
            else None
        )
        right = True
        for n, file in enumerate(files):
            wrong = git.apply_mail(folder, file, _NOBODY)
            if wrong is not None:
                yield Finding(file.name, "error", f"does not apply with git am: {wrong}")
                return
            yield from _linted(repo, folder, file, before, expected)
            commit = expected.commits[n] if n < len(expected.commits) else None
            if right and commit and (path := _differing(repo, folder, commit, paths)):
                right = False
                yield Finding(
                    file.name, "error", f"leaves another {path} than commit {commit[:12]} of series/{change.tree}"
                )
        if files and (path := _differing(repo, folder, change.tip, paths)):
            yield Finding(files[-1].name, "error", f"after it {path} is not what support/{change.tree} has")


def _differing(repo: Path, folder: Path, commit: str, paths: Sequence[str]) -> str | None:
    """The first file that is not in a work tree's commit what it is in the repository's."""
    known = git.identities(repo, [f"{commit}:{path}" for path in paths])
    found = git.identities(folder, [f"HEAD:{path}" for path in paths])
    return next((path for path, one, other in zip(paths, known, found, strict=True) if one != other), None)


def _linted(
    repo: Path, folder: Path, file: Path, before: engine.Result | None, expected: Expected
) -> Iterator[Finding]:
    data = git.object_of(folder, f"HEAD:{FILE}")
    if data is None:
        yield Finding(file.name, "error", f"leaves no {FILE}")
        return
    makefile = None if expected.release else git.object_of(repo, f"{expected.change.base}:{MAKEFILE}")
    text = makefile.decode("utf-8", "replace") if makefile else None
    result = engine.run(Source(FILE, data), chosen((), ()), day=date.today(), makefile=text)
    for finding in new_only(result, before):
        if finding.severity == "error":
            line = result.source.position(finding.span.start)[0] if finding.span else 1
            yield Finding(file.name, "error", f"leaves {FILE}:{line}: {finding.code} {finding.message}")


def _reminders(mails: Sequence[tuple[Path, bytes]], change: Change) -> Iterator[Finding]:
    cover = mails[0][0].name if mails else ""
    patches = [(file.name, data.decode("utf-8", "replace")) for file, data in mails[1:]]
    if not any("\n+++ b/CHANGELOG.md" in text for _, text in patches):
        yield Finding(cover, "reminder", "CHANGELOG.md is left as it is; is a change of support worth an entry?")
    own = definitions.own().text
    part = definitions.find(Source("", change.after.encode()), "")
    if part is None or _opening(own) not in part.text or (change.before and _opening(own) in change.before):
        return
    for name, text in patches:
        if _opening(own) in re.sub(r"^\+", "", text, flags=re.M) and "\nAssisted-by: " not in text:
            yield Finding(
                name,
                "reminder",
                "the definitions are this tool's template; say so with a tag such as Assisted-by: xen-support",
            )


def _opening(template: str) -> str:
    """The first paragraph of the template, by which it is known again."""
    return template.split("\n\n")[1]
