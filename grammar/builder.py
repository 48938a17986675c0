"""Blocks to nodes: the sections of a text, without what only the document around it decides."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from grammar import nodes, problems
from grammar.definitions import NO_BLANK_LINE, definitions, why_text
from grammar.diagnostic import Diagnostic
from grammar.inlines import identifier, inlines, nodes_of, pandoc_text
from grammar.ledger import UNKNOWN, Ledger
from grammar.literals import literal
from grammar.markers import MARKERS
from grammar.named import NamedTuple
from grammar.nodes import Block, Literal, Outside
from grammar.notes import Notes
from grammar.pandoc import version3
from grammar.pandoc.attributes import identifier_of
from grammar.pandoc.blocks import blocks
from grammar.pandoc.constructs.lists import text_column
from grammar.pandoc.inline import scan
from grammar.pandoc.reader import Run, indentation
from grammar.pandoc.shapes import shape_of
from grammar.pandoc.words import Scan
from grammar.placing import moved
from grammar.positions import Lines
from grammar.source import Page, Span

_RISKY = re.compile(r"[\[<^$\\@~`{&]|!\[")
_TEXT_HEADING = re.compile(r"(?: {1,3}#+ +\S| {0,3}##+[^#\s]|#[A-Z])")
_SIMPLE_ITEM = re.compile(r"[A-Za-z0-9]+(?![.)A-Za-z0-9])")  # one line that can only be a paragraph
_OF_THE_LIST = "it belongs to the list item above it; put a paragraph between, or start that item's text in column 5"
MAX_DEPTH = 40
_SHORT, _KEPT = 100, 1000  # characters of a text that is scanned once, wherever it is again; how many are kept
HEADINGS = ("heading", "underlined")


class Head(NamedTuple):
    """A heading before its document is known: `base` is its identifier as long as no other heading has it."""

    level: int
    inlines: tuple[nodes.Inline, ...]
    text: str
    base: str
    given: str | None
    span: Span


class Part(NamedTuple):
    """What is from one heading to the next; without a head, what is before the first one.

    `identifiers` are taken by headings in list items; `end`: the end of its last line that is not blank.
    """

    head: Head | None
    shared: nodes.Shared
    identifiers: tuple[str, ...]
    end: int


class Built(NamedTuple):
    """A text read: its title, its parts, what is said about it, and what waits for the whole document."""

    title: str | None
    parts: tuple[Part, ...]
    diagnostics: tuple[Diagnostic, ...]
    ledger: Ledger


def build(page: Page, lines: Lines, runs: Sequence[Run], known: frozenset[str], *, prose: bool) -> Built:
    """The nodes of a text; spans and numbers of lines are those of `page`.

    `known` are the link labels that the headings of the whole document define; with `prose` false words of paragraphs
    are not read.
    """
    builder = _Builder(Notes(page, known, prose))
    for run in runs:
        builder.add(lines, run)
    builder.close()
    return Built(builder.title, tuple(builder.parts), tuple(builder.notes.diagnostics), builder.notes.ledger)


class _Builder:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.title: str | None = None
        self.parts: list[Part] = []
        self.head: Head | None = None
        self.blocks: list[Block] = []
        self.end = 0
        # of the document's lines those with runs of backquotes, by size, and those that are blank
        self.ticks: dict[int, list[int]] | None = None
        self.blank: list[int] = []
        self.scans: dict[str, Scan] = {}

    # -- parts
    # ----------------------------------------------------------------------------------------------------------
    def add(self, lines: Lines, run: Run) -> None:
        """Read one block of the document."""
        if run.rule == "title":
            self.title = self.title_block(lines, run)
        elif run.rule in HEADINGS:
            self.close()
            self.head = self.heading(lines, run)
        else:
            last = self.blocks[-1] if self.blocks else None
            block = self.block(lines, run)
            if run.rule == "fenced" and isinstance(last, nodes.Paragraph):
                self.fence_after(lines, run, last)
            if isinstance(last, nodes.DefinitionList):
                self.behind_definition(lines, run.first, last)
            self.blocks.append(block)
        page = self.notes.page
        self.end = page.line_span(min(lines.numbers[run.last], page.count)).end

    def close(self) -> None:
        """End the part under way."""
        if self.head is not None or self.blocks or self.notes.identifiers:
            shared = nodes.Shared(tuple(self.blocks), moved)
            self.parts.append(Part(self.head, shared, tuple(self.notes.identifiers), self.end))
            self.blocks.clear()
            self.notes.identifiers.clear()

    def behind_definition(self, lines: Lines, index: int, above: nodes.DefinitionList) -> None:
        """A block behind a definition list that pandoc 3 makes part of the definition."""
        page = self.notes.page
        last = page.position(above.span.end)[0]
        marked = (text for text in map(page.line_text, range(last, 0, -1)) if text.lstrip(" ")[:1] in (":", "~"))
        definition = next(marked, None)
        if definition is not None:
            found = version3.behind_definition(indentation(lines.texts[index]), definition)
            self.notes.line_differs(lines, index, found)

    def fence_after(self, lines: Lines, run: Run, above: nodes.Paragraph) -> None:
        """A code span that a paragraph leaves open may close at the fence below it."""
        text = self.notes.page.text[above.span.start : above.span.end]
        if any(item.what == "unclosed code" for item in scan(text).findings):
            first, last = lines.numbers[run.first], lines.numbers[run.last]
            self.notes.leave("code across a fence", lines.span(run.first), first, last, breaks=True)

    # -- title, headings
    # ------------------------------------------------------------------------------------------------
    def title_block(self, lines: Lines, run: Run) -> str:
        """The title."""
        if len(run.lines) > 1:
            self.notes.say(problems.title_block(lines.span(run.lines[1][1])))
        for _, index, _ in run.lines:
            self.notes.meant(lines, index, "it continues the title block; put a blank line after the title")
        return pandoc_text(scan(lines.texts[0][1:].strip(" ")).pieces)

    def heading(self, lines: Lines, run: Run) -> Head:
        """A heading."""
        index = run.first
        text, span = lines.texts[index], lines.span(index)
        level, column, read = (self.underlined if run.rule == "underlined" else self.marked)(lines, run)
        self.notes.ledger.headings.append((lines.numbers[index], level))
        self.notes.findings(lines, index, column, text[column:], read.findings, index)
        words = pandoc_text(read.pieces)
        given = identifier_of(read.attributes) if read.attributes else None
        base = identifier(read.pieces) if given is None else given
        if not words.strip():
            self.notes.say(problems.empty_heading(span))
        self.notes.latin1(lines, index, 0, "heading")
        self.notes.quotation(lines, index)
        if "{" in text and given is None:
            self.notes.differs(lines, index, version3.anchor(text))
        return Head(level, nodes_of(read.pieces) if self.notes.prose else (), words, base, given, span)

    def underlined(self, lines: Lines, run: Run) -> tuple[int, int, Scan]:
        """A line over a row of `=` or `-`: its level, the column of its words, its words."""
        text, under = lines.texts[run.first], lines.texts[run.first + 1]
        level, column = (1 if under.startswith("=") else 2), indentation(text)
        read = scan(text[column:].rstrip(), self.notes.known)
        if re.search(r"(?<!\\)(\{[^{}]*\})$", text.rstrip()):
            closing = scan(text[column:].rstrip(), self.notes.known, heading=True)
            read = closing if closing.attributes else read
        self.notes.say(problems.underlined_heading(lines.run_span(run), pandoc_text(read.pieces), level))
        return level, column, read

    def marked(self, lines: Lines, run: Run) -> tuple[int, int, Scan]:
        """A line behind `#`s: its level, the column of its words, its words."""
        text = lines.texts[run.first]
        level = len(text) - len(text.lstrip("#"))
        column = level + indentation(text[level:])
        read = scan(text[column:], self.notes.known, heading=True)
        self.crosses(lines, run.first, text[column:], read)
        return level, column, read

    def crosses(self, lines: Lines, index: int, raw: str, read: Scan) -> None:
        """A code span that a heading leaves open goes on in the lines below it."""
        opened = [item.offset for item in read.findings if item.what == "unclosed code"]
        ends = [run.end() for run in re.finditer("`+", raw)] if opened else []
        for offset in opened:
            below = self.code_below(lines, index, ends[bisect_right(ends, offset)] - offset)
            if below is not None:
                first, last = lines.numbers[index], lines.numbers[below]
                self.notes.leave("code across lines", lines.span(index), first, last, breaks=True)
                return

    def code_below(self, lines: Lines, index: int, size: int) -> int | None:
        """The first of the lines directly below one that has a run of so many backquotes."""
        if self.ticks is None:
            self.ticks, self.blank = {}, []
            for n, text in enumerate(lines.texts):
                if not text.strip():
                    self.blank.append(n)
                for run in re.finditer("`+", text):
                    self.ticks.setdefault(len(run[0]), []).append(n)
        places = self.ticks.get(size, [])
        at, blank = bisect_right(places, index), bisect_right(self.blank, index)
        if at == len(places) or (blank < len(self.blank) and self.blank[blank] < places[at]):
            return None
        return places[at]

    # -- blocks
    # -----------------------------------------------------------------------------------------------------------
    def block(self, lines: Lines, run: Run) -> Block:
        """A block of the document, or one in a list's item that is read alike."""
        rule = run.rule
        sections = self.head is not None or self.notes.depth > 0
        if rule == "paragraph":
            return self.paragraph(lines, run)
        if rule in ("literal", "fenced") and not run.what:
            return literal(self.notes, lines, run, sections=sections)
        if rule == "bullets":
            return self.bullets(lines, run)
        if rule == "definitions":
            return definitions(self.notes, lines, run, sections=sections)
        what = run.what or "ordered list"
        span = lines.run_span(run)
        first, last = lines.numbers[run.first], lines.numbers[run.last]
        self.notes.leave(what, span, first, last, breaks=what in UNKNOWN)
        if what == "metadata block":
            self.metadata(lines, run)
        return Outside(what, self.raw(span), span)

    def raw(self, span: Span) -> str:
        """The text of a span."""
        return self.notes.page.text[span.start : span.end]

    def metadata(self, lines: Lines, run: Run) -> None:
        """Anything but plain `key: word` lines may be invalid YAML, on which pandoc dies."""
        inside = [lines.texts[index] for terminal, index, _ in run.lines if terminal != "BLANK"][1:-1]
        if not all(re.fullmatch(r"\s*(?:#.*|[A-Za-z][\w-]*: +[A-Za-z0-9][\w .,-]*|)\s*", text) for text in inside):
            left = self.notes.ledger.take_back()
            words = ": pandoc dies on it unless it is valid YAML"
            self.notes.say(problems.outside_markup(left.span, f"a {left.what}", words, severity="error"))

    def paragraph(self, lines: Lines, run: Run) -> nodes.Paragraph:
        """A paragraph, and the headings and fields that are part of it."""
        texts = lines.texts
        single = len(run.lines) == 1
        for terminal, index, shape in run.lines:
            text = texts[index]
            if terminal == "LAZY" and shape == "HEADING":
                self.notes.lose_heading(lines, index, 0, NO_BLANK_LINE)
            elif "#" in text and _is_meant_heading(text, single):
                self.notes.lose_heading(lines, index, 0, why_text(text))
            elif ":" in text or "~" in text:
                found = version3.in_paragraph(text, index - run.first, shape)
                self.notes.line_differs(lines, index, found)
                if not found:
                    self.notes.meant(lines, index, _why_lost(text))
        return self.words(lines, run, plain=False)

    def words(self, lines: Lines, run: Run, *, plain: bool) -> nodes.Paragraph:
        """A paragraph's words, and what in them is outside the mark-up."""
        first = run.first
        raw = "\n".join([lines.texts[index].lstrip(" ") for _, index, _ in run.lines])
        words: tuple[nodes.Inline, ...] | None = None if self.notes.prose else ()
        if _RISKY.search(raw):
            read = self.scanned(raw)
            if read.findings:
                self.notes.findings(lines, first, indentation(lines.texts[first]), raw, read.findings, run.last)
            if words is None and not self.notes.known and not raw.endswith(" "):
                words = nodes_of(read.pieces)
        return nodes.Paragraph(inlines(raw.strip(" ")) if words is None else words, plain, lines.run_span(run))

    def scanned(self, raw: str) -> Scan:
        """What a text says; of short ones it is kept, as many are alike."""
        read = self.scans.get(raw)
        if read is None:
            read = scan(raw, self.notes.known)
            if len(raw) <= _SHORT and len(self.scans) < _KEPT:
                self.scans[raw] = read
        return read

    # -- lists
    # ------------------------------------------------------------------------------------------------------------
    def bullets(self, lines: Lines, run: Run) -> nodes.BulletList:
        """A bullet list."""
        contents: list[list[tuple[str, int, int]]] = []
        shapes: list[list[str | None]] = []
        texts, continuation, column = lines.texts, 0, ""
        for terminal, index, shape in run.lines:
            text = texts[index]
            if terminal == "BULLET":
                off = continuation = text_column(text)
                column = " " * off
                contents.append([])
                shapes.append([])
            else:
                off = continuation if text.startswith(column) else 0
                if not off and (":" in text or "~" in text):
                    self.notes.line_differs(lines, index, version3.in_item(text))
            contents[-1].append((text[off:], index, off))
            shapes[-1].append(None if off else shape)
        items = tuple(map(self.item, [lines] * len(contents), contents, shapes))
        for _, index, _ in run.lines:
            if ":" in texts[index]:
                self.notes.meant(lines, index, _OF_THE_LIST)
        return nodes.BulletList(items, lines.run_span(run))

    def item(self, lines: Lines, content: list[tuple[str, int, int]], shapes: list[str | None]) -> tuple[Block, ...]:
        """The blocks of one item: its lines as (text, index, columns taken off), and their shapes where known.

        Where the item is a list of one item, and that perhaps another one, the innermost one is read, and the lists
        are put around it.
        """
        while content and not content[-1][0].strip():
            content.pop()
            shapes.pop()
        if not content or not _may_be_list(content, shapes):
            return self.inside(lines, content, shapes)
        text, index, off = content[-1]
        end = lines.offset(index, off + len(text.rstrip()))
        begins: list[int] = []
        text, index, off = content[0]
        while self.notes.depth + len(begins) < MAX_DEPTH and shape_of(text) == "BULLET":
            begins.append(lines.offset(index, off))
            column = text_column(text)
            text, off = text[column:], off + column
        if len(content) > 1 or text.strip():
            content[0] = text, index, off
        else:
            content.clear()
            shapes.clear()
        self.notes.depth += len(begins)
        found = self.inside(lines, content, shapes)
        self.notes.depth -= len(begins)
        for begin in reversed(begins):
            found = (nodes.BulletList((found,), Span(begin, end)),)
        return found

    def inside(self, lines: Lines, content: list[tuple[str, int, int]], shapes: list[str | None]) -> tuple[Block, ...]:
        """The blocks of an item that is no list of one item."""
        simple = len(content) == 1 and _SIMPLE_ITEM.match(content[0][0]) is not None
        if simple and not _RISKY.search(content[0][0]):
            text, index, off = content[0]
            span = Span(lines.offset(index, off), lines.offset(index, off + len(text.rstrip())))
            return (nodes.Paragraph(inlines(text.rstrip(" ")) if self.notes.prose else (), True, span),)
        inside = lines.inside(content)
        self.notes.depth += 1
        try:
            if self.notes.depth > MAX_DEPTH and content and not simple:
                first, last = inside.numbers[0], inside.numbers[-1]
                self.notes.leave("nesting of this depth", inside.span(0), first, last, breaks=False)
                return ()
            return tuple(self.item_block(inside, run) for run in blocks(inside.texts, item=True, shapes=shapes))
        finally:
            self.notes.depth -= 1

    def item_block(self, lines: Lines, run: Run) -> Block:
        """A block of an item."""
        span = lines.run_span(run)
        if run.rule in HEADINGS:
            read = scan(lines.texts[run.first].strip("# "), self.notes.known)
            self.notes.identifiers.append(identifier(read.pieces))
            first, last = lines.numbers[run.first], lines.numbers[run.last]
            self.notes.leave("heading in a list item", span, first, last, breaks=False)
            return Outside("heading", self.raw(span), span)
        if run.rule == "paragraph":
            return self.words(lines, run, plain=True)
        if run.rule in ("literal", "fenced"):
            kept = tuple(lines.texts[index].strip() for _, index, _ in run.lines)
            return Literal("item", (), kept, run.rule == "fenced", span)
        if run.rule == "definitions":
            return Outside("definition list", self.raw(span), span)
        return self.block(lines, run)


def _may_be_list(content: list[tuple[str, int, int]], shapes: list[str | None]) -> bool:
    """Whether an item's first line may begin a list of one item, on whose innermost text all others go on."""
    text = content[0][0]
    if text.lstrip(" ")[:1] not in MARKERS or ":" in text:
        return False
    return len(content) == 1 or all(
        shape == "TEXT" and not off and text[0] != " " and ":" not in text and "~" not in text
        for (text, _, off), shape in zip(content[1:], shapes[1:], strict=True)
    )


def _is_meant_heading(text: str, single: bool) -> bool:
    """Whether a line of a paragraph looks like a heading; `single`: it is all of the paragraph."""
    if not _TEXT_HEADING.match(text):
        return False
    return single or not text.startswith("#") or text.startswith("##")


def _why_lost(text: str) -> str:
    blanks = indentation(text)
    if blanks >= 4:
        return "no blank line before it, so it continues the text above; put a blank line before it"
    if blanks:
        return f"it is indented by {blanks}, not by four columns"
    return "it is not indented by four columns"
