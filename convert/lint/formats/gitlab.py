"""GitLab Code Quality: a list of findings with fingerprints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import IO

from convert.lint.formats import Checked, fingerprints, plain
from convert.output.terminal import TOOL, Painter, position
from grammar.diagnostic import Severity

_SEVERITIES: dict[Severity, str] = {"error": "critical", "warning": "minor", "info": "info"}


def write(checked: Sequence[Checked], out: IO[str], paint: Painter) -> None:
    """The list, in ASCII; tool and input hash are in each entry, as there is no other place."""
    entries = []
    for one, marks in zip(checked, fingerprints(checked), strict=True):
        for diagnostic, mark in zip(one.diagnostics, marks, strict=True):
            place = position(diagnostic, one.source) or (1, 1, 1, 1)
            entries.append(
                {
                    "description": f"{diagnostic.code} {plain(diagnostic.message)}",
                    "check_name": diagnostic.name,
                    "fingerprint": mark,
                    "severity": _SEVERITIES[diagnostic.severity],
                    "location": {
                        "path": plain(one.place),
                        "lines": {"begin": place[0], "end": max(place[0], place[2])},
                    },
                    "engine_name": f"{TOOL['name']} {TOOL['version']}",
                    "content_sha256": one.sha256,
                }
            )
    json.dump(entries, out, indent=1)
    out.write("\n")
