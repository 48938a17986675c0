"""Hostile directories, broken caches, killed runs and two at once."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convert.failure import Failure
from convert.xsa.advisories import read_index, read_json, read_text, safe_name, when
from convert.xsa.facts import Facts, folder
from convert.xsa.messages import read as read_message
from convert.xsa.messages import reverted
from convert.xsa.patches import for_patch_id, lines_of, read, shared
from convert.xsa.recipes import expand, read_meta
from tests.xsa.conftest import Site
from tests.xsa.running import check, run, verdicts
from tests.xsa.world import TODAY, World, put

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(world: World, tmp_path: Path) -> Path:
    shutil.copytree(world.public, tmp_path / "public")
    return tmp_path / "public"


def entry(copy: Path, number: int, **values: object) -> None:
    """Change an advisory's entry in xsa.json."""
    data = json.loads((copy / "xsa.json").read_text())
    next(e for e in data[0]["xsas"] if e["xsa"] == number).update(values)
    (copy / "xsa.json").write_text(json.dumps(data))


def test_terminal_escapes_never_reach_the_terminal(
    copy: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = "oops\x1b[2J\x07\u202e\x9b31m\rgone"
    entry(copy, 8001, title=bad)
    entry(copy, 8006, title=bad)
    text = (copy / "xsa8006.patch").read_text()
    put(copy, "xsa8006.patch", text.replace("gate: count", f"gate: {bad} count"))
    for name in ("text", "markdown", "junit", "json"):
        done = check(capsys, world, "stable-4.30", "-v", "--format", name, source=copy)
        assert not set(done.out + done.err) & set("\x1b\x07\u202e\x9b\r") or name == "json"
        if name == "json":
            json.loads(done.out)
            assert "\x1b" not in done.out
    done = run(capsys, "list", "--from", copy, "--today", TODAY)
    assert not set(done.out) & set("\x1b\x07\u202e\x9b\r")
    done = run(capsys, "log", "RELEASE-4.30.0..stable-4.30", "--repo", world.repo, "--from", copy, "--today", TODAY)
    assert not set(done.out) & set("\x1b\x07\u202e\x9b\r")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"null", b'[{"xsas": 5}]', b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe\x00", b'[{"xsas": [{"xsa": 1e999}]}]',
        b'[{"xsas": [{"xsa": -5}, {"xsa": true}, [], null, "x"]}]', b"<html>welcome</html>", b'[{"xsas": [{"xsa": ' + b"9" * 5000 + b"}]}]",
    ],
)  # fmt: skip
def test_a_broken_list_is_exit_status_2(
    data: bytes, copy: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "xsa.json").write_bytes(data)
    done = check(capsys, world, "stable-4.30", source=copy)
    assert done.status == 2 and len(done.err) < 500 and not done.out


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "[" * 100_000, '{"XSA": 8001, "Recipes": {"4.30": {"Recipes": {"xen": {"Patches": "x"}}}}}',
        '{"XSA": 8001, "Recipes": {"4.30": {"Recipes": {"xen": {"Patches": ["../xsa8010.patch"]}}}}}',
        '{"XSA": 8001, "Recipes": {"4.30": {"Recipes": {"xen": {"Patches": ["/etc/passwd"]}}}}}',
        '{"XSA": 8001, "Recipes": {"4.30": {"Recipes": {"xen": {"Patches": ["xsa8001-nosuch.patch"]}}}}}',
        '{"XSA": 8001, "Recipes": {"4.30": {"Recipes": {"xen": {"Patches": ["xsa9*.patch"]}}}}}',
        '{"XSA": 8001, "Recipes": {"4.30": {"Recipes": {"xen": {"Patches": [' + ",".join(['"xsa8001.patch"'] * 600) + "]}}}}}",
        '{"XSA": 8001, "Recipes": {"../../x": {}}}', '{"XSA": 5, "Recipes": {}}',
    ],
)  # fmt: skip
def test_a_broken_recipe_is_never_a_green_one(
    text: str, copy: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    put(copy, "xsa8001.meta", text)
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy)
    assert done.status == 2 and "xsa8001" in done.err


def test_an_advisory_without_a_date_is_never_a_green_one(
    copy: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for date in (None, "soon", 5, "2025-13-45 12:00", "9999-99-99"):
        entry(copy, 8001, public_time=date)
        done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy)
        assert done.status == 2 and "no public date is known" in done.err and "axle" not in done.out
    for date in ("2025-06-30", "2025-06-30T12:00Z", "2025-06-30 14:00:00+0200", "2025-06-30 12:00 UTC"):
        entry(copy, 8001, public_time=date)
        assert check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy).status == 0


def test_an_entry_without_a_readable_number_is_never_a_green_one(
    copy: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = json.loads((copy / "xsa.json").read_text())
    entries = listed[0]["xsas"]
    entries += [5, {"note": "no advisory"}]
    put(copy, "xsa.json", json.dumps(listed))
    quiet = check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy)
    assert (quiet.status, quiet.err) == (0, "")
    entries += [{"xsa": "eighty"}, {"xsa": 10**30}, {"xsa": True}]
    put(copy, "xsa.json", json.dumps(listed))
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy)
    assert done.status == 2 and "xsa.json: 3 entries have no number that an advisory may have" in done.err


def test_an_unreadable_patch_is_named_in_its_row(copy: Path, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    put(copy, "xsa8006.patch", "not a patch")
    done = check(capsys, world, "stable-4.30", "--xsa", "8006", source=copy)
    assert done.status == 2
    assert any(line.endswith("could not be read: xsa8006.patch") for line in done.out.splitlines())


def test_large_and_strange_files(copy: Path, world: World, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with (copy / "xsa8001.patch").open("wb") as stream:
        stream.truncate(100 << 20)
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy)
    assert done.status == 2 and "xsa8001.patch has 100 MiB; over 4 MiB it is not" in done.err
    (copy / "xsa8001.patch").unlink()
    os.mkfifo(copy / "xsa8001.patch")
    assert check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy).status == 2
    (copy / "xsa8001.patch").unlink()
    (tmp_path / "secret").write_text("From the outside\n")
    (copy / "xsa8001.patch").symlink_to(tmp_path / "secret")
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy)
    assert done.status == 2 and "leads out of" in done.err and "outside" not in done.out
    (copy / "xsa8001.patch").unlink()
    (copy / "xsa8001.patch").write_bytes(b"\x00\xff" * 1000)
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy)
    assert done.status == 2 and "xsa8001.patch is not a patch" in done.err
    (copy / "xsa8001\x1b[2J.patch").write_bytes(b"")
    assert "\x1b" not in run(capsys, "list", "--from", copy, "--today", TODAY).out


def test_a_wrong_sha256_is_said(copy: Path, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    text = (copy / "advisory-8001.txt").read_text()
    put(copy, "advisory-8001.txt", f"{text}\n$ sha256sum xsa8001*\n{'0' * 64}  xsa8001.patch\n")
    done = check(capsys, world, "stable-4.30", "--xsa", "8001", source=copy)
    assert done.status == 2 and "xsa8001.patch does not have the sha256" in done.err


def test_embargoed_files_of_a_local_directory_are_not_spoken_of(
    copy: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    put(copy, "xsa8010-well.patch", (copy / "xsa8006.patch").read_text().replace("gate", "well"))
    put(copy, "xsa8010.meta", (copy / "xsa8006.meta").read_text().replace("xsa8006.patch", "xsa8010-well.patch"))
    entry(copy, 8010, title="the hidden well", cve=["CVE-2099-12345"])
    said = ""
    for name in ("text", "json", "markdown", "junit", "osv", "cve-affected"):
        done = check(capsys, world, "stable-4.30", "-v", "--format", name, source=copy)
        said += done.out + done.err
    for argv in (
        ("list", "--from", copy),
        ("list", "--from", copy, "--format", "json"),
        ("compare", copy, world.public),
    ):
        done = run(capsys, *argv, "--today", TODAY)
        said += done.out + done.err
    done = run(
        capsys,
        "log",
        "RELEASE-4.30.0..stable-4.30",
        "--repo",
        world.repo,
        "--from",
        copy,
        "--today",
        TODAY,
        "--format",
        "json",
    )
    said += done.out + done.err
    assert "well" not in said and "2099-12345" not in said
    done = check(capsys, world, "stable-4.30", "--xsa", "8010", "--embargoed", source=copy)
    assert "xsa8010-well.patch" in done.out


def test_a_broken_cache_is_made_anew(world: World, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    first = check(capsys, world, "stable-4.30", "--format", "json")
    store = next(folder().glob("commits-*.db"))
    for data in (b"", b"no database" * 1000, store.read_bytes()[:5000]):
        store.write_bytes(data)
        assert verdicts(check(capsys, world, "stable-4.30", "--format", "json")) == verdicts(first)
    shutil.rmtree(folder())
    folder().parent.mkdir(exist_ok=True)
    folder().write_text("a file where the folder should be")
    assert verdicts(check(capsys, world, "stable-4.30", "--format", "json")) == verdicts(first)


def test_embargoed_work_leaves_nothing_in_the_cache(
    world: World, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    check(capsys, world, "stable-4.30", "--xsa", "8010", "--embargoed", source=world.private)
    assert not folder().exists()


def _command(world: World, url: str) -> list[str]:
    code = "import sys, convert.xsa.server as s; s.PACE = 0.01; from convert.cli import main; sys.exit(main())"
    return [
        sys.executable, "-c", code, "xsa", "check", "stable-4.30", "--repo", str(world.repo), "--from", url, "--today", TODAY, "--format", "json",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_run_killed_at_any_point_leaves_the_cache_whole(
    world: World,
    site: Callable[[Path], Site],
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("convert.xsa.server.PACE", 0.0)
    there = site(world.public)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for moment in range(1, 12):
        process = subprocess.Popen(
            _command(world, there.url), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        asked = len(there.asked)
        while process.poll() is None and len(there.asked) < asked + moment * 4:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = check(capsys, world, "stable-4.30", "--format", "json", source=there.url)
    local = check(capsys, world, "stable-4.30", "--format", "json")
    assert verdicts(done) == verdicts(local)
    there.asked.clear()
    again = check(capsys, world, "stable-4.30", "--format", "json", source=there.url)
    assert verdicts(again) == verdicts(local) and there.asked == ["xsa.json"]


@pytest.mark.slow
def test_two_runs_at_once(
    world: World, site: Callable[[Path], Site], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = site(world.public)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    both = [
        subprocess.Popen(_command(world, there.url), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in (1, 2)
    ]
    said = [process.communicate() for process in both]
    assert [err for _, err in said] == [b"", b""]
    rows = [json.loads(out)["rows"] for out, _ in said]
    assert rows[0] == rows[1] == check(capsys, world, "stable-4.30", "--format", "json").json["rows"]


# -- readers never raise but Failure -----------------------------------------------------------------------------------


@given(st.binary(max_size=400))
def test_readers_take_any_bytes(data: bytes) -> None:
    for reader in (read_json, read_index, lambda d: read_meta("x.meta", d)):
        with contextlib.suppress(Failure):
            reader(data)
    read_text(data)
    for patch in read(data):
        for_patch_id(patch)
    text = data.decode("utf-8", "replace")
    read_message(text)
    reverted(text)
    when(text)
    assert not safe_name(text) or (".." not in text.split("/") and not text.startswith("/"))


_lines = st.lists(st.sampled_from(["+a", "-b", " c", "+", "-", "", "\\ No newline at end of file", "@@ -1,2 +1,2 @@", "--- a/x", "+++ b/x", "diff --git a/x b/x", "Subject: y", "-- "]), max_size=30)  # fmt: skip


@given(_lines)
@settings(max_examples=200)
def test_patches_of_any_shape_are_read_once_and_for_all(lines: list[str]) -> None:
    for patch in read("\n".join(lines).encode()):
        (again,) = read(for_patch_id(patch))
        if any(file.hunks for file in patch.files):
            assert shared(lines_of(patch.files), lines_of(again.files)) == 1.0


@given(
    st.lists(st.from_regex(r"xsa[0-9]{1,3}(-[a-z0-9.]{1,5})?\.patch", fullmatch=True), max_size=8),
    st.text("xsa0123?*[].-patch/", max_size=12),
)
def test_a_glob_names_only_what_is_listed(names: list[str], pattern: str) -> None:
    found = expand(pattern, names)
    assert not set("*?[") & set(pattern) or set(found) <= set(names)


def test_facts_are_the_same_with_and_without_the_disk(world: World, home: Path) -> None:
    commits = list(world.commits.values())
    kept, again, none = Facts(world.repo), Facts(world.repo), Facts(world.repo, keep=False)
    assert dict(kept.ids(commits)) == dict(none.ids(commits)) == dict(again.ids(commits))
    assert dict(kept.lines(commits)) == dict(none.lines(commits)) == dict(again.lines(commits))
