"""--against as a person runs it: ages out of git, aliases, and the real trees with pinned findings."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable

import pytest

from convert import cli
from tests.lint_command.conftest import GOOD, Box, broken

REAL = os.environ.get("XEN_GIT", "")
needs_xen = pytest.mark.skipif(not REAL, reason="XEN_GIT names no clone of xen.git")
CODES = "XS701,XS702,XS703,XS704,XS705,XS706"
MAKEFILE = "export XEN_VERSION = 4\nexport XEN_SUBVERSION = {}\n"
PYGRUB = "### Pygrub\n\nIt reads guests' disks.\n\n    Status: Supported, security supported only when run de-privileged\n\n### Beta\n"


def versions(box: Box, old: str = GOOD) -> None:
    """A repository with a branch stable-4.20 and a newer master, both with a xen/Makefile."""
    box.commit(MAKEFILE.format(20), "version", "xen/Makefile")
    box.commit(old.replace("4.99-unstable", "4.20"), "release")
    box.git("branch", "stable-4.20")
    box.commit(MAKEFILE.format(21), "version", "xen/Makefile")


def against(box: Box, *argv: str) -> list[str]:
    lines = box.lint("4.20", "--against", "master", "--select", CODES, "--format", "concise", *argv).lines
    return [line.split()[2] for line in lines]


@pytest.mark.parametrize(
    ("files", "subject", "told"),
    [
        ((), "SUPPORT.md: pygrub", True),
        (("xen/arch/arm/new.c",), "xen/arm: a new feature", False),
        (("xen/arch/arm/new.c",), "xen/arm: what was wrong\n\nThis is XSA-999.", True),
        (("docs/misc/new.txt", "CHANGELOG.md", "MAINTAINERS"), "docs: a new feature", True),
    ],
)
def test_a_row_that_came_with_its_code_is_no_restriction_that_is_missing(
    box: Box, files: tuple[str, ...], subject: str, told: bool
) -> None:
    versions(box)
    for name in files:
        box.write("x\n", name)
    box.commit(broken("### Beta\n", PYGRUB), subject)
    box.commit("later\n", "something else", "README")
    box.commit(broken("### Beta\n", PYGRUB).replace("The first", "A first"), "later words")
    assert against(box) == (["XS706"] if told else [])
    box.git("checkout", "-q", "stable-4.20")
    done = box.lint("--against", "master", "--select", CODES, "--format", "concise", "SUPPORT.md")
    assert [line.split()[2] for line in done.lines] == (["XS706"] if told else [])


def test_shipped_aliases_are_used_beside_a_makefile(box: Box) -> None:
    old = broken("### Beta\n", "### Physical CPU Hotplug\n\nWords.\n\n    Status, x86: Supported\n\n### Beta\n")
    versions(box, old)
    box.commit(
        old.replace("Physical CPU", "ACPI CPU").replace(
            "Status, x86: Supported\n\n### B", "Status, x86: Experimental\n\n### B"
        ),
        "downgrade",
    )
    assert against(box) == ["XS702"]
    assert against(box, "--no-aliases") == []
    box.write('[[alias]]\nold = "Physical CPU Hotplug"\nnew = "ACPI CPU Hotplug"\n', "own.toml")
    assert against(box, "--no-aliases", "--aliases", "own.toml") == ["XS702"]
    with (box.path / "own.toml").open("rb") as file:
        entry, out = os.pipe()  # what `--aliases <(command)` gives: it can be read once
        os.write(out, file.read())
        os.close(out)
    assert against(box, "--no-aliases", "--aliases", f"/dev/fd/{entry}") == ["XS702"]
    os.close(entry)
    assert box.lint("4.20", "--against", "master", "--aliases", "none.toml").status == 2


@needs_xen
def test_the_supported_trees_today(capsys: pytest.CaptureFixture[str]) -> None:
    """All of what is said at the tips, looked at one by one; nothing is said of the two that came with their code."""
    found = {}
    for tree in ("4.17", "4.18", "4.19", "4.20", "4.21", "4.22", "unstable"):
        cli.main(["lint", tree, "--repo", REAL, "--against", "supported", "--select", CODES, "--format", "json"])
        value = json.loads(capsys.readouterr().out)
        found[tree] = [(d["code"], *d["rows"]) for d in value["diagnostics"]]
    mode = ("XS706", "arm-v8--xen-in-aarch32-mode")
    assert found == {
        "4.17": [mode, ("XS702", "physical-cpu-hotplug--x86")], "4.18": [mode], "4.19": [], "4.20": [], "4.21": [], "4.22": [], "unstable": [],
    }  # fmt: skip


def _before(tree: str, words: str, run: Callable[..., str]) -> str:
    """The commit of a stable tree before the one of a subject arrived there; its tip where it never did."""
    found = run(
        "log", "--format=%H", f"--grep={re.escape(words)}", f"stable-{tree}", "^master", "--", "SUPPORT.md"
    ).split()
    return f"{found[-1]}^" if found else f"stable-{tree}"


@needs_xen
@pytest.mark.slow
@pytest.mark.parametrize(
    ("commit", "words", "trees", "key"),
    [
        ("75f920bd47", "pygrub: security-supported only", ("4.17", "4.18", "4.19", "4.20", "4.21", "4.22"), "pygrub"),
        (
            "c7bc20d8d1", "clarify support of untrusted driver domains", ("4.13", "4.14", "4.15", "4.16"),
            "ocaml-xenstored-daemon--untrusted-driver-domains",
        ),
        ("8587160b3e", "Desupport qemu trad", ("4.11", "4.12", "4.13", "4.14"), "qemu-xen-traditional--as-host-process-device-model"),
        ("cd53ee9c41", "clarify support of booting 32-bit Xen", ("4.17", "4.18"), "arm-v8--xen-in-aarch32-mode"),
        ("3d2d9e9022", "downgrade Physical CPU Hotplug", ("4.17",), "physical-cpu-hotplug--x86"),
        ("bd06cf74fc", "Introduce CONFIG_PARTIAL_EMULATION", ("4.17", "4.18"), ""),
        ("291c13af55", "Enable GICv3 for AArch32", ("4.16", "4.17"), ""),
    ],
)  # fmt: skip
def test_what_newer_trees_found_out(
    commit: str, words: str, trees: tuple[str, ...], key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import subprocess

    def run(*argv: str) -> str:
        return subprocess.run(["git", "-C", REAL, *argv], capture_output=True, check=True, text=True).stdout

    for tree in trees:
        state = run("rev-parse", _before(tree, words, run)).strip()
        cli.main(["lint", state, "--repo", REAL, "--against", commit, "--select", CODES, "--format", "json"])
        value = json.loads(capsys.readouterr().out)
        rows = {row for d in value["diagnostics"] for row in d["rows"]}
        assert key in rows if key else not rows & {"armpartial-emulation", "armgicv3--arm32"}, tree
