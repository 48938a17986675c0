"""`python -m tests.google.bench_fetch`: what fetching 5,000 rows of 12 columns in 20 tabs costs beside a raw loop of Google's client.

Each way is a process of its own, and so is the emulator: CPU seconds (user and system) are those of that process alone, the
import of its libraries included, as a command pays for it.  The raw loop does no more than to ask for the same tabs.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from tests.google import builders as b
from tests.google.emulator import serving

ID = "1BenchGhijklmnopqrstuvwxyz0123456789"
SMALL = "1SmallGhijklmnopqrstuvwxyz0123456789"
TABS, ROWS, COLUMNS = 20, 250, 12
MOST = 1.3  # what a fetch may cost beside the raw loop
RAW = """
import sys
from google.oauth2 import service_account
from googleapiclient.discovery import build
from convert.sheet.google.sheets import LIST_MASK, TAB_MASK, tab_range
key, url, file_id = sys.argv[1:]
scopes = ["https://www.googleapis.com/auth/spreadsheets.readonly", "https://www.googleapis.com/auth/drive.metadata.readonly"]
options = lambda path: {"credentials": service_account.Credentials.from_service_account_file(key, scopes=scopes),
                        "static_discovery": True, "client_options": {"api_endpoint": url + path}}
files = build("drive", "v3", **options("/drive/v3/")).files()
sheets = build("sheets", "v4", **options("/")).spreadsheets()
look = lambda: files.get(fileId=file_id, supportsAllDrives=True, fields="id,name,mimeType,version").execute()
look()
rows = 0
for sheet in sheets.get(spreadsheetId=file_id, fields=LIST_MASK).execute()["sheets"]:
    name = sheet["properties"]["title"]
    reply = sheets.get(spreadsheetId=file_id, ranges=[tab_range(name)], fields=TAB_MASK).execute()
    rows += len(reply["sheets"][0]["data"][0]["rowData"])
look()
print(rows)
"""
FETCH = "import sys; from convert.cli import entry; sys.exit(entry())"


def rows(tab: int, count: int) -> list[list[b.Json | str | None]]:
    """Cells as Google sends them, with the format of each; no two have one text."""
    form = {"textFormat": {"bold": False, "italic": False, "strikethrough": False}}
    texts = [[f"tab {tab} row {n} column {m}: Supported" for m in range(COLUMNS)] for n in range(count)]
    return [[b.text(text, effectiveFormat=form) for text in row] for row in texts]


def serve(pipe: Connection) -> None:
    """The emulator, until the other side says something."""
    with serving() as google:
        google.add_sheet(ID, b.spreadsheet(ID, *[b.sheet(f"Tab {n}", rows(n, ROWS), n) for n in range(TABS)]))
        google.add_sheet(SMALL, b.spreadsheet(SMALL, b.sheet("Tab", rows(0, 20))))
        pipe.send((google.url, json.dumps(google.key_file())))
        pipe.recv()


def cpu(code: str, *arguments: str) -> float:
    """The CPU seconds of one Python process, whose output is thrown away."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(count: int = 5) -> int:
    """Measure both ways in turn and print the medians; exit status 1 if a fetch costs more than `MOST` times the raw loop."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    url, key = here.recv()
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        path = Path(folder) / "key.json"
        path.write_text(key)
        options = ("--credentials", str(path), "--api-endpoint", url)
        for what, file_id in ((f"{TABS * ROWS} rows x {COLUMNS} in {TABS} tabs", ID), ("20 rows in one tab", SMALL)):
            ways: dict[str, list[float]] = {"raw": [], "first": [], "again": []}
            for _ in range(count):
                out = str(Path(folder) / f"{file_id}-{len(ways['raw'])}")
                ways["raw"].append(cpu(RAW, str(path), url, file_id))
                for name in ("first", "again"):
                    ways[name].append(cpu(FETCH, "fetch", file_id, "-o", out, *options))
            raw, *others = (statistics.median(seconds) for seconds in ways.values())
            print(f"{what}: raw client loop {raw:.2f} s CPU", end="")
            for name, seconds in zip(("fetch", "fetch again"), others, strict=True):
                print(f"; {name} {seconds:.2f} s = {seconds / raw:.2f} times", end="")
                worst = max(worst, seconds / raw)
            print()
    here.send("stop")
    server.join(5)
    print(f"at most {MOST} times: {'yes' if worst <= MOST else 'NO'}")
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
