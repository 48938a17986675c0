"""A .csv or .tsv file, or a folder of them -> tabs: one file a tab, titled by its name, in the order of the names.

Encodings: UTF-8 with or without a byte order mark, UTF-16 with one.  The delimiter is a comma, a semicolon or a tab
(what programs write depends on the locale): the one that makes the most regular table.  A first line `sep=;` decides
it.  All cells are texts.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from convert.sheet.cells import SheetError, Tab
from convert.sheet.formats.files import open_regular
from convert.sheet.formats.grid import MAX_TABS, Grid, Progress, Report, clean_title, text_cell

MAX_FILE = 64 << 20
MAX_FOLDER = 256 << 20
"""Bytes of one file, and of all."""
TEXT_SUFFIXES = (".csv", ".tsv", ".tab")
_DELIMITERS = ",;\t"
_SAMPLE = 200  # records
_LIMIT_LOCK = threading.Lock()


def csv_files(folder: Path) -> list[Path]:
    """The .csv and .tsv files of a folder, in the order of their names; hidden ones are left out."""
    found = [
        path for path in folder.iterdir() if path.suffix.lower() in TEXT_SUFFIXES and not path.name.startswith(".")
    ]
    return sorted(found, key=lambda path: os.fsencode(path.name))


def read_csv_folder(folder: Path, report: Report, progress: Progress | None = None) -> tuple[tuple[Tab, ...], str]:
    """The tabs, and the sha256 (hex) over names and bytes of the files; problems go to `report`.

    SheetError for a folder without .csv, a file that is too large, no text, or in an unknown encoding.
    """
    paths = csv_files(folder)
    if not paths:
        raise SheetError(f"{clean_title(str(folder))}: no .csv file and no snapshot (meta.json) in this folder")
    if len(paths) > MAX_TABS:
        raise SheetError(f"{clean_title(str(folder))}: {len(paths):,} .csv files; at most {MAX_TABS} are read")
    digest = hashlib.sha256()
    tabs: list[Tab] = []
    total = 0
    for path in paths:
        content = _content(path)
        total += len(content)
        if total > MAX_FOLDER:
            raise SheetError(f"{clean_title(str(folder))}: more than {MAX_FOLDER >> 20} MB of .csv files")
        name = os.fsencode(path.name)
        digest.update(b"%d:%s%d:" % (len(name), name, len(content)))
        digest.update(content)
        tabs.append(read_text(content, path, report, progress))
    return tuple(tabs), digest.hexdigest()


def read_text(content: bytes, path: Path, report: Report, progress: Progress | None = None) -> Tab:
    """The tab of one file's content; `path` gives its title and says whether tabs separate the cells.  SheetError."""
    if len(content) > MAX_FILE:
        raise SheetError(f"{clean_title(path.name)}: more than {MAX_FILE >> 20} MB; this is not a table of features")
    title = os.fsencode(path.stem).decode("utf-8", "replace")
    tabbed = path.suffix.lower() != ".csv"
    return _tab(Grid(title, report, progress), _decoded(content, path.name), path.name, tabbed=tabbed)


def _content(path: Path) -> bytes:
    name = clean_title(path.name)
    with open_regular(path, name) as stream:
        content = stream.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise SheetError(f"{name}: more than {MAX_FILE >> 20} MB; this is not a table of features")
    return content


def _decoded(content: bytes, file_name: str) -> str:
    name = clean_title(file_name)
    encoding = "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise SheetError(f"{name}, line {line}: a NUL byte; this is not a text in UTF-8, save it as CSV UTF-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16":
            raise SheetError(f"{name}: is not UTF-16 as its first bytes say; save it as CSV UTF-8") from None
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise SheetError(f"{name}, line {line}: byte 0x{byte:02X} is not UTF-8; save it as CSV UTF-8") from None
    if "\0" in text:
        raise SheetError(f"{name}: a NUL character; this is not a table")
    return text


def _tab(grid: Grid, text: str, file_name: str, *, tabbed: bool) -> Tab:
    delimiter, text = ("\t", text) if tabbed else _delimiter(text)
    with _long_fields():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            for number, record in enumerate(reader, 1):
                for column, field in enumerate(record):
                    if field:
                        grid.put(number, column, text_cell(field))
        except csv.Error as error:
            name = clean_title(file_name)
            raise SheetError(f"{name}, line {reader.line_num}: a quotation mark is missing ({error})") from None
    return grid.finish()


def _delimiter(text: str) -> tuple[str, str]:
    """The delimiter, and the text without a `sep=` line."""
    first, _, rest = text.partition("\n")
    first = first.rstrip("\r").strip('"')
    if len(first) == 5 and first.startswith("sep=") and first[4] in _DELIMITERS + "|":
        return first[4], rest
    return max(_DELIMITERS, key=lambda delimiter: _regularity(text, delimiter)), text


def _regularity(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first records have the most frequent width above one, and that width."""
    widths: list[int] = []
    with _long_fields():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            widths += (len(record) for record in islice(reader, _SAMPLE))
        except csv.Error:
            return 0, 0
    wide = [width for width in widths if width > 1]
    return max(((wide.count(width), width) for width in set(wide)), default=(0, 0))


@contextmanager
def _long_fields() -> Iterator[None]:
    """The csv module stops at 131,072 characters a field, without naming the cell; the limit is the process's."""
    with _LIMIT_LOCK:
        before = csv.field_size_limit(MAX_FILE)
        try:
            yield
        finally:
            csv.field_size_limit(before)
