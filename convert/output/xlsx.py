"""An .xlsx as bytes that depend on nothing but its content and one day (https://reproducible-builds.org/docs/source-date-epoch/)."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Application>Microsoft Excel</Application></Properties>"
)


def reproducible(data: bytes, day: date) -> bytes:
    """The same .xlsx, as openpyxl made it, with a day for the times of making and saving, and its parts in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            new.writestr(info, _part(name, old.read(name), day), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _part(name: str, data: bytes, day: date) -> bytes:
    if name == "docProps/app.xml":  # names the version of openpyxl
        return _APP
    if name == "docProps/core.xml":  # holds the time of saving
        moment = f"{day.isoformat()}T00:00:00Z".encode()
        return re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", lambda found: found[1] + moment, data)
    return data
