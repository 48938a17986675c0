"""Zip containers and their XML parts, read as if somebody hostile had made them.

Everything is checked on the directory of the container before a part is unpacked; parts are never written to disk,
links out of the container are never followed.  XML is read as a stream without DTD (so without entities), and what
nobody asked for is dropped while it passes, so that memory does not grow with the size of a part.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, NamedTuple
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from convert.sheet.cells import SheetError
from convert.sheet.formats.events import MAX_DEPTH, Events
from convert.sheet.formats.grid import clean_title

MAX_PARTS = 10_000
MAX_DIRECTORY = 4 << 20
"""Bytes of the container's directory, before it is read."""
MAX_UNPACKED = 512 << 20
"""Bytes of all parts together, unpacked."""
MAX_RATIO = 250
"""Unpacked to packed size, of parts of more than RATIO_FROM bytes.  Sheets of 100,000 rows have 10 to 60."""
RATIO_FROM = 16 << 20
MAX_QUIET = 4 << 20
"""Bytes of XML in which no element begins or ends: one text, comment or attribute."""
MAX_NODES = 50_000
"""Elements inside of one element that is kept whole."""
MAX_NAMES = 200_000
"""Characters of the different names of elements and attributes of a part: the parser keeps them all."""
_CHUNK = 64 << 10
_DAMAGED = (
    ParseError,
    ExpatError,
    BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    ValueError,
)


class Step(NamedTuple):
    """One step of `Archive.walk`: `event` is start or end, `name` the element's name without its namespace."""

    event: str
    name: str
    element: Element


class Archive:
    """A checked container.  `label` is the file's name for messages."""

    def __init__(self, zip_file: ZipFile, label: str) -> None:
        self._zip = zip_file
        self.label = label
        self._names = {folded(name): name for name in zip_file.namelist()}
        self.parts = frozenset(name.replace("\\", "/") for name in self._names.values())

    def has(self, part: str) -> bool:
        """Whether there is such a part, in whatever letter case and with whichever slashes a program wrote it."""
        return folded(part) in self._names

    def read(self, part: str, limit: int) -> bytes:
        """The first `limit` bytes of a part; SheetError when it is missing or damaged."""
        with self._damage_told(part), self._open(part) as stream:
            return stream.read(limit)

    def events(self, part: str, events: Events) -> None:
        """Stream a part's XML into its handlers; SheetError on damage, a DTD, or what passes the limits."""
        with self._damage_told(part), self._open(part) as stream:
            events.read(stream, f"{self.label}: {clean_title(part)}")

    def _open(self, part: str) -> IO[bytes]:
        return self._zip.open(self._names[folded(part)])

    def walk(
        self,
        part: str,
        *,
        whole: frozenset[str],
        starts: frozenset[str] = frozenset(),
        skip: frozenset[str] = frozenset(),
    ) -> Iterator[Step]:
        """Stream a part's XML.

        Elements named in `whole` come with all that is in them when they end; those in `starts` when they begin (with
        their attributes only) and when they end; those in `skip` and all others are dropped, of the others what is in
        them is looked at.  Names are without namespaces.  SheetError on damage, a DTD, or what passes the limits.
        """
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import iterparse

        with self._damage_told(part), self._open(part) as opened:
            stream = _Bounded(opened, f"{self.label}: {clean_title(part)}")
            events = iterparse(stream, ("start", "end"), forbid_dtd=True)
            try:
                yield from _steps(events, stream, whole, starts, skip)
            except DefusedXmlException:
                raise SheetError(f"{stream.label} declares a DTD or entities, which no workbook needs") from None

    @contextmanager
    def _damage_told(self, part: str) -> Iterator[None]:
        try:
            yield
        except KeyError:
            raise SheetError(f"{self.label}: the part {clean_title(part)} is missing; the file is damaged") from None
        except _DAMAGED as error:
            why = clean_title(str(error))[:120]
            raise SheetError(f"{self.label}: {clean_title(part)} cannot be read, the file is damaged ({why})") from None


class _Bounded(io.RawIOBase):
    """The stream of a part, in larger chunks; `quiet` counts the bytes since its reader last saw an element."""

    def __init__(self, stream: IO[bytes], label: str) -> None:
        self._stream = stream
        self.label = label
        self.quiet = 0

    def read(self, size: int = -1, /) -> bytes:
        if self.quiet > MAX_QUIET:
            raise SheetError(f"{self.label}: one text of more than {MAX_QUIET >> 20} MB; shorten it")
        chunk = self._stream.read(_CHUNK)
        self.quiet += len(chunk)
        return chunk


class _Walk:
    """A walk through a part's elements: which are kept whole, which are skipped, which only begin and end.

    `kept` and `dropped` are the depths at which a whole and a skipped element began, 0 outside of one.
    """

    __slots__ = ("_stream", "_whole", "dropped", "kept", "length", "names", "nodes", "skip", "stack", "starts")

    def __init__(self, stream: _Bounded, whole: frozenset[str], starts: frozenset[str], skip: frozenset[str]) -> None:
        self._stream, self._whole, self.starts, self.skip = stream, whole, starts, skip
        self.stack: list[tuple[str, Element]] = []
        self.names: set[str] = set()
        self.length = self.kept = self.dropped = self.nodes = 0

    def start(self, element: Element) -> Step | None:
        """An element begins.  SheetError beyond the caps."""
        self._count(element)
        name = local(element.tag)
        self.stack.append((name, element))
        if len(self.stack) > MAX_DEPTH:
            raise SheetError(f"{self._stream.label}: elements are nested more than {MAX_DEPTH} deep")
        if self.kept:
            self.nodes += 1
            if self.nodes > MAX_NODES:
                holder = clean_title(self.stack[self.kept - 1][0])
                raise SheetError(f"{self._stream.label}: one <{holder}> holds {self.nodes:,} elements")
        elif not self.dropped:
            return self._open(name, element)
        return None

    def _open(self, name: str, element: Element) -> Step | None:
        if name in self._whole:
            self.kept, self.nodes = len(self.stack), 0
        elif name in self.skip:
            self.dropped = len(self.stack)
        elif name in self.starts:
            return Step("start", name, element)
        return None

    def _count(self, element: Element) -> None:
        for name in (element.tag, *element.keys()):
            if name not in self.names:
                self.names.add(name)
                self.length += len(name)
                if self.length > MAX_NAMES:
                    raise SheetError(f"{self._stream.label}: too many names of elements; this is not a workbook")

    def end(self, element: Element) -> Step | None:
        """An element ends; what is above it lets go of it, once the step that is returned has been taken."""
        name, _ = self.stack.pop()
        if self.kept:
            self.kept = 0
            return Step("end", name, element)
        if self.dropped:
            self.dropped = 0 if len(self.stack) < self.dropped else self.dropped
        elif name in self.starts:
            return Step("end", name, element)
        return None


def _steps(
    events: Iterator[tuple[str, Element]],
    stream: _Bounded,
    whole: frozenset[str],
    starts: frozenset[str],
    skip: frozenset[str],
) -> Iterator[Step]:
    walk = _Walk(stream, whole, starts, skip)
    for event, element in events:
        stream.quiet = 0
        if event == "start":
            step = walk.start(element)
        elif walk.kept and len(walk.stack) > walk.kept:  # inside of one that is kept whole
            walk.stack.pop()
            continue
        else:
            step = walk.end(element)
        if step is not None:
            yield step
        if event != "start" and walk.stack:
            del walk.stack[-1][1][:]


def folded(name: str) -> str:
    """The name of a part for comparison: programs on Windows write backslashes, and letter case as they like."""
    return name.replace("\\", "/").casefold()


@lru_cache(maxsize=1024)
def local(name: str) -> str:
    """The name of an element or attribute without its namespace."""
    return name.rpartition("}")[2]


def resolve(part: str, target: str) -> str:
    """The part that a relationship of `part` names: absolute, or relative to the folder of `part`."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


@contextmanager
def open_archive(stream: IO[bytes], label: str) -> Iterator[Archive]:
    """Open a zip container from a seekable stream after its checks; SheetError for what fails them."""
    size = _directory_size(stream, label)
    if size > MAX_DIRECTORY:
        raise SheetError(f"{label}: a directory of {size:,} bytes of parts; this is not a workbook")
    try:
        zip_file = ZipFile(stream)
    except (BadZipFile, OSError, ValueError, NotImplementedError, struct.error) as error:
        why = clean_title(str(error))[:120]
        raise SheetError(f"{label}: the file is damaged or cut short ({why}); fetch or save it again") from None
    with zip_file:
        _check(zip_file, label)
        yield Archive(zip_file, label)


def _directory_size(stream: IO[bytes], label: str) -> int:
    """Bytes of the directory as the end record says, with its 64-bit form (APPNOTE.TXT 4.3.14 to 4.3.16)."""
    length = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, length - (1 << 16) - 22 - 20 - 56))
    tail = stream.read()
    stream.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        raise SheetError(f"{label}: the file is damaged or cut short (no directory at its end); fetch or save it again")
    size: int = struct.unpack_from("<L", tail, end + 12)[0]
    if end >= 76 and tail[end - 20 : end - 16] == b"PK\x06\x07" and tail[end - 76 : end - 72] == b"PK\x06\x06":
        size = max(struct.unpack_from("<Q", tail, end - 76 + 40)[0], size if size != 0xFFFFFFFF else 0)
    return size


def _check(zip_file: ZipFile, label: str) -> None:
    infos = zip_file.infolist()
    if len(infos) > MAX_PARTS:
        raise SheetError(f"{label}: {len(infos):,} parts; this is not a workbook")
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED:
        raise SheetError(f"{label}: unpacks to {total >> 20:,} MB; at most {MAX_UNPACKED >> 20} MB are read")
    seen: set[str] = set()
    for info in infos:
        name = clean_title(info.filename)
        if folded(info.filename) in seen:
            raise SheetError(
                f"{label}: two parts are called {name}; a program that read the other would see other cells"
            )
        seen.add(folded(info.filename))
        if ".." in re.split(r"[/\\]", info.filename) or info.filename.startswith(("/", "\\")) or ":" in info.filename:
            raise SheetError(f"{label}: a part is called {name}, a path out of the file; this is not a workbook")
        if info.flag_bits & 1:
            raise SheetError(f"{label}: is encrypted; save it without a password")
        if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * info.compress_size:
            raise SheetError(
                f"{label}: {name} unpacks from {info.compress_size:,} to {info.file_size:,} bytes; "
                "this looks like a zip bomb and is not read"
            )
