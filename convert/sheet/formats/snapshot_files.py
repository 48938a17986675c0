"""The files of snapshots: private, read with limits, swapped whole, one fetch at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from convert.sheet.cells import SheetError

_POLL = 0.1  # seconds between two looks at a lock


def place(path: Path) -> Path:
    """The absolute path; a link as the last part is not followed, for the writer to refuse it."""
    return path.parent.resolve() / path.name if path.is_symlink() else path.resolve()


def previous(path: Path) -> Path:
    """Where the old snapshot is while the new one takes its place."""
    return path.parent / f".{path.name}.previous"


def recover(path: Path) -> None:
    """Put back the old snapshot if a kill fell between the two renames of `swap`; else nothing."""
    path = place(path)
    if not os.path.lexists(path) and previous(path).is_dir():
        with contextlib.suppress(OSError):
            previous(path).rename(path)


def swap(new: Path, path: Path) -> None:
    """Put a complete snapshot in an old one's place."""
    old = previous(path)
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


def private_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, for the user alone.  Raises OSError."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that the user alone can read.  Raises OSError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def load(path: Path, limit: int) -> bytes:
    """The bytes of a regular file up to a limit; SheetError for anything else."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # a FIFO there must not block
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > limit:
                raise SheetError(f"{path.name}: not a file of a snapshot, or over {limit >> 20} MiB")
            return file.read(limit)
    except OSError as error:
        raise SheetError(f"{path}: {error.strerror or error}") from error


def read_json(path: Path, limit: int) -> object:
    """The JSON of such a file.  Raises SheetError."""
    try:
        return json.loads(load(path, limit))
    except (ValueError, RecursionError) as error:
        raise SheetError(f"{path.name}: not JSON, so no snapshot; fetch again") from error


@contextlib.contextmanager
def locked(path: Path, patience: float, wait: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a snapshot, a file beside it that is gone afterwards; `wait` is called once if another fetch has
    it.

    Raises SheetError where the other one has it for more than `patience` seconds, or no file can be made there.
    """
    path = place(path)
    lock = path.parent / f".{path.name}.lock"
    until = time.monotonic() + patience
    told = False
    try:
        private_folder(path.parent)
        while (handle := _try_lock(lock)) is None:
            if time.monotonic() > until:
                raise SheetError(f"another fetch of {path.name} has not ended within {patience:.0f} s; try again later")
            if not told:
                wait()
                told = True
            time.sleep(_POLL)
    except OSError as error:
        raise SheetError(f"the snapshot {path} cannot be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(handle)


def _try_lock(lock: Path) -> int | None:
    """The open lock file if it is ours now; None if another has it, or has just removed it.  Raises OSError."""
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), os.stat(lock, follow_symlinks=False)):  # noqa: PTH116
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None
