"""What nodes mean and what pandoc read, in one plain form that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from grammar.nodes import Block, BulletList, Code, Document, Emph, Inline, Link, Literal, Paragraph, Strong, Text
from grammar.tidy import tidy, tidy_blocks

# a stretch of text and the mark-up it stands in, as sorted words
Stretch = tuple[str, tuple[str, ...]]
_KEYBOARD = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "})


def _joined(stretches: Iterable[tuple[str, frozenset[str]]]) -> list[Stretch]:
    out: list[Stretch] = []
    for text, marks in stretches:
        key = tuple(sorted(marks))
        if out and out[-1][1] == key:
            out[-1] = (out[-1][0] + text, key)
        elif text:
            out.append((text, key))
    return out


def _meant(inlines: Iterable[Inline], marks: frozenset[str]) -> Iterable[tuple[str, frozenset[str]]]:
    for inline in inlines:
        match inline:
            case Text(text):
                yield text, marks
            case Code(text):
                yield text, marks | {"Code"}
            case Emph(children):
                yield from _meant(children, marks | {"Emph"})
            case Strong(children):
                yield from _meant(children, marks | {"Strong"})
            case Link(children, url):
                yield from _meant(children, marks | {f"Link {url}"})


def _read(inlines: Iterable[dict[str, Any]], marks: frozenset[str]) -> Iterable[tuple[str, frozenset[str]]]:
    for inline in inlines:
        kind: str = inline["t"]
        content: Any = inline.get("c")
        match kind:
            case "Str":
                yield content.translate(_KEYBOARD), marks
            case "Space" | "SoftBreak":
                yield " ", marks
            case "Quoted":
                mark = "'" if content[0]["t"] == "SingleQuote" else '"'
                yield mark, marks
                yield from _read(content[1], marks)
                yield mark, marks
            case "Code" if content[0] == ["", [], []]:
                yield content[1], marks | {"Code"}
            case "Emph" | "Strong":
                yield from _read(content, marks | {kind})
            case "Link":
                yield from _read(content[1], marks | {f"Link {content[2][0]}"})
            case _:
                yield repr(inline), marks | {"unknown"}


def meant(blocks: Sequence[Block]) -> list[Any]:
    """What blocks mean: paragraphs as stretches, lists as items, literals as their text."""
    out: list[Any] = []
    for block in tidy_blocks(blocks):
        match block:
            case Paragraph(inlines):
                out.append(_joined(_meant(inlines, frozenset())))
            case BulletList(items):
                out.append(("list", [meant(item) for item in items]))
            case Literal():
                out.append(("literal", "\n".join(block.lines)))
            case _:
                out.append(block)
    return out


def meant_document(document: Document) -> list[Any]:
    """What a document means, headings too."""
    out = meant(document.preamble)
    for section in document.walk():
        heading = tidy(section.heading.inlines)
        out.append(("heading", section.heading.level, _joined(_meant(heading, frozenset()))))
        out.extend(meant(section.blocks))
    return out


def read(blocks: Sequence[dict[str, Any]]) -> list[Any]:
    """The same of pandoc's blocks."""
    out: list[Any] = []
    for block in blocks:
        kind: str = block["t"]
        content: Any = block.get("c")
        match kind:
            case "Para" | "Plain":
                out.append(_joined(_read(content, frozenset())))
            case "BulletList":
                out.append(("list", [read(item) for item in content]))
            case "CodeBlock":
                out.append(("literal", content[1]))
            case "Header":
                out.append(("heading", content[0], _joined(_read(content[2], frozenset()))))
            case _:
                out.append(block)
    return out
