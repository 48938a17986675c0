"""Whole processes, timed: medians in milliseconds, ratios to the bare interpreter, peak memory."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared"
ROOT = Path(__file__).resolve().parents[2]
# what the installed script does, without the time that `python -m` takes to find a module
COMMAND = ("-c", "import sys; from convert.cli import entry; sys.exit(entry())")


def environment(cache: Path) -> dict[str, str]:
    """A plain environment with a cache of the benchmark's own; byte code is kept, as after a usual install."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")}
    return env | {"XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT)}


def run(arguments: Sequence[str], env: dict[str, str], statuses: tuple[int, ...] = (0,)) -> float:
    """One process of this interpreter; its wall time in ms.  RuntimeError where it ends with another status."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], env=env, capture_output=True, check=False)
    took = (time.perf_counter() - start) * 1000
    if done.returncode not in statuses:
        raise RuntimeError(f"{arguments}: status {done.returncode}: {done.stderr.decode()[-400:]}")
    return took


def median(arguments: Sequence[str], env: dict[str, str], count: int = 15, statuses: tuple[int, ...] = (0,)) -> float:
    """The median of some runs, after one to warm up."""
    run(arguments, env, statuses)
    return statistics.median(run(arguments, env, statuses) for _ in range(count))


def peak(arguments: Sequence[str], env: dict[str, str]) -> tuple[float, float]:
    """(seconds, MB at the peak) of one process."""
    start = time.perf_counter()
    child = os.fork()
    if not child:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execve(sys.executable, [sys.executable, *arguments], env)
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError(f"{arguments}: status {os.waitstatus_to_exitcode(status)}")
    assert isinstance(usage, resource.struct_rusage)
    return time.perf_counter() - start, usage.ru_maxrss / 1024
