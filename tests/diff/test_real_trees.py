"""Real trees, with pinned counts.  Skipped where there is no clone of the five trees at /tmp/xen or bundle in shared/."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from convert.diff.compare import compare
from convert.names.aliases import Alias, Aliases
from grammar.parser import parse
from grammar.source import Source

BUNDLE = Path(__file__).resolve().parents[3] / "shared" / "xen-five-trees.bundle"
pytestmark = pytest.mark.skipif(not BUNDLE.exists(), reason="no ../shared here")


@pytest.fixture(scope="module")
def xen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("xen") / "xen.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(BUNDLE), str(path)], check=True)
    return path


def _source(xen: Path, branch: str) -> Source:
    done = subprocess.run(["git", "-C", str(xen), "show", f"{branch}:SUPPORT.md"], check=True, capture_output=True)
    return Source(branch, done.stdout)


def test_from_4_17_to_4_20(xen: Path) -> None:
    old, new = (parse(_source(xen, branch)).document for branch in ("stable-4.17", "stable-4.20"))
    found = compare(old, new)
    assert Counter(change.kind for change in found) == {
        "added": 19, "status": 6, "removed": 1, "split": 1, "caveat": 1, "security-gained": 1, "description": 1,
        "security-lost": 1,
    }  # fmt: skip
    assert [(c.kind, c.key) for c in found if c.possible_loss] == [
        ("security-lost", "acpi-cpu-hotplug--x86"),
        ("split", "arm-v8"),
        ("description", "toolstack"),
        ("added", "x86-64--xeon-phi"),
        ("added", "physical-cpus--x86"),
        ("added", "physical-cpus--arm"),
        ("added", "armgicv3--arm32"),
        ("added", "armpartial-emulation"),
    ]
    assert found[0].formerly is not None and found[0].formerly[-1] == "Physical CPU Hotplug"
    likely = {c.key: c.perhaps.key for c in found if c.kind == "removed" and c.perhaps}
    assert likely == {"xsm-flask": "flask-xsm-module"}


def test_with_the_rename_settled(xen: Path) -> None:
    old, new = (parse(_source(xen, branch)).document for branch in ("stable-4.17", "stable-4.20"))
    known = Aliases((Alias("Physical CPU Hotplug", "ACPI CPU Hotplug"),))
    found = compare(old, new, known)
    assert (found[0].kind, found[0].key) == ("security-lost", "acpi-cpu-hotplug--x86")
    assert Counter(change.kind for change in found)["renamed"] == 1


def test_from_4_10_to_4_20(xen: Path) -> None:
    old, new = (parse(_source(xen, branch)).document for branch in ("stable-4.10", "stable-4.20"))
    found = compare(old, new)
    assert [c.key for c in found if c.kind == "security-lost"] == [
        "iommu--arm-smmuv1", "iommu--arm-smmuv2", "super-page-support--x86-hvmpvh-shadow-2mib", "acpi-cpu-hotplug--x86",
    ]  # fmt: skip
    assert [c.key for c in found if c.kind == "split"] == ["arm-v8", "x86pv"]
    assert Counter(change.kind for change in found if change.kind == "caveat") == {"caveat": 11}


def test_every_tree_is_itself_however_it_is_wrapped(xen: Path) -> None:
    for branch in ("master", "stable-4.20", "stable-4.17", "stable-4.13", "stable-4.10"):
        source = _source(xen, branch)
        document = parse(source).document
        lines = source.text.split("\n")
        for n in range(len(lines) - 1, 0, -1):
            plain = all(line[:1].isalpha() for line in lines[n - 1 : n + 1])
            if plain and not lines[n - 1].startswith("Release Notes"):
                lines[n - 1 : n + 1] = [f"{lines[n - 1]} {lines[n]}"]
        unwrapped = parse(Source(branch, "\n".join(lines).encode())).document
        assert len(lines) < source.count - 40
        assert compare(document, unwrapped) == []
