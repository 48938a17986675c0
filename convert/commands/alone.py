"""Whether `grammar` is ours.  Imports nothing of it, as it is asked when that cannot be imported."""

from __future__ import annotations

import contextlib
import importlib.util
from pathlib import Path

from convert.failure import Failure, printable


def foreign() -> Failure | None:
    """What to tell where `grammar` is another package of that name; None where it is ours.

    PyPI has packages called convert and grammar; pip puts them over ours, file by file, in one environment.
    """
    found = importlib.util.find_spec("grammar")
    with contextlib.suppress(OSError, AttributeError, TypeError):
        origin = str(found.origin) if found else "no file"
        text = Path(origin).read_text(encoding="utf-8", errors="replace") if found and found.origin else ""
        if 'PROJECT = "xen-support"' not in text and not origin.endswith(".pyc"):
            return Failure(
                f"{printable(origin)} belongs to another package called grammar, in the same place as xen-support;"
                " install xen-support by itself, with pipx or in a virtual environment of its own"
            )
    return None
