"""Three walks: a new file, one status, several trees' lifetimes.  Each mail keeps the rules; `git am` gives the branch's file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from convert import cli
from convert.series import rules
from convert.series.findings import read_mail
from tests.helpers import xengit
from tests.series import walk
from tests.series.walk import subjects
from tests.series.world import run
from tests.update.worlds import FILE, ROWS, changed, commit, git


def held(mails: list[Path]) -> None:
    """Each patch keeps every rule of sending-patches; the headers are one To and at most one Cc."""
    for mail in mails:
        sent = read_mail(mail.read_bytes())
        assert (
            sent.headers.get_all("To") == ["xen-devel@lists.xenproject.org"]
            and len(sent.headers.get_all("Cc", [])) == 1
        )
        if "0000-" not in mail.name:
            assert list(rules.errors(rules.Sent(sent.author, sent.message, sent.version))) == []


def applied(repo: Path, branch: str, mails: list[Path], folder: Path) -> str:
    """SUPPORT.md after `git am` of the mails in a fresh clone."""
    run("git", "clone", "-q", "-b", branch, str(repo), str(folder), folder=folder.parent)
    git(folder, "config", "user.name", "Carl")
    git(folder, "config", "user.email", "carl@example.org")
    for mail in mails:
        if "0000-" not in mail.name:
            run("git", "am", "-q", str(mail), folder=folder)
    return (folder / "SUPPORT.md").read_text()


def test_a_new_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = walk.make(tmp_path, capsys, "")
    world.updated()
    mails = world.series()
    assert len(mails) > 4
    held(mails)
    assert applied(world.repo, walk.STAGING, mails, tmp_path / "clone") == world.file()


def test_one_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = walk.make(tmp_path, capsys)
    world.updated()
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    world.updated()
    mails = world.series()
    assert subjects(mails) == ["[PATCH RFC] SUPPORT.md: CPU Hotplug, x86: Tech Preview, was Experimental"]
    held(mails)
    assert applied(world.repo, walk.STAGING, mails, tmp_path / "clone") == world.file()


@pytest.mark.slow
def test_several_trees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = walk.make(tmp_path, capsys)
    for version in ("4.19", "4.18"):
        commit(world.repo, f"stable-{version}", {"SUPPORT.md": FILE.replace("4.20", version), "MAINTAINERS": "THE REST\nM:\tAnn <ann@example.org>\nS:\tSupported\nF:\t*\n"})  # fmt: skip
    trees = ["4.20", "4.19", "4.18"]
    world.trees(trees)
    rows = [(*row[:3], *(row[3],) * 3, *row[4:]) for row in ROWS]
    world.features(trees, rows)
    world.updated()
    rows[3] = (*rows[3][:3], *("Supported, not security supported",) * 3, *rows[3][6:])
    world.features(trees, rows)
    world.updated()
    words = [word for tree in trees for word in ("--tree", tree)]
    assert cli.main(["series", "--repo", str(world.repo), *words, "-o", str(tmp_path / "all"), "-s"]) == 0
    for tree in trees:
        mails = sorted((tmp_path / "all" / tree).glob("*.patch"))
        held(mails)
        branch = walk.STAGING if tree == "4.20" else f"stable-{tree}"
        assert applied(world.repo, branch, mails, tmp_path / f"clone-{tree}") == world.file(f"support/{tree}")


@pytest.fixture(scope="module")
def xen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the real xen.git that borrows its objects."""
    folder = tmp_path_factory.mktemp("real") / "xen.git"
    subprocess.run(["git", "clone", "-q", "--bare", "--shared", str(xengit.PATH), str(folder)], check=True)
    git(folder, "config", "user.name", "Ian Example")
    git(folder, "config", "user.email", "ian@example.org")
    return folder


def real(xen: Path, sheet: Path, *words: str) -> int:
    return cli.main([words[0], *([str(sheet)] if words[0] == "update" else []), "--repo", str(xen), *words[1:]])


@pytest.mark.slow
@xengit.needed
def test_the_three_walks_on_the_real_tree(xen: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.xlsx"
    trees = ["4.20", "4.19"]
    assert cli.main(["import", *trees, "--repo", str(xen), "-o", str(sheet)]) in (0, 1)
    assert real(xen, sheet, "update", "--keep-unknown") == 0
    for tree in trees:
        tip = git(xen, "rev-parse", f"support/{tree}")
        text = xengit.text(tip, "SUPPORT.md") or ""
        assert text.count("### Grant table v2\n") <= 1
        new = text.replace("Status: Tech Preview", "Status: Supported", 1)
        assert new != text
        blob = git(xen, "hash-object", "-w", "--stdin", data=new)
        listing = git(xen, "ls-tree", tip).replace(git(xen, "rev-parse", f"{tip}:SUPPORT.md"), blob)
        made = git(xen, "commit-tree", git(xen, "mktree", data=listing + "\n"), "-p", tip, "-m", "SUPPORT.md: by hand")
        git(xen, "update-ref", f"refs/heads/support/{tree}", made)
    words = [word for tree in trees for word in ("--tree", tree)]
    assert real(xen, sheet, "series", *words, "-o", str(tmp_path / "all"), "-s") == 0
    for tree in trees:
        mails = sorted((tmp_path / "all" / tree).glob("*.patch"))
        held(mails)
        folder = tmp_path / f"work-{tree}"
        git(xen, "worktree", "add", "-q", "--detach", str(folder), f"staging-{tree}")
        for mail in mails:
            run("git", "am", "-q", str(mail), folder=folder)
        assert (folder / "SUPPORT.md").read_text() == git(xen, "cat-file", "blob", f"support/{tree}:SUPPORT.md") + "\n"
    git(xen, "update-ref", "refs/heads/support/new", _without_file(xen, "staging"))
    git(xen, "update-ref", "refs/heads/new", "support/new")
    text = xengit.text(xengit.ref("master"), "SUPPORT.md") or ""
    blob = git(xen, "hash-object", "-w", "--stdin", data=text)
    listing = f"{git(xen, 'ls-tree', 'new')}\n100644 blob {blob}\tSUPPORT.md\n"
    git(
        xen,
        "update-ref",
        "refs/heads/support/new",
        git(xen, "commit-tree", git(xen, "mktree", data=listing), "-p", "new", "-m", "file"),
    )
    assert real(xen, sheet, "series", "--tree", "new", "-o", str(tmp_path / "new"), "-s") == 0
    mails = sorted((tmp_path / "new").glob("*.patch"))
    assert 9 <= len(mails) <= 21
    held(mails)
    folder = tmp_path / "work-new"
    git(xen, "worktree", "add", "-q", "--detach", str(folder), "new")
    for mail in mails[1:]:
        run("git", "am", "-q", str(mail), folder=folder)
    assert (folder / "SUPPORT.md").read_text() == text


def _without_file(xen: Path, branch: str) -> str:
    """A commit of a real branch without its SUPPORT.md."""
    listing = "\n".join(line for line in git(xen, "ls-tree", branch).split("\n") if not line.endswith("\tSUPPORT.md"))
    return git(xen, "commit-tree", git(xen, "mktree", data=listing + "\n"), "-m", "without", "-p", branch)
