"""Patch files in every shape that distributions keep them in."""

from __future__ import annotations

import subprocess

import pytest

from convert.trees.commits import patch_ids_of
from convert.xsa.patches import Patch, for_patch_id, is_small, is_telling, lines_of, plain_subject, read, shared
from tests.xsa.world import World

HUNK = "@@ -1,3 +1,3 @@ here\n one\n-two\n+zwei\n three\n"
DIFF = f"diff --git a/d/f.c b/d/f.c\nindex 123..456 100644\n--- a/d/f.c\n+++ b/d/f.c\n{HUNK}"
SHAPES = {
    "mail": f"From {'1' * 40} Mon Sep 17 00:00:00 2001\nFrom: A <a@b.c>\nSubject: [PATCH v3 2/5] d: say it in\n German\n\nWhy.\n---\n d/f.c | 2 +-\n\n{DIFF}-- \n2.39\n",
    "quilt": f"d: say it in German\n\nWhy.\n\n--- a/d/f.c\n+++ b/d/f.c\n{HUNK}",
    "other prefix": f"Subject: d: say it in German\n\n--- xen.orig/d/f.c\t2012-01-01\n+++ xen/d/f.c\t2012-01-02\n{HUNK}\nmore words\n",
    "crlf": f"Subject: [PATCH] d: say it in German\n\n{DIFF}".replace("\n", "\r\n"),
    "encoded": f"Subject: =?UTF-8?q?=5BPATCH=5D=20d=3A=20say=20it=20in=20German?=\n\n{DIFF}",
    "stripped": f"Subject: d: say it in German\n\n{DIFF.replace(chr(10) + ' one', chr(10) + ' one')}",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_is_the_same_patch(shape: str, world: World) -> None:
    (patch,) = read(SHAPES[shape].encode())
    (plain,) = read(DIFF.encode())
    assert patch.subjects[0] == "d: say it in German"
    assert patch.paths == {b"d/f.c"}
    ids = patch_ids_of(world.repo, [for_patch_id(patch), for_patch_id(plain)])
    assert ids[0] is not None and ids[0] == ids[1]
    assert shared(lines_of(patch.files), lines_of(plain.files)) == 1.0


def test_git_says_the_same_of_a_whole_mail(world: World) -> None:
    mail = (world.public / "xsa8001.patch").read_bytes()
    done = subprocess.run(["git", "patch-id", "--stable"], input=mail, capture_output=True, check=True, cwd=world.repo)
    (patch,) = read(mail)
    assert patch_ids_of(world.repo, [for_patch_id(patch)]) == [done.stdout.split()[0].decode()]
    assert (
        subprocess.run(["git", "patch-id"], input=SHAPES["quilt"].encode(), capture_output=True, check=True).stdout
        == b""
    )


def test_new_and_deleted_files_and_several_patches() -> None:
    text = (
        "Subject: first of them all\n\n--- /dev/null\n+++ b/n.c\n@@ -0,0 +1,2 @@\n+a\n+b\n"
        "Subject: second of them all\n\n--- a/o.c\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n"
    )
    one, two = read(text.encode())
    assert (one.subjects, two.subjects) == (("first of them all",), ("second of them all",))
    assert [one.files[0].path, two.files[0].path] == [b"n.c", b"o.c"]
    assert b"new file mode 100644" in for_patch_id(one) and b"deleted file mode 100644" in for_patch_id(two)
    mails = "".join(f"From {c * 40} Mon Sep 17\nSubject: patch number {c}\n\n{DIFF}" for c in "12")
    assert [p.subjects[0] for p in read(mails.encode())] == ["patch number 1", "patch number 2"]


def test_a_removed_line_that_looks_like_a_header_is_a_line() -> None:
    (patch,) = read(b"--- a/q.sql\n+++ b/q.sql\n@@ -1,3 +1,2 @@\n x\n--- a/comment\n y\n")
    assert patch.files[0].hunks[0] == (b" x", b"--- a/comment", b" y")


def test_subjects() -> None:
    for head in ("From: A <a@b.c>\nDate: today\n\nd: say it\n", "d: say it\n", "\n\nd: say it\nin German\n"):
        assert read(f"{head}{DIFF}".encode())[0].subjects[0] == "d: say it"
    assert read(f"From: A <a@b.c>\n{DIFF}".encode())[0].subjects == ()
    assert plain_subject("Re: [Xen-devel] [PATCH 2/3]  x86:   a thing") == "x86: a thing"
    assert is_telling("x86: a thing") and not is_telling(".") and not is_telling("x86: thing")
    assert read(b"no patch at all") == () == read(b"")


def test_what_is_small() -> None:
    (one,) = read(b"--- a/f.c\n+++ b/f.c\n@@ -1,2 +1,3 @@\n x\n+    break;\n y\n")
    assert is_small(one.files)
    assert not is_small(
        read(
            "".join(
                ["--- a/f.c\n+++ b/f.c\n@@ -0,0 +1,4 @@\n", *[f"+a line of a good length, {i}\n" for i in range(4)]]
            ).encode()
        )[0].files
    )
    assert isinstance(one, Patch)
