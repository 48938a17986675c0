"""Commit messages and their parts: subject, body, tags, and what is below `---`.

Source of the rules: docs/process/sending-patches.pandoc of xen.git.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

SUBJECT = 80  # columns, without the prefix in brackets
BODY = 75  # columns; tags are exempt
# tags that somebody else gave to the patch as it was, and that a changed patch loses
REVIEWS = ("Reviewed-by", "Acked-by", "Tested-by")
_PERSON = re.compile(r"(?:[A-Z][a-z]+-(?:[a-z]+-)?by|Cc): \S.*@.*")
_TAG = re.compile(r"(?:[A-Z][A-Za-z]*(?:-[A-Za-z]+)+|Fixes|Amends|Resolves|Backport|Origin|Link|Cc): \S.*")


@dataclass(frozen=True, slots=True)
class Message:
    """A commit message.  `tags` are whole lines; `below` is what follows a line `---`, which `git am` drops."""

    subject: str
    body: str
    tags: tuple[str, ...] = ()
    below: str = ""

    def text(self) -> str:
        """The whole message, as git keeps it."""
        parts = [self.subject, *([self.body] if self.body else []), *(["\n".join(self.tags)] if self.tags else [])]
        text = "\n\n".join(parts) + "\n"
        return f"{text}\n---\n{self.below}\n" if self.below else text

    def reviews(self) -> tuple[str, ...]:
        """The tags that hold for the patch as it was reviewed."""
        return tuple(tag for tag in self.tags if tag.partition(":")[0] in REVIEWS)

    def without_reviews(self) -> Message:
        """The same without the reviewers' tags."""
        return replace(self, tags=tuple(tag for tag in self.tags if tag not in self.reviews()))

    def with_tag(self, tag: str) -> Message:
        """The same with a tag, in chronological order: before those that reviewers gave; as it is if it has it."""
        if tag in self.tags:
            return self
        at = next((n for n, other in enumerate(self.tags) if other in self.reviews()), len(self.tags))
        return replace(self, tags=(*self.tags[:at], tag, *self.tags[at:]))


def read(text: str) -> Message:
    """The parts of a commit message."""
    above, below = split_below(text)
    subject, _, rest = above.strip("\n").partition("\n\n")
    paragraphs = re.split(r"\n[ \t]*\n", rest.strip("\n")) if rest.strip() else []
    tags: list[str] = []
    while paragraphs and is_tags(paragraphs[-1]):
        tags = [*paragraphs.pop().split("\n"), *tags]
    return Message(" ".join(subject.split()), "\n\n".join(paragraphs), tuple(tag.rstrip() for tag in tags), below)


def named_people(message: Message) -> list[str]:
    """Who is named in the tags, as they are written: they get a copy, too."""
    return [tag.partition(": ")[2].partition(" #")[0] for tag in message.tags if _PERSON.fullmatch(tag)]


def split_below(text: str) -> tuple[str, str]:
    """A message as `git am` takes it, and what is below its first line `---`."""
    found = re.search(r"^---[ \t]*$\n?", text, re.M)
    return (text[: found.start()], text[found.end() :].strip("\n")) if found else (text, "")


def is_tags(paragraph: str) -> bool:
    """Whether every line of a paragraph is a tag."""
    return all(_TAG.fullmatch(line.rstrip()) for line in paragraph.strip("\n").split("\n"))


def one_line(text: str) -> str:
    """Text on one line, without control and formatting characters."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in text).split())


def subject_of(text: str, component: str = "SUPPORT.md") -> str:
    """`SUPPORT.md: text`, cut at a word where it is too long."""
    return textwrap.shorten(f"{component}: {one_line(text)}", SUBJECT, placeholder=" ...")


def wrapped(text: str, bullet: str = "") -> list[str]:
    """Text as lines of a mail; the first begins with the bullet."""
    return textwrap.wrap(
        text,
        BODY,
        initial_indent=bullet,
        subsequent_indent=" " * len(bullet),
        break_long_words=True,
        break_on_hyphens=False,
    )


def too_long(lines: Sequence[str], most: int = BODY) -> list[str]:
    """The lines that are longer than they may be, and could have been broken at a space."""
    return [line for line in lines if len(line) > most and " " in line.strip()]
