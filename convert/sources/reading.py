"""What reads the texts that arguments name: lists, and the wiki's page."""

from __future__ import annotations

from pathlib import Path

from convert.sources import listed, wiki
from convert.sources.mapping import Map, shipped
from convert.sources.statement import Statement
from convert.sources.wiki_tables import looks_wiki
from grammar.source import Source


def path_of(name: str) -> str:
    """The path in `REF:PATH`, a file's own name otherwise."""
    ref, colon, inside = name.partition(":")
    return inside if colon and ref and inside and not Path(name).exists() else name


def statements(source: Source, known: Map | None = None, version: str | None = None) -> tuple[Statement, ...]:
    """What a text says that stands for itself: a list, or the wiki's page about the release of a version (else the
    newest).

    Raises Failure where it says nothing.
    """
    if looks_wiki(source):
        return tuple(wiki.statements(source, path_of(source.name), version))
    return listed.read(source, path_of(source.name), known or shipped()).statements
