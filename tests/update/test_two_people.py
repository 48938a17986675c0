"""Two people with a clone each and a bare remote: branches and bases travel, nothing is lost, what is missing is said."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.update.worlds import FILE, World, changed, commit, git

FETCH = "git fetch origin '+refs/heads/support/*:refs/remotes/origin/support/*' 'refs/xen-support/*:refs/xen-support/*'"
PUSH = "git push --atomic origin 'refs/heads/support/*:refs/heads/support/*' 'refs/xen-support/*:refs/xen-support/*'"
BASE = "refs/xen-support/4.20/base"
Clone = Callable[[str], World]


@pytest.fixture
def clone(world: World, tmp_path: Path) -> Clone:
    """Makes somebody's clone of the world's repository."""

    def made(who: str) -> World:
        repo = tmp_path / who
        git(tmp_path, "clone", "-q", str(world.repo), str(repo), "-b", "stable-4.20")
        git(repo, "config", "user.name", who)
        git(repo, "config", "user.email", f"{who.lower()}@example.org")
        return World(repo, world.book, world.capture)

    return made


def shell(world: World, line: str) -> None:
    """Run a line that the tool has printed."""
    done = subprocess.run(line, shell=True, cwd=world.repo, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def push(world: World) -> None:
    shell(world, PUSH)


def edit(world: World, old: str, new: str) -> None:
    """A hand edit on the support branch."""
    text = world.file()
    assert text.count(old) == 1
    commit(world.repo, "support/4.20", {"SUPPORT.md": text.replace(old, new)}, f"SUPPORT.md: {new}")


def test_five_rounds_of_two_people_end_with_one_file_and_nothing_lost(world: World, clone: Clone) -> None:
    ian, rita = clone("Ian"), clone("Rita")
    assert ian.run() == 0
    push(ian)
    statuses = ["Supported", "Tech Preview", "Experimental", "Deprecated", "Supported, not security supported"]
    words = ["The toolstack."]
    for number, status in enumerate(statuses):
        me, other = (ian, rita) if number % 2 else (rita, ian)
        if number:
            shell(me, FETCH)
        else:
            me.git("fetch", "-q")
            assert me.run() == 1 and FETCH in me.err  # the base is not here yet
            shell(me, FETCH)
        edit_row = (number % 2, 3, status)  # rows are edited in turns, so that each edit is one of the other's, too
        world.features(["4.20"], changed(edit_row, *([(1 - number % 2, 3, statuses[number - 1])] if number else [])))
        assert me.run() == 0, me.err
        words.append(f"Sentence {number} of a person.")
        edit(me, words[-2] if number else "The toolstack.", f"{words[-2]}\n{words[-1]}")
        assert me.run() == 0 and "up to date" in me.out, me.out
        assert f"to share: {PUSH}" in me.err or not number
        push(me)
        shell(other, FETCH)
        assert other.run() == 0 and other.file() == me.file(), other.err
    for person in (ian, rita):
        shell(person, FETCH)
        assert person.run() == 0 and "up to date" in person.out
    assert ian.file() == rita.file() and ian.git("rev-parse", BASE) == rita.git("rev-parse", BASE)
    text = ian.file()
    assert all(sentence in text for sentence in words)
    assert f"Status, x86: {statuses[4]}" in text and f"Status, Arm: {statuses[3]}" in text
    again = clone("Zoe")
    shell(again, FETCH)
    assert again.run() == 0 and again.file() == text


def test_a_colleagues_clone_begins_at_the_remotes_branch(world: World, clone: Clone) -> None:
    ian = clone("Ian")
    ian.run()
    edit(ian, "The toolstack.", "The one toolstack.")
    push(ian)
    rita = clone("Rita")
    assert rita.run("--plan") == 1 and "support/4.20" not in rita.git("branch", "--list")
    assert rita.run() == 1
    tip = rita.git("rev-parse", "support/4.20")
    assert f"support/4.20 begins at {tip[:12]}\n" in rita.out and tip == ian.git("rev-parse", "support/4.20")
    assert f"but not {BASE}" in rita.err and FETCH in rita.err
    assert rita.run() == 1 and not rita.git("for-each-ref", BASE)  # still nothing is merged
    shell(rita, FETCH)
    world.features(["4.20"], changed((0, 3, "Supported")))
    assert rita.run() == 0
    assert "The one toolstack." in rita.file() and "x86: Supported" in rita.file()
    assert rita.git("rev-parse", f"{BASE}^2") == rita.git("rev-parse", "support/4.20")


@pytest.mark.slow
def test_where_no_base_is_anywhere_the_file_is_taken_over(world: World, clone: Clone) -> None:
    ian = clone("Ian")
    ian.run()
    edit(ian, "The toolstack.", "The one toolstack.")
    ian.git("push", "-q", "origin", "support/4.20")
    rita = clone("Rita")
    world.features(["4.20"], changed((0, 3, "Supported")))
    assert rita.run() == 1 and "--adopt" in rita.err
    assert rita.run("--adopt") == 0
    assert rita.file() == ian.file() and "taken over as it is" in rita.out


def test_a_base_older_than_the_branch_is_said_before_anything_merges(world: World, clone: Clone) -> None:
    ian, rita = clone("Ian"), clone("Rita")
    ian.run()
    push(ian)
    shell(rita, FETCH)
    rita.run()
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    ian.run()
    push(ian)
    rita.git("fetch", "-q")  # the branch, but not the base
    world.features(["4.20"], changed((0, 3, "Experimental")))
    before = rita.refs()
    assert rita.run() == 1 and rita.refs() == before
    assert f"{BASE} is older than support/4.20: it does not know the update" in rita.err and FETCH in rita.err
    shell(rita, FETCH)
    assert rita.run() == 0 and "x86: Experimental" in rita.file()


@pytest.mark.slow
def test_a_branch_that_went_on_at_both_ends_is_said(world: World, clone: Clone) -> None:
    ian, rita = clone("Ian"), clone("Rita")
    ian.run()
    push(ian)
    shell(rita, FETCH)
    rita.run()
    edit(rita, "The toolstack.", "Rita's toolstack.")
    edit(ian, "Read the bottom.", "Read the top.")
    push(ian)
    rita.git("fetch", "-q")
    assert rita.run() == 0
    assert "support/4.20 and origin/support/4.20 have diverged" in rita.err and "Rita's" in rita.file()
    refused = subprocess.run(PUSH, shell=True, cwd=rita.repo, capture_output=True, text=True)
    assert refused.returncode and "rejected" in refused.stderr


@pytest.mark.slow
def test_several_remotes_are_named(world: World, clone: Clone) -> None:
    ian = clone("Ian")
    ian.run()
    push(ian)
    rita = clone("Rita")
    rita.git("update-ref", "refs/remotes/other/support/4.20", rita.git("commit-tree", "-m", "x", "HEAD^{tree}"))
    assert rita.run() == 1
    assert "several remotes have the branch support/4.20: origin/support/4.20, other/support/4.20; choose one with --remote" in rita.err  # fmt: skip


def gone(world: World) -> str:
    """A support branch with a hand edit, which is deleted; the commit it was at."""
    world.run()
    edit(world, "The toolstack.", "The one toolstack.")
    world.features(["4.20"], changed((0, 3, "Supported")))
    world.run()
    tip = world.git("rev-parse", "support/4.20")
    world.git("update-ref", "-d", "refs/heads/support/4.20")
    return tip


def test_a_base_without_its_branch_stops_and_offers_where_to_begin(world: World) -> None:
    tip = gone(world)
    before = world.refs()
    for words in (("--plan",), ()):
        assert world.run(*words) == 1 and world.refs() == before
        said = world.out + world.err
        assert f"{BASE} is there, and its branch support/4.20 is gone" in said
        assert f"git branch support/4.20 {tip[:12]}   # as the last update left it; 2 changes to stable-4.20: " in said
        assert "git branch support/4.20 stable-4.20   # the tree's own branch" in said
    world.git("branch", "support/4.20", tip[:12])
    assert world.run() == 0 and "up to date" in world.out
    assert "The one toolstack." in world.file() and "x86: Supported" in world.file()


def test_begun_at_the_trees_own_branch_the_sheets_changes_come_back(world: World) -> None:
    gone(world)
    world.git("branch", "support/4.20", "stable-4.20")
    assert world.run() == 0
    assert world.file() == FILE.replace("x86: Experimental", "x86: Supported")


@pytest.mark.slow
def test_the_reflog_is_offered(world: World, clone: Clone) -> None:
    ian = clone("Ian")
    ian.run()
    ian.git("checkout", "-q", "support/4.20")
    (ian.repo / "SUPPORT.md").write_text(FILE.replace("The toolstack.", "The one toolstack."))
    ian.git("commit", "-qam", "SUPPORT.md: by hand")
    tip = ian.git("rev-parse", "HEAD")
    ian.git("checkout", "-q", "stable-4.20")
    ian.git("branch", "-qD", "support/4.20")
    assert ian.run() == 1
    assert f"git branch support/4.20 {tip[:12]}   # in a reflog; 1 change to stable-4.20: Tools / xl: description changed" in ian.err  # fmt: skip


@pytest.mark.slow
def test_a_remotes_branch_is_where_a_lost_one_begins_if_it_has_all(world: World, clone: Clone) -> None:
    ian = clone("Ian")
    ian.run()
    edit(ian, "The toolstack.", "The one toolstack.")
    push(ian)
    ian.git("update-ref", "-d", "refs/heads/support/4.20")
    assert ian.run() == 0 and "support/4.20 begins at origin/support/4.20" in ian.err
    assert "The one toolstack." in ian.file()
    edit(ian, "Read the bottom.", "Read the top.")
    ian.run()  # kept with the base, but not pushed
    ian.git("update-ref", "-d", "refs/heads/support/4.20")
    assert ian.run() == 1
    assert "# as the last update left it" in ian.err and "git branch support/4.20 origin/support/4.20   # the branch of origin" in ian.err  # fmt: skip


@pytest.mark.slow
def test_a_rewritten_branch_is_said_and_goes_on(world: World) -> None:
    world.run()
    world.features(["4.20"], changed((0, 3, "Supported")))
    world.run()
    tree, words = world.git("rev-parse", "support/4.20^{tree}"), world.git("log", "-1", "--format=%B", "support/4.20")
    world.git(
        "update-ref",
        "refs/heads/support/4.20",
        git(world.repo, "commit-tree", "-p", "stable-4.20", "-m", f"x {words}", tree),
    )
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    assert world.run() == 0 and "support/4.20 was rewritten" in world.err
    assert world.file() == FILE.replace("x86: Experimental", "x86: Tech Preview")


def test_every_update_keeps_the_tip_with_the_base(world: World) -> None:
    world.run()
    assert world.git("rev-parse", f"{BASE}^2") == world.git("rev-parse", "support/4.20")
    edit(world, "The toolstack.", "The one toolstack.")
    assert world.run() == 0 and "up to date" in world.out
    assert world.git("rev-parse", f"{BASE}^2") == world.git("rev-parse", "support/4.20")
    before = world.refs()
    assert world.run() == 0 and world.refs() == before
