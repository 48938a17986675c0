"""`xen-support update`: adoption, changes from the sheet, by hand and upstream, conflicts, odd repositories."""

from __future__ import annotations

import difflib
import json
import subprocess
from pathlib import Path

import pytest

from tests.update.worlds import FILE, ROWS, World, changed, commit, git

BASE = "refs/xen-support/4.20/base"


def differences(old: str, new: str) -> list[str]:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[0] in "+-" and not line.startswith(("+++", "---"))]


def test_first_contact_takes_the_file_over_as_it_stands(world: World) -> None:
    tip = world.git("rev-parse", "stable-4.20")
    assert world.run("--plan") == 1
    assert "taken over" in world.out and 'the file says "Experimental", the sheet nothing' in world.out
    assert "by hand only: 2" in world.out
    assert world.refs().count("\n") == 0
    assert world.run() == 0
    assert world.git("rev-parse", "support/4.20") == tip
    assert world.file() == FILE
    assert world.git("rev-parse", BASE)
    before = world.refs()
    assert world.run() == 0
    assert "up to date" in world.out
    assert world.refs() == before


def test_a_plan_of_what_agrees_is_empty(world: World) -> None:
    world.features(["4.20"], [*ROWS[:3], ("Host", "Memory", "RISC-V", "Experimental"), *ROWS[3:]])
    commit(world.repo, "stable-4.20", {"SUPPORT.md": FILE.replace(" And more.", "")})
    assert world.run("--plan") == 1 and "by hand" not in world.out
    assert world.run() == 0
    assert world.run("--plan") == 0 and "unchanged: " in world.out


def test_one_changed_cell_is_a_one_line_diff(world: World) -> None:
    world.run()
    world.features(["4.20"], changed((2, 3, "Tech Preview")))
    assert world.run("--plan") == 1
    assert '"Supported" -> "Tech Preview"' in world.out
    assert world.run() == 0
    assert differences(FILE, world.file()) == ["-\tSupported, x86: Supported", "+\tSupported, x86: Tech Preview"]
    assert world.git("log", "-1", "--format=%P", "support/4.20") == world.git("rev-parse", "stable-4.20")
    assert world.git("diff", "--name-only", "stable-4.20", "support/4.20") == "SUPPORT.md"


def test_hand_edits_stay_and_a_reviewer_never_loses_one(world: World) -> None:
    world.run()
    edited = FILE.replace("    Status, Arm: Supported", "    Status, Arm: Tech Preview").replace("more.", "more of it.")
    commit(world.repo, "support/4.20", {"SUPPORT.md": edited})
    world.features(["4.20"], changed((0, 3, "Tech Preview"), rows=ROWS[:4]))
    assert world.run() == 0
    assert differences(edited, world.file()) == [
        "-    Status, x86: Experimental", "+    Status, x86: Tech Preview", "-### Old tool", "-", "-    Status: Deprecated", "-",
    ]  # fmt: skip
    assert world.run("--plan") == 1
    assert "Status" not in world.err
    assert "cell Features!D3" in world.out and '"Tech Preview"' in world.out


def test_the_base_has_nothing_private_and_a_parent(world: World) -> None:
    world.features(["4.20"], changed((0, 3, "?"), (0, 7, "Secret discussion"), (3, 3, "TBD secret plan")))
    world.run()
    first = world.git("rev-parse", BASE)
    world.features(["4.20"], changed((0, 3, "Supported"), (0, 7, "Secret discussion")))
    assert world.run() == 0
    assert world.git("rev-parse", f"{BASE}^") == first
    for ref in (BASE, first):
        names = world.git("ls-tree", "--name-only", ref).split("\n")
        assert names == ["SUPPORT.md", "provenance.json", "published.json"]
        content = "".join(world.git("cat-file", "blob", f"{ref}:{name}") for name in names) + world.git("log", ref)
        assert "ecret" not in content and "TBD" not in content and "book" not in content
    provenance = json.loads(world.git("cat-file", "blob", f"{BASE}:provenance.json"))
    assert provenance["commit"] == world.git("rev-parse", "stable-4.20") and len(provenance["source"]["sha256"]) == 64
    assert provenance["rows"]["cpu-hotplug--x86"] == "Features!D2"


def test_an_undecided_cell_keeps_what_the_file_says_and_a_blank_one_removes(world: World) -> None:
    world.run()
    world.features(["4.20"], changed((0, 3, "?"), (4, 3, "TBD")))
    assert world.run() == 0
    assert world.file() == FILE
    world.features(["4.20"], changed((0, 3, "Supported"), rows=ROWS[:4]))
    assert world.run() == 0
    assert differences(FILE, world.file())[:2] == ["-    Status, x86: Experimental", "+    Status, x86: Supported"]
    assert "Old tool" not in world.file()


def test_an_undecided_cell_at_first_contact_is_what_the_file_says(world: World) -> None:
    world.features(["4.20"], changed((0, 3, "?")))
    world.run()
    assert world.file() == FILE
    world.features(["4.20"], changed((0, 3, "Supported")))
    assert world.run() == 0
    assert differences(FILE, world.file()) == ["-    Status, x86: Experimental", "+    Status, x86: Supported"]


def in_conflict(world: World) -> Path:
    world.run()
    commit(world.repo, "support/4.20", {"SUPPORT.md": FILE.replace("x86: Experimental", "x86: Deprecated")})
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    before = world.refs()
    assert world.run() == 1
    assert world.refs() == before
    folder = world.repo / "xen-support" / "4.20" / "merge"
    assert str(folder / "SUPPORT.md") in world.out
    return folder / "SUPPORT.md"


def test_a_conflict_waits_with_cell_and_commit_of_each_side(world: World) -> None:
    file = in_conflict(world)
    text = file.read_text()
    tip, base = world.git("rev-parse", "--short=12", "support/4.20"), world.git("rev-parse", "--short=12", BASE)
    assert text.count("<<<<<<<") == 1
    assert (
        f"<<<<<<< support/4.20 {tip}\n    Status, x86: Deprecated\n||||||| last draft {base}\n    Status, x86: Experimental\n"
        "=======\n    Status, x86: Tech Preview\n>>>>>>> sheet Features!D2 [cpu-hotplug--x86]\n    Status, Arm: Supported\n"
    ) in text
    assert world.run() == 1
    assert "a merge is waiting in" in world.err


def test_continue_refuses_markers_and_broken_text_then_commits(world: World) -> None:
    file = in_conflict(world)
    before = world.refs()
    assert world.run("--continue", source=False) == 1
    assert "a conflict marker is left" in world.err
    file.write_text(FILE.replace("x86: Experimental", "x86 Experimental"))
    assert world.run("--continue", source=False) == 1
    assert "XS" in world.err and world.refs() == before
    file.write_text(FILE.replace("x86: Experimental", "x86: Supported"))
    assert world.run("--continue", source=False) == 0
    assert "x86: Supported" in world.file()
    assert not file.parent.exists()
    assert world.run("--continue", source=False) == 2
    assert world.run() == 0
    assert "up to date" in world.out


def test_abort_leaves_all_as_it_was(world: World) -> None:
    file = in_conflict(world)
    before = world.refs()
    assert world.run("--abort", source=False) == 0
    assert world.refs() == before and not file.exists()
    assert world.run("--abort", source=False) == 2
    assert world.run("--abort", "--tree", "../../x", source=False) == 2


@pytest.mark.parametrize(("side", "value"), [("--ours", "Deprecated"), ("--theirs", "Tech Preview")])
def test_a_conflict_is_settled_by_name_before_or_after(world: World, side: str, value: str) -> None:
    file = in_conflict(world)
    assert world.run(side, "nothing", "--tree", "4.20", source=False) == 2
    assert world.run(side, "cpu-hotplug--x86", "--tree", "4.20", source=False) == 0
    assert "0 conflicts left" in world.out
    assert file.read_text() == FILE.replace("x86: Experimental", f"x86: {value}")
    assert world.run("--abort", source=False) == 0
    assert world.run(side, "cpu-hotplug--x86") == 0
    assert world.file() == FILE.replace("x86: Experimental", f"x86: {value}")


def test_a_disagreement_of_first_contact_can_be_settled_for_the_sheet(world: World) -> None:
    assert world.run("--theirs", "memory--risc-v") == 0
    assert differences(FILE, world.file()) == ["-    Status, RISC-V: Experimental"]


def test_when_the_trees_branch_moves_its_file_is_merged_too(world: World) -> None:
    world.run()
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    world.run()
    up = commit(
        world.repo, "stable-4.20", {"SUPPORT.md": FILE.replace("Status: Deprecated", "Status: Obsolete"), "new": "x\n"}
    )
    world.features(["4.20"], changed((0, 3, "Tech Preview"), (3, 3, "Experimental")))
    assert world.run() == 0
    text = world.file()
    assert "Status: Obsolete" in text and "x86: Tech Preview" in text and "Status: Experimental" in text
    assert world.git("log", "-1", "--format=%P", "support/4.20").split()[1] == up
    assert world.git("diff", "--name-only", "stable-4.20", "support/4.20") == "SUPPORT.md"
    assert world.run() == 0 and "up to date" in world.out


def test_a_conflict_with_the_trees_branch_comes_first(world: World) -> None:
    world.run()
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    world.run()
    commit(world.repo, "stable-4.20", {"SUPPORT.md": FILE.replace("x86: Experimental", "x86: Supported")})
    assert world.run() == 1
    assert world.run("--theirs", "cpu-hotplug--x86", "--continue", source=False) == 0
    assert "run update again" in world.err
    assert "x86: Supported" in world.file()
    assert world.run("--plan") == 1
    assert "by hand only" in world.out


def test_once_upstream_has_it_git_leads(world: World) -> None:
    world.run()
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    world.run()
    world.git("update-ref", "refs/heads/stable-4.20", world.git("rev-parse", "support/4.20"))
    commit(world.repo, "stable-4.20", {"SUPPORT.md": world.file().replace("x86: Tech Preview", "x86: Supported")})
    assert world.run("--plan", "--format", "json") == 1
    (tree,) = json.loads(world.out)["trees"]
    assert tree["git_leads"] is True
    edit = next(change for change in tree["changes"] if change["key"] == "cpu-hotplug--x86")
    assert edit["who"] == "hand" and edit["sheet_edit"] == 'cell Features!D2: "Supported"'


def test_an_edit_that_both_made_is_no_change(world: World) -> None:
    world.run()
    commit(world.repo, "support/4.20", {"SUPPORT.md": FILE.replace("x86: Experimental", "x86: Supported")})
    tip = world.git("rev-parse", "support/4.20")
    old = world.git("rev-parse", BASE)
    world.features(["4.20"], changed((0, 3, "Supported")))
    assert world.run() == 0
    assert world.git("rev-parse", "support/4.20") == tip and world.git("rev-parse", BASE) != old


def test_the_message_says_what_changed_and_nothing_else(world: World) -> None:
    world.run()
    world.features(["4.20"], changed((0, 3, "Tech Preview"), (3, 3, "Supported, not security supported")))
    assert world.run("-s") == 0
    message = world.git("log", "-1", "--format=%B", "support/4.20")
    subject, *body = message.split("\n")
    assert subject == "SUPPORT.md: update 2 features"
    assert "Signed-off-by: Ian Example <ian@example.org>" in body
    assert "CPU Hotplug, x86: Tech Preview, was Experimental." in message
    assert max(map(len, body)) <= 75
    assert "book" not in message and "Features!" not in message
    world.features(["4.20"], changed((0, 3, "Supported"), (3, 3, "Supported, not security supported")))
    assert world.run() == 0
    message = world.git("log", "-1", "--format=%B", "support/4.20")
    assert message.startswith("SUPPORT.md: CPU Hotplug, x86: Supported, was Tech Preview") and "Signed" not in message


def test_work_tree_and_index_are_never_touched(world: World, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(world.repo), str(clone), "-b", "stable-4.20")
    git(clone, "config", "user.name", "Ian")
    git(clone, "config", "user.email", "i@example.org")
    world.repo = clone
    (clone / "SUPPORT.md").write_text("half done\n")
    (clone / "Makefile").write_text("staged\n")
    git(clone, "add", "Makefile")
    (clone / ".git" / "MERGE_HEAD").write_text(git(clone, "rev-parse", "HEAD") + "\n")
    before = (git(clone, "status", "--porcelain"), (clone / ".git" / "index").read_bytes())
    assert world.run() == 0
    world.features(["4.20"], changed((0, 3, "Supported")))
    assert world.run() == 0
    assert "x86: Supported" in world.file()
    assert (git(clone, "status", "--porcelain"), (clone / ".git" / "index").read_bytes()) == before
    assert (clone / "SUPPORT.md").read_text() == "half done\n"


def test_a_checked_out_branch_stops_unless_it_is_clean_and_asked_for(world: World, tmp_path: Path) -> None:
    world.run()
    place = tmp_path / "place"
    world.git("worktree", "add", "-q", str(place), "support/4.20")
    world.features(["4.20"], changed((0, 3, "Supported")))
    before = world.refs()
    assert world.run() == 1
    assert "is checked out in" in world.err and world.refs() == before
    (place / "SUPPORT.md").write_text("mine\n")
    assert world.run("--checkout") == 1
    assert "with changes" in world.err and world.refs() == before
    git(place, "checkout", "-q", "SUPPORT.md")
    assert world.run("--checkout") == 0
    assert (place / "SUPPORT.md").read_text() == world.file()
    assert git(place, "status", "--porcelain") == ""


def test_only_remote_tracking_branches_and_a_shallow_clone(world: World, tmp_path: Path) -> None:
    clone = tmp_path / "shallow"
    commit(world.repo, "stable-4.20", {"other": "x\n"})
    git(tmp_path, "clone", "-q", "--depth", "1", "-b", "stable-4.20", f"file://{world.repo}", str(clone))
    git(clone, "checkout", "-q", "--detach")
    git(clone, "branch", "-D", "-q", "stable-4.20")
    git(clone, "config", "user.name", "Ian")
    git(clone, "config", "user.email", "i@example.org")
    origin, world.repo = world.repo, clone
    assert world.run() == 0
    world.features(["4.20"], changed((0, 3, "Supported")))
    assert world.run() == 0
    assert "x86: Supported" in world.file()
    commit(origin, "stable-4.20", {"SUPPORT.md": FILE.replace("Status: Deprecated", "Status: Obsolete")})
    git(clone, "fetch", "-q", "--depth", "1", "origin", "+stable-4.20:refs/remotes/origin/stable-4.20")
    assert git(clone, "rev-list", "--count", "origin/stable-4.20") == "1"
    assert world.run() == 0
    assert "Status: Obsolete" in world.file() and "x86: Supported" in world.file()


def test_two_remotes_need_a_choice(world: World) -> None:
    tip = world.git("rev-parse", "stable-4.20")
    for remote in ("one", "two"):
        world.git("update-ref", f"refs/remotes/{remote}/stable-4.20", tip)
    world.git("update-ref", "-d", "refs/heads/stable-4.20")
    assert world.run() == 1
    assert "one/stable-4.20, two/stable-4.20" in world.err
    assert world.run("--remote", "two") == 0


def test_other_files_of_the_trees_branch_do_not_matter_but_in_a_merge(world: World) -> None:
    world.run()
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    world.run()
    commit(world.repo, "stable-4.20", {"Makefile": "all: theirs\n"})
    before = world.refs()
    assert world.run() == 0 and world.refs() == before
    commit(world.repo, "support/4.20", {"Makefile": "all: ours\n"})
    commit(world.repo, "stable-4.20", {"SUPPORT.md": FILE.replace("Status: Deprecated", "Status: Obsolete")})
    before = world.refs()
    assert world.run() == 2
    assert "have both changed Makefile" in world.err and world.refs() == before


def test_a_file_that_is_no_utf8_blocks_its_tree(world: World) -> None:
    world.run()
    blob = world.git("hash-object", "-w", str(_latin1(world)))
    tree = world.git("rev-parse", "support/4.20")
    made = world.git(
        "commit-tree", "-p", tree, "-m", "x", git(world.repo, "mktree", data=f"100644 blob {blob}\tSUPPORT.md\n")
    )
    world.git("update-ref", "refs/heads/support/4.20", made)
    world.features(["4.20"], changed((0, 3, "Tech Preview")))
    assert world.run() == 1
    assert "not UTF-8" in world.err


def _latin1(world: World) -> Path:
    path = world.book.parent / "latin1"
    path.write_bytes(FILE.replace("calm", "c\xe4lm").encode("latin-1"))
    return path


def test_terminal_codes_of_a_file_stay_out_of_the_terminal(world: World) -> None:
    commit(world.repo, "stable-4.20", {"SUPPORT.md": FILE.replace("RISC-V: Experimental", "RISC-V: \x1b[31mred")})
    assert world.run("--plan") == 1
    assert "\x1b" not in world.out and "\\x1b[31mred" in world.out


def test_many_trees_and_one_that_is_not_there(world: World) -> None:
    names = [f"4.{n}" for n in range(1, 26)]
    for name in names[:-1]:
        commit(world.repo, f"stable-{name}", {"SUPPORT.md": FILE.replace("4.20", name)})
    world.trees(names)
    world.features(names, [[*row[:3], *[row[3]] * 25, *row[4:]] for row in ROWS])
    assert world.run() == 1
    assert "4.25" in world.err and world.out.count("taken over") == 24
    assert world.refs().count("/base ") == 24
    assert world.run("--tree", "4.3", "--plan") == 1


def test_a_tree_without_a_file_gets_one(world: World) -> None:
    git(world.repo, "update-ref", "-d", "refs/heads/stable-4.20")
    commit(world.repo, "stable-4.20", {"Makefile": "all:\n"})
    assert world.run() == 0
    assert "### CPU Hotplug\n\n    Status, x86: Experimental\n" in world.file()


def test_errors_of_the_sheet_block_their_tree(world: World) -> None:
    world.features(["4.20"], changed((0, 3, "Suported")))
    assert world.run() == 1
    assert "Supported" in world.err and world.refs().count("\n") == 0


def test_usage(world: World, tmp_path: Path) -> None:
    assert world.run(source=False) == 2
    assert world.run("--continue") == 2
    assert world.run("--plan", source=False) == 2
    assert world.run("--tree", "5.0") == 2
    assert world.run("--ours", "x", "--theirs", "x") == 2
    world.repo = tmp_path
    assert world.run() == 2


def test_without_an_identity_it_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    world.run()
    world.git("config", "--unset", "user.name")
    world.git("config", "--unset", "user.email")
    world.git("config", "user.useConfigOnly", "true")
    world.features(["4.20"], changed((0, 3, "Supported")))
    before = world.refs()
    assert world.run() == 2
    assert "user.name" in world.err and world.refs() == before


def test_who_one_is_may_come_from_the_environment_as_for_git(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    world.git("config", "--unset", "user.name")
    world.git("config", "--unset", "user.email")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ann Other")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ann@example.org")
        monkeypatch.setenv(f"GIT_{who}_DATE", "1700000123 +0200")
    monkeypatch.setenv("GIT_DIR", "/nowhere")  # leads to another repository: not for us
    assert world.run() == 0
    world.features(["4.20"], changed((0, 3, "Supported")))
    assert world.run() == 0
    monkeypatch.delenv("GIT_DIR")
    shown = world.git("log", "-1", "--format=%an <%ae> %ai, %cn <%ce>", "support/4.20")
    assert shown == "Ann Other <ann@example.org> 2023-11-15 00:15:23 +0200, Ann Other <ann@example.org>"


def test_a_foreign_base_is_refused(world: World) -> None:
    world.git("update-ref", BASE, world.git("rev-parse", "stable-4.20"))
    assert world.run() == 1
    assert "not a base of xen-support" in world.err


def test_no_git_program(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert world.run() == 2
    assert "git is not installed" in world.err


def test_git_of_the_tests_is_at_least_the_oldest_that_is_promised() -> None:
    version = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    assert tuple(map(int, version.split(".")[:2])) >= (2, 39)


def test_without_a_git_identity_each_tree_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with one tree is said of it, and the others are tried."""
    commit(world.repo, "stable-4.19", {"SUPPORT.md": FILE})
    world.trees(["4.20", "4.19"])
    world.features(["4.20", "4.19"], [(*row[:4], row[3], *row[4:]) for row in ROWS])
    assert world.run() == 0
    world.features(["4.20", "4.19"], [(*row[:4], row[3], *row[4:]) for row in changed((2, 3, "Tech Preview"))])
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "")
    refs = world.refs()
    assert world.run() == 2
    told = [line for line in world.err.splitlines() if "who you are" in line]
    assert [line.split(": ")[1] for line in told] == ["4.20", "4.19"] and world.refs() == refs
