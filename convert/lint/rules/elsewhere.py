"""Rules of what else a tree says of support: Kconfig and documents held against the rows (convert.sources).

They need the tree's own files, and on every tree of xen.git they have something to say: so they are off unless
selected, and in
--new-only, where they speak of what a patch brings.  Which of two places is right is for the maintainers to decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from convert.lint.registry import Context, rule
from convert.trees.version import FILE, version_of
from grammar.nodes import Document, Section
from grammar.source import Source, Span

if TYPE_CHECKING:  # convert.sources is imported when a rule runs: a plain lint pays nothing for it
    from convert.sources.statement import Finding

KCONFIG, DOCS = "kconfig", "docs"

Found = tuple[Span | None, str, dict[str, Any]]
_UNSUPPORTED_SINCE = (4, 15)  # xen.git d96e5e6c1238: `config UNSUPPORTED`


def _texts(context: Context) -> Mapping[str, str]:
    if "elsewhere_texts" not in context.memo:
        context.memo["elsewhere_texts"] = context.texts() if context.texts is not None else {}
    return cast(Mapping[str, str], context.memo["elsewhere_texts"])


def _findings(context: Context, group: str, kind: str) -> Iterator[Finding]:
    if "elsewhere" not in context.memo:
        from convert.names.aliases import shipped
        from convert.sources.elsewhere import findings
        from convert.sources.rows import Rows

        rows = Rows(context.source, context.parsed.document, context.rows, shipped())
        context.memo["elsewhere"] = findings(_texts(context), rows)
    found: list[Finding] = context.memo["elsewhere"]
    return (finding for finding in found if finding.kind == kind and finding.statement.group == group)


def _said(finding: Finding, context: Context, message: str) -> Found:
    """A finding on its row's line; on its section's without a row, else where the features begin."""
    line = finding.line or finding.section or _features(context.parsed.document, context.source)
    span = context.source.line_span(line)
    text = context.source.text[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip())
    statement = finding.statement
    words = f"{statement.place.path} {statement.subject}: {statement.says}; {finding.status}"
    rows = (finding.row,) if finding.row else ()
    return Span(start, max(start, span.start + len(text.rstrip()))), message, {"rows": rows, "words": words}


def _features(document: Document, source: Source) -> int:
    headings = [section.heading for section in document.walk()]
    named = (heading for heading in headings if heading.text.casefold() == "feature support")
    heading = next(named, headings[0] if headings else None)
    return source.position(heading.span.start)[0] if heading is not None else 1


def _other(finding: Finding) -> str:
    from convert.sources.elsewhere import other_place

    return other_place(finding)


def _contradiction(finding: Finding, context: Context) -> Found:
    from convert.sources.elsewhere import owner

    who = owner(_texts(context), finding.statement.place.path)
    message = (
        f'{_other(finding)}, while {FILE}:{finding.line} says "{finding.status}" of {finding.row}; an open question'
        f"{f' for {who}' if who else ''}: make the two agree"
    )
    return _said(finding, context, message)


def _label(finding: Finding, context: Context) -> Found:
    message = (
        f'{_other(finding)}, while {FILE}:{finding.line} says "{finding.status}" of {finding.row}; use one label in'
        " both"
    )
    return _said(finding, context, message)


def _missing(finding: Finding, context: Context) -> Found:
    statement = finding.statement
    if statement.says is None:
        message = (
            f"{statement.subject} ({statement.place}) is not listed here, unlike other options of its kind; add a row"
            " for it"
        )
    else:
        message = f"{_other(finding)}, and no row of {FILE} speaks of it; add one"
    return _said(finding, context, message)


@rule("XS751", "kconfig-contradicts", "warning", Document, default=False, touched=True)
def kconfig_contradicts(document: Document, context: Context) -> Iterator[Found]:
    """Kconfig says that an option is without security support, and a row says the opposite.

    People who configure Xen read the one, and people who ask whether a bug gets an advisory read the other.  Which of
    the two is right is for the maintainers to decide.

    Bad:
        ### ARINC653 Scheduler

            Status: Supported
    Good:
        ### ARINC653 Scheduler

            Status: Experimental
    """
    return (_contradiction(finding, context) for finding in _findings(context, KCONFIG, "contradiction"))


@rule("XS752", "kconfig-label", "info", Document, default=False, touched=True)
def kconfig_label(document: Document, context: Context) -> Iterator[Found]:
    """Kconfig and a row have different labels for an option, both without security support.

    A reader takes two labels for two states.

    Bad:
        ### Null Scheduler

            Status: Tech Preview
    Good:
        ### Null Scheduler

            Status: Experimental
    """
    return (_label(finding, context) for finding in _findings(context, KCONFIG, "label"))


@rule("XS753", "kconfig-missing", "warning", Document, default=False, touched=True)
def kconfig_missing(document: Document, context: Context) -> Iterator[Found]:
    """Kconfig says something about an option's support, and no row mentions it.

    The file is to be the one place where people find out.  The same goes for an option of a kind that a heading lists
    one by one.

    Bad:
        ### Credit Scheduler

            Status: Supported
    Good:
        ### Argo: messages between domains

            Status: Tech Preview
    """
    return (_missing(finding, context) for finding in _findings(context, KCONFIG, "missing"))


@rule("XS754", "kconfig-unmarked", "info", Document, default=False, alone=True)
def kconfig_unmarked(document: Document, context: Context) -> Iterator[Found]:
    """A row is without security support, and Kconfig offers the option to everybody without a mark.

    Not every such option needs a mark, so this rule runs only when it is itself selected.

    Bad:
        ### Live Patching

            Status: Experimental
    Good:
        ### Live Patching

            Status: Supported
    """
    for finding in _findings(context, KCONFIG, "unmarked"):
        message = f'{_other(finding)}, and {FILE}:{finding.line} says "{finding.status}" of {finding.row}'
        yield _said(finding, context, message)


@rule("XS761", "doc-contradicts", "warning", Document, default=False, touched=True)
def doc_contradicts(document: Document, context: Context) -> Iterator[Found]:
    """A document of the tree and a row contradict each other about security support.

    The documents are those in docs/features, the one on the command line, and the man pages; and MAINTAINERS, where
    nobody looks after what is supported.

    Bad:
        ### Remus Fault Tolerance

            Status: Supported
    Good:
        ### Remus Fault Tolerance

            Status: Experimental
    """
    return (_contradiction(finding, context) for finding in _findings(context, DOCS, "contradiction"))


@rule("XS762", "doc-label", "info", Document, default=False, touched=True)
def doc_label(document: Document, context: Context) -> Iterator[Found]:
    """A document of the tree and a row have different labels for a feature.

    A reader takes two labels for two states.

    Bad:
        ### Remus Fault Tolerance

            Status: Tech Preview
    Good:
        ### Remus Fault Tolerance

            Status: Experimental
    """
    return (_label(finding, context) for finding in _findings(context, DOCS, "label"))


@rule("XS763", "doc-missing", "warning", Document, default=False, touched=True)
def doc_missing(document: Document, context: Context) -> Iterator[Found]:
    """A document of the tree says something about a feature's support, and no row mentions it.

    The file is to be the one place where people find out.

    Bad:
        ### Core Scheduling

            Status: Experimental
    Good:
        ### Remus Fault Tolerance

            Status: Experimental
    """
    return (_missing(finding, context) for finding in _findings(context, DOCS, "missing"))


@rule("XS771", "kconfig-switch-unnamed", "warning", Section, default=False, touched=True)
def kconfig_switch_unnamed(section: Section, context: Context) -> Iterator[Found]:
    """The paragraph that says which Kconfig options are covered does not name UNSUPPORTED.

    It names EXPERT and DEBUG, and defines what has security support.  Since 4.15 the options that the project does not
    support need UNSUPPORTED instead; by the paragraph's words they would be covered.

    Bad:
        ## Kconfig

        EXPERT and DEBUG Kconfig options are not security supported.
    Good:
        ## Kconfig

        EXPERT, UNSUPPORTED and DEBUG Kconfig options are not security supported.
    """
    if section.heading.text.casefold() != "kconfig":
        return
    start = section.heading.span.end
    below = [inner.heading.span.start for inner in context.parsed.document.walk() if inner.heading.span.start > start]
    text = context.source.text[start : min(below, default=len(context.source.text))]
    named = re.search(r"\bEXPERT\b", text)
    if named is None or re.search(r"\bUNSUPPORTED\b", text) or not _has_unsupported(context):
        return
    message = (
        "UNSUPPORTED is not named among the Kconfig options without security support; say whether its options have any"
    )
    yield Span(start + named.start(), start + named.end()), message, {}


def _has_unsupported(context: Context) -> bool:
    """Whether the tree's Kconfig has UNSUPPORTED: by its xen/Kconfig, else by its version."""
    root = _texts(context).get("xen/Kconfig")
    if root is not None:
        return re.search(r"^config UNSUPPORTED\s*$", root, re.M) is not None
    stated = [row.status for row in context.rows if row.kind == "release" and row.qualifier == "Xen-Version"]
    return version_of(stated, context.makefile) >= _UNSUPPORTED_SINCE
