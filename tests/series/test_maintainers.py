"""Who gets a copy: pinned on five patches against the real MAINTAINERS, and held against the real script where there is one."""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from convert.mail import get_maintainer
from convert.trees import maintainers
from tests.helpers import xengit
from tests.helpers.repositories import Commit, build
from tests.helpers.repositories import git as fixed_git
from tests.series.world import MAINTAINERS

BUNDLE = Path(__file__).resolve().parents[3] / "shared" / "xen-five-trees.bundle"
REST = {
    "andrew.cooper3@citrix.com", "anthony.perard@vates.tech", "michal.orzel@amd.com", "jbeulich@suse.com", "julien@xen.org",
    "roger@xenproject.org", "sstabellini@kernel.org",
}  # fmt: skip


def patch(*files: str, words: str = "words", line: str = "+a line") -> str:
    """A mail with a patch that adds a line to files."""
    diff = "".join(
        f"diff --git a/{f} b/{f}\n--- a/{f}\n+++ b/{f}\n@@ -1,1 +1,2 @@\n context xsm_context\n{line}\n" for f in files
    )
    stat = "".join(f" {f} | 1 +\n" for f in files)
    return f"From 0\nFrom: A <a@example.org>\nSubject: [PATCH] {words}\n\nBody.\n---\n{stat}\n{diff}"


AMD = {
    "jbeulich@suse.com",
    "andrew.cooper3@citrix.com",
    "roger@xenproject.org",
    "jason.andryuk@amd.com",
    "teddy.astie@vates.tech",
}
PATCHES = {
    "the file": (patch("SUPPORT.md"), REST),
    "a keyword": (patch("SUPPORT.md", line="+The XSM module"), {*REST, "dpsmith@apertussolutions.com"}),
    "with the change log": (
        patch("SUPPORT.md", "CHANGELOG.md"), {*REST, "oleksii.kurochko@gmail.com", "community.manager@xenproject.org"},
    ),
    "an exclusion": (patch("xen/drivers/passthrough/amd/iommu.c"), AMD),
    "braces": (patch("xen/common/kimage.c"), {"andrew.cooper3@citrix.com"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def xen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not BUNDLE.exists():
        pytest.skip("no ../shared here")
    path = tmp_path_factory.mktemp("xen") / "xen.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(BUNDLE), str(path)], check=True)
    return path


def known(xen: Path, branch: str) -> maintainers.Maintainers:
    return maintainers.read(
        subprocess.run(
            ["git", "-C", str(xen), "show", f"{branch}:MAINTAINERS"], check=True, capture_output=True
        ).stdout.decode()
    )


@pytest.mark.parametrize("name", PATCHES)
def test_five_patches(xen: Path, name: str) -> None:
    mail, want = PATCHES[name]
    found = maintainers.recipients(known(xen, "master"), mail)
    assert {maintainers.address_of(one) for one in found.people} == want
    assert found.lists == ("xen-devel@lists.xenproject.org",) and found.unread == ()


def test_names_are_whole(xen: Path) -> None:
    people = maintainers.recipients(known(xen, "master"), PATCHES["a keyword"][0]).people
    assert "Roger Pau Monné <roger@xenproject.org>" in people
    assert any("Daniel P. Smith" in person for person in people)


def test_the_stable_maintainer_is_in_the_prose(xen: Path) -> None:
    stable = {
        branch: known(xen, branch) for branch in ("stable-4.10", "stable-4.13", "stable-4.17", "stable-4.20", "master")
    }
    assert [one.stable for one in stable.values()] == [("Jan Beulich <jbeulich@suse.com>",)] * 4 + [()]
    assert [len(one.stable_tools) for one in stable.values()] == [1, 0, 1, 1, 0]
    tools = maintainers.recipients(stable["stable-4.10"], patch("tools/libxl/libxl.c")).people
    assert {"jbeulich@suse.com", "ian.jackson@eu.citrix.com"} <= {maintainers.address_of(one) for one in tools}
    assert "ian.jackson@eu.citrix.com" not in {
        maintainers.address_of(one) for one in maintainers.recipients(stable["stable-4.17"], patch("SUPPORT.md")).people
    }


def told(commit: str, mail: str) -> tuple[set[str], set[str]]:
    """The addresses that the tree's script and our reader name, the stable branch's maintainer left aside."""
    theirs = {maintainers.address_of(one) for one in get_maintainer.recipients(xengit.PATH, commit, mail)}
    known = replace(maintainers.read(xengit.text(commit, "MAINTAINERS") or ""), stable=(), stable_tools=())
    script = maintainers.read_script(xengit.text(commit, "scripts/get_maintainer.pl"))
    found = maintainers.recipients(known, mail, script)
    return theirs, {maintainers.address_of(one) for one in (*found.people, *found.lists)}


@xengit.needed
@pytest.mark.parametrize("name", PATCHES)
def test_the_real_script_says_the_same(name: str) -> None:
    theirs, ours = told(xengit.ref("master"), PATCHES[name][0])
    assert ours == theirs


TREES = ("master", *(f"stable-4.{n}" for n in range(10, 23)))


@pytest.mark.slow
@xengit.needed
@pytest.mark.parametrize("branch", TREES)
def test_thirty_patches_a_tree(branch: str) -> None:
    commit = xengit.ref(branch)
    if not commit:
        pytest.skip(f"the clone has no {branch}")
    rnd = random.Random(branch)
    files = xengit.names(commit)
    reviewed = [file for file in ("xen/common/argo.c", "xen/include/public/argo.h") if file in files]
    for number in range(30):
        chosen = rnd.sample(files, rnd.choice((1, 1, 1, 2, 3))) if number else [*reviewed, "SUPPORT.md"][:1]
        theirs, ours = told(commit, patch(*chosen))
        assert ours == theirs, chosen


def test_rules_one_by_one() -> None:
    text = """prose

A SECTION
M:	Ann <ann@example.org>
M:	bob@example.org
S:	Supported
F:	folder/*.c
F:	deep
X:	deep/not/
N:	special
K:	one | two

REVIEWED
R:	Rita <rita@example.org>
S:	Supported
F:	reviewed/

THE REST
M:	Rest <rest@example.org>
L:	list@example.org
L:	closed@example.org (subscribers-only)
S:	Supported
F:	*
F:	*/
"""
    read = maintainers.read(text)

    def who(*files: str, **more: str) -> set[str]:
        found = maintainers.recipients(read, patch(*files, **more))
        assert found.lists == ("list@example.org",)
        return {maintainers.address_of(one) for one in found.people}

    ours, rest = {"ann@example.org", "bob@example.org"}, {"rest@example.org"}
    assert who("folder/x.c") == ours and who("folder/sub/x.c") == rest and who("folder/x.h") == rest
    assert who("deep/x") == ours and who("deep/not/x") == rest and who("deeper/x") == rest
    assert who("other/special.h") == ours  # N: anywhere in the path
    assert who("folder/x.c", "x") == ours | rest  # one of the files has nobody else
    assert who("reviewed/x.c") == {"rita@example.org"} | rest  # a reviewer displaces nobody
    assert who("reviewed/x.c", "folder/x.c") == {"rita@example.org"} | ours
    assert who("x", line="-one") == ours | rest and who("x", line=" one") == rest  # keywords in changed lines
    assert who("x", words="two") == ours | rest  # or anywhere before them


def test_patterns_that_may_take_for_ever_are_left_out_and_told() -> None:
    text = MAINTAINERS.replace("K:\txsm_.*", "K:\t(a+)+b\nK:\t(((\nF:\txen/[")
    found = maintainers.recipients(maintainers.read(text), patch("SUPPORT.md", line="+" + "a" * 5000))
    assert set(found.unread) == {"(a+)+b", "(((", "xen/["} and len(found.people) == 2


@pytest.mark.skipif(shutil.which("perl") is None, reason="no perl here")
def test_the_script_is_run_where_it_is_asked_for(tmp_path: Path) -> None:
    perl = 'print "Own Person <own\\@example.org>\\n"; die "-f" if grep { /^-f/ } @ARGV; open(my $p, "<", $ARGV[0]) or die; die unless -d "xen/xsm";\n'
    repo = build(
        tmp_path / "xen",
        [Commit("one", {"scripts/get_maintainer.pl": perl, "MAINTAINERS": MAINTAINERS, "xen/xsm/a.c": ""})],
    )
    head = fixed_git(repo, "rev-parse", "HEAD")
    assert get_maintainer.recipients(repo, head, patch("SUPPORT.md")) == ["Own Person <own@example.org>"]


@pytest.mark.parametrize("text", ["", "\0", "M:", "A\nF:\t{\nM:\t<\nK:\t\\", "F:\t{a,b,{c}}\nX:\t{,,}"])
def test_anything_is_read(text: str) -> None:
    maintainers.recipients(maintainers.read(text), patch("SUPPORT.md"))
