"""One cover letter for the same step in several trees: `extend` of five trees is a series of five patches, each for
its branch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from convert.mail.messages import one_line, subject_of, wrapped
from convert.series.mails import Mail, headed
from convert.series.making import Ready
from convert.trees.maintainers import address_of, addresses

_NUMBERS = re.compile(rb"^(Subject: (?:=\?UTF-8\?q\?)?\[[^\]\n]*?)(?: [0-9]+/[0-9]+)?\]", re.M)


def is_one(ready: Sequence[Ready]) -> bool:
    """Whether several series are one: each is an extension, and that alone."""
    return len(ready) > 1 and all(one.release is not None and one.release.note.kind == "extend" for one in ready)


def joined(ready: Sequence[Ready]) -> list[Ready]:
    """The same series with the mails of all of them, numbered through, below one cover letter."""
    patches = [one.mails[-1] for one in ready]
    mails = [_cover(ready)]
    for number, mail in enumerate(patches, 1):
        mails.append(_numbered(mail, number, len(patches)))
    return [replace(one, mails=tuple(mails)) for one in ready]


def own_mails(files: Sequence[Path], number: str) -> list[tuple[int, Path]]:
    """The cover letter and the patch of one tree among the mails of a joint series, each with its number."""
    found = []
    for place, file in enumerate(files):
        bracket = re.search(rb"^Subject: \[PATCH ([0-9.]+)[ \]]", file.read_bytes()[:4096], re.M)
        if place == 0 or (bracket is not None and bracket[1].decode() == number):
            found.append((place, file))
    return found


def _numbered(mail: Mail, number: int, count: int) -> Mail:
    width = len(str(count))
    data = _NUMBERS.sub(lambda found: found[1] + f" {number:0{width}}/{count}]".encode(), mail.data, count=1)
    return Mail(re.sub(r"0001-", f"{number:04}-", mail.name, count=1), data)


def _cover(ready: Sequence[Ready]) -> Mail:
    """The cover letter: the first one's head, with everybody's copies, and what each tree gets."""
    first = ready[0].mails[-1]
    head = first.data.decode("utf-8", "surrogateescape").partition("\n\n")[0]
    kept = re.findall(r"^(?:From |From: |Date: ).*(?:\n[ \t].*)*", head, re.M)
    version, count = max(one.version for one in ready), len(ready)
    title = subject_of(f'extend "lifetime" of {", ".join(_number(one) for one in ready)}')
    bracket = f"PATCH{f' v{version}' if version > 1 else ''} {0:0{len(str(count))}}/{count}"
    own = dict.fromkeys(part for one in ready for part in one.letter.own)
    text = "\n".join([*kept, f"Subject: [{bracket}] {title}"]) + "\n\n" + "\n\n".join((*own, *_made(ready))) + "\n"
    return Mail(
        re.sub(r"000[01]-.*", "0000-cover-letter.patch", first.name),
        headed(text, _people(ready)).encode("utf-8", "surrogateescape"),
    )


def _number(one: Ready) -> str:
    return one.release.note.number if one.release is not None else one.change.tree


def _made(ready: Sequence[Ready]) -> Iterator[str]:
    yield "\n".join(wrapped("Each patch is for the branch that its subject names:"))
    for one in ready:
        lines = [
            line for value in (one.release.lines if one.release else ()) for line in wrapped(one_line(value), "- ")
        ]
        yield "\n".join([f"{one.change.branch}:", *lines])
    reasons = dict.fromkeys(one.release.message.body for one in ready if one.release is not None)
    yield from (reason for reason in reasons if reason)


def _people(ready: Sequence[Ready]) -> list[str]:
    """Everybody who gets a copy of one of the patches."""
    found: dict[str, str] = {}
    for one in ready:
        head = one.mails[-1].data.decode("utf-8", "surrogateescape").partition("\n\n")[0]
        copied = re.search(r"^Cc: (.*(?:\n[ \t].*)*)", head, re.M)
        for person in addresses(copied[1].replace("\n", " ")) if copied else []:
            found.setdefault(address_of(person), person)
    return list(found.values())
