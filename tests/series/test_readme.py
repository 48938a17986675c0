"""The guide's "From the sheet to the mails" is run as it is: two rounds, the mails received by a real SMTP server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.repositories import Commit, build
from tests.series.test_sending import Inbox, inbox, needs_send_email
from tests.series.world import MAINTAINERS, MAKEFILE, MEMORY, SCHEDULING, SECURITY, run, support

pytestmark = pytest.mark.slow

__all__ = ["inbox"]  # the fixture
ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "convert/packaging/guides/series.md"


def lines() -> list[str]:
    found = re.search(r"<!-- ian -->\n(.*?)<!-- /ian -->", GUIDE.read_text(), re.S)
    assert found is not None, "the guide has no block between <!-- ian --> and <!-- /ian -->"
    return [line.strip() for line in found[1].splitlines() if line.startswith("    ")]


def edit(sheet: Path, old: str, new: str) -> None:
    """Change one status in the sheet, as a person would."""
    from openpyxl import load_workbook

    book = load_workbook(sheet)
    cells = [cell for row in book["Features"].iter_rows() for cell in row if cell.value == old]
    cells[0].value = new
    book.save(sheet)


def tag_a_patch(repo: Path) -> None:
    """Add a reviewer's tag to the commit, as `git rebase -i` would."""
    tip = run("git", "rev-parse", "series/master", folder=repo).strip()
    message = run("git", "log", "-1", "--format=%B", tip, folder=repo)
    message = message.rstrip("\n") + "\nReviewed-by: Rita Reviewer <rita@example.org>\n"
    new = run("git", "commit-tree", "-p", f"{tip}^", "-m", message, f"{tip}^{{tree}}", folder=repo).strip()
    run("git", "update-ref", "refs/heads/series/master", new, folder=repo)


@needs_send_email
def test_the_readme_is_true(tmp_path: Path, inbox: Inbox) -> None:
    files: dict[str, str | None] = {
        "MAINTAINERS": MAINTAINERS, "CHANGELOG.md": "# Changelog\n", "xen/Makefile": MAKEFILE,
        "SUPPORT.md": support(MEMORY, SCHEDULING, SECURITY),
    }  # fmt: skip
    repo = build(tmp_path / "xen", [Commit("xen", files)])
    for key, value in (
        ("user.name", "Ian Tést"), ("user.email", "ian@example.org"), ("sendemail.confirm", "never"),
        ("sendemail.smtpServer", "127.0.0.1"), ("sendemail.smtpServerPort", str(inbox.port)),
    ):  # fmt: skip
        run("git", "config", key, value, folder=repo)
    program = tmp_path / "bin" / "xen-support"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m convert.cli "$@"\n')
    program.chmod(0o755)
    sheet = tmp_path / "sheet.xlsx"
    edits: list[Callable[[], None]] = [
        lambda: edit(sheet, "Tech Preview", "Supported"),
        lambda: tag_a_patch(repo),
        lambda: edit(sheet, "Supported up to 4096", "Supported up to 1024"),
    ]
    folder = tmp_path
    for line in lines():
        command = re.sub(r"\s+# .*", "", line)
        if line.startswith("#"):
            edits.pop(0)()
        elif command.startswith("cd "):
            folder = folder / command.removeprefix("cd ")
        else:
            path = f"{program.parent}:{os.environ['PATH']}"
            done = subprocess.run(
                ["sh", "-c", command], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=120
            )  # fmt: skip
            differs = " diff " in command and done.returncode == 1
            assert done.returncode == 0 or differs, f"{command}\n{done.stdout}{done.stderr}"
    assert not edits
    assert [str(mail["Subject"]) for mail in inbox.mails] == [
        "[PATCH RFC] SUPPORT.md: Paging: Supported, was Tech Preview",
        "[PATCH RFC v2] SUPPORT.md: update 2 features",
    ]
    last = inbox.mails[1].get_content().replace("\r\n", "\n")
    log = "\n---\nChanges in v2:\n- Scheduling / Credit / x86: Supported up to 1024, was Supported up to 4096\n---\n"
    assert log in last
    assert "Signed-off-by: Ian Tést <ian@example.org>" in last and "Rita" not in last
    assert "refs/xen-support/master/posted/v2" in run("git", "for-each-ref", folder=repo)
