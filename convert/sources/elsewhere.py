"""All that a tree's own files say of support besides SUPPORT.md, held against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from convert.sources import docs, kconfig, match
from convert.sources.mapping import Map, shipped
from convert.sources.rows import Rows
from convert.sources.statement import Finding
from convert.trees.maintainers import Maintainers, address_of, owners
from convert.trees.maintainers import read as read_maintainers

FOLDERS = ("xen", "docs", docs.MAINTAINERS)  # where the files below are


def files(paths: Iterable[str]) -> list[str]:
    """The files among a tree's paths that are read."""
    known = list(paths)
    return list(dict.fromkeys([*kconfig.files(known), *docs.files(known, shipped())]))


def findings(texts: Mapping[str, str], rows: Rows, known: Map | None = None) -> list[Finding]:
    """Every statement of Kconfig and of documents held against the rows, in the order of the files.

    `texts`: path -> text of what `files` names.  Never raises; nothing of the texts is run.
    """
    chosen = known or shipped()
    stated = list(docs.read(texts, chosen))
    return [
        *match.kconfig(kconfig.read(texts), rows, chosen),
        *match.documents([statement for statement, _ in stated], [wanted for _, wanted in stated], rows),
        *match.orphans(docs.orphans(texts), rows),
    ]


def owner(texts: Mapping[str, str], path: str) -> str:
    """Who decides about a file, by MAINTAINERS: names, separated by commas; empty where nobody is named."""
    return ", ".join(map(_name, owners(_maintainers(texts.get(docs.MAINTAINERS, "")), path)))


@cache
def _maintainers(text: str) -> Maintainers:
    return read_maintainers(text)


def _name(person: str) -> str:
    name = re.sub(r"\s*<[^<>]*>\s*$", "", person).strip('" ')
    return name or address_of(person)


def other_place(finding: Finding) -> str:
    """What is said and where, for people: `SCHED_ARINC653 is UNSUPPORTED (xen/common/sched/Kconfig:26)`."""
    statement = finding.statement
    said = {
        "UNSUPPORTED": "needs UNSUPPORTED",
        "EXPERT only": "needs EXPERT and is off without it",
        None: "is offered without a mark",
    }.get(statement.says, f'is "{statement.says}"')
    return f"{statement.subject} {said} ({statement.place})"
