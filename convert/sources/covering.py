"""What drafts lack of a text that they are to replace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from convert.failure import counted
from convert.names.aliases import shipped as shipped_aliases
from convert.sources import formats, match
from convert.sources.mapping import shipped
from convert.sources.reading import statements
from convert.sources.rows import Rows
from convert.trees.version import FILE
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source


class Lacking(NamedTuple):
    """`lines` for people, a line a statement; `any`: whether a draft lacks something; `summary`: how much was looked
    at.
    """

    lines: tuple[str, ...]
    any: bool
    summary: str


def lacking(sources: Sequence[Source], drafts: Mapping[str, str], *, and_back: bool = False) -> Lacking:
    """What the drafts (tree -> text) lack of what the sources say, and with `and_back` what no source says of the
    drafts' rows.

    A line that is not true of all the drafts names those of which it is.  Raises Failure for a source that says
    nothing.
    """
    known = shipped()
    count = sum(len(statements(source, known)) for source in sources)  # refuses a source before anything else
    trees: dict[str, list[str]] = {}
    wrong: set[str] = set()
    for tree, text in drafts.items():
        rows = _rows(text)
        stated = [statement for source in sources for statement in statements(source, known, rows.version)]
        found = list(match.lists(stated, rows, known))
        for finding in found:
            if finding.kind != "agrees":
                line = formats.line(finding, None)
                trees.setdefault(line, []).append(tree)
                if finding.kind != "near":
                    wrong.add(line)
        for one in match.unnamed(stated, found, rows, known) if and_back else ():
            line = formats.unnamed_line(one, None)
            trees.setdefault(line, []).append(tree)
    lines = [line if len(names) == len(drafts) else f"{line} ({', '.join(names)})" for line, names in trees.items()]
    read = f"{counted(count, 'statement')} of {', '.join(source.name for source in sources)}"
    return Lacking(tuple(lines), bool(wrong), f"{read}; {f'{len(wrong)} not covered' if wrong else 'all covered'}")


def _rows(text: str) -> Rows:
    source = Source(FILE, text.encode())
    document = parse(source, prose=False).document
    return Rows(source, document, read_rows(document, source).rows, shipped_aliases())
