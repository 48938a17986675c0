"""`sources`, `draft --covers` and the rules of lint, run as people run them, on real git repositories."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from convert import cli
from tests.helpers.repositories import Commit, build, git
from tests.sources.trees import COMMON, KCONFIG, LIST, MAINTAINERS, SUPPORT, unpack

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "convert/schemas/sources.json").read_text())
TREE = {**KCONFIG, "SUPPORT.md": SUPPORT, "MAINTAINERS": MAINTAINERS}
Run = tuple[int, str, str]


@pytest.fixture(scope="module")
def xen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(
        tmp_path_factory.mktemp("repository") / "xen",
        [
            Commit("first", {"qemu": LIST}, "old"),
            Commit("start", TREE, "master"),
            Commit("tag", {}, "master", "RELEASE-4.20.0"),
        ],
    )


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Run:
    status = cli.main(words)
    out = capsys.readouterr()
    assert "Traceback" not in out.err
    return status, out.out, out.err


def test_text(xen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "sources", "master", "--repo", str(xen), "--against", "old:qemu", "--and-back")
    lines = out.splitlines()
    line = SUPPORT.split("\n").index("### ARINC653 Scheduler") + 3
    assert status == 1
    assert (
        f"xen/common/Kconfig:12: SCHED_ARINC653 UNSUPPORTED; SUPPORT.md:{line} arinc653-scheduler: Supported" in lines
    )
    assert (
        lines[lines.index(next(x for x in lines if "ARINC" in x)) + 1]
        == "    an open question for Bob Example (MAINTAINERS)"
    )
    assert (
        "qemu:3: rtl8139 (network) is in no row; near: rtl8193 (x86emulated-network-qemu--rtl8193), two digits swapped"
        in lines
    )
    assert any(x.endswith("usbtablet (x86emulated-input-qemu--usbtablet) is in no source") for x in lines)
    assert lines[-1].startswith("2 contradictions, ")


def test_json(xen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "sources", "4.20", "--repo", str(xen), "--against", "old:qemu", "--format", "json")
    value = json.loads(out)
    Draft202012Validator(SCHEMA).validate(value)
    assert status == 1 and value["tree"] == "4.20" and len(value["commit"]) == 40
    (arinc,) = [s for s in value["statements"] if s["subject"] == "SCHED_ARINC653"]
    assert (arinc["kind"], arinc["says"], arinc["place"], arinc["row"], arinc["owner"]) == (
        "contradiction", "UNSUPPORTED", {"path": "xen/common/Kconfig", "line": 12}, "arinc653-scheduler", "Bob Example",
    )  # fmt: skip
    (rtl,) = [s for s in value["statements"] if s["subject"] == "rtl8139"]
    assert rtl["near"] == {"row": "x86emulated-network-qemu--rtl8193", "name": "rtl8193", "how": "two digits swapped"}


def test_an_unpacked_tree_and_the_one_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = unpack(tmp_path / "xen-4.20", TREE)
    (folder / "xen/Kconfig.fifo").symlink_to("/dev/zero")  # a tree may hold anything
    given = run(capsys, "sources", str(folder), "--format", "json")
    assert json.loads(given[1])["commit"] is None
    monkeypatch.chdir(folder)
    here = run(capsys, "sources", "--format", "json")
    assert json.loads(here[1])["statements"] == json.loads(given[1])["statements"] != []


def test_a_partial_clone_is_told_and_fetches_nothing(
    xen: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(xen, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{xen}", "partial")
    partial = tmp_path / "partial"
    git(partial, "config", "remote.origin.url", "file:///nowhere")
    assert run(capsys, "sources", "RELEASE-4.20.0", "--repo", str(partial))[0] == 2


def test_a_tree_in_which_all_agrees(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = unpack(tmp_path / "xen", {"SUPPORT.md": SUPPORT})
    assert run(capsys, "sources", str(folder))[:2] == (0, "nothing else says anything about support\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sources", "nothing"], "nothing: no such file, branch, tag or commit"),
        (["sources", "master", "--and-back"], "--and-back needs --against"),
        (["sources", "master", "--against", "master:MAINTAINERS"], "lists nothing"),
        (["sources", "old"], "old: this tree has no SUPPORT.md"),
    ],
)
def test_what_cannot_be_done(xen: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    status, out, err = run(capsys, *words, "--repo", str(xen))
    assert status == 2 and out == "" and said in err


def codes(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    _, out, _ = run(capsys, "lint", "--format", "json", *words)
    return [one["code"] for one in json.loads(out)["diagnostics"]]


def test_lint_speaks_of_it_when_it_is_selected(xen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = ("--repo", str(xen))
    assert not {code for code in codes(capsys, "master", *repo) if code.startswith(("XS75", "XS76", "XS77"))}
    family = codes(capsys, "master", "--select", "XS75,XS76", *repo)
    assert set(family) == {"XS751", "XS752", "XS753"}
    assert codes(capsys, "master", "--select", "elsewhere", *repo) == family
    assert set(codes(capsys, "master", "--select", "XS754", *repo)) == {"XS754"}
    assert "XS754" not in codes(capsys, "master", "--select", "all", *repo)
    assert codes(capsys, "master", "--select", "XS771", *repo) == ["XS771"]
    _, out, _ = run(capsys, "lint", "master", "--select", "kconfig-contradicts", *repo)
    assert "xen/common/Kconfig:12" in out and "SUPPORT.md:" in out and "Bob Example" in out


def test_new_only_speaks_of_what_a_patch_brings(xen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marked = COMMON.replace('"The first one"', '"The first one (UNSUPPORTED)" if UNSUPPORTED')
    moved = "# a line more\n" + marked
    build_on(
        xen, {"xen/common/Kconfig": moved, "SUPPORT.md": SUPPORT + "\n### Credit Scheduler\n\n    Status: Supported\n"}
    )
    _, out, _ = run(capsys, "lint", "--format", "json", "--new-only", "RELEASE-4.20.0", "patched", "--repo", str(xen))
    found = json.loads(out)["diagnostics"]
    assert [one["message"].partition(" needs")[0] for one in found if one["code"] == "XS751"] == ["SCHED_CREDIT"]
    assert [one["code"] for one in found if one["code"].startswith("XS7")] == ["XS751"]
    assert codes(capsys, "--new-only", "patched", "patched", "--repo", str(xen)) == []


def build_on(xen: Path, files: dict[str, str]) -> None:
    git(xen, "checkout", "-q", "-b", "patched")
    for name, text in files.items():
        (xen / name).write_text(text)
    git(xen, "add", "-A")
    git(xen, "commit", "-q", "-m", "patch", minute=99)


def test_covers(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    unpack(tmp_path, {"4.20/SUPPORT.md": SUPPORT, "qemu": LIST, "less": "- network: e1000\n"})
    monkeypatch.chdir(tmp_path)
    assert cli.main(["import", "4.20", "-o", "book.xlsx"]) == 0
    status, out, _ = run(capsys, "draft", "book.xlsx", "-o", "drafts", "--covers", "qemu")
    assert status == 1 and (tmp_path / "drafts/4.20/SUPPORT.md").exists()
    assert (
        "qemu:3: rtl8139 (network) is in no row; near: rtl8193 (x86emulated-network-qemu--rtl8193), two digits swapped\n"
        in out
    )
    assert run(capsys, "draft", "book.xlsx", "-o", "drafts", "--covers", "less")[0] == 0
    assert run(capsys, "draft", "book.xlsx", "-o", "drafts", "--and-back")[0] == 2


def test_a_file_without_rows_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("", "% Title\n\nNothing else.\n"):
        (tmp_path / "SUPPORT.md").write_text(text)
        status, out, err = run(capsys, "sources", str(tmp_path))
        assert (status, out) == (2, "") and "no row in it" in err


def test_a_patch_is_held_against_the_tree_that_it_is_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    head, _, rest = SUPPORT.partition("### ARINC653 Scheduler\n\n    Status: Supported")
    before = f"{head}### ARINC653 Scheduler\n\n    Status: Experimental{rest}"
    repo = build(
        tmp_path / "xen",
        [
            Commit("start", {**TREE, "SUPPORT.md": before}, "master"),
            Commit("support it", {"SUPPORT.md": SUPPORT}, "master"),
        ],
    )
    monkeypatch.chdir(repo)
    mail = git(repo, "format-patch", "-1", "--stdout")

    def found(text: str) -> list[str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        status, out, _ = run(capsys, "lint", "--patch", "--select", "XS75,XS76", "--format", "concise")
        assert status == 0
        return [line for line in out.splitlines() if "XS751" in line]

    assert len(found(mail)) == 1 and "SCHED_ARINC653" in found(mail)[0]
    git(repo, "checkout", "-q", "HEAD^")
    assert len(found(mail)) == 1, "not applied yet"
    assert found(f"{mail}\ndiff --git a/xen/common/Kconfig b/xen/common/Kconfig\n") == [], "its Kconfig is not here"
    (repo / "SUPPORT.md").write_text("another tree\n")
    assert found(mail) == []
