"""What a scanned text says: its words as Xen's tools see them, its identifier, its nodes.

`pandoc_text` gives the words with pandoc's typography, as Xen's tools see headings and terms; `nodes_of` gives the
nodes of `grammar.nodes`, with quotes and dots as typed on a keyboard.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache

from grammar import nodes
from grammar.pandoc.inline import scan
from grammar.pandoc.words import Piece

_HREF = r"(?i)href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+))"
_NOT_KEPT = re.compile(r"[^A-Za-z0-9_.\s-]")
_LETTER = re.compile("[a-z]")


def pandoc_text(pieces: list[Piece]) -> str:
    """The words as Xen's tools join them from pandoc's tree: typographic, but a quotation keeps ASCII quotes."""
    out: list[str] = []
    for piece in pieces:
        kind = piece.kind
        if kind in ("str", "code"):
            out.append(piece.text)
        elif kind in ("space", "break", "hard"):
            out.append(" ")
        elif kind == "single":
            out.append(f"'{pandoc_text(piece.children)}'")
        elif kind == "double":
            out.append(f'"{pandoc_text(piece.children)}"')
        elif kind != "raw":
            out.append(pandoc_text(piece.children))
    return "".join(out)


def identifier(pieces: list[Piece]) -> str:
    """pandoc's automatic identifier of a heading, before it is made unique (pandoc's manual, `auto_identifiers`)."""
    text = pandoc_text(pieces)
    if text.isascii():  # the same, faster
        plain_words = "-".join(_NOT_KEPT.sub("", text).lower().split())
        return plain_words[found.start() :] if (found := _LETTER.search(plain_words)) else "section"
    kept = "".join(char.lower()[:1] for char in text if char.isspace() or char.isalnum() or char in "_-.")
    joined = "-".join(kept.split())
    for n, char in enumerate(joined):
        if char.isalpha():
            return joined[n:]
    return "section"


_KEYBOARD = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "})


def nodes_of(pieces: list[Piece]) -> tuple[nodes.Inline, ...]:
    """The same as nodes: neighbouring words are one Text, spaces single, quotes and dots as on a keyboard."""
    making = _Making()
    for piece in pieces:
        _STEPS[piece.kind](making, piece)
    return making.done()


class _Making:
    """Nodes under way."""

    __slots__ = ("anchors", "out", "text")

    def __init__(self) -> None:
        self.out: list[nodes.Inline] = []
        self.text: list[str] = []  # of the Text that is under way
        self.anchors: list[tuple[int, str]] = []  # open <a href> tags: where in `out` their words begin, their URL

    def end_text(self) -> None:
        words = re.sub(r"[ \n]+", " ", "".join(self.text))
        if words:
            self.out.append(nodes.Text(words))
        self.text.clear()

    def put(self, node: nodes.Inline) -> None:
        self.end_text()
        self.out.append(node)

    def words(self, piece: Piece) -> None:
        self.text.append(piece.text.translate(_KEYBOARD))

    def merge(self, piece: Piece) -> None:
        for node in nodes_of(piece.children):
            if isinstance(node, nodes.Text):
                self.text.append(node.text)
            else:
                self.put(node)

    def quoted(self, piece: Piece) -> None:
        mark = "'" if piece.kind == "single" else '"'
        self.text.append(mark)
        self.merge(piece)
        self.text.append(mark)

    def tag(self, piece: Piece) -> None:
        """An `<a href>` and its end make a link; any other tag is nothing."""
        name = piece.text.lower()
        if name.startswith("<a"):
            href = re.compile(_HREF).search(piece.text)
            if href is not None:
                self.end_text()
                self.anchors.append((len(self.out), href.group(1) or href.group(2) or href.group(3) or ""))
        elif name.startswith("</a") and self.anchors:
            self.end_text()
            start, url = self.anchors.pop()
            self.out[start:] = [nodes.Link(tuple(self.out[start:]), url)]

    def done(self) -> tuple[nodes.Inline, ...]:
        self.end_text()
        return tuple(self.out)


_STEPS: defaultdict[str, Callable[[_Making, Piece], None]] = defaultdict(
    lambda: _Making.tag,
    {
        **dict.fromkeys(("str", "space", "break", "hard"), _Making.words),
        **dict.fromkeys(("single", "double"), _Making.quoted),
        "other": _Making.merge,
        "code": lambda making, piece: making.put(nodes.Code(piece.text)),
        "emph": lambda making, piece: making.put(nodes.Emph(nodes_of(piece.children))),
        "strong": lambda making, piece: making.put(nodes.Strong(nodes_of(piece.children))),
        "link": lambda making, piece: making.put(nodes.Link(nodes_of(piece.children), piece.text)),
    },
)


@lru_cache(maxsize=4096)
def inlines(text: str) -> tuple[nodes.Inline, ...]:
    """A block's text as nodes."""
    return nodes_of(scan(text).pieces)


def anchor_of(words: str) -> str:
    """The anchor of a heading with these words, before a number tells it from an equal one."""
    return identifier(scan(words).pieces)


def plain(inline_nodes: tuple[nodes.Inline, ...]) -> str:
    """The words of nodes, without mark-up."""
    out: list[str] = []
    for node in inline_nodes:
        if isinstance(node, nodes.Text | nodes.Code):
            out.append(node.text)
        else:
            out.append(plain(node.children))
    return "".join(out)
