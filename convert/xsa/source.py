"""Where advisories come from: a folder, a checkout of xsa.git, or a list file.  The public server is in `server`."""

from __future__ import annotations

import hashlib
import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from convert.failure import Failure, counted
from convert.output.files import read_given
from convert.output.terminal import clean
from convert.xsa import advisories as reading
from convert.xsa.advisories import Advisory, owner, safe_name
from convert.xsa.recipes import Meta, expand, natural, read_meta

PUBLIC = "https://xenbits.xenproject.org/xsa/"
MAX_FILE = 4 << 20  # bytes; the largest real patch has a twentieth of that
_MOST_NAMES = 100_000
_NEVER = frozenset((".git", "tools"))


class Source(ABC):
    """Advisories and their files.  What could not be read is in `problems`; then no answer is a green one.

    `local`: private input is possible, and nothing is asked of a network.
    """

    local = True

    def __init__(self, url: str) -> None:
        self.url = url
        self.read_at = datetime.now(UTC).replace(second=0, microsecond=0)  # as text has it: all formats the same
        self.problems: list[str] = []
        self.notes: list[str] = []
        self._files: dict[str, bytes | None] = {}
        self._metas: dict[int, Meta | None] = {}

    @abstractmethod
    def listing(self) -> tuple[str, bytes]:
        """The list of advisories, (its name, its bytes).  Raises Failure where there is none."""

    @abstractmethod
    def names(self, advisory: Advisory) -> tuple[str, ...]:
        """The names of an advisory's files."""

    @abstractmethod
    def fetch(self, name: str, advisory: Advisory) -> bytes | None:
        """The bytes of a listed file; None where it is not there.  Raises Failure."""

    def unread(self, advisory: Advisory) -> bool:
        """Whether what an advisory has could not be asked for: that nothing is listed says nothing then."""
        return False

    def close(self) -> None:
        """Let go of what was read."""
        self._files.clear()

    def moved(self, since: date) -> frozenset[int]:
        """The advisories of which a new version was first seen on a day or later."""
        return frozenset()

    @cached_property
    def advisories(self) -> Mapping[int, Advisory]:
        """All advisories by number.  Raises Failure where the list cannot be read."""
        name, data = self.listing()
        found = reading.read_json(data) if name.endswith(".json") else reading.read_index(data)
        if not name.endswith(".json"):
            self.notes.append("there is no xsa.json; the advisories are those of index.html")
        elif odd := reading.unread(data):
            self.problems.append(
                f"{name}: {counted(odd, 'entry has', 'entries have')} no number that an advisory may have"
            )
        return {one.number: one for one in found}

    @cached_property
    def digest(self) -> str:
        """The sha256 of the list; empty where there is none."""
        try:
            return hashlib.sha256(self.listing()[1]).hexdigest()
        except Failure:
            return ""

    def data(self, name: str, advisory: Advisory) -> bytes | None:
        """The bytes of a file, or None where it cannot be read; that is a problem, said once."""
        if name not in self._files:
            try:
                self._files[name] = self.fetch(name, advisory)
                if self._files[name] is None:
                    self.problems.append(f"{name} is listed for XSA-{advisory.number}, but is not there")
            except Failure as failure:
                self._files[name] = None
                self.problems.append(clean(str(failure)))
        return self._files[name]

    def meta(self, advisory: Advisory) -> Meta | None:
        """The .meta of an advisory; None where it has none.  One that cannot be read is a problem."""
        if advisory.number not in self._metas:
            self._metas[advisory.number] = self._meta(advisory)
        return self._metas[advisory.number]

    def _meta(self, advisory: Advisory) -> Meta | None:
        name = f"xsa{advisory.number}.meta"
        data = self.data(name, advisory) if name in self.names(advisory) else None
        if data is None:
            return None
        try:
            meta = read_meta(name, data)
        except Failure as failure:
            self.problems.append(clean(str(failure)))
            return None
        if meta.xsa not in (None, advisory.number):
            self.problems.append(f"{name} says that it is of XSA-{meta.xsa}")
        return meta

    def has_meta(self, advisory: Advisory) -> bool:
        """Whether a .meta is listed, readable or not."""
        return f"xsa{advisory.number}.meta" in self.names(advisory)

    def patches(self, advisory: Advisory) -> tuple[str, ...]:
        """All patch files of an advisory: listed by its page, its folder or its .meta."""
        found = [name for name in self.names(advisory) if name.endswith(".patch")]
        meta = self.meta(advisory)
        if meta is not None:
            found += [name for pattern in meta.all_patches() for name in expand(pattern, self.names(advisory))]
        return tuple(sorted(dict.fromkeys(found), key=natural))

    def expand(self, pattern: str, advisory: Advisory) -> list[str]:
        """The listed names that a recipe's name or glob means; none is a problem."""
        found = expand(pattern, self.names(advisory))
        if not found:
            self.problems.append(f"xsa{advisory.number}.meta names {clean(pattern)}, which no listed file is")
        return found


class Folder(Source):
    """A local directory: a copy of the public one, or a checkout of xsa.git.  Links that lead out of it are not
    followed.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path
        if not path.is_dir():
            raise Failure(f"{clean(str(path))}: no such directory")

    def listing(self) -> tuple[str, bytes]:
        """xsa.json, else index.html."""
        for name in ("xsa.json", "index.html"):
            data = self._bytes(name)
            if data is not None:
                return name, data
        raise Failure(f"{clean(str(self.path))} has neither xsa.json nor index.html")

    @cached_property
    def has_list(self) -> bool:
        """Whether there is a list with dates, as in the public directory."""
        return any((self.path / name).is_file() for name in ("xsa.json", "index.html"))

    @cached_property
    def advisories(self) -> Mapping[int, Advisory]:
        """Those of the list; without one, the owners of the files, dated by their texts."""
        if self.has_list:
            listed = Source.advisories.func(self)  # type: ignore[attr-defined]
            return {number: self._with_text(one) for number, one in listed.items()}
        return {number: self._with_text(Advisory(number)) for number in self.by_owner}

    def _with_text(self, advisory: Advisory) -> Advisory:
        """The version of an advisory, and the end of an embargo, are in its text where the list has none."""
        if advisory.version is not None and advisory.public is not None:
            return advisory
        name = f"advisory-{advisory.number}.txt"
        if name not in self.by_owner.get(advisory.number, ()):
            return advisory
        return reading.with_text(advisory, reading.read_text(self._bytes(name) or b""))

    @cached_property
    def by_owner(self) -> Mapping[int, tuple[str, ...]]:
        """The files of the directory by the advisory that they belong to."""
        found: dict[int, list[str]] = {}
        for name in self.all_names:
            number = owner(name)
            if number is not None:
                found.setdefault(number, []).append(name)
        return {number: tuple(sorted(names, key=natural)) for number, names in sorted(found.items())}

    @cached_property
    def all_names(self) -> tuple[str, ...]:
        """The names of all files of advisories, with `/`; those that no plain name is are left out."""
        found: list[str] = []
        for folder, folders, files in os.walk(self.path):
            inside = Path(folder).relative_to(self.path).as_posix()
            folders[:] = sorted(f for f in folders if f not in _NEVER and (inside != "." or owner(f) is not None))
            for file in sorted(files):
                name = file if inside == "." else f"{inside}/{file}"
                if owner(name) is not None and safe_name(name):
                    found.append(name)
            if len(found) > _MOST_NAMES:
                raise Failure(
                    f"{clean(str(self.path))}: more than {_MOST_NAMES} files; it is not a directory of advisories"
                )
        return tuple(found)

    def names(self, advisory: Advisory) -> tuple[str, ...]:
        """The names of the files that begin with its number."""
        return self.by_owner.get(advisory.number, ())

    def fetch(self, name: str, advisory: Advisory) -> bytes | None:
        """A file, held against the sha256 that the advisory lists."""
        data = self._bytes(name)
        if data is not None:
            problem = wrong_sum(name, data, self._sums(advisory))
            if problem:
                self.problems.append(problem)
        return data

    def _sums(self, advisory: Advisory) -> Iterable[tuple[str, str]]:
        name = f"advisory-{advisory.number}.txt"
        text = self._bytes(name) if name in self.names(advisory) else None
        return reading.read_text(text).sums if text else ()

    def _bytes(self, name: str) -> bytes | None:
        """A file's bytes; None where there is no such regular file.  Raises Failure for what is too large or cannot
        be read.
        """
        path = self.path / name
        try:
            if not path.resolve().is_relative_to(self.path.resolve()):
                raise Failure(f"{clean(name)} leads out of {clean(str(self.path))}; it is not read")
            info = path.stat()
            if not stat.S_ISREG(info.st_mode):
                return None
            if info.st_size > MAX_FILE:
                raise Failure(
                    f"{clean(name)} has {info.st_size >> 20} MiB; over {MAX_FILE >> 20} MiB it is not a file of an"
                    " advisory"
                )
            with path.open("rb") as stream:
                return stream.read(MAX_FILE)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RuntimeError) as error:
            raise Failure(f"{clean(name)}: {getattr(error, 'strerror', None) or error}") from None


class ListFile(Source):
    """A list in the old script's format, `number<TAB>patch-path<TAB><TAB>subject`; its patches lie beside it (of
    standard input, `-`: in the current folder) or in `base`.
    """

    def __init__(self, path: Path, base: Source | None) -> None:
        name, data = read_given(path)
        super().__init__(name)
        self.base = base or Folder(path.parent if str(path.parent) else Path())
        self.local = self.base.local
        self._data = data
        self._listed: dict[int, list[str]] = {}
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if not line.strip():
                continue
            words = line.split("\t")
            if len(words) < 2 or not words[0].strip().isdigit() or not safe_name(words[1].strip()):
                raise Failure(f"{clean(name)}:{number}: no line of the form number<TAB>patch-path<TAB><TAB>subject")
            self._listed.setdefault(int(words[0]), []).append(words[1].strip())

    def listing(self) -> tuple[str, bytes]:
        """The list itself."""
        return "list", self._data

    @cached_property
    def advisories(self) -> Mapping[int, Advisory]:
        """Those of the list, with what the directory knows of them."""
        try:
            known: Mapping[int, Advisory] = self.base.advisories if getattr(self.base, "has_list", True) else {}
        except Failure:
            known = {}
        # what is in the list was public when it was made
        return {n: known.get(n) or Advisory(n, public=datetime(1970, 1, 1, tzinfo=UTC)) for n in self._listed}

    def names(self, advisory: Advisory) -> tuple[str, ...]:
        """The paths that the list has."""
        return tuple(self._listed.get(advisory.number, ()))

    def unread(self, advisory: Advisory) -> bool:
        """As the directory says; what is listed is known here."""
        return self.base.unread(advisory)

    def fetch(self, name: str, advisory: Advisory) -> bytes | None:
        """A file of the directory."""
        return self.base.fetch(name, advisory)


def wrong_sum(name: str, data: bytes, sums: Iterable[tuple[str, str]]) -> str | None:
    """What is to be said where an advisory lists a sha256 for a file, and the file has another; None where all is
    well.
    """
    listed = {digest for pattern, digest in sums if name in expand(pattern, [name])}
    if listed and hashlib.sha256(data).hexdigest() not in listed:
        return f"{name} does not have the sha256 that its advisory lists"
    return None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which advisories may be spoken of: those public by `now`; with `embargoed` all of a local source."""

    now: datetime
    embargoed: bool = False

    def open(self, advisory: Advisory) -> bool:
        """Whether an advisory's title and files may be read and shown."""
        return self.embargoed or advisory.is_public(self.now)
