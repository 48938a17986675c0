"""GitHub workflow commands: `::error file=...,line=...::message`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from convert.lint.formats import Checked, plain
from convert.output.terminal import TOOL, Painter, clean, position
from grammar.diagnostic import Severity

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def write(checked: Sequence[Checked], out: IO[str], paint: Painter) -> None:
    """The commands; tool and input hashes as debug messages, which a log shows on demand."""
    for one in checked:
        where = data(plain(one.name))
        out.write(f"::debug::{TOOL['name']} {TOOL['version']}, {where}, sha256 {one.sha256}\n")
        for diagnostic in one.diagnostics:
            line, column, end_line, end_column = position(diagnostic, one.source) or (1, 1, 1, 1)
            properties = {"file": plain(one.place), "line": line, "endLine": end_line}
            if line == end_line:  # columns of several lines are not understood
                properties |= {"col": column, "endColumn": end_column}
            properties["title"] = f"{diagnostic.code} {diagnostic.name}"
            words = ",".join(f"{key}={value_of(str(value))}" for key, value in properties.items())
            where_from = _where(one)
            message = diagnostic.message + where_from
            out.write(f"::{_COMMANDS[diagnostic.severity]} {words}::{data(message)}\n")


def _where(one: Checked) -> str:
    """The tree or commit that a finding is from."""
    if one.tree is not None and (one.named or one.commit is None):
        return f" ({plain(one.tree)})"
    return f" (commit {one.commit[:12]})" if one.commit is not None else ""


def data(text: str) -> str:
    """A text escaped as a command's message; line ends stay, everything else that acts on a terminal does not."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return clean(text)


def value_of(text: str) -> str:
    """A text escaped as a command's property."""
    return data(text).replace(":", "%3A").replace(",", "%2C")
