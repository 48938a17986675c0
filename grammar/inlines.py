"""What a scanned text says: its words as Xen's tools see them, its identifier, its nodes.

`pandoc_text` gives the words with pandoc's typography, as Xen's tools see headings and terms; `nodes_of` gives the nodes of
`grammar.nodes`, with quotes and dots as typed on a keyboard.
"""

from __future__ import annotations

import re
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
    """The same as nodes: neighbouring words are one Text, blanks single, quotes and dots as on a keyboard."""
    out: list[nodes.Inline] = []
    text: list[str] = []  # of the Text that is under way

    def put(node: nodes.Inline) -> None:
        if text:
            out.append(nodes.Text(re.sub(r"[ \n]+", " ", "".join(text))))
            text.clear()
        out.append(node)

    def merge(inside: tuple[nodes.Inline, ...]) -> None:
        for node in inside:
            if isinstance(node, nodes.Text):
                text.append(node.text)
            else:
                put(node)

    end = nodes.Text("")  # where an anchor or the whole ends
    anchors: list[tuple[int, str]] = []  # open <a href> tags: where in `out` their words begin, their URL
    for piece in pieces:
        kind = piece.kind
        if kind in ("str", "space", "break", "hard"):
            text.append(piece.text.translate(_KEYBOARD))
        elif kind == "code":
            put(nodes.Code(piece.text))
        elif kind == "emph":
            put(nodes.Emph(nodes_of(piece.children)))
        elif kind == "strong":
            put(nodes.Strong(nodes_of(piece.children)))
        elif kind == "link":
            put(nodes.Link(nodes_of(piece.children), piece.text))
        elif kind in ("single", "double"):
            mark = "'" if kind == "single" else '"'
            text.append(mark)
            merge(nodes_of(piece.children))
            text.append(mark)
        elif kind == "other":
            merge(nodes_of(piece.children))
        elif piece.text.lower().startswith("<a"):
            href = re.compile(_HREF).search(piece.text)
            if href is not None:
                put(end)
                anchors.append((len(out), href.group(1) or href.group(2) or href.group(3) or ""))
        elif piece.text.lower().startswith("</a") and anchors:
            put(end)
            start, url = anchors.pop()
            out[start:] = [nodes.Link(tuple(n for n in out[start:] if n != end), url)]
    put(end)
    return tuple(node for node in out if node != end)


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
