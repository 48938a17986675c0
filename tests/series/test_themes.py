"""Patches by theme and by architecture, for a new file and for changes."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from convert.failure import Failure
from convert.series import themes
from convert.series.split import steps
from convert.series.themes import Theme
from grammar.parser import parse_text
from grammar.rows import read_rows
from tests.helpers import xengit
from tests.series.world import MEMORY, SCHEDULING, make, parsed, run, support, text_of

ARM = "### ARM: Paging\n\nOf another kind.\n\n    Status: Experimental"
MIXED = (
    MEMORY.replace("    Status: Tech Preview", "    Status, x86: Tech Preview\n    Status, ARM: Experimental")
    + f"\n\n{ARM}"
)
BUNDLE = Path(__file__).resolve().parents[3] / "shared" / "xen-five-trees.bundle"


def rows(text: str | None) -> dict[str, str]:
    return {row.key: row.status for row in read_rows(parse_text(text or "").document).rows if row.kind != "release"}


def test_arm_rows_of_a_new_file_are_a_patch_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = make(tmp_path, capsys, MIXED, SCHEDULING)
    mails = world.post()
    assert [str(parsed(mail)["Subject"]).partition("] ")[2] for mail in mails[1:]] == [
        "SUPPORT.md: add release fields and definitions", "SUPPORT.md: add memory management",
        "SUPPORT.md: add resource management and scalability", "SUPPORT.md: add what is specific to Arm",
    ]  # fmt: skip
    arm = text_of(parsed(mails[4]))
    added = [line for line in arm.split("\n") if line.startswith("+") and line.strip("+")][1:]
    assert added == [
        "+    Status, ARM: Experimental",
        "+### ARM: Paging",
        "+Of another kind.",
        "+    Status: Experimental",
    ]
    said = "Add the rows and features that are specific to Arm: 2 features, 2 statuses, none of them with security support."
    assert said in " ".join(arm.split())
    assert "ARM" not in text_of(parsed(mails[2])).partition("diff --git")[2]
    folder = tmp_path / "clean"
    world.git("worktree", "add", "-q", "--detach", str(folder), "master")
    for mail in mails[1:]:
        run("git", "am", "-q", str(mail), folder=folder)
    assert (folder / "SUPPORT.md").read_text() == support(MIXED, SCHEDULING)


def test_changes_by_theme_and_architecture() -> None:
    before, after = (
        support(MIXED, SCHEDULING),
        support(
            MIXED.replace("x86: Tech Preview", "x86: Supported").replace(
                "Status, ARM: Experimental", "Status, ARM: Tech Preview"
            ),
            SCHEDULING.replace("4096", "1024"),
        ),
    )
    found = steps(before, after, "theme", themes.load(None))
    assert [step.key for step in found] == [
        "theme memory management",
        "theme resource management and scalability",
        "variants Arm",
    ]
    assert rows(found[0].after)["paging--arm"] == "Experimental" and rows(found[0].after)["paging--x86"] == "Supported"
    assert found[-1].after == after and [step.before for step in found] == [before, found[0].after, found[1].after]
    gone = before.replace("    Status, ARM: Experimental\n", "").replace(f"\n\n{ARM}", "")
    found = steps(before, gone, "theme", themes.load(None))
    assert [step.key for step in found] == ["variants Arm"] and found[0].after == gone


@pytest.mark.parametrize("kind", ["themes", "theme"])
def test_own_themes(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    file = tmp_path / "my.toml"
    file.write_text('["all of it"]\nsections = ["*"]\n\n[x86]\nvariants = ["x86*"]\n')
    world = make(tmp_path, capsys, MIXED, SCHEDULING)
    mails = world.post("--themes", str(file), *(["--split", "theme"] if kind == "theme" else []))
    assert [str(parsed(mail)["Subject"]).partition("] ")[2] for mail in mails[2:]] == [
        "SUPPORT.md: add all of it", "SUPPORT.md: add what is specific to x86",
    ]  # fmt: skip
    assert (
        world.run("-o", str(tmp_path / "x"), "--themes", str(file), "--split", "none") == 2
        and "--themes needs" in world.err
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no themes"), ("x = 1", '"x" is not a table'), ("[a]\nb = 1", 'unknown key "b"'), ("[a]\nsections = 1", "must be a list"),
        ("[a]\nsections = ['']", "must be a list"), ("[a]", "needs a name"), ("[", "not TOML"), ("\xff", "not"),
    ],
)  # fmt: skip
def test_a_file_of_themes_that_is_none(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(Failure, match=words):
        themes.load(file)
    with pytest.raises(Failure, match="No such file"):
        themes.load(tmp_path / "nothing")


def test_patterns() -> None:
    arm = next(theme for theme in themes.load(None) if theme.name == "Arm")
    assert all(
        map(
            arm.has_variant,
            ("ARM", "Arm64", "arm32", "ARM SMMUv1", "Xen in AArch64 mode", "PL011 UART (ARM)", "ARM/GICv3", "ARM: x"),
        )
    )
    assert not any(map(arm.has_variant, ("x86", "Armed guests", "Alarm", "", "FARM")))
    assert not Theme("x").has_section("x")


@pytest.mark.skipif(not BUNDLE.exists(), reason="no ../shared here")
@pytest.mark.parametrize("branch", ["stable-4.10", "stable-4.20", "master"])
def test_a_real_file_is_at_most_twenty_patches(tmp_path: Path, branch: str) -> None:
    subprocess.run(["git", "clone", "-q", "--bare", str(BUNDLE), str(tmp_path / "xen")], check=True)
    text = subprocess.run(
        ["git", "-C", str(tmp_path / "xen"), "show", f"{branch}:SUPPORT.md"], check=True, capture_output=True
    ).stdout.decode()
    found = steps(None, text, "theme", themes.load(None))
    assert 8 <= len(found) <= 20 and found[-1].after == text and found[-1].key == "variants Arm"
    assert not any(theme.has_variant(row.qualifier or "") for theme in themes.load(None) if theme.name == "Arm" for row in read_rows(parse_text(found[-2].after).document).rows)  # fmt: skip


@pytest.mark.slow
@xengit.needed
def test_between_any_two_real_trees() -> None:
    texts = [
        xengit.text(xengit.ref(branch), "SUPPORT.md")
        for branch in ("stable-4.12", "stable-4.16", "stable-4.19", "master")
    ]
    for before, after in pairwise(texts):
        assert before and after
        found = steps(before, after, "theme", themes.load(None))
        assert found[-1].after == after and len(found) <= 20
        assert [step.before for step in found] == [before, *(step.after for step in found[:-1])]
