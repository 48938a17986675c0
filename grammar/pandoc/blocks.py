"""Lines to blocks: the Lark grammar, fed line by line, with what only the lines before and after can decide.

The lexer names a line by its shape; this pass gives it the terminal that its context makes of it (pandoc's manual: lazy
continuations, the indentation of list items, fences that must be closed) and asks the parser's state what is acceptable.
Constructs that cross lines and lie outside the mark-up are measured here, so that one line is one terminal.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from lark import Lark, TextSlice, Token, Tree
from lark.lexer import BasicLexer

from grammar.larktables import build
from grammar.pandoc.attributes import info
from grammar.pandoc.lists import LINE_TAGS

_BULLET = re.compile(r"( {0,3}[*+-])( *)([^ ]?)")
_ORDERED = r"( {0,3}\(?[@#\w-]+[.)])( *)([^ ]?)"
_WIDE = r"#(?=\)|\.(?: {2}|$))"  # behind capitals, "." wants two blanks: "B. Russell" is a name
_NUMERALS = (  # an ordered list's first numeral, and the others; "i" is a number, other letters are letters
    ("[0-9]+", "[0-9]+|#"),
    (r"@[\w-]*", r"@[\w-]*|#"),
    ("#", "#|[0-9]+"),
    ("i", "[ivxlcdm]+|#"),
    ("I", rf"[IVXLCDM]+|{_WIDE}"),
    ("[a-z]", "[a-z]|#"),
    ("[a-z]+", "[ivxlcdm]+|#"),
    ("[A-Z]", rf"[A-Z]|{_WIDE}"),
    ("[A-Z]+", rf"[IVXLCDM]+|{_WIDE}"),
)
_LIST = r" *(?:[*+-]|\(?[@#\w-]+[.)])(?: |$)"
_LITERAL = ("FIELD", "KEYED", "CODE")
_FENCE = r"( {0,3})(`{3,}|~{3,}) *(.*?) *$"
_DIV = r":{3,} *(?:[^\s{}:]+|\{[^{}]*\}) *:*$"
_DIV_END = r":{3,} *$"
_COLUMNS = re.compile(r" {0,3}-+(?: +-+)* *$")
# behind a caption's colon stands no punctuation
_CAPTION = r" {0,3}(?::(?![!-#%-*,-/:;?@\[-\]_{}\u2010-\u2027\u2030-\u205e])|[Tt]able:)"
_PIPES = r" {0,3}(?! )\|? *:?-+:? *(?:[|+] *:?-+:? *)*\|? *$"
_HTML = r" {0,3}</?([A-Za-z][A-Za-z0-9]*)\b[^<>]*>|<\?[A-Za-z][^>]*>"
_REFERENCE = r" {0,3}\[(?!\^)(?:[^\[\]\\]|\\.)+\]: *(?!\[)(.*)$"
_TEX = r"( {0,3})\\(begin\s*\{(?P<name>[A-Za-z*]+)\}|[A-Za-z]+\*?(?:\s*(?:\[[^\]]*\]|\{[^{}]*\}))*\s*$|(?:def|let|newcommand|renewcommand|newenvironment)\b)"
# what TeX takes for an argument of a macro on the line above: a number, with a unit or without, or an option
_TEX_ARGUMENT = r" *(?:[-=]?[0-9]+(?:pt|pc|in|bp|cm|mm|dd|cc|sp|ex|em)?(?![A-Za-z0-9])|\[[^\[\]]*\])(.*)$"
_VERBATIM = r"(?i) {0,3}<(script|style|pre|textarea)\b"


class Run(NamedTuple):
    """One block: the rule that made it, its lines as (terminal, index, shape), its kind when it is outside the mark-up."""

    rule: str
    lines: tuple[tuple[str, int, str], ...]
    what: str = ""

    @property
    def first(self) -> int:
        """The index of its first line."""
        return self.lines[0][1]

    @property
    def last(self) -> int:
        """The index of its last line that is not blank."""
        for terminal, index, _ in reversed(self.lines):
            if terminal != "BLANK":
                return index
        return self.lines[-1][1]


@cache
def language() -> Lark:
    """The grammar of lines, built once."""
    return build("support", lexer="basic", start=["start", "item", "line"])


def shapes(texts: Sequence[str]) -> list[Token]:
    """One token a line; its type is the line's shape.  Lines have no tab, CR or LF; a blank line is added at the end."""
    text = TextSlice.cast_from("\n".join(texts) + "\n\n" if texts else "\n")
    match, at, tokens = _lexer().match, 0, []
    while at < text.end:  # the lexer's own loop counts lines and columns, which nobody asks for
        line, shape = match(text, at)  # type: ignore[no-untyped-call]
        tokens.append(Token(shape, line))
        at += len(line)
    return tokens


@cache
def _lexer() -> BasicLexer:
    """The grammar's lexer; `Lark.lex` would build a new one for every text."""
    lexer: BasicLexer = language().parser.lexer
    return lexer


def indentation(text: str) -> int:
    """How many blanks a line begins with."""
    return len(text) - len(text.lstrip(" "))


def _numbered(text: str) -> re.Pattern[str]:
    """How the items behind an ordered list's first one begin: the same numerals, or `#`, in the same marks."""
    first = re.match(r" {0,3}(\(?)([@#\w-]+)([.)])", text)
    assert first is not None
    begin, numeral, end = first.groups()
    kind = next(also for one, also in _NUMERALS if re.fullmatch(one, numeral))
    return re.compile(rf" {{0,3}}{re.escape(begin)}(?:{kind}){re.escape(end)}")


class _Feeder:
    """Feeds one text; `start` is the grammar's start symbol: a whole document, or the inside of a list item."""

    def __init__(self, texts: Sequence[str], start: str, title: bool, ended: bool) -> None:
        self.texts = texts
        self.tokens = shapes(texts)
        self.types = [token.type for token in self.tokens]
        self.parser = language().parse_interactive("", start=start)
        self.state = self.parser.parser_state
        self.actions = self.state.parse_conf.parse_table.states
        self.start = start
        self.ended = ended
        self.titled = title and start == "start"
        self.continuation = 0
        self.numbered: re.Pattern[str] | None = None  # how the items of the ordered list above begin
        self.outside: dict[int, str] = {}
        self.fed: list[str] = []
        self.divs: dict[int, int] | None = None  # where each div that is closed ends
        self.places: dict[str, list[int]] = {}  # the lines that hold what ends a construct

    def feed(self, index: int, terminal: str) -> None:
        token = self.tokens[index]
        self.fed.append(token.type)
        token.type = terminal
        token.start_pos = index
        self.state.feed_token(token)

    def choices(self) -> Mapping[str, object]:
        """What the parser's state accepts, by terminal."""
        return self.actions[self.state.position]

    def run(self) -> list[Run]:
        index, count = 0, len(self.tokens)
        while index < count:
            index = self.step(index)
        tree: Tree[Token] = self.parser.feed_eof()  # type: ignore[no-untyped-call]
        return self.collect(tree)

    def collect(self, tree: Tree[Token]) -> list[Run]:
        runs: list[Run] = []
        title: list[tuple[str, int, str]] = []
        for child in tree.children:
            if isinstance(child, Token):
                if child.type == "TITLE":
                    title.append((child.type, child.start_pos or 0, "PERCENT"))
                continue
            lines = tuple(
                (token.type, token.start_pos or 0, self.fed[token.start_pos or 0])
                for token in child.children
                if isinstance(token, Token) and (token.start_pos or 0) < len(self.texts)
            )
            runs.append(Run(str(child.data), lines, self.outside.get(lines[0][1], "")))
        return [Run("title", tuple(title)), *runs] if title else runs

    # -- one line -----------------------------------------------------------------------------------------------------
    def step(self, index: int) -> int:
        """Feed the line at an index, and those that go with it; the index of the next."""
        shape = self.types[index]
        if shape == "BLANK":
            self.feed(index, "BLANK")
            return index + 1
        choices = self.choices()
        if index == 0 and shape == "PERCENT" and self.titled:
            return self.title()
        in_list = "ITEM" in choices
        if in_list and indentation(self.texts[index]) >= self.continuation:
            # directly below an item's first lines only what would end them begins the indented rest
            begins = (
                not {"LAZY", "FENCE_OPEN"} <= choices.keys()
                or shape == "FENCE"
                or re.compile(_LIST).match(self.texts[index])
            )
            self.feed(index, "ITEM" if begins else "LAZY")
            return index + 1
        if in_list or (self.start == "item" and "LAZY" in choices):  # a list ends an item's paragraph, but no other
            if "BULLET" in choices and self.bullet(index):
                return self.bulleted(index)
            if "ORDERED" in choices and shape == "ORDERED":
                if in_list and self.numbered and self.numbered.match(self.texts[index]):
                    return self.marker(index, "ORDERED", re.compile(_ORDERED))
                return self.block(index, shape)
        if "LAZY" in choices:
            if shape == "DEFINED" and "DEFINED" in choices:
                self.feed(index, "DEFINED")
                return index + 1
            if shape == "FENCE" and "FENCE_OPEN" in choices and (in_list or self.texts[index].startswith("`")):
                end = self.fence(index)
                if end:
                    return self.fenced(index, end)
            self.feed(index, "LAZY")
            return index + 1
        if "CONTINUED" in choices:
            if indentation(self.texts[index]) >= 4:
                self.feed(index, "CONTINUED")
                return index + 1
            if shape == "DEFINED" and (index < 2 or self.types[index - 2] != "BLANK"):
                self.feed(index, "DEFINED")
                return index + 1
            if self.defines(index):
                return self.term(index)
        return self.block(index, shape)

    def title(self) -> int:
        self.feed(0, "TITLE")
        index = 1
        for _ in range(3):  # title, authors, date, each with continuations
            while self.types[index] != "BLANK" and self.texts[index].startswith(" "):
                self.feed(index, "TITLE")
                index += 1
            if self.types[index] != "PERCENT" or self.fed.count("PERCENT") > 2:
                break
            self.feed(index, "TITLE")
            index += 1
        return index

    def bullet(self, index: int) -> bool:
        return self.types[index] == "BULLET" or (self.types[index] == "DASHES" and self.texts[index].rstrip() == "-")

    def bulleted(self, index: int) -> int:
        self.numbered = None
        return self.marker(index, "BULLET", _BULLET)

    def marker(self, index: int, terminal: str, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.texts[index])
        assert match is not None
        blanks = len(match[2])
        if not match[3]:
            blanks = min(blanks, 4) if blanks <= 4 else 1
        self.continuation = len(match[1]) + (blanks if blanks <= 4 else 1)
        self.feed(index, terminal)
        return index + 1

    # -- a block begins -------------------------------------------------------------------------------------------------
    def block(self, index: int, shape: str) -> int:
        """The order is pandoc's: fence, metadata, bullet list, div, heading, HTML, table, literal, TeX, ..., paragraph.

        A literal goes on before a line of it is taken for anything from a heading on.
        """
        text = self.texts[index]
        if shape == "FENCE":
            end = self.fence(index)
            if end:
                return self.fenced(index, end)
        if shape == "DASHES":
            found = self.metadata(index)
            if found:
                return self.leave(index, found, "metadata block")
        if self.bullet(index):
            return self.bulleted(index)
        if shape == "DIV":
            found = self.div(index)
            if found:
                return self.leave(index, found, "div")
        if shape in _LITERAL and self.goes_on(index):
            self.feed(index, shape)
            return index + 1
        following = self.types[index + 1]
        if following in ("EQUALS", "DASHES"):
            self.feed(index, "OVER")
            self.feed(index + 1, "UNDERLINE")
            return index + 2
        if shape == "HEADING":
            self.feed(index, "HEADING")
            return index + 1
        if shape == "HTML":
            html = self.html(index)
            if html:
                return self.leave(index, *html)
        end = self.table(index, following)
        if end:
            return self.leave(index, end, "table")
        if shape in _LITERAL:
            self.feed(index, shape)
            return index + 1
        if shape == "TEX":
            found = self.tex(index)
            if found:
                end = self.leave(index, found, "TeX")
                if self.types[end] in _LITERAL and self.texts[end].lstrip()[0].isalnum():
                    self.feed(end, "TEXT")  # pandoc skips the blanks behind TeX, so that no literal begins here
                    return end + 1
                return end
        if shape == "BARS":
            return self.leave(index, self.through(index, lambda n: self.texts[n].startswith(("|", " "))), "line block")
        if shape == "QUOTE":
            return self.leave(index, self.through(index, lambda n: not self.fences(n)), "block quote")
        if shape in ("RULE", "DASHES") and (shape == "RULE" or len(text.rstrip()) >= 3):
            return self.leave(index, index + 1, "rule")
        if shape == "ORDERED":
            self.numbered = _numbered(text)
            return self.marker(index, "ORDERED", re.compile(_ORDERED))
        if self.defines(index):
            return self.term(index)
        if shape == "NOTE":
            return self.leave(index, self.note(index), "footnote")
        if shape == "REFERENCE" and re.compile(_REFERENCE).match(text):
            return self.leave(index, self.reference(index), "reference definition")
        self.feed(index, "TEXT")
        return index + 1

    def line_of(self, key: str, index: int, holds: Callable[[str], object]) -> int:
        """The first line from an index on for which `holds` says yes, looked for once for each key; -1 without any."""
        if key not in self.places:
            self.places[key] = [n for n, text in enumerate(self.texts) if holds(text)]
        places = self.places[key]
        at = bisect_left(places, index)
        return places[at] if at < len(places) else -1

    def goes_on(self, index: int) -> bool:
        """Whether only blank lines stand between a line and a literal above it."""
        above = index - 1
        while above >= 0 and self.tokens[above].type == "BLANK":
            above -= 1
        return above >= 0 and self.tokens[above].type in _LITERAL

    def fences(self, index: int) -> bool:
        """Whether a fence of backquotes begins on a line, which ends a paragraph without a blank line."""
        return self.types[index] == "FENCE" and self.texts[index].startswith("`") and self.fence(index) > 0

    def leave(self, index: int, end: int, what: str) -> int:
        self.outside[index] = what
        self.feed(index, "OUTSIDE")
        for n in range(index + 1, end):
            self.feed(n, "OUTSIDE_LINE")
        return end

    def through(self, index: int, goes_on: Callable[[int], object]) -> int:
        end = index + 1
        while self.types[end] != "BLANK" and goes_on(end):
            end += 1
        return end

    def behind_blanks(self, index: int) -> int:
        while index < len(self.texts) and self.types[index] == "BLANK":
            index += 1
        return index

    def fence(self, index: int) -> int:
        """The index of the line that closes the fence at an index; 0 when it does not open one."""
        opening = re.compile(_FENCE).match(self.texts[index])
        if opening is None or info(opening[3]) is None:
            return 0
        char, size = opening[2][0], len(opening[2])
        closing = re.compile(rf" {{0,3}}{re.escape(char)}{{{size},}} *$")
        return max(self.line_of(closing.pattern, index + 1, closing.match), 0)

    def fenced(self, index: int, end: int) -> int:
        opening = re.compile(_FENCE).match(self.texts[index])
        assert opening is not None
        if info(opening[3]) == "raw":
            self.outside[index] = "raw block"
        self.feed(index, "FENCE_OPEN")
        for n in range(index + 1, end):
            self.feed(n, "FENCED")
        self.feed(end, "FENCE_CLOSE")
        return end + 1

    def defines(self, index: int) -> bool:
        """Whether the next line, or the one after one blank line, is a definition."""
        types = self.types
        if types[index + 1] == "DEFINED":
            return True
        if types[index + 1] != "BLANK" or index + 2 >= len(types) or types[index + 2] != "DEFINED":
            return False
        return not self.table(index + 2, types[index + 3])

    def term(self, index: int) -> int:
        self.feed(index, "TERM")
        index += 1
        if self.types[index] == "BLANK":
            self.feed(index, "BLANK")
            index += 1
        self.feed(index, "DEFINED")
        return index + 1

    def metadata(self, index: int) -> int:
        if self.texts[index].rstrip() != "---" or self.types[index + 1] == "BLANK":
            return 0
        return self.line_of("---", index + 1, lambda text: text.rstrip() in ("---", "...")) + 1

    def div(self, index: int) -> int:
        if not re.compile(_DIV).match(self.texts[index].rstrip()):
            return 0
        if self.divs is None:
            self.divs, begun = {}, []
            for n in (n for n, shape in enumerate(self.types) if shape == "DIV"):
                if not re.compile(_DIV_END).match(self.texts[n]):
                    begun.append(n)
                elif begun:
                    self.divs[begun.pop()] = n + 1
        return self.divs.get(index, 0)

    def html(self, index: int) -> tuple[int, str] | None:
        text = self.texts[index]
        if text.startswith("<!--"):  # an indented one is part of a paragraph
            end = self.line_of("-->", index, lambda text: "-->" in text)
            begins_term = end == index and text.rpartition("-->")[2].strip() and self.defines(index)
            return None if end < 0 or begins_term else (end + 1, "comment")
        tag = re.match(_HTML, text)
        if tag is None or (tag[1] and tag[1].lower() not in LINE_TAGS):
            return None
        verbatim = re.compile(_VERBATIM).match(text)
        if verbatim or re.match(r" {0,3}<div\b", text, re.I):
            closing = f"</{verbatim[1].lower() if verbatim else 'div'}>"
            end = self.line_of(closing, index, lambda text: closing in text.lower())
            if end >= 0:
                return end + 1, "HTML" if verbatim else "div"
        return index + 1, "HTML"

    def table(self, index: int, following: str) -> int:
        if not re.match(_CAPTION, self.texts[index]):
            return self.bare_table(index, following)
        end = self.through(index, lambda n: True)  # a caption, or text: never a table's head
        end = self.behind_blanks(end)
        return self.bare_table(end, self.types[end + 1]) if end < len(self.texts) else 0

    def bare_table(self, index: int, following: str) -> int:
        """Where the table without a caption above it that begins on a line ends; 0 where there is none."""
        text = self.texts[index]
        if following == "BLANK":
            return 0
        below = self.texts[index + 1]
        if "|" in text and re.compile(_PIPES).match(below) and indentation(text) < 4:
            return self.through(index, lambda n: "|" in self.texts[n] or n == index + 1)
        if self.types[index] == "GRID":
            return self.through(index, lambda n: self.texts[n].startswith(("+", "|")))
        if _COLUMNS.match(below):
            return self.headed(index + 2)
        return self.ruled(index + 2) if _COLUMNS.match(text) else 0

    def headed(self, index: int) -> int:
        """Where a table with a row of dashes below its head ends; its first row stands at `index`."""
        end = index - 1
        while self.types[end + 1] != "BLANK":
            end += 1
            if _COLUMNS.match(self.texts[end]):
                return end + 1 if end > index else 0
        return end + 1 if end >= index and (self.ended or end + 1 < len(self.texts)) else 0

    def ruled(self, index: int) -> int:
        """Where a table with dashes above it ends: at the second next row of dashes where rows stand below the next, else there."""
        first = self.line_of("--", index, _COLUMNS.match)
        if first < 0 or self.types[first + 1] == "BLANK":
            return first + 1
        second = self.line_of("--", first + 1, _COLUMNS.match)
        return second + 1 if second > first + 1 else first + 1

    def tex(self, index: int) -> int:
        match = re.compile(_TEX).match(self.texts[index])
        if match is None:
            return 0
        if match["name"]:
            ending = f"\\end{{{match['name']}}}"
            return self.line_of(ending, index, lambda text: ending in text) + 1
        if match[1]:  # a macro begins a block in the first column only
            return 0
        argument = re.match(_TEX_ARGUMENT, self.texts[index + 1]) if index + 1 < len(self.texts) else None
        if argument is None:
            return index + 1
        return 0 if argument[1].strip() else index + 2

    def note(self, index: int) -> int:
        end = self.through(index, lambda n: self.types[n] != "NOTE")
        while end < len(self.texts):
            after = self.behind_blanks(end)
            if after >= len(self.texts) or indentation(self.texts[after]) < 4 or after == end:
                return end
            for n in range(end, after):
                self.types[n] = "BLANK"
            end = self.through(after, lambda n: True)
        return end

    def reference(self, index: int) -> int:
        match = re.compile(_REFERENCE).match(self.texts[index])
        assert match is not None
        end = index + 1
        if not match[1].strip() and end < len(self.texts) and self.types[end] != "BLANK":
            end += 1
        if end < len(self.texts) and re.match(r" *(?:\"[^\"]*\"|'[^']*'|\([^()]*\)) *$", self.texts[end]):
            end += 1
        return end


def blocks(texts: Sequence[str], start: str = "start", *, title: bool = True, ended: bool = True) -> list[Run]:
    """The blocks of a text given as lines (tabs expanded, no CR, no LF).

    `start` is `start` (a document) or `item` (the inside of a list item); `title`: a document may begin with a title block;
    `ended`: a blank line stands behind the text, which ends a table (pandoc takes a definition without one).
    """
    return _Feeder(texts, start, title, ended).run() if texts else []
