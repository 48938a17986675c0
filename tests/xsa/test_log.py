"""xsa log, list, compare, support, people on the mill."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest

from tests.xsa.running import run
from tests.xsa.test_check import valid
from tests.xsa.world import TODAY, World


def test_log_by_messages(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    first = run(capsys, "log", "RELEASE-4.30.0..RELEASE-4.30.1", "--repo", world.repo, "--format", "json")
    valid("xsa-log", first.json)
    assert [x["xsa"] for x in first.json["xsas"]] == [8001, 8002, 8003, 8004]
    assert [(r["xsa"], r["commit"], r["by"]) for r in first.json["reverts"]] == [
        (8005, world.commits["8005@stable-4.30"], [world.commits["8005-revert"]])
    ]
    parts = {x["xsa"]: x["part"] for x in first.json["xsas"]}
    assert parts[8003] and not parts[8001]
    then = run(capsys, "log", "RELEASE-4.30.1..stable-4.30", "--repo", world.repo, "--format", "json")
    assert [x["xsa"] for x in then.json["xsas"]] == [8004, 8005, 8012, 8016, 8019, 8021, 8022]
    assert {m["xsa"] for m in then.json["mentions"]} == {8006}


def test_log_by_patches_adds_what_no_message_names(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = run(
        capsys, "log", "RELEASE-4.30.1..stable-4.30", "--repo", world.repo, "--from", world.public, "--today", TODAY, "--format", "json"
    )  # fmt: skip
    valid("xsa-log", done.json)
    added = [x for x in done.json["xsas"] if x["how"] == "patch"]
    assert [(x["xsa"], x["commits"]) for x in added] == [(8017, [world.commits["8017@stable-4.30"]])]
    assert "8010" not in done.out
    text = run(
        capsys, "log", "RELEASE-4.30.1..stable-4.30", "--repo", world.repo, "--from", world.public, "--today", TODAY
    )
    assert "XSA-8017 CVE-2025-80017  the mill's trouble 8017 (by its patch, no message names it)" in text.out


def test_log_as_debian_has_it(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = run(
        capsys, "log", "RELEASE-4.30.0..stable-4.31", "--repo", world.repo, "--from", world.public, "--today", TODAY, "--format", "debian"
    )  # fmt: skip
    assert done.out == (
        f"  * Update to new upstream version 4.30.0+4-g{world.tips['stable-4.31'][:10]}, which also contains\n"
        "    security fixes for the following issues:\n"
        "    - the mill's trouble 8001\n      XSA-8001 CVE-2025-80001\n"
        "    - the mill's trouble 8007\n      XSA-8007 CVE-2025-80007\n"
        "    - the mill's trouble 8019\n      XSA-8019 CVE-2025-80019\n"
    )
    assert all(len(line) <= 79 for line in done.out.splitlines())


def test_a_doubtful_message_is_reported(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    public = tmp_path / "public"
    shutil.copytree(world.public, public)
    text = (public / "xsa.json").read_text().replace("2025-06-30 12:00", "2024-01-01 12:00")
    (public / "xsa.json").write_text(text)
    meta = (public / "xsa8019.meta").read_text().replace("xsa8019.patch", "xsa8021.patch")
    (public / "xsa8019.meta").write_text(meta)
    done = run(
        capsys,
        "log",
        "RELEASE-4.30.0..stable-4.30",
        "--repo",
        world.repo,
        "--from",
        public,
        "--today",
        TODAY,
        "--format",
        "json",
    )
    doubts = {d["xsa"]: d["why"] for d in done.json["doubts"]}
    assert "days before this commit" in doubts[8001]
    assert "is XSA-8019's, not" not in str(doubts)


def test_a_wrong_range_is_an_error(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in ("stable-4.30", "a..", "..b", "a...b", "RELEASE-4.30.0..nosuch"):
        assert run(capsys, "log", wrong, "--repo", world.repo).status == 2
    same = run(capsys, "log", "stable-4.30..stable-4.30", "--repo", world.repo)
    assert (same.status, same.out) == (0, "no advisory is fixed in this range\n")


def test_list_is_the_old_format_to_the_byte(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = run(capsys, "list", "--since", "2025-06-01", "--from", world.public, "--today", TODAY)
    assert (done.status, done.out) == (0, "8001\txsa8001.patch\t\taxle: grease the fifth turn\n")
    every = run(capsys, "list", "--from", world.public, "--today", TODAY).out.splitlines()
    assert every[0].startswith("8002\t") and every[-1].startswith("8001\t")
    assert all(line.count("\t") == 3 and "\t\t" in line for line in every)
    assert not [line for line in every if "8010" in line]
    out = tmp_path / "list"
    assert run(capsys, "list", "--from", world.public, "-o", out, "--today", TODAY).status == 0
    assert run(capsys, "list", "--from", world.public, "-o", "-", "--today", TODAY).out == out.read_text()
    assert out.read_text().splitlines() == every
    (tmp_path / "public").mkdir()
    for path in world.public.iterdir():
        (tmp_path / "public" / path.name).symlink_to(path)
    done = run(capsys, "list", "--from", tmp_path / "public", "-o", out, "--today", TODAY)
    assert (
        done.status == 2 and out.read_text().splitlines() == every
    )  # links lead out: nothing is read, nothing is written
    value = run(
        capsys, "list", "--from", world.public, "--since", "2025-03-26", "--today", TODAY, "--format", "json"
    ).json
    valid("xsa-list", value)
    assert value["xsas"][-1] == {
        "xsa": 8010,
        "date": "2099-01-01",
        "public_time": "2099-01-01T12:00:00Z",
        "embargoed": True,
    }


def test_list_of_a_prefix_is_shorter_first(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shutil.copytree(world.public, tmp_path / "p")
    for name in ("xsa8017-mast.patch", "xsa8017-mast-4.5.patch"):
        shutil.copy(world.public / "xsa8017.patch", tmp_path / "p" / name)
    lines = run(capsys, "list", "--from", tmp_path / "p", "--xsa", "8017").out.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["xsa8017.patch", "xsa8017-mast.patch", "xsa8017-mast-4.5.patch"]


def test_compare_finds_what_was_forgotten(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = run(capsys, "compare", world.private, world.public, "--today", TODAY)
    assert done.status == 1
    assert [line.split(":")[1].strip() for line in done.out.splitlines() if line.startswith("differs")] == [
        "xsa8005.meta", "xsa8005.meta", "xsa8005.meta", "xsa8012/xsa8012-4.28-02.patch"
    ]  # fmt: skip
    assert "Recipes.4.30.xen.Prereqs: 8001 in A, nothing in B" in done.out
    assert "embargoed: XSA-8010, public on 2099-01-01" in done.out
    assert "global.meta" not in done.out and "xsa8010.patch" not in done.out
    told = run(capsys, "compare", world.private, world.public, "--embargoed", "--today", TODAY, "--format", "json")
    valid("xsa-compare", told.json)
    assert told.json["embargoed_files"] == ["A: xsa8010.meta", "A: xsa8010.patch"]
    shutil.copytree(world.public, tmp_path / "p")
    assert run(capsys, "compare", tmp_path / "p", world.public, "--today", TODAY).status == 0
    (tmp_path / "p" / "xsa8004" / "xsa8004-2.patch").unlink()
    (tmp_path / "p" / "xsa8004.meta").write_text((tmp_path / "p" / "xsa8004.meta").read_text().replace("[]", "null"))
    (tmp_path / "p" / "advisory-8004.txt").write_text("x\n version 3\n")
    done = run(capsys, "compare", tmp_path / "p", world.public, "--today", TODAY)
    assert (
        done.out
        == "only in B: xsa8004/xsa8004-2.patch\ndiffers: advisory-8004: version 3 in A, 2 in B\nembargoed: XSA-8010, public on 2099-01-01\n"
    )


def test_support_says_which_row_and_where_it_is_missing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = run(capsys, "support", "--repo", world.repo)
    assert done.status == 1
    assert (
        "XSA-8014 is " in done.out
        and "security-lost Mill / Water wheel: Supported -> Supported, not security supported" in done.out
    )
    assert (
        "    on master\n    not on stable-4.31, stable-4.30\n    not on stable-4.29, whose security support had ended\n"
        in done.out
    )
    value = run(capsys, "support", "--repo", world.repo, "--format", "json").json
    valid("xsa-support", value)
    (one,) = value["statements"]
    assert one["commits"] == [world.commits["8014"]] and one["changes"][0]["kind"] == "security-lost"
    assert run(capsys, "support", "master", "--repo", world.repo).status == 0


def test_rows_know_the_advisories_that_changed_them(world: World) -> None:
    from convert.xsa.statements import by_row

    assert by_row(world.repo, [world.tips["master"], world.tips["stable-4.30"]]) == {"water-wheel": (8014,)}
    assert by_row(world.repo, [world.tips["stable-4.30"]]) == {} == by_row(world.repo, [])


def test_the_matrix_links_a_feature_to_its_advisories(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from convert import cli

    pages = [tmp_path / name for name in ("with.html", "without.html")]
    assert cli.main(["matrix", "--repo", str(world.repo), "--xsas", "-o", str(pages[0])]) == 0
    assert cli.main(["matrix", "--repo", str(world.repo), "-o", str(pages[1])]) == 0
    link = 'Changed by <a href="https://xenbits.xenproject.org/xsa/advisory-8014.html">XSA-8014</a></p>'
    assert pages[0].read_text().count(link) == 1 and "advisory-8014" not in pages[1].read_text()


MAINTAINERS = """MAINTAINERS

THE WHEELS
M:\tA Miller <miller@example.org>
M:\tB Wright <wright@example.org>
R:\tC Reader <reader@example.org>
F:\tmill/axle.c

THE REST
M:\tD Squire <squire@example.org>
S:\tSupported
F:\t*
F:\t*/
"""


def test_people_are_maintainers_who_are_not_known(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.xsa.world import Repository, body

    tree = Repository(tmp_path / "tree")
    tree.commit(
        "master", "begin", files={"MAINTAINERS": MAINTAINERS, "mill/axle.c": body("axle"), "mill/key.c": body("key")}
    )
    known = tmp_path / "known"
    known.write_text("# the team\nWright <WRIGHT@example.org>\n")
    before = sorted(tmp_path.iterdir())
    patch = world.public / "xsa8001.patch"
    done = run(capsys, "people", patch, "--known", known, "--repo", tree.path)
    assert (done.status, done.out) == (0, "A Miller <miller@example.org> mill/axle.c\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(patch.read_bytes())))
    assert run(capsys, "people", "-", "--known", known, "--repo", tree.path).out == done.out
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(known.read_bytes())))
    assert run(capsys, "people", patch, "--known", "-", "--repo", tree.path).out == done.out
    twice = run(capsys, "people", "-", "--known", "-", "--repo", tree.path)
    assert twice.status == 2 and "only once" in twice.err
    every = run(capsys, "people", patch, world.public / "xsa8016.patch", "--repo", tree.path).out.splitlines()
    assert "D Squire <squire@example.org> mill/key.c" in every and "B Wright <wright@example.org> mill/axle.c" in every
    assert sorted(tmp_path.iterdir()) == before
    other = Repository(tmp_path / "qemu")
    other.commit(
        "master",
        "begin",
        files={"MAINTAINERS": MAINTAINERS.replace("mill/axle.c", "hw/axle.c"), "hw/axle.c": body("axle")},
    )
    qemu = world.public / "xsa8020-qemuu.patch"
    done = run(capsys, "people", qemu, "--known", known, "--repo", tree.path, "--tree", f"qemuu={other.path}")
    assert done.out == "A Miller <miller@example.org> hw/axle.c\n"
    assert run(capsys, "people", qemu, "--repo", tree.path).status == 2
    assert run(capsys, "people", known, "--repo", tree.path).status == 2
