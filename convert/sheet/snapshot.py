"""A fetched sheet on disk: `meta.json`, one JSON-lines file a tab, and `fetched.json` for what changes without an edit.

A tab's file holds one row a line and no row numbers, so that an inserted row is one line in a diff.  A line is a list
of cells, `{"cells": [...], "hidden": true}` for a hidden row, or `{"blank": N}` for N blank rows together.  A cell is
null, a text, or an object with what else it carries.  The same content always gives the same bytes.
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
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from convert.sheet.cells import Cell, Row, Run, SheetError, Tab, Workbook

SCHEMA = "xen-support.snapshot/1"
META, FETCHED = "meta.json", "fetched.json"
MAX_META, MAX_TAB = 8 << 20, 256 << 20  # bytes
MAX_ROWS, MAX_COLUMNS = 10_000_000, 18_278  # what one Google sheet can have at most
_FILE = re.compile(r"[a-z0-9-]{1,80}\.jsonl")
_RAW = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # what json leaves alone and a terminal obeys
_SURROGATE = re.compile("[\ud800-\udfff]")
_DIFF_LIMIT = 3_000  # lines; beyond, difflib's time is no longer bounded by anything useful


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
class TabChange:
    """What happened to one tab: row numbers (from 1), of the old tab for `removed`, else of the new one."""

    title: str
    kind: Literal["added", "removed", "changed", "same"]
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()


def canonical(tab: Tab) -> Tab:
    """The same tab in the one form that is written: no blank rows, no two equal runs in a row."""
    rows = tuple(row for row in map(_canonical_row, tab.rows) if row.cells)
    width = max((len(row.cells) for row in rows), default=0)
    return Tab(_clean(tab.title), rows, tab.hidden, frozenset(n for n in tab.hidden_columns if n < width))


def content_sha256(workbook: Workbook) -> str:
    """The sha256 (hex) of a workbook's canonical form, whatever it was read from."""
    return _total(workbook, [_tab_sha256(tab, _encode_rows(tab)) for tab in map(canonical, workbook.tabs)])


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
        if _total(workbook, sums) != meta["sha256"]:
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


def changes(old: Workbook | None, new: Workbook) -> tuple[TabChange, ...]:
    """What `new` has that `old` had not and the other way round, by tab title: new tabs first, in order."""
    before = {tab.title: tab for tab in map(canonical, old.tabs if old else ())}
    out = []
    for tab in map(canonical, new.tabs):
        was = before.pop(tab.title, None)
        if was is None:
            out.append(TabChange(tab.title, "added", added=tuple(row.number for row in tab.rows)))
        else:
            out.append(_compare(was, tab))
    gone = (TabChange(t.title, "removed", removed=tuple(r.number for r in t.rows)) for t in before.values())
    return (*out, *gone)


# -- the canonical form ------------------------------------------------------------------------------------------


def _clean(text: str) -> str:
    """Line breaks are LF; lone surrogates, which UTF-8 cannot carry, become U+FFFD."""
    return _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _canonical_row(row: Row) -> Row:
    cells = [_canonical_cell(cell) for cell in row.cells]
    while cells and cells[-1] is None:
        cells.pop()
    return Row(row.number, tuple(cells), row.hidden)


def _canonical_cell(cell: Cell | None) -> Cell | None:
    if cell is None:
        return None
    runs = []
    for (bold, italic, struck, link), group in groupby(
        (run for run in cell.runs if run.text), lambda run: (run.bold, run.italic, run.struck, run.link)
    ):
        text = _clean("".join(run.text for run in group))
        runs.append(Run(text, bold, italic, struck, _clean(link) if link else None))
    broken = _clean(cell.broken) if cell.broken else None
    out = Cell(tuple(runs), _clean(cell.note) if cell.note else None, cell.number, broken, cell.rows, cell.columns)
    return None if out == Cell() else out


def _dump(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return _RAW.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _encode_cell(cell: Cell | None) -> object:
    if cell is None:
        return None
    plain = len(cell.runs) == 1 and cell.runs[0] == Run(cell.runs[0].text)
    out: dict[str, object] = {"text": cell.text} if plain else {}
    if cell.runs and not plain:
        out["runs"] = [_encode_run(run) for run in cell.runs]
    out |= {name: value for name in ("note", "broken") if (value := getattr(cell, name)) is not None}
    out |= {"number": True} if cell.number else {}
    out |= {name: value for name in ("rows", "columns") if (value := getattr(cell, name)) != 1}
    return cell.text if plain and len(out) == 1 else out


def _encode_run(run: Run) -> dict[str, object]:
    marks: dict[str, object] = {name: True for name in ("bold", "italic", "struck") if getattr(run, name)}
    return {"text": run.text} | marks | ({"link": run.link} if run.link is not None else {})


def _encode_rows(tab: Tab) -> list[str]:
    lines, at = [], 1
    for row in tab.rows:
        if row.number > at:
            lines.append(_dump({"blank": row.number - at}))
        lines.append(_row_line(row))
        at = row.number + 1
    return lines


def _row_line(row: Row) -> str:
    cells = [_encode_cell(cell) for cell in row.cells]
    return _dump({"cells": cells, "hidden": True} if row.hidden else cells)


def _header(tab: Tab) -> dict[str, object]:
    return {"title": tab.title, "hidden": tab.hidden, "hidden_columns": sorted(tab.hidden_columns)}


def _tab_sha256(tab: Tab, lines: list[str]) -> str:
    out = hashlib.sha256(_dump(_header(tab)).encode() + b"\n")
    for line in lines:
        out.update(line.encode() + b"\n")
    return out.hexdigest()


def _total(workbook: Workbook, sums: list[str]) -> str:
    title = None if workbook.title is None else _clean(workbook.title)
    return hashlib.sha256(_dump([title, workbook.locale, sums]).encode()).hexdigest()


def tab_file(title: str, taken: set[str]) -> str:
    """A file name for a tab: its title as far as letters and digits go, and a hash, so that no two titles share one."""
    word = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "tab"
    stem = f"{word}-{hashlib.sha256(title.encode()).hexdigest()[:8]}"
    names = (f"{stem}{'' if n == 1 else f'-{n}'}.jsonl" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


# -- to and from the disk ----------------------------------------------------------------------------------------


def _fill(folder: Path, workbook: Workbook, meta: Meta) -> None:
    tabs: list[dict[str, object]] = []
    sums: list[str] = []
    taken: set[str] = set()
    for tab in map(canonical, workbook.tabs):
        lines = _encode_rows(tab)
        taken.add(name := tab_file(tab.title, taken))
        sums.append(_tab_sha256(tab, lines))
        (folder / name).write_bytes(b"".join(line.encode() + b"\n" for line in lines))
        tabs.append(_header(tab) | {"file": name, "rows": len(tab.rows), "sha256": sums[-1]})
    about = {"url": meta.url, "file_id": meta.file_id, "mime_type": meta.mime_type}
    title = None if workbook.title is None else _clean(workbook.title)
    head = {"schema": SCHEMA} | about | {"title": title, "locale": workbook.locale}
    _write_json(folder / META, head | {"tabs": tabs, "sha256": _total(workbook, sums)})
    _write_json(folder / FETCHED, {name: getattr(meta, name) for name in ("fetched_at", "version", "modified_time")})


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    path.write_bytes(_RAW.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode() + b"\n")


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
    columns = frozenset(_count(n, MAX_COLUMNS, 0) for n in entry["hidden_columns"])
    tab = Tab(_text(entry["title"]), tuple(_decode_rows(data)), entry["hidden"] is True, columns)
    head = _dump(_header(tab)).encode() + b"\n"
    return tab, hashlib.sha256(head + data).hexdigest()


def _decode_rows(data: bytes) -> Iterator[Row]:
    at = 1
    for line in data.split(b"\n")[:-1]:
        value = json.loads(line)
        if isinstance(value, dict) and "blank" in value:
            at += _count(value["blank"], MAX_ROWS)
            continue
        hidden = isinstance(value, dict)
        cells = value["cells"] if hidden else value
        if not isinstance(cells, list) or len(cells) > MAX_COLUMNS or at > MAX_ROWS:
            raise ValueError("no row")
        yield Row(at, tuple(_decode_cell(cell) for cell in cells), hidden)
        at += 1


def _decode_cell(value: dict[str, Any] | str | None) -> Cell | None:
    if value is None:
        return None
    if isinstance(value, str):
        return Cell((Run(value),))
    runs = tuple(_decode_run(run) for run in value["runs"]) if "runs" in value else ()
    return Cell(
        (Run(_text(value["text"])),) if "text" in value else runs,
        _text(value["note"]) if "note" in value else None,
        value.get("number") is True,
        _text(value["broken"]) if "broken" in value else None,
        _count(value.get("rows", 1), MAX_ROWS),
        _count(value.get("columns", 1), MAX_COLUMNS),
    )


def _decode_run(value: dict[str, Any]) -> Run:
    bold, italic, struck = (value.get(name) is True for name in ("bold", "italic", "struck"))
    return Run(_text(value["text"]), bold, italic, struck, _text(value["link"]) if "link" in value else None)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def _count(value: object, limit: int, least: int = 1) -> int:
    if type(value) is not int or not least <= value <= limit:
        raise ValueError("no count")
    return value


# -- what changed ------------------------------------------------------------------------------------------------


def _compare(old: Tab, new: Tab) -> TabChange:
    before, after = [_row_line(row) for row in old.rows], [_row_line(row) for row in new.rows]
    same_place = [row.number for row in old.rows] == [row.number for row in new.rows]
    if before == after and _header(old) == _header(new):
        return TabChange(new.title, "same" if same_place else "changed")
    start = next(
        (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    added, removed, changed = [], [], []
    for i1, i2, j1, j2 in _differences(before[start:], after[start:]):
        both = min(i2 - i1, j2 - j1)
        changed += [row.number for row in new.rows[start + j1 : start + j1 + both]]
        added += [row.number for row in new.rows[start + j1 + both : start + j2]]
        removed += [row.number for row in old.rows[start + i1 + both : start + i2]]
    return TabChange(new.title, "changed", tuple(sorted(added)), tuple(sorted(removed)), tuple(sorted(changed)))


def _differences(a: list[str], b: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches `a[i1:i2]` that became `b[j1:j2]`; for very long tabs by the lines' counts, without their order."""
    if max(len(a), len(b)) <= _DIFF_LIMIT:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b).get_opcodes():
            if tag != "equal":
                yield i1, i2, j1, j2
        return
    for mine, other, old in ((a, b, True), (b, a, False)):
        spare = Counter(mine) - Counter(other)
        for n in range(len(mine) - 1, -1, -1):
            if spare[mine[n]] > 0:
                spare[mine[n]] -= 1
                yield (n, n + 1, 0, 0) if old else (0, 0, n, n + 1)
