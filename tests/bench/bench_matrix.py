"""make bench: `matrix` of the five real trees, of 25 and 200 made ones, and against Xen's own generator where it is at hand.

Xen's generator is at hand when XEN_GIT names a xen.git, and pandoc and Perl with JSON and Tie::IxHash are installed.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from convert.trees.all import columns
from tests.bench.timing import SHARED, environment, median, peak, run
from tests.helpers.generator import perl_environment, support_matrix_generate
from tests.helpers.repositories import git

COUNTS = (25, 200)
ROWS = 200  # about as many as the newest real tree has
GOAL = 1 / 40  # of the time of Xen's generator


def made(number: int) -> str:
    """A SUPPORT.md of about a real one's size; every tree differs a little."""
    lines = [
        "% Support", "", "# Release Support", "", f"    Xen-Version: 4.{number}", "    Initial-Release: 2020-01-01",
        "    Supported-Until: 2030-01-01", "    Security-Support-Until: 2032-01-01", "", "# Feature Support", "",
    ]  # fmt: skip
    for n in range(ROWS):
        if n % 12 == 0:
            lines += [f"## Section {n // 12}", ""]
        status = ("Supported", "Tech Preview", "Experimental")[(n + number) % 3 if n % 20 == 0 else n % 3]
        lines += [
            f"### Feature {n}",
            "",
            f"What feature {n} is, in a few words that fill a line of the file.",
            "",
            f"    Status, x86: {status}",
            "",
        ]
        lines += ["A caveat that applies to it, in a sentence.", ""] if n % 3 == 0 else []
    return "\n".join(lines)


def repository(folder: Path, count: int) -> Path:
    """master and count-1 release branches through one `git fast-import`."""
    stream = []
    for number in range(1, count + 1):
        branch = "master" if number == count else f"stable-4.{number}"
        files = {
            "SUPPORT.md": made(number),
            "xen/Makefile": f"export XEN_VERSION       = 4\nexport XEN_SUBVERSION    = {number}\n",
        }
        stream.append(
            f"commit refs/heads/{branch}\ncommitter T <t@example.org> {1_600_000_000 + number} +0000\ndata 1\nx\n"
        )
        stream += [f"M 644 inline {name}\ndata {len(text)}\n{text}\n" for name, text in files.items()]
    folder.mkdir()
    git(folder, "init", "-q", "-b", "master")
    subprocess.run(
        [shutil.which("git") or "git", "-C", str(folder), "fast-import", "--quiet"],
        input="".join(stream).encode(),
        check=True,
    )
    return folder


def matrix(repo: Path, out: Path) -> list[str]:
    return ["-m", "convert.cli", "matrix", "--repo", str(repo), "-o", str(out), "--exit-zero"]


def sizes(out: Path) -> str:
    data = out.read_bytes()
    return f"page {len(data) / 1e6:.2f} MB, gzipped {len(gzip.compress(data, mtime=0)) / 1e3:.0f} kB"


def xens(repo: Path, refs: Sequence[str], script: Path, folder: Path) -> float:
    """Seconds of Xen's own generator, docs/support-matrix-generate, for some trees: the unstable one and release branches."""
    unstable = next(ref for ref in refs if "stable-" not in ref)
    pattern = re.sub(r"stable-[0-9.]+", "stable-NN", next(ref for ref in refs if "stable-" in ref))
    command = [
        "bash",
        str(script),
        unstable,
        "https://example.org/SUPPORT.html",
        pattern,
        "https://example.org/NN/SUPPORT.html",
    ]
    env = perl_environment(folder) | {"GIT_DIR": git(repo, "rev-parse", "--absolute-git-dir")}
    start = time.perf_counter()
    page = subprocess.run(command, check=True, capture_output=True, env=env, cwd=folder, text=True).stdout
    took = time.perf_counter() - start
    count = page.rpartition("Source materials")[2].count("<code>") // 2  # a date and a commit for each tree
    if count != len(refs):
        raise RuntimeError(f"{script}: {count} trees, not {len(refs)}")
    return took


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = environment(folder / "cache")
        out = folder / "m.html"
        bundle = SHARED / "xen-five-trees.bundle"
        real = folder / "xen"
        if bundle.exists():
            subprocess.run(
                [shutil.which("git") or "git", "clone", "-q", str(bundle), str(real)], check=True, capture_output=True
            )
            took = median(matrix(real, out), env, 5)
            _, memory = peak(matrix(real, out), env)
            print(f"matrix, five real trees: {took:.0f} ms, {memory:.0f} MB at the peak; {sizes(out)}")
        compare(folder, env, out)
        each = []
        for count in COUNTS:
            repo = repository(folder / str(count), count)
            took, memory = peak(matrix(repo, out), env)
            each.append(took / count)
            print(
                f"matrix, {count} made trees: {took:.2f} s, {1000 * took / count:.0f} ms a tree, {memory:.0f} MB at the peak; {sizes(out)}"
            )
        print(f"matrix, a tree of {COUNTS[1]} takes {each[1] / each[0]:.2f} times one of {COUNTS[0]} (linear: about 1)")


def compare(folder: Path, env: dict[str, str], out: Path) -> None:
    """Ours against Xen's on the trees of XEN_GIT, in turns, where Xen's is at hand; the best of some runs each."""
    script = support_matrix_generate(folder)
    if script is None:
        print("matrix, Xen's own generator: not at hand (XEN_GIT names no xen.git with docs/support-matrix-generate)")
        return
    repo = Path(os.environ["XEN_GIT"])
    found = columns((), repo, None, lambda words: None)
    refs = [tree.ref for tree in found if tree.ref is not None]
    run(matrix(repo, out), env)
    both = [(run(matrix(repo, out), env) / 1000, xens(repo, refs, script, folder)) for _ in range(3)]
    mine, theirs = (min(times) for times in zip(*both, strict=True))
    said = "met" if mine / theirs <= GOAL else "missed"
    print(
        f"matrix, {len(refs)} real trees: {mine:.2f} s, Xen's own generator {theirs:.2f} s: {theirs / mine:.0f} times less"
        f" (goal {1 / GOAL:.0f}: {said})"
    )


if __name__ == "__main__":
    main()
