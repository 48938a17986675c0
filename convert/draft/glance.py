"""A fresh draft read back piece by piece: most sections of the trees of a workbook are word for word the same.

A document is the sum of its pieces (grammar/pieces.py) where no piece reaches beyond itself, no heading's words are a
link's, and no identifier is given by hand; and a piece is the sum of its heading and of what is below that.  So each
distinct heading and each distinct text below one is read once for all trees, compared with what was written there, and
held to the mark-up.  What is left for each tree is what the pieces make together: the cut, levels, identifiers, keys.

Where anything is not as it should be, or not known to be, nothing is said here: the draft is then read as a whole
(convert/draft/validate.py), which finds the words and the cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from convert.draft.definitions import Definitions
from convert.draft.translate import Draft, Expected
from convert.draft.validate import alike, comparable, inside
from convert.lint.apart import BELOW, Apart, is_lone, qualifiers
from convert.lint.registry import Rest
from convert.lint.rules.parts import defines
from grammar.builder import Built, Head
from grammar.diagnostic import Diagnostic
from grammar.nodes import Block, DefinitionList, Document, Heading, Literal, Section
from grammar.parser import Identifiers, Parsed
from grammar.pieces import alone, cut
from grammar.plain import is_plain, quickly
from grammar.positions import bytes_of
from grammar.record import replace
from grammar.rows import Row, limits, read_rows
from grammar.source import Source, Span


class _Below(NamedTuple):
    """A text below a heading as it was read: what it says, its rows (of no use: their places, anchors and paths).

    `suffixes` are what the rows add to their section's anchor; `counts` of features, statuses and limits; `limited` are
    the rows with limits.
    """

    said: list[object]
    rows: tuple[Row, ...]
    suffixes: tuple[str, ...]
    counts: tuple[int, int, int]
    qualifiers: frozenset[str]
    limited: tuple[Row, ...]
    silent: bool


class _Piece(NamedTuple):
    """A piece that was read back as the heading and the blocks of a section, with these rows.

    `keys` are the rows' where no heading above has the same identifier; `silent`: lint finds nothing in it.
    """

    section: Section
    rows: tuple[Expected, ...]
    head: Head
    below: _Below
    keys: tuple[str, ...]
    silent: bool


@dataclass(slots=True)
class Known:
    """What has been read for the drafts of a workbook; None where a text cannot be read by itself.

    `apart` looks at sections as lint does.
    """

    apart: Apart | None = None
    heads: dict[str, tuple[Head, bool] | None] = field(default_factory=dict)
    below: dict[tuple[str, int, bool], _Below | None] = field(default_factory=dict)
    pieces: dict[str, _Piece] = field(default_factory=dict)
    said: dict[int, tuple[tuple[Block, ...], list[object]]] = field(default_factory=dict)
    beginnings: dict[str, tuple[str | None, list[object]] | None] = field(default_factory=dict)
    definitions: dict[str, bool] = field(default_factory=dict)


class Frame(NamedTuple):
    """What lint is to look at: a draft without the features in which it finds nothing by themselves.

    `rest`, `more`: what they have that rules of the whole document look at.  `features`, `definitions`: where these
    parts begin; `exact`: the rows' keys are those of the draft.
    """

    text: str
    rest: Rest
    more: tuple[Row, ...]
    features: int
    definitions: int
    exact: bool

    def same(self, finding: Diagnostic) -> bool:
        """Whether a finding is that of the whole draft, but for how far down it is."""
        if finding.span is None or finding.span.start >= self.definitions:
            return False
        return finding.span.start < self.features or (self.exact and is_lone(finding.code))


class Glance(NamedTuple):
    """A draft that is right: the cell of each row's key; how many features, statuses and limits it has."""

    cells: dict[str, str]
    counts: tuple[int, int, int]
    frame: Frame | None


def at_a_glance(draft: Draft, known: Known) -> Glance | None:
    """What a fresh draft says, where all is as it should be; None where it is not, or has to be read as a whole."""
    texts, sections = cut(draft.text), list(draft.document.walk())
    begins, own, rest = texts[0], texts[1 : len(sections) + 1], texts[len(sections) + 1 :]
    if draft.worn or any(bytes_of(Source(draft.tree.name, draft.text.encode("utf-8", "surrogatepass")))):
        return None
    if not _begins(begins, draft.document, known) or not _defines(rest, draft.definitions, known):
        return None
    pieces = _pieces(own, sections, draft.rows, known)
    if pieces is None:
        return None
    anchors = _anchors(pieces)
    if anchors is None:
        keys = [key for piece in pieces for key in piece.keys]
    else:
        keys = [at + end for at, piece in zip(anchors, pieces, strict=True) for end in piece.below.suffixes]
    if len(set(keys)) < len(keys):
        return None
    frame = None
    if known.apart is not None:
        frame = _frame(texts, pieces, anchors)
        if frame is None:
            return None
    cells = {key: cell for key, cell in zip(keys, draft.cells, strict=True) if cell}
    counts = zip(*(piece.below.counts for piece in pieces), strict=True)
    features, statuses, limited = map(sum, counts)
    return Glance(cells, (features, statuses, limited), frame)


# ---- pieces
# --------------------------------------------------------------------------------------------------------------
def _pieces(
    texts: Sequence[str], sections: Sequence[Section], rows: tuple[Expected, ...], known: Known
) -> list[_Piece] | None:
    """The pieces of the parts that a sheet says something about, in order; None where one is not what was written."""
    if len(texts) < len(sections):
        return None
    found: list[_Piece] = []
    path: list[str] = []
    at = 0
    for text, section in zip(texts, sections, strict=True):
        piece = known.pieces.get(text)
        if piece is None or not _is(piece, section) or piece.rows != rows[at : at + len(piece.rows)]:
            piece = _read(text, section, rows, at, known)
            if piece is None:
                return None
            known.pieces[text] = piece
        level = section.heading.level
        if level > len(path) + 1:
            return None
        path[level - 1 :] = (section.heading.text,)
        if piece.rows:
            if piece.rows[0].path != tuple(path):
                return None
            at += len(piece.rows)
        found.append(piece)
    return found if at == len(rows) else None


def _is(piece: _Piece, section: Section) -> bool:
    """Whether a piece is known to be what was written for a section."""
    return piece.section is section or (
        piece.section.heading is section.heading
        and piece.section.blocks is section.blocks
        and bool(piece.section.sections) is bool(section.sections)
    )


def _read(text: str, section: Section, rows: tuple[Expected, ...], at: int, known: Known) -> _Piece | None:
    """A piece that is read as the section was written, with the rows from the given one on; None where it is not."""
    line, blank, rest = text.partition("\n\n")
    leaf = not section.sections
    heading, blocks = section.heading, section.blocks
    head, below = _head(line, known), _below(rest, heading.level, known, leaf=leaf)
    if not blank or "\n" in line or head is None or below is None:
        return None
    mine = rows[at : at + len(below.rows)]
    if head[0].level != heading.level or not alike(heading.text, head[0].text) or below.said != _said(blocks, known):
        return None
    if not _same(mine, below.rows) or any(row.path != mine[0].path for row in mine):
        return None
    keys = tuple([head[0].base + suffix for suffix in below.suffixes])
    return _Piece(section, mine, head[0], below, keys, head[1] and below.silent)


def _same(wanted: Sequence[Expected], read: Sequence[Row]) -> bool:
    """Whether rows are those that are expected, but for the headings above them."""
    return len(wanted) == len(read) and all(
        alike(want.qualifier or "", have.qualifier or "")
        and alike(want.value, have.status)
        and (want.keyword == "Supported", want.described, want.caveat)
        == (have.kind == "list", have.described, have.caveat)
        for want, have in zip(wanted, read, strict=True)
    )


def _said(blocks: tuple[Block, ...], known: Known) -> list[object]:
    found = known.said.get(id(blocks))
    if found is None:
        found = known.said[id(blocks)] = blocks, comparable(blocks)
    return found[1]


def _head(line: str, known: Known) -> tuple[Head, bool] | None:
    """A heading by itself, and whether lint finds nothing in it."""
    if line not in known.heads:
        parsed = _section(f"{line}\n\n", BELOW)
        known.heads[line] = None
        if parsed is not None and not parsed[1].document.sections[0].unplaced:
            silent = known.apart is not None and known.apart.silent(parsed[1], ())
            known.heads[line] = parsed[0], silent
    return known.heads[line]


def _below(text: str, level: int, known: Known, *, leaf: bool) -> _Below | None:
    """What is below a heading of some level, read below one that says nothing."""
    key = text, level, leaf
    if key not in known.below:
        known.below[key] = _read_below(f"{'#' * level} A\n\n{text}", known.apart, leaf=leaf)
    return known.below[key]


def _read_below(text: str, apart: Apart | None, *, leaf: bool) -> _Below | None:
    found = _section(text, () if leaf else BELOW)
    if found is None:
        return None
    head, parsed = found
    reading = read_rows(parsed.document)
    if reading.diagnostics:
        return None
    rows = tuple(reading.rows)
    stated = [row for row in rows if row.kind == "status"]
    return _Below(
        comparable(parsed.document.sections[0].unplaced),
        rows,
        tuple([row.key.removeprefix(head.base) for row in rows]),
        (int(bool(stated)), len(stated), len(limits(stated))),
        qualifiers(parsed),
        tuple([row for row in stated if row.reading.limit is not None]),
        apart is not None and apart.silent(parsed, rows),
    )


def _section(text: str, below: tuple[Section, ...]) -> tuple[Head, Parsed] | None:
    """A text read as one heading with what is below it, wherever that is, inside the mark-up; None where it is not."""
    built = _built(text)
    if built is None or len(built.parts) != 1 or built.diagnostics:
        return None
    (part,) = built.parts
    head = part.head
    if head is None or head.given is not None or part.identifiers:
        return None
    heading = Heading(head.level, head.inlines, head.text, head.base, None, head.span)
    section = Section.placed(heading, part.shared, 0, below, Span(0, part.end))
    return head, Parsed(Source("", text.encode()), Document(None, (), (section,)), [])


def _built(text: str) -> Built | None:
    if is_plain(text):  # so it is alone and inside the mark-up
        found = quickly(text, prose=True)
        if found is not None:
            return found
    read = alone(text)
    return read[0] if read is not None and len(read) == 1 and inside(text) else None


# ---- what is around the features
# -----------------------------------------------------------------------------------------
def _begins(text: str, document: Document, known: Known) -> bool:
    """Whether a piece is title and preamble of the document."""
    if text not in known.beginnings:
        known.beginnings[text] = _beginning(text)
    return known.beginnings[text] == (document.title, comparable(document.preamble))


def _beginning(text: str) -> tuple[str | None, list[object]] | None:
    """The title and what the preamble says; None where that is more, or not known to be the same everywhere."""
    read = alone(text)
    if read is None or len(read) != 1 or read[0].diagnostics or len(read[0].parts) > 1 or not inside(text):
        return None
    if any(part.head is not None or part.identifiers for part in read[0].parts):
        return None
    return read[0].title, comparable([block for part in read[0].parts for block in part.shared.blocks])


def _defines(texts: Sequence[str], definitions: Definitions, known: Known) -> bool:
    """Whether these pieces are the definitions part, and of no concern to what is above."""
    text = "".join(texts)
    if text not in known.definitions:
        read = [alone(piece) for piece in texts]
        known.definitions[text] = bool(read) and all(one is not None and all(map(_states_nothing, one)) for one in read)
    return text == definitions.text and known.definitions[text]


def _states_nothing(built: Built) -> bool:
    blocks = [block for part in built.parts for block in part.shared.blocks]
    fields = any(isinstance(block, DefinitionList) or (isinstance(block, Literal) and block.fields) for block in blocks)
    return not (fields or built.diagnostics or built.title)


# ---- what the pieces make together
# ---------------------------------------------------------------------------------------
def _anchors(pieces: Sequence[_Piece]) -> list[str] | None:
    """The identifiers of the headings; None where each has the one of its own words."""
    bases = [piece.head.base for piece in pieces]
    if len(set(bases)) == len(bases):
        return None
    identifiers = Identifiers()
    return [identifiers.unique(base) for base in bases]


def _frame(texts: Sequence[str], pieces: Sequence[_Piece], anchors: Sequence[str] | None) -> Frame | None:
    """What lint is to look at; None where that is the draft."""
    kept = _kept(pieces)
    if any(defines(pieces[n].head) for n in kept):
        return None
    above = "".join([texts[0], *(texts[n + 1] for n in sorted(kept))])
    text = above + "".join(texts[len(pieces) + 1 :])
    place = Span(len(text), len(text))
    others = [(n, piece) for n, piece in enumerate(pieces) if n not in kept]
    distinct = {id(piece.below): piece.below for _, piece in others}.values()
    labels = {row.label: row for below in distinct for row in below.rows}
    more = [replace(row, span=place, value_span=place) for row in labels.values()]
    if any(below.limited for below in distinct):
        for n, piece in others:
            anchor = piece.head.base if anchors is None else anchors[n]
            more += [_placed(row, anchor, piece, place) for row in piece.below.limited]
    named = frozenset(name for below in distinct for name in below.qualifiers)
    rest = Rest(named, tuple([piece.head.text for _, piece in others if piece.below.rows]), place)
    return Frame(text, rest, tuple(more), len(texts[0]) + len(texts[1]), len(above), anchors is None)


def _kept(pieces: Sequence[_Piece]) -> set[int]:
    """The pieces that lint has to look at: those in which it finds something, with the headings above them.

    Below a heading that has others below it the first of these is kept, or it would be an empty one.
    """
    kept: set[int] = set()
    above: list[int] = []
    for n, piece in enumerate(pieces):
        above[piece.head.level - 1 :] = (n,)
        if n < 2 or not piece.silent or (n - 1 in kept and pieces[n - 1].section.sections):
            kept.update(above)
    return kept


def _placed(row: Row, anchor: str, piece: _Piece, place: Span) -> Row:
    """A row with the names that it has in its document."""
    path = piece.rows[0].path
    key = anchor + row.key.removeprefix(row.anchor)
    keys, words = ((anchor, key), (*path, row.qualifier)) if row.qualifier else ((anchor,), path)
    return replace(row, key=key, keys=keys, path=words, anchor=anchor, span=place, value_span=place)
