"""Edits of the release part of a file: its four fields and the entry for the release notes, and no byte besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from convert.lint.rules.parts import newline
from grammar.diagnostic import Edit
from grammar.fields import RELEASE_KEYS
from grammar.nodes import Literal, ParsedField
from grammar.parser import parse
from grammar.release import IN_LITERAL, NOTES, ReleasePart, read_release
from grammar.source import Source, Span


@dataclass(frozen=True, slots=True)
class Part:
    """The release part of a file, with the file."""

    source: Source
    read: ReleasePart


def read(source: Source) -> Part:
    """The release part of a file, whatever is wrong with the rest of it."""
    return Part(source, read_release(parse(source, prose=False).document))


def edited(part: Part, wanted: Mapping[str, str]) -> bytes:
    """The file's bytes with these values: the four fields and `Release-Notes`, an address; what is not named stays.

    Nothing but the bytes of these values changes: a field or an entry that is missing is added where the house has it,
    and a `Release-Notes:` in the literal becomes the entry.  Raises ValueError where the result would not say what is
    wanted.
    """
    if part.read.literal is None or not part.read.literal.fields:
        raise ValueError("no release literal with a field")
    source, data = part.source, part.source.data
    edits = sorted(_edits(part, wanted), key=lambda edit: edit.span)
    for edit in edits[::-1]:  # from the end on; of equal places, too, the last comes first
        start, end = source.byte_offset(edit.span.start), source.byte_offset(edit.span.end)
        data = data[:start] + edit.text.encode() + data[end:]
    after = read(Source(source.name, data))
    said = after.read.values
    expected = {key: value for key, value in part.read.values.items() if key != IN_LITERAL or NOTES not in wanted}
    if said != {**expected, **wanted} or len(after.read.literals) != len(part.read.literals):
        raise ValueError("the release part cannot be edited as it is; its layout is unusual, correct it by hand")
    return data


def _edits(part: Part, wanted: Mapping[str, str]) -> Iterator[Edit]:
    if part.read.literal is None:
        return
    for key in RELEASE_KEYS:
        field = part.read.fields.get(key)
        if key in wanted and field is not None and field.value != wanted[key]:
            yield Edit(field.value_span, wanted[key])
    yield from _added(part, {key: wanted[key] for key in RELEASE_KEYS if key in wanted and key not in part.read.fields})
    if NOTES in wanted:
        yield from _notes_edits(part, wanted[NOTES])


def _added(part: Part, missing: Mapping[str, str]) -> Iterator[Edit]:
    """The lines of fields that the literal lacks, each behind the nearest that the house has before it."""
    groups: dict[ParsedField, list[str]] = {}
    for key, value in missing.items():
        before = RELEASE_KEYS[: RELEASE_KEYS.index(key)]
        last = next((part.read.fields[other] for other in reversed(before) if other in part.read.fields), None)
        if last is not None:  # a release literal begins with its Xen-Version
            groups.setdefault(last, []).append(f"{key}: {value}")
    for last, lines in groups.items():
        end = _line(part.source, last.span.start)
        indent = part.source.text[end.start : last.span.start]
        yield Edit(Span(end.end, end.end), "".join(f"{newline(part.source)}{indent}{line}" for line in lines))


def _line(source: Source, offset: int) -> Span:
    """The line that an offset is in, without its line end."""
    span = source.line_span(source.position(offset)[0])
    end = span.end
    if end > span.start and source.text[end - 1] == "\r":
        end -= 1
    return Span(span.start, end)


def _notes_edits(part: Part, url: str) -> Iterator[Edit]:
    """The entry with another address, or a new one; the line in the literal goes."""
    source, literal = part.source, part.read.literal
    entry = f': <a href="{url}">RN</a>'
    if NOTES in part.read.fields:
        line = source.line_span(source.position(part.read.fields[NOTES].span.start)[0])
        # the line before loses its line end, so that the last line of the literal keeps one
        yield Edit(Span(_line(source, max(0, line.start - 1)).end, _line(source, line.start).end), "")
    if part.read.notes is not None:
        if part.read.url == url:
            return
        value = _value_of(source, part.read.notes.span)
        at = source.text.find(part.read.url or "", *value) if part.read.url else -1
        if at >= 0 and part.read.url:
            yield Edit(Span(at, at + len(part.read.url)), url)
        else:
            yield Edit(value, entry)
        return
    if literal is None:
        return
    end_of = _line(source, _last_line(part, literal))
    eol = newline(source)
    rest = source.text[end_of.end :].lstrip("\r")
    gap = "" if not rest.strip() or rest.startswith(("\n\n", "\n\r\n")) else eol
    yield Edit(Span(end_of.end, end_of.end), f"{eol}{eol}Release Notes{eol}{entry}{gap}")


def _value_of(source: Source, term: Span) -> Span:
    """Where the value of a definition is: the lines below its term up to a blank one."""
    first = source.position(term.end)[0] + 1
    last = first
    while last < source.count and source.line_text(last + 1).strip():
        last += 1
    return Span(source.starts[first - 1], _line(source, source.starts[last - 1]).end)


def _last_line(part: Part, literal: Literal) -> int:
    """An offset in the last line of the literal: its fence's where it is fenced."""
    if not literal.fenced:
        return literal.fields[-1].span.start
    text = part.source.text[literal.span.start : literal.span.end]
    return literal.span.start + max(0, len(text.rstrip()) - 1)
