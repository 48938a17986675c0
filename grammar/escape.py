"""Words as mark-up that says just these words to pandoc, with as few backslashes as that allows.

Each special character has a rule of its own that looks at its surroundings in the text as it will be written; the rules
follow pandoc's Markdown reader (version 2.17; version 3 reads the same with its default extensions).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from grammar.pandoc.quotes import plain_word
from grammar.record import field, record

# what a character is part of: mark-up that is as it is, a link's words, emphasis
MARK, LINK, EMPHASIS = 1, 2, 4
# a space at which no line is broken; folded words have no no-break space of their own
GLUE = "\u00a0"

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?: [A-Za-z0-9]+)*")
"""Words in which nothing is a mark, with single spaces."""

_SPECIAL = re.compile(r"[\\`*_\[\]{<&$^~@#-]|!(?=\[)")
_NUMBER = re.compile(r"\[[0-9]+\](?![(\[{:])")
_ENTITY = re.compile(r"&(?:#[0-9A-Za-z]+|[A-Za-z][0-9A-Za-z]*);")
_MAIL = re.compile(r"<[^\s<>@]+@[^\s<>]+>")
# what may follow in `user@host`: pandoc takes `host` for a reference's label, and what comes behind it for no word's
# part
_HOST = re.compile(r"@[0-9A-Za-z.-]*[.,;:!?)>\"']*(?=[\s*\]]|$)")
_MATH_END = re.compile(r"(?:(?<=\S)|(?<=\\\s))\$(?![0-9])")
_BLANK = re.compile(r"\s")
_ENUMERATOR = re.compile(r"(\()?(?:#|@[\w-]*|[0-9]+|[A-Za-z]|[ivxlcdm]+|[IVXLCDM]+)[.)]")
_TASK = re.compile(r"\[[ xX]\] ")
_INITIAL = re.compile(r"[A-Z]\.")
_BLOCK = re.compile(r"[*_-]+$|\+$|#+[.)]?$|[:~]$|:::|[>|%]|\+[-=]|##|#[A-Z]")
# what people would take for a field, or for a lost one
_FIELD = re.compile(
    r"(?:(?:Status|Supported|status|STATUS)(?=(?:,[^:]{0,80})?:(?:\s|$))|(?:[A-Z][a-z]+-)+[A-Z][a-z]+(?=:))"
)


@record()
class Stream:
    """A block's text as it will be written but for the backslashes, and of each character what it is part of.

    `quotes` are the offsets of the quotation marks to escape.  `heading`: the text of a heading.  `item`: the
    first text of a list's item.  `references`: `[1]` may be a link, since something in the file defines it.
    """

    text: str
    flags: bytes
    quotes: frozenset[int] = frozenset()
    heading: bool = False
    item: bool = False
    references: bool = False
    quoted: bool = field(init=False)
    backquotes: int = field(init=False)
    last_underscore: int = field(init=False)
    last_math_end: int = field(init=False)
    closing_hashes: int = field(init=False)
    _stars: tuple[int, bool] = field(default=(0, False), init=False)

    def __post_init__(self) -> None:
        self.quoted = '"' in self.text or "'" in self.text
        self.backquotes = self.text.count("`")
        self.last_underscore = self.text.rfind("_")
        self.last_math_end = max((found.start() for found in _MATH_END.finditer(self.text)), default=-1)
        self.closing_hashes = len(self.text.rstrip("#")) if self.heading else len(self.text)

    def before(self, at: int) -> str:
        """The character before an offset, empty at the start."""
        return self.text[at - 1 : at] if at else ""

    def blank(self, at: int) -> bool:
        """Whether there is a space, or nothing, at an offset."""
        return self.text[at : at + 1].strip() == ""

    def joined(self, at: int) -> bool:
        """Whether the character occurs again before the next blank, so that the two may enclose something."""
        behind = self.text.find(self.text[at], at + 1)
        if behind < 0:
            return False
        gap = _BLANK.search(self.text, at + 1, behind)
        return (
            gap is None
            or any(
                flag & MARK or char in "\"'*_."  # what begins here may run on over the space
                for char, flag in zip(self.text[at + 1 : gap.start()], self.flags[at + 1 :], strict=False)
            )
        )

    def stars(self, at: int) -> bool:
        """Whether a run of stars in the text may open or close emphasis."""
        if at >= self._stars[0]:
            end = at
            while self.text[end : end + 1] == "*" and not self.flags[end] & MARK:
                end += 1
            marked = at > 0 and self.text[at - 1] == "*"
            self._stars = (end, marked or not self.blank(end))
        return self._stars[1]


def _backquote(stream: Stream, at: int) -> bool:
    return stream.backquotes > 1


def _star(stream: Stream, at: int) -> bool:
    return bool(stream.flags[at] & EMPHASIS) or stream.stars(at)


def _underscore(stream: Stream, at: int) -> bool:
    if plain_word(stream.before(at)) or stream.blank(at + 1):
        return False
    return bool(stream.flags[at] & EMPHASIS) or at < stream.last_underscore or stream.quoted


def _opening_bracket(stream: Stream, at: int) -> bool:
    if stream.references or stream.flags[at] & LINK or stream.before(at) in ("!", "^"):
        return True
    return _NUMBER.match(stream.text, at) is None


def _closing_bracket(stream: Stream, at: int) -> bool:
    return bool(stream.flags[at] & LINK)


def _brace(stream: Stream, at: int) -> bool:
    if stream.heading and stream.text.endswith("}"):
        return True
    return at > 0 and (bool(stream.flags[at - 1] & MARK) or stream.before(at) == "]")


def _less(stream: Stream, at: int) -> bool:
    behind = stream.text[at + 1 : at + 2]
    return behind.isalpha() or behind in ("/", "!", "?") or _MAIL.match(stream.text, at) is not None


def _ampersand(stream: Stream, at: int) -> bool:
    return _ENTITY.match(stream.text, at) is not None


def _dollar(stream: Stream, at: int) -> bool:
    return not stream.blank(at + 1) and at < stream.last_math_end


def _caret(stream: Stream, at: int) -> bool:
    footnote = stream.text.startswith("[", at + 1) or (stream.before(at) == "[" and stream.flags[at - 1] & MARK)
    return bool(footnote) or stream.joined(at)


def _tilde(stream: Stream, at: int) -> bool:
    return stream.joined(at)


def _at_sign(stream: Stream, at: int) -> bool:
    behind = stream.text[at + 1 : at + 2]
    mail = plain_word(stream.before(at)) and _HOST.match(stream.text, at) is not None
    return not mail and (behind.isalnum() or behind in ("_", "-", "*", "{") or behind > "\x7f")


def _dash(stream: Stream, at: int) -> bool:
    # looking for the end of a list's item, pandoc minds `<!--`, even of code, and `-->` behind it, even with one escape
    return stream.text.startswith("-", at + 1) or (stream.before(at) == "-" and stream.text.startswith("->", at))


def _hash(stream: Stream, at: int) -> bool:
    return stream.closing_hashes <= at


def _always(stream: Stream, at: int) -> bool:
    return True


def _exclamation(stream: Stream, at: int) -> bool:
    return bool(stream.flags[at + 1] & MARK)


_RULES: dict[str, Callable[[Stream, int], bool]] = {
    "\\": _always,
    "`": _backquote,
    "*": _star,
    "_": _underscore,
    "[": _opening_bracket,
    "]": _closing_bracket,
    "{": _brace,
    "<": _less,
    "&": _ampersand,
    "$": _dollar,
    "^": _caret,
    "~": _tilde,
    "@": _at_sign,
    "-": _dash,
    "#": _hash,
    "!": _exclamation,
}


def first_word(word: str, *, alone: bool) -> int | None:
    """Where to put a backslash into a text's first word so that it begins no block; None if it begins none.

    `alone`: nothing follows the word.  (`A.` with one space behind it is an initial to pandoc, and no list.)
    """
    if _BLOCK.match(word):
        return 0
    enumerator = _ENUMERATOR.fullmatch(word)
    if enumerator is None or (_INITIAL.fullmatch(word) and not alone):
        return None
    return 0 if enumerator[1] else len(word) - 1


def escape(stream: Stream) -> str:
    """The stream's text with the backslashes it needs; in its first word too, unless it is a heading's."""
    text = stream.text
    places, glue = _marks(stream)
    breaks = set()
    if stream.item and _TASK.match(text) and not any(flag & MARK for flag in stream.flags[:3]):
        breaks.add(3)  # pandoc makes a check box of it where a space comes next, even if it is escaped
    for line in () if stream.heading else (0, *(at + 1 for at in breaks)):
        if text and not stream.flags[line] & MARK:
            begins, joins = _line_start(stream, line)
            places |= begins
            glue |= joins
    out, done = [], 0
    for at in sorted(places | glue | breaks):
        out.append(text[done:at])
        out.append(GLUE if at in glue else "\n" if at in breaks else "\\" + text[at])
        done = at + 1
    return "".join([*out, text[done:]])


def _marks(stream: Stream) -> tuple[set[int], set[int]]:
    """Where a character needs a backslash wherever it is, and the spaces at which no line may be broken."""
    places, glue = set(stream.quotes), set()
    for found in _SPECIAL.finditer(stream.text):
        at, char = found.start(), found.group()
        if stream.flags[at] & MARK:
            continue
        if _RULES[char](stream, at):
            places.add(at)
        elif char in "*_" and stream.text.startswith(" ", at + 1):
            glue.add(at + 1)  # with a line end behind it, it opens emphasis
    return places, glue


def _line_start(stream: Stream, line: int) -> tuple[set[int], set[int]]:
    """The same for the word with which a line begins, which must begin no block and no field."""
    text = stream.text
    word = text[line:].split(None, 1)[0]
    start = first_word(word, alone=line + len(word) == len(text))
    if start is not None:
        return {line + start}, set()
    if (field := _FIELD.match(text, line)) and not stream.flags[field.end()] & MARK:
        return {field.end()}, set()
    return set(), {line + len(word)} if _INITIAL.fullmatch(word) else set()  # with a line end behind it, it is a list
