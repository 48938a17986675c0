"""A workbook as bytes that depend on nothing but its content."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook

DATE = "2026-01-12T09:00:00Z"
_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>Microsoft Excel</Application></Properties>"
)


def _part(name: str, data: bytes) -> bytes:
    if name == "docProps/app.xml":  # names the version of openpyxl
        return _APP
    if name == "docProps/core.xml":  # holds the time of saving
        return re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + DATE.encode(), data)
    return data


def normalise(data: bytes) -> bytes:
    """The same .xlsx with fixed dates and attributes, its parts in order, stored.

    Stored, because two builds of zlib compress the same text to different bytes.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            new.writestr(info, _part(name, old.read(name)), zipfile.ZIP_STORED)
    return out.getvalue()


def save(workbook: Workbook, path: Path) -> None:
    """Write the workbook to `path`, whole or not at all."""
    raw = io.BytesIO()
    workbook.save(raw)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(normalise(raw.getvalue()))
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
