"""SECURITY.md: each sentence names tests that exist; and the one that has no other home: nothing that an input names is run."""

from __future__ import annotations

import ast
import re
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from convert import cli
from tests.helpers.repositories import Commit, build, git
from tests.matrix.making import makefile, support
from tests.xsa import world as mill

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "SECURITY.md").read_text()
FEATURES = "## Host\n\n### CPUs\n\n    Status, x86: {}\n"


def statements() -> list[str]:
    """The items of the page's lists, each on one line."""
    body = PAGE.partition("\n## How to report")[0]
    return [" ".join(item.split()) for item in re.findall(r"^- (.*(?:\n  .*)*)", body, re.M)]


def defined_in(path: Path) -> set[str]:
    """The functions of a file that pytest calls."""
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("statement", statements())
def test_each_sentence_names_tests_that_exist(statement: str) -> None:
    sentences = re.split(r"(?<=[.)])\s+(?=[A-Z])", statement)
    for sentence in sentences:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", sentence)
        assert named, sentence
        for file, function in named:
            assert function in defined_in(ROOT / file), f"{file}::{function}"


def test_the_page_is_one_page_with_its_parts() -> None:
    assert len(PAGE.splitlines()) < 100 and len(statements()) > 12
    for heading in ("Who gives what", "What is trusted", "Where secrets lie", "What is never run", "How to report"):
        assert f"\n## {heading}\n" in PAGE


@pytest.fixture
def marked(tmp_path: Path) -> tuple[Path, Path]:
    """A repository in which everything that could name a program names one that leaves a mark; the place of the mark."""
    mark = tmp_path / "was-run"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    evil = f"$(shell touch {mark})"
    files = {
        "SUPPORT.md": support("4.20", FEATURES.format("Supported")), "Makefile": f"X := {evil}\n",
        "xen/Makefile": makefile("4.20") + f"export XEN_EXTRAVERSION ?= .1-pre{evil}\n",
        "xen/Kconfig": 'source "common/Kconfig"\n',
        "xen/common/Kconfig": f'config A\n\tdef_bool $(shell,touch {mark})\nconfig B\n\tbool "B (UNSUPPORTED)"\n\tdefault $(success,touch {mark})\n',
        "scripts/get_maintainer.pl": f"system('touch {mark}');\n", "docs/parse-support-md": f"system('touch {mark}');\n",
        "MAINTAINERS": "THE REST\nM:\tA B <a@example.org>\nL:\txen-devel@lists.xenproject.org\nS:\tSupported\nF:\t*\n",
        ".gitattributes": "SUPPORT.md filter=evil diff=evil merge=evil\n",
        "xen-support.toml": f'[lint]\nplugins = ["{script}"]\n\n[google]\ncredentials = "{script}"\n',
    }  # fmt: skip
    repo = build(tmp_path / "xen", [Commit("one", files, "stable-4.20"), Commit("two", {
        "SUPPORT.md": support("4.21-unstable", FEATURES.format("Experimental")), "xen/Makefile": makefile("4.21")}, "master")])  # fmt: skip
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in (
        "post-checkout",
        "pre-commit",
        "post-commit",
        "reference-transaction",
        "post-index-change",
        "pre-auto-gc",
    ):
        (hooks / name).write_bytes(script.read_bytes())
        (hooks / name).chmod(0o755)
    for name in (
        "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "diff.external", "diff.evil.textconv",
        "diff.evil.command", "merge.evil.driver", "gpg.program", "filter.evil.process", "credential.helper",
    ):  # fmt: skip
        git(repo, "config", name, str(script))
    git(repo, "config", "core.hooksPath", str(hooks))
    git(repo, "config", "protocol.ext.allow", "always")
    git(repo, "config", "remote.origin.url", f"ext::{script} %S")
    git(repo, "config", "remote.origin.promisor", "true")
    git(repo, "config", "commit.gpgSign", "true")
    git(repo, "config", "user.name", "A")
    git(repo, "config", "user.email", "a@example.org")
    return repo, mark


def test_nothing_that_an_input_names_is_run_or_asked(
    marked: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    repo, mark = marked

    def connect(*_: Any) -> Any:
        raise AssertionError("a command asked the network")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    public = mill.build(tmp_path / "mill").public
    book = tmp_path / "book"
    book.mkdir()
    (book / "Trees.csv").write_text(
        f"Tree,Branch,Xen-Version,Comment\nmaster,master,4.21-unstable,=cmd|'touch {mark}'!A1\n4.20,stable-4.20,4.20,\n"
    )
    features = book / "Features.csv"
    features.write_text("Section,Feature,Variant,master,4.20\nHost,CPUs,x86,Experimental,Supported\n")
    monkeypatch.chdir(repo)
    assert cli.main(["lint"]) == 2
    assert "lint.plugins: a settings file names no commands, addresses or credentials" in capfd.readouterr().err
    (repo / "xen-support.toml").write_text('[lint]\nignore = ["XS306"]\n')
    for line in (
        f"import 4.20 unstable -o {tmp_path}/made.xlsx", "show 4.20", "show .", "lint 4.20 master --select all --style",
        "lint --all stable-4.20..master", "lint --new-only stable-4.20", "diff 4.20 master", "trees", "matrix", "query",
        "history cpus", "blame master", "sources 4.20", "sources .", f"matrix --site {tmp_path}/site",
        f"draft {book} -o {tmp_path}/drafts --repo .", f"update {book}", f"update {book} --tree 4.20 --plan",
        f"update {book} -s", f"series -s -o {tmp_path}/mails", "release --check 4.20", "release extend --tree 4.20 --reason x",
        f"xsa check stable-4.20 --from {public} --today {mill.TODAY}", "xsa log stable-4.20..master", "xsa support", "whoami",
    ):  # fmt: skip
        assert cli.main(line.split()) in (0, 1, 2), line
        told = capfd.readouterr()
        assert "AssertionError" not in told.err and "Traceback" not in told.err, line
        assert not mark.exists(), line
        if "--plan" in line:
            features.write_text(features.read_text().replace("Experimental", "Tech Preview"))
    assert list((tmp_path / "mails").glob("*.patch")) and (tmp_path / "site/index.html").exists()
    git(
        repo, "commit", "--allow-empty", "-q", "--no-gpg-sign", "-m", "x"
    )  # the mark can be left: git itself runs the hook
    assert mark.exists()
