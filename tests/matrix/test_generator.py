"""Our page in the place of that of Xen's own docs/support-matrix-generate: the same arguments, its links and anchors and more.

XEN_GIT names a real xen.git; pandoc 2 and Perl with JSON and Tie::IxHash are needed (CGI, of which one function is used, is made here).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from convert.cli import main
from tests.helpers.generator import perl_environment

XEN = os.environ.get("XEN_GIT", "")
UNSTABLE = "https://xenbits.xen.org/docs/unstable/SUPPORT.html"
RELEASES = "https://xenbits.xen.org/docs/NN-testing/SUPPORT.html"


class Found(HTMLParser):
    """The addresses and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.add(str(values["href"]))
        if values.get("id"):
            self.ids.add(str(values["id"]))


def run(*command: str, cwd: Path, environment: dict[str, str] | None = None) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=environment).stdout.decode()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work tree of the real xen.git with its remote branches, as the generator wants them."""
    if not XEN:
        pytest.skip("XEN_GIT names no xen.git")
    needed = ("pandoc", "perl", "git", "bash")
    if any(shutil.which(name) is None for name in needed):
        pytest.skip(f"one of {', '.join(needed)} is not installed")
    folder = tmp_path_factory.mktemp("generator")
    run("/usr/bin/env", "git", "clone", "-q", "--shared", "-b", "master", XEN, "xen", cwd=folder)
    return folder / "xen"


@pytest.mark.slow
def test_every_link_and_anchor_of_xens_page_is_on_ours(
    clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["refs/remotes/origin/master", UNSTABLE, "refs/remotes/origin/stable-NN", RELEASES]
    theirs = Found(
        run("docs/support-matrix-generate", *arguments, cwd=clone, environment=perl_environment(clone.parent))
    )
    assert len(theirs.links) > 250 and len(theirs.ids) > 300
    monkeypatch.chdir(clone)
    for options in ([], ["--no-aliases"]):
        assert main(["matrix", *arguments, *options, "--exit-zero"]) == 0
        ours = Found(capsys.readouterr().out)
        assert theirs.ids - ours.ids == set()
        assert theirs.links - ours.links == set()
