"""Rules of order and shape: headings, and what is below them in which order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from convert.lint.registry import Context, rule
from convert.lint.rules.parts import definitions_start, field_count, fix
from convert.names.spelling import letters
from grammar.nodes import DefinitionList, Document, Heading, Literal, Outside, Paragraph, Section
from grammar.source import Span

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]
# words of a caveat: a paragraph with one of these after the fields is no misplaced description
_CAVEAT_WORDS = """
    no not none nobody only cannot can't doesn't isn't aren't don't currently disable compile nb note however trust
    limit exclu restrict requir see except unless but until without missing bug vulnerabilit should must inherently
    still secur support
"""
_CAVEAT = frozenset(_CAVEAT_WORDS.split())
_CAVEAT_BEGINS = tuple(word for word in _CAVEAT_WORDS.split() if len(word) > 3)


def _restricts(text: str) -> bool:
    """Whether a text has a word of a caveat; words of four letters or more may go on."""
    bare = [word.strip(".,;:!?()\"'*_`") for word in text.casefold().split()]
    return any(word in _CAVEAT or word.startswith(_CAVEAT_BEGINS) for word in bare)


def _features(section: Section, context: Context) -> bool:
    """Whether a section may be one of the feature part: not of the release, not of the definitions."""
    return section.heading.span.start < definitions_start(context) and not any(
        isinstance(block, Literal) and block.kind != "feature" for block in section.blocks
    )


@rule("XS320", "description-after-status", "info", Section)
def description_after_status(section: Section, context: Context) -> Iterator[Found]:
    """A description seems to follow the fields.

    What is before the fields describes the feature; what is after them is a caveat to readers and to Xen's tools, which
    mark the row accordingly.  This is a guess: there is no text before the fields, and the text after them does not
    mention a restriction.

    Bad:
            Status: Supported

        Debugger to debug ELF guests.
    Good:
        Debugger to debug ELF guests.

            Status: Supported
    """
    if not _features(section, context) or not field_count(section):
        return
    kinds = [b for b in section.blocks if isinstance(b, Paragraph | Literal)]
    if len(kinds) < 2 or not isinstance(kinds[0], Literal) or not isinstance(kinds[1], Paragraph):
        return
    text = context.source.text[kinds[1].span.start : kinds[1].span.end]
    plain = all(f.value.casefold().find("caveat") < 0 and "only" not in f.value for f in kinds[0].fields)
    if plain and not _restricts(text):
        yield kinds[1].span, "this looks like a description: put it before the fields, or it counts as a caveat"


@rule("XS321", "feature-at-section-level", "info", Section)
def feature_at_section_level(section: Section, context: Context) -> Iterator[Found]:
    """A feature has a heading at the level of sections.

    Features have level 3, below a section of level 2: this one appears beside the sections in the matrix.

    Bad:
        ## Static event channel

            Status: Tech Preview
    Good:
        ## Event channels

        ### Static event channel

            Status: Tech Preview
    """
    level = section.heading.level
    if level > 2 or (level == 2 and section.sections) or not _features(section, context):
        return
    if field_count(section) and section.heading.span.start < definitions_start(context):
        yield (
            section.heading.span,
            f'the feature "{section.heading.text}" has a heading of level {level}; features have level 3',
        )


@rule("XS322", "heading-colon", "info", Heading)
def heading_colon(heading: Heading, context: Context) -> Iterator[Found]:
    """A heading ends in a colon.

    The colon is part of the name in the matrix.

    Bad:
        ### Emulated storage:

            Status: Supported
    Good:
        ### Emulated storage

            Status: Supported
    """
    if heading.text.endswith(":"):
        raw = context.source.text[heading.span.start : heading.span.end]
        end = heading.span.start + len(raw.rstrip("# ")) if raw.startswith("#") else heading.span.end
        change = fix(False, (end - 1, end, "")) if context.source.text[end - 1] == ":" else None
        yield heading.span, f'the heading "{heading.text}" ends in a colon', {"fix": change}


@rule("XS323", "empty-section", "warning", Section, lone=True)
def empty_section(section: Section, context: Context) -> Iterator[Found]:
    """A heading has nothing below it.

    A feature without a status is in no matrix, and without text it tells a reader nothing.

    Bad:
        ### Forgotten feature
    Good:
        ### Remembered feature

            Status: Supported
    """
    if not section.unplaced and not section.sections and section.heading.text.strip():
        yield section.heading.span, f'"{section.heading.text}" has neither a status nor a text'


@rule("XS324", "feature-without-status", "warning", Section, lone=True)
def feature_without_status(section: Section, context: Context) -> Iterator[Found]:
    """A feature has text but no status.

    It is in no matrix: no tool can read whether it is supported.

    Bad:
        ### Live patching

        Patches the running hypervisor.
    Good:
        ### Live patching

        Patches the running hypervisor.

            Status: Supported
    """
    if section.heading.level < 3 or section.sections or not section.unplaced or field_count(section):
        return
    if any(isinstance(b, Literal | DefinitionList | Outside) for b in section.unplaced):
        return
    if not _features(section, context):
        return
    if not _meant(section, context):
        yield section.heading.span, f'the feature "{section.heading.text}" has no status'


def _meant(section: Section, context: Context) -> bool:
    """Whether its text holds something meant as a field: the parser says so already."""
    return (
        re.search(r"\b(?:Status|Supported)\b[^\n]*:", context.source.text[section.span.start : section.span.end])
        is not None
    )


@rule("XS325", "duplicate-heading", "warning", Document, framed=True)
def duplicate_heading(document: Document, context: Context) -> Iterator[Found]:
    """Two sections with fields have the same heading.

    The second's anchor gets a number, which goes to another section when one is moved or removed: links and matrix rows
    then change their meaning.

    Bad:
        ### Console

            Status: Supported

        ### Console

            Status: Tech Preview
    Good:
        ### Console

            Status: Supported

        ### Console of a stub domain

            Status: Tech Preview
    """
    seen: set[str] = set()
    rest = context.rest
    of_rest = ((name, rest.place) for name in rest.names) if rest is not None else ()
    for text, span in (*_named(document), *of_rest):
        name = letters(text)
        if name and name in seen:
            words = (
                f'"{text}" is the heading of an earlier section, too: only its spelling or a number tells'
                " the two anchors apart"
            )
            yield span, words
        seen.add(name)


def _named(document: Document) -> Iterator[tuple[str, Span]]:
    """The headings that have fields and no identifier of their own, with their places."""
    for section in document.walk():
        if field_count(section) and section.heading.given is None:
            yield section.heading.text, section.heading.span
