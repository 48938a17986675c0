"""branch, rc, final, extend in small repositories."""

from __future__ import annotations

import pytest

from grammar.parser import parse
from grammar.release import read_release
from grammar.source import Source
from tests.release.worlds import UNSTABLE, World, support, url

OLD = ("2025-03-05", "2026-09-05", "2028-03-05")
NEW = ("2025-03-05", "2028-03-05", "2030-03-05")


def values(world: World, ref: str) -> list[str]:
    text = world.file(ref)
    assert text is not None
    found = read_release(parse(Source("", text.encode())).document).values
    return [
        value.removeprefix(url("").partition("_Release")[0]).removesuffix("_Release_Notes") for value in found.values()
    ]


def test_branch(world: World) -> None:
    tip = world.tree("master", "4.23-unstable", support("4.22-rc"))
    done = world.run("branch", "--tree", "unstable")
    assert (done.status, done.err) == (0, "")
    assert values(world, "support/unstable") == ["4.23-unstable", *UNSTABLE, "X.YY"]
    assert world.git("rev-parse", "support/unstable^") == tip
    assert (
        world.message("support/unstable") == "SUPPORT.md: update version to 4.23-unstable\n\nXen 4.22 has branched.\n"
    )
    assert "Xen-Version: 4.23-unstable, was 4.22-rc" in done.out


def test_branch_while_the_makefile_says_the_old_number(world: World) -> None:
    world.tree("staging", "4.22.0-rc3", support("4.22-rc"))
    refused = world.run("branch", "--tree", "unstable")
    assert refused.status == 1 and "Give --version X.Y" in refused.err and world.file("support/unstable") is None
    for wrong in ("4.21", "4.22", "4", "x.y"):
        assert world.run("branch", "--tree", "unstable", "--version", wrong).status == 1
    assert world.run("branch", "--tree", "unstable", "--version", "4.23").status == 0
    assert values(world, "support/unstable")[0] == "4.23-unstable"
    assert world.run("branch", "--tree", "4.23", "--version", "4.23").status == 0


def test_rc_and_later_ones(world: World) -> None:
    world.tree("master", "4.22.0-rc1", support("4.22-unstable"))
    assert world.run("rc", "--tree", "4.22", "-s").status == 0
    assert values(world, "support/4.22") == ["4.22-rc", *UNSTABLE, "X.YY"]
    assert "Signed-off-by: Release Manager <release@example.org>" in world.message("support/4.22")
    refs = world.refs()
    again = world.run("rc", "--tree", "4.22")
    assert again.status == 0 and "nothing to change" in again.out and world.refs() == refs


def test_rc_keeps_a_link_that_is_there(world: World) -> None:
    world.tree("master", "4.22-rc", support("4.22-unstable", notes="4.22"))
    world.run("rc", "--tree", "master")
    assert values(world, "support/master")[-1] == "4.22"


@pytest.mark.parametrize(
    "text",
    [
        support("4.22-rc"),
        support("4.22-rc", "2026-07-30", "2029-07-30", "2031-07-30"),
        support("4.22", *UNSTABLE, notes="4.22"),
        support("4.22", "2026-07-30", "TBD", "TBD", notes=None),
    ],
)
def test_final_completes_what_is_half_done(world: World, text: str) -> None:
    world.tree("staging-4.22", "4.22.0-rc4", text)
    done = world.run("final", "--tree", "4.22", "--date", "2026-07-30", "--today", "2026-07-29")
    assert (done.status, done.err) == (0, "")
    assert values(world, "support/4.22") == ["4.22", "2026-07-30", "2029-07-30", "2031-07-30", "4.22"]
    message = world.message("support/4.22")
    assert message.startswith(
        "SUPPORT.md: define support lifetime\n\nXen 4.22 is released on 2026-07-30, supported until"
    )
    assert url("4.22") in message and max(map(len, message.split("\n"))) <= 75


def test_the_last_day_of_a_month(world: World) -> None:
    world.tree("stable-4.22", "4.22.0", support("4.22-rc"))
    world.run("final", "--tree", "4.22", "--date", "2024-08-31", "--today", "2024-08-31")
    assert values(world, "support/4.22")[1:4] == ["2024-08-31", "2026-02-28", "2027-08-31"]


def test_final_is_refused(world: World) -> None:
    world.tree("master", "4.23-unstable", support("4.23-unstable"))
    world.tree("staging-4.22", "4.22.0-rc4", support("4.22-rc"))
    assert "--date" in world.run("final", "--tree", "4.22").err
    far = world.run("final", "--tree", "4.22", "--date", "2026-07-30", "--today", "2026-09-15")
    assert far.status == 1 and "more than 30 days" in far.err
    world.tag("RELEASE-4.22.0", "staging-4.22", "2026-07-29")
    assert world.run("final", "--tree", "4.22", "--date", "2026-07-20", "--today", "2026-07-20").status == 1
    assert world.run("final", "--tree", "4.22", "--date", "2026-07-30", "--today", "2026-12-01").status == 0
    unstable = world.run("final", "--tree", "unstable", "--date", "2026-07-30", "--today", "2026-07-30")
    assert unstable.status == 1 and "4.23-unstable" in unstable.err


def test_final_does_not_take_back_an_extension(world: World) -> None:
    world.tree("staging-4.20", "4.20.3-pre", support("4.20", *NEW, notes="4.20"))
    world.tag("RELEASE-4.20.0", "staging-4.20", "2025-03-04")
    same = ("final", "--tree", "4.20", "--date", "2025-03-05", "--today", "2026-03-01")
    assert "nothing to change" in world.run(*same).out
    assert world.run(*same, "--shorten").status == 0
    assert values(world, "support/4.20")[2:4] == ["2026-09-05", "2028-03-05"]


def test_extend(world: World) -> None:
    world.tree("staging-4.17", "4.17.6", support("4.17", "2022-12-12", "2024-06-12", "2025-12-12", notes="4.17"))
    world.tree("staging-4.19", "4.19.5-pre", support("4.19", "2024-07-29", "2026-01-29", "2027-07-29", notes="4.19"))
    world.tree("staging-4.20", "4.20.3-pre", support("4.20", *OLD, notes="4.20"))
    done = world.run("extend", "--tree", "4.17", "4.19", "--tree", "4.20", "4.20", "--today", "2026-02-12")
    assert (done.status, done.err) == (0, "")
    subjects = [world.message(f"support/{tree}").split("\n")[0] for tree in ("4.17", "4.19", "4.20")]
    assert subjects == [
        'SUPPORT.md: revive for extended security support "lifetime"',
        'SUPPORT.md: extend security support "lifetime"',
        'SUPPORT.md: extend "lifetime"',
    ]
    assert values(world, "support/4.17")[1:4] == ["2022-12-12", "2024-06-12", "2027-12-12"]
    assert values(world, "support/4.20")[1:4] == list(NEW)
    assert "\n\nAs per https://lists.xen.org/" in world.message("support/4.20")
    early = world.run("extend", "--tree", "4.17", "--today", "2026-02-10")
    assert early.status == 0 and "nothing to extend" in early.out


def test_extend_keeps_a_later_end_unless_told(world: World) -> None:
    later = ("2025-03-05", "2029-03-05", "2035-03-05")
    world.tree("staging-4.20", "4.20.3", support("4.20", *later, notes="4.20"))
    assert "nothing to extend" in world.run("extend", "--tree", "4.20", "--today", "2026-03-01").out
    assert world.run("extend", "--tree", "4.20", "--today", "2026-03-01", "--shorten").status == 0
    assert values(world, "support/4.20")[1:4] == list(NEW)


@pytest.mark.parametrize(
    ("arguments", "makefile", "text", "why"),
    [
        (("extend",), "4.22.0-rc4", support("4.22-rc"), "not released yet"),
        (("extend",), "4.22.0-rc4", support("4.22", "2026-07-30", "TBD", "TBD"), "not released yet"),
        (("extend",), "4.22.1-pre", support("4.22"), "no day of the release"),
        (("branch", "--version", "4.23"), "4.22.1-pre", support("4.22", *NEW), "has the dates of a release"),
        (("rc",), "4.22.0", support("4.22-rc"), "it is released"),
        (("rc",), "4.22-rc", support("4.22", *NEW), "is released"),
        (("rc",), "4.220-rc", support("4.22-rc"), "4.22: no such file, branch"),
        (("rc",), "4.22", support("4.22-rc"), "an empty XEN_EXTRAVERSION"),
        (("rc",), "4.22-unstable-rc", support("4.22-rc"), '"-unstable-rc"'),
        (("rc",), "4.22-rc", support("4.22-rc", literal="\nText.\n\n    Xen-Version: 4.21\n"), "2 release literals"),
        (("rc",), "4.22-rc", support("4.22-rc").replace("    Xen-Version", "    Xn-Version"), "no release literal"),
        (("rc",), "4.22-rc", support("4.22-rc", literal="    nor: yes\n"), "XS"),
        (("rc",), "4.22-rc", support("4.22-rc", "2026-07-30", "2020-07-30", "2031-07-30"), "XS503"),
        (("rc",), "4.22-rc", support("4.22-rc").encode() + b"\xff\n", "not UTF-8"),
        (("rc", "--version", "4.21"), "4.22-rc", support("4.22-unstable"), "--version 4.21"),
    ],
)
def test_refusals(world: World, arguments: tuple[str, ...], makefile: str, text: str | bytes, why: str) -> None:
    world.tree("master", makefile, text)
    refs = world.refs()
    done = world.run(*arguments, "--tree", "4.22" if "220" in makefile else "unstable", "--today", "2026-08-01")
    assert why in done.err and done.status == (2 if "220" in makefile else 1)
    assert world.refs() == refs and "Traceback" not in done.err


def test_others_go_on_and_all_problems_come_at_once(world: World) -> None:
    world.tree("staging-4.20", "4.20.3-pre", support("4.20", *OLD, notes="4.20"))
    world.tree("staging-4.21", "0-rc", support("4.21"))
    world.tree("staging-4.22", "4.22-unstable", support("4.22"))
    done = world.run("extend", "--tree", "4.21", "4.22", "4.20", "--today", "2026-03-01")
    trees = world.run(
        "extend", "--tree", "4.21", "4.22", "4.20", "--today", "2026-03-01", "--plan", "--format", "json"
    ).json["trees"]
    assert [bool(tree["problems"]) for tree in trees] == [True, True, False]
    assert done.status == 1 and "4.21:" in done.err and "4.22:" in done.err
    assert world.file("support/4.20") and not world.file("support/4.21") and not world.file("support/4.22")


def test_plan_writes_nothing_and_says_what_else_the_step_needs(world: World) -> None:
    world.tree("staging-4.22", "4.22.0-rc4", support("4.22-rc"))
    refs = world.refs()
    done = world.run("final", "--tree", "4.22", "--date", "2026-07-30", "--today", "2026-07-29", "--plan")
    assert done.status == 0 and world.refs() == refs
    for words in ("36 months of support", "since 2026-02-11", "at this step also", "CHANGELOG.md", "MAINTAINERS"):
        assert words in done.out


def test_wrong_names_and_no_repository(world: World) -> None:
    world.tree("master", "4.23-unstable", support("4.23-unstable"))
    done = world.run("rc", "--tree", "4.9", "nonsense")
    assert done.status == 2 and "4.9" in done.err and "nonsense" in done.err
    for wrong in (
        (),
        ("now",),
        ("rc",),
        ("rc", "final", "--tree", "unstable"),
        ("rc", "--tree", "unstable", "--today", "1.2"),
    ):
        assert world.run(*wrong).status == 2
    assert world.run("--check", "--tree", "4.20").status == 2
    assert world.run("rc", "--tree", "unstable", "--as", "4.20.0-rc1").status == 2


def test_a_step_on_top_of_other_work_and_one_made_anew(world: World) -> None:
    up = world.tree("staging-4.22", "4.22.0-rc4", support("4.22-rc"))
    step = ("final", "--tree", "4.22", "--today", "2026-07-29", "--date")
    assert world.run(*step, "2026-07-30").status == 0
    assert world.run(*step, "2026-07-31").status == 0
    assert world.git("rev-parse", "support/4.22^") == up and values(world, "support/4.22")[1] == "2026-07-31"
    other = world.commit("support/4.22", {"README": "x"})
    assert world.run(*step, "2026-08-01").status == 0
    assert world.git("rev-parse", "support/4.22^") == other


def test_what_has_arrived_upstream_is_no_other_work(world: World) -> None:
    world.tree("staging-4.22", "4.22.0-rc4", support("4.22-rc"))
    world.run("final", "--tree", "4.22", "--today", "2026-07-29", "--date", "2026-07-30")
    text = world.file("support/4.22")
    assert text is not None
    up = world.tree("staging-4.22", "4.22.1-pre", text, README="new")
    assert world.run("extend", "--tree", "4.22", "--date", "2026-08-30", "--today", "2026-08-30").status == 0
    later = text.replace("2031-07-30", "2030-07-30")
    up = world.tree("staging-4.22", "4.22.1-pre", later)
    assert world.run("extend", "--tree", "4.22", "--today", "2026-08-30").status == 0
    assert world.git("rev-parse", "support/4.22^") == up


def test_both_have_changed(world: World) -> None:
    world.tree("staging-4.22", "4.22.0-rc4", support("4.22-rc"))
    world.run("final", "--tree", "4.22", "--today", "2026-07-29", "--date", "2026-07-30")
    world.tree("staging-4.22", "4.22.0-rc4", support("4.22-rc").replace("Feature\n", "Another\n"))
    done = world.run("final", "--tree", "4.22", "--today", "2026-07-29", "--date", "2026-07-31")
    assert done.status == 1 and "both changed SUPPORT.md" in done.err


def test_a_checked_out_branch_and_a_waiting_merge(world: World) -> None:
    world.tree("staging-4.22", "4.22.0-rc4", support("4.22-rc"))
    step = ("final", "--tree", "4.22", "--today", "2026-07-29", "--date", "2026-07-30")
    waits = world.repo / ".git" / "xen-support" / "4.22" / "merge"
    waits.mkdir(parents=True)
    assert "a merge of it is waiting" in world.run(*step).err
    waits.rmdir()
    world.git("branch", "support/4.22", "staging-4.22")
    world.git("checkout", "-q", "support/4.22")
    done = world.run(*step)
    assert done.status == 1 and "checked out" in done.err and world.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("reason", "body"),
    [
        ("https://example.org/a", "As per https://example.org/a."),
        ("The board decided so. " * 6, "The board decided so."),
        ("one\n\ntwo\x1b[31m", "one\n\ntwo [31m"),
    ],
)
def test_a_reason(world: World, reason: str, body: str) -> None:
    world.tree("staging-4.20", "4.20.3", support("4.20", *OLD, notes="4.20"))
    assert world.run("extend", "--tree", "4.20", "--today", "2026-03-01", "--reason", reason).status == 0
    message = world.message("support/4.20")
    assert body in message and max(map(len, message.split("\n"))) <= 75


def test_a_name_that_means_no_tree_stops_no_other(world: World) -> None:
    for name in ("4.20", "4.21"):
        world.tree(f"staging-{name}", f"{name}.3-pre", support(name, *OLD, notes=name))
    done = world.run(
        "extend", "--tree", "4.20", "--tree", "none", "--tree", "4.21", "--tree", "nor-this", "--date", "2026-07-30"
    )
    assert done.status == 2
    assert [line.split(":")[1].strip() for line in done.err.splitlines()] == ["none", "nor-this"]
    assert all(values(world, f"support/{name}")[1:4] == list(NEW) for name in ("4.20", "4.21"))


def test_a_step_that_fails_names_its_tree_and_the_others_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("4.20", "4.21"):
        world.tree(f"staging-{name}", f"{name}.3-pre", support(name, *OLD, notes=name))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "")
    done = world.run("extend", "--tree", "4.20", "4.21", "--date", "2026-07-30")
    assert done.status == 2
    assert [line.split(":")[1].strip() for line in done.err.splitlines()] == ["4.20", "4.21"]
