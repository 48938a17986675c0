"""The parts of a SUPPORT document.

Frozen and slotted; every node knows its span, and no span takes part in comparison: two documents that say the same
are equal.  Text in nodes is what a reader sees (pandoc's typography undone to plain quotes, dashes and dots is *not*
applied here; see `grammar.inlines`), not mark-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from grammar.record import field, record
from grammar.source import Span

NOWHERE = Span(0, 0)
_T = TypeVar("_T")


@record(frozen=True)
class Text:
    """Plain words.  Spaces are single; a line break in the source is a space."""

    text: str


@record(frozen=True)
class Code:
    """Verbatim text in backquotes."""

    text: str


@record(frozen=True)
class Emph:
    """Emphasis: `*x*` or `_x_`."""

    children: tuple[Inline, ...]


@record(frozen=True)
class Strong:
    """Strong emphasis: `**x**`."""

    children: tuple[Inline, ...]


@record(frozen=True)
class Link:
    """A link: `[x](url)`, `<url>`, or an `<a href="url">x</a>`."""

    children: tuple[Inline, ...]
    url: str


Inline = Text | Code | Emph | Strong | Link


@record(frozen=True)
class Paragraph:
    """A paragraph.  `plain` marks the tight kind that list items hold (no blank line around it)."""

    inlines: tuple[Inline, ...]
    plain: bool = field(default=False, compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@record(frozen=True)
class BulletList:
    """A bullet list: each item is a tuple of blocks (paragraphs and lists)."""

    items: tuple[tuple[Block, ...], ...]
    span: Span = field(default=NOWHERE, compare=False)


@record(frozen=True)
class ParsedField:
    """One `Key: value` or `Key, qualifier: value` line of a literal.

    `keyword` is as written (`Status`, `Supported`, `Xen-Version` ...); `qualifier` as written, None without one;
    `value` without surrounding spaces.  `qualifier_span` is where the qualifier is in the source, NOWHERE without one;
    a tab in it is one character there and spaces in `qualifier`.
    """

    keyword: str
    qualifier: str | None
    value: str
    span: Span = field(default=NOWHERE, compare=False)
    value_span: Span = field(default=NOWHERE, compare=False)
    qualifier_span: Span = field(default=NOWHERE, compare=False)


@record(frozen=True)
class Literal:
    """A literal block.  `kind`: `release`, `feature`, `definition` (of a label: no row); `lines` is its text.

    `lines` are without indentation and trailing spaces; the `fields` are those lines that are well-formed fields.
    """

    kind: str
    fields: tuple[ParsedField, ...]
    lines: tuple[str, ...]
    fenced: bool = field(default=False, compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@record(frozen=True)
class Term:
    """One entry of a definition list: `term` on its line, `: value` below.

    `text`, `words` and `reading` are what Xen's tools make of it: the term's text, the term's plain words that make its
    key, the value's text.
    """

    term: tuple[Inline, ...]
    value: tuple[Inline, ...]
    text: str = field(default="", compare=False)
    words: str = field(default="", compare=False)
    reading: str = field(default="", compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@record(frozen=True)
class DefinitionList:
    """A definition list, such as the release-notes entry."""

    terms: tuple[Term, ...]
    span: Span = field(default=NOWHERE, compare=False)


@record(frozen=True)
class Outside:
    """A block outside the mark-up, kept so that nothing is dropped: `what` names it, `raw` is its source."""

    what: str
    raw: str
    span: Span = field(default=NOWHERE, compare=False)


@record(frozen=True)
class Heading:
    """A heading.  `text` is its words as pandoc reads them, `anchor` its identifier in the document.

    `given` is the identifier of `{#id}`, if there is one.
    """

    level: int
    inlines: tuple[Inline, ...]
    text: str
    anchor: str
    given: str | None = None
    span: Span = field(default=NOWHERE, compare=False)


class Shared:
    """Blocks as they are in their own part of a document, how they are moved, and what was made of them
    (`Section.derived`).
    """

    __slots__ = ("blocks", "made", "move")

    def __init__(self, blocks: tuple[Block, ...], move: Callable[[tuple[Block, ...], int], tuple[Block, ...]]) -> None:
        self.blocks = blocks
        self.move = move
        self.made: dict[object, Any] = {}


Block = Paragraph | BulletList | Literal | DefinitionList | Outside


@record(frozen=True)
class Section:
    """A heading, the blocks below it, then the sections below it."""

    heading: Heading
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)
    origin: int = field(default=0, init=False, compare=False, repr=False)
    _shared: Shared | None = field(default=None, init=False, compare=False, repr=False)

    @staticmethod
    def placed(heading: Heading, shared: Shared, origin: int, sections: tuple[Section, ...], span: Span) -> Section:
        """A section with blocks that other documents have too, here `origin` characters further down; they are moved
        when asked for.
        """
        section = object.__new__(Section)
        _put_heading(section, heading)
        _put_sections(section, sections)
        _put_span(section, span)
        _put_origin(section, origin)
        _put_shared(section, shared)
        return section

    def __getattr__(self, name: str) -> object:
        """The blocks of a section made by `placed`: only a slot that is empty is asked for here."""
        if name != "blocks" or self._shared is None:
            raise AttributeError(name)
        blocks = self._shared.move(self._shared.blocks, self.origin)
        object.__setattr__(self, "blocks", blocks)
        return blocks

    def derived(self, make: Callable[[tuple[Block, ...]], _T]) -> _T:
        """What a function makes of the blocks, once for all documents that have them; spans in it count from
        `origin`.
        """
        shared = self._shared
        if shared is None:
            return make(self.blocks)
        if make not in shared.made:
            shared.made[make] = make(shared.blocks)
        found: _T = shared.made[make]
        return found

    @property
    def unplaced(self) -> tuple[Block, ...]:
        """The blocks, for those who look at no span: spans in them count from `origin`, and nothing is moved."""
        return self.blocks if self._shared is None else self._shared.blocks

    def noted(self, key: object) -> bool:
        """Whether `note` was called with this key for the same blocks, in this document or another one."""
        return self._shared is not None and key in self._shared.made

    def note(self, key: object) -> None:
        """Remember something of the blocks that holds wherever they are."""
        if self._shared is not None:
            self._shared.made[key] = True

    def walk(self) -> Iterator[Section]:
        """This section, then all below it, in file order."""
        return _walk((self,))


_put_heading, _put_sections, _put_span, _put_origin, _put_shared = (
    vars(Section)[name].__set__ for name in ("heading", "sections", "span", "origin", "_shared")
)


@record(frozen=True)
class Document:
    """A whole SUPPORT.md: title (None without a title block), preamble, sections of level 1."""

    title: str | None
    preamble: tuple[Block, ...]
    sections: tuple[Section, ...]

    def walk(self) -> Iterator[Section]:
        """All sections in file order."""
        return _walk(self.sections)


def _walk(sections: tuple[Section, ...]) -> Iterator[Section]:
    waiting = [*reversed(sections)]
    while waiting:
        section = waiting.pop()
        yield section
        if section.sections:
            waiting += reversed(section.sections)
