"""JUnit XML: a test suite a file, a failed case a finding; a file without findings is one case that passes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import IO

from convert.lint.formats import Checked, plain
from convert.output.terminal import TOOL, Painter, clean, position

_NO_XML = re.compile("[\ufffe\uffff]")


def write(checked: Sequence[Checked], out: IO[str], paint: Painter) -> None:
    """The document; characters that XML cannot hold are shown as `\\xNN`."""
    total = sum(max(1, len(one.diagnostics)) for one in checked)
    failures = sum(len(one.diagnostics) for one in checked)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f'<testsuites name="{TOOL["name"]}" tests="{total}" failures="{failures}" errors="0">\n')
    for one in checked:
        _suite(one, out)
    out.write("</testsuites>\n")


def _suite(one: Checked, out: IO[str]) -> None:
    name = escape(plain(one.name))
    count = len(one.diagnostics)
    out.write(
        f'  <testsuite name="{name}" tests="{max(1, count)}" failures="{count}" errors="0" skipped="0" time="0">\n'
    )
    out.write("    <properties>\n")
    facts = {"tool": f"{TOOL['name']} {TOOL['version']}", "sha256": one.sha256}
    facts |= {key: value for key, value in (("commit", one.commit), ("tree", one.tree and plain(one.tree))) if value}
    for key, value in facts.items():
        out.write(f'      <property name="{key}" value="{escape(value)}"/>\n')
    out.write("    </properties>\n")
    if not one.diagnostics:
        out.write(f'    <testcase name="lint" classname="{name}" time="0"/>\n')
    for diagnostic in one.diagnostics:
        place = position(diagnostic, one.source) or (1, 1, 1, 1)
        message = escape(diagnostic.message)
        case = escape(f"{diagnostic.code} {diagnostic.name} line {place[0]}")
        out.write(f'    <testcase name="{case}" classname="{name}" time="0">\n')
        out.write(f'      <failure type="{diagnostic.severity}" message="{message}">')
        out.write(f"{name}:{place[0]}:{place[1]}: {message}</failure>\n    </testcase>\n")
    out.write("  </testsuite>\n")


def escape(text: str) -> str:
    """A text inside XML, in an attribute or not; a line end or a tab is a character reference, so that it stays."""
    text = _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return clean(text).replace("\n", "&#10;").replace("\t", "&#9;")
