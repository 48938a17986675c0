"""Rules of what a change brings: they speak with --new-only, ranges and --patch, where the file as it was is at
hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from convert.lint.registry import Context, rule
from convert.lint.rules.parts import definitions_start, sections_by_keys
from convert.names.spelling import meant_status
from grammar.nodes import Document, Paragraph
from grammar.rows import Row
from grammar.source import Span
from grammar.status import fold_label

if TYPE_CHECKING:
    from convert.names.rows import Match

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]


def _match(context: Context) -> Match | None:
    """The file as it was and as it is; None where only the latter is known."""
    if context.before is None:
        return None
    from convert.names.pairing import entries
    from convert.names.rows import match

    if "before" not in context.memo:
        old, new = entries(context.before), entries(context.parsed.document)
        context.memo["before"] = match(old, new, context.aliases)
    found: Match = context.memo["before"]
    return found


@rule("XS326", "undescribed-feature", "warning", Document, framed=True)
def undescribed_feature(document: Document, context: Context) -> Iterator[Found]:
    """A new feature has no description.

    A reader of the matrix knows only its name.  Only what a change introduces is reported (--new-only, ranges,
    --patch).

    Bad:
        ### Fresh feature

            Status: Supported
    Good:
        ### Fresh feature

        Lets guests do what they could not do before.

            Status: Supported
    """
    found = _match(context)
    if found is None:
        return
    fresh = {entry.keys for entry in found.headings.fresh if any(row.kind == "status" for row in entry.rows)}
    for keys, section in sections_by_keys(document):
        described = any(isinstance(block, Paragraph) for block in section.blocks)
        if keys in fresh and not described and section.heading.span.start < definitions_start(context):
            yield section.heading.span, f'the new feature "{section.heading.text}" has no description'


@rule("XS327", "status-without-changelog", "warning", Document, framed=True)
def status_without_changelog(document: Document, context: Context) -> Iterator[Found]:
    """A status is changed, but CHANGELOG.md is not.

    People who upgrade read CHANGELOG.md.  Only ranges of commits are judged, as a whole, and only where the tree has
    that file; a corrected spelling is not a change.

    Bad:
            Status: Supported
    Good:
            Status: Experimental
    """
    found = _match(context) if context.logged is False else None
    for old, new in found.rows if found is not None else ():
        if old.row.kind == new.row.kind == "status" and _changed(old.row, new.row):
            words = f'"{new.row.status}" was "{old.row.status}", and no commit of the range changes CHANGELOG.md'
            told = f"{old.row.status} / {new.row.status}"
            yield new.row.value_span, words, {"rows": (new.row.key,), "words": told}


def _changed(old: Row, new: Row) -> bool:
    """Whether a status means something else than before."""
    if fold_label(old.status) == fold_label(new.status):
        return False
    before, after = (meant_status(row.status) for row in (old, new))
    spelling = None in (old.label, new.label) and before.label is not None
    return not (spelling and before.label == after.label)
