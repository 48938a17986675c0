"""A local workbook -> `Workbook`: .xlsx and .xlsm, .ods, a .csv or .tsv or a folder of them, a snapshot.

The kind is seen from the content, not from the name, but for the one text file.  The same cells come from each format
as far as it carries them:

| | .xlsx | .ods | .csv |
|---|---|---|---|
| texts, line breaks | yes | yes; spaces in a row as the program kept them | yes |
| numbers | by their number format, `.` and `,` as separators | as the program showed them | texts like others |
| dates | by their format; a locale's default format gives yyyy-mm-dd | the same | texts |
| bold, italic, struck | per cell and run | per cell and run | no |
| links | one a cell, and HYPERLINK("...") | several a cell, and HYPERLINK("...") | no |
| notes | notes and threaded comments, without names | annotations, without names | no |
| merged cells | yes | yes | no: blank cells |
| hidden rows, columns, tabs | yes | yes | no |
| formulas | the stored value; none is `broken` | the same | the value as text |
| error values (`#REF!`) | `broken` | `broken` | texts |

Nowhere carried: pictures, drawings, colours, conditional formats, cell validation, links to places inside the workbook,
what a number format does to texts.  Macros, queries and references to other files are never looked at.

Diagnostics in `Workbook.problems`, each an error at its cell: XS861 long-cell (a text or note over the limit; the cell
is `broken`), XS862 huge-merge (the cells stay unmerged), XS863 far-cell (left out), XS864 huge-link (left out), XS865
more-problems, XS866 overlapping-merges (the later one is not applied), XS867 covered-cell (words under a merge, left
out); of what Google has beside cells, XS868 not-carried (a warning at its cell) and XS869 tab-not-carried.
"""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from convert.sheet.cells import SheetError, Tab, Workbook
from convert.sheet.formats.csvdir import TEXT_SUFFIXES
from convert.sheet.formats.files import open_regular
from convert.sheet.formats.grid import Report, clean_title

MAX_FILE = 256 << 20
"""Bytes of a workbook file."""
_CHUNK = 1 << 20
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
_WANTED = "expected: .xlsx, .ods, .csv or .tsv, a folder of .csv, or a snapshot"
_NUMBERS = "is an Apple Numbers document; in Numbers, File > Export To > Excel makes an .xlsx of it"
_OTHER_ODF = {
    "text": "a text document",
    "presentation": "a presentation",
    "graphics": "a drawing",
    "database": "a database",
    "formula": "a formula",
    "chart": "a chart",
}


def open_workbook(path: Path, *, progress: Callable[[str, int], None] | None = None) -> Workbook:
    """Read a local workbook or snapshot.

    `progress` is told a tab's title and its rows so far, now and then.  SheetError, in one line for people, for
    whatever cannot be read; what can be read in spite of a problem is in `Workbook.problems`.
    """
    label = clean_title(str(path))
    try:
        with _without_collector():
            if path.is_dir():
                return _folder(path, progress)
            with open_regular(path, label) as stream:
                return _file(stream, path, progress)
    except SheetError as error:
        if str(error).startswith(label):
            raise
        raise SheetError(f"{label}: {error}") from None
    except OSError as error:
        raise SheetError(f"{label}: {error.strerror or 'cannot be read'}") from None
    except ValueError as error:
        raise SheetError(f"{label}: {clean_title(str(error))}") from None


@contextmanager
def _without_collector() -> Iterator[None]:
    """No garbage collection meanwhile: reading makes no cycles, and at 100,000 rows it took more time than reading."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _folder(path: Path, progress: Callable[[str, int], None] | None) -> Workbook:
    if (path / "meta.json").is_file():
        from convert.sheet.formats import snapshot

        return snapshot.read(path)
    if (path / "Index.zip").exists() or (path / "Index").is_dir():
        raise SheetError(f"{clean_title(str(path))}: {_NUMBERS}")
    from convert.sheet.formats.csvdir import read_csv_folder

    report = Report()
    tabs, digest = read_csv_folder(path, report, progress)
    return _workbook(path.resolve(), "csv", digest, tabs, report)


def _file(stream: IO[bytes], path: Path, progress: Callable[[str, int], None] | None) -> Workbook:
    from convert.sheet.formats.archive import open_archive

    label = clean_title(str(path))
    start = stream.read(_CHUNK)
    if not start.startswith(_ZIP):
        if path.suffix.lower() in TEXT_SUFFIXES and not _magic(start):
            return _text(start + stream.read(), path, progress)
        raise SheetError(f"{label}: {_what_else(start, stream)}")
    digest = hashlib.sha256(start)
    size = len(start)
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if size > MAX_FILE:
            raise SheetError(f"{label}: more than {MAX_FILE >> 20} MB; this is not a table of features")
    report = Report()
    with open_archive(stream, label) as archive:
        parts, lower = archive.parts, frozenset(map(str.casefold, archive.parts))
        if archive.has("[Content_Types].xml"):
            if not any(part.endswith(".xml") and part.rpartition("/")[2].startswith("workbook") for part in lower):
                raise SheetError(f"{label}: {_other_office(parts)}")
            from convert.sheet.formats.xlsx import read_xlsx

            return _workbook(path, "xlsx", digest.hexdigest(), read_xlsx(archive, report, progress), report)
        if archive.has("content.xml"):
            kind = archive.read("mimetype", 100).decode("ascii", "replace") if archive.has("mimetype") else ""
            other = next((words for word, words in _OTHER_ODF.items() if f"opendocument.{word}" in kind), None)
            if other:
                raise SheetError(f"{label}: is {other} of OpenDocument, not a workbook; {_WANTED}")
            from convert.sheet.formats.ods import read_ods

            return _workbook(path, "ods", digest.hexdigest(), read_ods(archive, report, progress), report)
    if any(part.endswith(".iwa") or part == "Index.zip" for part in parts):
        raise SheetError(f"{label}: {_NUMBERS}")
    raise SheetError(f"{label}: is a zip file, but not a workbook; {_WANTED}")


def _text(content: bytes, path: Path, progress: Callable[[str, int], None] | None) -> Workbook:
    """A workbook of one tab, from one .csv or .tsv file."""
    from convert.sheet.formats.csvdir import read_text

    report = Report()
    tab = read_text(content, path, report, progress)
    return _workbook(path, "csv", hashlib.sha256(content).hexdigest(), (tab,), report)


def _magic(start: bytes) -> bool:
    """Whether a file that is called a text is something else."""
    page = start[:100].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html"))
    return not start or page or start.startswith((_OLE, _PDF, b"PK"))


def _workbook(path: Path, kind: str, digest: str, tabs: tuple[Tab, ...], report: Report) -> Workbook:
    titles = Counter(tab.title.casefold() for tab in tabs)
    for tab in tabs:
        if titles[tab.title.casefold()] > 1:
            raise SheetError(f"{clean_title(str(path))}: two tabs are called {tab.title!r}; rename one")
    return Workbook(clean_title(path.name), kind, digest, tabs, problems=report.listed())


def _other_office(parts: frozenset[str]) -> str:
    if "xl/workbook.bin" in parts:
        return "is a binary workbook (.xlsb); save it as .xlsx"
    if any(part.startswith("word/") for part in parts):
        return f"is a Word document, not a workbook; {_WANTED}"
    if any(part.startswith("ppt/") for part in parts):
        return f"is a presentation, not a workbook; {_WANTED}"
    return f"is an Office file, but not a workbook; {_WANTED}"


def _what_else(start: bytes, stream: IO[bytes]) -> str:
    """What a file is that is no zip file, and what to do about it."""
    if not start:
        return "is empty"
    if start.startswith(_OLE):
        marker = "EncryptedPackage".encode("utf-16-le")
        if marker in start or marker in stream.read(MAX_FILE):
            return "is encrypted; save it without a password"
        return "is in the old .xls format; save it as .xlsx"
    if start.startswith(_PDF):
        return f"is a PDF, not a workbook; {_WANTED}"
    if start.startswith(b"PK"):
        return "is an empty or split zip file, not a workbook"
    head = start[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "is a web page (perhaps a sign-in page), not a workbook; download it again"
    if b"office:document" in head:
        return "is a flat OpenDocument file (.fods); save it as .ods"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return "is an XML spreadsheet of 2003; save it as .xlsx"
    return f"is not a workbook; {_WANTED}"
