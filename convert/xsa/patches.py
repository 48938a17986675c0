"""Patch files as the security team and distributions publish them: mails, quilt patches, several in one file.

A file is bytes from anywhere; what comes out is its subject, its file diffs, and two views of them that commits are
compared by: a text for `git patch-id`, and the changed lines as a multiset.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header

Lines = Counter[bytes]
_GIT = re.compile(rb'diff --git (?:"?a/)(.*?)"? (?:"?b/)(.*?)"?$')
_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_MBOX = re.compile(rb"^From [0-9a-f]{40} ", re.M)
_HEADER = re.compile(
    r"(?:From|Date|To|Cc|Message-Id|MIME-Version|Content-[\w-]+|X-[\w-]+|In-Reply-To|References|Author|Origin|Forwarded|Last-Update|Bug[\w-]*|Acked-by|Signed-off-by|Reviewed-by|List-[\w-]+|Sender|Reply-To|Return-Path|Received):"
    r" ?|#|From [0-9a-f]{40} |index |Index: |commit [0-9a-f]",
    re.I,
)
_PREFIX = re.compile(r"^(?:\s*(?:\[[^\]]*\]|Re:|Fwd:))+\s*", re.I)
_ESCAPE = re.compile(rb"\\([abfnrtv\"\\]|[0-7]{3})")
_ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13, b'"': 34, b"\\": 92}
_FEW = 4  # lines
_SHORT = 80  # characters


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What one patch does to one file: its path without the first component, header lines, hunks as their body
    lines.
    """

    path: bytes
    old: bytes
    new: bytes
    modes: tuple[bytes, ...]
    hunks: tuple[tuple[bytes, ...], ...]
    binary: bool = False


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch.  `subjects`: its subject as people may have committed it, without prefixes, likeliest first."""

    subjects: tuple[str, ...]
    files: tuple[FileDiff, ...]

    @property
    def paths(self) -> frozenset[bytes]:
        """The files that it changes."""
        return frozenset(file.path for file in self.files)


def read(data: bytes) -> tuple[Patch, ...]:
    """The patches of a file, in order; empty where it holds none.  Never raises on content."""
    data = data.replace(b"\r\n", b"\n")
    starts = [found.start() for found in _MBOX.finditer(data)] or [0]
    starts[0] = 0
    found: list[Patch] = []
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        for head, files in _split(data[start:end].split(b"\n")):
            changing = tuple(file for file in files if file.hunks or file.modes or file.binary)
            if changing:
                found.append(Patch(_subjects(head), changing))
    return tuple(found)


def _split(lines: Sequence[bytes]) -> Iterator[tuple[list[str], list[FileDiff]]]:
    """The parts of a mail or a bare patch: a new one begins where a `Subject:` follows the hunks of the one before."""
    head: list[str] = []
    files: list[FileDiff] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.startswith(b"Subject:") and files:
            yield head, files
            head, files = [], []
        if line.startswith(b"diff --git ") or (line.startswith(b"--- ") and _is_pair(lines, at)):
            at, file = _file(lines, at)
            if file is not None:
                files.append(file)
            continue
        if not files:
            head.append(line.decode("utf-8", "replace"))
        at += 1
    yield head, files


def _is_pair(lines: Sequence[bytes], at: int) -> bool:
    return at + 2 < len(lines) and lines[at + 1].startswith(b"+++ ") and lines[at + 2].startswith(b"@@ ")


def parse_diff(data: bytes) -> tuple[FileDiff, ...]:
    """The file diffs of git's own output for one commit."""
    return tuple(file for _, files in _split(data.split(b"\n")) for file in files)


_MODES = (b"new file mode ", b"deleted file mode ", b"old mode ", b"new mode ")
_BINARY = (b"GIT binary patch", b"Binary files ")
_PASSED = (b"index ", b"similarity ", b"dissimilarity ", b"rename ", b"copy ")
_NULL = b"/dev/null"


def _file(lines: Sequence[bytes], at: int) -> tuple[int, FileDiff | None]:
    """The file diff that begins at a line, and the line after it."""
    old = new = b""
    git = _GIT.match(lines[at])
    if git:
        old, new = b"a/" + _unquoted(git[1]), b"b/" + _unquoted(git[2])
    at, modes, binary = _extended(lines, at + lines[at].startswith(b"diff --git "))
    hunks: list[tuple[bytes, ...]] = []
    if at < len(lines) and lines[at].startswith(b"--- ") and _is_pair(lines, at):
        old, new = _name(lines[at][4:]), _name(lines[at + 1][4:])
        at += 2
        while at < len(lines) and (start := _HUNK.match(lines[at])):
            at, hunk = _hunk(lines, at + 1, int(start[2] or 1), int(start[4] or 1))
            hunks += [hunk] if any(line[:1] in b"+-" for line in hunk) else []
    if not old and not new:
        return at, None
    path = _stripped(new if new != _NULL else old)
    if not modes and _NULL in (old, new):
        modes = [b"new file mode 100644" if old == _NULL else b"deleted file mode 100644"]
    return at, FileDiff(path, old, new, tuple(modes), tuple(hunks), binary)


def _extended(lines: Sequence[bytes], at: int) -> tuple[int, list[bytes], bool]:
    """git's own header lines: (the line after them, those that tell modes, whether the file is binary)."""
    modes: list[bytes] = []
    binary = False
    while at < len(lines) and not lines[at].startswith((b"--- ", b"diff ", b"@@ ")):
        line = lines[at]
        if line.startswith(_MODES):
            modes.append(line)
        elif line.startswith(_BINARY):
            binary = True
        elif (not binary and not line.startswith(_PASSED)) or not line.strip():
            break
        at += 1
    return at, modes, binary


def _hunk(lines: Sequence[bytes], at: int, old: int, new: int) -> tuple[int, tuple[bytes, ...]]:
    """A hunk's lines by the counts of its header; a mailer may have taken the space of an empty context line."""
    body: list[bytes] = []
    while at < len(lines) and (old > 0 or new > 0 or lines[at].startswith(b"\\ ")):
        line = lines[at] or b" "
        first = line[:1]
        if first not in b" +-\\":
            break
        old -= first in b" -"
        new -= first in b" +"
        body.append(line)
        at += 1
    if at < len(lines) and lines[at].startswith(b"\\ "):
        body.append(lines[at])
        at += 1
    return at, tuple(body)


def _name(text: bytes) -> bytes:
    text = text.partition(b"\t")[0].rstrip(b" \r")
    if text.startswith(b'"') and text.endswith(b'"'):
        return _unquoted(text[1:-1])
    return text


def _unquoted(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: bytes([_ESCAPES[m[1]] if m[1] in _ESCAPES else int(m[1], 8) & 255]), text)


def _stripped(name: bytes) -> bytes:
    return name.partition(b"/")[2] or name


# -- what commits are compared by --------------------------------------------------------------------------------------


def for_patch_id(patch: Patch) -> bytes:
    """The patch as `git patch-id` is to see it: headers added where a quilt patch has none, nothing but hunks."""
    out: list[bytes] = []
    for file in patch.files:
        name = file.path
        out.append(b"diff --git a/%s b/%s" % (name, name))
        out += file.modes
        if file.binary:
            out.append(b"Binary files differ")
            continue
        if not file.hunks:
            continue
        out.append(b"--- /dev/null" if file.old == b"/dev/null" else b"--- a/%s" % name)
        out.append(b"+++ /dev/null" if file.new == b"/dev/null" else b"+++ b/%s" % name)
        for hunk in file.hunks:
            old = sum(line[:1] in b" -" for line in hunk)
            new = sum(line[:1] in b" +" for line in hunk)
            out.append(b"@@ -1,%d +1,%d @@" % (old, new))
            out += hunk
    return b"\n".join(out) + b"\n"


def lines_of(files: Iterable[FileDiff], signs: bytes = b"+-") -> Lines:
    """Added and removed lines without white space, each with its file, as a multiset of 8-byte hashes.

    With `signs` of `b"+- "` the lines around them, too.
    """
    found: Lines = Counter()
    for file in files:
        start = hashlib.blake2b(file.path + b"\0", digest_size=8)
        for hunk in file.hunks:
            for line in hunk:
                if line[:1] in signs:
                    each = start.copy()
                    each.update(line[:1] + b"".join(line[1:].split()))
                    found[each.digest()] += 1
        if not file.hunks:
            for mode in (*file.modes, *([b"binary"] if file.binary else [])):
                each = start.copy()
                each.update(mode)
                found[each.digest()] += 1
    return found


def changed(files: Iterable[FileDiff]) -> dict[bytes, int]:
    """How many lines a patch adds and removes, by file."""
    counts: dict[bytes, int] = {}
    for file in files:
        number = sum(line[:1] in b"+-" for hunk in file.hunks for line in hunk)
        counts[file.path] = counts.get(file.path, 0) + (number or len(file.modes) + file.binary)
    return counts


def is_small(files: Iterable[FileDiff]) -> bool:
    """Whether a patch changes so little (one `break;` more) that another commit may do the same elsewhere in the
    file.
    """
    lines = [b"".join(line[1:].split()) for file in files for hunk in file.hunks for line in hunk if line[:1] in b"+-"]
    return len(lines) < _FEW or sum(map(len, lines)) < _SHORT


def shared(one: Lines, other: Lines) -> float:
    """Shared lines as a part of all lines of both, 0 to 1."""
    less, more = (one, other) if len(one) <= len(other) else (other, one)
    common = sum(min(number, more[line]) for line, number in less.items() if line in more)
    every = one.total() + other.total() - common
    return common / every if every else 0.0


# -- subjects ----------------------------------------------------------------------------------------------------------


def _subjects(head: Sequence[str]) -> tuple[str, ...]:
    """The subject of a mail, unfolded and decoded; without one, the first line, and the first paragraph as git joins
    it.
    """
    for at, line in enumerate(head):
        if line[:8].lower() == "subject:":
            words = [line[8:]]
            for more in head[at + 1 :]:
                if not more[:1].isspace() or not more.strip():
                    break
                words.append(more)
            return (plain_subject(_decoded(words)),)
    rest = list(head)
    while rest and (not rest[0].strip() or _HEADER.match(rest[0])):
        rest.pop(0)
    if not rest:
        return ()
    paragraph: list[str] = []
    for line in rest:
        if not line.strip():
            break
        paragraph.append(line)
    return tuple(dict.fromkeys((plain_subject(rest[0]), plain_subject(" ".join(paragraph)))))


def _decoded(words: Sequence[str]) -> str:
    text = " ".join(word.strip() for word in words)
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, MessageError, LookupError, ValueError):
        return text


def plain_subject(text: str) -> str:
    """A subject without `[PATCH v3 2/5]` and the like, on one line."""
    return " ".join(_PREFIX.sub("", text).split())


def is_telling(subject: str) -> bool:
    """Whether a subject has the three words without which it says nothing (one patch "matched" a commit called ".")."""
    return sum(any(c.isalnum() for c in word) for word in subject.split()) >= 3
