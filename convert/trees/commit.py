"""What a commit says of itself: who, when, what for, who looked at it, which advisories it names."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from grammar.record import record

_PERSON = re.compile(
    r"(?P<name>.*?)\s*<[^>]*> (?P<time>-?[0-9]{1,12}) (?P<sign>[+-])(?P<hours>[0-9]{2})(?P<minutes>[0-9]{2})"
)
_REVIEW = re.compile(r"^(?:Reviewed|Acked)-by:[ \t]*(\S.*?)[ \t]*$", re.M | re.I)
_XSA = re.compile(r"\bXSA[- ]?([0-9]{1,4})\b", re.I)
_CVE = re.compile(r"\bCVE-[0-9]{4}-[0-9]{4,7}\b", re.I)


@record(frozen=True)
class Commit:
    """A commit.

    `date` and `committed`: the days (YYYY-MM-DD, empty if unreadable) on which it was written and committed, in the
    time zones of author and committer; `reviewers`: those of Reviewed-by and Acked-by; `xsas`, `cves`: all that the
    message names, whatever it says of them; `message`: the whole of it.
    """

    hash: str
    date: str
    committed: str
    author: str
    subject: str
    reviewers: tuple[str, ...]
    xsas: tuple[str, ...]
    cves: tuple[str, ...]
    message: str = ""


def read(name: str, data: bytes) -> Commit:
    """A commit object of git.  Never raises on content: what cannot be read is empty."""
    head, _, body = data.partition(b"\n\n")
    fields: dict[str, bytes] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        fields.setdefault(key.decode("ascii", "replace"), value)
    coding = fields.get("encoding", b"utf-8").decode("ascii", "replace")
    try:
        message, author = body.decode(coding, "replace"), fields.get("author", b"").decode(coding, "replace")
    except LookupError:
        message, author = body.decode("utf-8", "replace"), fields.get("author", b"").decode("utf-8", "replace")
    person = _PERSON.fullmatch(author)
    return Commit(
        hash=name,
        date=_day(person),
        committed=_day(_PERSON.fullmatch(fields.get("committer", b"").decode("utf-8", "replace"))),
        author=person["name"] if person else author,
        subject=" ".join(message.strip("\n").partition("\n\n")[0].split()),
        reviewers=tuple(dict.fromkeys(_REVIEW.findall(message))),
        xsas=tuple(f"XSA-{n}" for n in sorted({int(n) for n in _XSA.findall(message)})),
        cves=tuple(sorted({cve.upper() for cve in _CVE.findall(message)})),
        message=message,
    )


def _day(person: re.Match[str] | None) -> str:
    if person is None:
        return ""
    offset = timedelta(hours=int(person["hours"]), minutes=int(person["minutes"]))
    try:
        zone = timezone(offset if person["sign"] == "+" else -offset)
        return datetime.fromtimestamp(int(person["time"]), UTC).astimezone(zone).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return ""
