"""What a commit's message says of advisories, of reverts, and of the commits that it was picked from.

Only text in, values out; `xsa log`, `xsa support`, `history` and `blame` read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grammar.record import record

_NUMBER = re.compile(r"\bXSA[-# ]?([0-9]{1,4})(?![0-9])", re.I)
_CVE = re.compile(r"\bCVE-[0-9]{4}-[0-9]{4,7}\b", re.I)
# one name of a claim; `CVE-2016-xxxx` was written before the number was known
_ID = r"(?:XSA[-# ]?[0-9]{1,4}(?![0-9])|CVE-[0-9]{4}-(?:[0-9]{4,7}|x{2,7})\b)"
_LIST = rf"{_ID}(?:(?:\s*(?:/|,|\+|&|\band\b)\s*|\s+)(?:(?:and\s+)?part of\s+)?{_ID})*"
# the words between `This` and the names; any other word makes it a mention ("similar to", "follow-up to", "(not
# really)")
_FILLER = (
    r"(?:\s+(?:is|was|are|a|an|the|also|part|of|to|for|fix|fixes|fixing|solves|update|patch|change|commit|series|bug|"
    r"originally|released|as|security|issue|problem|vulnerability|unique|Xen|version|together|[0-9]\.[0-9]+)\b,?)*"
)
_LEAD = rf"\b(?:This|Everything)\b{_FILLER}[.,:]?\s+"
_CLAIM = re.compile(
    rf"{_LEAD}(?P<names>{_LIST})"
    r"(?!['’]s\b|[-\s]+(?:fix\b|follow|regression|related|prereq|preparation|like\b|workaround|re-?born|(?:was|is)\b))",
    re.I,
)
# `QEMU_TAG update (XSA-40 / CVE-2012-6075)`: the subject of a commit that moves the pinned tree to the fix
_PINNED = re.compile(rf"QEMU_[A-Z_]+ update \((?:security fix )?(?P<names>{_LIST})\)")
_HEX = r"[0-9a-f]{7,40}(?![0-9a-z])"
_QUOTED = r"(?:\s*\((?:[\"'][^()]*[\"'])?[^()]*\))?"
_REVERTS = re.compile(
    rf"\b(?:This|Reverts?:?)(?:\s+(?:commit|patch|change))?(?:\s+(?:effectively|simply))?(?:\s+reverts)?"
    rf"(?:\s+(?:commits?|changesets?|c/s))?:?\s+(?P<list>{_HEX}{_QUOTED}"
    r"(?:(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+|\s*,?\s+as well as\s+)(?:(?:its|the|commit|prereq|partial fix attempt"
    rf" in)\s+)*{_HEX}{_QUOTED})*)"
)
_REVERT_SUBJECT = re.compile(r'(?:[^":]{1,60}: )?(?:Temporarily )?Revert (?:[\w.:/-]+ )?"(?P<old>.+)"', re.I)
_MASTER = re.compile(r"^\s*(?:\(?master commit|\(?upstream commit)[: ]\s*([0-9a-f]{12,40})\b", re.M | re.I)
_PICKED = re.compile(r"\(cherry[- ]picked from (?:commit )?([0-9a-f]{12,40})\b", re.I)
_FIXES = re.compile(r"^Fixes:\s*(?:commit\s+)?([0-9a-f]{7,40})\b", re.M)
_WORDS = 160  # characters of a sentence that is quoted


@record(frozen=True)
class Claim:
    """`This is [part of] XSA-N / CVE-...`: the number, the CVEs named with it, whether it is only a part."""

    xsa: int
    cves: tuple[str, ...]
    part: bool


@record(frozen=True)
class Mention:
    """An advisory that is named but not fixed, and the sentence."""

    xsa: int
    words: str


@record(frozen=True)
class Said:
    """What one message says: the advisories that it is (part of) the fix for, and those that it only mentions."""

    fixes: tuple[Claim, ...] = ()
    mentions: tuple[Mention, ...] = ()


NOTHING = Said()


def read(message: str) -> Said:
    """What a whole message (subject and body) says of advisories.  An advisory is in `fixes` or in `mentions`, not
    in both.
    """
    if not _NUMBER.search(message):
        return NOTHING
    fixes: dict[int, Claim] = {}
    alone: list[
        str
    ] = []  # `This is CVE-...` by itself, as where one commit has several and `Everything together is XSA-N`
    for paragraph in _paragraphs(message):
        for claim in _claims(paragraph, alone):
            old = fixes.get(claim.xsa)
            if old is None:
                fixes[claim.xsa] = claim
            else:  # `This is XSA-5` outweighs `part of` of the same message
                fixes[claim.xsa] = Claim(
                    claim.xsa, tuple(dict.fromkeys(old.cves + claim.cves)), old.part and claim.part
                )
    if len(fixes) == 1 and alone:
        (only,) = fixes.values()
        fixes = {only.xsa: Claim(only.xsa, tuple(dict.fromkeys((*alone, *only.cves))), only.part)}
    mentions: dict[int, Mention] = {}
    for found in _NUMBER.finditer(message):
        number = int(found[1])
        if number not in fixes and number not in mentions:
            mentions[number] = Mention(number, _sentence(message, found.start()))
    return Said(tuple(fixes.values()), tuple(mentions.values()))


def numbers(text: str) -> tuple[int, ...]:
    """All advisories that a text names, in order of their first mention."""
    return tuple(dict.fromkeys(int(number) for number in _NUMBER.findall(text)))


def cves(text: str) -> tuple[str, ...]:
    """All CVE numbers of a text, in capitals, in order."""
    return tuple(dict.fromkeys(cve.upper() for cve in _CVE.findall(text)))


def _paragraphs(message: str) -> Iterator[str]:
    for paragraph in re.split(r"\n[ \t]*\n", message):
        yield " ".join(paragraph.split())


def _claims(paragraph: str, alone: list[str]) -> Iterator[Claim]:
    for found in (*_CLAIM.finditer(paragraph), *_PINNED.finditer(paragraph)):
        named = numbers(found["names"])
        if not named:
            alone += cves(found["names"])
        together = cves(found["names"]) if len(named) == 1 else ()
        part = re.search(r"\bpart of\b|\bversion of\b", found[0], re.I) is not None
        for number in named:
            yield Claim(number, together, part)


def _sentence(message: str, at: int) -> str:
    """The sentence around a place, on one line."""
    start = max((m.end() for m in re.finditer(r"\n[ \t]*\n|[.!?]\s", message[:at])), default=0)
    end = re.search(r"\n[ \t]*\n|[.!?](?:\s|$)|\Z", message[at:])
    words = " ".join(message[start : at + (end.start() if end else _WORDS)].split())
    return words if len(words) <= _WORDS else words[: _WORDS - 3] + "..."


# -- reverts and picks -------------------------------------------------------------------------------------------------


@record(frozen=True)
class Revert:
    """What a commit undoes: hashes (7 to 40 digits), and the subject that `Revert "..."` quotes."""

    commits: tuple[str, ...]
    subjects: tuple[str, ...]


def reverted(message: str) -> Revert | None:
    """What a message says it undoes, whole; None where it undoes nothing, or only a part of something."""
    if "evert" not in message:
        return None
    subject = " ".join(message.strip("\n").partition("\n\n")[0].split())
    found = _REVERT_SUBJECT.fullmatch(subject)
    subjects = tuple(re.split(r'"(?:,| and|, and) "', found["old"])) if found else ()
    flat = " ".join(message.split())
    commits = dict.fromkeys(
        name
        for clause in _REVERTS.finditer(flat)
        if "evert" in clause[0]
        for name in re.findall(rf"\b{_HEX}", re.sub(r"\([^()]*\)", " ", clause["list"]))
    )
    return Revert(tuple(commits), subjects) if commits or subjects else None


def picked_from(message: str) -> tuple[str, ...]:
    """The commits that `master commit: ...` and `(cherry picked from commit ...)` name, 12 to 40 hexadecimal digits."""
    if "commit" not in message and "picked" not in message:
        return ()
    return tuple(dict.fromkeys([*_MASTER.findall(message), *_PICKED.findall(message)]))


def fixes(message: str) -> tuple[str, ...]:
    """The commits that lines `Fixes: <hash> (...)` name, 7 to 40 hexadecimal digits."""
    return tuple(dict.fromkeys(_FIXES.findall(message)))
