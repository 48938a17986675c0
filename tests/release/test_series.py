"""`series` knows the patch of the release part: its message, its place, its brackets, one cover for several trees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convert.cli import main
from tests.release.worlds import World, support

pytestmark = pytest.mark.slow
OLD = ("2025-03-05", "2026-09-05", "2028-03-05")


def series(world: World, out: Path, *arguments: str) -> tuple[int, list[str], str]:
    """The exit status, the mails, and what was said."""
    status = main(["series", "--repo", str(world.repo), "-o", str(out), "--no-cc", *arguments])
    mails = [re.sub(r"\n[ \t]+", " ", file.read_text()) for file in sorted(out.glob("*.patch"))]
    return status, mails, world.capsys.readouterr().err


def subjects(mails: list[str]) -> list[str]:
    return [found[1] for mail in mails if (found := re.search(r"^Subject: (.*)$", mail, re.M))]


def test_final_before_the_tag_and_after_it(world: World, tmp_path: Path) -> None:
    world.tree("staging-4.22", "4.22.0-rc4", support("4.22-rc"))
    assert world.run("final", "--tree", "4.22", "--date", "2026-07-30", "--today", "2026-07-29", "-s").status == 0
    status, mails, err = series(world, tmp_path / "a", "--tree", "4.22")
    assert (status, "error" in err) == (0, False)
    assert subjects(mails) == ["[PATCH for-4.22] SUPPORT.md: define support lifetime"]
    assert "Xen 4.22 is released on 2026-07-30" in mails[0] and "categorisation" not in mails[0]
    world.tag("RELEASE-4.22.0", "staging-4.22", "2026-07-30")
    _, mails, _ = series(world, tmp_path / "b", "--tree", "4.22", "--force")
    assert subjects(mails) == ["[PATCH] SUPPORT.md: define support lifetime"]


def test_it_comes_first_and_alone_among_other_patches(world: World, tmp_path: Path) -> None:
    world.tree("master", "4.22-rc", support("4.22-unstable"))
    assert world.run("rc", "--tree", "4.22", "-s").status == 0
    text = world.file("support/4.22")
    assert text is not None
    world.git(
        "config", "user.name", "A"
    )  # who makes the commit below: a correction of one's own is not a patch of its own
    world.git("config", "user.email", "a@example.org")
    world.commit("support/4.22", {"SUPPORT.md": text.replace("    Status: Supported", "    Status: Experimental")})
    status, mails, _ = series(world, tmp_path, "--tree", "4.22", "--split", "none", "-s")
    assert status == 0
    heads = subjects(mails)
    assert heads[1] == "[PATCH for-4.22 1/2] SUPPORT.md: update version to 4.22-rc"
    assert heads[0].startswith("[PATCH RFC 0/2]") and heads[2].startswith("[PATCH RFC 2/2]")
    assert "+    Xen-Version: 4.22-rc" in mails[1] and "Status: Experimental" not in mails[1]
    assert "Xen-Version: 4.22-rc\n" not in mails[2].replace("     Xen-Version", "")


def test_one_cover_for_several_extensions(world: World, tmp_path: Path) -> None:
    for number in ("4.20", "4.21"):
        world.tree(f"staging-{number}", f"{number}.3-pre", support(number, *OLD, notes=number))
    assert world.run("extend", "--tree", "4.20", "4.21", "--today", "2026-02-12", "-s").status == 0
    trees = ("--tree", "4.20", "--tree", "4.21")
    status, mails, err = series(world, tmp_path, *trees)
    assert status == 0 and "error" not in err
    heads = subjects(mails)
    assert heads[0] == '[PATCH 0/2] SUPPORT.md: extend "lifetime" of 4.20, 4.21'
    assert heads[1:] == [f'[PATCH {n} {k}/2] SUPPORT.md: extend "lifetime"' for k, n in ((1, "4.20"), (2, "4.21"))]
    assert "As per https://lists.xen.org" in mails[1] and "staging-4.21:" in mails[0]
    assert series(world, tmp_path, *trees)[1] == mails
    assert series(world, tmp_path, *trees, "--check")[0] == 0


def test_words_of_a_person_stay(world: World, tmp_path: Path) -> None:
    world.tree("staging-4.20", "4.20.3-pre", support("4.20", *OLD, notes="4.20"))
    world.run("extend", "--tree", "4.20", "--today", "2026-02-12", "-s", "--reason", "The committers agreed.")
    series(world, tmp_path, "--tree", "4.20")
    world.git("checkout", "-q", "series/4.20")
    world.git("commit", "-q", "--amend", "-m", "SUPPORT.md: my words\n\nMore.\n\nSigned-off-by: A <a@example.org>")
    world.git("checkout", "-q", "--detach")
    _, mails, _ = series(world, tmp_path, "--tree", "4.20")
    assert "my words" in subjects(mails)[0]


def test_a_release_then_an_update_then_both_as_a_series(world: World, tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    trees = "Tree,Branch,Xen-Version\n4.22,staging-4.22,4.22\n"
    (book / "Trees.csv").write_text(trees)
    (book / "Features.csv").write_text("Section,Feature,4.22\nSection,Feature,Supported\n")
    world.tree("staging-4.22", "4.22.0-rc4", support("4.22-rc"))
    world.run("final", "--tree", "4.22", "--date", "2026-07-30", "--today", "2026-07-29")
    update = ["update", str(book), "--repo", str(world.repo), "--tree", "4.22"]
    assert main(update) == 0
    (book / "Features.csv").write_text("Section,Feature,4.22\nSection,Feature,Experimental\n")
    assert main(update) == 0
    assert "Security-Support-Until: 2031-07-30" in str(world.file("support/4.22"))
    status, mails, _ = series(world, tmp_path / "out", "--tree", "4.22", "-s")
    assert status == 0 and subjects(mails)[1:] == [
        "[PATCH for-4.22 1/2] SUPPORT.md: define support lifetime",
        "[PATCH RFC 2/2] SUPPORT.md: Feature: Experimental, was Supported",
    ]
