"""What version 0.1.0 left in a repository is read: refs, pending merges, notes, series branches (the bundle is its own work)."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from convert import cli

BUNDLE = Path(__file__).parent / "state-0.1.0.bundle"


@dataclass
class Left:
    """The repository as 0.1.0 left it, its workbooks, and what the last run said."""

    repo: Path
    sheets: Path
    capture: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", "-C", str(self.repo), *words], capture_output=True, text=True, check=True)
        return done.stdout.removesuffix("\n")

    def run(self, command: str, *words: str) -> int:
        status = cli.main([command, *words, "--repo", str(self.repo)])
        self.out, self.err = self.capture.readouterr()
        return status

    def update(self, sheet: int, *words: str) -> int:
        return self.run("update", str(self.sheets / str(sheet)), *words)

    def file(self, ref: str) -> str:
        return self.git("cat-file", "blob", f"{ref}:SUPPORT.md") + "\n"


def unpack(repo: Path, ref: str, folder: Path) -> None:
    """The files of a fixture's ref in a folder."""
    names = subprocess.run(
        ["git", "-C", str(repo), "ls-tree", "-r", "--name-only", ref], capture_output=True, text=True
    )
    for name in names.stdout.splitlines():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(
            subprocess.run(["git", "-C", str(repo), "cat-file", "blob", f"{ref}:{name}"], capture_output=True).stdout
        )


@pytest.fixture
def left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Left:
    repo = tmp_path / "xen"
    subprocess.run(["git", "init", "-q", "-b", "nothing", str(repo)], check=True)
    made = Left(repo, tmp_path / "sheets", capsys)
    made.git("config", "user.name", "Ian Sheet")
    made.git("config", "user.email", "ian@example.org")
    made.git("fetch", "-q", str(BUNDLE), "refs/*:refs/*")
    unpack(repo, "refs/fixture/state", repo / ".git" / "xen-support")
    unpack(repo, "refs/fixture/sheets", made.sheets)
    unpack(repo, "refs/fixture/description", tmp_path / "words")
    made.git("config", "branch.series/master.description", (tmp_path / "words" / "description").read_text())
    return made


def test_a_base_is_read_and_the_next_one_keeps_the_branch(left: Left) -> None:
    old = left.git("rev-parse", "refs/xen-support/master/base")
    assert left.update(3, "--tree", "master") == 0 and "committed" not in left.out
    new = "refs/xen-support/master/base"
    assert left.git("rev-parse", f"{new}^") == old and left.git("rev-parse", f"{new}^2") == left.git(
        "rev-parse", "support/master"
    )
    assert left.update(2, "--tree", "master") == 0
    assert "Status, x86: Experimental" in left.file("support/master")
    assert left.update(3, "--tree", "master") == 0
    assert "Status, x86: Tech Preview" in left.file("support/master") and "More words on paging." in left.file(
        "support/master"
    )


@pytest.mark.slow
def test_a_lost_branch_of_that_time_is_not_made_from_the_base(left: Left) -> None:
    tip = left.git("rev-parse", "support/master")
    left.git("update-ref", "-d", "refs/heads/support/master")
    assert left.update(3, "--tree", "master") == 1 and "its branch support/master is gone" in left.err
    left.git("branch", "support/master", tip)
    assert left.update(3, "--tree", "master") == 0 and left.git("rev-parse", "support/master") == tip


def test_a_waiting_merge_is_concluded(left: Left) -> None:
    assert left.update(3, "--tree", "4.20") == 1 and "a merge is waiting in" in left.err
    assert left.run("update", "--continue", "--theirs", "cpu-hotplug--x86", "--tree", "4.20") == 0
    assert "Status, x86: Tech Preview" in left.file("support/4.20")
    assert left.update(3, "--tree", "4.20") == 0 and "committed" not in left.out


@pytest.mark.slow
def test_a_waiting_merge_is_given_up(left: Left) -> None:
    before = left.git("for-each-ref")
    assert left.run("update", "--abort", "--tree", "4.20") == 0 and left.git("for-each-ref") == before
    assert left.update(3, "--tree", "4.20") == 1 and "1 conflict: cpu-hotplug--x86" in left.out


def test_what_a_killed_run_noted_is_finished(left: Left) -> None:
    assert (left.repo / ".git" / "xen-support" / "4.19" / "merge").exists()
    left.update(1, "--tree", "4.19")
    assert not (left.repo / ".git" / "xen-support" / "4.19" / "merge").exists()


@pytest.mark.parametrize("schema", ["xen-support.update/7", "xen-support.update/0", "else"])
def test_a_waiting_merge_of_a_later_version_is_refused_by_name(left: Left, schema: str) -> None:
    file = left.repo / ".git" / "xen-support" / "4.20" / "merge" / "state.json"
    file.write_text(file.read_text().replace("xen-support.update/1", schema))
    assert left.run("update", "--continue", "--tree", "4.20") == 2
    later = "a later version, as xen-support.update/7" in left.err
    assert later if schema.endswith("7") else "not the state of an update" in left.err
    assert left.run("update", "--abort", "--tree", "4.20") == 0


def mails(left: Left, folder: Path) -> list[str]:
    return [path.read_text() for path in sorted(folder.glob("*.patch"))]


def test_a_series_of_that_time_goes_on_with_its_words_tags_and_log(left: Left, tmp_path: Path) -> None:
    old = left.git("rev-parse", "refs/xen-support/master/series")
    assert left.run("series", "-o", str(tmp_path / "v2"), "-s") == 0, left.err
    found = mails(left, tmp_path / "v2")
    assert (
        "Subject: [PATCH RFC v2 0/2]" in found[0]
        and "Greetings from Ian." in found[0]
        and "Changes since v1:" in found[0]
    )
    assert "has changed: dropped Reviewed-by: Rob View <rob@example.org>" in left.err
    assert "From: Rita Hand <rita@example.org>" in found[2] and "Asked for on the list." in found[2]
    assert "Subject: [PATCH RFC v2 1/2] SUPPORT.md: update 2 features" in found[1]
    assert (
        "- CPU Hotplug, x86: Tech Preview, was Experimental.\n- " in found[1]
        or "- Paging: Supported, was Tech Preview.\n" in found[1]
    )
    assert left.run("series", "--mark-posted") == 0 and left.git("rev-parse", "refs/xen-support/master/posted/v2")
    left.git("merge-base", "--is-ancestor", old, "refs/xen-support/master/series")  # a push of it is no force


def test_a_record_of_a_later_version_is_refused_by_name(left: Left, tmp_path: Path) -> None:
    record = "refs/xen-support/master/series"
    text = left.git("cat-file", "blob", f"{record}:series.json").replace("xen-support.series/1", "xen-support.series/8")
    file = tmp_path / "series.json"
    file.write_text(text)
    blob = left.git("hash-object", "-w", str(file))
    (tmp_path / "listing").write_text(f"100644 blob {blob}\tseries.json\n")
    tree = subprocess.run(
        ["git", "-C", str(left.repo), "mktree"],
        input=(tmp_path / "listing").read_text(),
        capture_output=True,
        text=True,
    ).stdout.strip()
    left.git("update-ref", record, left.git("commit-tree", "-m", "x", "-p", record, tree))
    assert left.run("series", "-o", str(tmp_path / "out")) == 2
    assert "written by xen-support 0.1.0, a later version, as xen-support.series/8" in left.err
