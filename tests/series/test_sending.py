"""The mails through real programs: `git send-email` to a real SMTP server on loopback, `git am`, `b4 shazam`, `b4 prep`."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from tests.series.world import MEMORY, SCHEDULING, SECURITY, World, run, support

pytestmark = pytest.mark.slow

B4 = shutil.which("b4", path=f"{Path(sys.executable).parent}:{Path.home()}/.local/bin:/usr/local/bin:/usr/bin")
GIT_PROGRAMS = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
needs_b4 = pytest.mark.skipif(B4 is None, reason="b4 is not installed")
needs_send_email = pytest.mark.skipif(
    not Path(GIT_PROGRAMS, "git-send-email").exists(), reason="git send-email is not installed"
)


@dataclass
class Inbox:
    """What an SMTP server got: the mails in order, and to whom each was to go."""

    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.raw.append(envelope.original_content.replace(b"\r\n", b"\n"))
        parsed = BytesParser(policy=policy.default).parsebytes(envelope.original_content)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    controller = pytest.importorskip("aiosmtpd.controller")
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        inbox.port = free.getsockname()[1]
    server = controller.Controller(inbox, hostname="127.0.0.1", port=inbox.port)
    server.start()
    yield inbox
    server.stop()


def send(world: World, inbox: Inbox) -> None:
    run(
        "git", "send-email", "--quiet", "--confirm=never", "--smtp-server=127.0.0.1", f"--smtp-server-port={inbox.port}",
        "--from=Ian Tést <ian@example.org>", *map(str, world.mails()), folder=world.repo,
    )  # fmt: skip


@needs_send_email
def test_the_thread_as_it_arrives(new: World, inbox: Inbox) -> None:
    new.git("config", "user.name", "Ian Tést")
    new.post("--cc", "Zoé <zoe@example.org>")
    send(new, inbox)
    assert [str(mail["Subject"]) for mail in inbox.mails] == [
        "[PATCH RFC 0/4] SUPPORT.md: state what is supported in master",
        "[PATCH RFC 1/4] SUPPORT.md: add release fields and definitions",
        "[PATCH RFC 2/4] SUPPORT.md: add Memory",
        "[PATCH RFC 3/4] SUPPORT.md: add Scheduling",
        "[PATCH RFC 4/4] SUPPORT.md: add Security",
    ]
    first = inbox.mails[0]
    assert first["In-Reply-To"] is None and first["Message-ID"]
    assert {mail["In-Reply-To"] for mail in inbox.mails[1:]} == {first["Message-ID"]}
    for number, (mail, recipients) in enumerate(zip(inbox.mails, inbox.recipients, strict=True)):
        assert [len(mail.get_all(name, [])) for name in ("To", "Cc", "From", "Subject")] == [1, 1, 1, 1]
        want = {"xen-devel@lists.xenproject.org", "andrea@example.org", "roger@example.org", "zoe@example.org"}
        assert want <= set(recipients) and ("daniel@example.org" in recipients) is (number in (0, 4))
        assert {a.display_name for a in mail["Cc"].addresses} >= {"Rogér Rést", "Zoé"}
        assert mail.get_content_charset() == "utf-8"
    body = inbox.mails[2].get_content().replace("\r\n", "\n")
    assert "+## Memory\n" in body and "Signed-off-by: Ian Tést <author@example.org>" in body


@needs_send_email
def test_git_am_takes_what_arrived(new: World, inbox: Inbox, tmp_path: Path) -> None:
    new.post()
    send(new, inbox)
    folder = tmp_path / "clean"
    new.git("worktree", "add", "-q", "--detach", str(folder), "master")
    for raw in inbox.raw[1:]:
        run("git", "am", "-q", folder=folder, data=raw)
    assert (folder / "SUPPORT.md").read_text() == support(MEMORY, SCHEDULING, SECURITY)


@needs_send_email
@needs_b4
def test_b4_shazam_takes_the_thread(new: World, inbox: Inbox, tmp_path: Path) -> None:
    new.post()
    send(new, inbox)
    folder = tmp_path / "clean"
    new.git("worktree", "add", "-q", "-b", "review", str(folder), "master")
    mbox = tmp_path / "thread.mbox"
    mbox.write_bytes(
        b"".join(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + raw.rstrip(b"\n") + b"\n\n" for raw in inbox.raw)
    )
    identity = str(inbox.mails[0]["Message-ID"]).strip("<>")
    b4 = str(B4)
    options = ("-c", "b4.attestation-policy=off", "-c", "b4.linkmask=https://example.org/%s")
    run(b4, "-n", "--offline-mode", *options, "shazam", "-m", str(mbox), "--no-parent", "-l", identity, folder=folder)
    assert (folder / "SUPPORT.md").read_text() == support(MEMORY, SCHEDULING, SECURITY)
    assert new.git("rev-list", "--count", "master..review") == "4"


@needs_b4
def test_b4_prep_adopts_the_branch(new: World) -> None:
    new.post()
    new.git("checkout", "-q", "series/master")
    b4 = str(B4)
    strategy = ("-n", "--offline-mode")
    run(b4, *strategy, "prep", "--enroll", "master", folder=new.repo)
    said = run(b4, *strategy, "prep", "--show-info", folder=new.repo)
    assert "cover-subject: SUPPORT.md: state what is supported in master" in said, said
    assert new.git("rev-list", "--count", "master..series/master") == "4"
    new.git("checkout", "-q", "support/master")
    new.post()
