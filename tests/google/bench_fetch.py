"""`python -m tests.google.bench_fetch`: time and peak memory of fetching 5,000 rows of 12 columns in 20 tabs.

The emulator runs in a process of its own, so that the memory is that of the fetch.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from convert.sheet.google import GoogleSettings, fetch
from tests.google import builders as b
from tests.google.emulator import serving

ID = "1BenchGhijklmnopqrstuvwxyz0123456789"
TABS, ROWS, COLUMNS = 20, 250, 12


def serve(pipe: Connection) -> None:
    """The emulator, until the other side says something."""
    with serving() as google:
        rows: list[list[b.Json | str | None]] = [
            [f"row {n} column {m}: Supported" for m in range(COLUMNS)] for n in range(ROWS)
        ]
        google.add_sheet(ID, b.spreadsheet(ID, *[b.sheet(f"Tab {n}", rows, n) for n in range(TABS)]))
        pipe.send((google.url, json.dumps(google.key_file())))
        pipe.recv()


def main() -> None:
    """Measure once cold and once with the old snapshot to compare with."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    url, key = here.recv()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "key.json"
        path.write_text(key)
        settings = GoogleSettings(credentials=path, api_endpoint=url, directory=Path(folder) / "snapshot")
        for name in ("first", "again"):
            began = time.perf_counter()
            found = fetch(ID, settings=settings)
            seconds = time.perf_counter() - began
            rows = sum(len(tab.rows) for tab in found.workbook.tabs)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"fetch {name}: {len(found.workbook.tabs)} tabs, {rows} rows: {seconds:.2f} s, peak {peak:.0f} MiB")
    here.send("stop")
    server.join(5)


if __name__ == "__main__":
    main()
