"""Rules of the labels: the values of Status fields."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import Any

from convert.lint.registry import Context, rule
from convert.lint.rules.parts import definitions_start, fix, statuses
from convert.names.spelling import misspelt, same_words
from grammar.fields import RELEASE_KEYS
from grammar.labels import BY_NAME, LABELS
from grammar.nodes import Document, Literal, ParsedField
from grammar.rows import Row
from grammar.source import Source, Span
from grammar.status import LIMIT_LABEL, Status, fold_label, has_label, read_status

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]
_SHOWN = 200  # characters of a line in a message
_PART = ("regularly tested", "security supported")
_CONDITION = (
    r"(?:(?:not |in)?security|only|when|if|unless|except|on|for|in|under|without) |\(|(?:with|without)"
    r" (?!caveats|limited support)"
)


@cache
def _synonyms() -> dict[str, str]:
    return {synonym: label.name for label in LABELS for synonym in label.synonyms}


def _condition(value: str) -> tuple[str, str] | None:
    """(label, condition) of a value such as `Supported on x86 only`."""
    for name in sorted(BY_NAME, key=len, reverse=True):
        if value.casefold().startswith(name.casefold()):
            rest = value[len(name) :].lstrip(" ,;")
            if rest and rest != value[len(name) :] and re.match(_CONDITION, rest, re.I):
                return name, rest
    return None


def _judge(value: str, reading: Status) -> tuple[str, str]:
    """What a value is: (`known`|`variant`|`synonym`|`misspelt`|`condition`|`joined`|`unknown`, the label meant)."""
    if " Status" in value and re.search(r"\sStatus(?:,[^:]*)?:", value):
        return "joined", ""
    if reading.exact or (reading.limit is not None and reading.maximum and value.startswith("Supported up to ")):
        return "known", reading.label or ""
    plain = value.rstrip(". ")
    if reading.condition is not None:  # `Supported, security supported only when ...` is in the vocabulary
        return "known", reading.label or ""
    if plain in BY_NAME:
        return "known", plain
    same = same_words(value)
    if same:
        return "variant", same
    if reading.maximum:
        return "variant", LIMIT_LABEL
    if reading.label is not None:  # a label with more behind it that needs no definition
        return "known", reading.label
    return _guess(value)


def _guess(value: str) -> tuple[str, str]:
    """What a value is that is no label: (`synonym`|`misspelt`|`condition`|`unknown`, the label meant)."""
    synonym = _synonyms().get(fold_label(value))
    if synonym:
        return "synonym", synonym
    meant = misspelt(value)
    if meant:
        return "misspelt", meant
    if _condition(value):
        return "condition", ""
    return "unknown", ""


def _judged(literal: Literal, context: Context) -> list[tuple[ParsedField, Status, str, str]]:
    """Each Status field of a literal with what its value is."""
    key = ("judged", literal.span.start)
    memo: dict[Any, Any] = context.memo
    if key not in memo:
        memo[key] = [
            (field, reading, *_judge(field.value, reading))
            for field in statuses(literal)
            for reading in (read_status(field.value),)
        ]
    found: list[tuple[ParsedField, Status, str, str]] = memo[key]
    return found


@rule("XS201", "misspelt-label", "warning", Literal, lone=True)
def misspelt_label(literal: Literal, context: Context) -> Iterator[Found]:
    """A label is misspelled.

    Nobody can tell whether a reader, a search or a script takes it for the label: "Expermental" was in the matrix of
    four releases.

    Bad:
            Status: Expermental
    Good:
            Status: Experimental
    """
    for field, _, what, label in _judged(literal, context):
        if what == "misspelt":
            span = field.value_span
            yield (
                span,
                f'"{field.value}" is not a label; "{label}" is',
                {"fix": fix(True, (span.start, span.end, label))},
            )


@rule("XS202", "label-case", "info", Literal, lone=True)
def label_case(literal: Literal, context: Context) -> Iterator[Found]:
    """A label differs from the vocabulary in case or punctuation.

    One label in two spellings looks like two in a search, and in the matrix.

    Bad:
            Status: Supported, Not security supported
    Good:
            Status: Supported, not security supported
    """
    for field, _, what, label in _judged(literal, context):
        if what == "variant" and label == LIMIT_LABEL:
            yield field.value_span, f'"{field.value}" is written "Supported up to N"'
        elif what == "variant":
            start = field.value_span.start
            end = start + len(field.value.rstrip(". "))
            yield field.value_span, f'"{field.value}" is written "{label}"', {"fix": fix(True, (start, end, label))}


@rule("XS203", "label-wording", "warning", Literal, lone=True)
def label_wording(literal: Literal, context: Context) -> Iterator[Found]:
    """A known label is worded differently.

    The definitions part defines labels by their words; a reader looks for these.

    Bad:
            Status: Technology Preview
    Good:
            Status: Tech Preview
    """
    for field, _, what, label in _judged(literal, context):
        if what == "synonym":
            span = field.value_span
            yield (
                span,
                f'"{field.value}" is not a label; say "{label}"',
                {"fix": fix(False, (span.start, span.end, label))},
            )


@rule("XS204", "unknown-label", "warning", Literal, lone=True)
def unknown_label(literal: Literal, context: Context) -> Iterator[Found]:
    """A Status is not one of the labels.

    What it means for security support is unclear unless its words say so.

    Bad:
            Status: Support scope restricted
    Good:
            Status: Supported, with caveats

        Only the first of two is supported.
    """
    for field, reading, what, _ in _judged(literal, context):
        if what != "unknown":
            continue
        part = field.qualifier and field.qualifier.casefold().rstrip().endswith(_PART)
        if reading.limit is not None and part:
            continue
        if reading.limit is not None:
            why = f'a limit is written "Supported up to {reading.limit.text}"'
        elif reading.security == "unstated":
            why = "whether there is security support is left open"
        else:
            why = f"its words say that security support is: {reading.security}"
        yield field.value_span, f'"{field.value}" is outside the vocabulary of labels; {why}'


@rule("XS205", "condition-in-value", "info", Literal, lone=True)
def condition_in_value(literal: Literal, context: Context) -> Iterator[Found]:
    """A Status holds a condition.

    A condition that names a variant belongs in the qualifier, any other in a caveat below "Supported, with caveats":
    the value is compared from tree to tree as a whole.

    Bad:
            Status: Supported on x86
    Good:
            Status, x86: Supported
    """
    for field, _, what, _ in _judged(literal, context):
        if what == "condition":
            message = (
                f'a condition in "{field.value}": put it in the qualifier, or say "Supported, with caveats" and'
                " explain it below"
            )
            yield field.value_span, message


@rule("XS206", "label-full-stop", "warning", Literal, lone=True)
def label_full_stop(literal: Literal, context: Context) -> Iterator[Found]:
    """A label ends in a full stop.

    A label is not a sentence, and with the full stop it is a different label to Xen's tools.

    Bad:
            Status: Not supported.
    Good:
            Status: Not supported
    """
    for field, reading, what, _ in _judged(literal, context):
        if what in ("known", "variant", "synonym", "misspelt") and field.value.endswith("."):
            limit = reading.maximum and reading.limit is not None
            if limit and "." in field.value[:-1].replace(reading.limit.text if reading.limit else "", ""):
                continue  # a sentence follows the limit
            start = field.value_span.start + len(field.value.rstrip(". "))
            if what in ("known", "variant"):
                change = fix(True, (start, field.value_span.end, ""))
                yield field.value_span, "a label has no full stop", {"fix": change}


@rule("XS207", "caveats-without-text", "warning", Row, lone=True)
def caveats_without_text(row: Row, context: Context) -> Iterator[Found]:
    """A feature is supported "with caveats", but no caveat follows.

    The file then does not say what is not supported.  Xen's tools count a paragraph after the fields, but not a list.

    Bad:
            Status: Supported, with caveats
    Good:
            Status: Supported, with caveats

        Not to be used with untrusted guests.
    """
    if row.label == "Supported, with caveats" and not row.caveat:
        yield row.value_span, '"with caveats", but no paragraph after the fields gives them', {"rows": (row.key,)}


@rule("XS208", "undefined-label", "warning", Document, framed=True)
def undefined_label(document: Document, context: Context) -> Iterator[Found]:
    """A label is in use that the definitions part does not define.

    A reader cannot find out what it means.

    Bad:
        ### Old feature

            Status: Obsolete
    Good:
        ### Old feature

            Status: Deprecated
    """
    start = definitions_start(context)
    if start > len(context.source.text):
        return
    defined = context.source.text[start:].casefold()
    names = {s.heading.text.casefold() for s in document.walk() if s.heading.span.start > start}
    known: set[str | None] = set()  # labels that are defined
    for row in context.rows:
        if row.label in known:
            continue
        label = BY_NAME.get(row.label or "")
        if label is None or label.heading is None:
            known.add(row.label)
            continue
        name = label.heading.casefold()
        if name in names:
            known.add(row.label)
        elif f"**{name}**" not in defined and f"`{name}`" not in defined:
            yield row.value_span, f'the definitions part does not define "{label.heading}"', {"rows": (row.key,)}


@rule("XS209", "supported-for-status", "warning", Literal, lone=True)
def supported_for_status(literal: Literal, context: Context) -> Iterator[Found]:
    """A label follows the key "Supported".

    "Supported" is followed by a list of what is supported; a label needs "Status".

    Bad:
            Supported, x86: Tech Preview
    Good:
            Status, x86: Tech Preview
    """
    if literal.kind != "feature":
        return
    for field in literal.fields:
        if field.keyword == "Supported" and read_status(field.value).label is not None:
            start = field.span.start
            change = fix(False, (start, start + len("Supported"), "Status"))
            yield field.span, f'"{field.value}" is a label: its key is Status', {"fix": change}


@rule("XS210", "joined-lines", "error", Source, lone=True)
def joined_lines(source: Source, context: Context) -> Iterator[Found]:
    """A field follows something else on one line.

    It is part of that line's text to Xen's tools, and its row is lost.

    Bad:
            Status: Supported    Status, Arm: Tech Preview
    Good:
            Status: Supported
            Status, Arm: Tech Preview
    """
    text = source.text
    colons = [found.start() for found in re.finditer(":", text)]
    for start, release in _behind(text):
        end = text.find("\n", start)
        end = end if end >= 0 else len(text)
        at = bisect_left(colons, start)
        found = re.compile(r":[ \t]+(?=\S)").match(text, colons[at], end) if at < len(colons) else None
        if found is None:
            continue
        whole = text[start:end].rstrip()
        gap = text[start - 2].isspace()
        if release or gap or has_label(whole[found.end() - start :]):
            shown = whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}..."
            yield Span(start, start + len(whole)), f'"{shown}" is lost: a field needs a line of its own'


def _behind(text: str) -> Iterator[tuple[int, bool]]:
    """Where a key of fields is behind something else on its line; whether it is one of the release."""
    for key in ("Status", *RELEASE_KEYS):
        at = text.find(key)
        while at >= 0:
            if text[at + len(key) : at + len(key) + 1] in (":", ",") and text[at - 1 : at] in (" ", "\t"):
                before = text[text.rfind("\n", 0, at) + 1 : at].strip()
                if before and before not in ("*", "-", "+"):
                    yield at, key != "Status"
            at = text.find(key, at + len(key))
