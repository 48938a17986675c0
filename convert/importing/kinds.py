"""`import --from`: the wiki's page, lists, Kconfig and documents of trees as the tables of a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from convert.failure import Failure
from convert.importing.gathered import Gathered, Line
from convert.importing.tables import Tables, TreeFacts
from convert.sheet.categorise import categorise
from convert.sheet.layout import load_layout
from convert.sheet.model import Categorisation, fields_of
from convert.sheet.workbook import open_workbook
from convert.sources import elsewhere, listed, wiki
from convert.sources.mapping import Map
from convert.sources.match import DOCS, KCONFIG
from convert.sources.rows import Rows
from convert.sources.statement import Finding
from convert.sources.wiki_tables import looks_wiki
from grammar.fold import fold
from grammar.source import Source
from grammar.status import read_status

_UNSTATED = "No security support"  # what UNSUPPORTED and EXPERT say, and no more
_SECTIONS = {KCONFIG: "Kconfig", DOCS: "Documents"}


def of_wiki(page: wiki.Page, names: Sequence[str]) -> Gathered:
    """The releases of a page, called `names` in turn."""
    called = dict(zip((release.name for release in page.releases), names, strict=True))
    out = Gathered(remarks=list(page.remarks))
    for release in page.releases:
        facts = release.facts
        out.trees.append(
            TreeFacts(
                called[release.name],
                f"stable-{release.name}",
                release.name,
                facts.get("Initial-Release"),
                facts.get("Supported-Until"),
                facts.get("Security-Support-Until"),
                release.notes,
                "; ".join([*release.undecided, *release.footnotes]) or None,
            )
        )
    for entry in page.features:
        _entry(entry, out.feature(entry.section, entry.name, entry.variant), called)
        for name in called.values() if entry.text else ():
            out.describe(entry.section, entry.name, name, [entry.text])
    for entry in page.limits:
        _entry(entry, out.limit(entry.section, entry.name, entry.variant), called)
    return out


def _entry(entry: wiki.Entry, line: Line, called: Mapping[str, str]) -> None:
    for release, status in entry.cells.items():
        line.say(called[release], status)
    for release, words in entry.undecided.items():
        line.ask(called[release], words)
    line.discussion += entry.discussion


def of_list(out: Gathered, listing: listed.Listing, tree: TreeFacts, known: Map) -> None:
    """Add what a text lists, as one tree."""
    out.trees.append(tree)
    for statement in listing.statements:
        group = known.group(statement.group)
        feature = group.feature if group is not None else statement.group[:1].upper() + statement.group[1:]
        line = out.feature(known.section, feature or "Others", statement.subject)
        line.say(tree.name, "Supported" if statement.polarity == "yes" else "Not supported")
        if statement.variant:
            line.discussion.append(statement.variant)
    out.describe(known.section, None, tree.name, listing.prose)


def of_tree(out: Gathered, texts: Mapping[str, str], rows: Rows, tree: TreeFacts, group: str) -> None:
    """Add what a tree's Kconfig (or its documents) says: under the heading of the row that speaks of it, if there is
    one.
    """
    out.trees.append(tree)
    found = {one.row.key: one.row.path for one in rows.rows}
    for finding in elsewhere.findings(texts, rows):
        statement = finding.statement
        if statement.group != group or statement.says is None:
            continue
        section, feature, variant = _heading(finding, found)
        line = out.feature(section, feature, variant)
        status = _status(finding)
        if status is None:
            line.ask(tree.name, statement.says)
        else:
            line.say(tree.name, status)
        line.discussion.append(f"{tree.name}: {statement.says} ({statement.place})")


def _heading(finding: Finding, paths: Mapping[str, tuple[str, ...]]) -> tuple[str, str, str | None]:
    statement = finding.statement
    path = paths.get(finding.row or "", ())[1:]
    if len(path) < 2:
        return _SECTIONS[statement.group], statement.subject, None
    return path[0], path[1], ", ".join(part for part in path[2:] if part) or None


def _status(finding: Finding) -> str | None:
    """The label that a statement is; None where it is none of the labels."""
    statement = finding.statement
    if statement.label is not None:
        return statement.label if read_status(statement.label).label is not None else None
    return "Supported" if statement.polarity == "yes" else _UNSTATED


def differences(tables: Tables, book: Path) -> Iterator[str]:
    """What the workbook, read again, does not say of the tables; nothing if it says all.

    A tree without version can have no draft yet; that is said elsewhere and is no difference.
    """
    found = categorise(open_workbook(book), load_layout(None))
    for problem in found.problems:
        if problem.severity == "error" and problem.code != "XS841":
            yield f"{problem.place or 'the workbook'}: {problem.message}"
    read = _read(found)
    asked = {(q.section, q.feature, q.variant, q.tree) for q in found.open_questions}
    for key, written in _written(tables):
        if written.endswith(("?", "?)")):
            if key not in asked:
                yield f"{_named(key)}: the question {written} is lost"
        elif written != "text" and fold(read.get(key, "")).removeprefix("Supported up to ") != fold(written):
            yield f'{_named(key)}: reads back as "{read.get(key, "")}", not "{written}"'


_Key = tuple[str, str | None, str | None, str]  # section, feature, variant, tree


def _read(found: Categorisation) -> dict[_Key, str]:
    """The statuses and limits of a categorisation."""
    return {
        (path[0], feature.name, variant, tree.name): value
        for section in found.sections
        for path, feature in section.walk()
        for tree in found.trees
        for variant, value, *_ in fields_of(feature, tree.name)
    }


def _written(tables: Tables) -> Iterator[tuple[_Key, str]]:
    for heading in tables.headings:
        cells: Iterable[tuple[str | None, Mapping[str, str]]] = [
            *((row.variant, row.cells) for row in heading.rows),
            *((limit.variant, limit.maximum) for limit in heading.limits),
        ]
        for variant, by_tree in cells:
            for tree, words in by_tree.items():
                yield (heading.section, heading.name, variant, tree), words


def _named(key: _Key) -> str:
    return " / ".join(part for part in key if part)


def read_list(source: Source, path: str, known: Map) -> listed.Listing:
    """A list; Failure with what to do where a text is none."""
    if looks_wiki(source):
        raise Failure(f"{source.name}: looks like the wiki's table of release features; use --from wiki")
    return listed.read(source, path, known)
