"""Bytes to a Document and what is wrong with it.  Never raises on content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from grammar import fields, nodes, pandoc3, problems
from grammar.diagnostic import Diagnostic, Severity
from grammar.inlines import identifier, inlines, nodes_of, pandoc_text
from grammar.lines import Run, blocks, indentation
from grammar.malformed import malformed
from grammar.nodes import Block, Document, Heading, Literal, Outside, ParsedField, Section
from grammar.scanner import Finding, Scan, reference_key, scan
from grammar.source import Source, Span

# block kinds that Xen's tools do not know: any later literal kills them
UNKNOWN = frozenset(
    ("ordered list", "table", "block quote", "rule", "line block", "div", "HTML", "comment", "raw block", "TeX")
)
# those that take an indented line directly below them for their own
_LAZY = frozenset(("block quote", "line block", "ordered list"))
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


class _Lines(NamedTuple):
    """Lines as pandoc sees them, and the way back to the source's offsets.

    `numbers` are the lines' numbers in the source (from 1), `stripped` how many columns were taken off their start.
    """

    texts: list[str]
    numbers: Sequence[int]
    stripped: Sequence[int]


@dataclass(slots=True, eq=False, repr=False)
class _Lost:
    """Lines that were meant as fields and are none, for one reason: their span, the last one's number, their words."""

    start: int
    end: int
    last: int
    reason: str
    texts: list[str]


class _Builder:
    def __init__(self, source: Source, prose: bool) -> None:
        self.source = source
        self.prose = prose
        self.diagnostics: list[Diagnostic] = []
        self.used: set[str] = set()
        self.known: frozenset[str] = frozenset()
        self.unknown: tuple[str, int] | None = None
        self.pending: list[tuple[str, Span, int, int, bool]] = []
        self.literals: list[int] = []
        self.lost: list[_Lost] = []
        self.defined: list[int] = []
        self.lost_headings: list[tuple[Span, str, str]] = []
        self.headings: list[tuple[int, int]] = []
        self.depth = 0
        self.odd: set[int] = set()  # the lines whose columns differ
        if any(char in source.text for char in "\t\r\ufeff"):
            texts = enumerate(source.text.split("\n"), 1)
            self.odd = {number for number, line in texts if "\t" in line or "\r" in line or "\ufeff" in line}

    # -- the whole ------------------------------------------------------------------------------------------------------
    def document(self) -> Document:
        lines = self.lines()
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
        self.settle(lines)
        return Document(title, tuple(preamble), tuple(top))

    def lines(self) -> _Lines:
        source = self.source
        text = source.text
        if not source.utf8:
            at = next(n for n, byte in enumerate(source.data) if byte >= 0x80)
            try:
                source.data.decode("utf-8")
            except UnicodeDecodeError as error:
                at = error.start
            self.say(problems.invalid_utf8(Span(at, at + 1), source.data[at]))
        if text.startswith("\ufeff"):
            self.say(problems.byte_order_mark(Span(0, 1)))
            text = text[1:]
        if "\0" in text:
            at = source.text.index("\0")
            self.say(problems.nul(Span(at, at + 1)))
        if "\r" in text:
            self.carriage_returns()
            text = text.replace("\r", "")
        texts = text.split("\n")
        if len(texts) > 1 and not texts[-1]:
            texts.pop()
        if "\t" in text:
            texts = [line.expandtabs(4) if "\t" in line else line for line in texts]
        if texts == [""]:
            texts = []
        return _Lines(texts, range(1, len(texts) + 1), [0] * len(texts))

    def carriage_returns(self) -> None:
        ends = [m.start() for m in re.finditer(r"\r(?=\n|\Z)", self.source.text)]
        if ends:
            self.say(problems.carriage_return(Span(ends[0], ends[0] + 1), len(ends)))
        for lone in re.finditer(r"\r(?!\n|\Z)", self.source.text):
            self.say(problems.lone_carriage_return(Span(lone.start(), lone.end())))

    def say(self, diagnostic: Diagnostic) -> None:
        self.diagnostics.append(diagnostic)

    def offset(self, lines: _Lines, index: int, column: int) -> int:
        """The source's offset of a column (from 0, tabs expanded) of a line."""
        number = lines.numbers[index]
        column += lines.stripped[index]
        start = self.source.starts[number - 1]
        if number not in self.odd:
            return start + column
        text = self.source.line_text(number)
        at = 0
        for n, char in enumerate(text):
            if at >= column and char not in "\r\ufeff":
                return start + n
            if char == "\t":
                at += 4 - at % 4
            elif char != "\r" and not (number == 1 and n == 0 and char == "\ufeff"):
                at += 1
        return start + len(text.rstrip("\r"))

    def span(self, lines: _Lines, index: int, start: int = 0, end: int | None = None) -> Span:
        """The span of a stretch of a line, by columns; without `end`, to the line's last character that is no blank."""
        text = lines.texts[index]
        size = len(text)
        if end is None:
            end = len(text.rstrip())
        a = self.offset(lines, index, min(start, size))
        return Span(a, max(a, self.offset(lines, index, min(end, size))))

    def run_span(self, lines: _Lines, run: Run) -> Span:
        first, last = run.first, run.last
        return Span(self.offset(lines, first, 0), self.offset(lines, last, len(lines.texts[last].rstrip())))

    def behind_definition(self, lines: _Lines, index: int, above: nodes.DefinitionList) -> None:
        """A block behind a definition list that pandoc 3 makes part of the definition."""
        last = self.source.position(above.span.end)[0]
        marked = [text for text in map(self.source.line_text, range(last, 0, -1)) if text.lstrip(" ")[:1] in (":", "~")]
        found = pandoc3.behind_definition(indentation(lines.texts[index]), marked[0]) if marked else None
        if found:
            self.say(problems.pandoc_3_differs(self.span(lines, index), *found))

    def quotation(self, lines: _Lines, index: int) -> None:
        found = None if lines.texts[index].isascii() else pandoc3.quotation(lines.texts[index])
        if found:
            at, difference = found
            self.say(problems.pandoc_3_differs(self.span(lines, index, at, at + 1), *difference))

    # -- outside the mark-up --------------------------------------------------------------------------------------------
    def leave(self, what: str, span: Span, first: int, last: int, *, breaks: bool) -> None:
        """Keep a construct outside the mark-up; its severity is settled when all literals are known."""
        breaks = breaks and not (self.depth and what in UNKNOWN)  # in a list's item it is no block of the document
        self.pending.append((what, span, first, last, breaks))
        if breaks and self.unknown is None and not self.depth:
            self.unknown = (what, first)

    def settle(self, lines: _Lines) -> None:
        for span, text, reason in self.lost_headings:
            severity: Severity = "error" if self.owns_fields(span, text) else "warning"
            self.say(problems.lost_heading(span, text, reason, severity=severity))
        for group in self.lost:
            self.say(problems.lost_field(Span(group.start, group.end), group.reason, *group.texts))
        for what, span, first, last, breaks in self.pending:
            lost = next((n for n in range(first, last + 1) if _meant(self.source.line_text(n))), None)
            later = next((n for n in self.literals if n > first), None)
            if later is None and breaks and what not in _LAZY:  # text that pandoc ends early may leave a literal behind
                inside = ((n, self.source.line_text(n)) for n in range(first + 1, last + 1))
                later = next(
                    (n for n, t in inside if t.startswith(("    ", "#")) and not fields.DEFINITION.match(t[4:])), None
                )
            article = "an" if what[0] in "aeiouAEIOU" else "a"
            name = what if what[0].isupper() or what in ("math",) else f"{article} {what}"
            if lost is not None:
                words = f": the field on line {lost} is lost in it"
            elif breaks and later is not None:
                words = f": Xen's tools die on the next field, on line {later}"
            else:
                words = ""
            self.say(problems.outside_markup(span, name, words, severity="error" if words else "warning"))

    def owns_fields(self, span: Span, text: str) -> bool:
        """Whether fields stand below a heading that pandoc does not see: they fall to the section before."""
        number, level = self.source.position(span.start)[0], len(text) - len(text.lstrip("#"))
        end = next((line for line, other in self.headings if line > number and other <= level), self.source.count + 1)
        return any(
            number < line < end for line in (*self.literals, *self.defined, *(group.last for group in self.lost))
        )

    def findings(self, lines: _Lines, index: int, column: int, raw: str, found: Sequence[Finding], last: int) -> None:
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
            span = self.span(lines, row, at, min(at + 1, len(lines.texts[row])))
            number = lines.numbers[row]
            if item.what == "reference link":
                self.say(problems.reference_link(span, raw[item.offset + 1 :].split("]")[0]))
                continue
            end = lines.numbers[last] if item.breaks else number
            if item.open:
                end = max(end, self.swallowed(item.what, number, span))
            self.leave(item.what, span, number, end, breaks=item.breaks)

    def swallowed(self, what: str, number: int, span: Span) -> int:
        """The last line that an unclosed construct reaches: where it is closed further down."""
        rest = self.source.text[span.start :]
        if what == "unclosed bracket":
            depth = 0
            for n, char in enumerate(rest):
                depth += (char == "[") - (char == "]")
                if not depth:
                    follows = rest[n + 1 : n + 2]
                    return self.source.position(span.start + n)[0] if follows and follows in "([{" else number
            return number
        if what == "TeX" and not rest.startswith("\\begin"):  # its arguments may reach to the next blank line
            while number < self.source.count and self.source.line_text(number + 1).strip():
                number += 1
            return number
        closing = {"unclosed comment": "-->", "unclosed tag": ">", "inline footnote": "]", "TeX": "\\end"}.get(what)
        at = rest.find(closing) if closing else -1
        return self.source.position(span.start + at)[0] if at >= 0 else number

    # -- title, headings ------------------------------------------------------------------------------------------------
    def title(self, lines: _Lines, run: Run) -> str:
        if len(run.lines) > 1:
            self.say(problems.title_block(self.span(lines, run.lines[1][1])))
        for _, index, _ in run.lines:
            self.meant(lines, index, "it continues the title block; put a blank line after the title")
        return pandoc_text(scan(lines.texts[0][1:].strip(" ")).pieces)

    def unique(self, base: str) -> str:
        name, n = base, 0
        while name in self.used:
            n += 1
            name = f"{base}-{n}"
        self.used.add(name)
        return name

    def heading(self, lines: _Lines, run: Run) -> Heading:
        index = run.first
        text = lines.texts[index]
        span = self.span(lines, index)
        if run.rule == "underlined":
            under = lines.texts[index + 1]
            level, column = (1 if under.startswith("=") else 2), indentation(text)
            read = scan(text[column:].rstrip(), self.known)
            brace = re.search(r"(?<!\\)(\{[^{}]*\})$", text.rstrip())
            if brace:
                closing = scan(text[column:].rstrip(), self.known, heading=True)
                if closing.attributes:
                    read = closing
            self.say(problems.underlined_heading(self.run_span(lines, run), pandoc_text(read.pieces), level))
        else:
            level = len(text) - len(text.lstrip("#"))
            column = level + indentation(text[level:])
            read = scan(text[column:], self.known, heading=True)
            self.crosses(lines, index, text[column:], read)
        self.headings.append((lines.numbers[index], level))
        self.findings(lines, index, column, text[column:], read.findings, index)
        words = pandoc_text(read.pieces)
        given = _identifier_of(read.attributes)
        if given is not None:
            anchor = given
            self.used.add(given)
        else:
            anchor = self.unique(identifier(read.pieces))
        if not words.strip():
            self.say(problems.empty_heading(span))
        self.latin1(lines, index, 0, "heading")
        self.quotation(lines, index)
        return Heading(level, nodes_of(read.pieces) if self.prose else (), words, anchor, given, span)

    def crosses(self, lines: _Lines, index: int, raw: str, read: Scan) -> None:
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
                        self.span(lines, index),
                        lines.numbers[index],
                        lines.numbers[below],
                        breaks=True,
                    )
                    return
                below += 1

    def fence_after(self, lines: _Lines, run: Run, above: nodes.Paragraph) -> None:
        """A code span that a paragraph leaves open may close at the fence below it."""
        text = self.source.text[above.span.start : above.span.end]
        if any(item.what == "unclosed code" for item in scan(text).findings):
            first, last = run.first, run.last
            self.leave(
                "code across a fence", self.span(lines, first), lines.numbers[first], lines.numbers[last], breaks=True
            )

    def latin1(self, lines: _Lines, index: int, column: int, where: str) -> None:
        text = lines.texts[index]
        if text.isascii():
            return
        found = _LATIN1.search(text, column)
        if found:
            self.say(problems.latin1_letter(self.span(lines, index, found.start(), found.end()), found.group(), where))

    # -- blocks -----------------------------------------------------------------------------------------------------------
    def block(self, lines: _Lines, run: Run, *, sections: bool) -> Block:
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
        span = self.run_span(lines, run)
        first, last = lines.numbers[run.first], lines.numbers[run.last]
        self.leave(what, span, first, last, breaks=what in UNKNOWN)
        if what == "metadata block" and not self.depth:
            self.metadata(lines, run)
        return Outside(what, self.source.text[span.start : span.end], span)

    def metadata(self, lines: _Lines, run: Run) -> None:
        """Anything but plain `key: word` lines may be invalid YAML, on which pandoc dies."""
        inside = [lines.texts[index] for terminal, index, _ in run.lines if terminal != "BLANK"][1:-1]
        if not all(re.fullmatch(r"\s*(?:#.*|[A-Za-z][\w-]*: +[A-Za-z0-9][\w .,-]*|)\s*", text) for text in inside):
            what, span, *_ = self.pending.pop()
            self.say(
                problems.outside_markup(
                    span, f"a {what}", ": pandoc dies on it unless it is valid YAML", severity="error"
                )
            )

    def paragraph(self, lines: _Lines, run: Run) -> nodes.Paragraph:
        texts = lines.texts
        single = len(run.lines) == 1
        for terminal, index, shape in run.lines:
            text = texts[index]
            if terminal == "LAZY" and shape == "HEADING":
                self.lost_headings.append(
                    (self.span(lines, index), text.strip(), "no blank line before it; put one there")
                )
            elif (
                "#" in text
                and _TEXT_HEADING.match(text)
                and (single or not text.startswith("#") or text.startswith("##"))
            ):
                self.lost_headings.append((self.span(lines, index), text.strip(), _why_text(text)))
            elif ":" in text or "~" in text:
                found = pandoc3.in_paragraph(text, index - run.first, shape)
                if found:
                    self.say(problems.pandoc_3_differs(self.span(lines, index), *found))
                else:
                    self.meant(lines, index, _why_lost(text, terminal, shape))
        return self.words(lines, run, plain=False)

    def words(self, lines: _Lines, run: Run, *, plain: bool) -> nodes.Paragraph:
        """A paragraph's words, and what in them is outside the mark-up."""
        first = run.first
        raw = "\n".join(lines.texts[index].lstrip(" ") for _, index, _ in run.lines)
        if _RISKY.search(raw):
            read = scan(raw, self.known)
            self.findings(lines, first, indentation(lines.texts[first]), raw, read.findings, run.last)
        return nodes.Paragraph(inlines(raw.strip(" ")) if self.prose else (), plain, self.run_span(lines, run))

    def meant(self, lines: _Lines, index: int, reason: str) -> None:
        """Report a line that is no field but was meant as one."""
        text = lines.texts[index]
        if _meant(text):
            self.lose(self.span(lines, index, indentation(text)), lines.numbers[index], text.strip(), reason)

    def lose(self, span: Span, number: int, text: str, reason: str) -> None:
        """Note a lost field; those of neighbouring lines that are lost for one reason are one mistake, and one diagnostic."""
        before = self.lost[-1] if self.lost else None
        if before and before.reason == reason and before.last == number - 1:
            before.texts.append(text)
            before.last, before.end = number, span.end
        else:
            self.lost.append(_Lost(span.start, span.end, number, reason, [text]))

    def bullets(self, lines: _Lines, run: Run) -> nodes.BulletList:
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
                found = pandoc3.in_item(text) if not off and (":" in text or "~" in text) else None
                if found:
                    self.say(problems.pandoc_3_differs(self.span(lines, index), *found))
        finish()
        for _, index, _ in run.lines:
            if ":" in lines.texts[index]:
                self.meant(
                    lines, index,
                    "it belongs to the list item above it; put a paragraph between, or start that item's text in column 5",
                )  # fmt: skip
        return nodes.BulletList(tuple(items), self.run_span(lines, run))

    def item(self, lines: _Lines, content: list[tuple[str, int, int]]) -> tuple[Block, ...]:
        while content and not content[-1][0].strip():
            content.pop()
        inside = _Lines(
            [text for text, _, _ in content],
            [lines.numbers[index] for _, index, _ in content],
            [lines.stripped[index] + off for _, index, off in content],
        )
        if len(inside.texts) == 1 and _SIMPLE_ITEM.match(inside.texts[0]):
            return (self.item_block(inside, Run("paragraph", (("TEXT", 0, "TEXT"),))),)
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                first, last = inside.numbers[0], inside.numbers[-1]
                self.leave("nesting of this depth", self.span(inside, 0), first, last, breaks=False)
                return ()
            return tuple(self.item_block(inside, run) for run in blocks(inside.texts, "item"))
        finally:
            self.depth -= 1

    def item_block(self, lines: _Lines, run: Run) -> Block:
        if run.rule in ("heading", "underlined"):
            span = self.run_span(lines, run)
            text = lines.texts[run.first]
            read = scan(text.strip("# "), self.known)
            self.unique(identifier(read.pieces))
            self.leave("heading in a list item", span, lines.numbers[run.first], lines.numbers[run.last], breaks=False)
            return Outside("heading", self.source.text[span.start : span.end], span)
        if run.rule == "paragraph":
            return self.words(lines, run, plain=True)
        if run.rule in ("literal", "fenced"):
            span = self.run_span(lines, run)
            kept = tuple(lines.texts[index].strip() for _, index, _ in run.lines)
            return Literal("item", (), kept, run.rule == "fenced", span)
        if run.rule == "definitions":
            span = self.run_span(lines, run)
            return Outside("definition list", self.source.text[span.start : span.end], span)
        return self.block(lines, run, sections=True)

    # -- definition lists -------------------------------------------------------------------------------------------------
    def definitions(self, lines: _Lines, run: Run, sections: bool) -> nodes.DefinitionList:
        if not sections:
            self.say(problems.field_before_heading(self.span(lines, run.first), "definition list"))
        self.defined.append(lines.numbers[run.first])
        groups: list[list[tuple[str, int, str]]] = []
        for line in run.lines:
            if line[0] == "TERM":
                groups.append([])
            groups[-1].append(line)
        terms = tuple(self.term(lines, group) for group in groups)
        return nodes.DefinitionList(terms, self.run_span(lines, run))

    def term(self, lines: _Lines, group: list[tuple[str, int, str]]) -> nodes.Term:
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
                self.lost_headings.append((self.span(lines, n, indentation(texts[n])), texts[n].strip(), why))
        inside = blocks(content, "start", title=False)
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
        self.findings(lines, index, column, texts[index].strip(" "), read.findings, index)
        raw = "\n".join(content).strip(" ")
        value = scan(raw, self.known)
        if reason is None and any(item.breaks for item in value.findings):
            reason = "a definition that is no plain paragraph"
        if reason:
            self.say(problems.definition_shape(self.span(lines, at), reason))
        for item in value.findings:
            if item.what != "unclosed code":
                self.leave(item.what, self.span(lines, at), lines.numbers[at], lines.numbers[at], breaks=item.breaks)
        self.latin1(lines, index, 0, "definition list")
        for terminal, n, shape in group:
            self.quotation(lines, n)
            found = pandoc3.in_definition(texts[n], shape) if terminal == "LAZY" else None
            if found:
                self.say(problems.pandoc_3_differs(self.span(lines, n), *found))
        span = self.span(lines, index)
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
    def literal(self, lines: _Lines, run: Run, sections: bool) -> Literal:
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
            self.literals.append(number)
            if self.unknown is not None:
                what, where = self.unknown
                if where < number:
                    self.say(
                        problems.after_unknown_block(
                            self.span(lines, body[0][0] if body else run.first, 0), what, where
                        )
                    )
                    self.unknown = None
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
                span = self.span(lines, index, column, column + len(trimmed))
                self.say(malformed(span, trimmed, after_field=bool(kept)))
                continue
            if not sections and not kept:
                self.say(problems.field_before_heading(self.span(lines, index, column), f'field "{trimmed}"'))
            kept.append(
                ParsedField(
                    found.keyword, found.qualifier, found.value,
                    self.span(lines, index, column, column + len(trimmed)),
                    self.span(lines, index, column + found.value_at, column + len(trimmed)),
                )
            )  # fmt: skip
            self.latin1(lines, index, column, "field")
        if fenced and kept:
            self.say(problems.fenced_field(self.span(lines, run.first)))
        return Literal(kind, tuple(kept), tuple(words), fenced, self.run_span(lines, run))

    def meant_in_definition(self, lines: _Lines, index: int, line: str) -> None:
        if fields.looks_meant(line):
            reason = "its literal begins as the definition of a label, and Xen's tools skip all of it; give it a literal of its own"
            self.lose(self.span(lines, index, 4), lines.numbers[index], line, reason)


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


def _identifier_of(attributes: str | None) -> str | None:
    found = re.findall(r"#([^\s{}]+)", attributes) if attributes else None
    return str(found[-1]) if found else None


def _meant(text: str) -> bool:
    return fields.looks_meant(text) or fields.MEANT_RELEASE.match(text) is not None


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
