"""The text inside a block, scanned as pandoc's Markdown reader does (pandoc's manual, "Inline formatting").

`scan` gives pieces and what is outside the mark-up; `grammar.inlines` reads the pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from grammar.words import ABBREVIATIONS, BLOCK_TAGS

# (patterns of what is rare are compiled when they are first used: that is most of what a start would cost)
# a text without any of these is its own words, blanks folded
_SPECIAL = re.compile(r"[*_^\[!$~<\\@\"'&{`‘’“”\x91-\x94]|--|\.\.|\.[ \n]|\.$")
_ENTITY = r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]*));"
# an attribute's name begins with a letter, and its blanks are ASCII's; else pandoc takes the whole tag for text
_B = r"[ \t\n\r\f\v]"
TAG = (
    rf"</?([A-Za-z][A-Za-z0-9:-]*)(?:{_B}+[A-Za-z][\w:-]*(?:{_B}*={_B}*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*{_B}*/?>"
)
_OTHER_TAG = r"(?s)<(?:\?[^>]*\?>|![A-Z][^>]*>|!\[CDATA\[.*?\]\]>)"
_COMMENT = r"<!--(?:(?!-->)[\s\S])*-->"
# of the many schemes that pandoc knows; a link of another one is reported as HTML
_AUTOLINK = r"(?i)<((?:https?|ftps?|git|ssh|svn|irc|ircs|news|nntp|file|data|tel|doi|xmpp|sip|urn|ldap):[^\s<>]*|mailto:[^\s<>]+|[A-Za-z0-9][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)>"
_ATTRIBUTES = r"\{(?:\s*(?:#[^\s{}]+|\.[^\s{}]+|[A-Za-z_:][\w:.-]*=(?:\"[^\"]*\"|'[^']*'|[^\s{}\"']*)|-))*\s*\}"
_CLOSING = rf"#*[ ]*({_ATTRIBUTES})?[ ]*$"
_CITATION = r"-?@(?:\{|[\w*])"
BUDGET = 20_000


@dataclass(slots=True, eq=False, repr=False)
class Piece:
    """One element of the scan.

    `kind`: str, space, break, hard (a break by a backslash), code, emph, strong, single, double (quoted), link, other (words outside the mark-up), raw
    (dropped).
    """

    kind: str
    text: str = ""
    children: list[Piece] = field(default_factory=list)


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


class _GaveUp(Exception):
    """The text nests deeper than anybody writes; pandoc itself may take for ever."""


def _alphanumeric(char: str) -> bool:
    return char.isalnum()


class _Scanner:
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
        self.depth = 0
        self.closed_at: int | None = None

    # -- helpers ------------------------------------------------------------------------------------------------
    def note(self, offset: int, what: str, *, breaks: bool = False, open_: bool = False) -> None:
        self.findings.append(Finding(self.base + offset, what, breaks, open_))

    def spend(self) -> None:
        self.budget[0] -= 1
        if self.budget[0] < 0:
            raise _GaveUp

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
    def inline(self, at: int) -> tuple[list[Piece], int]:
        """One inline element at an offset: its pieces and the offset behind it."""
        self.spend()
        char = self.text[at]
        special = _DISPATCH.get(char)
        if special is not None:
            found = special(self, at)
            if found is not None:
                return found
        elif _alphanumeric(char):
            return self.word(at)
        return [Piece("str", char)], at + 1

    def word(self, at: int) -> tuple[list[Piece], int]:
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

    def dot(self, at: int) -> tuple[list[Piece], int]:
        if self.text.startswith("...", at):
            return [Piece("str", "…")], at + 3
        if not self.text.startswith(".", at + 1):
            return self.word(at)
        return [Piece("str", ".")], at + 1

    def dash(self, at: int) -> tuple[list[Piece], int] | None:
        if self.text.startswith("---", at):
            return [Piece("str", "—")], at + 3
        if self.text.startswith("--", at):
            return [Piece("str", "–")], at + 2
        self.citation(at)
        return None

    def blank(self, at: int) -> tuple[list[Piece], int]:
        end = at
        while end < self.size and self.text[end] in " \t":
            end += 1
        if end - at >= 2 and end < self.size and self.text[end] == "\n":
            return [Piece("break", "\n")], self.skip_blanks(end + 1)
        if end < self.size and self.text[end] == "\n":  # one blank before a line's end is part of it
            return [], end
        return [Piece("space", " ")], end

    def skip_blanks(self, at: int) -> int:
        while at < self.size and self.text[at] in " \t":
            at += 1
        return at

    def newline(self, at: int) -> tuple[list[Piece], int]:
        return [Piece("space", "\n")], self.skip_blanks(at + 1)

    # -- quotations ---------------------------------------------------------------------------------------------
    def quotation(self, at: int) -> tuple[list[Piece], int] | None:
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

    def quoted(self, at: int, mark: str, kind: str, unpaired: str) -> tuple[list[Piece], int] | None:
        if self.quotes == mark or self.after_word == at:
            return None
        if at + 1 >= self.size or self.text[at + 1] in " \t\n":
            return None
        ends = '"”\x94' if mark == '"' else "'’\x92"
        state = (self.quotes, self.after_word, len(self.findings), self.depth)
        self.quotes = mark
        self.deeper()
        pieces: list[Piece] = []
        here = at + 1
        while True:
            ended = here < self.size and self.text[here] in ends
            if ended and mark == "'" and here + 1 < self.size:
                ended = not _alphanumeric(self.text[here + 1])
            if ended:
                behind = here + 1
                if pieces:
                    self.quotes, self.depth = state[0], state[3]
                    return [Piece(kind, "", _trim(pieces))], behind
            if ended or here >= self.size:
                self.quotes, self.after_word, self.depth = state[0], state[1], state[3]
                del self.findings[state[2] :]
                return [Piece("str", unpaired)], at + 1
            found, here = self.inline(here)
            pieces.extend(found)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > 40:
            raise _GaveUp

    # -- emphasis (pandoc's enclosure, one, two, three) -----------------------------------------------------------
    def emphasis(self, at: int) -> tuple[list[Piece], int]:
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
        if not self.text.startswith(char * count, at):
            return False
        behind = at + count
        return char == "*" or behind >= self.size or not _alphanumeric(self.text[behind])

    def run(self, char: str, count: int, at: int) -> tuple[list[Piece], int]:
        pieces: list[Piece] = []
        while at < self.size and not self.ends(char, count, at):
            found, at = self.inline(at)
            pieces.extend(found)
        return pieces, at

    def three(self, char: str, at: int, before: list[Piece]) -> tuple[list[Piece], int]:
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

    def two(self, char: str, at: int, before: list[Piece]) -> tuple[list[Piece], int]:
        pieces, at = self.run(char, 2, at)
        if self.ends(char, 2, at):
            self.after_word = at + 2
            return [Piece("strong", "", [*before, *pieces])], at + 2
        return [Piece("str", char * 2), *before, *pieces], at

    def one(self, char: str, at: int, before: list[Piece]) -> tuple[list[Piece], int]:
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
        end = at
        while end < self.size and self.text[end] == "`":
            end += 1
        close = re.compile(rf"(?<!`)`{{{end - at}}}(?!`)").search(self.text, end)
        if close is None:
            return None
        content = re.sub(r" *\n", " ", self.text[end : close.start()]).strip(" ")
        return (content, close.end()) if content or close.start() > end else None

    def code(self, at: int) -> tuple[list[Piece], int]:
        found = self.code_end(at)
        if found is None:
            end = at
            while end < self.size and self.text[end] == "`":
                end += 1
            self.note(at, "unclosed code", open_=True)
            return [Piece("str", self.text[at])], at + 1
        text, end = found
        attributes = re.compile(r"\{=[\w.-]+\}").match(self.text, end) or re.compile(_ATTRIBUTES).match(self.text, end)
        if attributes:
            self.note(end, "attribute")
            kind = "raw" if attributes.group().startswith("{=") else "code"
            return [Piece(kind, text)], attributes.end()
        return [Piece("code", text)], end

    def escape(self, at: int) -> tuple[list[Piece], int] | None:
        char = self.text[at + 1] if at + 1 < self.size else "\n"  # a block's text ends with its line
        if char == "\n":
            self.note(at, "hard line break")
            return [Piece("hard", " ")], self.skip_blanks(min(at + 2, self.size))
        if char == " ":
            return [Piece("str", "\u00a0")], at + 2
        if _alphanumeric(char):
            tex = re.compile(r"\\[^\W\d_]+\*?(?:\[[^\]\n]*\]|\{[^{}]*\})*[ ]?").match(self.text, at)
            if tex:
                environment = self.text.startswith("\\begin", at)
                self.note(at, "TeX", breaks=environment, open_=True)
                return [Piece("raw", tex.group())], tex.end()
            return None
        return [Piece("str", char)], at + 2

    def entity(self, at: int) -> tuple[list[Piece], int] | None:
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

    # -- links and other brackets -------------------------------------------------------------------------------
    def balanced(self, at: int) -> int | None:
        """The offset behind the `]` that closes the `[` at an offset."""
        depth, here = 0, at
        while here < self.size:
            char = self.text[here]
            if char == "\\":
                here += 2
                continue
            if char == "`":
                code = self.code_end(here)
                if code is not None:
                    here = code[1]
                    continue
            if char == "<":
                tag = re.compile(TAG).match(self.text, here) or re.compile(_COMMENT).match(self.text, here)
                if tag is not None:
                    here = tag.end()
                    continue
            if char == "[":
                depth += 1
            elif char == "]":
                depth -= 1
                if not depth:
                    return here + 1
            here += 1
        return None

    def inner(self, start: int, end: int) -> list[Piece]:
        scanner = _Scanner(self.text[start:end], self.known, self.budget, links=False, base=self.base + start)
        scanner.depth = self.depth
        scanner.deeper()
        pieces = _trim(scanner.until_end(0))
        self.findings.extend(scanner.findings)
        return pieces

    def bracket(self, at: int) -> tuple[list[Piece], int] | None:
        if self.text.startswith("[^", at):
            if re.compile(r"\[\^[^\]\s]+\]").match(self.text, at):
                self.note(at, "footnote")
            return None
        end = self.balanced(at)
        if end is None:
            self.note(at, "unclosed bracket", open_=True)
            return None
        attributes = re.compile(_ATTRIBUTES).match(self.text, end)
        if attributes:
            self.note(at, "attribute")
            return [Piece("other", "", self.inner(at + 1, end - 1))], attributes.end()
        if self.links:
            target = self.target(end)
            if target is not None:
                url, behind = target
                after = re.compile(_ATTRIBUTES).match(self.text, behind)
                if after:
                    self.note(behind, "attribute")
                    behind = after.end()
                return [Piece("link", url, self.inner(at + 1, end - 1))], behind
            label = self.text[at + 1 : end - 1]
            second = re.compile(r" ?\n? ?\[([^\]\[]*)\]").match(self.text, end)
            if second is not None and second.group(1):
                label = second.group(1)
            if reference_key(label) in self.known:
                self.note(at, "reference link")
                behind = second.end() if second is not None else end
                return [Piece("link", "#", self.inner(at + 1, end - 1))], behind
        return None

    def target(self, at: int) -> tuple[str, int] | None:
        """`(url "title")` at an offset: the URL, and the offset behind it."""
        if not self.text.startswith("(", at):
            return None
        here = self.skip_space(at + 1)
        if self.text.startswith("<", here):
            stop = self.text.find(">", here)
            if stop < 0 or "\n" in self.text[here:stop]:
                return None
            url, here = self.text[here + 1 : stop], stop + 1
        else:
            depth, start = 0, here
            while here < self.size:
                char = self.text[here]
                if char == "\\" and here + 1 < self.size:
                    here += 2
                    continue
                if char == "(":
                    depth += 1
                elif char == ")":
                    if not depth:
                        break
                    depth -= 1
                elif char in " \t\n":
                    behind = self.skip_space(here)
                    if behind >= self.size or self.text[behind] in "\"')":
                        break
                here += 1
            url = re.sub(r"\\([^A-Za-z0-9])", r"\1", self.text[start:here])
        title = re.compile(r"\s+(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')").match(self.text, here)
        if title is not None:
            here = title.end()
        here = self.skip_space(here)
        return (url, here + 1) if self.text.startswith(")", here) else None

    def skip_space(self, at: int) -> int:
        while at < self.size and self.text[at] in " \t\n":
            at += 1
        return at

    def image(self, at: int) -> tuple[list[Piece], int] | None:
        if not self.text.startswith("[", at + 1):
            return None
        end = self.balanced(at + 1)
        target = self.target(end) if end is not None else None
        if end is None or target is None:
            return None
        self.note(at, "image")
        return [Piece("other", "", self.inner(at + 2, end - 1))], target[1]

    # -- HTML -----------------------------------------------------------------------------------------------------
    def angle(self, at: int) -> tuple[list[Piece], int] | None:
        link = re.compile(_AUTOLINK).match(self.text, at)
        if link is not None:
            address, behind = link.group(1), link.end()
            after = re.compile(_ATTRIBUTES).match(self.text, behind)
            if after:
                self.note(behind, "attribute")
                behind = after.end()
            return [Piece("link", address, [Piece("str", address)])], behind
        comment = re.compile(_COMMENT).match(self.text, at)
        if comment is not None:
            self.note(at, "comment")
            return [Piece("raw", comment.group())], comment.end()
        if self.text.startswith("<!--", at):
            self.note(at, "unclosed comment", open_=True)
            return None
        tag = re.compile(TAG).match(self.text, at)
        if tag is None:
            other = re.compile(_OTHER_TAG).match(self.text, at)
            if other is not None:
                self.note(at, "HTML", breaks=True)
                return [Piece("raw", other.group())], other.end()
            if re.compile(r"</?[^\W\d_]").match(self.text, at):
                closed = ">" in self.text[at:]
                self.note(at, "malformed tag" if closed else "unclosed tag", open_=not closed)
            return None
        name = tag.group(1).lower()
        if name != "a":
            self.note(at, "HTML", breaks=name in BLOCK_TAGS)
            return [Piece("raw", tag.group())], tag.end()
        return [Piece("raw", tag.group())], tag.end()

    # -- what is outside the mark-up ------------------------------------------------------------------------------
    def caret(self, at: int) -> tuple[list[Piece], int] | None:
        if self.text.startswith("[", at + 1):
            end = self.balanced(at + 1)
            self.note(at, "inline footnote", open_=end is None)
            return ([Piece("raw", "")], end) if end is not None else None
        return self.script(at, "superscript")

    def script(self, at: int, what: str) -> tuple[list[Piece], int] | None:
        """What stands between a mark and the next one: inlines without a blank between them (pandoc 2's many1Till)."""
        mark, here = self.text[at], at + 1
        state = (self.after_word, len(self.findings), self.depth)
        self.note(at, what)
        self.deeper()
        pieces: list[Piece] = []
        while here < self.size and self.text[here] not in " \t\n":
            if self.text[here] == mark:
                if here == at + 1:
                    break
                self.depth = state[2]
                return [Piece("other", "", pieces)], here + 1
            found, here = self.inline(here)
            pieces.extend(found)
        self.after_word, self.depth = state[0], state[2]
        del self.findings[state[1] :]
        return None

    def tilde(self, at: int) -> tuple[list[Piece], int] | None:
        struck = re.compile(r"~~(?=[^\s~])(?:[^~\\]|\\.|~(?!~))+~~").match(self.text, at)
        if struck is not None:
            self.note(at, "strikeout")
            return [Piece("other", "", self.inner(at + 2, struck.end() - 2))], struck.end()
        return self.script(at, "subscript")

    def dollar(self, at: int) -> tuple[list[Piece], int] | None:
        found = re.compile(r"\$\$[\s\S]+?\$\$|\$(?=[^\s$])(?:\\[\s\S]|[^$\\])*?(?<=[^\s\\])\$(?!\d)").match(
            self.text, at
        )
        if found is None:
            return None
        self.note(at, "math")
        return [Piece("other", "", [Piece("str", found.group().strip("$"))])], found.end()

    def citation(self, at: int) -> tuple[list[Piece], int] | None:
        if self.after_word != at and re.compile(_CITATION).match(self.text, at):
            self.note(at, "citation")
            return None
        label = re.compile(r"@(?:[-_]?[^\W_]+)+").match(
            self.text, at
        )  # pandoc's example reference: one word, no look-behind set
        return ([Piece("str", label.group())], label.end()) if label else None


_DISPATCH: dict[str, Callable[[_Scanner, int], tuple[list[Piece], int] | None]] = {
    " ": _Scanner.blank,
    "\t": _Scanner.blank,
    "\n": _Scanner.newline,
    ".": _Scanner.dot,
    "-": _Scanner.dash,
    "*": _Scanner.emphasis,
    "_": _Scanner.emphasis,
    "`": _Scanner.code,
    "\\": _Scanner.escape,
    "&": _Scanner.entity,
    "[": _Scanner.bracket,
    "!": _Scanner.image,
    "<": _Scanner.angle,
    "^": _Scanner.caret,
    "~": _Scanner.tilde,
    "$": _Scanner.dollar,
    "@": _Scanner.citation,
    **dict.fromkeys("\"'‘’“”\x91\x92\x93\x94", _Scanner.quotation),
}


def _trim(pieces: list[Piece]) -> list[Piece]:
    start, end = 0, len(pieces)
    while start < end and pieces[start].kind in ("space", "break"):
        start += 1
    while end > start and pieces[end - 1].kind in ("space", "break"):
        end -= 1
    return pieces[start:end]


def reference_key(label: str) -> str:
    """A link label in the form in which pandoc compares labels."""
    return " ".join(label.split()).lower()


def attributes(text: str) -> bool:
    """Whether a text is pandoc's attribute block, `{#id .class key=value}`."""
    return re.compile(_ATTRIBUTES).fullmatch(text) is not None


def _words(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    for n, word in enumerate(re.split("[ \n]+", text)):
        if n:
            pieces.append(Piece("space", " "))
        if word:
            pieces.append(Piece("str", word))
    return _trim(pieces)


def scan(text: str, known: frozenset[str] = frozenset(), *, heading: bool = False) -> Scan:
    """The pieces of a block's text and what in it is outside the mark-up.

    `known` are the `reference_key`s of the document's headings, to which `[label]` would link.  In a `heading`, closing
    `#`s and an attribute block at the end drop.
    """
    if not _SPECIAL.search(text) and not (heading and "#" in text):
        return Scan(_words(text), [])
    scanner = _Scanner(text, known, [BUDGET + 20 * len(text)])
    try:
        pieces = _trim(scanner.until_end(0, re.compile(_CLOSING) if heading else None))
    except _GaveUp:
        return Scan([Piece("str", text)], [*scanner.findings, Finding(0, "nesting", breaks=True)])
    if scanner.closed_at is None:
        return Scan(pieces, scanner.findings)
    closing = re.compile(_CLOSING).match(text, scanner.closed_at)
    return Scan(pieces, scanner.findings, closing[1] if closing else None)
