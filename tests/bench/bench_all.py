"""make bench: whole commands against the bare interpreter, in one run: the table that README quotes.

The last column says whether the goal is met, which all were.  Exit status 1 where a command needs more than a third above its goal.
The real repository is that of XEN_GIT, else the bundle of five trees beside the clone; without either those rows are left out.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

if not __package__:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tabulate import tabulate

from convert.trees.git import batch
from convert.trees.version import FILE
from tests.bench.bench_show import document
from tests.bench.timing import COMMAND, SHARED, environment, run
from tests.helpers.repositories import git

LOST = 4 / 3  # of a goal: more is a failure
ROUNDS = 7


class Goal(NamedTuple):
    """A command line and the most that it is to take, in times of the bare interpreter.

    `real`: it needs a repository.  `first`: what earlier runs kept of its history is removed before each run, else it is
    there.
    """

    words: tuple[str, ...]
    ratio: float
    real: bool = False
    first: bool = False


GOALS = {
    "show": Goal(("show", "FILE"), 6),
    "lint": Goal(("lint", "FILE"), 7),
    "trees": Goal(("trees",), 12, True),
    "matrix": Goal(("matrix", "-o", "OUT", "--exit-zero"), 30, True),
    "matrix of 75 tags": Goal(("matrix", "TAGS", "-o", "OUT", "--exit-zero"), 100, True),
    "history": Goal(("history", "x86/PV"), 80, True),
    "history, first run": Goal(("history", "x86/PV"), 80, True, True),
    "blame": Goal(("blame", "unstable"), 80, True),
    "blame, first run": Goal(("blame", "unstable"), 80, True, True),
}
WALK = "git log of SUPPORT.md"  # git's own walk over all commits, of which a first run waits for a part
TAGS = 75  # the newest releases that have a SUPPORT.md: as many as there were in November 2026


def machine() -> str:
    """The processor and Python."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.machine()
    return f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}"


def repository(folder: Path) -> Path | None:
    """The real repository, or a clone of the bundle; None without either."""
    if "XEN_GIT" in os.environ:
        return Path(os.environ["XEN_GIT"])
    bundle = SHARED / "xen-five-trees.bundle"
    if not bundle.exists():
        return None
    subprocess.run(["git", "clone", "-q", str(bundle), str(folder / "xen")], check=True, capture_output=True)
    return folder / "xen"


def tags(repo: Path) -> list[str]:
    """The newest release tags with a SUPPORT.md; empty where the repository has fewer than `TAGS` of them."""
    names = git(repo, "tag", "-l", "RELEASE-*", "--sort=-version:refname").split()
    found = batch(repo, [f"{name}:{FILE}" for name in names])
    have = [name for name, data in zip(names, found, strict=True) if data is not None]
    return have[:TAGS] if len(have) >= TAGS else []


def ratios(folder: Path, env: dict[str, str]) -> dict[str, tuple[float, float]]:
    """Of each command the median in ms and its ratio to the bare interpreter; their runs alternate, so that a slow moment meets both."""
    file, repo = document(), repository(folder)
    names = {"FILE": str(file), "OUT": str(folder / "matrix.html")}
    took: dict[str, list[float]] = {name: [] for name in ("bare", *GOALS)}
    for name, goal in GOALS.items():
        releases = tags(repo) if repo is not None and "TAGS" in goal.words else []
        if goal.real and (repo is None or ("TAGS" in goal.words and not releases)):
            continue
        command = [*COMMAND]
        for word in goal.words:
            command += releases if word == "TAGS" else [names.get(word, word)]
        if repo is not None and goal.real:
            command += ["--repo", str(repo)]
        run(command, env, (0, 1))  # fills the cache
        for _ in range(ROUNDS):
            took["bare"].append(run(["-c", "pass"], env))
            for kept in (folder / "cache" / "xen-support").glob("history-*") if goal.first else ():
                kept.unlink()
            took[name].append(run(command, env, (0, 1)))
    if repo is not None:
        took[WALK] = [_walk(repo, env) for _ in range(ROUNDS)]
    bare = statistics.median(took["bare"])
    return {name: (statistics.median(times), statistics.median(times) / bare) for name, times in took.items() if times}


def _walk(repo: Path, env: dict[str, str]) -> float:
    """Milliseconds of git's own walk over the history of SUPPORT.md on all branches."""
    start = time.perf_counter()
    command = [
        "git",
        "-C",
        str(repo),
        "log",
        "--branches",
        "--topo-order",
        "--parents",
        "--full-history",
        "--format=%H",
        "--",
        FILE,
    ]
    subprocess.run(command, env=env, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000


def verdict(name: str, ratio: float) -> str:
    """What to say of a ratio."""
    goal = GOALS[name].ratio
    if ratio <= goal:
        return "met"
    return "LOST" if ratio > goal * LOST else "missed"


def main() -> int:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = ratios(folder, environment(folder / "cache"))
    rows = [
        [name, f"{found[name][0]:.0f} ms", f"{found[name][1]:.1f}", f"{goal.ratio:g}", verdict(name, found[name][1])]
        for name, goal in GOALS.items()
        if name in found
    ]
    rows += [[WALK, f"{found[WALK][0]:.0f} ms", f"{found[WALK][1]:.1f}", "", ""]] if WALK in found else []
    print(tabulate(rows, ["command", "time", "times the bare interpreter", "goal", ""], tablefmt="github"))
    print(f"\nbare interpreter {found['bare'][0]:.0f} ms; {machine()}")
    return int(any(row[-1] == "LOST" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
