"""The gate before a tag."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.lint import engine
from convert.lint.banner import minor
from convert.lint.catalogue import chosen
from convert.lint.registry import Gate
from grammar.source import Source
from tests.release.worlds import World, support

DATES = ("2026-07-30", "2029-07-30", "2031-07-30")
CHANGELOG = "## [4.22.0](https://xenbits.xenproject.org/gitweb/?p=xen.git;a=shortlog;h=RELEASE-4.22.0) - 2026-07-30\n"


def codes(world: World, *arguments: str) -> list[tuple[str, str]]:
    done = world.run("--check", *arguments, "--format", "json")
    return [(one["code"], one["severity"]) for ref in done.json["refs"] for one in ref["findings"]]


def test_in_order(world: World) -> None:
    world.tree("staging-4.22", "4.22.0", support("4.22", *DATES, notes="4.22"), **{"CHANGELOG.md": CHANGELOG})
    world.tag("RELEASE-4.22.0", "staging-4.22", "2026-07-29")
    done = world.run("--check", "RELEASE-4.22.0")
    assert (done.status, done.err) == (0, "")
    assert done.out == "RELEASE-4.22.0 (4.22.0, judged on 2026-07-29): in order\n"
    assert world.run("--check", "RELEASE-4.22.0", "RELEASE-4.22.0", "refs/tags/RELEASE-4.22.0").out == done.out
    assert codes(world, "staging-4.22", "--as", "RELEASE-4.22.0", "--today", "2026-07-30") == []


@pytest.mark.parametrize(
    ("makefile", "tag", "text", "code"),
    [
        ("4.22.0-rc4", "RELEASE-4.22.0", support("4.22", *DATES, notes="4.22"), "XS510"),
        ("4.22.0-rc4", "4.22.0-rc4", support("4.22", *DATES, notes="4.22"), "XS510"),
        ("4.22.0-rc4", "4.22.0-rc3", support("4.22-rc"), "XS512"),
        ("4.22.0", "RELEASE-4.22.1", support("4.22", *DATES, notes="4.22"), "XS512"),
        ("4.22-rc", "4.21.0-rc1", support("4.22-rc"), "XS512"),
        ("4.22.0", "RELEASE-4.22.0", support("4.22", *DATES, notes="X.YY"), "XS504"),
        ("4.22.0", "RELEASE-4.22.0", support("4.22", *DATES, notes="4.21"), "XS508"),
        ("4.22.0", "RELEASE-4.22.0", support("4.22", *DATES, notes="unnumbered"), "XS508"),
        ("4.22.0", "RELEASE-4.22.0", support("4.22", *DATES, notes=None), "XS509"),
        ("4.22.0", "RELEASE-4.22.0", support("4.22", "2026-07-30", "TBD", "TBD", notes="4.22"), "XS504"),
        ("4.22.0", "RELEASE-4.22.0", support("4.22", "2026-08-30", "2029-08-30", "2031-08-30", notes="4.22"), "XS513"),
        ("4.22.0", "RELEASE-4.22.0", support("4.22", "2026-07-30", "2028-01-30", "2029-07-30", notes="4.22"), "XS507"),
        ("4.22.1-pre", "4.22.1-rc1", support("4.22-rc"), "XS510"),
    ],
)
def test_findings_are_errors(world: World, makefile: str, tag: str, text: str, code: str) -> None:
    world.tree("staging-4.22", makefile, text)
    found = codes(world, "staging-4.22", "--as", tag, "--today", "2026-07-29")
    assert (code, "error") in found and {severity for _, severity in found} == {"error"}
    assert world.run("--check", "staging-4.22", "--as", tag, "--today", "2026-07-29").status == 1


@pytest.mark.parametrize(
    ("changelog", "words"),
    [
        ("# nothing\n", "no section for 4.22.0"),
        (CHANGELOG.replace("4.22.0]", "4.22.0 UNRELEASED]"), "UNRELEASED"),
        (CHANGELOG.replace("RELEASE-4.22.0", "staging"), "h=staging"),
        (CHANGELOG.replace("2026-07-30", "2026-07-31"), "2026-07-31"),
        (CHANGELOG.replace("2026-07-30", "TBD"), "missing"),
    ],
)
def test_the_changelog_of_a_first_release(world: World, changelog: str, words: str) -> None:
    world.tree("staging-4.22", "4.22.0", support("4.22", *DATES, notes="4.22"), **{"CHANGELOG.md": changelog})
    done = world.run("--check", "staging-4.22", "--today", "2026-07-30")
    assert done.status == 1 and "staging-4.22:CHANGELOG.md: error: XS514" in done.out and words in done.out
    world.commit("staging-4.22", {"xen/Makefile": None})
    assert "XS511" in world.run("--check", "staging-4.22").out


def test_the_banner(world: World) -> None:
    rc = "#####\n _ __ ___\n| '__/ __|\n| | | (__\n|_|  \\___|\n#####\n\nhttps://xenproject.org\n"
    world.tree("staging-4.22", "4.22.0", support("4.22", *DATES, notes="4.22"), README=rc)
    assert codes(world, "staging-4.22", "--today", "2026-07-30") == [("XS515", "error")]
    world.tree("staging-4.22", "4.22.0-rc1", support("4.22-rc"), README=rc)
    assert codes(world, "staging-4.22") == []


BANNER = r"""
######################################
__  __            _  _    ____  ____
\ \/ /___ _ __   | || |  |___ \|___ \
 \  // _ \ '_ \  | || |_   __) | __) |
 /  \  __/ | | | |__   _| / __/ / __/|
/_/\_\___|_| |_|    |_|(_)_____|_____|

######################################
"""


@pytest.mark.parametrize(
    ("drawn", "number"),
    [
        (BANNER, "22"),
        ("#\n _  _    _ ____\n| || |  / |___ \\\n| || |_ | | __) |\n|__   _|| |/ __/\n   |_|(_)_|_____|\n#\n", "12"),
        (BANNER.replace("(_)", "(-)"), None),
        ("nothing\nof\nthat\nkind\n|_|(_)\n", None),
        ("", None),
    ],
)
def test_the_number_in_a_banner(drawn: str, number: str | None) -> None:
    assert minor(drawn) == number


def test_a_banner_of_another_number(world: World) -> None:
    world.tree("staging-4.22", "4.22.0", support("4.22", *DATES, notes="4.22"), README=BANNER)
    assert codes(world, "staging-4.22", "--today", "2026-07-30") == []
    world.tree("staging-4.22", "4.21.0", support("4.21", *DATES, notes="4.21"), README=BANNER)
    done = world.run("--check", "staging-4.22", "--today", "2026-07-30")
    assert "README: error: XS515 the banner says .22 after the dot" in done.out


def test_a_missed_extension_is_a_warning_for_thirty_days(world: World) -> None:
    old = support("4.20", "2025-03-05", "2026-09-05", "2028-03-05", notes="4.20")
    world.tree("stable-4.20", "4.20.3", old)
    assert set(codes(world, "4.20", "--today", "2026-02-10")) == set()
    assert set(codes(world, "4.20", "--today", "2026-03-13")) == {("XS507", "warning")}
    assert set(codes(world, "4.20", "--today", "2026-03-14")) == {("XS507", "error")}
    world.tree("stable-4.20", "4.20.3", old.replace("2028-03-05", "2028-03-06"))
    assert ("XS507", "error") in codes(world, "4.20", "--today", "2026-03-01")


def test_a_point_release_after_the_end_is_a_warning(world: World) -> None:
    world.tree("stable-4.16", "4.16.7", support("4.16", "2021-12-02", "2023-06-02", "2024-12-02", notes="4.16"))
    world.tag("RELEASE-4.16.7", "stable-4.16", "2024-12-04")
    assert codes(world, "RELEASE-4.16.7") == [("XS516", "warning")]
    assert world.run("--check", "RELEASE-4.16.7").status == 0
    assert world.run("--check", "RELEASE-4.16.7", "--fail-on", "warning").status == 1


def test_all_branches(world: World) -> None:
    world.tree("master", "4.22-rc", support("4.22-rc"))
    world.tree("stable-4.22", "4.22.0", support("4.22", *DATES, notes="4.22"))
    world.tree("stable-4.19", "4.19.6", support("4.19", "2024-07-29", "2026-01-29", "2029-07-29", notes="4.19"))
    world.tree("stable-4.10", "4.10.4", support("4.10", "2017-12-13", "2019-06-13", "2020-12-13", notes=None))
    world.tag("RELEASE-4.19.0", "stable-4.19", "2024-07-29")
    done = world.run("--check", "--branches", "--today", "2026-08-01", "--format", "json")
    found = {ref["ref"]: [(one["code"], one["severity"]) for one in ref["findings"]] for ref in done.json["refs"]}
    assert found == {"master": [("XS517", "error")], "stable-4.22": [("XS518", "warning")], "stable-4.19": []}
    assert ("XS518", "error") in codes(world, "--branches", "--today", "2026-09-01")
    world.tree("stable-4.21", "4.21.0", support("4.21-rc"))
    assert ("XS510", "error") in codes(world, "--branches", "--today", "2026-08-01")
    soon = codes(world, "--branches", "--today", "2029-07-01")
    assert ("XS519", "warning") in soon


def test_unreadable_and_wrong_arguments(world: World) -> None:
    world.commit("master", {"README": "x"})
    assert world.run("--check").status == 2
    for wrong in (("nonsense",), ("master", "--as", "v4.20"), ("--branches", "master"), ("rc",)):
        done = world.run("--check", *wrong)
        assert done.status == 2 and done.err and "Traceback" not in done.err


def test_a_branch_is_judged_by_the_day_of_the_tag_that_it_has(world: World) -> None:
    world.tree("stable-4.22", "4.22.0", support("4.22", *DATES, notes="4.22"))
    assert codes(world, "4.22", "--today", "2026-11-26") == [("XS513", "error")]
    world.tag("RELEASE-4.22.0", "stable-4.22", "2026-07-29")
    assert codes(world, "4.22", "--today", "2026-11-26") == []


def test_a_tree_that_is_not_ready_at_all(world: World) -> None:
    world.tree("master", "4.23-unstable", support("4.23-unstable"))
    done = world.run("--check", "--as", "RELEASE-4.23.0")
    assert "HEAD:SUPPORT.md:7:18: error: XS512 the tag is RELEASE-4.23.0, and Xen-Version is 4.23-unstable" in done.out
    assert "HEAD:xen/Makefile: error: XS512" in done.out


def test_head_is_the_default(world: World) -> None:
    world.tree("master", "4.23-unstable", support("4.23-unstable"))
    done = world.run("--check", "--format", "json").json
    assert [ref["ref"] for ref in done["refs"]] == ["HEAD"] and done["refs"][0]["release"][
        "Xen-Version"
    ] == "4.23-unstable"


@given(
    st.binary(max_size=80),
    st.sampled_from(
        ["", "XEN_VERSION = 4\nXEN_SUBVERSION = 22\nXEN_EXTRAVERSION ?= .0\n", "\0", "XEN_VERSION = 9999999"]
    ),
    st.text(max_size=60),
    st.sampled_from([None, "RELEASE-4.22.0", "4.22.0-rc1", "x"]),
)
def test_nothing_in_a_tree_makes_the_gate_fall_over(data: bytes, makefile: str, beside: str, tag: str | None) -> None:
    source = Source("S", support("4.22", *DATES, notes="4.22").encode().replace(b"Feature\n", data + b"\n", 1))
    gate = Gate(tag, f"## [4.22.0{beside}](x;h={beside}) - {beside}\n", beside)
    for text in (source, Source("S", data)):
        engine.run(text, chosen(("XS3", "XS5"), ()), day=date(2026, 7, 30), makefile=makefile, gate=gate)
