"""A Google address as a workbook: fetched whole, kept as a snapshot, and read back from it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from convert.failure import counted
from convert.sheet.cells import SheetError, Tab, Workbook
from convert.sheet.formats import snapshot
from convert.sheet.formats.grid import Report
from convert.sheet.google.address import Address, EditedError, parse_address
from convert.sheet.google.settings import GoogleSettings, cache_home

if TYPE_CHECKING:
    from convert.sheet.google.client import Client
    from convert.sheet.google.drive import FileInfo

MAX_ATTEMPTS = 4  # fetches of a sheet that people are editing meanwhile
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A snapshot as it now is: what it holds, where it lies, where it is from, and what changed by it.

    `changed`: whether anything did, tabs or what is beside them; with `check` it says what would have.
    """

    workbook: Workbook
    directory: Path
    meta: snapshot.Meta
    changes: tuple[snapshot.TabChange, ...]
    was_there: bool
    changed: bool = False


def snapshot_directory(address: Address, settings: GoogleSettings) -> Path:
    """Where the snapshot of a file is kept."""
    return settings.directory or cache_home() / "snapshots" / address.file_id


def open_google(address: str, *, settings: GoogleSettings) -> Workbook:
    """The workbook at a Google URL or id, its snapshot kept; the last snapshot with `offline`.  Raises SheetError."""
    return fetch(address, settings=settings).workbook


def fetch(address: str, *, settings: GoogleSettings) -> Fetched:
    """As `open_google`, with what there is to tell about it.  Nothing on disk changes unless all was read."""
    where = parse_address(address)
    directory = snapshot_directory(where, settings)
    if settings.offline:
        return _offline(where, directory)
    if settings.check:
        return _fetch(where, directory, settings)
    patience = settings.total or settings.budget
    with snapshot.locked(
        directory, patience, lambda: settings.notice("another fetch of this file runs; waiting for it")
    ):
        snapshot.recover(directory)
        return _fetch(where, directory, settings)


def _fetch(where: Address, directory: Path, settings: GoogleSettings) -> Fetched:
    old = _earlier(directory, where, settings)
    workbook, meta = _read(where, settings)
    made = snapshot.prepared(workbook)
    changes = _changes(old, made, settings)
    if not settings.check:
        if settings.directory is None:
            _close_cache(directory.parent)
        snapshot.store(directory, made, meta)
    changed = old is None or made.workbook.sha256 != old[1]
    return Fetched(made.workbook, directory, meta, changes, old is not None, changed)


def _changes(
    old: tuple[snapshot.Earlier, str] | None, made: snapshot.Written, settings: GoogleSettings
) -> tuple[snapshot.TabChange, ...]:
    """What changed by tab; where a tab of the old snapshot cannot be read, all is new, and that is said."""
    nothing = snapshot.Earlier.of(None)
    try:
        return snapshot.changes_since(old[0] if old else nothing, made.workbook.tabs, made.sums)
    except SheetError as error:
        settings.notice(f"the old snapshot cannot be compared: {error}")
        return snapshot.changes_since(nothing, made.workbook.tabs, made.sums)


def _close_cache(folder: Path) -> None:
    """Let nobody else into the cache and its folder of snapshots, which an older version may have left open."""
    for one in (folder.parent, folder):
        with contextlib.suppress(OSError):
            one.chmod(0o700)


def _offline(where: Address, directory: Path) -> Fetched:
    snapshot.recover(directory)
    if not snapshot.is_snapshot(directory):
        raise SheetError(f"there is no snapshot of {where.file_id} in {directory} yet; fetch it once without --offline")
    meta = _meta(directory, where)
    return Fetched(snapshot.read(directory), directory, meta, (), True)


def _meta(directory: Path, where: Address) -> snapshot.Meta:
    meta = snapshot.read_meta(directory)
    if meta.file_id != where.file_id:
        raise AnotherFileError(f"{directory} is the snapshot of another file; give another directory with -o")
    return meta


class AnotherFileError(SheetError):
    """A directory that was named is the snapshot of another file."""


def _earlier(directory: Path, where: Address, settings: GoogleSettings) -> tuple[snapshot.Earlier, str] | None:
    """What is compared with; None where there is no old snapshot, or none that can be read."""
    if not snapshot.is_snapshot(directory):
        return None
    try:
        _meta(directory, where)
        return snapshot.earlier(directory)
    except AnotherFileError:
        raise
    except SheetError as error:
        settings.notice(f"the old snapshot cannot be compared: {error}")
        return None


def _read(where: Address, settings: GoogleSettings) -> tuple[Workbook, snapshot.Meta]:
    from convert.sheet.google import drive
    from convert.sheet.google.client import Client

    if settings.anonymous or where.published:
        return _anonymous(where, settings)
    client = Client(settings)
    found, info = drive.look_up(client, where)
    if info.mime_type == drive.SHEET:
        workbook, info = _settled(client, found, info, lambda now: _spreadsheet(client, found, now, settings))
    elif info.mime_type == drive.DOCUMENT:
        workbook, info = _settled(client, found, info, lambda now: _document(client, found, now, settings))
    elif info.mime_type in drive.OFFICE:
        getter = _downloading(client, settings)
        workbook, info = _settled(getter, found, info, lambda now: drive.download(getter, found, now))
    else:
        raise drive.unsupported(info)
    meta = snapshot.Meta(where.url, where.file_id, info.mime_type, _now(), info.version, info.modified_time)
    return workbook, meta


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _anonymous(where: Address, settings: GoogleSettings) -> tuple[Workbook, snapshot.Meta]:
    from convert.sheet.google import drive
    from convert.sheet.google.client import Client

    url = drive.export_url(where, settings.api_endpoint)
    if where.published and not settings.anonymous:
        settings.notice("a published sheet (/d/e/) is read without a sign-in")
    _, content = Client(replace(settings, anonymous=True)).get(url)
    workbook = drive.read_office(content, ".xlsx", where.file_id)
    return workbook, snapshot.Meta(where.url, where.file_id, _XLSX, _now())


def _downloading(client: Client, settings: GoogleSettings) -> Client:
    """A client that may download: one more scope, asked for only now and said."""
    from convert.sheet.google import auth
    from convert.sheet.google.client import Client

    kind = client.choice.identity.kind
    if kind == "API key":
        return client
    if kind == "user" and auth.DOWNLOAD_SCOPE not in client.choice.identity.scopes:
        raise SheetError(
            f"this is an uploaded Office file, and downloading it needs the scope {auth.DOWNLOAD_SCOPE}; "
            "run `xen-support login --downloads`"
        )
    settings.notice(f"an uploaded Office file: the scope {auth.DOWNLOAD_SCOPE} is used to download it")
    return Client(settings, (*auth.SCOPES, auth.DOWNLOAD_SCOPE), client)


def _settled(
    client: Client, where: Address, info: FileInfo, read: Callable[[FileInfo], Workbook]
) -> tuple[Workbook, FileInfo]:
    """What is read while nobody edits: Drive's version is the same before and after, or two readings are equal."""
    from convert.sheet.google import drive

    last, gone = None, None
    for _attempt in range(MAX_ATTEMPTS):
        workbook, gone = None, None
        try:
            workbook = read(info)
        except EditedError as error:
            gone = error
        _, after = drive.look_up(client, where)
        if workbook is not None:
            content = snapshot.content_sha256(workbook) if after.version != info.version else None
            if content is None or content == last:
                return workbook, after
            last = content
        info = after
        client.settings.notice("somebody edited the file while it was read; reading it again")
    if gone is not None:
        raise gone
    raise SheetError("the file is being edited all the time, so no whole reading of it is to be had; try again later")


def _spreadsheet(client: Client, where: Address, info: FileInfo, settings: GoogleSettings) -> Workbook:
    from convert.sheet.google import sheets

    def get(**query: str) -> sheets.Json:
        return client.json("sheets", f"spreadsheets/{where.file_id}", query, where)

    listing = get(fields=sheets.LIST_MASK)
    report, tabs = Report(), list[Tab]()
    titles = sheets.tab_titles(listing, report)
    for number, title in enumerate(titles, 1):
        reply = get(ranges=sheets.tab_range(title), fields=sheets.TAB_MASK)
        tabs.append(sheets.read_tab(reply, title, report))
        settings.progress(f"tab {number} of {len(titles)}: {counted(len(tabs[-1].rows), 'row')}")
    about = sheets.mapping(listing.get("properties"))
    locale = about.get("locale")
    title = sheets.string(about.get("title", "")) or info.name
    locale = locale if isinstance(locale, str) else None
    return Workbook(title, "google", "", tuple(tabs), title, locale, report.listed())


def _document(client: Client, where: Address, info: FileInfo, settings: GoogleSettings) -> Workbook:
    from convert.sheet.google import docs, sheets

    query = {"includeTabsContent": "true", "suggestionsViewMode": docs.VIEW}
    reply = client.json("docs", f"documents/{where.file_id}", query, where)
    report = Report()
    tabs = docs.read_document(reply, report)
    settings.progress(f"{counted(len(tabs), 'table')}: {counted(sum(len(tab.rows) for tab in tabs), 'row')}")
    title = sheets.string(reply.get("title", "")) or info.name
    return Workbook(title, "google", "", tabs, title, problems=report.listed())
