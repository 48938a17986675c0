"""What Drive knows of a file, and the content of uploaded Office files."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from convert.failure import printable
from convert.sheet.cells import SheetError, Workbook
from convert.sheet.google.address import Address, NotFoundError, file_of
from convert.sheet.google.client import Client
from convert.sheet.google.messages import not_json, web_page
from convert.sheet.google.sheets import mapping, string

FIELDS = (
    "id,name,mimeType,version,modifiedTime,size,md5Checksum,"
    "shortcutDetails(targetId,targetMimeType,targetResourceKey),capabilities(canDownload)"
)
SHEET, DOCUMENT = "application/vnd.google-apps.spreadsheet", "application/vnd.google-apps.document"
OFFICE = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/x-vnd.oasis.opendocument.spreadsheet": ".ods",
}
_SHORTCUT = "application/vnd.google-apps.shortcut"
_KNOWN = {
    "application/vnd.google-apps.folder": "a folder",
    "application/vnd.google-apps.presentation": "a presentation",
    "application/vnd.google-apps.form": "a form",
    "application/vnd.ms-excel": "an old Excel file (.xls); save it as .xlsx",
    "application/msword": "a Word file; open it in Google Docs and save it as a document there",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
        "a Word file; open it in Google Docs and save it as a document there"
    ),
    "application/pdf": "a PDF",
}
_NO_FILE = "0" * 33
MAX_FILE = 100 << 20  # bytes of an uploaded workbook


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What Drive says of a file; `version` moves on every change, visible or not."""

    file_id: str
    name: str
    mime_type: str
    version: str
    modified_time: str
    size: int | None
    md5: str | None


def account(client: Client) -> str:
    """Whether the sign-in works, in words, by getting a token and asking Drive whose it is.  Raises SheetError."""
    kind = client.choice.identity.kind
    if kind == "anonymous":
        return "there is no sign-in, so there is nothing to test"
    client.sign_in()
    if kind == "API key":
        with contextlib.suppress(NotFoundError):  # a wrong key is told before that
            client.json("drive", f"files/{_NO_FILE}", {"fields": "id"})
        return "tested: Google accepts the API key"
    try:
        user = mapping(client.json("drive", "about", {"fields": "user(displayName,emailAddress)"}).get("user"))
    except NotFoundError:
        user = {}
    who = string(user.get("emailAddress", "")) or client.choice.identity.email or "somebody whom Drive does not name"
    return f"tested: Google accepts it; it is {who}"


def look_up(client: Client, address: Address) -> tuple[Address, FileInfo]:
    """The file behind an address; a shortcut is followed once.  Raises SheetError."""
    reply = _metadata(client, address)
    if reply.get("mimeType") == _SHORTCUT:
        details = mapping(reply.get("shortcutDetails"))
        key = details.get("targetResourceKey")
        address = file_of(string(details.get("targetId")), string(key) if key is not None else None)
        reply = _metadata(client, address)
    size = reply.get("size")
    return address, FileInfo(
        address.file_id,
        string(reply.get("name", "")),
        string(reply.get("mimeType", "")),
        string(reply.get("version", "")),
        string(reply.get("modifiedTime", "")),
        int(size) if isinstance(size, str) and re.fullmatch("[0-9]{1,18}", size) else None,
        md5 if isinstance(md5 := reply.get("md5Checksum"), str) else None,
    )


def _metadata(client: Client, address: Address) -> dict[str, Any]:
    query = {"supportsAllDrives": "true", "fields": FIELDS}
    return client.json("drive", f"files/{quote(address.file_id, safe='')}", query, address)


def unsupported(info: FileInfo) -> SheetError:
    """The message for a file that is neither sheet, document nor workbook."""
    what = _KNOWN.get(info.mime_type, f"of the type {printable(info.mime_type)[:80]}")
    return SheetError(
        f"{printable(info.name)[:80]!r} is {what}; a spreadsheet, a document or an .xlsx or .ods is needed"
    )


def download(client: Client, address: Address, info: FileInfo) -> Workbook:
    """An uploaded workbook, read by the readers of local files.  Raises SheetError."""
    if info.size is not None and info.size > MAX_FILE:
        raise SheetError(f"{printable(info.name)[:80]!r} has {info.size >> 20} MiB; up to {MAX_FILE >> 20} are read")
    content = client.download(address.file_id, address)
    short = info.size is not None and len(content) != info.size
    if short or (info.md5 is not None and hashlib.md5(content, usedforsecurity=False).hexdigest() != info.md5):
        raise SheetError("the downloaded file is not the one that Drive describes; fetch again")
    return read_office(content, OFFICE[info.mime_type], info.name)


def read_office(content: bytes, suffix: str, name: str) -> Workbook:
    """The bytes of an .xlsx or .ods as a workbook, through a private temporary file."""
    if not content.startswith(b"PK"):
        raise SheetError(web_page(content) if content.lstrip()[:1] == b"<" else not_json())
    with tempfile.TemporaryDirectory(prefix="xen-support-") as folder:
        path = Path(folder) / f"workbook{suffix}"
        path.write_bytes(content)
        return replace(_reader()(path), name=name, title=name)


def _reader() -> Callable[[Path], Workbook]:
    from convert.sheet.workbook import open_workbook

    return open_workbook


def export_url(address: Address, endpoint: str | None) -> str:
    """Where a link-shared spreadsheet can be had without a sign-in, whole, as .xlsx.  Raises SheetError."""
    root = (endpoint or "https://docs.google.com").rstrip("/")
    if address.kind == "document":
        raise SheetError("a document can be read with a sign-in or an API key only; its exports lose the merged cells")
    key = f"&resourcekey={address.resource_key}" if address.resource_key else ""
    if address.published:
        return f"{root}/spreadsheets/d/e/{address.file_id}/pub?output=xlsx"
    if address.kind == "file":  # the other kinds may be a sheet, which has no download of its own
        return f"{(endpoint or 'https://drive.google.com').rstrip('/')}/uc?export=download&id={address.file_id}{key}"
    return f"{root}/spreadsheets/d/{address.file_id}/export?format=xlsx{key}"
