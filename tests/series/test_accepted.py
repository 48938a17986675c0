"""What happens after a series was applied: it ends, the next begins at v1; what went in is said, with its commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.series import walk
from tests.series.walk import STAGING, Walk, body, subjects
from tests.update.worlds import changed, commit


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Walk:
    made = walk.make(tmp_path, capsys)
    made.updated()
    return made


def edit(world: Walk, *changes: tuple[int, int, str]) -> None:
    world.features(["4.20"], changed(*changes))
    world.updated()


def test_after_v1_was_applied_the_next_edit_is_v1_again(world: Walk) -> None:
    edit(world, (0, 3, "Tech Preview"))
    mails = world.series()
    assert subjects(mails) == ["[PATCH RFC] SUPPORT.md: CPU Hotplug, x86: Tech Preview, was Experimental"]
    world.series("--mark-posted")
    (applied,) = world.apply(mails)
    world.updated()
    world.series()
    assert "nothing to send" in world.out and "v1: 1 of 1 patches are in staging-4.20" in world.out
    assert applied[:12] in world.out and "by content" not in world.out
    edit(world, (0, 3, "Tech Preview"), (3, 3, "Experimental"))
    mails = world.series()
    assert subjects(mails) == ["[PATCH RFC] SUPPORT.md: xl: Experimental, was Supported"]
    assert f"SUPPORT.md: CPU Hotplug, x86: Tech Preview, was Experimental: {applied[:12]}" in world.err
    assert "that series is done; the next one begins at v1" in world.err
    assert "Changes" not in body(mails[0]) and "Range-diff" not in body(mails[0]) and "Ann" not in body(mails[0])
    assert world.series() and "that series is done" not in world.err
    world.series("--mark-posted")
    assert world.git("rev-parse", "refs/xen-support/4.20/posted/2/v1") == world.git("rev-parse", "series/4.20")
    edit(world, (0, 3, "Tech Preview"), (3, 3, "Tech Preview"))
    (mail,) = world.series()
    assert subjects([mail]) == ["[PATCH RFC v2] SUPPORT.md: xl: Tech Preview, was Supported"]
    assert "Changes in v2:\n- Tools / xl: Tech Preview, was Experimental\n" in body(mail) and "CPU" not in body(mail)


@pytest.mark.slow
def test_what_was_squashed_and_reworded_upstream_is_known_by_its_content(world: Walk) -> None:
    edit(world, (0, 3, "Tech Preview"), (3, 3, "Experimental"))
    world.series("--split", "section")
    world.series("--mark-posted")
    text = world.file()
    commit(world.repo, STAGING, {"SUPPORT.md": text}, "SUPPORT.md: all in one, by a committer")
    world.updated()
    world.series()
    assert "v1: 2 of 2 patches are in staging-4.20" in world.out and "by content" in world.out
    edit(world, (0, 3, "Supported"), (3, 3, "Experimental"))
    assert subjects(world.series())[0].startswith("[PATCH RFC] ")


def test_partly_applied_the_rest_goes_on_as_v2_and_the_log_says_so(world: Walk) -> None:
    edit(world, (0, 3, "Tech Preview"), (3, 3, "Experimental"))
    mails = world.series("--split", "section")
    assert len(mails) == 3
    world.series("--mark-posted")
    (applied,) = world.apply(mails[1:2])
    world.updated()
    mails = world.series("--split", "section")
    assert subjects(mails) == ["[PATCH RFC v2] SUPPORT.md: xl: Experimental, was Supported"]
    said = f"SUPPORT.md: CPU Hotplug, x86: Tech Preview, was Experimental: applied as {applied[:12]}"
    assert f"Changes in v2:\n- {said[:60]}" in body(mails[0]) and applied[:12] in body(mails[0])
    assert "v1: 1 of 2 patches are in staging-4.20" in world.err and "is not in v2" not in world.err


@pytest.mark.slow
def test_a_person_who_knows_better(world: Walk) -> None:
    edit(world, (0, 3, "Tech Preview"))
    world.series()
    world.series("--mark-posted")
    edit(world, (0, 3, "Supported"))
    assert subjects(world.series("--new"))[0].startswith("[PATCH RFC] SUPPORT.md")
    world.series("--mark-posted")
    edit(world, (0, 3, "Deprecated"))
    assert subjects(world.series())[0].startswith("[PATCH RFC v2] ")
    world.series("--abandon")
    assert "v2 is given up; the next series begins at v1" in world.out
    assert subjects(world.series())[0].startswith("[PATCH RFC] SUPPORT.md") and "Changes in" not in body(
        world.series()[0]
    )


@pytest.mark.slow
def test_staging_ahead_of_the_stable_branch_is_no_endless_loop(world: Walk) -> None:
    edit(world, (0, 3, "Tech Preview"))
    text = world.git("cat-file", "blob", f"{STAGING}:SUPPORT.md") + "\n"
    commit(world.repo, STAGING, {"SUPPORT.md": text.replace("The toolstack.", "The one toolstack.")})
    world.series(status=1)
    assert "run `xen-support update` first" in world.err
    world.updated()
    (mail,) = world.series()
    assert "The one toolstack." in world.file() and "toolstack" not in body(mail).partition("diff --git")[0]
