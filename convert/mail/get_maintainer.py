"""Who gets a copy of a patch, as the tree's own scripts/get_maintainer.pl has it.  It is run only when a person asks
for it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from convert.failure import Failure
from convert.trees import git, maintainers

_SCRIPT = "scripts/get_maintainer.pl"
_FILES = (_SCRIPT, "MAINTAINERS", ".mailmap", ".get_maintainer.conf")
_TOP = ("COPYING", "CODING_STYLE", "Makefile")
_LONGEST = 60  # seconds


def recipients(repo: Path, commit: str, mail: str) -> list[str]:
    """The people and lists that the script of a commit names for a mail.  Raises Failure where it fails or is not
    there.

    It runs in a folder of its own with what it reads: the script, MAINTAINERS, the names of the tree's folders.
    """
    with tempfile.TemporaryDirectory(prefix="xen-support-") as name:
        folder = Path(name)
        for path in git.folders(repo, commit):
            (folder / path).mkdir(parents=True, exist_ok=True)
        for path in _FILES:
            data = git.object_of(repo, f"{commit}:{path}")
            if data is not None:
                (folder / path).write_bytes(data)
        for path in _TOP:  # what the scripts up to 4.12 take for the mark of a Xen tree; they do not read it
            (folder / path).touch()
        if not (folder / _SCRIPT).is_file():
            raise Failure(f"{commit[:12]} has no {_SCRIPT}")
        patch = folder / "the.patch"
        patch.write_bytes(mail.encode("utf-8", "surrogateescape"))
        try:
            done = subprocess.run(
                ["perl", _SCRIPT, patch.name], cwd=folder, capture_output=True, check=False, timeout=_LONGEST,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError:
            raise Failure("perl is not installed; try: apt-get install perl") from None
        except subprocess.TimeoutExpired:
            raise Failure(f"{_SCRIPT} took longer than {_LONGEST} seconds") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Failure(f"{_SCRIPT}: {said[-1] if said else 'failed'}")
    return [one for line in done.stdout.decode(errors="replace").splitlines() for one in maintainers.addresses(line)]
