"""README's own lines, to the letter, on a repository with the real files: the bundle, and the whole xen.git where XEN_GIT names one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.helpers.repositories import Commit, build
from tests.importing.runs import support
from tests.series.test_readme import lines, tag_a_patch
from tests.series.test_sending import Inbox, inbox, needs_send_email
from tests.series.world import MAINTAINERS, MAKEFILE, run

__all__ = ["inbox"]  # the fixture
ROOT = Path(__file__).resolve().parents[1]
BUNDLE = ROOT.parent / "shared" / "xen-five-trees.bundle"
SMALL = support(
    """
## Kernels

### x86 kernel

    Supported, x86: bzImage, ELF
    Supported, Arm64: Image

### Old guests

    Status: Support scope restricted

### Paging

    Status: Tech Preview
    Status, x86: Security supported
    Status, ARM: Supported up to 64
""",
    "4.23-unstable",
)


def clone(name: str, folder: Path) -> Path:
    """A clone of a repository with the real files, or of a small one of our own."""
    if name == "small":
        files: dict[str, str | None] = {"MAINTAINERS": MAINTAINERS, "xen/Makefile": MAKEFILE, "SUPPORT.md": SMALL}
        source = str(build(folder / "source", [Commit("xen", files)]))
    elif name == "bundle":
        if not BUNDLE.exists():
            pytest.skip("no ../shared here")
        source = str(BUNDLE)
    else:
        source = os.environ.get("XEN_GIT", "")
        if not source:
            pytest.skip("XEN_GIT names no xen.git")
    run("git", "clone", "-q", *(["--shared"] if name == "whole" else []), source, "xen", folder=folder)
    repo = folder / "xen"
    for key, value in (("user.name", "Ian Tést"), ("user.email", "ian@example.org")):
        run("git", "config", key, value, folder=repo)
    return repo


def command(folder: Path) -> Path:
    """A folder with the command in it."""
    program = folder / "bin" / "xen-support"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m convert.cli "$@"\n')
    program.chmod(0o755)
    return program.parent


def shell(line: str, folder: Path, bin_folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}"}
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
    )


def edit(sheet: Path, change: Callable[[str], str | None]) -> str:
    """Change the first status for which there is a new one; its place."""
    book = load_workbook(sheet, rich_text=True)
    for row in book["Features"].iter_rows(min_row=2, min_col=5, max_col=5):
        for cell in row:
            new = change(str(cell.value or ""))
            if new is not None:
                cell.value = new
                book.save(sheet)
                return f"Features!{cell.coordinate}"
    raise AssertionError("no such status in the sheet")


def edits(repo: Path, sheet: Path) -> Iterator[Callable[[], object]]:
    yield lambda: edit(sheet, lambda text: "Supported" if text == "Tech Preview" else None)
    yield lambda: tag_a_patch(repo)
    yield lambda: edit(
        sheet, lambda text: "Experimental" if text.startswith("Supported up to") or text == "Tech Preview" else None
    )


@needs_send_email
@pytest.mark.parametrize("name", ["small", "bundle", pytest.param("whole", marks=pytest.mark.slow)])
def test_the_lines_of_the_readme(name: str, tmp_path: Path, inbox: Inbox) -> None:
    """Each line of README's flow exits 0 without a flag that it does not name, on master as it is published."""
    repo = clone(name, tmp_path)
    if name == "bundle" and not (repo / "MAINTAINERS").exists():  # the bundle has SUPPORT.md and xen/Makefile only
        (repo / "MAINTAINERS").write_text(MAINTAINERS)
        run("git", "add", "MAINTAINERS", folder=repo)
        run("git", "commit", "-q", "-m", "MAINTAINERS", folder=repo)
    for key, value in (
        ("sendemail.confirm", "never"), ("sendemail.smtpServer", "127.0.0.1"), ("sendemail.smtpServerPort", str(inbox.port)),
    ):  # fmt: skip
        run("git", "config", key, value, folder=repo)
    programs = command(tmp_path)
    people = edits(repo, tmp_path / "sheet.xlsx")
    folder = tmp_path
    before = run("git", "show", "master:SUPPORT.md", folder=repo)
    for line in lines():
        words = re.sub(r"\s+# .*", "", line)
        if line.startswith("#"):
            next(people)()
        elif words.startswith("cd "):
            folder = folder / words.removeprefix("cd ")
        else:
            done = shell(words, folder, programs)
            differs = " diff " in words and done.returncode == 1
            assert done.returncode == 0 or differs, f"{words}\n{done.stdout}{done.stderr}"
            if words.endswith("update ../sheet.xlsx"):
                assert run("git", "show", "support/master:SUPPORT.md", folder=repo) == before
    assert next(people, None) is None
    after = run("git", "show", "support/master:SUPPORT.md", folder=repo)
    changed = [
        line for line in unified_diff(before.splitlines(), after.splitlines(), n=0) if re.match(r"[-+](?![-+])", line)
    ]
    assert len(changed) == 4, changed
    assert len(inbox.mails) == 2  # one patch, twice: it needs no cover letter


TREES = {"small": ["master"], "bundle": ["master", "stable-4.20", "stable-4.17", "stable-4.13", "stable-4.10"]}


@pytest.mark.parametrize("name", ["small", *(pytest.param(n, marks=pytest.mark.slow) for n in ("bundle", "whole"))])
def test_each_tree_comes_back_without_a_flag(name: str, tmp_path: Path) -> None:
    """import, draft and update of every release tree: no status that git has is an unknown word, and none is changed."""
    repo = clone(name, tmp_path)
    programs = command(tmp_path)
    listed = run("git", "branch", "-r", "--format=%(refname:short)", folder=repo).split()
    every = sorted({ref.removeprefix("origin/") for ref in listed if re.fullmatch(r"origin/stable-4\.(1\d|2\d)", ref)})
    for tree in TREES.get(name, ["master", *every]):
        sheet = f"../{tree}.xlsx"
        done = shell(f"xen-support import {tree} -o {sheet}", repo, programs)
        known = {"stable-4.15": "XS127", "stable-4.16": "XS127", "stable-4.21": "XS126"}
        if name == "whole" and tree in known:  # these files have an error of their own, which is said
            assert done.returncode == 1 and known[tree] in done.stderr
        else:
            assert done.returncode == 0, done.stderr
        done = shell(f"xen-support update {sheet}", repo, programs)
        assert done.returncode == 0 and "taken over as it is" in done.stdout, done.stderr
        assert "sheet and file differ in 0 places" in done.stdout or tree in known, done.stdout
        done = shell(f"xen-support draft {sheet} -o ../{tree}", repo, programs)
        lost = tree == "stable-4.21"  # a published status stands in a paragraph there, which lint says is lost
        assert done.returncode == int(lost) and ("error" in done.stderr) == lost, done.stderr
        assert "warning: XS80" not in done.stderr


def test_a_list_has_a_form_in_the_sheet_and_comes_back(tmp_path: Path) -> None:
    repo = clone("small", tmp_path)
    programs = command(tmp_path)
    assert shell("xen-support import master -o ../sheet.xlsx", repo, programs).returncode == 0
    shown = [cell.value for row in load_workbook(tmp_path / "sheet.xlsx")["Features"].iter_rows() for cell in row]
    assert "list: bzImage, ELF" in shown and "list: Image" in shown
    done = shell("xen-support draft ../sheet.xlsx -o ../drafts", repo, programs)
    assert done.returncode == 0 and "XS801" not in done.stderr and "bzImage" not in done.stderr
    text = (tmp_path / "drafts" / "master" / "SUPPORT.md").read_text()
    assert "    Supported, x86: bzImage, ELF\n    Supported, Arm64: Image\n" in text
    lint = shell("xen-support lint ../drafts/master/SUPPORT.md --select XS204,XS209", repo, programs)
    assert "bzImage" not in lint.stdout + lint.stderr


def test_a_person_sees_what_is_none_of_the_labels_and_a_slip_is_an_error_still(tmp_path: Path) -> None:
    repo = clone("small", tmp_path)
    programs = command(tmp_path)
    sheet = tmp_path / "sheet.xlsx"
    assert shell("xen-support import master -o ../sheet.xlsx", repo, programs).returncode == 0
    labels = {str(row[0].value): str(row[2].value) for row in load_workbook(sheet)["Labels"].iter_rows()}
    assert labels["Support scope restricted"] == "master: Old guests"
    assert labels["Security supported"] == "master: Paging, x86"
    done = shell("xen-support draft ../sheet.xlsx -o ../drafts", repo, programs)
    assert done.stderr.count("XS809") == 2 and "Labels!A" in done.stderr
    place = edit(sheet, lambda text: "Suported" if text == "Tech Preview" else None)
    for line in ("draft ../sheet.xlsx -o ../other", "update ../sheet.xlsx", "draft ../sheet.xlsx --repo . -o ../third"):
        done = shell(f"xen-support {line}", repo, programs)
        assert done.returncode == 1
        assert f'{place}: error: XS801 unknown status "Suported"; did you mean "Supported"?' in done.stderr


def test_what_the_tree_or_the_last_draft_has_in_that_row_is_no_unknown_word(tmp_path: Path) -> None:
    """Without the tab Labels: the word stands in its own row, and in no other."""
    repo = clone("small", tmp_path)
    programs = command(tmp_path)
    sheet = tmp_path / "sheet.xlsx"
    assert shell("xen-support import master -o ../sheet.xlsx", repo, programs).returncode == 0
    book = load_workbook(sheet, rich_text=True)
    del book["Labels"]
    book.save(sheet)
    assert shell("xen-support draft ../sheet.xlsx -o ../drafts", repo, programs).returncode == 1
    done = shell("xen-support update ../sheet.xlsx", repo, programs)
    assert done.returncode == 0 and done.stderr.count("XS808") == 2, done.stderr
    done = shell("xen-support draft ../sheet.xlsx --repo . -o ../drafts", repo, programs)
    assert done.returncode == 0, done.stderr
    assert "    Status: Support scope restricted\n" in (tmp_path / "drafts" / "master" / "SUPPORT.md").read_text()
    edit(sheet, lambda text: "Support scope restricted" if text == "Tech Preview" else None)
    done = shell("xen-support update ../sheet.xlsx", repo, programs)
    assert done.returncode == 1 and "XS801" in done.stderr


TWICE = SMALL.replace("    Status: Tech Preview\n", "    Status, Linux: Supported\n    Status, Linux: Experimental\n")


def test_what_the_file_has_and_the_book_has_not_is_said(tmp_path: Path) -> None:
    file = tmp_path / "SUPPORT.md"
    file.write_text(TWICE)
    programs = command(tmp_path)
    done = shell("xen-support import SUPPORT.md -o book.xlsx", tmp_path, programs)
    assert done.returncode == 1 and "XS127" in done.stderr
    assert 'Paging, Linux: the file states "Supported" and, with the same key, "Experimental"' in done.stderr
    odd = SMALL.replace(
        "# Feature Support\n",
        "# Feature Support\n\nWords here.\n\n# Another Part\n\n    Status: Supported\n\n# Feature Support\n",
    )
    file.write_text(odd.replace("    Initial-Release", "    Extra-Field: x\n    Initial-Release"))
    done = shell("xen-support import SUPPORT.md -o book2.xlsx", tmp_path, programs)
    assert done.returncode == 1
    for words in ("Extra-Field", "Another Part", "the text directly below this heading"):
        assert words in done.stderr, done.stderr


def test_import_of_what_draft_will_block_says_which_cells(tmp_path: Path) -> None:
    file = tmp_path / "SUPPORT.md"
    file.write_text(
        SMALL.replace("Status: Tech Preview", "Status: TBD by somebody").replace("Xen-Version: 4.23-unstable\n    ", "")
    )
    programs = command(tmp_path)
    done = shell("xen-support import SUPPORT.md -o book.xlsx --name master", tmp_path, programs)
    assert done.returncode == 1
    assert re.search(r"Trees!C2: .*no Xen-Version", done.stderr), done.stderr
