"""Bytes to a Document and what is wrong with it.  Never raises on content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from grammar import fields, nodes, problems
from grammar.diagnostic import Diagnostic
from grammar.inlines import identifier, inlines, nodes_of, pandoc_text
from grammar.ledger import UNKNOWN, Ledger, meant
from grammar.malformed import malformed
from grammar.nodes import NOWHERE, Block, Document, Heading, Literal, Outside, ParsedField, Section
from grammar.pandoc import version3
from grammar.pandoc.attributes import identifier_of
from grammar.pandoc.blocks import Run, blocks, indentation
from grammar.pandoc.inline import reference_key, scan
from grammar.pandoc.words import Finding, Scan
from grammar.positions import Lines, lines_of
from grammar.source import Source, Span

_RISKY = re.compile(r"[\[<^$\\@~`{&]|!\[")
_TEXT_HEADING = re.compile(r"(?: {1,3}#+ +\S| {0,3}##+[^#\s]|#[A-Z])")
_LATIN1 = re.compile("[\u0080-\u00ff]")
_SIMPLE_ITEM = re.compile(r"[A-Za-z0-9]+(?![.)A-Za-z0-9])")  # one line that can only be a paragraph
MAX_DEPTH = 40


class Parsed(NamedTuple):
    """A parsed source: the document, and the findings in file order."""

    source: Source
    document: Document
    diagnostics: list[Diagnostic]


def parse(source: Source, *, prose: bool = True) -> Parsed:
    """Read a SUPPORT.md as Xen's tools do (pandoc 2.17, then docs/parse-support-md).

    Takes any bytes.  With `prose` false the words of paragraphs and lists are not read, which is all that rows need.
    """
    builder = _Builder(source, prose)
    document = builder.document()
    diagnostics = builder.diagnostics
    diagnostics.sort(key=lambda d: (d.span.start if d.span else 0, d.code))
    return Parsed(source, document, diagnostics)


def parse_text(text: str, name: str = "<text>") -> Parsed:
    """`parse` of a string."""
    return parse(Source(name, text.encode("utf-8", "surrogatepass")))


class _Builder:
    def __init__(self, source: Source, prose: bool) -> None:
        self.source = source
        self.prose = prose
        self.diagnostics: list[Diagnostic] = []
        self.used: set[str] = set()
        self.repeated: dict[str, int] = {}  # the highest number that each identifier got
        self.known: frozenset[str] = frozenset()
        self.ledger = Ledger(source)
        self.depth = 0

    # -- the whole ------------------------------------------------------------------------------------------------------
    def document(self) -> Document:
        lines, found = lines_of(self.source)
        self.diagnostics += found
        runs = blocks(lines.texts)
        named = ("heading", "underlined", "definitions")
        if any("[" in lines.texts[index] for run in runs if run.rule in named for _, index, _ in run.lines):
            self.known = frozenset(
                reference_key(re.sub(r"\s*#*\s*(?:\{[^{}]*\}\s*)?$", "", lines.texts[run.first].lstrip("# ")))
                for run in runs
                if run.rule in ("heading", "underlined")
            )
        title: str | None = None
        preamble: list[Block] = []
        stack: list[tuple[Heading, list[Block], list[Section]]] = []
        top: list[Section] = []

        def close(level: int, before: int) -> None:
            """End the open sections down to a level with the run before another."""
            while stack and stack[-1][0].level >= level:
                heading, inside, below = stack.pop()
                end = self.source.line_span(min(runs[before - 1].last + 1, self.source.count)).end
                section = Section(heading, tuple(inside), tuple(below), Span(heading.span.start, end))
                (stack[-1][2] if stack else top).append(section)

        last: Block | None = None
        for number, run in enumerate(runs):
            if run.rule == "title":
                title = self.title(lines, run)
            elif run.rule in ("heading", "underlined"):
                heading = self.heading(lines, run)
                above = stack[-1][0].level if stack else 0
                if heading.level > above + 1:
                    self.say(problems.heading_jump(heading.span, heading.level, above))
                close(heading.level, number)
                stack.append((heading, [], []))
                last = None
            else:
                block = self.block(lines, run, sections=bool(stack))
                if run.rule == "fenced" and isinstance(last, nodes.Paragraph):
                    self.fence_after(lines, run, last)
                if isinstance(last, nodes.DefinitionList):
                    self.behind_definition(lines, run.first, last)
                last = block
                (stack[-1][1] if stack else preamble).append(block)
        close(0, len(runs))
        self.diagnostics += self.ledger.settle()
        return Document(title, tuple(preamble), tuple(top))

    def say(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.append(diagnostic)

    def behind_definition(self, lines: Lines, index: int, above: nodes.DefinitionList) -> None:
        """A block behind a definition list that pandoc 3 makes part of the definition."""
        last = self.source.position(above.span.end)[0]
        marked = [text for text in map(self.source.line_text, range(last, 0, -1)) if text.lstrip(" ")[:1] in (":", "~")]
        found = version3.behind_definition(indentation(lines.texts[index]), marked[0]) if marked else None
        if found:
            self.say(problems.pandoc_3_differs(lines.span(index), *found))

    def quotation(self, lines: Lines, index: int) -> None:
        if not lines.texts[index].isascii():
            self.differs(lines, index, version3.quotation(lines.texts[index]))

    def differs(self, lines: Lines, index: int, found: tuple[int, version3.Difference] | None) -> None:
        """Report what pandoc 3 reads otherwise, at an offset of a line."""
        if found:
            at, difference = found
            self.say(problems.pandoc_3_differs(lines.span(index, at, at + 1), *difference))

    # -- outside the mark-up --------------------------------------------------------------------------------------------
    def leave(self, what: str, span: Span, first: int, last: int, *, breaks: bool) -> None:
        """Keep a construct outside the mark-up; its severity is settled when all literals are known."""
        self.ledger.leave(what, span, first, last, breaks=breaks, inside=self.depth > 0)

    def findings(self, lines: Lines, index: int, column: int, raw: str, found: Sequence[Finding], last: int) -> None:
        """Report what a text holds beyond the mark-up; `raw` begins at a column of a line and ends with line `last`."""
        told: set[tuple[str, bool]] = set()
        for item in found:
            if item.what == "unclosed code" or (item.what, item.breaks) in told:
                continue
            told.add((item.what, item.breaks))  # one diagnostic where it begins
            before = raw[: item.offset]
            row = index + before.count("\n")
            at = item.offset - (before.rfind("\n") + 1) + (column if row == index else 0)
            if row != index:
                at += indentation(lines.texts[row])
            span = lines.span(row, at, min(at + 1, len(lines.texts[row])))
            number = lines.numbers[row]
            if item.what == "reference link":
                self.say(problems.reference_link(span, raw[item.offset + 1 :].split("]")[0]))
                continue
            end = lines.numbers[last] if item.breaks else number
            if item.open and not (self.depth and item.what == "unclosed bracket"):  # an item's text is read by itself
                end = max(end, self.ledger.swallowed(item.what, number, span))
            self.leave(item.what, span, number, end, breaks=item.breaks)

    # -- title, headings ------------------------------------------------------------------------------------------------
    def title(self, lines: Lines, run: Run) -> str:
        if len(run.lines) > 1:
            self.say(problems.title_block(lines.span(run.lines[1][1])))
        for _, index, _ in run.lines:
            self.meant(lines, index, "it continues the title block; put a blank line after the title")
        return pandoc_text(scan(lines.texts[0][1:].strip(" ")).pieces)

    def unique(self, base: str) -> str:
        name, n = base, self.repeated.get(base, 0)
        while name in self.used:
            n += 1
            name = f"{base}-{n}"
        self.repeated[base] = n
        self.used.add(name)
        return name

    def heading(self, lines: Lines, run: Run) -> Heading:
        index = run.first
        text = lines.texts[index]
        span = lines.span(index)
        if run.rule == "underlined":
            under = lines.texts[index + 1]
            level, column = (1 if under.startswith("=") else 2), indentation(text)
            read = scan(text[column:].rstrip(), self.known)
            brace = re.search(r"(?<!\\)(\{[^{}]*\})$", text.rstrip())
            if brace:
                closing = scan(text[column:].rstrip(), self.known, heading=True)
                if closing.attributes:
                    read = closing
            self.say(problems.underlined_heading(lines.run_span(run), pandoc_text(read.pieces), level))
        else:
            level = len(text) - len(text.lstrip("#"))
            column = level + indentation(text[level:])
            read = scan(text[column:], self.known, heading=True)
            self.crosses(lines, index, text[column:], read)
        self.ledger.headings.append((lines.numbers[index], level))
        self.findings(lines, index, column, text[column:], read.findings, index)
        words = pandoc_text(read.pieces)
        given = identifier_of(read.attributes) if read.attributes else None
        if given is not None:
            anchor = given
            self.used.add(given)
        else:
            anchor = self.unique(identifier(read.pieces))
        if not words.strip():
            self.say(problems.empty_heading(span))
        self.latin1(lines, index, 0, "heading")
        self.quotation(lines, index)
        if "{" in text and given is None:
            self.differs(lines, index, version3.anchor(text))
        return Heading(level, nodes_of(read.pieces) if self.prose else (), words, anchor, given, span)

    def crosses(self, lines: Lines, index: int, raw: str, read: Scan) -> None:
        """A code span that a heading leaves open goes on in the lines below it."""
        for item in read.findings:
            if item.what != "unclosed code":
                continue
            ticks = re.match("`+", raw[item.offset :])
            assert ticks is not None
            below = index + 1
            while below < len(lines.texts) and lines.texts[below].strip():
                if re.search(rf"(?<!`){ticks.group()}(?!`)", lines.texts[below]):
                    self.leave(
                        "code across lines",
                        lines.span(index),
                        lines.numbers[index],
                        lines.numbers[below],
                        breaks=True,
                    )
                    return
                below += 1

    def fence_after(self, lines: Lines, run: Run, above: nodes.Paragraph) -> None:
        """A code span that a paragraph leaves open may close at the fence below it."""
        text = self.source.text[above.span.start : above.span.end]
        if any(item.what == "unclosed code" for item in scan(text).findings):
            first, last = run.first, run.last
            self.leave("code across a fence", lines.span(first), lines.numbers[first], lines.numbers[last], breaks=True)

    def latin1(self, lines: Lines, index: int, column: int, where: str) -> None:
        text = lines.texts[index]
        if text.isascii():
            return
        found = _LATIN1.search(text, column)
        if found:
            self.say(problems.latin1_letter(lines.span(index, found.start(), found.end()), found.group(), where))

    # -- blocks -----------------------------------------------------------------------------------------------------------
    def block(self, lines: Lines, run: Run, *, sections: bool) -> Block:
        rule = run.rule
        if rule == "paragraph":
            return self.paragraph(lines, run)
        if rule in ("literal", "fenced") and not run.what:
            return self.literal(lines, run, sections)
        if rule in ("bullets", "open_bullets", "open_bullet_rest"):
            return self.bullets(lines, run)
        if rule == "definitions":
            return self.definitions(lines, run, sections)
        what = run.what or "ordered list"
        span = lines.run_span(run)
        first, last = lines.numbers[run.first], lines.numbers[run.last]
        self.leave(what, span, first, last, breaks=what in UNKNOWN)
        if what == "metadata block":
            self.metadata(lines, run)
        return Outside(what, self.source.text[span.start : span.end], span)

    def metadata(self, lines: Lines, run: Run) -> None:
        """Anything but plain `key: word` lines may be invalid YAML, on which pandoc dies."""
        inside = [lines.texts[index] for terminal, index, _ in run.lines if terminal != "BLANK"][1:-1]
        if not all(re.fullmatch(r"\s*(?:#.*|[A-Za-z][\w-]*: +[A-Za-z0-9][\w .,-]*|)\s*", text) for text in inside):
            what, span = self.ledger.take_back()
            self.say(
                problems.outside_markup(
                    span, f"a {what}", ": pandoc dies on it unless it is valid YAML", severity="error"
                )
            )

    def paragraph(self, lines: Lines, run: Run) -> nodes.Paragraph:
        texts = lines.texts
        single = len(run.lines) == 1
        for terminal, index, shape in run.lines:
            text = texts[index]
            if terminal == "LAZY" and shape == "HEADING":
                why = "no blank line before it; put one there"
                self.ledger.lose_heading(lines.span(index), text.strip(), why)
            elif (
                "#" in text
                and _TEXT_HEADING.match(text)
                and (single or not text.startswith("#") or text.startswith("##"))
            ):
                self.ledger.lose_heading(lines.span(index), text.strip(), _why_text(text))
            elif ":" in text or "~" in text:
                found = version3.in_paragraph(text, index - run.first, shape)
                if found:
                    self.say(problems.pandoc_3_differs(lines.span(index), *found))
                else:
                    self.meant(lines, index, _why_lost(text, terminal, shape))
        return self.words(lines, run, plain=False)

    def words(self, lines: Lines, run: Run, *, plain: bool) -> nodes.Paragraph:
        """A paragraph's words, and what in them is outside the mark-up."""
        first = run.first
        raw = "\n".join(lines.texts[index].lstrip(" ") for _, index, _ in run.lines)
        if _RISKY.search(raw):
            read = scan(raw, self.known)
            self.findings(lines, first, indentation(lines.texts[first]), raw, read.findings, run.last)
        return nodes.Paragraph(inlines(raw.strip(" ")) if self.prose else (), plain, lines.run_span(run))

    def meant(self, lines: Lines, index: int, reason: str) -> None:
        """Report a line that is no field but was meant as one."""
        text = lines.texts[index]
        if meant(text):
            self.ledger.lose(lines.span(index, indentation(text)), lines.numbers[index], text.strip(), reason)

    def bullets(self, lines: Lines, run: Run) -> nodes.BulletList:
        items: list[tuple[Block, ...]] = []
        content: list[tuple[str, int, int]] = []
        continuation = 0

        def finish() -> None:
            if content:
                items.append(self.item(lines, content))
                content.clear()

        for terminal, index, _ in run.lines:
            text = lines.texts[index]
            if terminal == "BULLET":
                finish()
                marker = re.match(r" {0,3}[*+-]( *)(.?)", text)
                assert marker is not None
                blanks = len(marker[1])
                continuation = marker.start(1) + (blanks if blanks <= 4 else 1)
                content.append((text[continuation:], index, continuation))
            else:
                off = continuation if indentation(text) >= continuation else 0
                content.append((text[off:], index, off))
                found = version3.in_item(text) if not off and (":" in text or "~" in text) else None
                if found:
                    self.say(problems.pandoc_3_differs(lines.span(index), *found))
        finish()
        for _, index, _ in run.lines:
            if ":" in lines.texts[index]:
                self.meant(
                    lines, index,
                    "it belongs to the list item above it; put a paragraph between, or start that item's text in column 5",
                )  # fmt: skip
        return nodes.BulletList(tuple(items), lines.run_span(run))

    def item(self, lines: Lines, content: list[tuple[str, int, int]]) -> tuple[Block, ...]:
        while content and not content[-1][0].strip():
            content.pop()
        inside = lines.inside(content)
        self.depth += 1
        try:
            if len(inside.texts) == 1 and _SIMPLE_ITEM.match(inside.texts[0]):
                return (self.item_block(inside, Run("paragraph", (("TEXT", 0, "TEXT"),))),)
            if self.depth > MAX_DEPTH:
                first, last = inside.numbers[0], inside.numbers[-1]
                self.leave("nesting of this depth", inside.span(0), first, last, breaks=False)
                return ()
            return tuple(self.item_block(inside, run) for run in blocks(inside.texts, "item"))
        finally:
            self.depth -= 1

    def item_block(self, lines: Lines, run: Run) -> Block:
        if run.rule in ("heading", "underlined"):
            span = lines.run_span(run)
            text = lines.texts[run.first]
            read = scan(text.strip("# "), self.known)
            self.unique(identifier(read.pieces))
            self.leave("heading in a list item", span, lines.numbers[run.first], lines.numbers[run.last], breaks=False)
            return Outside("heading", self.source.text[span.start : span.end], span)
        if run.rule == "paragraph":
            return self.words(lines, run, plain=True)
        if run.rule in ("literal", "fenced"):
            span = lines.run_span(run)
            kept = tuple(lines.texts[index].strip() for _, index, _ in run.lines)
            return Literal("item", (), kept, run.rule == "fenced", span)
        if run.rule == "definitions":
            span = lines.run_span(run)
            return Outside("definition list", self.source.text[span.start : span.end], span)
        return self.block(lines, run, sections=True)

    # -- definition lists -------------------------------------------------------------------------------------------------
    def definitions(self, lines: Lines, run: Run, sections: bool) -> nodes.DefinitionList:
        if not sections:
            self.say(problems.field_before_heading(lines.span(run.first), "definition list"))
        self.ledger.definitions.append(lines.numbers[run.first])
        groups: list[list[tuple[str, int, str]]] = []
        for line in run.lines:
            if line[0] == "TERM":
                groups.append([])
            groups[-1].append(line)
        terms = tuple(self.term(lines, group) for group in groups)
        return nodes.DefinitionList(terms, lines.run_span(run))

    def term(self, lines: Lines, group: list[tuple[str, int, str]]) -> nodes.Term:
        texts = lines.texts
        index = group[0][1]
        defined = [line for line in group if line[0] == "DEFINED"]
        body = [line for line in group[1:] if line[0] in ("DEFINED", "LAZY", "CONTINUED")]
        content = [
            re.sub(r"^ {0,2}[:~] *", "", texts[line[1]])
            if line[0] == "DEFINED"
            else texts[line[1]].removeprefix("    ")
            for line in body
        ]
        at = defined[0][1]
        for _, n, _ in body:
            self.meant(
                lines,
                n,
                "it belongs to the definition above it; put a blank line between and indent it by four, below a paragraph or heading",
            )
            if re.match(r" {0,3}#+ +\S", texts[n]):  # what is fatal then is an indented block below it
                why = _why_text(texts[n]) if texts[n].startswith(" ") else "no blank line before it; put one there"
                self.ledger.lose_heading(lines.span(n, indentation(texts[n])), texts[n].strip(), why)
        inside = blocks(content, title=False, ended=False)
        reason = None
        if group[1][0] == "BLANK":
            reason = "a blank line before the definition"
        elif len(defined) > 1:
            reason = "two definitions of one term"
        elif any(line[0] == "CONTINUED" for line in body):
            reason = "an indented block below it"
            at = next(line[1] for line in body if line[0] == "CONTINUED")
        elif not any(text.strip(" ") for text in content):
            reason = "an empty definition"
        elif [run.rule for run in inside] != ["paragraph"]:
            reason = "a definition that is no plain paragraph"
        column = indentation(texts[index])
        read = scan(texts[index].strip(" "), self.known)
        begun = texts[index].startswith("<!--")  # that comment is a block of its own, and the term stands behind it
        outside = [item._replace(breaks=True) if begun and not item.offset else item for item in read.findings]
        self.findings(lines, index, column, texts[index].strip(" "), outside, index)
        raw = "\n".join(content).strip(" ")
        value = scan(raw, self.known)
        if reason is None and any(item.breaks for item in value.findings):
            reason = "a definition that is no plain paragraph"
        if reason:
            self.say(problems.definition_shape(lines.span(at), reason))
        for item in value.findings:
            if item.what != "unclosed code":
                self.leave(item.what, lines.span(at), lines.numbers[at], lines.numbers[at], breaks=item.breaks)
        self.latin1(lines, index, 0, "definition list")
        for terminal, n, shape in group:
            self.quotation(lines, n)
            found = None
            if terminal == "LAZY":
                found = version3.in_definition(texts[n], shape)
            elif terminal == "TERM":
                found = version3.in_term(shape)
            if found:
                self.say(problems.pandoc_3_differs(lines.span(n), *found))
        span = lines.span(index)
        term_words = " ".join(_str_items(read))
        return nodes.Term(
            nodes_of(read.pieces),
            nodes_of(value.pieces),
            pandoc_text(read.pieces),
            term_words,
            pandoc_text(value.pieces),
            span,
        )

    # -- literals ---------------------------------------------------------------------------------------------------------
    def literal(self, lines: Lines, run: Run, sections: bool) -> Literal:
        fenced = run.rule == "fenced"
        body: list[tuple[int, int, str]] = []  # line index, column, text
        if fenced:
            off = indentation(lines.texts[run.first])
            for terminal, index, _ in run.lines:
                if terminal == "FENCED":
                    taken = min(off, indentation(lines.texts[index]))
                    body.append((index, taken, lines.texts[index][taken:]))
        else:
            body = [(index, 4, lines.texts[index][4:]) for _, index, _ in run.lines if index <= run.last]
        text = "\n".join(line for _, _, line in body)
        kind = fields.kind_of(text)
        number = lines.numbers[run.first]
        kept: list[ParsedField] = []
        words: list[str] = []
        if kind != "definition":
            fatal = self.ledger.literal(number)
            if fatal is not None:
                at = lines.span(body[0][0] if body else run.first)
                self.say(problems.after_unknown_block(at, *fatal))
        for index, column, line in body:
            trimmed = fields.trim(line)
            words.append(trimmed)
            if not trimmed:
                continue
            if kind == "definition":
                self.meant_in_definition(lines, index, trimmed)
                continue
            found = fields.match(trimmed, kind)
            if found is None:
                span = lines.span(index, column, column + len(trimmed))
                self.say(malformed(span, trimmed, after_field=bool(kept)))
                continue
            if not sections and not kept:
                self.say(problems.field_before_heading(lines.span(index, column), f'field "{trimmed}"'))
            begins = column + found.qualifier_at
            kept.append(
                ParsedField(
                    found.keyword, found.qualifier, found.value,
                    lines.span(index, column, column + len(trimmed)),
                    lines.span(index, column + found.value_at, column + len(trimmed)),
                    lines.span(index, begins, begins + len(found.qualifier)) if found.qualifier is not None else NOWHERE,
                )
            )  # fmt: skip
            self.latin1(lines, index, column, "field")
        if fenced and kept:
            self.say(problems.fenced_field(lines.span(run.first)))
        return Literal(kind, tuple(kept), tuple(words), fenced, lines.run_span(run))

    def meant_in_definition(self, lines: Lines, index: int, line: str) -> None:
        if fields.looks_meant(line):
            reason = "its literal begins as the definition of a label, and Xen's tools skip all of it; give it a literal of its own"
            self.ledger.lose(lines.span(index, 4), lines.numbers[index], line, reason)


def _str_items(read: Scan) -> list[str]:
    """The words that pandoc makes Str elements of, on the term's first level; neighbours are one."""
    out: list[str] = []
    before = ""
    for piece in read.pieces:
        if piece.kind == "str":
            if before == "str":
                out[-1] += piece.text
            else:
                out.append(piece.text)
        before = piece.kind
    return out


def _why_text(text: str) -> str:
    if text.startswith(" "):
        return "it is indented; begin it in the first column"
    return "no blank after the #; put one there"


def _why_lost(text: str, terminal: str, shape: str) -> str:
    blanks = indentation(text)
    if blanks >= 4:
        return "no blank line before it, so it continues the text above; put a blank line before it"
    if blanks:
        return f"it is indented by {blanks}, not by four columns"
    return "it is not indented by four columns"
