"""From v1 to v3: what is kept, what is dropped, what the change logs say; lost and rewritten branches."""

from __future__ import annotations

import pytest

from convert.series import changelog
from tests.series.world import SECURITY, World, parsed, text_of

REVIEWED = "Reviewed-by: Rita Reviewer <rita@example.org>"
ACKED = "Acked-by: Adam Maintainer <adam@example.org>"


def below(text: str) -> str:
    """What stands between the two lines `---` of a patch's mail."""
    parts = text.split("\n---\n")
    return parts[1] if len(parts) > 2 else ""


def posted(world: World) -> None:
    """v1 is posted, and got two reviews."""
    world.post()
    assert world.run("--mark-posted") == 0 and "v1 marked as posted" in world.out
    signed = "Signed-off-by: Test Author <author@example.org>"
    world.reword("SUPPORT.md: add Memory", signed, f"{signed}\n{REVIEWED}")
    world.reword("SUPPORT.md: add Security", signed, f"{signed}\n{ACKED}\n\n---\nMy note for reviewers.")


def test_the_log_lists_exactly_the_two_changes(known: World) -> None:
    known.post()
    known.run("--mark-posted")
    known.edit("The XSM module.", "The XSM module, in other words.")
    known.edit("### Credit\n\n    Status: Supported", "### Credit\n\n    Status: Tech Preview")
    cover = known.folder / "cover.txt"
    cover.write_text("Own words.\n")
    letter, patch = (text_of(parsed(mail)) for mail in known.post("--cover", str(cover)))
    two = ["- Scheduling / Credit: Tech Preview, was Supported", "- Security / Flask: description changed"]
    assert below(patch).split("\n") == ["Changes in v2:", *two]
    assert "Changes since v1:\n" + "\n".join(two) + "\n\n" in letter
    assert "\nRange-diff against v1:\n1:  " in letter and str(parsed(known.mails()[1])["Subject"]).startswith(
        "[PATCH RFC v2 1/1] "
    )


def test_the_cover_letter_lists_what_is_obsolete(known: World) -> None:
    known.edit("### Credit\n\n    Status: Supported", "### Credit\n\n    Status: Obsolete")
    (known.folder / "cover.txt").write_text("Own words.\n")
    letter = text_of(parsed(known.post("--cover", str(known.folder / "cover.txt"))[0]))
    assert "Obsolete, and so without security support:\n- Scheduling / Credit\n" in letter


def test_what_the_branch_changed_itself_is_not_in_the_log(known: World) -> None:
    known.post()
    known.run("--mark-posted")
    known.git("checkout", "-q", "master")
    known.edit("### Flask\n\nThe XSM module.", "### Flask\n\nThe one XSM module.")
    known.git("checkout", "-q", "support/master")
    known.git("merge", "-q", "--no-edit", "master")
    known.edit("Gives memory back.", "Takes memory.")
    assert below(text_of(parsed(known.post()[0]))) == "Changes in v2:\n- Memory / Ballooning: description changed"


def test_unchanged_patches_keep_all_and_changed_ones_lose_their_reviews(new: World) -> None:
    posted(new)
    new.edit("Gives memory back.", "Takes memory.")
    mails = {str(parsed(mail)["Subject"]).partition("add ")[2]: text_of(parsed(mail)) for mail in new.post()}
    assert ACKED in mails["Security"] and below(mails["Security"]) == "My note for reviewers."
    assert (
        REVIEWED not in mails["Memory"]
        and below(mails["Memory"]) == "Changes in v2:\n- Ballooning: description changed"
    )
    assert below(mails["Scheduling"]) == ""
    assert f"'SUPPORT.md: add Memory' has changed: dropped {REVIEWED}" in new.err and ACKED not in new.err


def test_hand_written_lines_survive_to_v3(new: World) -> None:
    posted(new)
    new.edit("Gives memory back.", "Takes memory.")
    new.post()
    log = "Changes in v2:\n- Ballooning: description changed"
    new.reword("SUPPORT.md: add Memory", log, f"{log}\n- as Rita asked for")
    new.post()
    assert below(text_of(parsed(new.mails()[2]))) == f"{log}\n- as Rita asked for"
    assert new.run("--mark-posted") == 0 and "v2 marked as posted" in new.out
    new.edit("Takes memory.", "Takes all memory.")
    new.post()
    text = f"Changes in v3:\n- Ballooning: description changed\n\n{log}\n- as Rita asked for"
    assert below(text_of(parsed(new.mails()[2]))) == text


def test_words_of_a_person_are_kept_in_a_changed_patch(new: World) -> None:
    posted(new)
    new.reword("SUPPORT.md: add Memory", "Add the section Memory:", "Memory, at last:")
    new.edit("Gives memory back.", "Takes memory.")
    new.post()
    assert "Memory, at last:" in new.message("SUPPORT.md: add Memory")


def test_a_section_that_is_not_there_any_more(new: World) -> None:
    posted(new)
    new.edit("\n\n" + SECURITY, "")
    new.post()
    assert "'SUPPORT.md: add Security' is not in v2" in new.err and f"dropped {ACKED}" in new.err


def test_versions(new: World) -> None:
    assert new.run("--mark-posted") == 2 and "no series was made of it here" in new.err
    posted(new)
    assert new.git("rev-parse", "refs/xen-support/master/posted/v1^{tree}") == new.git(
        "rev-parse", "series/master^{tree}"
    )
    assert (
        new.run("-o", str(new.folder / "out"), "-v", "1") == 2 and "v1 has been posted; the next one is v2" in new.err
    )
    assert new.run("--mark-posted") == 0 and "was marked as posted before" in new.out
    assert new.run("--mark-posted", "-v", "4") == 2
    new.post("-v", "3")
    assert new.run("--mark-posted") == 0 and "v3" in new.out
    new.edit("Gives memory back.", "Takes memory.")
    new.post()
    assert "v2 was never marked as posted" in new.err
    new.git("update-ref", "-d", "refs/xen-support/master/posted/v3")
    assert "[PATCH RFC v4 0/4]" in str(parsed(new.post(to="later")[0])["Subject"])
    assert "v3 was posted, and its ref refs/xen-support/master/posted/v3 is lost" in new.err


@pytest.mark.slow
def test_a_lost_branch_is_told(new: World) -> None:
    new.post()
    new.git("branch", "-qD", "series/master")
    new.post()
    assert "series/master is gone; tags and words are those of the series as it was made" in new.err
    assert "to take those of" not in new.err
    new.git("update-ref", "refs/remotes/origin/series/master", "series/master")
    new.git("branch", "-qD", "series/master")
    new.post()
    assert "; to take those of origin/series/master: git branch series/master origin/series/master" in new.err
    new.git("update-ref", "-d", "refs/xen-support/master/series")
    assert new.run("-o", str(new.folder / "out")) == 1
    assert "series/master exists, and no record says that series made it" in new.err


def test_a_rewritten_branch_is_told(new: World) -> None:
    new.post()
    new.git("checkout", "-q", "series/master")
    (new.repo / "SUPPORT.md").write_text((new.repo / "SUPPORT.md").read_text().replace("Credit", "Credit2"))
    new.git("commit", "-qa", "--amend", "--no-edit")
    new.git("checkout", "-q", "support/master")
    tip = new.git("rev-parse", "series/master")
    assert new.run("-o", str(new.folder / "other")) == 1
    assert "series/master was rewritten" in new.err and "support/master" in new.err
    assert new.git("rev-parse", "series/master") == tip and not new.mails("other")


def test_a_lost_record_of_a_posted_version_is_told(new: World) -> None:
    posted(new)
    new.git("branch", "-qD", "series/master")
    new.git("update-ref", "-d", "refs/xen-support/master/series")
    new.edit("Gives memory back.", "Takes memory.")
    new.post(to="again")
    assert "v1 was posted, but the record of its patches is lost" in new.err
    new.git("update-ref", "refs/xen-support/master/series", "master")
    assert new.run("-o", str(new.folder / "again")) == 2 and "not a record of series" in new.err


def test_a_version_that_was_posted_as_another_is_told(new: World) -> None:
    posted(new)
    new.edit("Gives memory back.", "Takes memory.")
    new.post(to="v2")
    assert "made again since" not in new.err
    new.git("update-ref", "refs/xen-support/master/posted/v2", "support/master")  # as a colleague's, fetched
    new.post(to="v3")
    assert f"v2 was posted as {new.git('rev-parse', 'support/master')[:12]}, and made again since" in new.err


def test_a_checked_out_series_is_not_moved(new: World) -> None:
    new.post()
    new.edit("Gives memory back.", "Takes memory.")
    new.git("checkout", "-q", "series/master")
    assert new.run("-o", str(new.folder / "out")) == 2 and "series/master is checked out in" in new.err


@pytest.mark.slow
def test_an_edited_cover_letter_belongs_into_the_branchs_description(new: World) -> None:
    letter = new.post()[0]
    letter.write_text(letter.read_text().replace("This series", "Hello. This series"))
    new.edit("Gives memory back.", "Takes memory.")
    assert new.run("-o", str(new.folder / "out")) == 2
    assert "put it into the description of the branch: git branch --edit-description series/master" in new.err


@pytest.mark.slow
def test_mails_that_were_edited_are_not_overwritten(new: World) -> None:
    mails = new.post()
    mails[1].write_text(mails[1].read_text().replace("The frame", "This is the frame"))
    new.edit("Gives memory back.", "Takes memory.")
    refs = new.git("for-each-ref")
    assert new.run("-o", str(new.folder / "out")) == 2 and "is not as series wrote it" in new.err
    assert new.git("for-each-ref") == refs
    new.post("--force")


def test_text_below() -> None:
    old = "A note.\n\nChanges in v2:\n- made\n- mine\n\nChanges in v1:\n- old"
    assert (
        changelog.below(old, 2, ["- new"], ["- made"])
        == "A note.\n\nChanges in v2:\n- new\n- mine\n\nChanges in v1:\n- old"
    )
    assert changelog.below(old, 3, ["- new"], []).startswith(
        "A note.\n\nChanges in v3:\n- new\n\nChanges in v2:\n- made\n- mine\n\nC"
    )
    assert changelog.below("", 2, [], []) == ""


def test_no_version_goes_back(new: World) -> None:
    new.post("-v", "3")
    assert new.run("--mark-posted") == 0
    new.edit("Gives memory back.", "Takes memory.")
    for version in ("1", "2", "3"):
        assert new.run("-o", str(new.folder / "again"), "-v", version) == 2
        assert "v3 has been posted; the next one is v4" in new.err
