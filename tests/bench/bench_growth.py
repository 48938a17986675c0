"""make bench: how the reading of a file grows, joined from the sections of all real trees: with those that differ, and repeated.

Growth is linear in distinct sections (a section takes as long where there are twice as many), and a section that is
repeated takes a small part of what one takes that is read for the first time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from convert.trees.all import columns
from tests.bench.timing import SHARED

ROUNDS = 5
REPEATED = 10
READ = """
import sys, time
from grammar.parser import parse
from grammar.source import Source
from grammar.rows import read_rows

data = sys.stdin.buffer.read()
warm = Source("W", b"# W\\n\\n    Status: Supported\\n\\nWords of *two* lines,\\nand `so` on:\\n\\n * one\\n")
read_rows(parse(warm).document, warm)
source = Source("S", data)
start = time.process_time()
read_rows(parse(source).document, source)
print(time.process_time() - start)
"""


def sections(repo: Path) -> list[bytes]:
    """The distinct sections of all trees, as they came."""
    found: dict[bytes, None] = {}
    for column in columns((), repo, None, lambda words: None):
        text = column.source.text.encode() if column.source is not None else b""
        found.update(dict.fromkeys(b"#" + part.strip(b"\n") + b"\n\n" for part in text.split(b"\n#")[1:]))
    return list(found)


def seconds(parts: list[bytes]) -> float:
    """Processor time to read a file of these sections in a process of its own; the best of some runs."""
    text = b"".join(parts)
    runs = [
        subprocess.run([sys.executable, "-c", READ], input=text, capture_output=True, check=True).stdout
        for _ in range(ROUNDS)
    ]
    return min(map(float, runs))


def main() -> None:
    """Print the figures."""
    repo = os.environ.get("XEN_GIT")
    if not repo:
        print(f"growth: left out, as XEN_GIT names no xen.git (the bundle in {SHARED} has too few trees)")
        return
    os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    parts = sections(Path(repo))
    half = seconds(parts[::2])
    whole = seconds(parts)
    again = seconds(parts * REPEATED)
    one = whole / len(parts)
    more = (again - whole) / (len(parts) * (REPEATED - 1))
    print(f"growth, {len(parts)} distinct sections: {whole * 1000:.0f} ms, {one * 1e6:.0f} us each;", end=" ")
    print(
        f"half of them {half * 1000:.0f} ms: a section takes {one * len(parts[::2]) / half:.2f} times as long (linear: 1)"
    )
    print(
        f"growth, each {REPEATED} times: {again * 1000:.0f} ms; one again takes {more / one:.2f} of the first (flat: 0)"
    )


if __name__ == "__main__":
    main()
