"""Definition lists: their terms, and what is wrong with their shape."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grammar import nodes, problems
from grammar.inlines import nodes_of, pandoc_text
from grammar.notes import Notes
from grammar.pandoc import version3
from grammar.pandoc.blocks import blocks
from grammar.pandoc.inline import scan
from grammar.pandoc.reader import Run, indentation
from grammar.pandoc.words import Scan
from grammar.positions import Lines

Line = tuple[str, int, str]
_NOT_OF_ITS_OWN = (
    "it belongs to the definition above it; put a blank line between and indent it by four, below a paragraph or"
    " heading"
)


def definitions(notes: Notes, lines: Lines, run: Run, *, sections: bool) -> nodes.DefinitionList:
    """A definition list; `sections`: a heading is above it."""
    if not sections:
        notes.say(problems.field_before_heading(lines.span(run.first), "definition list"))
    notes.ledger.definitions.append(lines.numbers[run.first])
    groups: list[list[Line]] = []
    for line in run.lines:
        if line[0] == "TERM":
            groups.append([])
        groups[-1].append(line)
    return nodes.DefinitionList(tuple(_term(notes, lines, group) for group in groups), lines.run_span(run))


def _term(notes: Notes, lines: Lines, group: Sequence[Line]) -> nodes.Term:
    """One term's lines: TERM, perhaps BLANK, then DEFINED, LAZY and CONTINUED."""
    texts, index = lines.texts, group[0][1]
    body = [line for line in group[1:] if line[0] != "BLANK"]
    content = [_content(texts[n], terminal) for terminal, n, _ in body]
    _lost(notes, lines, body)
    read = scan(texts[index].strip(" "), notes.known)
    begun = texts[index].startswith("<!--")  # that comment is a block of its own, and the term is behind it
    outside = [item._replace(breaks=True) if begun and not item.offset else item for item in read.findings]
    notes.findings(lines, index, indentation(texts[index]), texts[index].strip(" "), outside, index)
    value = scan("\n".join(content).strip(" "), notes.known)
    at, reason = _misshapen(group, body, content, value)
    if reason:
        notes.say(problems.definition_shape(lines.span(at), reason))
    for item in value.findings:
        if item.what != "unclosed code":
            notes.leave(item.what, lines.span(at), lines.numbers[at], lines.numbers[at], breaks=item.breaks)
    notes.latin1(lines, index, 0, "definition list")
    for terminal, n, shape in group:
        notes.quotation(lines, n)
        if terminal == "LAZY":
            notes.line_differs(lines, n, version3.in_definition(texts[n], shape))
        elif terminal == "TERM":
            notes.line_differs(lines, n, version3.in_term(shape))
    return nodes.Term(
        nodes_of(read.pieces),
        nodes_of(value.pieces),
        pandoc_text(read.pieces),
        " ".join(key_words(read)),
        pandoc_text(value.pieces),
        lines.span(index),
    )


def _content(text: str, terminal: str) -> str:
    """What a line adds to the definition."""
    return re.sub(r"^ {0,2}[:~] *", "", text) if terminal == "DEFINED" else text.removeprefix("    ")


def _lost(notes: Notes, lines: Lines, body: Sequence[Line]) -> None:
    """Take down the fields and headings that are part of a definition."""
    for _, n, _ in body:
        text = lines.texts[n]
        notes.meant(lines, n, _NOT_OF_ITS_OWN)
        if re.match(r" {0,3}#+ +\S", text):  # what is fatal then is an indented block below it
            notes.lose_heading(lines, n, indentation(text), why_text(text) if text.startswith(" ") else NO_BLANK_LINE)


def _misshapen(
    group: Sequence[Line], body: Sequence[Line], content: Sequence[str], value: Scan
) -> tuple[int, str | None]:
    """The line to report, and why Xen's tools die of this term; None where they do not."""
    at = next(n for terminal, n, _ in group if terminal == "DEFINED")
    continued = next((n for terminal, n, _ in body if terminal == "CONTINUED"), None)
    if group[1][0] == "BLANK":
        return at, "a blank line before the definition"
    if sum(terminal == "DEFINED" for terminal, _, _ in body) > 1:
        return at, "two definitions of one term"
    if continued is not None:
        return continued, "an indented block below it"
    if not any(text.strip(" ") for text in content):
        return at, "an empty definition"
    inside = [run.rule for run in blocks(content, ended=False)]
    if inside != ["paragraph"] or any(item.breaks for item in value.findings):
        return at, "a definition that is not a plain paragraph"
    return at, None


def key_words(read: Scan) -> list[str]:
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


NO_BLANK_LINE = "no blank line before it; put one there"


def why_text(text: str) -> str:
    """Why a line that looks like a heading is text."""
    if text.startswith(" "):
        return "it is indented; begin it in the first column"
    return "no space after the #; put one there"
