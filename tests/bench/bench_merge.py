"""Conflicts of the structural merge and of `git merge-file`, on the same random edits of a real file.

    python tests/bench/bench_merge.py [FILE] [TRIALS]

FILE defaults to the newest SUPPORT.md of the shared corpus, or else to a draft of the sample workbook.  A trial makes edits on
both sides: statuses, words, rows, features added, removed and moved.  No edit touches what one of the other side touches in
the part `apart`; in the part `any` they may.
"""

from __future__ import annotations

import copy
import random
import sys
import time
from pathlib import Path

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tabulate import tabulate

from convert.trees.git import merge_file
from tests.merge.edits import apply, clash, draw, split
from tests.merge.with_git import merge

SIZES = ((5, 5), (10, 20), (30, 60))
_CORPUS = Path("/work/shared/corpus/accepted/unstable.md")


def _sample() -> str:
    from convert.draft.translate import translate
    from convert.sheet.categorise import categorise
    from convert.sheet.layout import load_layout
    from convert.sheet.workbook import open_workbook

    book = Path(__file__).resolve().parents[2] / "samples" / "categorisation.xlsx"
    found = categorise(open_workbook(book), load_layout(None), keep_unknown=True)
    return translate(found, found.trees[0]).text


def measure(text: str, sizes: tuple[int, int], trials: int, *, apart: bool) -> tuple[int, int, int, int, float]:
    """Conflicts of git and of ours, merges that are clean with git and with ours, seconds a merge of ours."""
    base = split(text)
    found = [0, 0, 0, 0]
    seconds = 0.0
    for trial in range(trials):
        rnd = random.Random(f"{sizes} {trial}")
        ours = draw(rnd, base, sizes[0])
        theirs = draw(rnd, base, sizes[1] if not apart else 3 * sizes[1])
        if apart:
            theirs = [edit for edit in theirs if not clash(ours, [edit])][: sizes[1]]
        versions = [str(base)]
        for edits, tag in ((ours, "our"), (theirs, "their")):
            side = copy.deepcopy(base)
            apply(side, edits, tag, base)
            versions.append(str(side))
        by_git = merge_file(versions[1], versions[0], versions[2], ("ours", "base", "theirs"))[1]
        start = time.perf_counter()
        merged = merge(*(version.encode() for version in versions))
        seconds += time.perf_counter() - start
        for n, count in enumerate((by_git, len(merged.conflicts))):
            found[n] += count
            found[n + 2] += not count
    return found[0], found[1], found[2], found[3], seconds / trials


def main(argv: list[str]) -> int:
    """Print the table."""
    path = Path(argv[1]) if len(argv) > 1 else _CORPUS
    text = path.read_text(encoding="utf-8") if path.exists() else _sample()
    trials = int(argv[2]) if len(argv) > 2 else 20
    rows = []
    for sizes in SIZES:
        for apart in (True, False):
            git, ours, clean_git, clean_ours, seconds = measure(text, sizes, trials, apart=apart)
            rows.append(
                [
                    f"{sizes[0]}/{sizes[1]}", "apart" if apart else "any", f"{git / trials:.1f}", f"{ours / trials:.1f}",
                    f"{100 * clean_git // trials} %", f"{100 * clean_ours // trials} %", f"{1000 * seconds:.0f} ms",
                ]
            )  # fmt: skip
    heads = ["edits ours/theirs", "which", "conflicts: git", "ours", "clean: git", "ours", "a merge"]
    print(f"{path.name if path.exists() else 'sample draft'}, {trials} trials each; conflicts are per merge")
    print(tabulate(rows, heads, tablefmt="simple", disable_numparse=True))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
