"""Running text as pandoc's Markdown reader takes it (pandoc's manual, "Inline formatting"): words, quotations,
emphasis, code, escapes.

`grammar.pandoc.inline` adds what links and what is outside the mark-up.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from grammar.named import NamedTuple
from grammar.pandoc.attributes import ATTRIBUTES, RAW
from grammar.pandoc.letters import LETTER
from grammar.pandoc.lists import ABBREVIATIONS
from grammar.record import field, record

_ENTITY = r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]*));"
_TEX = rf"\\{LETTER}+\*?(?:\[[^\]\n]*\]|\{{[^{{}}]*\}})*[ ]?"
_CITATION = r"-?@(?:\{|[\w*])"
_DEEPEST = 40


@record(eq=False)
class Piece:
    """One element of the scan.

    `kind`: str, space, break, hard (a break by a backslash), code, emph, strong, single, double (quoted), link, other
    (words outside the mark-up), raw (dropped).
    """

    kind: str
    text: str = ""
    children: list[Piece] = field(default_factory=list)


Read = tuple[list[Piece], int]
"""The pieces of what begins at an offset, and the offset behind it."""
Place = tuple[str, int, bool]
"""What is open at an offset, and whether that is right behind a word."""
Step = tuple[Place, int, int]
"""An inline that was read: its place, the budget there, how many levels it went down."""


class Finding(NamedTuple):
    """Something outside the mark-up at an offset of the text.

    `breaks`: pandoc ends the paragraph there, and Xen's tools then meet a block they do not know.  `open`: it is not
    closed within the text, so what follows may be swallowed.
    """

    offset: int
    what: str
    breaks: bool = False
    open: bool = False


class Scan(NamedTuple):
    """What a text holds: its pieces, and what in it is outside the mark-up.

    An `unclosed code` among the findings is plain text, unless the lines behind the text close it.
    """

    pieces: list[Piece]
    findings: list[Finding]
    attributes: str | None = None


class GaveUp(Exception):
    """The text nests deeper than anybody writes; pandoc itself may take for ever."""


def _alphanumeric(char: str) -> bool:
    return char.isalnum()


class RunningText:
    """A recursive-descent reading of pandoc 2.17's inline parsers, in their order and with their look-behind."""

    def __init__(
        self, text: str, known: frozenset[str], budget: list[int], *, links: bool = True, base: int = 0
    ) -> None:
        self.text = text
        self.size = len(text)
        self.known = known
        self.budget = budget
        self.links = links
        self.base = base
        self.findings: list[Finding] = []
        self.after_word = -1  # the offset just behind the last word (pandoc's stateLastStrPos)
        self.quotes = ""  # the innermost quotation: "", ' or "
        self.depth = self.deepest = 0
        self.vain: dict[Place, tuple[int, int]] = {}  # see `in_vain`
        self.closed_at: int | None = None
        self.runs: dict[int, list[int]] = {}  # where runs of backquotes begin, by their length
        self.run_ends: list[int] = []

    # -- helpers ------------------------------------------------------------------------------------------------
    def note(self, offset: int, what: str, *, breaks: bool = False, open_: bool = False) -> None:
        """Something outside the mark-up at an offset (see `Finding`)."""
        self.findings.append(Finding(self.base + offset, what, breaks, open_))

    def spend(self, count: int = 1) -> None:
        """Count inlines, or what is as much work; raises `GaveUp` where that is more than any text asks for."""
        self.budget[0] -= count
        if self.budget[0] < 0:
            raise GaveUp

    def until_end(self, at: int, closing: re.Pattern[str] | None = None) -> list[Piece]:
        """All inlines from an offset; `closing` is tried between them and ends the text."""
        pieces: list[Piece] = []
        while at < self.size:
            if closing is not None and closing.match(self.text, at):
                self.closed_at = at
                break
            found, at = self.inline(at)
            pieces.extend(found)
        return pieces

    # -- one inline ---------------------------------------------------------------------------------------------
    def inline(self, at: int) -> Read:
        """One inline element at an offset: its pieces and the offset behind it."""
        self.spend()
        char = self.text[at]
        if _alphanumeric(char):
            return self.word(at)
        begins = _BEGINS.get(char)
        found = self.beyond(char, at) if begins is None else begins(self, at)
        return ([Piece("str", char)], at + 1) if found is None else found

    def beyond(self, char: str, at: int) -> Read | None:
        """What begins at a mark that is not running text's own; None where the mark is a word."""
        return None

    def word(self, at: int) -> Read:
        """A word, with the space behind an abbreviation (pandoc's manual, "Non-breaking spaces")."""
        text, end = self.text, at
        while end < self.size and (
            _alphanumeric(text[end]) or (text[end] == "." and not text.startswith(".", end + 1))
        ):
            end += 1
        self.after_word = end
        word = text[at:end]
        if word in ABBREVIATIONS and end < self.size and text[end] == " ":
            stop = end
            while stop < self.size and text[stop] == " ":
                stop += 1
            if stop >= self.size or not (text[stop] == "\n" and stop - end >= 2):
                return [Piece("str", word + "\u00a0")], stop
        return [Piece("str", word)], end

    def dot(self, at: int) -> Read:
        """An ellipsis, a word, or a full stop."""
        if self.text.startswith("...", at):
            return [Piece("str", "…")], at + 3
        if not self.text.startswith(".", at + 1):
            return self.word(at)
        return [Piece("str", ".")], at + 1

    def dash(self, at: int) -> Read | None:
        """A dash of two or three hyphens; None where a hyphen is itself."""
        if self.text.startswith("---", at):
            return [Piece("str", "—")], at + 3
        if self.text.startswith("--", at):
            return [Piece("str", "–")], at + 2
        self.citation(at)
        return None

    def blank(self, at: int) -> Read:
        """Blanks inside a line, or two of them at its end: a line break."""
        end = at
        while end < self.size and self.text[end] in " \t":
            end += 1
        if end - at >= 2 and end < self.size and self.text[end] == "\n":
            return [Piece("break", "\n")], self.skip_blanks(end + 1)
        if end < self.size and self.text[end] == "\n":  # one space before a line's end is part of it
            return [], end
        return [Piece("space", " ")], end

    def skip_blanks(self, at: int) -> int:
        """The offset behind the spaces at an offset."""
        while at < self.size and self.text[at] in " \t":
            at += 1
        return at

    def newline(self, at: int) -> Read:
        """The end of a line, and the indentation of the next one."""
        return [Piece("space", "\n")], self.skip_blanks(at + 1)

    # -- quotations ---------------------------------------------------------------------------------------------
    def quotation(self, at: int) -> Read | None:
        """What a quotation mark begins, or the typographic mark that it is by itself."""
        char = self.text[at]
        if char in '"“\x93':
            found = self.quoted(at, '"', "double", "“")
            if found is not None:
                return found
        elif char in "'‘\x91":
            found = self.quoted(at, "'", "single", "’")
            if found is not None:
                return found
        if char in "'’":
            return [Piece("str", "’")], at + 1
        if char == '"':
            return [Piece("str", "”")], at + 1
        return None

    def quoted(self, at: int, mark: str, kind: str, unpaired: str) -> Read | None:
        """A quotation from an opening mark on, or that mark as `unpaired`; None where none may begin."""
        if self.quotes == mark or self.after_word == at:
            return None
        if at + 1 >= self.size or self.text[at + 1] in " \t\n":
            return None
        ends = '"”\x94' if mark == '"' else "'’\x92"
        state = (self.quotes, self.after_word, len(self.findings), self.depth)
        self.quotes = mark
        self.deeper()
        pieces: list[Piece] = []
        steps: list[Step] = []
        here = at + 1
        while True:
            ended = here < self.size and self.text[here] in ends
            if ended and mark == "'" and here + 1 < self.size:
                ended = not _alphanumeric(self.text[here + 1])
            if ended:
                behind = here + 1
                if pieces:
                    self.quotes, self.depth = state[0], state[3]
                    return [Piece(kind, "", trim(pieces))], behind
            place = (mark, here, self.after_word == here)
            if ended or here >= self.size or self.in_vain(place):
                self.seen_in_vain(steps, place)
                self.quotes, self.after_word, self.depth = state[0], state[1], state[3]
                del self.findings[state[2] :]
                return [Piece("str", unpaired)], at + 1
            found, here = self.step(place, steps)
            pieces.extend(found)

    # -- what nothing closes, which is read again as words ------------------------------------------------------
    def step(self, place: Place, steps: list[Step]) -> Read:
        """One inline of what may be in vain, noted as a step."""
        before, left, self.deepest = self.deepest, self.budget[0], self.depth
        found = self.inline(place[1])
        steps.append((place, left, self.deepest - self.depth))
        self.deepest = max(before, self.deepest)
        return found

    def seen_in_vain(self, steps: list[Step], end: Place) -> None:
        """Keep that nothing closes what is open where these steps were made; `end` is where that was known."""
        left, levels = self.budget[0], self.vain.get(end, (0, 0))[1]
        for place, budget, down in reversed(steps):
            levels = max(levels, down)
            self.vain[place] = (budget - left, levels)

    def in_vain(self, place: Place) -> bool:
        """Whether nothing closes what is open at a place, as was seen when another of its kind was open there.

        Pandoc reads all behind it again, so that is counted; where the count would end it, it is read.
        """
        found = self.vain.get(place)
        if found is None or found[0] > self.budget[0] or self.depth + found[1] > _DEEPEST:
            return False
        self.spend(found[0])
        self.deepest = max(self.deepest, self.depth + found[1])
        return True

    def deeper(self) -> None:
        """One level of nesting more; raises `GaveUp` where nobody would write it."""
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        if self.depth > _DEEPEST:
            raise GaveUp

    # -- emphasis (pandoc's enclosure, one, two, three) -----------------------------------------------------------
    def emphasis(self, at: int) -> Read:
        """What a run of `*` or `_` begins."""
        char = self.text[at]
        if char == "_" and self.after_word == at:
            return [Piece("str", char)], at + 1
        end = at
        while end < self.size and self.text[end] == char:
            end += 1
        count = end - at
        if end >= self.size or self.text[end] in " \t" or count > 3:
            return [Piece("str", char * count)], end
        self.deeper()
        try:
            return (self.one, self.two, self.three)[count - 1](char, end, [])
        finally:
            self.depth -= 1

    def ends(self, char: str, count: int, at: int) -> bool:
        """Whether a run of that many marks at an offset may close an emphasis."""
        if not self.text.startswith(char * count, at):
            return False
        behind = at + count
        return char == "*" or behind >= self.size or not _alphanumeric(self.text[behind])

    def run(self, char: str, count: int, at: int) -> Read:
        """All inlines up to a run of that many marks."""
        pieces: list[Piece] = []
        while at < self.size and not self.ends(char, count, at):
            found, at = self.inline(at)
            pieces.extend(found)
        return pieces, at

    def three(self, char: str, at: int, before: list[Piece]) -> Read:
        """What three marks begin."""
        pieces, at = self.run(char, 1, at)
        if self.ends(char, 3, at):
            self.after_word = at + 3
            return [Piece("strong", "", [Piece("emph", "", pieces)])], at + 3
        if self.ends(char, 2, at):
            self.after_word = at + 2
            return self.one(char, at + 2, [Piece("strong", "", pieces)])
        if self.ends(char, 1, at):
            self.after_word = at + 1
            return self.two(char, at + 1, [Piece("emph", "", pieces)])
        return [Piece("str", char * 3), *pieces], at

    def two(self, char: str, at: int, before: list[Piece]) -> Read:
        """What two marks begin; `before` is in the same emphasis already."""
        pieces, at = self.run(char, 2, at)
        if self.ends(char, 2, at):
            self.after_word = at + 2
            return [Piece("strong", "", [*before, *pieces])], at + 2
        return [Piece("str", char * 2), *before, *pieces], at

    def one(self, char: str, at: int, before: list[Piece]) -> Read:
        """What one mark begins; `before` is in the same emphasis already."""
        pieces: list[Piece] = []
        while at < self.size:
            if not self.ends(char, 1, at):
                found, at = self.inline(at)
                pieces.extend(found)
            elif self.text.startswith(char * 2, at) and not self.ends(char, 1, at + 2):
                found, at = self.two(char, at + 2, [])
                pieces.extend(found)
            else:
                break
        if self.ends(char, 1, at):
            self.after_word = at + 1
            return [Piece("emph", "", [*before, *pieces])], at + 1
        return [Piece("str", char), *before, *pieces], at

    # -- code, escapes, entities --------------------------------------------------------------------------------
    def code_end(self, at: int) -> tuple[str, int] | None:
        """The verbatim text that begins at a run of backquotes, and the offset behind its end."""
        end = self.run_end(at)
        close = self.run_of(end - at, end)
        if close is None:
            return None
        content = re.sub(r" *\n", " ", self.text[end:close]).strip(" ")
        return (content, close + end - at) if content or close > end else None

    def run_end(self, at: int) -> int:
        """The offset behind the run of backquotes at an offset, which may be in the midst of it."""
        if not self.run_ends:  # looked for once, and not again for each run that nothing closes
            for found in re.finditer("`+", self.text):
                self.runs.setdefault(len(found[0]), []).append(found.start())
                self.run_ends.append(found.end())
        return self.run_ends[bisect_right(self.run_ends, at)]

    def run_of(self, size: int, start: int) -> int | None:
        """The offset of the first run of so many backquotes, no more and no fewer, from an offset on."""
        places = self.runs.get(size, [])
        at = bisect_left(places, start)
        return places[at] if at < len(places) else None

    def code(self, at: int) -> Read:
        """A code span, with the attributes behind it, or a backquote."""
        found = self.code_end(at)
        if found is None:
            self.note(at, "unclosed code", open_=True)
            return [Piece("str", self.text[at])], at + 1
        text, end = found
        raw = re.compile(RAW).match(self.text, end)
        attributes = raw or re.compile(ATTRIBUTES).match(self.text, end)
        if attributes:
            self.note(end, "attribute")
            kind = "raw" if raw else "code"
            return [Piece(kind, text)], attributes.end()
        return [Piece("code", text)], end

    def escape(self, at: int) -> Read | None:
        """What a backslash makes of the character behind it; None where it is itself."""
        char = self.text[at + 1] if at + 1 < self.size else "\n"  # a block's text ends with its line
        if char == "\n":
            self.note(at, "hard line break")
            return [Piece("hard", " ")], self.skip_blanks(min(at + 2, self.size))
        if char == " ":
            return [Piece("str", "\u00a0")], at + 2
        if _alphanumeric(char):
            tex = re.compile(_TEX).match(self.text, at)
            if tex:
                environment = self.text.startswith("\\begin", at)
                self.note(at, "TeX", breaks=environment, open_=True)
                return [Piece("raw", tex.group())], tex.end()
            return None
        return [Piece("str", char)], at + 2

    def entity(self, at: int) -> Read | None:
        """The character that an HTML entity names; None where there is no such entity."""
        found = re.compile(_ENTITY).match(self.text, at)
        if found is None:
            return None
        hexadecimal, decimal, name = found.groups()
        if name:
            from html.entities import html5

            char: str | None = html5.get(name + ";")
        else:
            code = int(hexadecimal, 16) if hexadecimal else int(decimal)
            char = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else None
        if char is None:
            return None
        if char in "'\"‘’“”":
            self.note(at, "entity of a quotation mark")
        return [Piece("str", char)], found.end()

    def citation(self, at: int) -> Read | None:
        """Report a citation, which is read as words."""
        if self.after_word != at and re.compile(_CITATION).match(self.text, at):
            self.note(at, "citation")
            return None
        label = re.compile(r"@(?:[-_]?[^\W_]+)+").match(
            self.text, at
        )  # pandoc's example reference: one word, no look-behind set
        return ([Piece("str", label.group())], label.end()) if label else None


_BEGINS: dict[str, Callable[[RunningText, int], Read | None]] = {
    " ": RunningText.blank,
    "\t": RunningText.blank,
    "\n": RunningText.newline,
    ".": RunningText.dot,
    "-": RunningText.dash,
    "*": RunningText.emphasis,
    "_": RunningText.emphasis,
    "`": RunningText.code,
    "\\": RunningText.escape,
    "&": RunningText.entity,
    "@": RunningText.citation,
    **dict.fromkeys("\"'‘’“”\x91\x92\x93\x94", RunningText.quotation),
}


def trim(pieces: list[Piece]) -> list[Piece]:
    """The pieces without spaces at either end."""
    start, end = 0, len(pieces)
    while start < end and pieces[start].kind in ("space", "break"):
        start += 1
    while end > start and pieces[end - 1].kind in ("space", "break"):
        end -= 1
    return pieces[start:end]
