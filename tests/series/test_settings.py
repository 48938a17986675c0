"""The same mails whatever git's settings are: all hostile ones at once; one by one in the slow tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.series import world as worlds

# what git documents below core, diff, format, log and i18n (`git help --config`); a value that would show, where there is one
PREFIXES = ("core.", "diff.", "format.", "log.", "i18n.")
VALUES = {
    "core.abbrev": "40", "core.attributesFile": "{folder}/attributes", "core.autocrlf": "true", "core.bigFileThreshold": "1",
    "core.checkRoundtripEncoding": "UTF-16", "core.checkStat": "minimal", "core.commentChar": "S", "core.compression": "0",
    "core.deltaBaseCacheLimit": "1", "core.editor": "false", "core.eol": "crlf", "core.excludesFile": "{folder}/ignore",
    "core.filesRefLockTimeout": "10", "core.fsync": "none", "core.fsyncMethod": "writeout-only", "core.gitProxy": "false",
    "core.hooksPath": "{folder}/hooks", "core.looseCompression": "9", "core.notesRef": "refs/notes/x", "core.pager": "false",
    "core.packedGitLimit": "1m", "core.packedGitWindowSize": "1m", "core.packedRefsTimeout": "10", "core.safecrlf": "warn",
    "core.sharedRepository": "0660", "core.sshCommand": "false", "core.whitespace": "cr-at-eol,tab-in-indent",
    "core.alternateRefsCommand": "false", "core.alternateRefsPrefixes": "refs/x", "core.askPass": "false",
    "core.createObject": "rename", "core.fsmonitor": "{folder}/hooks/monitor", "core.fsmonitorHookVersion": "2",
    "core.logAllRefUpdates": "always", "core.untrackedCache": "keep", "diff.<driver>.binary": "true",
    "diff.<driver>.command": "false", "diff.<driver>.textconv": "tac", "diff.<driver>.wordRegex": ".",
    "diff.<driver>.xfuncname": "^(.*S.*)$", "diff.algorithm": "patience", "diff.colorMoved": "zebra",
    "diff.colorMovedWS": "ignore-all-space", "diff.context": "9", "diff.dirstat": "files,0", "diff.external": "false",
    "diff.guitool": "x", "diff.ignoreSubmodules": "all", "diff.interHunkContext": "20", "diff.orderFile": "{folder}/order",
    "diff.renameLimit": "1", "diff.renames": "copies", "diff.statGraphWidth": "3", "diff.submodule": "log", "diff.tool": "x",
    "diff.wordRegex": ".", "diff.wsErrorHighlight": "all", "format.attach": "boundary", "format.cc": "cc@example.org",
    "format.coverFromDescription": "subject", "format.filenameMaxLength": "12", "format.from": "From <from@example.org>",
    "format.headers": "X-Hostile: yes", "format.notes": "*", "format.outputDirectory": "{folder}/elsewhere",
    "format.pretty": "%an says %s", "format.signature": "hostile", "format.signatureFile": "{folder}/order",
    "format.subjectPrefix": "HOSTILE", "format.suffix": ".txt", "format.thread": "deep", "format.to": "to@example.org",
    "format.useAutoBase": "true", "i18n.commitEncoding": "ISO-8859-9", "i18n.logOutputEncoding": "ISO-8859-9",
    "log.date": "relative", "log.decorate": "full", "log.diffMerges": "first-parent", "log.excludeDecoration": "refs/*",
    "log.graphColors": "red,blue", "format.numbered": "false", "format.encodeEmailHeaders": "false",
    "diff.indentHeuristic": "false", "core.preferSymlinkRefs": "false", "core.multiPackIndex": "false",
}  # fmt: skip
# these make another repository of it, or one that git itself refuses
NOT = frozenset(
    ("core.bare", "core.worktree", "core.repositoryFormatVersion", "core.sparseCheckout", "core.sparseCheckoutCone",
     "core.splitIndex", "core.precomposeUnicode", "core.hideDotFiles", "core.restrictinheritedhandles", "core.unsetenvvars",
     "core.protectNTFS", "core.fsyncObjectFiles")
)  # fmt: skip
TEXT = worlds.MEMORY.replace("Gives memory back.", "Gives memory back to the host, as Rogér’s “driver” asks.")


def documented() -> list[str]:
    done = subprocess.run(["git", "help", "--config"], capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split() if name.startswith(PREFIXES) and name not in NOT]


SETTINGS = documented()


def written(
    folder: Path, capture: pytest.CaptureFixture[str], settings: list[str], form: str = "sha1"
) -> dict[str, str]:
    """The mails of two versions in a repository with these settings, name -> text; hashes of commits left out."""
    folder.mkdir()
    for name in ("order", "ignore", "attributes"):
        (folder / name).write_text({"order": "xen/*\n", "ignore": "*\n", "attributes": "* -diff\n"}[name])
    world = worlds.make(folder, capture, TEXT, worlds.SCHEDULING, form=form)
    for setting in settings:
        value = VALUES.get(setting, "true").format(folder=folder)
        world.git("config", setting.replace("<driver>", "hostile"), value)
    if settings:
        (world.repo / ".git" / "info").mkdir(exist_ok=True)
        (world.repo / ".git" / "info" / "attributes").write_text(
            "SUPPORT.md -diff binary diff=hostile working-tree-encoding=UTF-16\n"
        )
    world.post()
    world.git("update-ref", "refs/heads/support/master", changed(world))
    assert world.run("-o", str(folder / "two"), "--signoff") == 0, world.err
    return {f"{path.parent.name}/{path.name}": path.read_text() for path in [*world.mails(), *world.mails("two")]}


def changed(world: worlds.World) -> str:
    """A commit on top of support/master that makes Paging experimental; made without a work tree."""
    text = (
        world.git("cat-file", "blob", "support/master:SUPPORT.md").replace("Tech Preview\n", "Experimental\n", 1) + "\n"
    )
    blob = subprocess.run(
        ["git", "-C", str(world.repo), "hash-object", "-w", "--stdin"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    entries = [line for line in world.git("ls-tree", "support/master").split("\n") if not line.endswith("\tSUPPORT.md")]
    lines = "\n".join([*entries, f"100644 blob {blob.stdout.decode().strip()}\tSUPPORT.md"]) + "\n"
    tree = (
        subprocess.run(["git", "-C", str(world.repo), "mktree"], input=lines.encode(), capture_output=True, check=True)
        .stdout.decode()
        .strip()
    )
    return world.git("commit-tree", "-p", "support/master", "-m", "SUPPORT.md: by hand", tree)


def test_git_documents_what_is_tried() -> None:
    assert len(SETTINGS) > 80
    assert {name for name in VALUES if name not in SETTINGS} == set()


def test_all_hostile_settings_at_once_change_no_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = written(tmp_path / "a", capsys, [])
    assert len(plain) > 4 and any("=?utf-8?" in text.lower() or "charset=UTF-8" in text for text in plain.values())
    assert written(tmp_path / "b", capsys, SETTINGS) == plain


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_one_hostile_setting_changes_no_byte(setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert written(tmp_path / "b", capsys, [setting]) == written(tmp_path / "a", capsys, [])


def test_a_repository_of_sha256(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mails = written(tmp_path / "c", capsys, [], form="sha256")
    assert len(mails) > 4 and all("\nFrom: " in text for text in mails.values())
