"""What a check prints: text, json, markdown, junit, osv, cve-affected.  A report in, a text out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from convert.output.terminal import Painter
from convert.xsa.report import Report

NAMES = ("text", "json", "markdown", "junit", "osv", "cve-affected")
Writer = Callable[[Report, Painter, int], Iterator[str]]


def writer(name: str) -> Writer:
    """The function that writes a format, line by line; it takes the report, a painter, and how much is wanted (-v:
    1).
    """
    found: Writer = import_module(f"convert.xsa.formats.{name.replace('-', '_')}").write
    return found
