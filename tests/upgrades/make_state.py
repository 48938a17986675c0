"""Make a repository's state as one version of the tool leaves it: `PYTHONPATH=CHECKOUT python make_state.py BUNDLE`.

`state-0.1.0.bundle` was made by the version of commit d03a17a.  A bundle has only refs, so what the tool keeps in files is in
trees: `refs/fixture/state` is `.git/xen-support`, `refs/fixture/sheets` the workbooks, and `refs/fixture/description` the
description of the branch series/master.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_STAMP = "1700000000 +0000"
_PEOPLE = {"ian": ("Ian Sheet", "ian@example.org"), "rita": ("Rita Hand", "rita@example.org")}
SUPPORT = """% Support statement

# Release Support

    Xen-Version: {version}

# Feature Support

## Host

### CPU Hotplug

    Status, x86: Experimental
    Status, Arm: Supported

### Paging

Words on paging.

    Status: Tech Preview

## Tools

### xl

    Status: Supported

# Format and definitions

## Supported

    Security supported: Yes

## Tech Preview

    Security supported: No

## Experimental

    Security supported: No
"""
ROWS = [
    ["Host", "CPU Hotplug", "x86", "Experimental", "Experimental", "Experimental", ""],
    ["Host", "CPU Hotplug", "Arm", "Supported", "Supported", "Supported", ""],
    ["Host", "Paging", "", "Tech Preview", "Tech Preview", "Tech Preview", "Words on paging."],
    ["Tools", "xl", "", "Supported", "Supported", "Supported", ""],
]
TREES = [["master", "master", "4.23"], ["4.20", "stable-4.20", "4.20"], ["4.19", "stable-4.19", "4.19"]]


def git(repo: Path, *words: str, who: str = "ian", data: bytes | None = None) -> str:
    name, address = _PEOPLE[who]
    people = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", name), ("EMAIL", address), ("DATE", _STAMP))
    }
    done = subprocess.run(
        ["git", "-C", str(repo), *words], input=data, capture_output=True, check=True, env={**os.environ, **people}
    )
    return done.stdout.decode().strip()


def book(folder: Path, *changes: tuple[int, int, str]) -> Path:
    """The workbook with some cells changed: (row, column, text), from 0."""
    rows = [list(row) for row in ROWS]
    for row, column, text in changes:
        rows[row][column] = text
    folder.mkdir()
    names = [tree[0] for tree in TREES]
    tables = {
        "Trees": [["Tree", "Branch", "Xen-Version"], *TREES],
        "Features": [["Section", "Feature", "Variant", *names, "Description"], *rows],
    }
    for name, table in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(table)
    return folder


def tool(*words: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "convert.cli", *words], capture_output=True, text=True, check=False,
        env={**os.environ, "GIT_AUTHOR_DATE": _STAMP, "GIT_COMMITTER_DATE": _STAMP},
    )  # fmt: skip
    assert done.returncode == status, (words, done.stdout, done.stderr)
    return done.stdout + done.stderr


def edit(repo: Path, branch: str, old: str, new: str, message: str, who: str) -> None:
    git(repo, "checkout", "-q", branch)
    file = repo / "SUPPORT.md"
    assert file.read_text().count(old) == 1
    file.write_text(file.read_text().replace(old, new))
    git(repo, "commit", "-qam", message, who=who)
    git(repo, "checkout", "-q", "--detach")


def folder_tree(repo: Path, folder: Path) -> str:
    """A commit of a folder's files."""
    index = {**os.environ, "GIT_INDEX_FILE": str(repo / ".git" / "fixture-index")}
    Path(index["GIT_INDEX_FILE"]).unlink(missing_ok=True)
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        blob = git(repo, "hash-object", "-w", "--stdin", data=file.read_bytes())
        subprocess.run(
            ["git", "-C", str(repo), "update-index", "--add", "--cacheinfo", f"100644,{blob},{file.relative_to(folder)}"],
            check=True, env=index,
        )  # fmt: skip
    tree = subprocess.run(
        ["git", "-C", str(repo), "write-tree"], check=True, env=index, capture_output=True, text=True
    ).stdout.strip()
    return git(repo, "commit-tree", "-m", "fixture", tree)


def main(bundle: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        repo = top / "xen"
        repo.mkdir()
        git(repo, "init", "-q", "-b", "master")
        git(repo, "config", "user.name", "Ian Sheet")
        git(repo, "config", "user.email", "ian@example.org")
        for branch, version in (("master", "4.23-unstable"), ("stable-4.20", "4.20"), ("stable-4.19", "4.19")):
            if branch != "master":
                git(repo, "checkout", "-q", "-b", branch, "master")
            (repo / "SUPPORT.md").write_text(SUPPORT.format(version=version))
            (repo / "MAINTAINERS").write_text(
                "THE REST\nM:\tAnn Rest <ann@example.org>\nS:\tSupported\nF:\t*\nF:\t*/\n"
            )
            git(repo, "add", ".")
            git(repo, "commit", "-qm", version)
        git(repo, "checkout", "-q", "--detach", "master")
        sheets = top / "sheets"
        sheets.mkdir()
        first, second = book(sheets / "1"), book(sheets / "2", (2, 3, "Supported"))
        third = book(
            sheets / "3", (2, 3, "Supported"), (0, 3, "Tech Preview"), (0, 4, "Tech Preview"), (0, 5, "Tech Preview")
        )
        at = ["--repo", str(repo)]
        tool("update", str(first), *at)
        # master: one patch posted, reviewed, changed since; a hand edit of another person
        tool("update", str(second), *at, "--tree", "master", "-s")
        edit(
            repo,
            "support/master",
            "Words on paging.",
            "More words on paging.",
            "SUPPORT.md: say more on paging\n\nAsked for on the list.\n\nSigned-off-by: Rita Hand <rita@example.org>",
            "rita",
        )
        tool("series", *at, "-s", "-o", str(top / "v1"))
        tool("series", *at, "--mark-posted")
        words = git(repo, "log", "-1", "--format=%B", "series/master")
        tree = git(repo, "rev-parse", "series/master^{tree}")
        reviewed = git(
            repo, "commit-tree", "-p", "master", "-m", f"{words}\nReviewed-by: Rob View <rob@example.org>", tree
        )
        git(repo, "update-ref", "refs/heads/series/master", reviewed)
        description = git(repo, "config", "branch.series/master.description")
        git(repo, "config", "branch.series/master.description", f"{description}\n\nGreetings from Ian.\n")
        # 4.20: a merge waits; 4.19: one whose refs had moved when the run was killed
        for branch in ("4.20", "4.19"):
            edit(repo, f"support/{branch}", "x86: Experimental", "x86: Deprecated", "SUPPORT.md: by hand", "ian")
        tool("update", str(third), *at, status=1)
        state = repo / ".git" / "xen-support"
        tip = git(repo, "rev-parse", "support/4.19")
        (state / "4.19" / "merge" / "moving.json").write_text(
            json.dumps({"moves": {"refs/heads/support/4.19": tip}}) + "\n"
        )
        text = git(repo, "config", "branch.series/master.description") + "\n"
        (top / "description").mkdir()
        (top / "description" / "description").write_text(text)
        for what, folder in (("state", state), ("sheets", sheets), ("description", top / "description")):
            git(repo, "update-ref", f"refs/fixture/{what}", folder_tree(repo, folder))
        print(git(repo, "for-each-ref", "--format=%(refname)"))
        git(repo, "bundle", "create", "-q", str(bundle.absolute()), "--all")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
