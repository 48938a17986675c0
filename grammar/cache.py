"""What can be made again, as JSON in the user's own folder `xen-support` below `$XDG_CACHE_HOME`, else `~/.cache`.

JSON, since a pickle of a place that others can write to would run what they put there.  A folder that is another
user's, or that others can write to, is not used; a file that cannot be read or written is no error.
"""

from __future__ import annotations

import json
import os
from typing import Any


def place(name: str) -> str | None:
    """The path of a file in the cache folder, which is made if need be; None where there is no folder to trust."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        folder = os.path.join(base or os.path.expanduser("~/.cache"), "xen-support")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.stat(folder)
    except (OSError, ValueError):
        return None
    if found.st_uid != os.getuid() or found.st_mode & 0o022 or not os.access(folder, os.W_OK):
        return None
    return os.path.join(folder, name)


def kept(path: str) -> Any:  # noqa: ANN401 - whoever asks checks what it is
    """What a file holds; None where it is missing or no JSON."""
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError, RecursionError):
        return None


def keep(path: str, value: object) -> None:
    """Write a file beside it first: a reader never sees half of one."""
    beside = f"{path}.{os.getpid()}"
    try:
        with open(beside, "w", encoding="utf-8") as file:
            json.dump(value, file)
        os.replace(beside, path)
    except OSError:
        return
