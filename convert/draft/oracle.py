"""A draft held against Xen's own tools: pandoc, and docs/parse-support-md of a xen.git that the user points at."""

from __future__ import annotations

import html
import json
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from convert.failure import Failure
from grammar.rows import Row

_CELL = re.compile(r"<td[^>]*>(?:<a [^>]*>)?(.*?)(?:</a>)?</td>", re.S)


def tree_of(text: str) -> dict[str, Any]:
    """A text as pandoc's document tree.  Raises Failure where pandoc is missing, dies, or prints none."""
    try:
        done = subprocess.run(
            ["pandoc", "-f", "markdown", "-t", "json"],
            input=text.encode(),
            capture_output=True,
            check=False,
            timeout=120,
        )
    except FileNotFoundError:
        raise Failure("--oracle needs pandoc; try: apt-get install pandoc") from None
    except subprocess.TimeoutExpired:
        raise Failure("--oracle: pandoc did not finish within two minutes") from None
    if done.returncode:
        raise Failure(f"--oracle: pandoc: {done.stderr.decode(errors='replace').strip()}")
    try:
        tree = json.loads(done.stdout)
    except ValueError:
        tree = None
    if not isinstance(tree, dict) or not isinstance(tree.get("blocks"), list):
        raise Failure(
            "--oracle: what `pandoc -t json` printed is not a document; is the `pandoc` on PATH the real one?"
        )
    return tree


def compare_pandoc(tree: dict[str, Any], rows: Sequence[Row]) -> list[str]:
    """Where pandoc sees other literals and headings than the rows were read from."""
    lines = [
        line.strip()
        for block in tree["blocks"]
        if block["t"] == "CodeBlock"
        for line in block["c"][1].split("\n")
        if re.match(r"(Status|Supported|Xen-Version|Initial-Release|(?:Security-Support|Supported)-Until)\b", line)
        and not line.startswith("Security supported")
    ]
    ours = [row for row in rows if row.kind != "term"]
    anchors = {block["c"][1][0] for block in tree["blocks"] if block["t"] == "Header"}
    found = [
        f'pandoc has no heading "{row.path[-1]}" with the anchor {row.anchor}'
        for row in ours
        if row.anchor not in anchors
    ]
    if len(lines) != len(ours):
        found.append(f"pandoc sees {len(lines)} fields, we read {len(ours)}")
    for line, row in zip(lines, ours, strict=False):
        if not line.endswith(row.status):
            found.append(f'pandoc sees "{line}" where we read "{row.status}"')
            break
    return found


def compare_script(tree: dict[str, Any], rows: Sequence[Row], script: Path) -> list[str]:
    """Where parse-support-md (run by perl, as its shebang says) dies, or prints other cells than the rows' values."""
    if not script.is_file():
        raise Failure(f"--oracle: {script}: no such file")
    with tempfile.TemporaryDirectory(prefix="xen-support-") as folder:
        file = Path(folder, "SUPPORT.json")
        file.write_text(json.dumps(tree), encoding="utf-8")
        try:
            done = subprocess.run(
                ["perl", "-w", str(script.resolve()), str(file), "SUPPORT.html"],
                capture_output=True, check=False, timeout=300, cwd=folder,
            )  # fmt: skip
        except FileNotFoundError:
            raise Failure("--oracle needs perl; try: apt-get install perl") from None
        except subprocess.TimeoutExpired:
            raise Failure(f"--oracle: {script} did not finish within five minutes") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        if missing := re.search(r"Can't locate (\S+)\.pm ", said):
            module = missing[1].replace("/", "::")
            raise Failure(f"--oracle: {script} needs the Perl module {module}, which is not installed")
        return [f"{script} dies: {said.splitlines()[-1] if said else done.returncode}"]
    cells = Counter(
        html.unescape(cell)
        for cell in _CELL.findall(done.stdout.decode("utf-8", errors="replace"))
        if cell not in ("", "-", "[*]")
    )
    wanted = Counter(row.status for row in rows)
    return [
        f'{script} shows "{value}" {cells[value]} times, we read it {count} times'
        for value, count in wanted.items()
        if cells[value] != count
    ]
