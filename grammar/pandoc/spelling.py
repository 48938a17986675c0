"""Inlines as Markdown, one function a node type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as html_escape

from grammar.escape import EMPHASIS, GLUE, LINK, MARK, PLAIN, Stream, escape
from grammar.nodes import Code, Emph, Inline, Link, Strong, Text
from grammar.pandoc.quotes import misread_quotes

_AUTOMATIC = re.compile(r"(?:https?|ftp)://[A-Za-z0-9](?:[A-Za-z0-9./_~:?#=%+,@&-]*[A-Za-z0-9/])?")
_QUOTE = re.compile("[\"']")
_ENTITY = re.compile(r"&(?=#?\w+;)")


class _Builder:
    """Gathers the text and flags of a Stream."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.flags = bytearray()
        # of each element the quotation marks in its own words, and whether mark-up closes it
        self.quotes: list[tuple[list[int], bool]] = []
        self.ends: set[int] = set()  # the offsets right behind emphasis

    def add(self, text: str, flag: int) -> None:
        self.parts.append(text)
        self.flags.extend(bytes((flag,)) * len(text))

    def inlines(self, inlines: Sequence[Inline], flag: int) -> None:
        quotes: list[int] = []
        self.quotes.append((quotes, flag != 0))
        for inline in inlines:
            match inline:
                case Text():
                    quotes.extend(len(self.flags) + found.start() for found in _QUOTE.finditer(inline.text))
                    self.text(inline, flag)
                case Code():
                    self.code(inline, flag)
                case Emph():
                    self.emphasis("*", inline.children, flag)
                case Strong():
                    self.emphasis("**", inline.children, flag)
                case Link():
                    self.link(inline, flag)

    def text(self, node: Text, flag: int) -> None:
        self.add(node.text.replace(" ", GLUE) if flag & LINK else node.text, flag)

    def code(self, node: Code, flag: int) -> None:
        """Between more backquotes than it holds in a row; from three on with spaces inside, or they open a fence."""
        longest = max((len(run) for run in re.findall("`+", node.text)), default=0)
        fence = "`" * (1 if longest == 0 else 2 if longest == 1 else longest + 1)
        pad = GLUE if len(fence) > 2 or node.text.startswith("`") or node.text.endswith("`") else ""
        self.add(f"{fence}{pad}{node.text.replace(' ', GLUE)}{pad}{fence}", flag | MARK)

    def emphasis(self, mark: str, children: Sequence[Inline], flag: int) -> None:
        self.add(mark, flag | MARK)
        self.inlines(children, flag | EMPHASIS)
        self.add(mark, flag | MARK)
        self.ends.add(len(self.flags))

    def link(self, node: Link, flag: int) -> None:
        if node.children == (Text(node.url),) and _AUTOMATIC.fullmatch(node.url):
            self.add(f"<{node.url}>", flag | MARK)
            return
        self.add("[", flag | MARK)
        self.inlines(node.children, flag | LINK)
        self.add(f"]({_target(node.url)})", flag | MARK)

    def anchor(self, node: Link) -> None:
        url = html_escape(node.url, quote=True)
        self.add(f'<a href="{url}">', MARK)
        self.inlines(node.children, 0)
        self.add("</a>", MARK)

    def written(self, *, heading: bool = False, item: bool = False, references: bool = False) -> str:
        text = "".join(self.parts)
        quotes = frozenset(
            at for places, closed in self.quotes for at in misread_quotes(text, places, self.ends, closed=closed)
        )
        return escape(Stream(text, bytes(self.flags), quotes, heading, item, references))


def _target(url: str) -> str:
    """A tidy URL between parentheses: its own are escaped unless they pair up, entities always."""
    depth = 0
    for char in url:
        depth += (char == "(") - (char == ")")
        if depth < 0:
            break
    if depth:
        url = re.sub(r"([()])", r"\\\1", url)
    return _ENTITY.sub(r"\\&", url)


def spell(
    inlines: Sequence[Inline],
    *,
    heading: bool = False,
    item: bool = False,
    references: bool = False,
    more: bool = False,
) -> str:
    """Tidy inlines (`grammar.tidy`) as one line of Markdown, its first word escaped if it would begin a block.

    Lines may be broken at its spaces, not at a GLUE, which is to be a space in the end.  `heading`: for a heading,
    where closing `#`s and `{...}` are escaped and no first word is.  `item`: for the start of a list's item, where
    `[ ]` and `[x]` get a line of their own.  `references`: something in the file defines `[1]`.  `more`: other mark-up
    follows on the line, so that nothing may be left open.
    """
    match inlines:
        case (Text(text),) if PLAIN.fullmatch(text):
            return text
    builder = _Builder()
    builder.inlines(inlines, EMPHASIS if more else 0)
    return builder.written(heading=heading, item=item, references=references)


def spell_anchor(link: Link, *, references: bool = False) -> str:
    """A tidy link as `<a href="url">words</a>`, on one line."""
    builder = _Builder()
    builder.anchor(link)
    return builder.written(references=references)
