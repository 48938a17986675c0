"""The only place that runs git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from convert.failure import Failure

# what a repository's own configuration must not make us do: run hooks, pagers, external diffs, file-system monitors
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat", "-c", "diff.external=")


def run(repo: Path, *arguments: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Run git in a repository; the completed process, whatever its status.  Raises Failure where git is missing."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(
            ["git", "--no-pager", "-C", str(repo), *_SAFE, *arguments], input=data, capture_output=True, env=environment, check=False
        )
    except FileNotFoundError:
        raise Failure("git is not installed; try: apt-get install git") from None


def top_level(folder: Path) -> Path | None:
    """The top of the work tree that a folder lies in; None outside any."""
    done = run(folder, "rev-parse", "--show-toplevel")
    text = done.stdout.decode(errors="replace").strip()
    return Path(text) if done.returncode == 0 and text else None


def blob(repo: Path, ref: str, path: str) -> bytes:
    """The bytes of a file at a ref, read without a checkout.  Raises Failure where there is no such thing."""
    if ref.startswith("-"):
        raise Failure(f"{ref}: not the name of a ref")
    done = run(repo, "cat-file", "blob", f"{ref}:{path}")
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1].removeprefix("fatal: ") if said else "git failed"
        raise Failure(f"{ref}:{path}: {why}")
    return done.stdout
