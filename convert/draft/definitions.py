"""The definitions part of a SUPPORT file: the tree's own text, or our template; labels in use that it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from grammar.labels import BY_NAME
from grammar.nodes import Literal, Section
from grammar.packaged import packaged
from grammar.parser import Parsed, parse, parse_text
from grammar.source import Source

_NAME = "format and definitions"


@dataclass(frozen=True, slots=True)
class Definitions:
    """The text of a definitions part, from its heading to the end, and the labels that were added to it."""

    text: str
    origin: str
    added: tuple[str, ...] = ()


def template(name: str) -> str:
    """A file of convert/templates, which are ours and under MIT-0."""
    return packaged("convert", "templates", name).decode()


@cache
def _template() -> Parsed:
    return parse_text(template("definitions.md"), "template")


def find(source: Source, origin: str) -> Definitions | None:
    """The definitions part of a SUPPORT file, byte for byte; None where it has none, or is not UTF-8.

    It is the first section of level 1 that is named so, or that defines labels, and all that follows it.
    """
    if not source.utf8:
        return None
    for section in parse(source, prose=False).document.sections:
        if is_definitions(section):
            return Definitions(source.text[section.heading.span.start :], origin)
    return None


def is_definitions(section: Section) -> bool:
    """Whether a section of level 1 begins the definitions part."""
    return section.heading.text.casefold() == _NAME or any(_defines(inner) for inner in section.walk())


def _defines(section: Section) -> bool:
    return any(isinstance(block, Literal) and block.kind == "definition" for block in section.blocks)


def own() -> Definitions:
    """Our template."""
    return Definitions(template("definitions.md"), "template")


def complete(definitions: Definitions, labels: Iterable[str]) -> Definitions:
    """The same with a definition of each label in use that it lacks, behind the last one that it has."""
    text = definitions.text
    missing = [label for label in labels if not has(text, label)]
    if not missing:
        return definitions
    parsed = parse_text(text)
    defining = [section for section in parsed.document.walk() if _defines(section)]
    last = [section.heading.level for section in parsed.document.walk()][-1:]
    level = min((section.heading.level for section in defining), default=min(last[0] + 1, 6) if last else 2)
    parts = [_entry(label, level) for label in missing]
    if defining:
        literal = next(b for b in reversed(defining[-1].blocks) if isinstance(b, Literal) and b.kind == "definition")
        at = literal.span.end
        new = text[:at] + "\n\n" + "\n\n".join(parts) + text[at:]
    else:
        new = text.rstrip("\n") + "\n\n" + "\n\n".join(parts) + "\n"
    return Definitions(new, definitions.origin, tuple(missing))


def without_own(definitions: Definitions, theirs: Definitions) -> Definitions:
    """The same without the definitions that are word for word our template's and that another text (`theirs`) lacks.

    `complete` adds them again for labels in use: so a label that no row uses any more takes its definition along.
    """
    text = definitions.text
    spans = []
    for section in parse_text(text).document.walk():
        label = section.heading.text
        if section.sections or not _defines(section) or has(theirs.text, label):
            continue
        start = section.heading.span.start
        end = max(block.span.end for block in section.blocks)
        if " ".join(text[start:end].split()).lstrip("# ") == " ".join(_own_entry(label).split()).lstrip("# "):
            spans.append((start, end))
    for start, end in reversed(spans):
        rest = text[end:].lstrip("\n")
        text = text[:start].rstrip("\n") + (f"\n\n{rest}" if rest else "\n")
    return Definitions(text, definitions.origin, definitions.added) if spans else definitions


def _own_entry(label: str) -> str:
    """Our definition of a label; empty where we have none."""
    try:
        return _entry(label, 1)
    except KeyError:
        return ""


def has(text: str, label: str) -> bool:
    """Whether a definitions text names a label as a heading or in strong emphasis."""
    name = re.escape((BY_NAME[label].heading or label) if label in BY_NAME else label).replace(r"\ ", r"\s+")
    return re.search(rf"(?:^#+\s+|\*\*){name}\s*(?:#*\s*$|\*\*)", text, re.I | re.M) is not None


def wanted(labels: Iterable[str]) -> Iterator[str]:
    """Those of the labels that the definitions part is to define, once each, in the vocabulary's order."""
    used = set(labels)
    seen: set[str] = set()
    for label in BY_NAME.values():
        if label.name in used and label.heading is not None and label.heading not in seen:
            seen.add(label.heading)
            yield label.heading


def _entry(label: str, level: int) -> str:
    for section in _template().document.walk():
        if section.heading.text.casefold() == label.casefold():
            literal = next(block for block in section.blocks if isinstance(block, Literal))
            lines = "\n".join(f"    {line}" for line in literal.lines)
            return f"{'#' * level} {section.heading.text}\n\n{lines}"
    raise KeyError(label)
