"""make bench: the five real drafts, and generated workbooks of 1,000, 10,000 and 100,000 rows: time and memory."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import openpyxl

from tests.bench.timing import ROOT, SHARED, environment, median, peak


def workbook(path: Path, rows: int) -> None:
    """A workbook of so many rows in the default layout: two trees, a section for every fifty features."""
    book = openpyxl.Workbook(write_only=True)
    trees = book.create_sheet("Trees")
    trees.append(["Tree", "Branch", "Xen-Version"])
    trees.append(["master", "master", "4.23-unstable"])
    trees.append(["4.20", "stable-4.20", "4.20"])
    sheet = book.create_sheet("Features")
    sheet.append(["Section", "Feature", "Variant", "Description", "master", "4.20", "Caveats"])
    for n in range(rows):
        first = n % 2 == 0
        sheet.append(
            [
                f"Section {n // 100}" if n % 100 == 0 else None, f"Feature {n // 2}" if first else None, "x86" if first else "Arm",
                "What this feature is. It has two sentences." if first else None, "Supported", "Experimental" if first else "Tech Preview",
                "Not with every card." if n % 10 == 0 else None,
            ]
        )  # fmt: skip
    book.save(path)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder, "cache"))
        out = Path(folder, "out")
        real = SHARED / "sheets" / "xen-five-trees.xlsx"
        source = real if real.exists() else ROOT / "samples" / "categorisation.xlsx"
        command = ["-m", "convert.cli", "draft", str(source), "--keep-unknown", "--force", "-o", str(out)]
        print(f"draft, {source.name}, five trees in one process: {median(command, env, 5):.0f} ms (goal 1000 ms)")
        for rows in (1_000, 10_000, *([100_000] if "--long" in sys.argv or len(sys.argv) == 1 else [])):
            path = Path(folder, f"{rows}.xlsx")
            workbook(path, rows)
            seconds, memory = peak(["-m", "convert.cli", "draft", str(path), "-o", str(Path(folder, str(rows)))], env)
            print(
                f"draft, {rows:>7} rows, two trees: {seconds:6.1f} s, {memory:5.0f} MB, {seconds / rows * 1e6:5.0f} µs a row"
            )


if __name__ == "__main__":
    main()
