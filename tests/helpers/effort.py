"""How many random cases a property gets: few in `make test`, all in `make test-all`."""

from __future__ import annotations

import os

ALL = os.environ.get("XEN_SUPPORT_TESTS") == "all"


def many(full: int) -> int:
    """A tenth of `full`, but five where there are as many; `full` where all is asked for."""
    return full if ALL else max(min(5, full), full // 10)
