"""The life of a change walked on a small xen.git: sheet, update, series, and a committer who applies the mails to staging."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from convert import cli
from tests.series.world import MAINTAINERS, parsed, text_of
from tests.update.worlds import FILE, ROWS, World, commit, git

STAGING = "staging-4.20"


@dataclass
class Walk(World):
    """A bare repository with the tree 4.20, its staging branch ahead of the stable one, and a sheet that agrees with its file."""

    folder: Path = Path()
    answer: str = ""

    def series(self, *words: str, to: str = "out", status: int = 0) -> list[Path]:
        """`xen-support series -s -o FOLDER`; the mails."""
        out = ["-o", str(self.folder / to), "-s"] if not {"--mark-posted", "--abandon"} & set(words) else []
        for old in (self.folder / to).glob("*.patch") if out and "--check" not in words else ():
            old.unlink()
        found = cli.main(["series", "--repo", str(self.repo), "--tree", "4.20", *out, *words])
        self.out, self.err = self.capture.readouterr()
        assert found == status, self.out + self.err
        return sorted((self.folder / to).glob("*.patch"))

    def updated(self) -> None:
        assert self.run() == 0, self.out + self.err

    def apply(self, mails: list[Path], *, tag: str = "Acked-by: Ann Maintainer <ann@example.org>") -> list[str]:
        """A committer applies mails to staging in a clone of their own, adds a tag, and pushes; the commits."""
        place = self.folder / "committer"
        if not place.exists():
            git(self.folder, "clone", "-q", "-b", STAGING, str(self.repo), str(place))
            git(place, "config", "user.name", "Carl Committer")
            git(place, "config", "user.email", "carl@example.org")
        git(place, "pull", "-q", "--ff-only")
        made = []
        for mail in mails:
            if not mail.name.split("-", 1)[-1].startswith("0000-") and "0000-" not in mail.name:
                git(place, "am", "-q", str(mail))
                message = git(place, "log", "-1", "--format=%B")
                git(place, "commit", "-q", "--amend", "-m", f"{message}\n{tag}")
                made.append(git(place, "rev-parse", "HEAD"))
        git(place, "push", "-q", "origin", STAGING)
        return made

    def hand(self, old: str, new: str, message: str, who: str = "Rita Hand") -> str:
        """A commit of a person on the support branch."""
        text = self.file()
        assert text.count(old) == 1, text
        address = f"{who.split()[0].lower()}@example.org"
        tip = self.git("rev-parse", "support/4.20")
        blob = git(self.repo, "hash-object", "-w", "--stdin", data=text.replace(old, new))
        listing = "\n".join(
            f"100644 blob {blob}\tSUPPORT.md" if line.endswith("\tSUPPORT.md") else line
            for line in self.git("ls-tree", tip).split("\n")
        )
        tree = git(self.repo, "mktree", data=listing + "\n")
        done = subprocess.run(
            ["git", "-C", str(self.repo), "-c", f"user.name={who}", "-c", f"user.email={address}", "commit-tree", "-p", tip,
             "-m", message, tree], capture_output=True, text=True, check=True,
        )  # fmt: skip
        self.git("update-ref", "refs/heads/support/4.20", done.stdout.strip())
        return done.stdout.strip()


def subjects(mails: list[Path]) -> list[str]:
    return [" ".join(str(parsed(mail)["Subject"]).split()) for mail in mails]


def body(mail: Path) -> str:
    return text_of(parsed(mail))


def make(folder: Path, capture: pytest.CaptureFixture[str], text: str = FILE) -> Walk:
    repo = folder / "xen.git"
    repo.mkdir()
    git(repo, "init", "-q", "--bare")
    git(repo, "config", "user.name", "Ian Example")
    git(repo, "config", "user.email", "ian@example.org")
    files = {"MAINTAINERS": MAINTAINERS, "CHANGELOG.md": "# Changelog\n"}
    commit(repo, "stable-4.20", {**files, **({"SUPPORT.md": text} if text else {})})
    git(repo, "branch", STAGING, "stable-4.20")
    commit(repo, STAGING, {"README": "newer\n"})
    made = Walk(repo, folder / "book", capture, folder=folder)
    made.trees(["4.20"])
    made.features(["4.20"], ROWS)
    return made
