"""make bench: `show` of a file of 1,263 lines, against the bare interpreter."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench.timing import COMMAND, SHARED, environment, median, run

GOAL = 9.0


def document() -> Path:
    """The corpus file of 1,263 lines; in a clone without ../shared, a made one as long."""
    real = SHARED / "corpus" / "accepted" / "unstable.md"
    if real.exists():
        return real
    lines = ["% Made", "", "# Feature Support", ""]
    while len(lines) < 1263:
        n = len(lines)
        lines += [
            f"### Feature {n}",
            "",
            "Some words that say what it is.",
            "",
            "    Status, x86: Supported",
            "    Status, Arm: Tech Preview",
            "",
        ]
    path = Path(tempfile.mkdtemp()) / "SUPPORT.md"
    path.write_text("\n".join(lines[:1263]) + "\n")
    return path


def main() -> None:
    """Print the figures."""
    path = document()
    command = [*COMMAND, "show", str(path)]
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder))
        cold = run(command, env)
        bare = median(["-c", "pass"], env)
        warm = median(command, env)
    lines = path.read_text().count("\n")
    print(
        f"show, {lines} lines: {warm:.0f} ms, {warm / bare:.1f}x of the bare interpreter ({bare:.1f} ms; goal {GOAL:.0f}x); cold {cold:.0f} ms"
    )


if __name__ == "__main__":
    main()
