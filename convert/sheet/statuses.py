"""Status cells: which label, limit or condition people mean, in the spelling that is written to the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from convert.sheet.cell_text import one_line
from grammar.labels import BY_NAME, LABELS, Security
from grammar.status import Amount, Status, read_status

_UP_TO = re.compile(r"supported up to ", re.I)
_CONDITION = re.compile(r".+?[,;]? (security support(?:ed)? (?:only|when|if|unless|limited to)\b)(.*)", re.I)
_COMMA = re.compile(r" ?,(?!\d) ?")
_SENTENCE = re.compile(r"\. \S")
_DENIAL = re.compile(r"\b(?:not?|non|without|cross|un\w+)\b")
_LIMIT = re.compile(r"(?:up to|max(?:imum)?\.?:?|<=|≤)\s*([0-9].*)", re.I)
_LONGEST = 120  # characters of a word such as "nothing", mark-up of the wiki counted
_NO_STATUS = read_status("")
_TEMPLATE = re.compile(r"\{\{([^{}]*)\}\}")


@dataclass(frozen=True, slots=True)
class Decided:
    """A status that is known: `value` as it is written, what it says; `keyword` is `Supported` for a list, which is
    no status.
    """

    value: str
    status: Status
    keyword: str = "Status"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a layout: synonyms by folded spelling, lists of `words` by their name (`nothing`, `text`...).

    `own` are the statuses beyond the labels that the workbook itself lists, as they are written.
    """

    synonyms: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    undecided: tuple[str, ...]
    marks: Mapping[str, str]
    own: frozenset[str] = frozenset()
    _folded: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def says(self, kind: str, text: str) -> bool:
        """Whether a cell says no more than one of the words of a kind."""
        if len(text) > _LONGEST:
            return False
        folded = self._folded.get(text)
        if folded is None:
            folded = self._folded[text] = fold(text, self.marks)
        return folded in self.words[kind]

    def is_undecided(self, text: str, *, status: bool = True) -> bool:
        """Whether a cell is a question and no answer: `?`, `TBD`, `discuss...`, `(Supported?)`.

        A status that ends in a question mark is never an answer (`status`); a sentence of prose may be.
        """
        line = one_line(text)
        if _begins(line.casefold().lstrip("([ "), self.undecided):
            return True
        return line.endswith(("?", "?)")) if status else line.startswith("(") and line.endswith("?)")

    def decide(self, text: str) -> Decided | None:
        """What a status cell means; None where it is unknown.

        The label's own spelling and its synonyms count in any case, with or without a full stop; so do a tick, half or
        cross before a label's words, a limit with a sentence, and a label with a condition on its security support.
        """
        line = _COMMA.sub(", ", one_line(text)).strip()
        for folded in dict.fromkeys((fold(line, self.marks), fold(re.sub("[()]", " ", line), self.marks))):
            name = self.synonyms.get(folded)
            mark, _, rest = folded.partition(" ")
            if name is None and mark in ("tick", "half"):
                name = self.synonyms.get(rest)
                if name not in BY_NAME or name.startswith("No"):
                    name = None  # a tick before `not supported` says two things
            if name is not None:
                return _known(name)
        return _known(line)

    def list_of(self, text: str) -> Decided | None:
        """`list: bzImage, ELF` is a list (`Supported, x86: bzImage, ELF`), which states no support; None for other
        texts.
        """
        word, colon, rest = one_line(text).partition(":")
        if not colon or not rest.strip() or word.rstrip().casefold() not in self.words["list"]:
            return None
        return Decided(rest.strip(), _NO_STATUS, "Supported")

    def knows(self, text: str) -> bool:
        """Whether a status cell with this text is no unknown word: a status, a list, a question, `text`, or nothing."""
        return (
            self.decide(text) is not None
            or self.list_of(text) is not None
            or self.is_undecided(text)
            or any(self.says(kind, text) for kind in ("nothing", "text"))
        )

    def spelling(self, text: str) -> str | None:
        """The value that a spelling of a status is written as; None where it is unknown."""
        known = self.decide(text)
        return known.value if known is not None else None

    def nearest(self, text: str) -> str | None:
        """The label that an unknown status most resembles, never one that denies what the status says or the reverse.

        `up to 64` is the limit that it states.
        """
        if (limit := _LIMIT.fullmatch(one_line(text))) and (known := self.spelling(f"Supported up to {limit[1]}")):
            return known
        folded = fold(text, self.marks)[:80]
        denies = _DENIAL.search(folded) is not None
        names = {
            spelling: name
            for spelling, name in self.synonyms.items()
            if len(spelling) > 3 and name in BY_NAME and (_DENIAL.search(spelling) is not None) == denies
        }
        close = get_close_matches(folded, names, n=1, cutoff=0.75)
        return names[close[0]] if close else None


def vocabulary(
    synonyms: Mapping[str, str],
    words: Mapping[str, Iterable[str]],
    undecided: Iterable[str],
    marks: Mapping[str, Iterable[str]],
) -> Vocabulary:
    """The vocabulary of a layout's settings.

    `synonyms`: spelling to status, which must be known (ValueError); `words`: spellings of `nothing`, `text`, `yes`,
    `no`, `external`; `undecided`: beginnings of cells; `marks`: spellings of `tick`, `half`, `cross`.
    """
    by_mark = {fold(spelling, {}): mark for mark, spellings in marks.items() for spelling in spellings}
    table = {fold(s, by_mark): label.name for label in LABELS for s in (*label.synonyms, label.name)}
    for spelling, target in synonyms.items():
        known = _known(table.get(fold(target, by_mark), target))
        if known is None:
            raise ValueError(f'"{spelling}" stands for "{target}", which is not a status')
        table[fold(spelling, by_mark)] = known.value
    folded = {kind: frozenset(fold(spelling, by_mark) for spelling in spellings) for kind, spellings in words.items()}
    return Vocabulary(table, folded, tuple(word.casefold() for word in undecided), by_mark)


def fold(text: str, marks: Mapping[str, str]) -> str:
    """A spelling for comparison: one line, lower case, no wiki braces, no final full stop, its first mark named."""
    line = _TEMPLATE.sub(lambda found: found[1].replace("|", " "), one_line(text)).casefold()
    line = " ".join(line.split()).rstrip(".").rstrip()
    if line[:1] in marks:  # a sign may touch the words behind it
        line = f"{marks[line[0]]} {line[1:].lstrip()}".rstrip()
    else:
        first, _, rest = line.partition(" ")
        line = f"{marks[first]} {rest}".rstrip() if first in marks else line
    return line


_COMBINED = {
    "yes": "Supported",
    "no": "Supported, not security supported",
    "external": "Supported, Security support external",
}
_AGREE: dict[str, tuple[Security, ...]] = {"yes": ("yes", "caveats"), "no": ("no",), "external": ("external",)}


def combine(decided: Decided, security: str) -> Decided | None:
    """A status with what the Security column says (`yes`, `no`, `external`); None where the two contradict."""
    if decided.value == "Supported":
        return _known(_COMBINED[security])
    return decided if decided.status.security in _AGREE[security] else None


def kept(text: str, keyword: str = "Status") -> Decided:
    """An unknown status as it is, on one line."""
    return Decided(one_line(text), read_status(one_line(text))._replace(label=None), keyword)


def _known(value: str) -> Decided | None:
    status = read_status(value)
    if status.label is None:
        return None
    if status.limit is not None:
        return _limit(value, status, status.limit)
    if status.condition is not None:
        found = _CONDITION.fullmatch(value)
        return Decided(f"{status.label}, {found[1].lower()}{found[2].rstrip('.')}", status) if found else None
    rest = value[len(status.label) :].rstrip(".")
    return Decided(status.label + rest, status)


def _limit(value: str, status: Status, limit: Amount) -> Decided | None:
    """`Supported up to N`, and a sentence; anything else behind it may be its contrary (`, not security supported`)."""
    rest = _UP_TO.sub("", value, count=1)
    unit = limit.unit or ""
    number = limit.text.removesuffix(unit).rstrip()
    if not rest.startswith(number) or not rest[len(number) :].lstrip().startswith(unit):
        return None
    tail = rest[len(number) :].lstrip().removeprefix(unit)
    if tail not in ("", ".") and not _SENTENCE.match(tail):
        return None
    return Decided(f"Supported up to {limit.text}{tail if tail != '.' else ''}", status)


def _begins(folded: str, words: Iterable[str]) -> bool:
    """Whether a text begins with one of the words; one that ends in `...` may go on as a longer word."""
    for word in words:
        if word.endswith("...") and folded.startswith(word[:-3]):
            return True
        if folded.startswith(word) and not (word[-1:].isalnum() and folded[len(word) :][:1].isalnum()):
            return True
    return False
