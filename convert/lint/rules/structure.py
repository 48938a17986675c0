"""Rules of the file's parts: title, release literal, definitions, conflict markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from convert.lint.registry import Context, blocks_of, rule
from convert.lint.rules.parts import definitions_start, fix
from grammar.fields import RELEASE_KEYS
from grammar.labels import LABELS
from grammar.nodes import Block, Document, Literal, Section
from grammar.source import Source, Span

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]


def release_literals(context: Context) -> list[Literal]:
    """The release literals of a file, in file order."""
    if "release_literals" not in context.memo:
        document = context.parsed.document
        of_release = (section for section in document.walk() if any(map(_is_release, section.unplaced)))
        blocks = (block for section in of_release for block in section.blocks)
        context.memo["release_literals"] = [block for block in blocks if _is_release(block)]
    found: list[Literal] = context.memo["release_literals"]
    return found


def _is_release(block: Block) -> bool:
    return isinstance(block, Literal) and block.kind == "release"


@rule("XS301", "release-missing", "warning", Document, framed=True)
def release_missing(document: Document, context: Context) -> Iterator[Found]:
    """The file has no release literal.

    The file then does not say which version it is for, or how long that version is supported.  The literal begins
    "Xen-Version:".

    Bad:
        % Support statement

        # Feature Support

        ## Toolstack

        ### xl

            Status: Supported

        # Format and definitions

        ## Definition of Status labels

        ### Supported

            Functional completeness: Yes
    Good:
        % Support statement

        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>

        # Feature Support

        ## Toolstack

        ### xl

            Status: Supported

        # Format and definitions

        ## Definition of Status labels

        ### Supported

            Functional completeness: Yes
    """
    if not release_literals(context) and not any(f"{key}:" in context.source.text for key in RELEASE_KEYS):
        yield None, 'no release literal: no "Xen-Version:" with its dates below "# Release Support"'


@rule("XS302", "release-twice", "warning", Document, framed=True)
def release_twice(document: Document, context: Context) -> Iterator[Found]:
    """The file has more than one release literal.

    Only one can be right; an error where the two contradict each other.

    Bad:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>

        ## Version

            Xen-Version: 4.23-unstable
    Good:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    """
    literals = release_literals(context)
    if not literals:
        return
    first = {field.keyword: field.value for field in literals[0].fields}
    for other in literals[1:]:
        differs = [f.keyword for f in other.fields if first.get(f.keyword, f.value) != f.value]
        if differs:
            message = f"a second release literal, and its {', '.join(differs)} contradicts the first; keep one"
            yield other.fields[0].span, message, {"severity": "error"}
        elif other.fields:
            yield other.fields[0].span, "a second release literal; keep one"


@rule("XS303", "release-unknown-field", "warning", Literal, lone=True)
def release_unknown_field(literal: Literal, context: Context) -> Iterator[Found]:
    """The release literal holds a field that no tool knows.

    The fields are Xen-Version, Initial-Release, Supported-Until and Security-Support-Until.  Xen's tools take any other
    field for one more row, and nothing reads what its author meant.

    Bad:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported
            End-Of-Life: TBD

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    """
    if literal.kind != "release":
        return
    for field in literal.fields:
        if field.keyword not in RELEASE_KEYS:
            yield field.span, f'"{field.keyword}" is not a field of the release; they are: {", ".join(RELEASE_KEYS)}'


@rule("XS304", "release-field-missing", "warning", Document, framed=True)
def release_field_missing(document: Document, context: Context) -> Iterator[Found]:
    """The release literal lacks one of its four fields.

    Xen's matrix then has an empty cell there.

    Bad:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    Good:
        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>
    """
    literals = release_literals(context)
    if not literals:
        return
    present = {field.keyword for literal in literals for field in literal.fields}
    missing = [key for key in RELEASE_KEYS if key not in present and f"{key}:" not in context.source.text]
    if missing:
        yield literals[0].span, f"the release literal lacks {', '.join(missing)}"


@rule("XS305", "definitions-missing", "warning", Document, framed=True)
def definitions_missing(document: Document, context: Context) -> Iterator[Found]:
    """The file has no part that defines the labels.

    A reader cannot find out what "Tech Preview" promises.

    Bad:
        % Support statement

        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>

        # Feature Support

        ## Toolstack

        ### xl

            Status: Supported
    Good:
        % Support statement

        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>

        # Feature Support

        ## Toolstack

        ### xl

            Status: Supported

        # Format and definitions

        ## Definition of Status labels

        ### Supported

            Functional completeness: Yes
    """
    if definitions_start(context) > len(context.source.text):
        yield None, 'no part "# Format and definitions": nothing says what the labels mean'


@rule("XS306", "field-in-definitions", "warning", Section, framed=True)
def field_in_definitions(section: Section, context: Context) -> Iterator[Found]:
    """A field is in the definitions part.

    That part is prose, but Xen's tools make a row of every field, even of one that is only an example.

    Bad:
        # Format and definitions

        ## Definition of Status labels

        ### Supported

            Status: Supported
    Good:
        # Format and definitions

        ## Definition of Status labels

        ### Supported

            Functional completeness: Yes
    """
    if section.heading.span.start < definitions_start(context):
        return
    for block in blocks_of(section.blocks):
        if isinstance(block, Literal) and block.kind == "feature" and block.fields:
            words = "a field in the definitions part is a row to Xen's tools; write an example in `backquotes`"
            yield block.fields[0].span, words


@rule("XS307", "definition-nested", "warning", Section, framed=True)
def definition_nested(section: Section, context: Context) -> Iterator[Found]:
    """The definition of a label is nested below that of another.

    A reader takes it for a part of the label above it.

    Bad:
        # Format and definitions

        ## Definition of Status labels

        ### Tech Preview

            Functional completeness: Yes

        #### Supported

            Functional completeness: Yes
    Good:
        # Format and definitions

        ## Definition of Status labels

        ### Tech Preview

            Functional completeness: Yes

        ### Supported

            Functional completeness: Yes
    """
    if section.heading.span.start < definitions_start(context) or not _is_label(section):
        return
    for below in section.sections:
        if _is_label(below):
            start = below.heading.span.start
            change = fix(False, (start, start + below.heading.level, "#" * section.heading.level))
            message = f'the definition of "{below.heading.text}" is nested below that of "{section.heading.text}"'
            given = context.source.text[start] == "#"
            yield below.heading.span, message, {"fix": change if given and not below.sections else None}


def _is_label(section: Section) -> bool:
    return section.heading.text.casefold() in _LABELS


_LABELS = frozenset(label.heading.casefold() for label in LABELS if label.heading)


@rule("XS308", "missing-title", "warning", Document, framed=True)
def missing_title(document: Document, context: Context) -> Iterator[Found]:
    """The file does not begin with a title block.

    The title is the first line of the file, "% Title".  A line "# Title" is a section instead, and becomes part of the
    path of the rows below it.

    Bad:
        # Support statement

        This tells what is supported.

        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>

        # Format and definitions

        This part is prose.
    Good:
        % Support statement

        This tells what is supported.

        # Release Support

            Xen-Version: 4.23-unstable
            Initial-Release: n/a
            Supported-Until: TBD
            Security-Support-Until: Unreleased - not yet security-supported

        Release Notes
        : <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>

        # Format and definitions

        This part is prose.
    """
    if document.title:
        return
    source = context.source
    first = source.line_span(1)
    if source.text.startswith("# ") and document.sections and not document.sections[0].sections:
        yield first, 'the title is written "% Title"; this is a section', {"fix": fix(False, (0, 1, "%"))}
    elif document.title is None:
        yield first, 'no title block: the first line must be "% Title"'
    else:
        yield first, "the title block has no title"


@rule("XS310", "empty-file", "error", Source, framed=True)
def empty_file(source: Source, context: Context) -> Iterator[Found]:
    """The file is empty.

    It states nothing: no version, no dates, no feature.

    Bad:
        ␄
    Good:
        # Feature Support
    """
    if not source.text.strip("\ufeff \t\r\n"):
        yield None, "the file is empty; a SUPPORT.md states what a release supports"


@rule("XS309", "conflict-marker", "error", Source, lone=True)
def conflict_marker(source: Source, context: Context) -> Iterator[Found]:
    """A merge has left a conflict marker.

    Both sides are in the file, one of them is wrong, and pandoc makes a heading of the line above "=======".

    Bad:
        <<<<<<< HEAD
    Good:
        The conflict is resolved.
    """
    if "<<<<<<< " in source.text or ">>>>>>> " in source.text:
        for found in re.finditer(r"^(?:<<<<<<<|>>>>>>>|\|\|\|\|\|\|\|) .*", source.text, re.M):
            yield (
                Span(found.start(), found.end()),
                "a conflict marker of a merge; choose one side and remove the markers",
            )
