"""Nodes in the one form that can be written: what the printer writes, and what a parse of it gives back.

A sheet's cells yield empty nodes, spaces at the inner edge of emphasis, links in links.  None of these has a spelling
in the mark-up, so they are put right here, with every word kept.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from grammar.escape import PLAIN
from grammar.fold import fold, normal
from grammar.nodes import Block, BulletList, Code, DefinitionList, Emph, Inline, Link, Literal, Paragraph, Strong, Text

# what pandoc percent-encodes in a URL (its escapeURI), and the backslash, which would need an escape of its own
_NOT_IN_URL = frozenset('<>|"{}[]^`\\')


def _words(text: str) -> str:
    """`fold` with one blank kept at either end where there was any."""
    kept = normal(text)
    folded = " ".join(kept.split())
    if not folded:
        return " " if kept else ""
    return " " * kept[0].isspace() + folded + " " * kept[-1].isspace()


def tidy_url(url: str) -> str:
    """A link's target with what no URL may hold percent-encoded.  ValueError for a line end or control character."""
    url = url.strip(" \u00a0")
    for char in url:
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
            raise ValueError(f"a link's target cannot hold {char!r}: {url!r}")
    return "".join(
        quote(char) if char in _NOT_IN_URL or char.isspace() or not char.isprintable() else char for char in url
    )


def tidy(inlines: Iterable[Inline]) -> tuple[Inline, ...]:
    """Inlines in the form that can be written; tidying twice changes nothing.

    Text is folded across nodes, neighbours of one kind are joined, spaces at inner edges move out, empty nodes go, and
    emphasis in emphasis, strong in strong and a link in a link keep their words only.  A link without words shows its
    target.  ValueError as `tidy_url`.
    """
    match inlines:
        case (Text(text),) if PLAIN.fullmatch(text):
            return (inlines[0],)
    return _fold_edges(_tidied(inlines, frozenset()))


def _tidied(inlines: Iterable[Inline], around: frozenset[type[Inline]]) -> list[Inline]:
    """Tidied but for spaces next to spaces: those of the text meet across nodes only when all are in place."""
    out: list[Inline] = []
    for inline in inlines:
        match inline:
            case Text(text):
                _append(out, Text(_words(text)))
            case Code(text):
                words = _words(text)
                _append_framed(out, words[:1] == " ", [Code(words.strip())] if words.strip() else [], words[-1:] == " ")
            case Link(children, url):
                _append_link(out, children, tidy_url(url), around)
            case Emph() | Strong():
                _append_emphasis(out, inline, around)
    return out


def _append_link(out: list[Inline], children: Sequence[Inline], url: str, around: frozenset[type[Inline]]) -> None:
    inner = _tidied(children, around | {Link})
    if Link in around:
        for child in inner:
            _append(out, child)
        return
    before, inner, after = _unframed(inner)
    if not inner and url:
        inner = [Text(fold(url))]
    _append_framed(out, before, [Link(_fold_edges(inner), url)] if inner else [], after)


def _append_emphasis(out: list[Inline], node: Emph | Strong, around: frozenset[type[Inline]]) -> None:
    kind = type(node)
    inner = _tidied(node.children, around | {kind})
    if kind in around:
        for child in inner:
            _append(out, child)
        return
    before, inner, after = _unframed(inner)
    children = _fold_edges(inner)
    whole: list[Inline] = [kind(children)] if children else []
    if kind is Emph and len(children) == 1 and isinstance(children[0], Strong):
        whole = [Strong((Emph(children[0].children),))]  # `***x***` is read this way round
    _append_framed(out, before, whole, after)


def _unframed(inlines: list[Inline]) -> tuple[bool, list[Inline], bool]:
    """Whether spaces were at the start, the rest, whether spaces were at the end."""
    inner = list(inlines)
    before = after = False
    if inner and isinstance(inner[0], Text):
        text = inner[0].text
        before = text[:1] == " "
        inner[:1] = [Text(text.lstrip())] if text.strip() else []
    if inner and isinstance(inner[-1], Text):
        text = inner[-1].text
        after = text[-1:] == " "
        inner[-1:] = [Text(text.rstrip())] if text.strip() else []
    return before, inner, after


def _append_framed(out: list[Inline], before: bool, inner: Sequence[Inline], after: bool) -> None:
    if before:
        _append(out, Text(" "))
    for inline in inner:
        _append(out, inline)
    if after:
        _append(out, Text(" "))


def _append(out: list[Inline], inline: Inline) -> None:
    """Append, joined to the last one if both are of one kind."""
    last = out[-1] if out else None
    match last, inline:
        case _, Text(""):
            pass
        case Text(a), Text(b):
            out[-1] = Text(_words(a + b))
        case Code(a), Code(b):
            out[-1] = Code(a + b)
        case Emph(a), Emph(b):
            out[-1] = Emph(_joined(a, b))
        case Strong(a), Strong(b):
            out[-1] = Strong(_joined(a, b))
        case Link(a, url), Link(b, other) if url == other:
            out[-1] = Link(_joined(a, b), url)
        case _:
            out.append(inline)


def _joined(left: Sequence[Inline], right: Sequence[Inline]) -> tuple[Inline, ...]:
    out = list(left)
    for inline in right:
        _append(out, inline)
    return tuple(out)


def _fold_edges(inlines: Sequence[Inline]) -> tuple[Inline, ...]:
    """Without spaces at the ends."""
    return tuple(_unframed(list(inlines))[1])


def tidy_blocks(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Blocks in the form that can be written: tidy inlines, no empty block or item, no list right after a list."""
    out: list[Block] = []
    for block in blocks:
        match block:
            case Paragraph(inlines, plain, span):
                if words := tidy(inlines):
                    out.append(Paragraph(words, plain, span))
            case BulletList(items, span):
                kept = tuple(item for item in map(tidy_blocks, items) if item)
                if kept and out and isinstance(out[-1], BulletList):
                    out[-1] = BulletList(out[-1].items + kept, out[-1].span)
                elif kept:
                    out.append(BulletList(kept, span))
            case Literal(lines=(), fields=()) | DefinitionList(terms=()):
                pass
            case _:
                out.append(block)
    return tuple(out)
