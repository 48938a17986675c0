"""Mails from commits: `git format-patch`, then the cover letter's words, To, Cc and MIME headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr, parseaddr
from pathlib import Path

from convert.failure import Failure
from convert.series.cover import Letter
from convert.series.posted import dates
from convert.trees import git
from convert.trees.maintainers import address_of

LIST = "xen-devel@lists.xenproject.org"
_MIME = (
    "MIME-Version: 1.0", "Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit",
)  # fmt: skip
_SUBJECT = re.compile(r"^Subject: .*(?:\n[ \t].*)*", re.M)
_LONGEST_RANGE_DIFF = 200  # lines; of a longer one only which patch became which


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: the file's name and the bytes."""

    name: str
    data: bytes


def prefix(*, rfc: bool, release: str | None) -> str:
    """What is in the brackets of a subject before version and number."""
    return " ".join(["PATCH", *(["RFC"] if rfc else []), *([f"for-{release}"] if release else [])])


@dataclass(frozen=True, slots=True)
class Series:
    """What is to be written: base and tip, the words in brackets and the version, words in brackets that single patches
    have.

    `letter` None: one patch, without a cover letter.  `posted`: number, base and tip of the version before.
    """

    base: str
    tip: str
    prefix: str
    version: int
    own_prefixes: tuple[str | None, ...]
    letter: Letter | None
    posted: tuple[int, str, str] | None


def write(repo: Path, folder: Path, series: Series, copies: Callable[[str], Sequence[str]]) -> list[Mail]:
    """The mails of a series, the cover letter first.  `folder` is an empty one for git to write to.

    `copies` gives who gets a copy of a mail's text.  Raises Failure.
    """
    files = git.format_patches(
        repo, series.base, series.tip, folder, series.prefix, series.version, dates(git.raw_commit(repo, series.tip)),
        cover=series.letter is not None,
    )  # fmt: skip
    texts = [file.read_bytes().decode("utf-8", "surrogateescape") for file in files]
    patches = texts[1:] if series.letter is not None else texts
    if not patches:
        raise Failure("git format-patch wrote no mail")
    patches = [_prefixed(text, series.prefix, own) for text, own in zip(patches, series.own_prefixes, strict=True)]
    cc = [list(copies(text)) for text in patches]
    range_diff = _range(repo, (series.base, series.tip), series.posted)
    if series.letter is not None:
        everybody = {address_of(person): person for group in cc for person in group}
        patches.insert(0, _cover(texts[0], series.letter, range_diff))
        cc.insert(0, list(everybody.values()))
    elif range_diff:
        patches[0] = patches[0].replace("\ndiff --git ", f"\n{range_diff}\ndiff --git ", 1)
    return [
        Mail(file.name, headed(text, people).encode("utf-8", "surrogateescape"))
        for file, text, people in zip(files, patches, cc, strict=True)
    ]


def _prefixed(text: str, prefix: str, own: str | None) -> str:
    """A patch's mail with words of its own in the brackets of its subject."""
    return text if own is None else text.replace(f"\nSubject: [{prefix}", f"\nSubject: [{own}", 1)


def _range(repo: Path, commits: tuple[str, str], posted: tuple[int, str, str] | None) -> str:
    if posted is None:
        return ""
    text = git.range_diff(repo, posted[1:], commits)
    if text.count("\n") > _LONGEST_RANGE_DIFF:
        text = git.range_diff(repo, posted[1:], commits, short=True)
    return f"Range-diff against v{posted[0]}:\n{text}\n"


def _cover(text: str, letter: Letter, range_diff: str) -> str:
    """The letter in the place that git left for it; the range-diff behind the diffstat."""
    bracket = re.search(r"\[[^\]]*\]", text[: text.find("\n\n")])
    head = f"Subject: {bracket[0] if bracket else '[PATCH]'} {letter.title}"
    text = _SUBJECT.sub(lambda _: head, text, count=1)
    words = "\n\n".join((*letter.own, *letter.made))
    text = text.replace("*** BLURB HERE ***", words, 1)
    return f"{text.rstrip()}\n\n{range_diff}" if range_diff else f"{text.rstrip()}\n"


def headed(text: str, people: Sequence[str]) -> str:
    """A mail with one To, one Cc, and what MIME asks for where a character is not ASCII."""
    head, _, body = text.partition("\n\n")
    lines = [_encoded(line) for line in re.sub(r"\n[ \t]+", " ", head).split("\n")]
    lines = [line for line in lines if not line.lower().startswith(tuple(m.partition(":")[0].lower() for m in _MIME))]
    lines.append(f"To: {LIST}")
    people = [person for person in people if address_of(person) != LIST]
    if people:
        lines.append("Cc: " + ",\n ".join(address(person) for person in people))
    if not text.isascii():
        lines += _MIME
    return "\n".join(lines) + "\n\n" + body


def _encoded(line: str) -> str:
    """A header line in ASCII; long subjects folded."""
    name, colon, value = line.partition(": ")
    if name == "From" and not value.isascii():
        return f"From: {address(value)}"
    if name != "Subject" or (line.isascii() and len(line) <= 76):
        return line
    if line.isascii():
        return name + colon + Header(value, maxlinelen=76, header_name=name, continuation_ws=" ").encode()
    return name + colon + Header(value, "utf-8", 76, name).encode()


def address(person: str) -> str:
    """`Name <address>` as a header has it: quoted, and encoded where it is not ASCII."""
    name, plain = parseaddr(person)
    return formataddr((name, plain)) if name else plain
