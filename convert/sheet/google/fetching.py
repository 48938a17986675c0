"""A Google address as a workbook: fetched whole, kept as a snapshot, and read back from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from convert.sheet.cells import SheetError, Tab, Workbook
from convert.sheet.formats import snapshot
from convert.sheet.formats.grid import Report
from convert.sheet.google.address import Address, parse_address
from convert.sheet.google.settings import GoogleSettings, cache_home

if TYPE_CHECKING:
    from convert.sheet.google.client import Client
    from convert.sheet.google.drive import FileInfo

MAX_ATTEMPTS = 4  # fetches of a sheet that people are editing meanwhile
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A snapshot as it now is: what it holds, where it lies, where it is from, and what changed by it."""

    workbook: Workbook
    directory: Path
    meta: snapshot.Meta
    changes: tuple[snapshot.TabChange, ...]
    was_there: bool


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
    old = _old_snapshot(directory, where, settings)
    if settings.offline:
        if old is None:
            raise SheetError(
                f"there is no snapshot of {where.file_id} in {directory} yet; fetch it once without --offline"
            )
        return Fetched(old, directory, snapshot.read_meta(directory), (), True)
    workbook, meta = _read(where, settings)
    snapshot.write(directory, workbook, meta)
    new = replace(snapshot.read(directory), problems=workbook.problems)
    return Fetched(new, directory, meta, snapshot.changes(old, new), old is not None)


def _old_snapshot(directory: Path, where: Address, settings: GoogleSettings) -> Workbook | None:
    snapshot.recover(directory)
    if not snapshot.is_snapshot(directory):
        return None
    try:
        found = snapshot.read_meta(directory).file_id
        if found != where.file_id:
            raise SheetError(f"{directory} is the snapshot of another file; give another directory with -o")
        return snapshot.read(directory)
    except SheetError as error:
        if settings.offline or "another file" in str(error):
            raise
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
    return Client(settings, (*auth.SCOPES, auth.DOWNLOAD_SCOPE))


def _settled(
    client: Client, where: Address, info: FileInfo, read: Callable[[FileInfo], Workbook]
) -> tuple[Workbook, FileInfo]:
    """What is read while nobody edits: Drive's version is the same before and after, or two readings are equal."""
    from convert.sheet.google import drive

    last = None
    for _attempt in range(MAX_ATTEMPTS):
        workbook = read(info)
        _, after = drive.look_up(client, where)
        if after.version == info.version:
            return workbook, after
        content = snapshot.content_sha256(workbook)
        if content == last:
            return workbook, after
        last, info = content, after
        client.settings.notice("somebody edited the file while it was read; reading it again")
    raise SheetError("the file is being edited all the time, so no whole reading of it is to be had; try again later")


def _spreadsheet(client: Client, where: Address, info: FileInfo, settings: GoogleSettings) -> Workbook:
    from convert.sheet.google import drive, sheets

    api = client.service("sheets").spreadsheets()

    def get(**arguments: object) -> sheets.Json:
        request = api.get(spreadsheetId=where.file_id, **arguments)
        return client.json("sheets", drive.keyed(request, where))

    listing = get(fields=sheets.LIST_MASK)
    titles = sheets.tab_titles(listing)
    report, tabs = Report(), list[Tab]()
    for number, title in enumerate(titles, 1):
        tabs.append(sheets.read_tab(get(ranges=[sheets.tab_range(title)], fields=sheets.TAB_MASK), title, report))
        settings.progress(f"tab {number} of {len(titles)}: {len(tabs[-1].rows)} rows")
    about = sheets.mapping(listing.get("properties"))
    locale = about.get("locale")
    title = sheets.string(about.get("title", "")) or info.name
    locale = locale if isinstance(locale, str) else None
    return Workbook(title, "google", "", tuple(tabs), title, locale, report.listed())


def _document(client: Client, where: Address, info: FileInfo, settings: GoogleSettings) -> Workbook:
    from convert.sheet.google import docs, drive, sheets

    request = client.service("docs").documents().get(
        documentId=where.file_id, includeTabsContent=True, suggestionsViewMode=docs.VIEW
    )  # fmt: skip
    reply = client.json("docs", drive.keyed(request, where))
    report = Report()
    tabs = docs.read_document(reply, report)
    settings.progress(f"{len(tabs)} tables: {sum(len(tab.rows) for tab in tabs)} rows")
    title = sheets.string(reply.get("title", "")) or info.name
    return Workbook(title, "google", "", tabs, title, problems=report.listed())
