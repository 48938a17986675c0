"""A small xen.git with a support branch, and the command run on it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

import pytest

from convert.commands import series
from convert.failure import Failure
from tests.helpers.repositories import Commit, build
from tests.helpers.repositories import git as fixed_git
from tests.importing.runs import command

MAINTAINERS = """
	List of maintainers
	===================

Maintainers List (try to look for most precise areas first)

		-----------------------------------

Change Log
M:	Clara Log <clara@example.org>
R:	Community Manager <community@example.org>
S:	Maintained
F:	CHANGELOG.md

XSM/FLASK
M:	Daniel P. Flask <daniel@example.org>
S:	Supported
F:	xen/xsm/
K:	xsm_.*
K:	\\b(xsm|XSM)\\b

THE REST
M:	Andrea Rest <andrea@example.org>
M:	Rogér Rést <roger@example.org>
L:	xen-devel@lists.xenproject.org
S:	Supported
F:	*
F:	*/
V:	xen-maintainers-1
"""
MAKEFILE = "export XEN_VERSION       = 4\nexport XEN_SUBVERSION    = 23\nexport XEN_EXTRAVERSION ?= -unstable$(XEN_VENDORVERSION)\n"
FRAME = """% Support statement for this release

This file says what is supported.

# Release Support

    Xen-Version: 4.23-unstable
    Initial-Release: n/a
    Supported-Until: TBD
    Security-Support-Until: Unreleased - not yet security-supported

# Feature Support

{sections}

# Format and definitions

What the labels mean.

## Supported

    Security supported: Yes

## Tech Preview

    Security supported: No
"""
MEMORY = "## Memory\n\n### Ballooning\n\nGives memory back.\n\n    Status: Supported\n\n### Paging\n\n    Status: Tech Preview"
SCHEDULING = "## Scheduling\n\n### Credit\n\n    Status: Supported\n    Status, x86: Supported up to 4096"
SECURITY = "## Security\n\n### Flask\n\nThe XSM module.\n\n    Status: Supported"


def support(*sections: str) -> str:
    """A whole SUPPORT.md with these sections."""
    return FRAME.format(sections="\n\n".join(sections))


@dataclass
class World:
    """The repository, whose work tree is on support/master, and what the last run said."""

    repo: Path
    folder: Path
    capture: pytest.CaptureFixture[str] | None
    out: str = ""
    err: str = ""
    options: tuple[str, ...] = ()

    def run(self, *words: str) -> int:
        """`xen-support series` on the repository; its exit status."""
        assert self.capture is not None
        own = self.options if "-o" in words and "--split" not in words and "--check" not in words else ()
        try:
            status, why = command(series, ["series", "--repo", str(self.repo), *own, *words]), ""
        except Failure as failure:
            status, why = 2, str(failure)
        self.out, self.err = self.capture.readouterr()
        self.err += why
        return status

    def post(self, *words: str, to: str = "out") -> list[Path]:
        """Mails that are fit to be sent, in a folder."""
        assert self.run("-o", str(self.folder / to), "--signoff", *words) == 0, self.err
        return self.mails(to)

    def mails(self, folder: str = "out") -> list[Path]:
        return sorted((self.folder / folder).glob("*.patch"))

    def git(self, *words: str) -> str:
        return fixed_git(self.repo, *words, minute=90)

    def edit(self, old: str, new: str, message: str = "SUPPORT.md: by hand") -> None:
        """Change SUPPORT.md on support/master."""
        file = self.repo / "SUPPORT.md"
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))
        self.git("commit", "-q", "-am", message)

    def reword(self, subject: str, old: str, new: str) -> None:
        """Change a commit's message on series/master, as `git rebase -i` would."""
        tip = ""
        for commit in self.git("rev-list", "--reverse", "master..series/master").split():
            message = self.git("log", "-1", "--format=%B", commit)
            if message.startswith(subject):
                assert old in message
                message = message.replace(old, new)
            parent = tip or self.git("rev-parse", "master")
            tip = self.git("commit-tree", "-p", parent, "-m", message, f"{commit}^{{tree}}")
        self.git("update-ref", "refs/heads/series/master", tip)

    def message(self, subject: str, tip: str = "series/master") -> str:
        """The message of the commit with a subject."""
        for commit in self.git("rev-list", f"master..{tip}").split():
            text = self.git("log", "-1", "--format=%B", commit)
            if text.startswith(subject):
                return text
        raise AssertionError(subject)


def make(
    folder: Path,
    capture: pytest.CaptureFixture[str] | None,
    *sections: str,
    before: str | None = None,
    form: str = "sha1",
) -> World:
    """A world whose support branch has these sections, and whose master has the file `before`, if any."""
    files: dict[str, str | None] = {
        "MAINTAINERS": MAINTAINERS,
        "CHANGELOG.md": "# Changelog\n",
        "xen/Makefile": MAKEFILE,
    }
    old = {**files, "SUPPORT.md": before} if before else files
    repo = build(
        folder / "xen",
        [Commit("xen", old), Commit("draft", {"SUPPORT.md": support(*sections)}, "support/master")],
        form=form,
    )
    fixed_git(repo, "config", "user.name", "Test Author")
    fixed_git(repo, "config", "user.email", "author@example.org")
    return World(repo, folder, capture)


def parsed(mail: Path) -> Message:
    """A mail without git's own first line."""
    return BytesParser().parsebytes(mail.read_bytes().partition(b"\n")[2])


def text_of(mail: Message) -> str:
    """The text of a mail."""
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def run(*words: str, folder: Path, status: int = 0, data: bytes | None = None) -> str:
    """Run a program; what it says."""
    done = subprocess.run(words, cwd=folder, capture_output=True, input=data, check=False, timeout=120)
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert done.returncode == status, said
    return said
