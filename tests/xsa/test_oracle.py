"""Real patches of three distributions against the real xen.git, and real ranges, where the oracle and the clones are at hand.

XEN_GIT names a clone of xen.git, XSA_MIRRORS a folder with the distributions' clones as OWNER+NAME/repo, XSA_ORACLE the file.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from convert.trees import git
from convert.xsa.history import History
from tests.xsa.running import run

XEN = os.environ.get("XEN_GIT", "")
MIRRORS = Path(os.environ.get("XSA_MIRRORS", "/nowhere"))
ORACLE = Path(os.environ.get("XSA_ORACLE", Path(__file__).resolve().parents[3] / "shared" / "oracle" / "xsa.json"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (XEN and ORACLE.is_file()), reason="XEN_GIT and XSA_ORACLE name no clone and no oracle"),
]


@cache
def cases(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ORACLE.read_text())["handed"][kind]
    return found


def version(ref: str) -> str:
    found = re.search(r"4\.\d+", ref)
    return found[0] if found else "master"


def name(case: dict[str, Any]) -> str:
    return f"xsa{case['xsa']}/{case['at'][:8]}/{case['patch']}"


def lay_out(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """A directory of advisories for each version, every patch in a recipe; the cases by version."""
    by_version: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in cases("patch_cases"):
        by_version[version(case["ref"])].append(case)
    for number, mine in by_version.items():
        patches: dict[int, set[str]] = defaultdict(set)
        for case in mine:
            path = folder / number / name(case)
            path.parent.mkdir(parents=True, exist_ok=True)
            repo = MIRRORS / case["mirror"] / "repo"
            path.write_bytes(
                subprocess.run(
                    ["git", "-C", str(repo), "show", f"{case['at']}:{case['path']}"], capture_output=True, check=True
                ).stdout
            )
            patches[case["xsa"]].add(name(case))
        for xsa, names in patches.items():
            recipe = {"StableRef": f"RELEASE-{number}.0", "Prereqs": None, "Patches": sorted(names)}
            meta = {
                "XSA": xsa,
                "SupportedVersions": [number],
                "Trees": ["xen"],
                "Recipes": {number: {"Recipes": {"xen": recipe}}},
            }
            (folder / number / f"xsa{xsa}.meta").write_text(json.dumps(meta))
        entries = [{"xsa": xsa, "title": "t", "public_time": "2012-01-01 12:00", "version": 1} for xsa in patches]
        (folder / number / "xsa.json").write_text(json.dumps([{"xsas": entries}]))
    return by_version


@pytest.mark.skipif(not MIRRORS.is_dir(), reason="XSA_MIRRORS names no folder of clones")
def test_real_patches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 wrong "applied", at least 99.5 % right with the right commit."""
    wrong, other, total = [], [], 0
    for number, mine in lay_out(tmp_path).items():
        refs = dict.fromkeys(case["sha"] for case in mine)
        done = run(
            capsys,
            "check",
            *refs,
            "--repo",
            XEN,
            "--from",
            tmp_path / number,
            "--since",
            "2000-01-01",
            "--format",
            "json",
        )
        found = {(p["name"], row["sha"]): p for row in done.json["rows"] for p in row["patches"]}
        for case in mine:
            total += 1
            patch = found[name(case), case["sha"]]
            if patch["verdict"] == "applied" != case["verdict"]:
                wrong.append(case)
            elif patch["verdict"] != case["verdict"] or (
                case["commits"] and not set(case["commits"]) & set(patch["commits"])
            ):
                other.append((case, patch["verdict"], patch["commits"]))
    assert not wrong
    assert len(other) <= 0.005 * total, other


@pytest.mark.parametrize("number", range(8))
def test_real_ranges(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    """All advisories of Debian's changelog without a loss, none too many; what is only mentioned apart."""
    case = cases("log_cases")[number]
    value = run(capsys, "log", "..".join(case["range"]), "--repo", XEN, "--format", "json").json
    assert [one["xsa"] for one in value["xsas"]] == sorted(case["xsas"])
    assert sorted({one["xsa"] for one in value["mentions"]}) == case["mentioned_only"]


def test_what_history_shows_of_whole_advisories() -> None:
    """By messages and reverts alone: what `check` finds by patches must not contradict this.

    Of XSA-60 the oracle speaks of one commit of several, which was reverted; by advisory that is a part.
    """
    repo = Path(XEN)
    every = [case for case in cases("xsa_cases") if case["verdict"] in ("applied", "missing", "partial", "reverted")]
    branches = {
        v: git.commit(repo, f"refs/heads/stable-{v}") for v in {version(c["ref"]) for c in every} if v != "master"
    }
    history = History(repo, [*(sha for sha in branches.values() if sha), *(case["sha"] for case in every)])
    counts: Counter[tuple[str, str]] = Counter()
    for case in every:
        ref = history.view(case["ref"], case["sha"])
        branch = history.view("branch", branches.get(version(case["ref"])) or case["sha"])
        fixes = [
            e
            for e in branch.entries(history.naming.get(case["xsa"], ()))
            if any(c.xsa == case["xsa"] for c in e.said.fixes)
        ]
        there = [e for e in fixes if e.hash in ref.has]
        live = [e for e in there if ref.live(e.hash)]
        found = (
            "applied" if live and len(live) == len(fixes) else "partial" if live else "reverted" if there else "missing"
        )
        counts[case["verdict"], found] += 1
    assert {pair: n for pair, n in counts.items() if pair[0] != pair[1]} == {("reverted", "partial"): 1}
