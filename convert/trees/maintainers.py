"""Who gets a copy of a patch: a reader of xen.git's MAINTAINERS.

The rules are those of the tree's own scripts/get_maintainer.pl with its defaults, which runs code of that repository
and so is not run unasked: sections by F: and N: without those that X: excludes, keywords (K:), and "THE REST" left out
where every file has a maintainer (M:) of its own; reviewers (R:) displace nobody.  The stable branch's maintainer, whom
the script does not know, is read from the prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import formataddr, getaddresses
from functools import cache

_ENTRY = re.compile(r"([A-Z]):\s*(.*)")
_REST = "THE REST"
_BRACES = re.compile(r"(?<=[^\\])\{([^{}]*)\}")
# a repetition of something that repeats: such a pattern can take for ever
_NESTED = re.compile(r"[*+}]\??\)+[*+{]")
_LONGEST_PATTERN = 300  # characters
_LONGEST_LINE = 2000  # characters of a patch's line that are looked at
_STABLE = re.compile(r"maintainers? for this branch (?:is|are):", re.I)
_STABLE_TOOLS = re.compile(r"tools backport requests should also be copied to:", re.I)
_FILES = (
    re.compile(r"^ mode change [0-7]+ => [0-7]+ (?P<one>\S+)\s*$"),
    re.compile(r"^rename (?:from|to) (?P<one>\S+)\s*$"),
    re.compile(r"^diff --git a/(?P<one>\S+) b/(?P<other>\S+)\s*$"),
)
_NAMED = re.compile(r"^(?:\+\+\+|---)\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Section:
    """One entry of the list: its name, and its lines as (letter, value)."""

    name: str
    lines: tuple[tuple[str, str], ...]

    def values(self, letter: str) -> tuple[str, ...]:
        """The values of one letter, in order."""
        return tuple(value for key, value in self.lines if key == letter)

    @property
    def is_rest(self) -> bool:
        """Whether it is the section of last resort, for whose people the script has a rule of its own."""
        return self.name == _REST and (self.values("S") or ("",))[-1].lower() == "supported"


@dataclass(frozen=True, slots=True)
class Maintainers:
    """A MAINTAINERS file: its sections, and the stable branch's maintainers (for tools: `stable_tools`) from its
    prose.
    """

    sections: tuple[Section, ...]
    stable: tuple[str, ...] = ()
    stable_tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who gets a copy: people and lists, each `Name <address>` or an address; patterns that were not read."""

    people: tuple[str, ...]
    lists: tuple[str, ...]
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """How a tree's scripts/get_maintainer.pl decides who displaces "THE REST".

    The newest one: the M: of another section that a file falls to.  Up to 4.17 a mere reviewer does, too; up to 4.12
    whoever a keyword brings in.
    """

    reviewers_displace: bool = False
    keywords_displace: bool = False


def read_script(text: str | None) -> Script:
    """How a script decides, from two places of its text; it is not run.  The newest one where there is none."""
    if text is None or "THE REST" not in text:
        return Script()
    drop, keywords = text.find("if ($email_drop_the_rest_supporter"), text.find("@keyword_tvi = sort_and_uniq")
    return Script("ne 'reviewer'" not in text, 0 <= keywords < drop)


def read(text: str) -> Maintainers:
    """A MAINTAINERS file.  Never raises: what is no entry is prose."""
    sections: list[Section] = []
    header, lines = "", list[tuple[str, str]]()
    for line in [*text.splitlines(), "-"]:
        entry = _ENTRY.match(line)
        if entry:
            lines.append((entry[1], entry[2].rstrip()))
        elif line.strip():
            if lines:
                sections.append(Section(header, tuple(lines)))
            header, lines = line, []
    return Maintainers(tuple(sections), _named_after(_STABLE, text), _named_after(_STABLE_TOOLS, text))


def _named_after(words: re.Pattern[str], text: str) -> tuple[str, ...]:
    """The addresses in the indented lines after a sentence."""
    found = words.search(text)
    people: list[str] = []
    for line in text[found.end() :].splitlines() if found else []:
        if line.strip() and not line[0].isspace():
            break
        if people and not line.strip():
            break
        people += addresses(line) if "@" in line else []
    return tuple(people)


def addresses(text: str) -> list[str]:
    """The addresses in a text, each as `Name <address>` with the name in Unicode."""
    found = getaddresses([text.replace("\\", "")])
    return [_written(name, address) for name, address in found if re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address)]


def _written(name: str, address: str) -> str:
    flat = " ".join(name.split())
    if not flat:
        return address
    quoted = formataddr((flat, address)) if flat.isascii() else f"{flat} <{address}>"
    return f'"{flat}" <{address}>' if not flat.isascii() and re.search(r"[^\w \-.]", flat) else quoted


def address_of(person: str) -> str:
    """The bare address of `Name <address>`, in lower case."""
    return person.rpartition("<")[2].removesuffix(">").strip().lower()


def recipients(maintainers: Maintainers, patch: str, script: Script | None = None) -> Recipients:
    """Who gets a copy of a patch (the whole mail).  No address comes twice.

    `script` says how the tree's own script differs from the newest one.
    """
    script = script or Script()
    unread: list[str] = []
    files, keyworded = _look(maintainers, patch, unread)
    chosen, only_rest = _by_files(maintainers, files, unread)
    before, after = (keyworded, []) if script.keywords_displace else ([], keyworded)
    people: dict[str, _Person] = {}
    lists: dict[str, str] = {}
    for index in [*chosen, *before]:
        _add(maintainers.sections[index], people, lists)
    if not only_rest and len(people) > 1:
        displacing = ("M", "R") if script.reviewers_displace else ("M",)
        if any(not one.rest and one.letter in displacing for one in people.values()):
            people = {address: one for address, one in people.items() if not (one.rest and one.letter == "M")}
    for index in after:
        _add(maintainers.sections[index], people, lists)
    found = {address: one.written for address, one in people.items()}
    for one in _stable(maintainers, files):
        found.setdefault(address_of(one), one)
    return Recipients(tuple(found.values()), tuple(lists.values()), tuple(dict.fromkeys(unread)))


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody of a section: `letter` M or R, `rest`: of the section of last resort."""

    written: str
    letter: str
    rest: bool


def _by_files(maintainers: Maintainers, files: Sequence[str], unread: list[str]) -> tuple[list[int], bool]:
    """The sections of the files, the nearest first; whether a file has nobody but the section of last resort."""
    chosen: dict[int, int] = {}
    only_rest = False
    for file in files:
        depths = dict(_matching(maintainers, file, unread))
        for index, depth in depths.items():
            chosen[index] = max(chosen.get(index, depth), depth)
        only_rest |= all(maintainers.sections[index].is_rest for index in depths)
    return sorted(chosen, key=lambda index: -chosen[index]), only_rest


def _add(section: Section, people: dict[str, _Person], lists: dict[str, str]) -> None:
    """A section's people and lists, those that are there already left as they are."""
    for letter, value in section.lines:
        if letter == "L" and "subscribers-only" not in value:
            for one in addresses(value.split(" (")[0]):
                lists.setdefault(address_of(one), one)
        elif letter in ("M", "R"):
            for one in addresses(value):
                people.setdefault(address_of(one), _Person(one, letter, section.is_rest))


def _stable(maintainers: Maintainers, files: Sequence[str]) -> Iterator[str]:
    """The stable branch's maintainers, whom the script does not know."""
    yield from maintainers.stable
    if any(file.startswith("tools/") for file in files):
        yield from maintainers.stable_tools


def owners(maintainers: Maintainers, file: str) -> tuple[str, ...]:
    """Who looks after a file, each `Name <address>`; the section of last resort counts only where there is no other."""
    found = [
        maintainers.sections[index] for index, _ in sorted(_matching(maintainers, file, []), key=lambda at: -at[1])
    ]
    named = [section for section in found if not section.is_rest and section.values("M")]
    people = (one for section in named or found for value in section.values("M") for one in addresses(value))
    return tuple({address_of(one): one for one in people}.values())


def _look(maintainers: Maintainers, patch: str, unread: list[str]) -> tuple[list[str], list[int]]:
    """The files that a patch names, sorted, and the sections whose keywords it has.

    Before the first file's `---` a keyword counts anywhere, headers and message included; after it in changed lines
    only. The script joins the two parts of such a pattern as text: in `a|b` only `a` is held to changed lines.
    """
    keywords = [(n, value) for n, section in enumerate(maintainers.sections) for value in section.values("K")]
    free = [(n, p) for n, value in keywords if (p := _compiled(value, unread))]
    changed = [(n, p) for n, value in keywords if (p := _compiled(f"^[+-].*{value}", unread))]
    files: set[str] = set()
    found: set[int] = set()
    patterns = free
    for line in patch.splitlines():
        named = next((m for pattern in _FILES if (m := pattern.match(line))), None)
        if named:
            files.update(named.groupdict().values())
        elif at := _NAMED.match(line):
            if at[1] != "/dev/null":
                files.add(re.sub(r"^[^/]*/", "", at[1]))
            patterns = changed
        elif not re.match(r"@@ -\d+,\d+", line):
            found |= {n for n, pattern in patterns if n not in found and pattern.search(line[:_LONGEST_LINE])}
    return sorted(files), sorted(found)


def _matching(maintainers: Maintainers, file: str, unread: list[str]) -> Iterator[tuple[int, int]]:
    """The sections that a file falls to, each with how deep its nearest pattern goes."""
    for index, section in enumerate(maintainers.sections):
        if any(_covers(value, file, unread) is not None for value in section.values("X")):
            continue
        depth: int | None = None
        for letter, value in section.lines:
            if letter == "F" and (deep := _covers(value, file, unread)) is not None:
                depth = deep
            elif letter == "N" and (pattern := _compiled(value, unread)) and pattern.search(file):
                depth = 0
        if depth is not None:
            yield index, depth


def _covers(value: str, file: str, unread: list[str]) -> int | None:
    """How deep a file pattern that covers a file goes; None where it does not cover it."""
    value = value.strip()
    if value and not value.endswith("/") and "*" not in value and file.startswith(f"{value}/"):
        value += "/"  # a folder
    text = value
    while braced := _BRACES.search(text):
        text = f"{text[: braced.start()]}({braced[1].replace(',', '|')}){text[braced.end() :]}"
    text = text.replace(".", r"\.").replace("*", ".*").replace("?", ".")
    pattern = _compiled(text, unread, 0)
    if pattern is None or not pattern.match(file):
        return None
    if not text.endswith("/") and file.count("/") != text.count("/"):
        return None
    return -1 if text.startswith(".*") else text.count("/") + (not text.endswith("/"))


def _compiled(text: str, unread: list[str], flags: int = re.X) -> re.Pattern[str] | None:
    """A pattern of the file; None, and noted, for what Python cannot read or what may take for ever.

    Keywords and N: ignore spaces and comments in them, as with Perl's /x.
    """
    pattern = _compile(text, flags)
    if pattern is None:
        unread.append(text.removeprefix("^[+-].*"))
    return pattern


@cache
def _compile(text: str, flags: int) -> re.Pattern[str] | None:
    if len(text) > _LONGEST_PATTERN or _NESTED.search(text):
        return None
    try:
        return re.compile(text, flags)
    except (re.error, RecursionError, OverflowError):
        return None
