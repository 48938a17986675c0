"""What documents of a tree say of security support: docs/features, the command line, the man pages, and what the map
lists.

docs/features have a table with a `Status:` for each architecture (docs/features/template.pandoc); of the others
sentences count, with the heading of the option above them.  `deprecated` alone is left out: in the man pages it is
about syntax.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from convert.sources.mapping import Document, Map, Wanted
from convert.sources.match import DOCS
from convert.sources.statement import Place, Polarity, Statement
from convert.trees.maintainers import read as read_maintainers
from grammar.labels import BY_NAME
from grammar.status import read_status

_FEATURES = "docs/features/*.pandoc"
_TEMPLATE = "docs/features/template.pandoc"  # says how such a file is written, and nothing of a feature
_READ = ("docs/misc/xen-command-line.pandoc", "docs/misc/xen-command-line.markdown", "docs/man/*.pod*")
MAINTAINERS = "MAINTAINERS"
# marks of POD and comments may be between the words of a sentence
_GAP = r"(?:[ \t]|\n(?![ \t]*\n)(?:[ \t]*\*(?!/))?)+"
_WORDS = re.compile(
    rf"(?P<denied>\b(?:not|no{_GAP}longer|never|no)(?:{_GAP}\w+)?{_GAP}security(?:{_GAP}|-)support(?:ed)?\b)"
    rf"|(?P<granted>\b(?:is|are)(?:{_GAP}(?!no)\w+)?{_GAP}(?!no)security(?:{_GAP}|-)supported\b)"
    rf"|(?P<preview>\btech(?:nology)?(?:{_GAP}|-)preview\b)|(?P<experimental>\bexperimental\b)",
    re.I,
)
_KEYWORDS = ("security", "preview", "experimental")  # one of them is in whatever _WORDS finds
_BEFORE, _AFTER = 120, 60  # characters around a keyword that _WORDS may need
_RANK = ("denied", "granted", "experimental", "preview")  # of several in a sentence the first says most
_END = re.compile(r"[.!?](?=\s)|\n\s*\n|\n(?=\s*(?:#|=|\*\s|[-*]\s))")
_MARK = re.compile(r"[A-Z]<+([^<>]*)>+|[*`_]{1,2}(?=\S)|(?<=\S)[*`_]{1,2}")
_HEADING = re.compile(r"^(?:#{1,6}[ \t]+(?P<md>.+)|=(?P<pod>item|over|back|head[1-6])\b(?P<words>.*))$", re.M)
_KEY = re.compile(r"\s*([A-Za-z()]+(?: [A-Za-z()]+)?):\s+(\S.*)$")
_RULE = re.compile(r"^[ \t]*---[- ]*\r?$", re.M)
_ORPHAN = re.compile(r"orphan|odd fixes", re.I)
Found = tuple[Statement, tuple[Wanted, ...] | None]


def files(paths: Iterable[str], known: Map) -> list[str]:
    """The documents among a tree's paths that are read."""
    patterns = (_FEATURES, *_READ, *(document.file for document in known.documents), MAINTAINERS)
    return [path for path in paths if path != _TEMPLATE and any(fnmatchcase(path, pattern) for pattern in patterns)]


def read(texts: Mapping[str, str], known: Map) -> Iterator[Found]:
    """Every statement with the rows that the map names for it; None: the map does not know it.

    `texts`: path -> text; files that are no documents are not looked at.  Never raises.
    """
    for path in files(sorted(texts), known):
        if fnmatchcase(path, _FEATURES):
            yield from _feature(path, texts[path], known)
        elif path != MAINTAINERS:
            yield from _sentences(path, texts[path], known)


def _entry(path: str, heading: str, sentence: str, known: Map) -> Document | None:
    found = next((one for one in known.documents if one.fits(path, heading, sentence)), None)
    if found is not None:
        known.use(f"document {found.file} {found.heading} {found.words}")
    return found


def _feature(path: str, text: str, known: Map) -> Iterator[Found]:
    """The statuses of a feature's first table, one an architecture."""
    title = re.match(r"%[ \t]*(\S.*?)\s*$", text.partition("\n")[0])
    name = title[1] if title else path.rpartition("/")[2].partition(".")[0]
    entry = _entry(path, name, "", known)
    subject = entry.subject if entry is not None else name
    rows = entry.rows if entry is not None else None
    stated = list(_table(text))
    for line, status, architecture in stated:
        status = status.strip("*_ \t\r")
        parts = [read_status(part.strip()) for part in status.split("/")]
        label = parts[0].label if len(parts) == 1 and parts[0].label else status
        securities = {part.security for part in parts}
        polarity: Polarity = "yes" if securities <= {"yes"} else "no" if securities <= {"no"} else "unstated"
        several = len(stated) > 1 and architecture is not None
        variant = _architecture(architecture) if several and architecture is not None else None
        called = f"{subject}, {'Arm' if variant == 'arm' else variant or architecture}" if several else subject
        yield Statement(called, DOCS, variant, status, polarity, Place(path, line), label, name), rows


def _table(text: str) -> Iterator[tuple[int, str, str | None]]:
    """(line, status, architecture) of each `Status:` in the first table."""
    rules = list(_RULE.finditer(text))
    if len(rules) < 2:
        return
    first = text.count("\n", 0, rules[0].end()) + 1
    pending: tuple[int, str] | None = None
    for number, line in enumerate(text[rules[0].end() : rules[1].start()].split("\n"), first):
        found = _KEY.match(line)
        if found is None:
            continue
        key = found[1].casefold()
        if key == "status":
            if pending is not None:
                yield (*pending, None)
            pending = (number, found[2])
        elif key.startswith("architecture") and pending is not None:
            yield (*pending, found[2])
            pending = None
    if pending is not None:
        yield (*pending, None)


def _architecture(words: str) -> str | None:
    found = re.search(r"(?i)\b(x86|arm)", words)
    return found[1].lower() if found else None


def _sentences(path: str, text: str, known: Map) -> Iterator[Found]:
    """The sentences that say something, in file order."""
    found = list(_matches(text))
    if not found:
        return
    headings = list(_headings(text))
    starts = [start for start, _ in headings]
    listed = not any(fnmatchcase(path, pattern) for pattern in _READ)
    told: dict[int, tuple[int, str, re.Match[str]]] = {}
    for match in found:
        start, sentence = _around(text, match)
        rank = _RANK.index(match.lastgroup or "")
        if "SUPPORT.md" not in sentence and (start not in told or rank < told[start][0]):
            told[start] = (rank, sentence, match)
    for _, sentence, match in told.values():
        at = bisect_right(starts, match.start()) - 1
        heading = headings[at][1] if at >= 0 else ""
        entry = _entry(path, heading, sentence, known)
        if entry is None and (listed or not heading):
            continue
        words = re.search("security", match[0], re.I)
        line = text.count("\n", 0, match.start() + (words.start() if words else 0)) + 1
        subject = entry.subject if entry is not None else heading
        statement = _statement(subject, match, Place(path, line), heading)
        yield statement, entry.rows if entry is not None else None


def _matches(text: str) -> Iterator[re.Match[str]]:
    """What _WORDS finds in a text, in order; only the surroundings of keywords are searched, as the man pages are
    long.
    """
    lower = text.lower()
    last = -1
    places = sorted(place for word in _KEYWORDS for place in _places(lower, word))
    for place in places:
        for match in _WORDS.finditer(text, max(0, place - _BEFORE), place + _AFTER):
            if match.start() > last and match.start() <= place < match.end():
                last = match.start()
                yield match


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _statement(subject: str, match: re.Match[str], place: Place, heading: str) -> Statement:
    words = " ".join(re.sub(r"\n\s*\*?", " ", match[0]).replace("-", " ").split())
    match match.lastgroup:
        case "denied":
            return Statement(subject, DOCS, None, "not security supported", "no", place, None, heading)
        case "granted":
            return Statement(subject, DOCS, None, "security supported", "yes", place, None, heading)
        case "preview":
            said = re.sub("(?i)nology", "", words)
            return Statement(subject, DOCS, None, said, "no", place, BY_NAME["Tech Preview"].name, heading)
        case _:
            return Statement(subject, DOCS, None, words, "no", place, BY_NAME["Experimental"].name, heading)


def _around(text: str, match: re.Match[str]) -> tuple[int, str]:
    """The sentence around some words, without marks: where it begins, and its words on one line."""
    near = text[max(0, match.start() - 2000) : match.start()]
    ends = [end.end() for end in _END.finditer(near)]
    start = match.start() - len(near) + (ends[-1] if ends else 0)
    after = _END.search(text, match.end(), match.end() + 2000)
    end = after.start() if after else min(len(text), match.end() + 2000)
    return start, " ".join(_MARK.sub(r"\1", text[start:end]).split())


def _headings(text: str) -> Iterator[tuple[int, str]]:
    """Where a heading begins to count, and its words without marks; of POD the innermost item, whose list may end
    below it.
    """
    above: list[str] = []
    here = ""
    for match in _HEADING.finditer(text):
        if match["md"] is not None:
            here = match["md"].strip("# \t\r").replace("\\", "")
        elif match["pod"] == "over":
            above.append(here)
        elif match["pod"] == "back":
            here = above.pop() if above else here
        else:
            here = _MARK.sub(r"\1", match["words"].strip())
        yield match.end(), here


def orphans(texts: Mapping[str, str]) -> Iterator[Statement]:
    """The sections of MAINTAINERS that nobody looks after, or only now and then."""
    text = texts.get(MAINTAINERS, "")
    if not text:
        return
    numbers: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        numbers.setdefault(line.strip(), number)
    for section in read_maintainers(text).sections:
        state = next((value for value in section.values("S") if _ORPHAN.match(value)), None)
        if state is not None:
            place = Place(MAINTAINERS, numbers.get(section.name.strip(), 1))
            yield Statement(section.name.strip(), DOCS, None, state.strip(), "no", place, None, section.name)
