"""How many random cases a property gets: few in `make test`, all in `make test-all`."""

from __future__ import annotations

import os

ALL = os.environ.get("XEN_SUPPORT_TESTS") == "all"


def many(full: int) -> int:
    """A tenth of `full`, five at the least; `full` where all is asked for."""
    return full if ALL else max(5, full // 10)
