"""What a FILE argument names: a file, `REF:PATH` of the repository, or `-` for standard input."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from convert.failure import Failure
from convert.trees.version import FILE
from grammar.source import Source

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024


def read_source(name: str, repo: str | Path | None = None) -> Source:
    """The source that an argument names.  A file of that name comes first.  Raises Failure with a reason for people."""
    if name == "-":
        return source_of("<stdin>", sys.stdin.buffer.read(MAX_BYTES + 1))
    try:  # os.path, as pathlib alone costs a twentieth of the time that `show` takes
        if os.path.isdir(name):
            name = os.path.join(name, FILE)
            if not os.path.isfile(name):
                raise Failure(f"{os.path.dirname(name)}: a directory without {FILE}")
        if os.path.exists(name):
            with open(name, "rb") as file:
                return source_of(name, file.read(MAX_BYTES + 1))
    except OSError as error:
        raise Failure(f"{name}: {error.strerror}") from None
    except ValueError:
        raise Failure(f"{name!r}: not a file name") from None
    ref, colon, inside_ref = name.partition(":")
    if colon and ref and inside_ref:
        from pathlib import Path

        from convert.trees import git

        return source_of(name, git.blob(Path(repo or "."), ref, inside_ref))
    raise Failure(f"{name}: no such file, and not REF:PATH of a git repository")


def source_of(name: str, data: bytes) -> Source:
    """Bytes that came from anywhere as a source.  Raises Failure for what is too large or binary."""
    if len(data) > MAX_BYTES:
        raise Failure(f"{name}: larger than {MAX_BYTES // 1024 // 1024} MiB; that is no SUPPORT.md")
    if data.count(0) > 8 + len(data) // 1000:
        raise Failure(f"{name}: a binary file, not a SUPPORT.md")
    return Source(name, data)
