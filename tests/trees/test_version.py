"""xen/Makefile and branches' names: one reader, one list."""

from __future__ import annotations

import pytest

from convert.trees.version import (
    Makefile,
    branched_version,
    freeze,
    is_release_branch,
    read_makefile,
    tree_name,
    version,
    version_of,
)  # fmt: skip

MAKEFILE = """\
# This is the correct place to edit the build version.
export XEN_VERSION       = 4
export XEN_SUBVERSION    = 20
export XEN_EXTRAVERSION ?= .2-pre$(XEN_VENDORVERSION)
export XEN_FULLVERSION   = $(XEN_VERSION).$(XEN_SUBVERSION)$(XEN_EXTRAVERSION)
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MAKEFILE, Makefile("4.20", ".2-pre")),
        (MAKEFILE.encode(), Makefile("4.20", ".2-pre")),
        (MAKEFILE.replace("export ", "").replace(" =", ":="), Makefile("4.20", ".2-pre")),
        (MAKEFILE.replace("\n", "\r\n"), Makefile("4.20", ".2-pre")),
        ("export XEN_VERSION = 4 # major\nexport XEN_SUBVERSION = 07\n", Makefile("4.7", "")),
        (MAKEFILE.replace("20", "$(shell date)"), None),
        ("export XEN_VERSION = 4\n", None),
        ("", None),
        (None, None),
        (b"\xff\x00" + MAKEFILE.encode(), Makefile("4.20", ".2-pre")),
    ],
)
def test_a_makefile(text: str | bytes | None, expected: Makefile | None) -> None:
    assert read_makefile(text) == expected


def test_a_trees_version_is_its_makefiles_else_its_fields() -> None:
    assert version_of(["4.19"], MAKEFILE) == (4, 20)
    assert version_of(["4.19-rc"], None) == (4, 19)
    assert version_of([], "no version") == (0, 0)
    assert version("RELEASE-4.9.1") < version("stable-4.10")


@pytest.mark.parametrize(
    ("branch", "release", "name", "branched"),
    [
        ("master", True, "unstable", None), ("staging", True, "unstable", None), ("stable-4.20", True, "4.20", "4.20"),
        ("staging-4.20", False, "staging-4.20", "4.20"), ("wip/stable-4.99", False, "wip/stable-4.99", None),
        ("stable-4.20-xsa", False, "stable-4.20-xsa", None), ("4.20", False, "4.20", "4.20"),
    ],
)  # fmt: skip
def test_branches(branch: str, release: bool, name: str, branched: str | None) -> None:
    assert (is_release_branch(branch), tree_name(branch), branched_version(branch)) == (release, name, branched)


def test_freeze_is_while_the_makefile_says_rc() -> None:
    assert freeze(MAKEFILE.replace(".2-pre", ".0-rc"), "4.20") is None
    assert "4.20.2-pre" in str(freeze(MAKEFILE, "4.20"))
    assert "?.?" in str(freeze(None, "4.20"))
