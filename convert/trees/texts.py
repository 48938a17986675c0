"""The texts of some files of a tree, of a commit or of an unpacked tree, read at once."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from convert.failure import Failure
from convert.trees import git

_MAX_FILE, _MAX_ALL = 4 << 20, 32 << 20  # bytes; what is larger is left out
Wanted = Callable[[Iterable[str]], Sequence[str]]


def of_commit(repo: Path, commit: str, below: Sequence[str], wanted: Wanted) -> dict[str, str]:
    """Path -> text of the files of a commit that `wanted` chooses among those in `below`.

    Nothing is fetched.  Raises Failure, also for a file that a partial clone does not have.
    """
    paths = [path for path in wanted(git.files(repo, commit, *below)) if "\n" not in path]
    data = git.batch(repo, [f"{commit}:{path}" for path in paths], _MAX_FILE, fetch=False)
    lacking = next((path for path, one in zip(paths, data, strict=True) if one is None), None)
    if lacking is not None:
        raise Failure(
            f"{commit[:12]}:{lacking}: not in this clone, or larger than {_MAX_FILE >> 20} MiB; fetch it first"
        )
    return _bounded(zip(paths, data, strict=True))


def of_folder(folder: Path, below: Sequence[str], wanted: Wanted) -> dict[str, str]:
    """The same of an unpacked tree; links and whatever is no plain file are left out, as a tree may come from anywhere.

    Raises Failure for a file that cannot be read.
    """
    paths = wanted(path for name in below for path in _walk(folder, name))
    return _bounded((path, _read(folder / path)) for path in paths)


def _walk(folder: Path, name: str) -> Iterable[str]:
    if (folder / name).is_file():
        yield name
    for top, folders, files in os.walk(folder / name):
        folders.sort()
        inside = os.path.relpath(top, folder)
        yield from (f"{inside}/{file}" for file in sorted(files))


def _read(path: Path) -> bytes | None:
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_FILE:
            return None
        return path.read_bytes()
    except FileNotFoundError:  # it went away
        return None
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from None


def _bounded(found: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    left = _MAX_ALL
    for path, data in found:
        if data is not None and len(data) <= left:
            left -= len(data)
            texts[path] = data.decode(errors="replace")
    return texts
