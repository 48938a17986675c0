"""One JSON value: the schema xen-support.lint/1."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import IO, Any

from convert.lint.formats import Checked, plain
from convert.output.terminal import TOOL, Painter, diagnostic_json

SCHEMA = "xen-support.lint/1"


def write(checked: Sequence[Checked], out: IO[str], paint: Painter) -> None:
    """The value, in ASCII: nothing in it can act on a terminal."""
    json.dump({**header(checked), "diagnostics": list(findings(checked))}, out, indent=1)
    out.write("\n")


def header(checked: Sequence[Checked]) -> dict[str, Any]:
    """What is beside the findings: schema, tool, and the inputs with their hashes (and commits, where read at one)."""
    inputs = [
        {
            "name": plain(one.name),
            "sha256": one.sha256,
            "tree": one.tree and plain(one.tree),
            **({"commit": one.commit} if one.commit else {}),
        }
        for one in checked
    ]
    return {"schema": SCHEMA, "tool": TOOL, "inputs": inputs}


def findings(checked: Sequence[Checked]) -> Iterator[dict[str, Any]]:
    """All findings; with what tells each from others across commits, its rows, and the tree and commit where it was
    read at one.
    """
    for one in checked:
        for diagnostic in one.diagnostics:
            value = diagnostic_json(diagnostic, one.source, plain(one.path))
            value["rows"] = [row for row in one.rows(diagnostic) if row]
            value["instance"] = plain(one.instance(diagnostic))
            value["tree"] = one.tree and plain(one.tree)
            if one.commit is not None:
                value["commit"] = one.commit
            yield value
