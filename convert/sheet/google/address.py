"""What people paste for a Google spreadsheet or document, taken apart: no network, no guessing beyond the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from convert.failure import printable
from convert.sheet.cells import SheetError

Kind = Literal["spreadsheets", "document", "file", "id"]

_ID = re.compile(r"[A-Za-z0-9_-]{20,200}")
_HOSTS = {"docs.google.com", "drive.google.com", "spreadsheets.google.com", "sheets.google.com"}
_PATH = re.compile(
    r"(?:/a/[^/]+)?(?:/u/\d+)?/(?P<what>spreadsheets|document|file|presentation|forms|drawings|drive)"
    r"(?:/u/\d+)?/(?:d/(?P<published>e/)?|folders/)(?P<id>[^/]+)(?:/.*)?"
)
_OTHER = {
    "presentation": "a presentation",
    "forms": "a form",
    "drawings": "a drawing",
    "drive": "a folder",
}
_KINDS: dict[str, Kind] = {"spreadsheets": "spreadsheets", "document": "document"}


class EditedError(SheetError):
    """What was to be read is not there any more: somebody edits the file meanwhile."""


class NotFoundError(SheetError):
    """There is no such thing, or it is not shared (status 404)."""


@dataclass(frozen=True, slots=True)
class Address:
    """One file at Google.

    `kind` is what its URL says ("file": a file in Drive, "id": nothing).  `published` is true for the `/d/e/` form of
    "Publish to the web", whose id no API knows.  `resource_key` is what link-shared files from before 2021 need; it
    opens the file, so it is left out of what is printed.
    """

    file_id: str
    kind: Kind = "id"
    published: bool = False
    resource_key: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The plain URL of the file, without keys."""
        if self.kind == "id":
            return f"https://drive.google.com/open?id={self.file_id}"
        if self.kind == "file":
            return f"https://drive.google.com/file/d/{self.file_id}/view"
        if self.published:
            return f"https://docs.google.com/{self.kind}/d/e/{self.file_id}/pub"
        return f"https://docs.google.com/{self.kind}/d/{self.file_id}/edit"


def is_google(text: str) -> bool:
    """Whether a SOURCE means a file at Google: a URL, or a bare id.  Look for a local file of that name first."""
    text = _strip(text)
    return "://" in text or text.split("/")[0].lower() in _HOSTS or _is_bare_id(text)


def parse_address(text: str) -> Address:
    """The file that a URL or a bare id names.  Raises SheetError, with the reason, for anything else."""
    text = _strip(text)
    if _is_bare_id(text):
        return Address(text)
    return _parse_url(text, unwrap=True)


def _strip(text: str) -> str:
    return text.strip().strip("<>\"'").strip()


def _is_bare_id(text: str) -> bool:
    """An id is letters, digits, `-` and `_`; all of them have a digit or an upper-case letter, words have not."""
    return bool(_ID.fullmatch(text)) and not text.islower() and not text.isalpha()


def file_of(file_id: str, key: str | None = None) -> Address:
    """The file that an answer names by its id.  Raises SheetError for what is no id, or no key."""
    if not _ID.fullmatch(file_id):
        raise SheetError(f"the answer names {printable(file_id)[:80]!r}, which is not a file id; fetch again")
    return Address(file_id, resource_key=_checked_key(key, "the shortcut"))


def _checked_key(key: str | None, whose: str) -> str | None:
    if key is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", key):
        raise SheetError(f"the resourcekey of {whose} has characters that no such key has; copy the link again")
    return key


def _parse_url(text: str, *, unwrap: bool) -> Address:
    host, path, query = _parts(text)
    if unwrap and host in ("google.com", "www.google.com") and path == "/url":
        inner = query.get("q") or query.get("url")
        if inner:
            return _parse_url(inner[0], unwrap=False)
    if host not in _HOSTS:
        raise _not_google(text)
    key = _checked_key(next(iter(query.get("resourcekey", ())), None), "this URL")
    match = _PATH.fullmatch(path)
    if match is None:
        named = query.get("id") or query.get("key")
        if not named:
            raise SheetError(
                f"{_shown(text)}: a Google address without a file; give the link of the spreadsheet or document"
            )
        return Address(_checked(named[0], text), "id", False, key)
    what = match["what"]
    if what in _OTHER:
        raise SheetError(f"{_shown(text)}: this is {_OTHER[what]}; a spreadsheet or a document is needed")
    return Address(_checked(match["id"], text), _KINDS.get(what, "file"), bool(match["published"]), key)


def _parts(text: str) -> tuple[str, str, dict[str, list[str]]]:
    """Host, path and query of an http(s) URL; SheetError for anything else."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, query = (parts.hostname or "").lower(), parse_qs(parts.query)
    except ValueError as error:
        raise _not_google(text) from error
    if parts.scheme.lower() not in ("http", "https"):
        raise _not_google(text)
    return host, parts.path, query


def _checked(file_id: str, text: str) -> str:
    if not _ID.fullmatch(file_id):
        raise SheetError(f"{_shown(text)}: {printable(file_id)[:80]!r} is not a file id; copy the whole link")
    return file_id


def _shown(text: str) -> str:
    """The address for a message: without query, where keys are."""
    return printable(re.split(r"[?#]", text)[0])[:200]


def _not_google(text: str) -> SheetError:
    return SheetError(
        f"{_shown(text)}: not the address of a Google spreadsheet or document (https://docs.google.com/...), nor an id"
    )
