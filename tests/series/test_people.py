"""What people wrote is theirs: commits of others, words and squashed or split patches on the series' branch; stale words are refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from convert.mail.messages import Message
from convert.series import bodies
from tests.series import walk
from tests.series.walk import Walk, body, subjects
from tests.series.world import World, parsed
from tests.update.worlds import changed, git

RITA = "SUPPORT.md: say who may use xl\n\nAdministrators asked for it.\n\nReported-by: Adam Asker <adam@example.org>\nSigned-off-by: Rita Hand <rita@example.org>"
XL = "xl, x: Tech Preview, was Supported"


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Walk:
    made = walk.make(tmp_path, capsys)
    made.updated()
    return made


def test_a_commit_of_another_author_stays_a_patch_of_its_own(world: Walk) -> None:
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    world.updated()
    world.hand("The toolstack.", "The toolstack of administrators.", RITA)
    world.features(["4.20"], changed((0, 3, "Supported")))
    world.updated()
    mails = world.series()
    assert [one.partition("] ")[2] for one in subjects(mails[1:])] == [
        "SUPPORT.md: CPU Hotplug, x86: Supported, was Experimental", "SUPPORT.md: say who may use xl",
    ]  # fmt: skip
    mail = parsed(mails[2])
    assert mail["From"] == "Rita Hand <rita@example.org>" and "adam@example.org" in mail["Cc"]
    text = body(mails[2])
    assert text.startswith("Administrators asked for it.\n\nReported-by: Adam Asker <adam@example.org>\n")
    assert "Signed-off-by: Rita Hand <rita@example.org>\nSigned-off-by: Ian Example <ian@example.org>\n---\n" in text
    assert world.git("rev-parse", "series/4.20:SUPPORT.md") == world.git("rev-parse", "support/4.20:SUPPORT.md")
    world.series("--mark-posted")
    world.features(["4.20"], changed((0, 3, "Deprecated")))
    world.updated()
    mails = world.series()
    assert "Changes in v2:" in body(mails[1]) and "Changes in v2:" not in body(mails[2])
    assert parsed(mails[2])["From"] == "Rita Hand <rita@example.org>"


def test_a_commit_before_the_sheets_change_keeps_its_place(world: Walk) -> None:
    world.hand("The toolstack.", "The toolstack of administrators.", RITA)
    world.features(["4.20"], changed((3, 3, "Experimental")))
    world.updated()
    assert [one.partition("] ")[2] for one in subjects(world.series()[1:])] == [
        "SUPPORT.md: say who may use xl", "SUPPORT.md: xl: Experimental, was Supported",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_colleagues_commit_that_came_by_a_merge_is_theirs(world: Walk) -> None:
    start = world.git("rev-parse", "support/4.20")
    hers = world.hand("The toolstack.", "The toolstack of administrators.", RITA)
    world.git("update-ref", "refs/heads/support/4.20", start)
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    world.updated()
    mine = world.git("rev-parse", "support/4.20")
    text = world.file().replace("The toolstack.", "The toolstack of administrators.")
    blob = git(world.repo, "hash-object", "-w", "--stdin", data=text)
    listing = world.git("ls-tree", mine).replace(world.git("rev-parse", f"{mine}:SUPPORT.md"), blob)
    tree = git(world.repo, "mktree", data=listing + "\n")
    world.git(
        "update-ref",
        "refs/heads/support/4.20",
        git(world.repo, "commit-tree", "-p", mine, "-p", hers, "-m", "merge", tree),
    )
    mails = world.series()
    assert [parsed(mail)["From"].partition(" ")[0] for mail in mails[1:]] == ["Ian", "Rita"]
    assert body(mails[2]).startswith("Administrators asked for it.")


def test_a_commit_without_the_authors_sign_off_is_refused_and_none_is_invented(world: Walk) -> None:
    world.hand("The toolstack.", "The one toolstack.", "SUPPORT.md: there is one\n\nAs all know.")
    (mail,) = world.series(status=1)
    assert "no Signed-off-by of its author, Rita Hand <rita@example.org>" in world.err
    assert "Signed-off-by: Rita" not in mail.read_text()


def test_a_correction_without_a_reason_belongs_to_what_it_corrects(world: Walk) -> None:
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    world.updated()
    world.hand("The toolstack.", "The one toolstack.", "SUPPORT.md: a correction", who="Ian Example")
    assert len(world.series()) == 1


def reworded(world: Walk, old: str, new: str) -> None:
    tip, message = world.git("rev-parse", "series/4.20"), world.git("log", "-1", "--format=%B", "series/4.20")
    assert old in message
    made = world.git("commit-tree", "-p", f"{tip}^", "-m", message.replace(old, new), f"{tip}^{{tree}}")
    world.git("update-ref", "refs/heads/series/4.20", made)


def test_the_list_inside_a_persons_body_is_made_anew(world: Walk) -> None:
    world.features(["4.20"], changed((0, 3, "Tech Preview"), (3, 3, "Tech Preview")))
    world.updated()
    world.series()
    reworded(world, bodies.WHY, "The tests of last week make us think so.\n\nIn detail:")
    world.features(["4.20"], changed((0, 3, "Tech Preview"), (3, 3, "Experimental")))
    world.updated()
    (mail,) = world.series()
    assert body(mail).startswith(
        "The tests of last week make us think so.\n\nIn detail:\n\n- xl: Experimental, was Supported.\n"
        "- CPU Hotplug, x86: Tech Preview, was Experimental.\n\nSigned-off-by:"
    )
    assert "does not say why" not in world.err


@pytest.mark.slow
def test_stale_words_are_refused(world: Walk) -> None:
    world.features(["4.20"], changed((3, 3, "Experimental")))
    world.updated()
    world.series()
    reworded(world, "- xl: Experimental, was Supported.", "- xl: Tech Preview, was Supported.\n- by me")
    world.series(status=1)
    assert 'says "xl: Tech Preview, was Supported.", which the patch does not do (it does: xl: Experimental, was Supported)' in world.err  # fmt: skip
    world.series("--check", status=1)
    assert "which the patch does not do" in world.err


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("- xl: Tech Preview, was Supported.", 0), ("- Tools / xl: Tech Preview, was Supported", 0), ("It was Supported: xl, was it?", 0),
        ("- xl: Experimental, was Supported.", 1), ("- xl: Tech Preview, was Deprecated.", 1), ("- Old tool: Supported, was Deprecated.", 1),
        ("- nobody's row: Tech Preview, was Supported.", 0),
    ],
)  # fmt: skip
def test_what_is_stale(text: str, count: int) -> None:
    old = "# F\n\n## Tools\n\n### xl\n\n    Status: Supported\n\n### Old tool\n\n    Status: Deprecated\n"
    new = old.replace("    Status: Supported", "    Status: Tech Preview")
    assert len(bodies.stale(Message("SUPPORT.md: x", f"Why.\n\n{text}"), old, new)) == count


def test_words_are_replaced_point_by_point() -> None:
    old, new = f"{bodies.WHY}\n\n- a: 1, was 0.\n- b: a long point\n  on two lines.", f"{bodies.WHY}\n\n- a: 2, was 0."
    assert bodies.replaced(old, old, new) == new
    assert (
        bodies.replaced("Mine.\n\n- a: 1, was 0.\n- b: a long point\n  on two lines.\n\nEnd.", old, new)
        == "Mine.\n\n- a: 2, was 0.\n\nEnd."
    )
    assert (
        bodies.replaced("Mine.\n\n- my point\n- a: 1, was 0.\n- last", old, new)
        == "Mine.\n\n- my point\n- a: 2, was 0.\n- last"
    )
    assert bodies.replaced("All mine.", old, new) == "All mine."


@pytest.mark.slow
def test_squashed_patches_stay_squashed(new: World) -> None:
    new.post()
    new.git("checkout", "-q", "series/master")
    new.git("reset", "-q", "--soft", "HEAD~2")
    signed = "Signed-off-by: Test Author <author@example.org>"
    new.git("commit", "-qm", f"SUPPORT.md: add scheduling and security\n\nThey belong together.\n\n{signed}")
    new.git("checkout", "-q", "support/master")
    for number in range(2):
        mails = new.post()
        found = [str(parsed(mail)["Subject"]).partition("] ")[2] for mail in mails[1:]]
        assert found == [
            "SUPPORT.md: add release fields and definitions",
            "SUPPORT.md: add Memory",
            "SUPPORT.md: add scheduling and security",
        ]
        assert "They belong together." in new.message("SUPPORT.md: add scheduling and security")
        if not number:
            new.edit("The XSM module.", "The XSM module, in other words.")


@pytest.mark.slow
def test_a_new_section_between_squashed_ones_comes_behind_them(new: World) -> None:
    new.post()
    new.git("checkout", "-q", "series/master")
    new.git("reset", "-q", "--soft", "HEAD~2")
    new.git("commit", "-qm", "SUPPORT.md: both\n\nWhy.\n\nSigned-off-by: Test Author <author@example.org>")
    new.git("checkout", "-q", "support/master")
    new.edit("## Security", "## Tools\n\n### xl\n\n    Status: Supported\n\n## Security")
    mails = new.post()
    assert [str(parsed(mail)["Subject"]).partition("] ")[2] for mail in mails[1:]] == [
        "SUPPORT.md: add release fields and definitions",
        "SUPPORT.md: add Memory",
        "SUPPORT.md: both",
        "SUPPORT.md: add Tools",
    ]
    assert new.git("show", "series/master:SUPPORT.md") == new.git("show", "support/master:SUPPORT.md")


@pytest.mark.slow
def test_split_patches_stay_split_while_they_fit(new: World) -> None:
    new.post()
    new.git("checkout", "-q", "series/master")
    whole = (new.repo / "SUPPORT.md").read_text()
    new.git("reset", "-q", "--soft", "HEAD~1")
    signed = "\n\nSigned-off-by: Test Author <author@example.org>"
    flask = whole.index("### Flask")
    (new.repo / "SUPPORT.md").write_text(whole[:flask].rstrip("\n") + "\n\n" + whole[whole.index("# Format") :])
    new.git("commit", "-qam", f"SUPPORT.md: add the section Security\n\nIts heading.{signed}")
    (new.repo / "SUPPORT.md").write_text(whole)
    new.git("commit", "-qam", f"SUPPORT.md: add Flask\n\nIts feature.{signed}")
    new.git("checkout", "-q", "support/master")
    for edit in (None, ("Gives memory back.", "Takes memory.")):
        if edit:
            new.edit(*edit)
        found = [str(parsed(mail)["Subject"]).partition("] ")[2] for mail in new.post()[1:]]
        assert found[3:] == ["SUPPORT.md: add the section Security", "SUPPORT.md: add Flask"]
    new.edit("The XSM module.", "The XSM module, in other words.")
    new.post()
    assert (
        "in other words"
        in subprocess.run(["git", "-C", str(new.repo), "show", "series/master"], capture_output=True, text=True).stdout
    )
