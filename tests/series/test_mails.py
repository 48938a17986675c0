"""What is written: subjects, headers, bodies, steps; and that it applies."""

from __future__ import annotations

import sys
from email.header import decode_header, make_header
from email.utils import getaddresses
from pathlib import Path

import pytest

from convert.mail import messages
from tests.series.world import MEMORY, SCHEDULING, SECURITY, World, make, parsed, run, support, text_of

ROOT = Path(__file__).resolve().parents[2]


def test_a_new_file_comes_section_by_section(new: World) -> None:
    mails = new.post()
    subjects = [str(parsed(mail)["Subject"]) for mail in mails]
    assert subjects == [
        "[PATCH RFC 0/4] SUPPORT.md: state what is supported in master",
        "[PATCH RFC 1/4] SUPPORT.md: add release fields and definitions",
        "[PATCH RFC 2/4] SUPPORT.md: add Memory",
        "[PATCH RFC 3/4] SUPPORT.md: add Scheduling",
        "[PATCH RFC 4/4] SUPPORT.md: add Security",
    ]
    assert new.out.splitlines() == [str(mail) for mail in mails]
    assert new.git("rev-parse", "series/master:SUPPORT.md") == new.git("rev-parse", "support/master:SUPPORT.md")
    assert new.git("merge-base", "series/master", "master") == new.git("rev-parse", "master")


@pytest.mark.slow
def test_each_step_is_linted_clean_by_the_installed_command(new: World, tmp_path: Path) -> None:
    new.post()
    folder = tmp_path / "steps"
    new.git("worktree", "add", "-q", "--detach", str(folder), "master")
    for commit in new.git("rev-list", "--reverse", "master..series/master").split():
        run("git", "checkout", "-q", commit, folder=folder)
        said = run(
            sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv.pop(1)); from convert.cli import main; sys.exit(main())",
            str(ROOT), "lint", "--fail-on", "warning", "--ignore", "empty-section", "SUPPORT.md", folder=folder,
        )  # fmt: skip
        assert "error" not in said


def test_git_am_takes_the_mails_in_order(new: World, tmp_path: Path) -> None:
    mails = new.post()
    folder = tmp_path / "clean"
    new.git("worktree", "add", "-q", "--detach", str(folder), "master")
    for mail in mails[1:]:
        run("git", "am", "-q", str(mail), folder=folder)
    assert (folder / "SUPPORT.md").read_text() == support(MEMORY, SCHEDULING, SECURITY)
    log = run("git", "log", "--format=%B", "master..HEAD", folder=folder)
    assert log.count("Signed-off-by: Test Author <author@example.org>") == 4


def test_headers(new: World) -> None:
    for number, mail in enumerate(map(parsed, new.post("--cc", "Zoé <zoe@example.org>"))):
        assert mail.get_all("To") == ["xen-devel@lists.xenproject.org"] and len(mail.get_all("Cc", [])) == 1
        cc = getaddresses([str(make_header(decode_header(mail["Cc"])))])
        want = ["andrea@example.org", "roger@example.org", "zoe@example.org"]
        if number in (0, 4):  # the letter, and the patch with the word that a keyword looks for
            want.append("daniel@example.org")
        assert sorted(address for _, address in cc) == sorted(want)
        assert ("Rogér Rést", "roger@example.org") in cc and ("Zoé", "zoe@example.org") in cc
        assert "Rogér Rést <roger@example.org>".encode() not in bytes(mail) and mail["Cc"].isascii()


def test_one_patch_needs_no_cover_letter(known: World) -> None:
    (mail,) = known.post("--no-rfc", "--no-cc")
    assert parsed(mail)["Subject"] == "[PATCH] SUPPORT.md: Paging: Supported, was Tech Preview"
    assert parsed(mail)["Cc"] is None and mail.name == "0001-SUPPORT.md-Paging-Supported-was-Tech-Preview.patch"
    assert "\n- Paging: Supported, was Tech Preview.\n" in text_of(parsed(mail))
    cover = known.folder / "cover.txt"
    cover.write_text("My own words.\n")
    mails = known.post("--no-rfc", "--no-cc", "--cover", str(cover), to="covered")
    assert [str(parsed(mail)["Subject"])[:11] for mail in mails] == ["[PATCH 0/1]", "[PATCH 1/1]"]
    assert "Security support is gained:\n- Memory / Paging: Supported, was Tech Preview" in text_of(parsed(mails[0]))


def test_a_section_a_patch_on_a_known_file(known: World) -> None:
    known.edit("Status: Supported\n    Status, x86", "Status: Tech Preview\n    Status, x86")
    mails = known.post("--split", "section")
    assert len(mails) == 3
    cover = text_of(parsed(mails[0]))
    assert cover.index("Security support is lost:\n- Scheduling / Credit") < cover.index("Security support is gained:")


def test_a_removed_section(known: World) -> None:
    known.edit(SCHEDULING + "\n\n", "")
    mails = known.post("--split", "section")
    assert [str(parsed(mail)["Subject"]).partition("] ")[2] for mail in mails[2:]] == ["SUPPORT.md: remove Scheduling"]


@pytest.mark.slow
def test_many_mails_are_asked_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = make(tmp_path, capsys, *(f"## Part {n}\n\n### Thing {n}\n\n    Status: Supported" for n in range(19)))
    world.options = ("--split", "section")
    assert world.run("-o", str(tmp_path / "out")) == 2
    assert "21 mails, more than 20" in world.err and "--yes-many" in world.err
    assert not world.mails() and "series/master" not in world.git("branch", "--list")
    assert len(world.post("--yes-many")) == 21


def test_lengths_and_tags(new: World) -> None:
    for mail in new.post("--backport", "4.19+")[1:]:
        message = messages.read(
            f"{parsed(mail)['Subject']}\n\n{text_of(parsed(mail)).partition(chr(10) + '---' + chr(10))[0]}"
        )
        assert message.tags == ("Backport: 4.19+", "Signed-off-by: Test Author <author@example.org>")
        assert max(map(len, message.body.splitlines())) <= 75 and "cherry picked" not in mail.read_text()


def test_equal_input_gives_equal_mails(new: World) -> None:
    first = [(mail.name, mail.read_bytes()) for mail in new.post()]
    refs = new.git("for-each-ref")
    assert [(mail.name, mail.read_bytes()) for mail in new.post()] == first
    assert new.git("for-each-ref") == refs
    new.git("config", "format.thread", "deep")
    new.git("config", "diff.noprefix", "true")
    new.git("config", "format.signature", "mine")
    new.git("config", "diff.context", "9")
    assert [(mail.name, mail.read_bytes()) for mail in new.post(to="again")] == first


def test_for_a_release_only_in_freeze(new: World) -> None:
    assert new.run("-o", str(new.folder / "out"), "--for", "4.23") == 2
    assert "for-4.23 is for patches while 4.23 is in freeze; xen/Makefile says 4.23-unstable" in new.err
    new.git("checkout", "-q", "master")
    (new.repo / "xen" / "Makefile").write_text(
        (new.repo / "xen" / "Makefile").read_text().replace("-unstable", ".0-rc")
    )
    new.git("commit", "-qam", "freeze")
    new.git("checkout", "-q", "support/master")
    new.edit("Xen-Version: 4.23-unstable", "Xen-Version: 4.23-rc")
    mails = new.post("--for", "4.23", "--no-rfc", "-v", "3")
    assert str(parsed(mails[1])["Subject"]).startswith("[PATCH for-4.23 v3 1/4] ")


def test_other_trees_are_named_and_have_threads_of_their_own(new: World) -> None:
    new.git("branch", "stable-4.20", "master")
    new.git("branch", "support/4.20", "support/master")
    new.post("--tree", "master", "--tree", "4.20")
    assert len(new.mails("out/master")) == len(new.mails("out/4.20")) == 5
    assert "The same is prepared for 4.20." in text_of(parsed(new.mails("out/master")[0]))
    assert new.run("-o", str(new.folder / "x"), "--tree", "4.19") == 2
    assert "no branch support/4.19" in new.err and "4.20, master" in new.err


def test_what_the_branch_has_already_is_not_sent(known: World) -> None:
    known.git("update-ref", "refs/heads/master", "support/master")
    assert known.run("-o", str(known.folder / "out")) == 0
    assert "nothing to send" in known.out and not known.mails()


def test_a_branch_that_moved_under_us_is_for_update(known: World) -> None:
    known.git("checkout", "-q", "master")
    known.edit("    Status: Tech Preview", "    Status: Experimental")
    known.git("checkout", "-q", "support/master")
    assert known.run("-o", str(known.folder / "out")) == 1
    assert "have both changed SUPPORT.md; run `xen-support update` first" in known.err


def test_other_files_come_last(known: World) -> None:
    (known.repo / "CHANGELOG.md").write_text("# Changelog\n\nPaging is supported.\n")
    (known.repo / "xen" / "xsm").mkdir()
    (known.repo / "xen" / "xsm" / "note").write_text("New.\n")
    known.git("rm", "-q", "xen/Makefile")
    known.git("add", "xen/xsm/note")
    known.git("commit", "-qam", "CHANGELOG.md: paging\n\nPeople are to know of it.")
    mails = known.post()
    assert str(parsed(mails[2])["Subject"]) == "[PATCH RFC 2/2] CHANGELOG.md: paging"
    assert "People are to know of it." in text_of(parsed(mails[2]))
    assert "xen/xsm/note" in run("git", "ls-tree", "-r", "series/master", folder=known.repo)
    assert "clara@example.org" in parsed(mails[2])["Cc"] and "reminder: CHANGELOG" not in known.err


def test_cover_text_of_a_person_is_kept(new: World) -> None:
    own = new.folder / "cover.txt"
    own.write_text("A first statement of support\n\nHello all,\nthis is what we talked about.\n")
    mails = new.post("--cover", str(own))
    assert str(parsed(mails[0])["Subject"]).endswith("] A first statement of support")
    assert text_of(parsed(mails[0])).startswith("Hello all,\nthis is what we talked about.\n\nThis series")
    new.git(
        "config",
        "branch.series/master.description",
        new.git("config", "branch.series/master.description") + "\nBest wishes.\n",
    )
    text = text_of(parsed(new.post()[0]))
    assert "Hello all," in text and "Best wishes." in text and text.count("In numbers:") == 1


def test_open_questions_are_listed_by_place_without_their_words(new: World) -> None:
    book = ROOT / "samples" / "categorisation.xlsx"
    text = text_of(parsed(new.post("--questions", str(book))[0]))
    listed = text.partition("Open questions, not in the patches")[2].partition("\n\n")[0].splitlines()[1:]
    assert len(listed) > 30 and all(line.startswith(("- ", "  ")) for line in listed)
    assert not any(word in text for word in ("?", "TBD", "Discussion", "categorisation.xlsx"))
    assert all(len(line) <= 75 for line in listed) and listed[0].endswith(": master")


def test_a_file_with_crlf_goes_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = make(tmp_path, capsys, MEMORY, before=support(MEMORY, SECURITY))
    (world.repo / "SUPPORT.md").write_bytes(support(MEMORY.replace("Gives", "Takes")).replace("\n", "\r\n").encode())
    world.git("commit", "-qam", "crlf")
    assert world.run("-o", str(tmp_path / "out"), "-s", "--no-cc") == 0, world.err


def test_messages_are_read_as_they_are_written() -> None:
    text = (
        "SUPPORT.md: x\n\nNote: this is text.\n\nBackport: 4.19+\nSigned-off-by: A <a@b.c>\n\n---\nbelow\n---\nmore\n"
    )
    message = messages.read(text)
    assert (message.body, message.tags, message.below) == (
        "Note: this is text.", ("Backport: 4.19+", "Signed-off-by: A <a@b.c>"), "below\n---\nmore",
    )  # fmt: skip
    assert message.text() == text and messages.read(message.text()) == message
    reviewed = messages.read("s\n\nSigned-off-by: A <a@b.c>\nReviewed-by: B <b@b.c>\n")
    assert reviewed.with_tag("Signed-off-by: C <c@b.c>").tags[1:] == (
        "Signed-off-by: C <c@b.c>",
        "Reviewed-by: B <b@b.c>",
    )
    assert reviewed.without_reviews().tags == ("Signed-off-by: A <a@b.c>",)
