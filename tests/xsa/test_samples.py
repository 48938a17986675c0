"""What xen.git can take from samples/xen, and the commands that the guide names."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from convert import cli
from tests.helpers.repositories import git
from tests.xsa.running import run
from tests.xsa.world import TODAY, World

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples" / "xen"
GUIDE = (ROOT / "convert/packaging/guides/advisories.md").read_text()
CHECKLIST = "docs/process/release-technician-checklist.txt"
XEN = os.environ.get("XEN_GIT", "")


def parses(line: str) -> None:
    words = shlex.split(line)
    assert words[0] == "xen-support"
    cli.build_parser(["xsa"]).parse_args(words[1:])


def test_every_command_that_is_named_is_one() -> None:
    lines = GUIDE.split("<!-- xsa -->\n")[1].split("<!-- /xsa -->")[0].splitlines()
    commands = [line.split("#")[0].strip() for line in lines if "xen-support xsa" in line]
    assert len(lines) == 10 and len(commands) == 9
    for name in ("xsa.gitlab-ci.yml", "xsa-list.cron", "0001-docs-process-check-XSAs-before-a-tag.patch"):
        text = (SAMPLES / name).read_text().replace("$CI_COMMIT_SHA", "HEAD").replace("$x", "4.20")
        commands += re.findall(r"xen-support xsa [^|>\n&]+", text)
    assert len(commands) == 13
    for command in commands:
        parses(command.strip())


def test_the_job_and_the_cron_line_are_well_formed() -> None:
    yaml = pytest.importorskip("yaml")
    job = yaml.safe_load((SAMPLES / "xsa.gitlab-ci.yml").read_text())["xsa-check"]
    assert job["variables"]["GIT_DEPTH"] == 0 and job["artifacts"]["reports"]["junit"] == "xsa.xml"
    lines = [line for line in (SAMPLES / "xsa-list.cron").read_text().splitlines() if line[:1] not in ("#", "")]
    assert re.fullmatch(r"\d+ \* \* \* \* [\w-]+ xen-support xsa list .* -o /\S+", lines[1])


@pytest.mark.skipif(not XEN, reason="XEN_GIT names no clone of xen.git")
def test_the_patch_applies_to_the_real_staging(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "staging")
    text = subprocess.run(
        ["git", "-C", XEN, "show", f"refs/heads/staging:{CHECKLIST}"], check=True, capture_output=True
    ).stdout
    (tmp_path / CHECKLIST).parent.mkdir(parents=True)
    (tmp_path / CHECKLIST).write_bytes(text)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "staging")
    git(tmp_path, "am", "-q", str(next(SAMPLES.glob("0001-*.patch"))))
    after = (tmp_path / CHECKLIST).read_text()
    assert "xen-support xsa check $x --for-release" in after and "(Lars)" not in after


def test_how_long_advisories_would_wait_for_a_monthly_date(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    recipe = GUIDE.split("<!-- bundling -->\n")[1].split("<!-- /bundling -->")[0]
    script = "\n".join(
        line.removeprefix("    ") for line in recipe.split("python3 -c '\n")[1].split("'\n")[0].splitlines()
    )
    value = run(capsys, "list", "--from", world.public, "--today", TODAY, "--format", "json").out
    done = subprocess.run([sys.executable, "-c", script], input=value, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[-2:] == ["2025-06-30 1 advisories, delay of 8 days", "22 days of publication"]
    assert date(2025, 7, 8).weekday() == 1


@pytest.mark.skipif(not XEN, reason="XEN_GIT names no clone of xen.git")
def test_the_log_that_the_readme_shows(capsys: pytest.CaptureFixture[str]) -> None:
    shown = GUIDE.split("cut -c 1-100\n")[1].split("\n\n")[0].splitlines()
    out = run(capsys, "log", "RELEASE-4.17.2..4.17.3+10-g091466ba55", "--repo", XEN).out
    assert [line.removeprefix("    ") for line in shown] == [line[:100].rstrip() for line in out.splitlines()]
