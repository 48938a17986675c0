"""What a FILE argument names: a file, `REF:PATH` of the repository, or `-` for standard input."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from convert.failure import Failure, printable
from convert.trees.version import FILE
from grammar.source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024


def read_source(name: str, repo: str | Path | None = None, remote: str | None = None) -> Source:
    """The source that an argument names.  A file of that name comes first.  Raises Failure with a reason for people.

    A REF that git does not know is looked for as a tree is: a version, or a branch of the one remote that has it
    (`remote`).
    """
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

        where = Path(repo or ".")
        known = known_ref(where, ref, remote, tell=True)
        data = git.blob(where, ref, inside_ref) if known == ref else git.object_of(where, f"{known}:{inside_ref}")
        if data is None:
            raise Failure(f"{name}: {ref} has no file {inside_ref}")
        return source_of(name, data)
    raise Failure(f"{name}: no such file, and not REF:PATH of a git repository")


def one_input(names: Sequence[str]) -> None:
    """Raises Failure where standard input is named twice: the second reading finds nothing, which no one meant."""
    if names.count("-") > 1:
        raise Failure("standard input (-) can be read only once; put one of the inputs into a file")


def known_ref(repo: Path, ref: str, remote: str | None = None, *, tell: bool = False) -> str:
    """A ref as git knows it; the commit where only a remote has the branch, or it is a tree's name.  Raises Failure
    for none.

    `tell`: where a local and a remote branch of that name differ, standard error says which is read.
    """
    from convert.trees import git
    from convert.trees.resolve import resolve

    if git.identities(repo, [ref])[0] is not None:
        if tell and git.full_name(repo, ref) == f"refs/heads/{ref}":
            _tell(resolve(ref, repo, unpacked=False).note)
        return ref
    found = resolve(ref, repo, remote, unpacked=False)
    if tell:
        _tell(found.note)
    return found.commit or ref


def _tell(note: str | None) -> None:
    if note is not None:
        print(f"xen-support: {printable(note)}", file=sys.stderr)


def source_of(name: str, data: bytes) -> Source:
    """Bytes that came from anywhere as a source.  Raises Failure for what is too large or binary."""
    if len(data) > MAX_BYTES:
        raise Failure(f"{name}: larger than {MAX_BYTES // 1024 // 1024} MiB; that is not a SUPPORT.md")
    if data.count(0) > 8 + len(data) // 1000:
        raise Failure(f"{name}: a binary file, not a SUPPORT.md")
    return Source(name, data)
