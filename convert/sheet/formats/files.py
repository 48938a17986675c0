"""Opening what a user names: regular files only."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO

from convert.sheet.cells import SheetError


def open_regular(path: Path, label: str) -> IO[bytes]:
    """A regular file, open for reading bytes; SheetError for a pipe or a device, which would block or never end.

    OSError where the file is missing or may not be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SheetError(f"{label}: is not a regular file")
    return os.fdopen(descriptor, "rb")
