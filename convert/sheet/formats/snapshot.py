"""A fetched sheet on disk: `meta.json`, one JSON-lines file a tab, and `fetched.json` for what changes without an edit.

The form of the lines is in snapshot_rows.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convert.sheet.cells import SheetError, Tab, Workbook
from convert.sheet.formats import snapshot_files as files
from convert.sheet.formats.grid import MAX_COLUMN, MAX_TABS, Report
from convert.sheet.formats.snapshot_changes import Earlier, TabChange, changes, changes_since
from convert.sheet.formats.snapshot_files import locked, recover
from convert.sheet.formats.snapshot_rows import (
    canonical,
    clean,
    content_sha256,
    count,
    decode_problems,
    decode_rows,
    dump,
    encode_problem,
    encode_rows,
    escape,
    header,
    tab_sha256,
    text,
    total,
)

__all__ = [
    "Earlier",
    "Meta",
    "TabChange",
    "Written",
    "canonical",
    "changes",
    "changes_since",
    "content_sha256",
    "earlier",
    "is_snapshot",
    "locked",
    "prepared",
    "read",
    "read_meta",
    "recover",
    "store",
    "write",
]

SCHEMA = "xen-support.snapshot/1"
META, FETCHED = "meta.json", "fetched.json"
MAX_META, MAX_TAB = 8 << 20, 256 << 20  # bytes
_FILE = re.compile(r"[a-z0-9-]{1,80}\.jsonl")


@dataclass(frozen=True, slots=True)
class Meta:
    """Where a snapshot comes from.

    `url` has no key in it.  `fetched_at` (ISO 8601, UTC), `version` and `modified_time` change without an edit of the
    content, so they are kept apart from the rest.
    """

    url: str
    file_id: str
    mime_type: str
    fetched_at: str = ""
    version: str = ""
    modified_time: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A snapshot's content, as `read` gives it, with the sha256 of each tab and the lines of its file."""

    workbook: Workbook
    sums: tuple[str, ...]
    lines: tuple[list[str], ...]


def is_snapshot(path: Path) -> bool:
    """Whether this directory is a snapshot, by its `meta.json`; never raises."""
    try:
        meta = files.read_json(path / META, MAX_META)
    except SheetError:
        return False
    return isinstance(meta, dict) and str(meta.get("schema", "")).startswith("xen-support.snapshot/")


def prepared(workbook: Workbook) -> Written:
    """What a snapshot of a workbook would hold; nothing is written."""
    tabs = tuple(map(canonical, workbook.tabs))
    lines = tuple(encode_rows(tab) for tab in tabs)
    sums = tuple(tab_sha256(tab, of) for tab, of in zip(tabs, lines, strict=True))
    title = None if workbook.title is None else clean(workbook.title)
    digest = total(workbook, list(sums))
    made = replace(workbook, name=title or workbook.name, kind="snapshot", tabs=tabs, title=title, sha256=digest)
    return Written(made, sums, lines)


def write(path: Path, workbook: Workbook, meta: Meta) -> None:
    """Write a snapshot of a workbook: `store` of what is `prepared`."""
    store(path, prepared(workbook), meta)


def store(path: Path, made: Written, meta: Meta) -> None:
    """Write a snapshot at `path`, whole or not at all: what was there stays until the new one is complete.

    Raises SheetError if `path` holds anything but a snapshot, or cannot be written.
    """
    path = files.place(path)
    try:
        files.private_folder(path.parent)
        files.recover(path)
        _refuse_foreign(path)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as work:
            new = Path(work) / "new"
            new.mkdir(mode=0o700)
            _fill(new, made, meta)
            files.swap(new, path)
    except OSError as error:
        raise SheetError(f"the snapshot {path} cannot be written: {error.strerror or error}") from error


def read(path: Path) -> Workbook:
    """The workbook of the snapshot at `path`, with what was found wrong with it; its `sha256` is of its canonical form.

    Raises SheetError if it is no snapshot, of another schema, incomplete, changed since it was written, or larger than
    any workbook may be.
    """
    files.recover(path)
    meta = _meta_of(path)
    report = Report()
    try:
        tabs, sums = [], []
        entries = meta["tabs"]
        if len(entries) > MAX_TABS:
            raise SheetError(f"{path.name}: more than {MAX_TABS} tabs are not read")
        for entry in entries:
            tab, found = _read_tab(path, entry, report)
            if found != entry["sha256"]:
                raise SheetError(f"{path.name}: the rows of {tab.title!r} are not those that were fetched; fetch again")
            tabs.append(tab)
            sums.append(found)
        name, problems = meta["title"] or path.name, decode_problems(meta.get("problems", []))
        workbook = Workbook(name, "snapshot", "", tuple(tabs), meta["title"], meta["locale"], problems)
        if total(workbook, sums) != meta["sha256"]:
            raise SheetError(f"{path.name}: {META} is not as it was written; fetch again")
    except (KeyError, TypeError, ValueError, RecursionError, StopIteration) as error:
        raise SheetError(f"{path.name}: not a complete snapshot; fetch again") from error
    return replace(workbook, sha256=meta["sha256"])


def earlier(path: Path) -> tuple[Earlier, str]:
    """What a later reading is compared with: the tabs by their sha256, each read only when it is needed; and that of
    all.

    Raises SheetError as `read` does, `tab` of it too.
    """
    meta = _meta_of(path)
    try:
        entries = {text(entry["title"]): entry for entry in meta["tabs"]}
        sums = {title: text(entry["sha256"]) for title, entry in entries.items()}
        whole = text(meta["sha256"])
    except (KeyError, TypeError, ValueError) as error:
        raise SheetError(f"{path.name}: not a complete snapshot; fetch again") from error

    def tab(title: str) -> Tab:
        try:
            return _read_tab(path, entries[title], Report())[0]
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise SheetError(f"{path.name}: not a complete snapshot; fetch again") from error

    return Earlier(sums, tab), whole


def read_meta(path: Path) -> Meta:
    """Where the snapshot at `path` comes from.  Raises SheetError as `read` does."""
    meta = _meta_of(path)
    fetched = files.read_json(path / FETCHED, MAX_META) if (path / FETCHED).exists() else {}
    fetched = fetched if isinstance(fetched, dict) else {}
    return Meta(
        *(str(meta.get(name, "")) for name in ("url", "file_id", "mime_type")),
        *(str(fetched.get(name, "")) for name in ("fetched_at", "version", "modified_time")),
    )


def tab_file(title: str, taken: set[str]) -> str:
    """A file name for a tab: its title as far as letters and digits go, and a hash, so that no two titles share one."""
    word = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "tab"
    stem = f"{word}-{hashlib.sha256(title.encode()).hexdigest()[:8]}"
    names = (f"{stem}{'' if n == 1 else f'-{n}'}.jsonl" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _fill(folder: Path, written: Written, meta: Meta) -> None:
    workbook = written.workbook
    tabs: list[dict[str, object]] = []
    taken: set[str] = set()
    for tab, digest, rows in zip(workbook.tabs, written.sums, written.lines, strict=True):
        taken.add(name := tab_file(tab.title, taken))
        files.write_private(folder / name, "".join(f"{line}\n" for line in rows).encode())
        tabs.append(header(tab) | {"file": name, "rows": len(tab.rows), "sha256": digest})
    about = {"url": meta.url, "file_id": meta.file_id, "mime_type": meta.mime_type}
    head: dict[str, object] = {
        "schema": SCHEMA,
        **about,
        "title": workbook.title,
        "locale": workbook.locale,
        "tabs": tabs,
    }
    if workbook.problems:
        head["problems"] = [encode_problem(problem) for problem in workbook.problems]
    _write_json(folder / META, head | {"sha256": workbook.sha256})
    _write_json(folder / FETCHED, {name: getattr(meta, name) for name in ("fetched_at", "version", "modified_time")})


def _write_json(path: Path, value: object) -> None:
    files.write_private(path, escape(json.dumps(value, ensure_ascii=False, indent=2)).encode() + b"\n")


def _refuse_foreign(path: Path) -> None:
    if not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_dir():
        raise SheetError(f"{path} exists and is not a snapshot directory; give another one with -o")
    names = sorted(entry.name for entry in path.iterdir())
    foreign = [name for name in names if name not in (META, FETCHED) and not _FILE.fullmatch(name)]
    if foreign or (names and not is_snapshot(path)):
        what = f"holds other files ({foreign[0]!r})" if foreign else "is not a snapshot"
        raise SheetError(f"{path} {what}; it is left alone, give another directory with -o")


def _meta_of(path: Path) -> dict[str, Any]:
    meta = files.read_json(path / META, MAX_META)
    if not isinstance(meta, dict) or meta.get("schema") != SCHEMA:
        raise SheetError(f"{path.name}: not a snapshot of the schema {SCHEMA}; fetch again")
    if not all(isinstance(meta.get(name), str | None) for name in ("title", "locale")):
        raise SheetError(f"{path.name}: not a complete snapshot; fetch again")
    return meta


def _read_tab(path: Path, entry: dict[str, Any], report: Report) -> tuple[Tab, str]:
    if not _FILE.fullmatch(entry["file"]):
        raise ValueError("no name that a snapshot gives to a file")
    data = files.load(path / entry["file"], MAX_TAB)
    columns = frozenset(count(n, MAX_COLUMN, 0) for n in entry["hidden_columns"])
    section = text(entry["section"]) if "section" in entry else None
    tab = Tab(text(entry["title"]), tuple(decode_rows(data, report)), entry["hidden"] is True, columns, section)
    head = dump(header(tab)).encode() + b"\n"
    return tab, hashlib.sha256(head + data).hexdigest()
