"""Writing files: whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from convert.failure import Failure


def write_atomic(path: Path, data: bytes, mode: int = 0o644, *, lasting: bool = True) -> None:
    """Write a file by way of a temporary one beside it and a rename; its folder is made.  A pipe or device is written
    to.

    Not `lasting`: a crash of the machine may lose it, for what can be made again.  Raises OSError.
    """
    if path.exists() and not path.is_file():  # a pipe or a device stays what it is
        with path.open("wb") as stream:
            stream.write(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(mode & ~mask)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def shown(path: Path) -> str:
    """A file argument for people."""
    return "<stdin>" if str(path) == "-" else str(path)


def read_given(path: Path, most: int = 64 << 20) -> tuple[str, bytes]:
    """What a file argument names, `-` for standard input: (its name for people, its bytes).

    Raises Failure with the reason for one that cannot be read, and for one of more than `most` bytes.
    """
    name = shown(path)
    return name, _limited(path, name, most)


def read_small(path: Path, what: str) -> bytes:
    """The bytes of a file of settings, 1 MiB at most.

    Raises Failure for a larger one, which is not `what`, and with the reason for one that cannot be read.
    """
    return _limited(path, str(path), 1 << 20, f"; that is not {what}")


def _limited(path: Path, name: str, most: int, more: str = "") -> bytes:
    """What is to be read under a name, standard input for `<stdin>`; `more`: what to say of one that is too large."""
    try:
        with contextlib.nullcontext(sys.stdin.buffer) if name == "<stdin>" else path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Failure(f"{name}: {error.strerror}") from None
    if len(data) > most:
        raise Failure(f"{name}: larger than {most >> 20} MiB{more}")
    return data
