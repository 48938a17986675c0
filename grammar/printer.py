"""A Document as the text of a SUPPORT.md, one small function a node type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from grammar.escape import GLUE
from grammar.nodes import (
    Block,
    BulletList,
    Code,
    DefinitionList,
    Document,
    Heading,
    Inline,
    Link,
    Literal,
    Outside,
    Paragraph,
    ParsedField,
    Section,
    Term,
    Text,
)
from grammar.pandoc.attributes import attributes_of
from grammar.pandoc.spelling import spell, spell_anchor
from grammar.tidy import tidy, tidy_blocks
from grammar.wrap import wrap

LEAD_IN = "Note:"

_KEYWORD = re.compile(r"[A-Z][-A-Z0-9a-z]+")
_QUALIFIED = ("Status", "Supported")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DEFINES = re.compile(r"^\s*(?:\[[0-9]+\]:|#+ *[0-9]+[ #]*$)", re.M)
_FENCES = re.compile(r"^`{3,}", re.M)


@dataclass(frozen=True, slots=True)
class _Room:
    """Where blocks are: columns before them, whether a literal follows, whether `[1]` is defined in the file."""

    indent: int = 0
    before_literal: bool = False
    references: bool = False


_Key = tuple[int, int, bool]


@dataclass(slots=True)
class Printed:
    """Texts of headings with their own blocks, and of blocks, by the identity of these nodes, with the nodes."""

    sections: dict[_Key, tuple[Heading, tuple[Block, ...], str]] = field(default_factory=dict)
    blocks: dict[tuple[int, bool], tuple[tuple[Block, ...], str]] = field(default_factory=dict)

    def section(self, section: Section, room: _Room) -> str:
        """The text of a heading with its own blocks."""
        heading, blocks = section.heading, section.blocks
        key = id(heading), id(blocks), room.references
        found = self.sections.get(key)
        if found is None:
            line, text = _line(heading, room), self._of(blocks, room)
            found = self.sections[key] = heading, blocks, f"{line}\n\n{text}" if text else line
        return found[2]

    def _of(self, blocks: tuple[Block, ...], room: _Room) -> str:
        key = id(blocks), room.references
        found = self.blocks.get(key)
        if found is None:
            found = self.blocks[key] = blocks, "\n\n".join(_chunks(blocks, room))
        return found[1]


def print_document(document: Document, known: Printed | None = None) -> str:
    """A whole file: `% Title`, preamble, sections; LF, no trailing spaces, a newline at the end.

    Outside blocks are written as they are; the words of the rest are what `grammar.tidy` makes of them.  `known` keeps
    what is printed for the next document that has the same blocks.  ValueError for what cannot be written: an empty
    heading or title, a link's target with a line end, a field that is none.
    """
    room = _Room(references=_has_references(document))
    chunks = [] if document.title is None else [_title(document.title, room)]
    chunks.extend(_chunks(document.preamble, room))
    known = known or Printed()
    chunks.extend(known.section(section, room) for section in document.walk())
    return "\n\n".join(chunks) + "\n" if chunks else ""


def print_blocks(blocks: Sequence[Block], *, before_fields: bool = False, after_fields: bool = False) -> str:
    """Prose as it is in a section, with a newline at the end; an empty text if there is none.

    `before_fields`: a literal comes next, so a list at the end is indented beyond it, or it would swallow the literal.
    `after_fields`: a literal is before, so a list at the start gets its lead-in (`with_lead_in`).  ValueError as
    for `print_document`.
    """
    shown = with_lead_in(blocks) if after_fields else blocks
    chunks = list(_chunks(shown, _Room(before_literal=before_fields)))
    return "\n\n".join(chunks) + "\n" if chunks else ""


def with_lead_in(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """A caveat's tidy blocks; LEAD_IN goes before a list at the start, as a list alone is no caveat to Xen."""
    tidied = tidy_blocks(blocks)
    if tidied and isinstance(tidied[0], BulletList):
        return (Paragraph((Text(LEAD_IN),)), *tidied)
    return tidied


def print_title(title: str) -> str:
    """The title block's line, without its line end.  ValueError for an empty title."""
    return _title(title, _Room())


def print_heading(level: int, text: str | Sequence[Inline], given: str | None = None) -> str:
    """A heading's line, without its line end; `given` is the identifier of `{#id}` or `{id=...}`.

    ValueError for a level outside 1-6, for no words at all, and for an identifier that no attribute gives.
    """
    return _heading(level, (Text(text),) if isinstance(text, str) else text, given, _Room())


def print_field(keyword: str, qualifier: str | None, value: str) -> str:
    """A field's line, without indentation and line end; spaces around qualifier and value go.

    ValueError for what no such line can hold: a line end or control character anywhere, an empty value, an empty
    qualifier or one with a colon, a qualifier where the keyword takes none, a word that is no keyword.
    """
    if not _KEYWORD.fullmatch(keyword):
        raise ValueError(f"no keyword of a field: {keyword!r}")
    for part in (qualifier or "", value):
        if found := _UNPRINTABLE.search(part):
            raise ValueError(f"a field cannot hold {found.group()!r}: {part!r}")
    if not value.strip():
        raise ValueError(f"an empty value of {keyword}")
    if qualifier is None:
        return f"{keyword}: {value.strip()}"
    if keyword not in _QUALIFIED:
        raise ValueError(f"{keyword} takes no qualifier: {qualifier!r}")
    if not qualifier.strip() or ":" in qualifier:
        raise ValueError(f"a qualifier cannot be empty or hold a colon: {qualifier!r}")
    return f"{keyword}, {qualifier.strip()}: {value.strip()}"


def _has_references(document: Document) -> bool:
    """Whether `[1]` may be a link: a heading of digits only, or a definition among what is written as it is."""
    sections = list(document.walk())
    headings = [section.heading for section in sections]
    if any(_is_number(heading) for heading in headings if not heading.text or heading.text.strip().isdigit()):
        return True
    outside = [block for section in sections for block in section.blocks if isinstance(block, Outside)]
    outside += [block for block in document.preamble if isinstance(block, Outside)]
    return any(_DEFINES.search(block.raw) for block in outside)


def _is_number(heading: Heading) -> bool:
    words = tidy(heading.inlines or (Text(heading.text),))
    return len(words) == 1 and isinstance(words[0], Text) and words[0].text.isdigit()


def _title(title: str, room: _Room) -> str:
    words = tidy((Text(title),))
    if not words:
        raise ValueError("an empty title")
    return "% " + spell(words, heading=True, references=room.references).replace(GLUE, " ")


def _line(heading: Heading, room: _Room) -> str:
    return _heading(heading.level, heading.inlines or (Text(heading.text),), heading.given, room)


def _heading(level: int, inlines: Sequence[Inline], given: str | None, room: _Room) -> str:
    if not 1 <= level <= 6:
        raise ValueError(f"a heading of level {level}")
    words = tidy(inlines)
    if not words:
        raise ValueError("an empty heading")
    attributes = "" if given is None else " " + attributes_of(given)
    text = spell(words, heading=True, references=room.references, more=given is not None).replace(GLUE, " ")
    return f"{'#' * level} {text}{attributes}"


def _chunks(blocks: Iterable[Block], room: _Room) -> Iterator[str]:
    """Each block's text, without the newline at its end."""
    tidied = tidy_blocks(blocks)
    for at, block in enumerate(tidied):
        before = tidied[at - 1] if at else None
        after = tidied[at + 1] if at + 1 < len(tidied) else None
        match block:
            case Paragraph():
                text = _paragraph(block, room, item=room.indent > 0 and before is None)
            case BulletList():
                literal = isinstance(after, Literal) or (after is None and room.before_literal)
                text = _bullets(block, room, 3 if literal else 2)
            case Literal():
                text = _literal(block, fenced=_needs_fence(block, before))
            case DefinitionList():
                text = _definitions(block, room)
            case Outside():
                text = block.raw.rstrip("\n")
        if text:
            yield text


def _paragraph(node: Paragraph, room: _Room, *, item: bool) -> str:
    return "\n".join(wrap(spell(node.inlines, item=item, references=room.references), room.indent))


def _bullets(node: BulletList, room: _Room, lead: int) -> str:
    """A list whose bullets are `lead` columns in; tight unless an item holds more than words and a tight list."""
    inner = _Room(room.indent + lead + 2, references=room.references)
    gap = "\n" if _tight(node) else "\n\n"
    return gap.join(_indented(_item(item, inner, gap), " " * lead + "* ") for item in node.items)


def _item(blocks: Sequence[Block], room: _Room, gap: str) -> str:
    if isinstance(blocks[0], BulletList):  # its first bullet is right behind this item's own
        return gap.join((_bullets(blocks[0], room, 0), *_chunks(blocks[1:], room)))
    return gap.join(_chunks(blocks, room))


def _tight(node: BulletList) -> bool:
    """Whether no blank lines are needed in a list.

    Looking for the end of an item, pandoc takes what is between two backquotes for code, even of two items, and
    even if they are escaped; what is between two dollars it takes for a formula.  Only a blank line ends either.
    """
    for item in node.items:
        match item:
            case (Paragraph(words),) | (Paragraph(words), BulletList()) if _runs_on(words):
                return False
            case (Paragraph(),):
                pass
            case (BulletList() as below,) | (Paragraph(), BulletList() as below) if _tight(below):
                pass
            case _:
                return False
    return True


def _runs_on(inlines: Sequence[Inline]) -> bool:
    return any(
        "`" in inline.text or "$" in inline.text
        if isinstance(inline, Text)
        else not isinstance(inline, Code) and _runs_on(inline.children)
        for inline in inlines
    )


def _indented(text: str, bullet: str) -> str:
    """A block's text behind a bullet, its other lines below its first."""
    first, *rest = text.split("\n")
    return "\n".join((bullet + first, *(" " * len(bullet) + line if line else "" for line in rest)))


def _needs_fence(node: Literal, before: Block | None) -> bool:
    """Whether four spaces would make a literal part of what is before it."""
    return isinstance(before, DefinitionList) or (isinstance(before, Literal) and before.kind != node.kind)


def _literal(node: Literal, fenced: bool) -> str:
    lines = [line.rstrip() for line in node.lines] or [_field(field) for field in node.fields]
    if any("\n" in line or "\r" in line for line in lines):
        raise ValueError(f"a line of a literal cannot hold a line end: {lines!r}")
    text = "\n".join(lines).strip("\n")
    if not fenced:
        return "\n".join(f"    {line}" if line else "" for line in text.split("\n"))
    fence = "`" * max((len(run) + 1 for run in _FENCES.findall(text)), default=3)
    return f"{fence}\n{text}\n{fence}"


def _field(node: ParsedField) -> str:
    return print_field(node.keyword, node.qualifier, node.value)


def _definitions(node: DefinitionList, room: _Room) -> str:
    return "\n\n".join(_term(term, room) for term in node.terms)


def _term(node: Term, room: _Room) -> str:
    """`Term` over `: value`; a value that is one link is written as `<a>`, as the release-notes entries have it."""
    term, value = tidy(node.term), tidy(node.value)
    if not term or not value:
        raise ValueError("a definition list's entry without a term or without a value")
    match value:
        case (Link() as link,):
            shown = spell_anchor(link, references=room.references)
        case _:
            shown = spell(value, references=room.references)
    return f"{spell(term, references=room.references)}\n: {shown}".replace(GLUE, " ")
