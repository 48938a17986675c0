"""xsa check on the mill: every rule of a verdict, every option, every exit status."""

from __future__ import annotations

import io
import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from convert.xsa import formats
from tests.helpers.repositories import git
from tests.xsa.running import check, run, verdicts
from tests.xsa.world import VERDICTS, World, at, put

SCHEMAS = Path(__file__).resolve().parents[2] / "convert" / "schemas"


def valid(name: str, value: object) -> None:
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(value, schema)


@pytest.mark.parametrize("ref", VERDICTS)
def test_verdicts(ref: str, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = check(capsys, world, ref, "--format", "json")
    found = verdicts(done)
    assert {n: found[ref, n] for n in VERDICTS[ref]} == VERDICTS[ref]
    valid("xsa-check", done.json)
    for row in done.json["rows"]:
        for patch in row["patches"]:
            if patch["verdict"] == "applied":  # never without a commit and what speaks for it
                assert patch["commits"] and patch["how"]


def test_how_each_was_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = check(capsys, world, "stable-4.30", "--format", "json")
    patches = {row["xsa"]: row["patches"] for row in done.json["rows"]}
    how = {n: {patch["how"] for patch in patches[n]} for n in (8001, 8002, 8003, 8016, 8017)}
    assert how == {8001: {"patch-id"}, 8002: {"patch-id"}, 8003: {"subject"}, 8016: {"lines"}, 8017: {"patch-id"}}
    assert set(patches[8016][0]["commits"]) == {world.commits["8016-key"], world.commits["8016-lever"]}
    assert patches[8017][0]["evidence"]["number"] is False
    assert patches[8018][0]["commits"] and patches[8018][0]["evidence"]["lines"] < 0.3
    assert patches[8001][0]["evidence"]["links"] == [world.commits["8001"]]
    story = [world.commits[key] for key in ("8005@stable-4.30", "8005-revert", "8005-again")]
    assert patches[8005][0]["reverts"] == story and patches[8005][0]["commits"] == story[2:]
    tag = check(capsys, world, "RELEASE-4.30.1", "--xsa", "8005", "--format", "json").json["rows"][0]["patches"][0]
    assert tag["reverts"] == story[:2] and tag["commits"] == story[:1]


def test_text_has_problems_first_and_names_what_is_absent(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = check(capsys, world, "RELEASE-4.30.1")
    lines = done.out.splitlines()
    assert lines[0].startswith("RELEASE-4.30.1  ")
    partial = next(line for line in lines if "XSA-8004" in line)
    assert (
        "partial 1/3" in partial
        and 'xsa8004/xsa8004-2.patch "dam: raise it, part 2"' in partial
        and "(4.30 has it: " in partial
    )
    assert done.status == 2 and lines[-1].startswith("not known: 1 unchecked; not ready: ")
    assert "8010 on 2099-01-01" in lines[-2] and "8010.patch" not in done.out
    assert "8001" not in done.out
    assert "(master has it: " in done.out and not re.search("[0-9a-f]{40} has it", done.out)
    verbose = check(capsys, world, "RELEASE-4.30.1", "-v")
    assert "XSA-8001 applied" in verbose.out and "(patch-id)" in verbose.out


def test_exit_statuses(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(capsys, world, "stable-4.30", "--xsa", "8001,8007,XSA-8009,8010,8011").status == 0
    for number in (8006, 8018, 8013, 8015):
        assert check(capsys, world, "stable-4.30", "--xsa", number).status == 1
    assert check(capsys, world, "stable-4.30", "--xsa", 8020).status == 2
    assert check(capsys, world, "stable-4.29", "--xsa", 8001).status == 1  # unsupported
    for wrong in (
        ["nosuch"],
        ["stable-4.30", "--xsa", "9999"],
        ["stable-4.30", "--xsa", "x"],
        ["stable-4.30", "--since", "2025-02-30"],
    ):
        assert check(capsys, world, *wrong).status == 2
    assert run(capsys, "check", "stable-4.30", "--repo", world.repo, "--from", "/nosuch").status == 2


def test_selection_is_by_date_never_by_number(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = check(capsys, world, "stable-4.30", "--since", "2025-06-01", "--format", "json")
    assert [row["xsa"] for row in done.json["rows"]] == [8001, 8010]
    before = run(
        capsys, "check", "stable-4.30", "--repo", world.repo, "--from", world.public, "--today", "2025-06-29", "--xsa", "8001", "--format", "json"
    )  # fmt: skip
    assert before.json["rows"][0]["verdict"] == "embargoed" and before.json["rows"][0]["title"] is None


def test_default_refs_are_those_with_security_support(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = check(capsys, world, "--xsa", "8001", "--format", "json")
    assert [ref["ref"] for ref in done.json["refs"]] == ["master", "stable-4.31", "stable-4.30"]
    table = check(capsys, world, "supported", "--xsa", "8002")
    assert table.out.splitlines()[:2] == [
        "XSA   master   stable-4.31  stable-4.30",
        "8002  applied  missing      applied",
    ]


def test_support_is_judged_on_the_day_of_the_advisory_or_on_the_one_given(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    late = ("check", "stable-4.30", "--repo", world.repo, "--from", world.public, "--xsa", "8008", "--format", "json")
    assert run(capsys, *late, "--today", "2028-03-05").json["rows"][0]["verdict"] == "unsupported"
    assert run(capsys, *late).json["rows"][0]["verdict"] == "not-needed"


def test_another_tree_is_read_at_the_revision_that_is_pinned(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from tests.xsa.world import Repository, body

    qemu = Repository(tmp_path / "qemu")
    qemu.commit("master", "begin", files={"hw/axle.c": body("axle")})
    edit = ("hw/axle.c", *at("axle", 5)[1:])
    qemu.tag("qemu-4.30.0", "master")
    missing = check(capsys, world, "stable-4.30", "--xsa", "8020", "--tree", f"qemuu={qemu.path}")
    assert missing.status == 2 and "has no qemu-4.30.1" in missing.err
    qemu.commit("master", "axle: grease the fifth turn", edit)
    qemu.tag("qemu-4.30.1", "master")
    qemu.commit("master", "undo", ("hw/axle.c", edit[2], edit[1]))
    done = check(capsys, world, "stable-4.30", "--xsa", "8020", "--tree", f"qemuu={qemu.path}", "--format", "json")
    assert done.status == 0 and verdicts(done) == {("stable-4.30", 8020): "applied"}
    for wrong in ("qemuu", "=x", f"qemuu={tmp_path}/none"):
        assert check(capsys, world, "stable-4.30", "--tree", wrong).status == 2


def test_two_names_of_one_branch_are_one(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    once = check(capsys, world, "stable-4.30", "--xsa", "8001", "--format", "json").json
    twice = check(capsys, world, "4.30", "stable-4.30", "--xsa", "8001", "--format", "json").json
    assert (twice["refs"], twice["rows"]) == (once["refs"], once["rows"]) and len(once["rows"]) == 1


@pytest.mark.parametrize(
    ("name", "words"), [("", "--from '': name a directory"), ("ftp://x/xsa/", "begins with https:// or http://")]
)
def test_a_source_that_is_none_is_never_another_one(
    name: str, words: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty one, of a variable that is not set, is not the public server."""
    done = run(capsys, "check", "stable-4.30", "--repo", world.repo, "--from", name)
    assert done.status == 2 and words in done.err


def test_for_release_judges_staging(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = check(capsys, world, "stable-4.30", "--for-release", "--xsa", "8015,8006", "--format", "json")
    assert verdicts(done) == {("staging-4.30", 8015): "applied", ("staging-4.30", 8006): "missing"}
    assert "staging-4.30 is judged" in done.err
    soon = run(
        capsys, "check", "staging-4.30", "--repo", world.repo, "--from", world.public, "--today", "2098-12-20", "--for-release", "--xsa", "8010"
    )  # fmt: skip
    assert "XSA-8010 becomes public on 2099-01-01" in soon.err
    assert check(capsys, world, "stable-4.31", "--for-release").status == 2  # there is no staging-4.31


def test_with_my_own_patches(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "gate.patch").write_bytes((world.public / "xsa8006.patch").read_bytes())
    done = check(capsys, world, "stable-4.30", "--xsa", "8006", "--with", tmp_path, "--format", "json")
    assert done.status == 0 and done.json["rows"][0]["patches"][0]["with"] == "gate.patch"
    assert check(capsys, world, "stable-4.30", "--xsa", "8006", "--with", tmp_path / "none").status == 2
    lines = check(capsys, world, "stable-4.30", "--patches", world.public).out.splitlines()
    said = {line.split(": ")[0]: line.split(": ", 1)[1] for line in lines}
    assert said["xsa8001.patch"] == f"in stable-4.30 as {world.commits['8001@stable-4.30']} (patch-id)"
    assert said["xsa8006.patch"] == "not in stable-4.30"
    patches = check(capsys, world, "RELEASE-4.30.1", "--patches", world.public, "--format", "json")
    valid("xsa-patches", patches.json)
    assert patches.status == 0 and not next(p for p in patches.json["patches"] if p["patch"] == "xsa8005.patch")["in"]


def test_decisions_are_printed_and_idle_ones_are_a_warning(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "accepted"
    file.write_text(
        "# reviewed\nXSA-8006 stable-4.30 xsa8006.patch missing the gate is not built here\n"
        "8001 stable-4.30 xsa8001.patch missing was never so\n8020 4.30 * unchecked seen by hand\n"
    )
    done = check(capsys, world, "stable-4.30", "--xsa", "8001,8006,8020", "--accept", file)
    assert done.status == 0
    assert "XSA-8006 missing, accepted: xsa8006.patch: the gate is not built here" in done.out
    assert f"{file}:3: warning: the decision on XSA-8001" in done.err and ":2:" not in done.err
    file.write_text("8006 stable-4.30 xsa8006.patch not-needed no gate in this build\n")
    done = check(capsys, world, "stable-4.30", "--xsa", "8006", "--accept", file)
    assert (done.status, done.err) == (0, "")
    assert "XSA-8006 missing, accepted as not needed: xsa8006.patch: no gate in this build" in done.out
    file.write_text("8006 stable-4.30 xsa8006.patch reverted it is not\n")
    assert check(capsys, world, "stable-4.30", "--xsa", "8006", "--accept", file).status == 1
    file.write_text("8006 stable-4.30\n")
    assert check(capsys, world, "stable-4.30", "--accept", file).status == 2


def test_what_must_go_in_before(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    done = check(capsys, world, "RELEASE-4.30.0", "--needs", "8006")
    assert done.status == 0
    assert done.out.split() == [world.commits["8005-again"]] or world.commits["8005-again"] in done.out.split()
    assert "XSA-8006 for 4.30 is applied after XSA-8005" in done.err
    assert check(capsys, world, "RELEASE-4.30.0", "--needs", "8009").status == 2
    machine = check(capsys, world, "RELEASE-4.30.0", "--needs", "8006", "--format", "json")
    valid("xsa-needs", machine.json)
    assert (machine.json["xsa"], machine.json["prereqs"], machine.json["problems"]) == (8006, [8005], [])
    assert [one["commit"] for one in machine.json["commits"]] == done.out.split()
    for words in (("--needs", "8006"), ("--patches", world.public)):
        refused = check(capsys, world, "RELEASE-4.30.0", *words, "--format", "osv")
        assert (refused.status, refused.out) == (2, "") and "has the formats text and json, not osv" in refused.err


def test_standard_input_as_a_file(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def given(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    given("8006 stable-4.30 xsa8006.patch missing the gate\n8001 stable-4.30 xsa8001.patch missing was never so\n")
    done = check(capsys, world, "stable-4.30", "--xsa", "8001,8006", "--accept", "-")
    assert done.status == 0 and "accepted: xsa8006.patch: the gate" in done.out
    assert "<stdin>:2: warning: the decision on XSA-8001" in done.err
    given("8001\txsa8001.patch\t\ttoy\n")
    done = check(capsys, world, "stable-4.30", "--list", "-", "--format", "json")
    assert done.status == 0 and [row["xsa"] for row in done.json["rows"]] == [8001]
    given("8001 xsa8001.patch\n")
    assert "<stdin>:1: no line of the form" in check(capsys, world, "stable-4.30", "--list", "-").err
    given("")
    done = check(capsys, world, "stable-4.30", "--list", "-", "--accept", "-")
    assert done.status == 2 and "only once" in done.err


@pytest.mark.parametrize("name", formats.NAMES)
def test_each_format_is_whole_and_the_same_twice(name: str, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [check(capsys, world, "stable-4.30", "RELEASE-4.30.1", "--format", name).out for _ in (1, 2)]
    if name in ("markdown", "junit", "osv", "cve-affected"):
        assert runs[0] == runs[1]
    if name == "json":
        assert json.loads(runs[0])["source"]["read"].endswith(":00Z")  # to the minute, as text
    assert "secret" not in runs[0]
    if name == "junit":
        suites = ET.fromstring(runs[0])
        assert [suite.get("name") for suite in suites] == ["stable-4.30", "RELEASE-4.30.1"]
        assert all(int(s.get("tests", 0)) == len(s) for s in suites)
        failed = [c for c in suites[0] if c.find("failure") is not None]
        assert len(failed) == int(suites[0].get("failures", 0)) > 0
    if name == "osv":
        records = {record["id"]: record for record in json.loads(runs[0])}
        assert "XSA-8010" not in records and "XSA-8009" not in records
        events = records["XSA-8001"]["affected"][0]["ranges"][0]["events"]
        assert events == [{"introduced": "0"}, {"fixed": world.commits["8001@stable-4.30"]}]
        assert "not known" in records["XSA-8001"]["affected"][0]["database_specific"]["introduced"]
    if name == "cve-affected":
        entry = next(e for e in json.loads(runs[0]) if e["xsa"] == 8001)
        assert entry["affected"][0]["versions"][0]["lessThan"] == world.commits["8001@stable-4.30"]
    if name == "markdown":
        assert "| [8006](https://xenbits.xenproject.org/xsa/advisory-8006.html) | missing |" in runs[0]


def test_a_shallow_or_partial_clone_gives_no_answer(
    world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", "--bare", "--depth", "3", f"file://{world.repo}", "shallow")
    done = run(capsys, "check", "master", "--repo", tmp_path / "shallow", "--from", world.public)
    assert done.status == 2 and "a shallow clone" in done.err and not done.out
    git(tmp_path, "clone", "-q", "--bare", str(world.repo), "partial")
    git(tmp_path / "partial", "config", "remote.origin.promisor", "true")
    done = run(capsys, "check", "master", "--repo", tmp_path / "partial", "--from", world.public)
    assert done.status == 2 and "a partial clone" in done.err


def test_a_private_checkout_needs_to_be_asked_for_what_is_not_public(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("stable-4.30", "--xsa", "8010,8012", "--format", "json")
    done = check(capsys, world, *asked, "--embargoed", source=world.private)
    assert verdicts(done) == {("stable-4.30", 8010): "missing", ("stable-4.30", 8012): "partial 1/2"}
    shy = check(capsys, world, *asked, source=world.private)
    assert (
        set(verdicts(shy).values()) == {"embargoed"}
        and "secret" not in shy.out + shy.err
        and "8010.patch" not in shy.out
    )
    assert check(capsys, world, "stable-4.30", source=world.private).status == 2  # no dates to choose by
    assert check(capsys, world, "stable-4.30", "--embargoed", source="https://example.org/xsa/").status == 2


def test_a_list_file_of_the_old_script(world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for name in ("xsa8001.patch", "xsa8006.patch"):
        put(tmp_path, name, (world.public / name).read_text())
    (tmp_path / "list").write_text("8001\txsa8001.patch\t\taxle: grease\n8006\txsa8006.patch\t\tgate: count\n")
    done = run(capsys, "check", "stable-4.30", "--repo", world.repo, "--list", tmp_path / "list", "--format", "json")
    assert verdicts(done) == {("stable-4.30", 8001): "applied", ("stable-4.30", 8006): "unknown"}
    (tmp_path / "list").write_text("8001 ../../etc/passwd\n")
    assert run(capsys, "check", "stable-4.30", "--repo", world.repo, "--list", tmp_path / "list").status == 2
