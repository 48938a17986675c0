"""make bench: `lint` of a file of 1,263 lines, of 200 files in one call, of a file a hundred times as long.

Where XEN_GIT names a xen.git, also against `pandoc -t json | docs/parse-support-md`.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.bench_show import document
from tests.bench.timing import COMMAND, environment, median, peak, run
from tests.helpers.generator import parse_support_md, perl_environment

GOAL = 10.0


def longer(text: str, times: int) -> str:
    """The features of a file, again and again under other names."""
    head, features = text.split("# Feature Support\n", 1)
    body = features.split("\n# ", 1)[0]
    copies = [
        "\n".join(f"{line} {n}" if line.startswith("##") else line for line in body.split("\n")) for n in range(times)
    ]
    return head + "# Feature Support\n" + "\n".join(copies)


def xens_tools(path: Path) -> float | None:
    """Seconds that Xen's own reading of the file takes; None where it is not at hand."""
    with tempfile.TemporaryDirectory() as folder:
        script = parse_support_md(Path(folder))
        if script is None:
            return None
        perl = perl_environment(Path(folder))
        start = time.perf_counter()
        tree = subprocess.run(["pandoc", "-t", "json", str(path)], check=True, capture_output=True).stdout
        Path(folder, "j").write_bytes(tree)
        subprocess.run(["perl", str(script), str(Path(folder, "j")), "x"], check=True, capture_output=True, env=perl)
        return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    path = document()
    command = [*COMMAND, "lint"]
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder, "cache"))
        cold = run([*command, str(path)], env, (0, 1))
        bare = median(["-c", "pass"], env)
        warm = median([*command, str(path)], env, statuses=(0, 1))
        print(
            f"lint, 1263 lines: {warm:.0f} ms, {warm / bare:.1f}x of the bare interpreter ({bare:.1f} ms; goal {GOAL:.0f}x); "
            f"cold {cold:.0f} ms"
        )
        theirs = xens_tools(path)
        print(
            f"  {warm / 1000 / theirs:.2f} of the time of pandoc | parse-support-md ({theirs:.2f} s)"
            if theirs
            else "  pandoc | parse-support-md: set XEN_GIT to a xen.git to compare"
        )
        text = path.read_text()
        names = []
        for n in range(200):
            names.append(str(Path(folder, f"{n}.md")))
            Path(names[-1]).write_text(text)
        many = median([*command, "--format", "concise", *names], env, 1, (0, 1))
        print(f"lint, 200 files in one call: {many / 1000:.1f} s, {many / 200:.0f} ms a file")
        for times in (1, 10, 100):
            made = Path(folder, f"{times}x.md")
            made.write_text(longer(text, times))
            lines = made.read_text().count("\n")
            seconds, memory = peak([*command, "--format", "concise", str(made)], env)
            print(f"lint, {lines:>6} lines: {seconds:5.2f} s, {memory:4.0f} MB, {seconds / lines * 1e6:4.0f} µs a line")


if __name__ == "__main__":
    main()
