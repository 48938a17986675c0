"""Statements held against the rows of a SUPPORT.md: one matcher for Kconfig, documents and lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from convert.names.likeness import LIKE
from convert.names.pairing import similarity
from convert.names.spelling import distance, letters
from convert.sources.kconfig import Said
from convert.sources.mapping import Group, Map, Options, Wanted
from convert.sources.rows import Known, Rows
from convert.sources.statement import Finding, Near, Statement

_SHORTEST = 4  # letters of a name that another may be misspelt for
KCONFIG, DOCS = "kconfig", "docs"


def kconfig(options: Iterable[Said], rows: Rows, known: Map) -> Iterator[Finding]:
    """What Kconfig says of its options, held against the rows."""
    for said in options:
        yield from _option(said, rows, known)


def _option(said: Said, rows: Rows, known: Map) -> Iterator[Finding]:
    if said.name in known.quirks:
        known.use(f"kconfig {said.name}")
        return
    name = next((name for name in said.keys if name in known.kconfig), None)
    listed = next((one for one in known.options if _lists(one, said)), None)
    if listed is not None:
        known.use(f"options {listed.heading}")
    if name is not None:
        known.use(f"kconfig {name}")
    if said.developers:
        return
    found = rows.wanted(known.kconfig[name]) if name is not None else _by_name(said, rows, listed)
    statement = Statement(
        said.name, KCONFIG, None, said.says, said.polarity, said.place, said.label, said.prompt
    )  # fmt: skip
    if not found:
        if said.says is not None or listed is not None:
            yield Finding("missing", statement, section=_section(listed, name, rows, known))
        return
    by_architecture = _by_architecture(said, found)
    if said.says is None:
        unmarked = {id(one): one for group in by_architecture if not any(row.secured for row in group) for one in group}
        yield from (
            _found("unmarked", statement, one) for one in unmarked.values() if one.security in ("no", "limited")
        )
        return
    yield _held(statement, by_architecture, found)


def _by_name(said: Said, rows: Rows, listed: Options | None) -> list[Known]:
    """The rows of an option that the map does not know: those of its own name, or of its prompt's first words."""
    bare = said.prompt.partition("(")[0].strip()
    if listed is not None:
        words = letters(bare.removesuffix("driver").strip())
        return [
            one for one in rows.below(listed.heading) if letters(one.row.qualifier or "?") in (words, words + "arm")
        ]
    return rows.headed(said.name, bare, bare.removesuffix("support")) if said.says is not None else []


def _lists(one: Options, said: Said) -> bool:
    return said.place.path == one.file and re.search(one.prompt, said.prompt) is not None


def _section(listed: Options | None, name: str | None, rows: Rows, known: Map) -> int | None:
    """The line of the heading that an option without a row belongs to."""
    if listed is not None:
        return rows.heading(listed.heading)
    return rows.first(heading for heading, _ in known.kconfig.get(name or "", ())) or rows.kconfig()


def _by_architecture(said: Said, found: Sequence[Known]) -> list[list[Known]]:
    """The rows that speak of each architecture which has the option; Kconfig can be told no finer."""
    groups = [[one for one in found if one.architecture in (None, name)] for name in said.architectures]
    return [group for group in groups if group] or [list(found)]


def _held(statement: Statement, groups: Sequence[Sequence[Known]], found: Sequence[Known]) -> Finding:
    """A statement that says something against rows, grouped by what it can tell apart."""
    against = next((group[0] for group in groups if all(_contradicts(statement, one) for one in group)), None)
    if against is not None:
        return _found("contradiction", statement, against)
    fitting = [one for group in groups for one in group if not _contradicts(statement, one)] or list(found)
    same = next((one for one in fitting if statement.label is None or one.label == statement.label), None)
    return _found("agrees", statement, same) if same is not None else _found("label", statement, fitting[0])


def _contradicts(statement: Statement, one: Known) -> bool:
    if statement.polarity == "no":
        return one.secured
    return statement.polarity == "yes" and one.security in ("no", "unstated") and one.label is not None


def _found(kind: str, statement: Statement, one: Known) -> Finding:
    return Finding(kind, statement, one.row.key, one.row.status, one.line)  # type: ignore[arg-type]


def documents(
    statements: Iterable[Statement], wanted: Iterable[tuple[Wanted, ...] | None], rows: Rows
) -> Iterator[Finding]:
    """What documents say, held against the rows that the map names for each; None: those of the statement's own
    heading.
    """
    for statement, pairs in zip(statements, wanted, strict=True):
        found = rows.wanted(pairs) if pairs is not None else rows.headed(statement.subject)
        if statement.variant is not None:
            architecture = statement.variant.casefold()
            found = [one for one in found if one.architecture in (None, architecture)]
        if found:
            yield _held(statement, [found], found)
        else:
            yield Finding("missing", statement, section=rows.first(heading for heading, _ in pairs or ()))


def orphans(statements: Iterable[Statement], rows: Rows) -> Iterator[Finding]:
    """Parts of MAINTAINERS that nobody looks after, beside rows with security support; others are no findings."""
    for statement in statements:
        words = re.sub(r"^(?:X86|ARM)\s+", "", statement.subject, flags=re.I).casefold().split()
        found = [
            one
            for one in rows.rows
            if words and any(name.casefold().split()[: len(words)] == words for name in one.names)
        ]
        against = next((one for one in found if one.security == "yes"), None)
        if against is not None:
            yield _found("contradiction", statement, against)


def lists(statements: Iterable[Statement], rows: Rows, known: Map) -> Iterator[Finding]:
    """The items of lists, held against the rows of their classes."""
    for statement in statements:
        yield _item(statement, rows, known)


def _item(statement: Statement, rows: Rows, known: Map) -> Finding:
    group = known.group(statement.group)
    pairs = known.items.get((statement.group, statement.heading.casefold()))
    if group is None and pairs is None:
        return _named(statement, rows)
    candidates = _of_group(group, rows, known)
    if pairs is not None:
        known.use(f"item {statement.group} {statement.heading.casefold()}")
        found = rows.wanted(pairs)
    else:
        wanted = group.rows if group is not None else ()
        found = [one for one in candidates if _is_called(one, statement.subject, wanted)]
    if found:
        return _covered(statement, found)
    rest = rows.heading(known.rest)
    if statement.polarity == "no" and rest is not None:
        return _left_out(statement, rows, known.rest, rest)
    near = _nearest(statement.subject, candidates) if pairs is None else None
    if near is None:
        headings = [heading for heading, _ in group.rows] if group is not None else []
        return Finding("missing", statement, section=rows.first(headings))
    return _near(statement, *near)


def _of_group(group: Group | None, rows: Rows, known: Map) -> list[Known]:
    """The rows of a class."""
    if group is None:
        return []
    known.use(f"group {group.name}")
    return [one for heading, _ in group.rows for one in rows.below(heading)]


def _near(statement: Statement, one: Known, how: str, digits: bool) -> Finding:
    """An item beside a row of almost its name: another number is another thing, unless somebody says that it was
    meant.
    """
    told = Near(one.row.key, one.row.qualifier or one.names[0], how)
    if digits:
        return Finding("missing", statement, section=one.line, near=told)
    covered = _covered(statement, [one])
    return covered._replace(kind="near", near=told) if covered.kind == "agrees" else covered


def _left_out(statement: Statement, rows: Rows, pattern: str, line: int) -> Finding:
    """An exception that needs no row, since the section says what holds for all that it does not list."""
    section = next((one for one in rows.below(pattern) if re.search(pattern, one.names[0])), None)
    note = "by what the section says of devices that it does not list"
    if section is None:
        return Finding("agrees", statement, line=line, note=note)
    return _found("agrees", statement, section)._replace(note=note)


def _named(statement: Statement, rows: Rows) -> Finding:
    """A statement of no class that the map knows, such as the wiki's features: held against the rows of its own
    name.
    """
    found = rows.headed(statement.subject)
    if found:
        return _covered(statement, found)
    alike = max(rows.rows, key=lambda one: similarity(statement.subject, one.names[0]), default=None)
    if alike is None or similarity(statement.subject, alike.names[0]) < LIKE:
        return Finding("missing", statement)
    return Finding("missing", statement, section=alike.line, near=Near(alike.row.key, alike.names[0], "a like name"))


def _is_called(one: Known, name: str, wanted: Sequence[Wanted]) -> bool:
    """Whether a row's qualifier is what the class makes of a name."""
    qualifier = letters(one.row.qualifier or "")
    return any(qualifier == letters(_literal(pattern or "").replace("{name}", name)) for _, pattern in wanted)


def _literal(pattern: str) -> str:
    return pattern.replace("\\", "").strip("^$")


def _covered(statement: Statement, found: Sequence[Known]) -> Finding:
    """A row covers an item if its security support is at least what the source says."""
    if statement.polarity == "no":
        return _found("agrees", statement, found[0])
    full = next((one for one in found if one.security in ("yes", "external")), None)
    return _found("agrees", statement, full) if full is not None else _found("contradiction", statement, found[0])


def _nearest(name: str, candidates: Iterable[Known]) -> tuple[Known, str, bool] | None:
    """The row whose name is one edit away, how it differs, and whether a digit is concerned."""
    word = letters(name)
    for one in candidates:
        other = letters(one.row.qualifier or "")
        if min(len(word), len(other)) >= _SHORTEST and distance(word, other, 1) == 1:
            return (one, *_difference(word, other))
    return None


def _difference(word: str, other: str) -> tuple[str, bool]:
    """How two words one edit apart differ, and whether a digit is concerned."""
    start = next((n for n, (x, y) in enumerate(zip(word, other, strict=False)) if x != y), min(len(word), len(other)))
    if len(word) != len(other):
        char = max(word, other, key=len)[start]
        kind = "digit" if char.isdigit() else "letter"
        return f"a {kind} {'more' if len(word) > len(other) else 'less'}", char.isdigit()
    chars = {word[start], other[start]}
    kind = "digit" if all(char.isdigit() for char in chars) else "letter"
    if word[start + 1 :] == other[start + 1 :]:
        return f"one {kind} differs", any(char.isdigit() for char in chars)
    return f"two {kind}s swapped", any(char.isdigit() for char in chars)


def unnamed(statements: Sequence[Statement], findings: Sequence[Finding], rows: Rows, known: Map) -> Iterator[Known]:
    """The rows of the lists' classes with security support that no item names."""
    said = {finding.row for finding in findings} | {finding.near.row for finding in findings if finding.near}
    groups = {group.name: group for one in statements if (group := known.group(one.group)) is not None}
    told: set[str] = set()
    for group in groups.values():
        for heading, qualifier in group.rows:
            literal = _literal(qualifier or "").partition("{name}")
            for one in rows.wanted([(heading, None)]):
                words = one.row.qualifier or ""
                fits = words.startswith(literal[0]) and words.endswith(literal[2])
                if one.secured and fits and one.row.key not in said and one.row.key not in told and words:
                    told.add(one.row.key)
                    yield one
