"""make bench: the five real drafts; generated workbooks: time, memory, and CPU as a ratio to openpyxl's load of the same file."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

from tests.bench.timing import ROOT, SHARED, environment, median, peak

TREES = ("master", "4.20", "4.19", "4.18", "4.17")


def workbook(path: Path, rows: int, trees: tuple[str, ...] = TREES[:2], every: int = 5) -> None:
    """A workbook of so many rows in the default layout, a section for every fifty features; in one of `every` rows the trees differ."""
    book = openpyxl.Workbook(write_only=True)
    facts = book.create_sheet("Trees")
    facts.append(["Tree", "Branch", "Xen-Version"])
    for tree in trees:
        facts.append(
            [tree, tree if tree == "master" else f"stable-{tree}", "4.23-unstable" if tree == "master" else tree]
        )
    sheet = book.create_sheet("Features")
    sheet.append(["Section", "Feature", "Variant", "Description", *trees, "Caveats"])
    for n in range(rows):
        first = n % 2 == 0
        older = "Tech Preview" if n % every == 0 else "Supported"
        sheet.append(
            [
                f"Section {n // 100}" if n % 100 == 0 else None, f"Feature {n // 2}" if first else None, "x86" if first else "Arm",
                "What this feature is. It has two sentences." if first else None,
                *("Supported" if k < 1 + n % len(trees) else older for k in range(len(trees))),
                "Not with every card." if n % 10 == 0 else None,
            ]
        )  # fmt: skip
    book.save(path)


def cpu(arguments: list[str], env: dict[str, str]) -> float:
    """Seconds of CPU of one process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], env=env, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ratio(folder: Path, env: dict[str, str], every: int) -> str:
    """draft of 10,000 rows x 5 trees against openpyxl's load of the same file, in one run."""
    path = folder / f"five-{every}.xlsx"
    workbook(path, 10_000, TREES, every)
    nothing = cpu(["-c", "import openpyxl"], env)
    loading = cpu(["-c", f"import openpyxl; openpyxl.load_workbook({str(path)!r})"], env) - nothing
    own = cpu(["-c", f"import gc; gc.disable(); from pathlib import Path; from convert.sheet.workbook import open_workbook; open_workbook(Path({str(path)!r}))"], env)  # fmt: skip
    drafting = cpu(["-m", "convert.cli", "draft", str(path), "-o", str(folder / f"out-{every}")], env)
    return f"{loading:.2f} s to load, {drafting:.2f} s to draft: {drafting / loading:.1f} (goal 1.5); reading alone {own:.2f} s"


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder, "cache"))
        out = Path(folder, "out")
        real = SHARED / "sheets" / "xen-five-trees.xlsx"
        source = real if real.exists() else ROOT / "samples" / "categorisation.xlsx"
        command = ["-m", "convert.cli", "draft", str(source), "--keep-unknown", "--force", "-o", str(out)]
        print(f"draft, {source.name}, five trees in one process: {median(command, env, 5):.0f} ms (goal 1000 ms)")
        for every, words in ((5, "trees differ in a fifth of the rows"), (1, "trees differ in all rows")):
            print(f"draft against openpyxl, 10,000 rows x 5 trees, {words}: {ratio(Path(folder), env, every)}")
        for rows in (1_000, 10_000, *([100_000] if "--long" in sys.argv or len(sys.argv) == 1 else [])):
            path = Path(folder, f"{rows}.xlsx")
            workbook(path, rows)
            seconds, memory = peak(["-m", "convert.cli", "draft", str(path), "-o", str(Path(folder, str(rows)))], env)
            print(
                f"draft, {rows:>7} rows, two trees: {seconds:6.1f} s, {memory:5.0f} MB, {seconds / rows * 1e6:5.0f} µs a row"
            )


if __name__ == "__main__":
    main()
