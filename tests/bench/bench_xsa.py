"""make bench: `xsa check` of six branches of the real xen.git since 2024, from a warm cache and without one.

XEN_GIT names the clone.  The advisories' patches are made from the commits that name them on each branch: some fifty advisories
with their own patches for each of seven versions.  Goal: six branches in 10 s from a warm cache.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from convert.trees import git
from convert.trees.commits import log
from convert.xsa.messages import read
from tests.bench.timing import environment, peak

GOAL = 10.0  # seconds
BRANCHES = ("stable-4.22", "stable-4.21", "stable-4.20", "stable-4.19", "stable-4.18", "stable-4.17")
FROM = 449  # the first advisory of 2024


def made(repo: Path, folder: Path) -> int:
    """A public directory out of the fixes that the branches have; the number of patches."""
    recipes: dict[int, dict[str, list[str]]] = {}
    count = 0
    for branch in ("master", *BRANCHES):
        version = branch.removeprefix("stable-")
        start = "RELEASE-4.17.0" if branch == "master" else f"RELEASE-{version}.0"
        for entry in log(repo, [f"refs/heads/{branch}"], [start]):
            for claim in read(entry.message).fixes:
                if claim.xsa >= FROM and entry.paths:
                    names = recipes.setdefault(claim.xsa, {}).setdefault(version, [])
                    name = f"xsa{claim.xsa}/xsa{claim.xsa}-{version}-{len(names) + 1:02}.patch"
                    (folder / name).parent.mkdir(exist_ok=True)
                    (folder / name).write_bytes(git.run(repo, "format-patch", "-1", "--stdout", entry.hash).stdout)
                    names.append(name)
                    count += 1
    for number, by_version in recipes.items():
        inner = {
            version: {"Recipes": {"xen": {"StableRef": "", "Prereqs": [], "Patches": names}}}
            for version, names in by_version.items()
        }
        meta = {"XSA": number, "SupportedVersions": list(by_version), "Trees": ["xen"], "Recipes": inner}
        (folder / f"xsa{number}.meta").write_text(json.dumps(meta))
    entries = [{"xsa": n, "title": f"issue {n}", "public_time": "2024-06-01 12:00", "version": 1} for n in recipes]
    (folder / "xsa.json").write_text(json.dumps([{"xsas": entries}]))
    return count


def main() -> None:
    """Print the figures."""
    name = os.environ.get("XEN_GIT")
    if not name:
        print("xsa check: not measured (XEN_GIT names no clone of xen.git)")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "public").mkdir()
        patches = made(Path(name), folder / "public")
        env = environment(folder / "cache")
        each = [
            "-m",
            "convert.cli",
            "xsa",
            "check",
            "--repo",
            name,
            "--from",
            str(folder / "public"),
            "--since",
            "2024-01-01",
        ]
        cold, _ = peak([*each, *BRANCHES], env)
        warm, memory = peak([*each, *BRANCHES], env)
        one, _ = peak([*each, BRANCHES[0]], env)
        print(
            f"xsa check, {len(BRANCHES)} branches, {patches} patches: {warm:.1f} s from a warm cache (goal {GOAL:.0f} s), {cold:.1f} s without one, "
            f"{memory:.0f} MB at the peak; one branch {one:.1f} s"
        )


if __name__ == "__main__":
    main()
