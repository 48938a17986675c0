"""The text inside a block, scanned as pandoc's Markdown reader does (pandoc's manual, "Inline formatting").

`scan` gives pieces and what is outside the mark-up; `grammar.inlines` reads the pieces.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from grammar.pandoc.attributes import ATTRIBUTES
from grammar.pandoc.letters import LETTER
from grammar.pandoc.lists import BLOCK_TAGS
from grammar.pandoc.words import Finding, GaveUp, Piece, Read, RunningText, Scan, Step, trim

# (patterns of what is rare are compiled when they are first used: that is most of what a start would cost)
# a text without any of these is its own words, spaces folded
_SPECIAL = re.compile(r"[*_^\[!$~<\\@\"'&{`‘’“”\x91-\x94]|--|\.\.|\.[ \n]|\.$")
# an attribute's name begins with a letter, and its spaces are ASCII's; else pandoc takes the whole tag for text
_B = r"[ \t\n\r\f\v]"
TAG = (
    rf"</?([A-Za-z][A-Za-z0-9:-]*)(?:{_B}+[A-Za-z][\w:-]*(?:{_B}*={_B}*(?:\"[^\"]*\"|'[^']*'|[^\s\"'=<>`]+))?)*{_B}*/?>"
)
_INSTRUCTION = r"<\?[A-Za-z][^>]*>"
_TAG_LIKE = rf"</?{LETTER}"
_COMMENT = r"<!--(?:(?!-->)[\s\S])*-->"
# of the many schemes that pandoc knows; a link of another one is reported as HTML
_AUTOLINK = (
    r"(?i)<((?:https?|ftps?|git|ssh|svn|irc|ircs|news|nntp|file|data|tel|doi|xmpp|sip|urn|ldap):[^\s<>]*"
    r"|mailto:[^\s<>]+"
    r"|[A-Za-z0-9][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]*@[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)>"
)
_CLOSING = rf"#*[ ]*({ATTRIBUTES})?[ ]*$"
_BARE = r"#*[ ]*()$"  # the same of a text without a brace
_ANCHOR = ("<a ", "</")  # what is no address
BUDGET = 20_000
_PER_CHARACTER, _MOST = (
    20,
    400_000,
)  # what a text may cost beyond that: no more than half a second for one that nobody writes


class _Scanner(RunningText):
    """Running text with links, HTML, and what is outside the mark-up."""

    last_angle: int | None = None  # the offsets of the last `>` and `-->`, looked for once
    last_comment: int | None = None

    def __init__(
        self, text: str, known: frozenset[str], budget: list[int], *, links: bool = True, base: int = 0
    ) -> None:
        super().__init__(text, known, budget, links=links, base=base)
        self.closed: dict[int, int | None] = {}  # what closes each `[` that was passed
        self.urls: dict[int, int] = {}  # where the URL behind each `(` that was passed ends

    def beyond(self, char: str, at: int) -> Read | None:
        begins = _BEGINS.get(char)
        return begins(self, at) if begins is not None else None

    # -- links and other brackets -------------------------------------------------------------------------------
    def balanced(self, at: int) -> int | None:
        """The offset behind the `]` that closes the `[` at an offset."""
        if at not in self.closed:
            self.close_brackets(at)
        end = self.closed[at]
        if end is None:
            self.spend((self.size - at) // 10)  # in vain, and pandoc takes as long
        return end

    def close_brackets(self, at: int) -> None:
        """Find what closes the `[` at an offset, and each `[` that is passed on the way, so that none is passed
        twice in vain.
        """
        opened, here = [at], at + 1
        self.closed[at] = None
        while here < self.size and opened:
            char = self.text[here]
            if char == "[":
                opened.append(here)
                self.closed[here] = None
            elif char == "]":
                self.closed[opened.pop()] = here + 1
            elif char in "\\`<":
                here = self.behind(here)
                continue
            here += 1

    def behind(self, at: int) -> int:
        """The offset behind an escape, a code span, a tag or a comment at an offset, in which no bracket counts;
        else the next one.
        """
        char = self.text[at]
        if char == "\\":
            return at + 2
        if char == "`":
            code = self.code_end(at)
            return at + 1 if code is None else code[1]
        tag = re.compile(TAG).match(self.text, at) if at < self.angle_end() else None
        tag = tag or (re.compile(_COMMENT).match(self.text, at) if at <= self.comment_end() else None)
        return at + 1 if tag is None else tag.end()

    def angle_end(self) -> int:
        """The offset of the last `>`, looked for once."""
        if self.last_angle is None:
            self.last_angle = self.text.rfind(">")
        return self.last_angle

    def comment_end(self) -> int:
        """The offset of the last `-->`, looked for once."""
        if self.last_comment is None:
            self.last_comment = self.text.rfind("-->")
        return self.last_comment

    def inner(self, start: int, end: int) -> list[Piece]:
        scanner = _Scanner(self.text[start:end], self.known, self.budget, links=False, base=self.base + start)
        scanner.depth = self.depth
        scanner.deeper()
        pieces = trim(scanner.until_end(0))
        self.deepest = max(self.deepest, scanner.deepest)
        self.findings.extend(scanner.findings)
        return pieces

    def bracket(self, at: int) -> Read | None:
        if self.text.startswith("[^", at):
            if re.compile(r"\[\^[^\]\s]+\]").match(self.text, at):
                self.note(at, "footnote")
            return None
        end = self.balanced(at)
        if end is None:
            self.note(at, "unclosed bracket", open_=True)
            return None
        attributes = re.compile(ATTRIBUTES).match(self.text, end)
        if attributes:
            self.note(at, "attribute")
            return [Piece("other", "", self.inner(at + 1, end - 1))], attributes.end()
        if self.links:
            target = self.target(end)
            if target is not None:
                url, behind = target
                after = re.compile(ATTRIBUTES).match(self.text, behind)
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
        angled = self.text.startswith("<", here)
        if angled:
            stop = self.text.find(">", here)
            if stop < 0 or "\n" in self.text[here:stop]:
                return None
            start, end, here = here + 1, stop, stop + 1
        else:
            start = here
            end = here = self.url_end(at, start)
        title = re.compile(r"\s+(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')").match(self.text, here)
        if title is not None:
            here = title.end()
        here = self.skip_space(here)
        if self.text.startswith(")", here):
            url = self.text[start:end]
            return (url if angled else re.sub(r"\\([^A-Za-z0-9])", r"\1", url)), here + 1
        self.spend((here - at) // 10)  # in vain, and pandoc takes as long
        return None

    def url_end(self, at: int, start: int) -> int:
        """Where the URL that begins at `start` behind the `(` at an offset ends.

        That is at the `)` of its own, or at spaces before a title or the end; where each `(` on the way ends is kept.
        """
        if at in self.urls and (start == at + 1 or self.text[start : start + 1] not in ("", '"', "'", ")")):
            return self.urls[at]
        opened, here = [at], start
        while here < self.size:
            char = self.text[here]
            if char == "\\" and here + 1 < self.size:
                here += 2
                continue
            if char == "(":
                opened.append(here)
            elif char == ")":
                self.urls[opened.pop()] = here
                if not opened:
                    return here
            elif char in " \t\n":
                behind = self.skip_space(here)
                if behind >= self.size or self.text[behind] in "\"')":
                    break
                here = behind
                continue
            here += 1
        self.urls.update(dict.fromkeys(opened, min(here, self.size)))
        return here

    def skip_space(self, at: int) -> int:
        while at < self.size and self.text[at] in " \t\n":
            at += 1
        return at

    def image(self, at: int) -> Read | None:
        if not self.text.startswith("[", at + 1):
            return None
        end = self.balanced(at + 1)
        target = self.target(end) if end is not None else None
        if end is None or target is None:
            return None
        self.note(at, "image")
        return [Piece("other", "", self.inner(at + 2, end - 1))], target[1]

    # -- HTML -----------------------------------------------------------------------------------------------------
    def angle(self, at: int) -> Read | None:
        if self.text.startswith(("< ", "<\n"), at):
            return None
        link = None if self.text.startswith(_ANCHOR, at) else re.compile(_AUTOLINK).match(self.text, at)
        if link is not None:
            address, behind = link.group(1), link.end()
            after = re.compile(ATTRIBUTES).match(self.text, behind)
            if after:
                self.note(behind, "attribute")
                behind = after.end()
            return [Piece("link", address, [Piece("str", address)])], behind
        comment = re.compile(_COMMENT).match(self.text, at) if at < self.comment_end() else None
        if comment is not None:
            self.note(at, "comment")
            return [Piece("raw", comment.group())], comment.end()
        if self.text.startswith("<!--", at):
            self.note(at, "unclosed comment", open_=True)
            return None
        closed = at < self.angle_end()
        tag = re.compile(TAG).match(self.text, at) if closed else None
        if tag is None:
            instruction = re.compile(_INSTRUCTION).match(self.text, at) if closed else None
            if instruction is not None:
                self.note(at, "HTML")
                return [Piece("raw", instruction.group())], instruction.end()
            if re.compile(_TAG_LIKE).match(self.text, at):
                self.note(at, "malformed tag" if closed else "unclosed tag", open_=not closed)
            return None
        name = tag.group(1).lower()
        if name != "a":
            self.note(at, "HTML", breaks=name in BLOCK_TAGS and not self.text.startswith("</script", at))
        return [Piece("raw", tag.group())], tag.end()

    # -- what is outside the mark-up ------------------------------------------------------------------------------
    def caret(self, at: int) -> Read | None:
        if self.text.startswith("[", at + 1):
            end = self.balanced(at + 1)
            self.note(at, "inline footnote", open_=end is None)
            return ([Piece("raw", "")], end) if end is not None else None
        return self.script(at, "superscript")

    def script(self, at: int, what: str) -> Read | None:
        """What is between a mark and the next one: inlines without a space between them (pandoc 2's many1Till)."""
        mark, here = self.text[at], at + 1
        state = (self.after_word, len(self.findings), self.depth)
        self.note(at, what)
        self.deeper()
        pieces: list[Piece] = []
        kind, steps = mark + self.quotes, list[Step]()
        place = (kind, here, self.after_word == here)
        while here < self.size and self.text[here] not in " \t\n" and not self.in_vain(place):
            if self.text[here] == mark:
                if here == at + 1:
                    break
                self.depth = state[2]
                return [Piece("other", "", pieces)], here + 1
            found, here = self.step(place, steps)
            pieces.extend(found)
            place = (kind, here, self.after_word == here)
        self.seen_in_vain(steps, place)
        self.after_word, self.depth = state[0], state[2]
        del self.findings[state[1] :]
        return None

    def tilde(self, at: int) -> Read | None:
        struck = re.compile(r"~~(?=[^\s~])(?:[^~\\]|\\.|~(?!~))+~~").match(self.text, at)
        if struck is not None:
            self.note(at, "strikeout")
            return [Piece("other", "", self.inner(at + 2, struck.end() - 2))], struck.end()
        return self.script(at, "subscript")

    def dollar(self, at: int) -> Read | None:
        found = re.compile(r"\$\$[\s\S]+?\$\$|\$(?=[^\s$])(?:\\[\s\S]|[^$\\])*?(?<=[^\s\\])\$(?!\d)").match(
            self.text, at
        )
        if found is None:
            return None
        self.note(at, "math")
        return [Piece("other", "", [Piece("str", found.group().strip("$"))])], found.end()


_BEGINS: dict[str, Callable[[_Scanner, int], Read | None]] = {
    "[": _Scanner.bracket,
    "!": _Scanner.image,
    "<": _Scanner.angle,
    "^": _Scanner.caret,
    "~": _Scanner.tilde,
    "$": _Scanner.dollar,
}


def reference_key(label: str) -> str:
    """A link label in the form in which pandoc compares labels."""
    return " ".join(label.split()).lower()


def _words(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    for n, word in enumerate(re.split("[ \n]+", text)):
        if n:
            pieces.append(Piece("space", " "))
        if word:
            pieces.append(Piece("str", word))
    return trim(pieces)


def scan(text: str, known: frozenset[str] = frozenset(), *, heading: bool = False) -> Scan:
    """The pieces of a block's text and what in it is outside the mark-up.

    `known` are the `reference_key`s of the document's headings, to which `[label]` would link.  In a `heading`, closing
    `#`s and an attribute block at the end drop.
    """
    if not _SPECIAL.search(text) and not (heading and "#" in text):
        return Scan(_words(text), [])
    scanner = _Scanner(text, known, [BUDGET + max(min(_PER_CHARACTER * len(text), _MOST), 3 * len(text))])
    ends = re.compile(_CLOSING if "{" in text else _BARE) if heading else None
    try:
        pieces = trim(scanner.until_end(0, ends))
    except GaveUp:
        return Scan([Piece("str", text)], [*scanner.findings, Finding(0, "nesting", breaks=True)])
    if scanner.closed_at is None or ends is None:
        return Scan(pieces, scanner.findings)
    closing = ends.match(text, scanner.closed_at)
    return Scan(pieces, scanner.findings, (closing[1] or None) if closing else None)
