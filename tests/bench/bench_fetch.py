"""make bench: `fetch` of 5,000 rows x 12 columns in 20 tabs from the emulator."""

from __future__ import annotations

import sys

from tests.google.bench_fetch import main

if __name__ == "__main__":
    sys.exit(main())
