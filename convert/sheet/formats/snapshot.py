"""A fetched sheet on disk: `meta.json`, one JSON-lines file a tab, and `fetched.json` for what changes without an edit.

The form of the lines is in snapshot_rows.py.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convert.sheet.cells import SheetError, Tab, Workbook
from convert.sheet.formats.snapshot_changes import TabChange, changes
from convert.sheet.formats.snapshot_rows import (
    MAX_COLUMNS,
    canonical,
    clean,
    content_sha256,
    count,
    decode_rows,
    dump,
    encode_rows,
    escape,
    header,
    tab_sha256,
    text,
    total,
)

__all__ = [
    "Meta",
    "TabChange",
    "canonical",
    "changes",
    "content_sha256",
    "is_snapshot",
    "read",
    "read_meta",
    "recover",
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


def is_snapshot(path: Path) -> bool:
    """Whether this directory is a snapshot, by its `meta.json`; never raises."""
    try:
        meta = _read_json(path / META)
    except SheetError:
        return False
    return isinstance(meta, dict) and str(meta.get("schema", "")).startswith("xen-support.snapshot/")


def write(path: Path, workbook: Workbook, meta: Meta) -> None:
    """Write a snapshot at `path`, whole or not at all: what was there stays until the new one is complete.

    Raises SheetError if `path` holds anything but a snapshot, or cannot be written.
    """
    path = _place(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        recover(path)
        _refuse_foreign(path)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as work:
            new = Path(work) / "new"
            new.mkdir()
            _fill(new, workbook, meta)
            _swap(new, path)
    except OSError as error:
        raise SheetError(f"the snapshot {path} cannot be written: {error.strerror or error}") from error


def read(path: Path) -> Workbook:
    """The workbook of the snapshot at `path`; its `sha256` is of its canonical form.

    Raises SheetError if it is no snapshot, of another schema, incomplete, or changed since it was written.
    """
    recover(path)
    meta = _meta_of(path)
    try:
        tabs, sums = [], []
        for entry in meta["tabs"]:
            tab, found = _read_tab(path, entry)
            if found != entry["sha256"]:
                raise SheetError(f"{path.name}: the rows of {tab.title!r} are not those that were fetched; fetch again")
            tabs.append(tab)
            sums.append(found)
        workbook = Workbook(meta["title"] or path.name, "snapshot", "", tuple(tabs), meta["title"], meta["locale"])
        if total(workbook, sums) != meta["sha256"]:
            raise SheetError(f"{path.name}: {META} is not as it was written; fetch again")
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise SheetError(f"{path.name}: not a complete snapshot; fetch again") from error
    return Workbook(workbook.name, "snapshot", meta["sha256"], workbook.tabs, meta["title"], meta["locale"])


def read_meta(path: Path) -> Meta:
    """Where the snapshot at `path` comes from.  Raises SheetError as `read` does."""
    meta = _meta_of(path)
    fetched = _read_json(path / FETCHED) if (path / FETCHED).exists() else {}
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


def _fill(folder: Path, workbook: Workbook, meta: Meta) -> None:
    tabs: list[dict[str, object]] = []
    sums: list[str] = []
    taken: set[str] = set()
    for tab in map(canonical, workbook.tabs):
        lines = encode_rows(tab)
        taken.add(name := tab_file(tab.title, taken))
        sums.append(tab_sha256(tab, lines))
        (folder / name).write_bytes(b"".join(line.encode() + b"\n" for line in lines))
        tabs.append(header(tab) | {"file": name, "rows": len(tab.rows), "sha256": sums[-1]})
    about = {"url": meta.url, "file_id": meta.file_id, "mime_type": meta.mime_type}
    title = None if workbook.title is None else clean(workbook.title)
    head = {"schema": SCHEMA} | about | {"title": title, "locale": workbook.locale}
    _write_json(folder / META, head | {"tabs": tabs, "sha256": total(workbook, sums)})
    _write_json(folder / FETCHED, {name: getattr(meta, name) for name in ("fetched_at", "version", "modified_time")})


def _write_json(path: Path, value: object) -> None:
    path.write_bytes(escape(json.dumps(value, ensure_ascii=False, indent=2)).encode() + b"\n")


def _place(path: Path) -> Path:
    """The absolute path; a link as the last part is not followed, for `write` to refuse it."""
    return path.parent.resolve() / path.name if path.is_symlink() else path.resolve()


def _previous(path: Path) -> Path:
    return path.parent / f".{path.name}.previous"


def recover(path: Path) -> None:
    """Put back the old snapshot if a kill fell between the two renames of `write`; else nothing."""
    path = _place(path)
    if not os.path.lexists(path) and _previous(path).is_dir():
        with contextlib.suppress(OSError):
            _previous(path).rename(path)


def _refuse_foreign(path: Path) -> None:
    if not os.path.lexists(path):
        return
    if path.is_symlink() or not path.is_dir():
        raise SheetError(f"{path} exists and is no snapshot directory; give another one with -o")
    names = sorted(entry.name for entry in path.iterdir())
    foreign = [name for name in names if name not in (META, FETCHED) and not _FILE.fullmatch(name)]
    if foreign or (names and not is_snapshot(path)):
        what = f"holds other files ({foreign[0]!r})" if foreign else "is no snapshot"
        raise SheetError(f"{path} {what}; it is left alone, give another directory with -o")


def _swap(new: Path, path: Path) -> None:
    old = _previous(path)
    if not path.exists():
        new.rename(path)
        return
    if old.exists():
        shutil.rmtree(old)
    try:
        path.rename(old)
        new.rename(path)
    except BaseException:
        recover(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _load(path: Path, limit: int) -> bytes:
    """The bytes of a regular file up to a limit; SheetError for anything else."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # a FIFO there must not block
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > limit:
                raise SheetError(f"{path.name}: not a file of a snapshot, or over {limit >> 20} MiB")
            return file.read(limit)
    except OSError as error:
        raise SheetError(f"{path}: {error.strerror or error}") from error


def _read_json(path: Path) -> object:
    try:
        return json.loads(_load(path, MAX_META))
    except (ValueError, RecursionError) as error:
        raise SheetError(f"{path.name}: not JSON, so no snapshot; fetch again") from error


def _meta_of(path: Path) -> dict[str, Any]:
    meta = _read_json(path / META)
    if not isinstance(meta, dict) or meta.get("schema") != SCHEMA:
        raise SheetError(f"{path.name}: not a snapshot of the schema {SCHEMA}; fetch again")
    if not all(isinstance(meta.get(name), str | None) for name in ("title", "locale")):
        raise SheetError(f"{path.name}: not a complete snapshot; fetch again")
    return meta


def _read_tab(path: Path, entry: dict[str, Any]) -> tuple[Tab, str]:
    if not _FILE.fullmatch(entry["file"]):
        raise ValueError("no name that a snapshot gives to a file")
    data = _load(path / entry["file"], MAX_TAB)
    columns = frozenset(count(n, MAX_COLUMNS, 0) for n in entry["hidden_columns"])
    section = text(entry["section"]) if "section" in entry else None
    tab = Tab(text(entry["title"]), tuple(decode_rows(data)), entry["hidden"] is True, columns, section)
    head = dump(header(tab)).encode() + b"\n"
    return tab, hashlib.sha256(head + data).hexdigest()
