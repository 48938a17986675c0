"""JSON, a line each: the header (schema, tool, inputs), then the findings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import IO

from convert.lint.formats import Checked
from convert.lint.formats.json import findings, header
from convert.output.terminal import Painter


def write(checked: Sequence[Checked], out: IO[str], paint: Painter) -> None:
    """The lines, in ASCII."""
    for value in (header(checked), *findings(checked)):
        out.write(json.dumps(value) + "\n")
